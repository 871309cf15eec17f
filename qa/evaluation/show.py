"""A report -> one metric per line, for the terminal."""

from __future__ import annotations

from dataclasses import asdict

from qa.evaluation.measure import Report
from qa.evaluation.retrieval import RetrievalReport


def table(report: Report | RetrievalReport) -> str:
    """Names are the metrics' own, "-" is undefined."""
    figures = asdict(report.metrics)
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):<{width}}  {_figure(value):>7}" for name, value in figures.items())


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
