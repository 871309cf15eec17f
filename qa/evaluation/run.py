"""Asks an assistant every question of a set and measures the answers. Knows no model and no library.

In: a function that answers (or searches) and `Question`s. Out: a `Report` of rows and metrics, a table for the
terminal, a dated result file that holds figures only. A question that failed is a row with its error, never dropped.
"""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import json
import os
import platform
import re
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, TypeAlias

import numpy as np

from index.types import Hit, InputError
from qa.evaluation.metrics import (
    accuracy_at_coverage,
    all_of,
    auroc,
    exact_match,
    expected_calibration_error,
    mentions,
    mrr_at,
    ndcg_at,
    normalise,
    recall_at,
    token_f1,
)
from qa.evaluation.questions import Question
from qa.types import Answer, Citation, Kind, Turn

Ask: TypeAlias = Callable[[str, Sequence[Turn]], Answer]
AnswerOver: TypeAlias = Callable[[str, Sequence[str]], Answer]
Search: TypeAlias = Callable[[str, int], list[Hit]]
Clock: TypeAlias = Callable[[], float]

_MARKER = re.compile(r"\[\d+\]")
_MARKED: tuple[Kind, ...] = ("generated", "list", "summary", "disagreement")  # kinds whose text holds [1], [2] ...
_SEVERAL: tuple[Kind, ...] = ("list", "disagreement")  # kinds that offer one answer per footnote
_DEEPEST = 20
_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "numpy")


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one question. `expected` is empty exactly when it is unanswerable.

    A question that failed has an `error`; it counts as neither answered nor refused and has no confidence.
    """

    id: str
    question: str
    expected: tuple[str, ...]
    answer: str = ""
    kind: Kind | None = None
    confidence: float | None = None
    refused: bool = False
    right: bool = False
    exact_match: bool = False
    f1: float = 0.0
    citations: tuple[Citation, ...] = ()
    seconds: float = 0.0  # for this question alone, without its history
    error: str | None = None

    @property
    def answerable(self) -> bool:
        return bool(self.expected)

    @property
    def answered(self) -> bool:
        return self.error is None and not self.refused

    def to_json(self) -> dict[str, Any]:
        """The row of `footnote eval --json`."""
        changed = {"expected": list(self.expected), "citations": [_footnote(citation) for citation in self.citations]}
        return asdict(self) | changed


@dataclass(frozen=True, slots=True)
class Metrics:
    """Shares lie between 0 and 1; None is undefined (nothing to divide by, or one class only).

    `exact_match` and `f1` are SQuAD's, over the text shown: for answerable questions, and (`_all`) for every question,
    a refusal scoring 1 where there is no answer. `precision` is the share right of the answers given, and so are the
    `accuracy_at_`s, for the most confident 25 to 100 % of them. `auroc` tells answerable from unanswerable by the
    confidence, which a refusal has too. `ece` compares confidence with `right` over the answers given: what a refusal
    withheld is not known. To see the last two groups for every question, run with a threshold of 0.
    Failed questions count as wrong wherever they are counted; the confidence metrics and seconds leave them out.
    """

    questions: int
    errors: int
    answered: int
    right: float | None
    exact_match: float | None
    f1: float | None
    exact_match_all: float | None
    f1_all: float | None
    precision: float | None
    refused_when_unanswerable: float | None
    false_refusals: float | None
    auroc: float | None
    ece: float | None
    accuracy_at_25: float | None
    accuracy_at_50: float | None
    accuracy_at_75: float | None
    accuracy_at_100: float | None
    seconds_p50: float | None
    seconds_p95: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The rows of one run, in the order asked, and what they amount to."""

    rows: tuple[Row, ...]
    metrics: Metrics

    def to_json(self) -> dict[str, Any]:
        """What `footnote eval --json` prints."""
        return {"metrics": asdict(self.metrics), "rows": [row.to_json() for row in self.rows]}


@dataclass(frozen=True, slots=True)
class RetrievalMetrics:
    """Over the questions that could be judged; `skipped` counts the others. See `retrieval` for what is relevant."""

    questions: int
    skipped: int
    recall_at_1: float | None
    recall_at_5: float | None
    recall_at_20: float | None
    mrr_at_10: float | None
    ndcg_at_10: float | None


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What a search finds, without any answering."""

    metrics: RetrievalMetrics

    def to_json(self) -> dict[str, Any]:
        """`{"metrics": {...}, "rows": []}`: a search gives hits, not rows of answers."""
        return {"metrics": asdict(self.metrics), "rows": []}


# ── Asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def evaluate(
    ask: Ask,
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None = None,
    clock: Clock = time.perf_counter,
) -> Report:
    """Asks each question after its history, in a conversation of its own. `on_row` sees each row as it is made."""
    return _evaluate(lambda _question: ask, questions, on_row=on_row, clock=clock)


def over_context(
    answer_over: AnswerOver,
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None = None,
    clock: Clock = time.perf_counter,
) -> Report:
    """The same for sets that give the paragraph, without retrieval. Raises InputError for a question without one."""
    asked = list(questions)
    bare = next((question.id for question in asked if not question.context), None)
    if bare is not None:
        raise InputError(f"the question {bare!r} has no context", "ask this set of a library instead")
    return _evaluate(
        lambda question: lambda text, _history: answer_over(text, [question.context]),
        asked,
        on_row=on_row,
        clock=clock,
    )


def _evaluate(
    ask_for: Callable[[Question], Ask],
    questions: Iterable[Question],
    *,
    on_row: Callable[[Row], object] | None,
    clock: Clock,
) -> Report:
    rows = []
    for question in questions:
        row = _attempt(ask_for(question), question, clock)
        rows.append(row)
        if on_row is not None:
            on_row(row)
    return Report(tuple(rows), measure(rows))


def _attempt(ask: Ask, question: Question, clock: Clock) -> Row:
    started = clock()
    try:
        history = _converse(ask, question.history)
        started = clock()
        answer = ask(question.question, history)
    except Exception as error:  # whatever fails, the other questions are still asked and this one is counted
        message = f"{type(error).__name__}: {error}"
        seconds = clock() - started
        return Row(question.id, question.question, question.answers, seconds=seconds, error=message)
    return _row(question, answer, clock() - started)


def _converse(ask: Ask, earlier: Sequence[str]) -> tuple[Turn, ...]:
    turns: tuple[Turn, ...] = ()
    for text in earlier:
        answer = ask(text, turns)
        turns = (*turns, Turn(text, "" if answer.refused else answer.text))
    return turns


def _row(question: Question, answer: Answer, seconds: float) -> Row:
    shown = _words(answer)
    return Row(
        id=question.id,
        question=question.question,
        expected=question.answers,
        answer="" if answer.refused else answer.text,
        kind=answer.kind,
        confidence=float(answer.confidence),
        refused=answer.refused,
        right=is_right(question, answer),
        exact_match=answer.refused if question.unanswerable else exact_match(shown, question.answers),
        f1=float(answer.refused) if question.unanswerable else token_f1(shown, question.answers),
        citations=answer.citations,
        seconds=seconds,
    )


# ── Judging ───────────────────────────────────────────────────────────────────────────────────────────────────────


def is_right(question: Question, answer: Answer) -> bool:
    """The rule by which an answer counts.

    1. No answer is expected: right exactly when refused.
    2. An answer is expected: a refusal is wrong.
    3. `all_of` is given: the text shown names every value, whatever `answers` says.
    4. Otherwise one of these equals one of the answers, by SQuAD's normalised exact match: the text shown without its
       footnote markers; for a list or a disagreement, also the answer in any footnote; for yes/no, also the text's
       first word ("Yes, ranking first" matches "yes", its footnote's words do not count: they may support "no").
    """
    if question.unanswerable or answer.refused:
        return question.unanswerable and answer.refused
    if question.all_of:
        return all_of(_words(answer), question.all_of)
    return any(exact_match(offered, question.answers) for offered in _offered(answer))


def _offered(answer: Answer) -> list[str]:
    words = _words(answer)
    if answer.kind in _SEVERAL:
        return [words, *(citation.answer for citation in answer.citations)]
    if answer.kind == "yes_no":
        return [words, *words.split()[:1]]
    return [words]


def _words(answer: Answer) -> str:
    """The text shown without footnote markers; "" for a refusal."""
    if answer.refused:
        return ""
    return _MARKER.sub("", answer.text).strip() if answer.kind in _MARKED else answer.text


def _footnote(citation: Citation) -> dict[str, Any]:
    return {
        "document": citation.document_id,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
    }


# ── Measuring ─────────────────────────────────────────────────────────────────────────────────────────────────────


def measure(rows: Sequence[Row]) -> Metrics:
    """The metrics of some rows: of a whole report, or of a part of it (one kind, one domain)."""
    answerable = [row for row in rows if row.answerable]
    unanswerable = [row for row in rows if not row.answerable]
    answered = [row for row in rows if row.answered]
    stated = [(row.confidence, row.answerable) for row in rows if row.confidence is not None]
    seconds = [row.seconds for row in rows if row.error is None]
    confidences = [row.confidence or 0.0 for row in answered]  # an answered row always has one
    right = [row.right for row in answered]
    return Metrics(
        questions=len(rows),
        errors=sum(row.error is not None for row in rows),
        answered=len(answered),
        right=_mean(row.right for row in rows),
        exact_match=_mean(row.exact_match for row in answerable),
        f1=_mean(row.f1 for row in answerable),
        exact_match_all=_mean(row.exact_match for row in rows),
        f1_all=_mean(row.f1 for row in rows),
        precision=_mean(right),
        refused_when_unanswerable=_mean(row.refused for row in unanswerable),
        false_refusals=_mean(row.refused for row in answerable),
        auroc=auroc([confidence for confidence, _ in stated], [label for _, label in stated]),
        ece=expected_calibration_error(confidences, right),
        accuracy_at_25=accuracy_at_coverage(confidences, right, 0.25),
        accuracy_at_50=accuracy_at_coverage(confidences, right, 0.50),
        accuracy_at_75=accuracy_at_coverage(confidences, right, 0.75),
        accuracy_at_100=accuracy_at_coverage(confidences, right, 1.0),
        seconds_p50=float(np.percentile(seconds, 50)) if seconds else None,
        seconds_p95=float(np.percentile(seconds, 95)) if seconds else None,
    )


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return sum(listed) / len(listed) if listed else None


def retrieval(search: Search, questions: Iterable[Question], k: int = _DEEPEST) -> RetrievalReport:
    """How high the first relevant hit stands. `search(question, k)` returns hits, nearest first; k is at least 20.

    A hit is relevant when its passage mentions an answer (normalised tokens side by side) or lies in a document named
    by `evidence`. "Yes" and "no" are never looked for in a text. Unanswerable questions are skipped, and so are those
    that name neither evidence nor an answer to look for. The question is searched for as written, without its history.
    """
    if k < _DEEPEST:
        raise ValueError(f"k is {k}, but recall is measured down to {_DEEPEST}")
    asked = list(questions)
    judged = [
        question for question in asked if not question.unanswerable and (question.evidence or _verbatim(question))
    ]
    relevance = [[_relevant(hit, question) for hit in search(question.question, k)[:k]] for question in judged]
    ranks = [found.index(True) + 1 if True in found else None for found in relevance]
    return RetrievalReport(
        RetrievalMetrics(
            questions=len(judged),
            skipped=len(asked) - len(judged),
            recall_at_1=recall_at(ranks, 1),
            recall_at_5=recall_at(ranks, 5),
            recall_at_20=recall_at(ranks, 20),
            mrr_at_10=mrr_at(ranks, 10),
            ndcg_at_10=ndcg_at(relevance, 10),
        )
    )


def _relevant(hit: Hit, question: Question) -> bool:
    if hit.passage.document_id in question.evidence:
        return True
    return any(mentions(hit.passage.text, answer) for answer in _verbatim(question))


def _verbatim(question: Question) -> list[str]:
    return [answer for answer in question.answers if normalise(answer) not in ("", "yes", "no")]


# ── Showing and keeping ───────────────────────────────────────────────────────────────────────────────────────────


def table(report: Report | RetrievalReport) -> str:
    """One metric per line, for the terminal."""
    figures = asdict(report.metrics)
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):<{width}}  {_figure(value):>7}" for name, value in figures.items())


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def save(
    report: Report | RetrievalReport, path: Path, *, command: str, machine: str, date: dt.date | None = None
) -> None:
    """Writes a dated result file: the metrics and how they came about. No rows: question sets stay out of the project.

    Absolute paths in the command are cut to their last part, so that a result says nothing of anybody's disk.
    """
    result = {
        "date": (date or dt.date.today()).isoformat(),
        "command": " ".join(_without_folders(word) for word in command.split()),
        "machine": machine,
        "python": platform.python_version(),
        "versions": {name: _version(name) for name in _PACKAGES},
        "metrics": asdict(report.metrics),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=2, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8")


def this_machine() -> str:
    """The processor's model and the number of cores, for `save`."""
    listing = Path("/proc/cpuinfo")
    named = re.search(r"^model name\s*:\s*(.+)$", listing.read_text(), re.MULTILINE) if listing.exists() else None
    model = named.group(1) if named else platform.processor() or platform.machine()
    return f"{model}, {os.cpu_count()} cores"


def _without_folders(word: str) -> str:
    option, equals, value = word.rpartition("=")
    private = PurePath(value).is_absolute() or value.startswith("~")
    return f"{option}{equals}{PurePath(value).name}" if private else word


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
