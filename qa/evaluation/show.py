"""A report -> one metric per line, for the terminal."""

from __future__ import annotations

from dataclasses import asdict

from qa.evaluation.measure import Report
from qa.evaluation.retrieval import RetrievalReport
from qa.evaluation.written import WrittenReport


def table(report: Report | RetrievalReport | WrittenReport) -> str:
    """Names are the metrics' own, "-" is undefined; with a language model a column for it and one for the reader."""
    if isinstance(report, WrittenReport):
        return _side_by_side(report)
    figures = asdict(report.metrics)
    width = max(len(name) for name in figures)
    return "\n".join(f"{name.replace('_', ' '):<{width}}  {_figure(value):>7}" for name, value in figures.items())


def _side_by_side(report: WrittenReport) -> str:
    written, reader = asdict(report.metrics.metrics), asdict(report.metrics.reader)
    own = {"sentences": report.metrics.sentences, "supported": report.metrics.supported}
    own["nothing_left"] = report.metrics.nothing_left
    width = max(len(name) for name in written)
    rows = [("", "reader", "written"), *((name, _figure(reader[name]), _figure(written[name])) for name in written)]
    rows += [(name, "", _figure(value)) for name, value in own.items()]
    return "\n".join(f"{name.replace('_', ' '):<{width}}  {one:>7}  {other:>7}" for name, one, other in rows)


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
