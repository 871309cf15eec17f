"""Measurements -> figures: medians over the rounds, recall, ratios to the fastest peer, and the table.

Pure: what the processes wrote goes in, a `Row` for each system comes out.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.sets import Evidence, Question, Set
from bench.systems import Role
from bench.turns import Turns

HIGHER, LOWER = max, min
# what is compared with the fastest peer, and which end is the better one
BEST: Mapping[str, Callable[..., float]] = {
    "documents_per_s": HIGHER,
    "search_ms_p50": LOWER,
}


@dataclass(frozen=True, slots=True)
class Row:
    """One system. `figures` are by set; empty, with the `reason`, for a system that failed."""

    name: str
    title: str
    role: Role
    version: str = ""
    reason: str = ""
    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def rows_of(all_turns: Sequence[Turns], sets: Sequence[Set]) -> list[Row]:
    """With `_times_fastest_peer` beside each figure of `BEST`, where a peer succeeded."""
    rows = [_row(turns, sets) for turns in all_turns]
    return [_with_ratios(row, rows) for row in rows]


def _row(turns: Turns, sets: Sequence[Set]) -> Row:
    system = turns.system
    if turns.reason:
        return Row(system.name, system.title, system.role, reason=turns.reason)
    figures = {one.name: _figures(turns, one) for one in sets}
    return Row(system.name, system.title, system.role, turns.measured["index"][0]["version"], figures=figures)


def _figures(turns: Turns, given: Set) -> dict[str, float]:
    indexed = [measured["sets"][given.name] for measured in turns.measured["index"]]
    searched = [measured["sets"][given.name] for measured in turns.measured["search"]]
    seconds = statistics.median(one["index_s"] for one in indexed)
    return {
        "pieces": indexed[0]["pieces"],
        "index_s": seconds,
        "index_processor_s": statistics.median(one["index_processor_s"] for one in indexed),
        "documents_per_s": len(given.documents) / seconds,
        "characters_per_s": given.characters / seconds,
        "search_ms_p50": 1000 * statistics.median(quantile(one["search_s"], 0.5) for one in searched),
        "search_ms_p95": 1000 * statistics.median(quantile(one["search_s"], 0.95) for one in searched),
        "ready_s": statistics.median(one["ready_s"] for one in searched),
        "index_mb": statistics.median(one["index_mb"] for one in indexed),
        "search_mb": statistics.median(one["search_mb"] for one in searched),
        "recall_at_k": recall(searched[-1]["found"], given.questions),
    }


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least this share of them does not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _with_ratios(row: Row, rows: Sequence[Row]) -> Row:
    figures = {}
    for name, its in row.figures.items():
        ratios = {}
        for measure, better in BEST.items():
            peers = [other.figures[name][measure] for other in rows if other.role == "peer" and other.figures]
            if peers:
                ratios[f"{measure}_times_fastest_peer"] = its[measure] / better(peers)
        figures[name] = {**its, **ratios}
    return Row(row.name, row.title, row.role, row.version, row.reason, figures)


# ── Recall ────────────────────────────────────────────────────────────────────────────────────────────────────────


def recall(found: Sequence[Sequence[tuple[str, str]]], questions: Sequence[Question]) -> float:
    """The share of questions for which some piece found is evidence; (document id, text) for each piece."""
    right = sum(
        any(is_evidence(document, text, evidence) for document, text in pieces for evidence in question.evidence)
        for pieces, question in zip(found, questions, strict=True)
    )
    return right / len(questions)


def is_evidence(document: str, text: str, evidence: Evidence) -> bool:
    """Of the right document, and with at least half of the words that answer, in one run.

    Half, because splitters cut differently: evidence across two pieces is in one of them for the greater part.
    """
    if document != evidence.document:
        return False
    wanted = evidence.text.split()
    return 2 * longest_run(wanted, text.split()) >= len(wanted)


def longest_run(wanted: Sequence[str], words: Sequence[str]) -> int:
    """The most words in a row that both have."""
    longest, before = 0, [0] * (len(words) + 1)
    for one in wanted:
        ends = [0] * (len(words) + 1)  # the run that ends with `one` at each word
        for number, word in enumerate(words):
            if word == one:
                ends[number + 1] = before[number] + 1
        longest, before = max(longest, *ends), ends
    return longest


# ── The table ─────────────────────────────────────────────────────────────────────────────────────────────────────

_HEAD = (
    *("system", "documents/s", "× peer", "characters/s", "pieces", "p50 ms", "× peer", "p95 ms"),
    *("ready s", "MB", "MB indexing", "recall"),
)


def table(rows: Sequence[Row], sets: Sequence[Set], *, k: int) -> str:
    """For a terminal; a column is as wide as its widest entry."""
    lines = []
    for one in sets:
        lines += [
            f"{one.name}: {len(one.documents):,} documents, {one.characters:,} characters, "
            f"{len(one.questions):,} questions, recall at {k}",
            *_aligned([_HEAD, *(_cells(row, one.name) for row in rows if row.figures)]),
            "",
        ]
    lines += [f"{row.title}: left out, {row.reason}" for row in rows if row.reason]
    return "\n".join(lines)


def _cells(row: Row, name: str) -> tuple[str, ...]:
    its: dict[str, Any] = dict(row.figures[name])
    return (
        row.title,
        f"{its['documents_per_s']:,.2f}",
        _times(its.get("documents_per_s_times_fastest_peer")),
        f"{its['characters_per_s']:,.0f}",
        f"{its['pieces']:,}",
        f"{its['search_ms_p50']:.1f}",
        _times(its.get("search_ms_p50_times_fastest_peer")),
        f"{its['search_ms_p95']:.1f}",
        f"{its['ready_s']:.1f}",
        f"{its['search_mb']:,.0f}",
        f"{its['index_mb']:,.0f}",
        f"{its['recall_at_k'] * 100:.1f}",
    )


def _times(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.2f}"


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return [
        "  ".join(cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(cells))
        for cells in (zip(line, widths, strict=True) for line in lines)
    ]
