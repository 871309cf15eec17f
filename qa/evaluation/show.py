"""A report -> one metric per line, for the terminal."""

from __future__ import annotations

from dataclasses import asdict

from qa.evaluation.measure import Report
from qa.evaluation.record import Figures
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


def quality_table(figures: Figures) -> str:
    """The models in use beside torch in fp32, in per cent."""
    names = [name.removeprefix("reference_") for name in figures if name.startswith("reference_")]
    lines = [f"{'':<28}{'in use':>8}{'fp32':>8}{'apart':>8}"]
    for name in names:
        use, reference = (100 * (figures[f"{which}_{name}"] or 0.0) for which in ("in_use", "reference"))
        lines.append(f"{name.replace('_', ' '):<28}{use:>8.2f}{reference:>8.2f}{use - reference:>+8.2f}")
    return "\n".join(lines)
