"""Results -> what the project shows of them: README's short table, the whole tables and drawings in docs/, the card's.

In: the newest result of each part, and of the comparison with other systems. Out: for each file its whole new text,
which a command writes and a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from index.types import InputError
from qa.evaluation.growth import Measured, growth_picture, growth_table, measured_sizes
from qa.evaluation.markdown import RESULTS, percent, share, table
from qa.evaluation.parts import PARTS, Part
from qa.evaluation.peers import peers_row, peers_tables
from qa.evaluation.pictures import DRAWN, reliability, risk_coverage
from qa.evaluation.record import Figures, Result
from qa.evaluation.summary import summary

BEGIN, END = "<!-- figures: written by `footnote report --write` -->", "<!-- end of figures -->"
ROOT = Path(__file__).parents[2]  # of the checkout; an installed package shows nothing
README, WHOLE, CARD = "README.md", "docs/results.md", "qa/weights/README.md"
GROWTH = "docs/growth.svg"
DRAWINGS = {"docs/reliability.svg": reliability, "docs/risk-coverage.svg": risk_coverage}

_LEGEND = """\
Shares are per cent. Exact match and F1 count a refusal as right where there is no answer; *always answering*, they are
of the questions that have one. A near miss is an unanswerable question that nearly repeats an answerable one of the
same paragraph. AUROC tells answerable from unanswerable questions by the confidence. The calibration error has 15 bins
of equal width: of the answers given; of every question, always answering. *Surest half right*: of the answers given; of
all decisions, where an answer is as sure as its confidence, a refusal as what is left of 1, and an answer to an
unanswerable question is wrong."""


def files(root: Path, results: Mapping[str, Result]) -> dict[Path, str]:
    """Every file that shows figures, with the text that it should have.

    Raises InputError outside of a checkout, or where a file has no place for them.
    """
    sizes, peers = measured_sizes(root / RESULTS), peers_row(root)
    blocks = {
        README: summary(results, sizes, *([peers] if peers else [])),
        WHOLE: tables(results, above="../") + _growth(sizes) + peers_tables(root, above="../"),
        CARD: answers(results, above="../../"),
    }
    shown = {root / name: _filled(_text(root / name), block, root / name) for name, block in blocks.items()}
    if any(part in results for part in DRAWN):
        shown |= {root / name: draw(results) for name, draw in DRAWINGS.items()}
    if sizes:
        shown[root / GROWTH] = growth_picture([size.costs for size in sizes])
    return shown


def _growth(sizes: Sequence[Measured]) -> str:
    rows = growth_table(sizes, results=f"../{RESULTS}")
    return f"\n{rows}\n\n![What a library costs by its size: time and space](../{GROWTH})\n" if rows else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"cannot read {path}: {error.strerror}", "write figures from a checkout of Footnote"
        ) from error


def _filled(text: str, block: str, path: Path) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(f"{path} has no place for the figures", f"put the lines {BEGIN} and {END} where they belong")
    return f"{before}{BEGIN}\n{block}{END}{after}"


def answers(results: Mapping[str, Result], *, above: str = "") -> str:
    """The figures on answers as Markdown, "" for none; `above` leads from the file to the top of the project."""
    asked = [part for part in PARTS if part.name in results and part.how in ("paragraph", "library") and not part.most]
    return _joined(
        table(_RIGHT, [_right(_link(part, results, above), results[part.name]) for part in asked]),
        table(_SURE, [_sure(_link(part, results, above), results[part.name]) for part in asked]),
        _LEGEND if asked else "",
    )


def tables(results: Mapping[str, Result], *, above: str = "") -> str:
    """All figures of the report, as `answers`."""
    there = [part for part in PARTS if part.name in results]
    found = [_found(part, results, above) for part in there if part.how == "search"]
    return answers(results, above=above) + _joined(
        table(_FOUND, found),
        table(_SPEED, [row for part in there for row in _speed(part, results, above)], left=2),
        table(_OTHER, [row for part in there for row in _other(part, results, above)], left=2),
        "\n".join(f"![{alt}]({above}{name})" for name, alt in _ALT.items() if any(part in results for part in DRAWN)),
    )


def _joined(*pieces: str) -> str:
    return "".join(f"\n{piece}\n" for piece in pieces if piece)


_RIGHT = "set", "questions", "exact match", "F1", "always answering: exact match", "always answering: F1"
_SURE = (
    "set",
    "unanswerable refused",
    "false refusals",
    "near misses refused",
    "AUROC",
    "calibration error",
    "surest half right",
)
_FOUND = "finding in", "questions", "dense: recall@1, @5, @20; MRR@10, nDCG@10", "BM25", "fused"
_SPEED = "speed", "figures"
_OTHER = "what else", "figures"
_ALT = {
    "docs/reliability.svg": "Reliability: confidence against the share right",
    "docs/risk-coverage.svg": "Risk and coverage: the share right among the surest questions",
}


def _link(part: Part, results: Mapping[str, Result], above: str) -> str:
    return f"[{part.title}]({above}{RESULTS}/{results[part.name].file_name})"


def _right(name: str, result: Result) -> tuple[str, ...]:
    count = f"{result.asked:,}" if result.asked == result.of else f"{result.asked:,} of {result.of:,}"
    always = result.forced or {}
    return (
        name,
        count,
        percent(result.metrics["exact_match_all"]),
        percent(result.metrics["f1_all"]),
        percent(always.get("exact_match")),
        percent(always.get("f1")),
    )


def _sure(name: str, result: Result) -> tuple[str, ...]:
    its, always = result.metrics, result.forced or {}
    near = f"{percent(its['near_misses_refused'])} of {its['near_misses']:,}" if its["near_misses"] else "–"
    return (
        name,
        percent(its["refused_when_unanswerable"]),
        percent(its["false_refusals"]),
        near,
        share(its["auroc"]),
        f"{share(its['ece'])}, {share(always.get('ece'))}",
        f"{percent(its['accuracy_at_50'])}, {percent(its['right_at_50'])}",
    )


def _found(part: Part, results: Mapping[str, Result], above: str) -> tuple[str, ...]:
    """How well the passage is found, by each stage and fused."""
    its = results[part.name].metrics
    cells = []
    for stage in ("dense_", "bm25_", ""):
        recall = ", ".join(percent(its[f"{stage}recall_at_{depth}"]) for depth in (1, 5, 20))
        cells.append(f"{recall}; {share(its[f'{stage}mrr_at_10'])}, {share(its[f'{stage}ndcg_at_10'])}")
    return (_link(part, results, above), f"{its['questions']:,}", *cells)


def _other(part: Part, results: Mapping[str, Result], above: str) -> list[tuple[str, ...]]:
    """The figures that are no answers: finding, time and size."""
    link, its = _link(part, results, above), results[part.name].metrics
    if part.how == "attacks":
        reader = f"the reader holds against {percent(its['reader_held'])} of **{its['attacks']}**"
        checks = "of what a model writes that obeys each of them, the checks let nothing through in"
        return [(link, f"{reader}; {checks} {percent(its['checks_held'])}")]
    if part.how == "reader":
        size = f"**{its['megabytes']}** MB on disk"
        time = f"median **{its['ms_p50']:.0f}** ms, 95th percentile **{its['ms_p95']:.0f}** ms"
        about = f"to read {its['passages']} passages of {its['tokens_per_passage']} tokens on {its['cores']} cores"
        return [
            (link, f"{size}; {time} {about}; with titles and the sentences before **{its['in_use_ms_p50']:.0f}** ms")
        ]
    if part.how == "pages":
        return [(link, f"{_clean(its, 'html')}; as pasted text {_clean(its, 'pasted')}")]
    if part.how == "library" and its["seconds_p50"] is not None and its["seconds_p95"] is not None:
        times = f"median **{its['seconds_p50'] * 1000:.0f}** ms, 95th percentile **{its['seconds_p95'] * 1000:.0f}** ms"
        return [(f"Question to answer, {link}", f"{times}; documents: {its['documents']:,}")]
    return []


def _speed(part: Part, results: Mapping[str, Result], above: str) -> list[tuple[str, ...]]:
    """What is measured over the made-up library, and what the models in use cost in quality."""
    file, its = f"{above}{RESULTS}/{results[part.name].file_name}", results[part.name].metrics
    if part.how == "speed":
        return [(f"[{name}]({file})", figures.format_map(its)) for name, figures in _SPEEDS]
    if part.how == "quality":
        return [
            (f"[{name}]({file})", f"{percent(its[f'in_use_{key}'])}; fp32 {percent(its[f'reference_{key}'])}")
            for name, key in _QUALITIES
        ]
    return []


_SPEEDS = (
    (
        "Indexing",
        "**{passages_per_s:.0f}** passages/s of **{tokens_per_passage:.0f}** tokens; a passage takes"
        " **{index_ms:.2f}** ms: split **{index_ms_split:.2f}**, embed **{index_ms_embed:.2f}**,"
        " store **{index_ms_store:.2f}**",
    ),
    (
        "Share of the processor's matrix speed while embedding",
        "**{matrix_share:.3f}** of **{matrix_gflops:.0f}** GFLOP/s",
    ),
    (
        "Question to answer, warm",
        "median **{ask_ms_p50:.1f}** ms, 99th percentile **{ask_ms_p99:.1f}** ms; on average **{ask_ms:.1f}** ms:"
        " embed **{ask_ms_embed:.1f}**, search **{ask_ms_search:.1f}**, read **{ask_ms_read:.1f}**,"
        " the rest **{ask_ms_rest:.1f}**; asked again **{ask_again_ms:.1f}** ms",
    ),
    (
        "Askers at once",
        "**{askers:.0f}** askers: **{answers_per_s:.1f}** answers/s, 95th percentile **{askers_ms_p95:.0f}** ms",
    ),
    (
        "From a cold start",
        "`footnote ask` **{cold_ask_s:.2f}** s, `footnote chat` **{cold_chat_s:.2f}** s; the chat holds"
        " **{chat_mb:.0f}** MB",
    ),
)
_QUALITIES = (
    ("nDCG@10, open library", "ndcg_at_10"),
    ("F1, SQuAD 2.0", "f1_all"),
    ("F1, always answering", "forced_f1"),
    ("False refusals", "false_refusals"),
    ("Unanswerable refused", "refused_when_unanswerable"),
)


def _clean(its: Figures, kind: str) -> str:
    """Over all pages, and over those that the cleaning was not written on."""
    clutter, lost = (f"{percent(its[f'{kind}_{what}'])}" for what in ("clutter", "lost"))
    other_clutter, other_lost = (f"{percent(its[f'{kind}_{what}_held_out'])}" for what in ("clutter", "lost"))
    return (
        f"clutter in passages {clutter} %, main text lost {lost} % (on the half held out {other_clutter}, {other_lost})"
    )
