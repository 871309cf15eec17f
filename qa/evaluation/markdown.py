"""Figures as Markdown: tables and shares. What was measured is bold, so that a test can find it."""

from __future__ import annotations

from collections.abc import Sequence

RESULTS = "qa/evaluation/results"  # from the top of the project


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """A Markdown table, "" without rows; the first `left` columns are words, the others numbers, set to the right."""
    if not rows:
        return ""
    ruler = ["---"] * left + ["--:"] * (len(head) - left)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ruler, *rows))


def percent(value: float | None) -> str:
    return "–" if value is None else f"**{value * 100:.1f}**"


def share(value: float | None) -> str:
    return "–" if value is None else f"**{value:.3f}**"
