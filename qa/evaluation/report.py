"""Measures the parts of the report one after the other and keeps each as a dated file; a part that is there is kept.

In: the folder with the question sets, a configuration. Out: an `Outcome` for each part. Each question is answered
twice over the same reading: by the assistant as it is, and by one that always answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from index import chunk
from index.library import Library
from index.load import load
from index.types import Document, Hit, InputError, Retriever
from qa.app import assistant_over, open_encoder, open_library, open_reader
from qa.assistant import Assistant
from qa.config import Config
from qa.evaluation import attacks, clutter
from qa.evaluation.asking import evaluate, over_context
from qa.evaluation.judge import Row
from qa.evaluation.measure import Report, measure
from qa.evaluation.metrics import accuracy_at_coverage, calibration_bins
from qa.evaluation.parts import Part, parts_named
from qa.evaluation.questions import Question
from qa.evaluation.read_ahead import ReadAhead, SearchedOnce, in_batches
from qa.evaluation.record import Figures, Result, newest, provenance_of, reader_digest, this_machine, write
from qa.evaluation.retrieval import retrieval
from qa.evaluation.speed import measure as measure_speed
from qa.evaluation.timings import reader_alone
from qa.evidence import Calibration

AskAll: TypeAlias = Callable[[Assistant, Sequence[Question]], Report]

_CURVE_POINTS = 50
_TIMED = 40  # questions of a library that are asked one by one, for their time


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one part: its result, `kept` when it was there before; or none, and the reason."""

    part: Part
    result: Result | None
    kept: bool = False
    reason: str = ""

    def __str__(self) -> str:
        if self.result is None:
            return f"{self.part.name}: left out, {self.reason}"
        how = "kept as it was" if self.kept else "measured"
        asked = f", {self.result.asked:,} of {self.result.of:,} questions" if self.result.of else ""
        return f"{self.part.name}: {how}{asked}, {self.result.file_name}"


def run(data: Path, out: Path, config: Config, *, count: int, names: Sequence[str] = ()) -> Iterator[Outcome]:
    """The parts of these names (none: all), each measured on at most `count` questions of its set (0: all of them).

    A part is kept when `out` has it of the same reader and settings, on as many questions or more. Raises InputError
    when the question sets of a named part are missing, or those of every part.
    """
    if count < 0:
        raise InputError(f"a sample of {count} questions cannot be asked", "give a number above 0, or 0 for all")
    parts = parts_named(names)
    missing = {part.name: part.missing(data) for part in parts}
    asking = [part for part in parts if not part.is_ours]
    if any(missing.values()) and (names or all(missing[part.name] for part in asking)):
        absent = next(paths[0] for paths in missing.values() if paths)
        raise InputError(f"there is no {absent}", "name the folder that holds dev/ and corpora/ with the question sets")
    known = newest(out, reader=reader_digest(Path(config.reader)))
    for part in parts:
        there = known.get(part.name)
        if missing[part.name]:
            yield Outcome(part, None, reason=f"there is no {missing[part.name][0]}")
        elif there is not None and there.settings == settings(config) and _covers(there, part, count):
            yield Outcome(part, there, kept=True)
        else:
            result = measured(part, data, config, count=count)
            write(result, out)
            yield Outcome(part, result)


def settings(config: Config) -> dict[str, str | float]:
    """What the figures hang on beside the reader and the code."""
    threshold = Calibration.load(Path(config.reader) / "calibration.json").threshold
    its: dict[str, str | float] = {
        "threshold": threshold if config.threshold is None else config.threshold,
        "encoder": Path(config.encoder).name,
        "passages_read": config.passages_read,
        "chunk_chars": config.chunk_chars,
    }
    return its | {"reference": True} if config.reference else its


def measured(part: Part, data: Path, config: Config, *, count: int) -> Result:
    """One part, measured now. Raises InputError, ModelError or LibraryError for what cannot be used."""
    questions, of = part.questions(data, count=count) if part.files else ([], 0)
    return Result(
        part=part.name,
        provenance=provenance_of(f"footnote report DATA --only {part.name} --sample {count}", this_machine()),
        reader=reader_digest(Path(config.reader)),
        settings=settings(config),
        asked=len(questions),
        of=of,
        **_figures(part, data, config, questions),
    )


def _covers(result: Result, part: Part, count: int) -> bool:
    """Whether as many questions were asked as are wanted now."""
    return result.asked == result.of or 0 < part.size(count) <= result.asked


# ── One part ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _figures(part: Part, data: Path, config: Config, questions: Sequence[Question]) -> dict[str, Any]:
    """The fields of `Result` that hold figures."""
    match part.how:
        case "reader":
            return {"metrics": reader_alone(config)}
        case "speed":
            return {"metrics": measure_speed(config)}
        case "quality":
            return {"metrics": _against_reference(data, config, count=len(questions))}
        case "pages":
            return {"metrics": clutter.figures()}
        case "attacks":
            return {"metrics": _attacked(part, config)}
        case _:
            return _asked_figures(part, data, config, questions)


def _asked_figures(part: Part, data: Path, config: Config, questions: Sequence[Question]) -> dict[str, Any]:
    """Of a part with questions: over their paragraphs, of a library, or of its search alone."""
    if part.how == "paragraph":
        with Library(None, open_encoder(config)) as empty:
            return _answers(part, empty, config, questions, ask_all=_over_paragraphs)
    with _library(part, data / part.articles, config) as library:
        if part.how == "search":
            return {"metrics": _search(part, library, questions)}
        answers = _answers(part, SearchedOnce(library), config, questions, ask_all=_of_library)
        times = _times(assistant_over(library, config), questions[:_TIMED])
        return answers | {"metrics": {**answers["metrics"], **times, "documents": len(library)}}


def _against_reference(data: Path, config: Config, *, count: int) -> Figures:
    """The same questions with the models in use and with torch in fp32."""
    figures: dict[str, float | None] = {}
    for name, one in (("in_use", config), ("reference", replace(config, reference=True))):
        reading, finding = parts_named(["squad2", "open-search"])
        answers = _figures(reading, data, one, reading.questions(data, count=count)[0])
        found = _figures(finding, data, one, finding.questions(data, count=count)[0])["metrics"]
        its, forced = answers["metrics"], answers["forced"]
        figures |= {f"{name}_{figure}": its[figure] for figure in ("f1_all", "false_refusals")}
        figures[f"{name}_refused_when_unanswerable"] = its["refused_when_unanswerable"]
        figures |= {f"{name}_forced_f1": forced["f1"], f"{name}_ndcg_at_10": found["ndcg_at_10"]}
    return figures


def _attacked(part: Part, config: Config) -> Figures:
    from tqdm import tqdm

    reader, chosen = open_reader(config), attacks.attacks()
    run = attacks.run(lambda library: assistant_over(library, config, reader=reader), open_encoder(config), chosen)
    return attacks.figures(
        list(tqdm(run, total=len(chosen), desc=part.name, unit=" attacks", disable=None, leave=False))
    )


FOUND = ("recall_at_1", "recall_at_5", "recall_at_20", "mrr_at_10", "ndcg_at_10")


def _search(part: Part, library: Library, questions: Sequence[Question]) -> Figures:
    """The figures of the search, and of each of its stages by itself ("dense_recall_at_5", "bm25_...")."""
    from tqdm import tqdm

    def stage(name: str, search: Callable[[str, int], list[Hit]]) -> Figures:
        asked = tqdm(questions, desc=f"{part.name} {name}", unit=" questions", disable=None, leave=False)
        return asdict(retrieval(search, asked).metrics)

    def ranked(find: Callable[[str, int], list[tuple[int, float]]]) -> Callable[[str, int], list[Hit]]:
        return lambda question, limit: _hits(library, find(question, limit))

    stages = {"dense": ranked(library.search_dense), "bm25": ranked(library.search_words)}
    figures = dict(stage("fused", lambda question, limit: library.search(question, limit=limit)))
    for name, search in stages.items():
        its = stage(name, search)
        figures |= {f"{name}_{figure}": its[figure] for figure in FOUND}
    return figures


def _hits(library: Library, ranking: Sequence[tuple[int, float]]) -> list[Hit]:
    passages = library.passages(number for number, _ in ranking)
    return [Hit(passages[number], score) for number, score in ranking]


def _over_paragraphs(assistant: Assistant, questions: Sequence[Question]) -> Report:
    return over_context(assistant.answer_over, questions)


def _of_library(assistant: Assistant, questions: Sequence[Question]) -> Report:
    return evaluate(lambda question, history: assistant.ask(question, history=history), questions)


def _answers(
    part: Part, library: Retriever, config: Config, questions: Sequence[Question], *, ask_all: AskAll
) -> dict[str, Any]:
    """Both assistants' figures over one reading."""
    from tqdm import tqdm

    reader = ReadAhead(open_reader(config))
    as_it_is = assistant_over(library, config, reader=reader)
    always = assistant_over(library, replace(config, threshold=0.0), reader=reader)
    rows: list[Row] = []
    forced: list[Row] = []
    with tqdm(total=len(questions), desc=part.name, unit=" questions", disable=None, leave=False) as bar:
        for some, (mine, others) in in_batches(
            lambda some: (ask_all(as_it_is, some).rows, ask_all(always, some).rows), reader, questions
        ):
            rows += mine
            forced += others
            bar.update(len(some))
    return from_rows(rows, forced)


def from_rows(rows: Sequence[Row], forced: Sequence[Row]) -> dict[str, Any]:
    """The figures of `Result` from the rows of the assistant as it is, and of one that always answers."""
    answered = [row for row in forced if row.answered]
    right = [row.answered and row.right for row in forced]
    return {
        "metrics": _without_times(rows),
        "forced": _without_times(forced),
        "forced_curve": _curve([(row.confidence or 0.0) * row.answered for row in forced], right),
        "decisions_curve": _curve([row.certainty for row in rows], [row.right for row in rows]),
        "reliability": tuple(
            calibration_bins([row.confidence or 0.0 for row in answered], [row.right for row in answered])
        ),
    }


def _without_times(rows: Sequence[Row]) -> Figures:
    """Questions that were read together have no times of their own."""
    return {name: value for name, value in asdict(measure(rows)).items() if not name.startswith("seconds")}


def _curve(confidences: Sequence[float], right: Sequence[bool]) -> tuple[float, ...]:
    shares = [accuracy_at_coverage(confidences, right, point / _CURVE_POINTS) for point in range(1, _CURVE_POINTS + 1)]
    return tuple(round(share, 4) for share in shares if share is not None)


def _times(assistant: Assistant, questions: Sequence[Question]) -> Figures:
    """Seconds from question to answer, asked one by one after a warm-up."""
    _of_library(assistant, questions[:1])
    metrics = _of_library(assistant, questions).metrics
    return {"seconds_p50": metrics.seconds_p50, "seconds_p95": metrics.seconds_p95, "timed": len(questions)}


def _library(part: Part, articles: Path, config: Config) -> Library:
    """The articles as a library in `--home`, where they stay for the next time; what is there is not read again."""
    from tqdm import tqdm

    name = f"{articles.parent.name}-{articles.stem}-{_cut(config, articles)}"
    library = open_library(replace(config, home=str(config.home_folder / "measured" / name)))
    loaded = (item for item in load(str(articles)) if isinstance(item, Document))
    with tqdm(desc=f"{part.name}: indexing", unit=" passages", disable=None, leave=False) as bar:
        for _ in library.add(loaded, embedded=bar.update):
            pass
    return library


def _cut(config: Config, articles: Path) -> str:
    """Changes when articles are cut into passages or embedded in another way, or lie elsewhere: no old library is
    measured, and none that holds them twice.
    """
    source = Path(chunk.__file__).read_bytes()
    made_by = f"{config.chunk_chars} {config.encoder}{' reference' if config.reference else ''} {articles.resolve()}"
    return hashlib.sha256(source + made_by.encode()).hexdigest()[:8]
