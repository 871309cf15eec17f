"""Results -> README's short table: what each comes to in one line, and the command that measures it again.

In: the newest result of each part, the sizes of libraries that were measured. Out: Markdown. The whole tables are those
of `tables`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from qa.evaluation.growth import Measured
from qa.evaluation.markdown import RESULTS, percent, share, table
from qa.evaluation.record import Result

_HEAD = "what", "questions", "figures", "measured by"
_LEGEND = """\
Shares are per cent. *F1*: the words that an answer shares with the expected one; a refusal counts as right where there
is no answer. *AUROC*: how well the confidence tells questions with an answer from those without. *Calibration error*:
how far the confidence of the answers given is from the share that is right. *Surest half*: the share right among the
half of all answers and refusals that are surest."""


def summary(results: Mapping[str, Result], sizes: Sequence[Measured], *others: tuple[str, str, str]) -> str:
    """The short table and its legend, "" for no results; `others` are rows of what, figures and command."""
    rows = []
    for part, (name, figures) in _ROWS.items():
        if part in results:
            its = results[part]
            link, count = f"[{name}]({RESULTS}/{its.file_name})", f"{its.asked:,}" if its.asked else ""
            rows.append((link, count, figures(its), f"`{its.provenance.command}`"))
    if not rows:
        return ""
    if sizes:
        costs = sizes[-1].costs
        name = f"[A library of {costs.passages:,} passages]({RESULTS}/{sizes[-1].file})"
        space = f"a search takes **{costs.search_ms_p50:.1f}** ms, the library **{costs.disk_mb:,.0f}** MB on disk"
        rows.append((name, "", space, f"`footnote bench --passages {costs.passages}`"))
    rows += [(name, "", figures, command) for name, figures, command in others]
    words = f"{_in_words(results['open'])}\n\n" if "open" in results else ""
    return f"\n{words}{table(_HEAD, rows, left=len(_HEAD))}\n\n{_LEGEND}\n"


def _in_words(result: Result) -> str:
    its, link = result.metrics, f"[a library of 1,204 encyclopaedia paragraphs]({RESULTS}/{result.file_name})"
    silent, wrongly, exact = (
        f"**{(its[name] or 0) * 100:.0f}**" for name in ("refused_when_unanswerable", "false_refusals", "precision")
    )
    return (
        f"In words: asked **{result.asked:,}** questions of {link}, half of which have no answer there, it refuses"
        f" {silent} of 100 that have none, and {wrongly} of 100 that have one. Of 100 answers that it gives {exact} are"
        " word for word as expected. A refusal may be wrong, and so may an answer: read the sentence."
    )


def _always(result: Result) -> str:
    its = result.forced or {}
    return f"always answering: F1 {percent(its.get('f1'))}, exact match {percent(its.get('exact_match'))}"


def _refusing(result: Result) -> str:
    its = result.metrics
    return (
        f"F1 {percent(its['f1_all'])}; refused: {percent(its['refused_when_unanswerable'])} of what has no answer,"
        f" {percent(its['false_refusals'])} of what has one; AUROC {share(its['auroc'])}, calibration error"
        f" {share(its['ece'])}, surest half {percent(its['right_at_50'])}"
    )


def _found(result: Result) -> str:
    its = result.metrics
    first, five = percent(its["recall_at_1"]), percent(its["recall_at_5"])
    return f"the right one comes first for {first}, among the first five for {five}"


def _withstood(result: Result) -> str:
    its = result.metrics
    return f"the reader withstands {percent(its['reader_held'])} of **{its['attacks']}** that we wrote"


def _speed(result: Result) -> str:
    return (
        "median **{ask_ms_p50:.0f}** ms, 99th percentile **{ask_ms_p99:.0f}** ms; `footnote ask` from a cold start"
        " **{cold_ask_s:.1f}** s; **{passages_per_s:.0f}** passages indexed a second; the chat holds **{chat_mb:.0f}**"
        " MB of memory"
    ).format_map(result.metrics)


def _model(result: Result) -> str:
    its = result.metrics
    read = f"{its['passages']} passages of {its['tokens_per_passage']} tokens on {its['cores']} cores"
    return f"**{its['megabytes']}** MB; reads {read} in **{its['ms_p50']:.0f}** ms"


_ROWS: Mapping[str, tuple[str, Callable[[Result], str]]] = {
    "squad11": ("A paragraph given: SQuAD 1.1", _always),
    "squad2": ("A paragraph given, half of them silent: SQuAD 2.0", _refusing),
    "open": ("A library of 1,204 such paragraphs", _refusing),
    "realtimeqa": ("A library of 3,667 news articles: RealtimeQA", _refusing),
    "sheets": ("Cells of eight made-up tables", _refusing),
    "parallel": ("Things told of side by side, in twelve made-up texts", _refusing),
    "everyday": ("Reports, minutes, notices and letters: sixteen made-up articles", _refusing),
    "china-ai": ("A news article on China's AI industry", _refusing),
    "open-search": ("The paragraph, found among 1,204", _found),
    "attacks": ("Orders in articles, titles, file names, questions", _withstood),
    "speed": ("From question to answer", _speed),
    "reader": ("The answering model", _model),
}
