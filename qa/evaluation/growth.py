"""What libraries of several sizes cost -> a table and a drawing, with the next size estimated. Reads result files.

In: the folder of results of `footnote bench --passages`. Out: Markdown and SVG. The next size is drawn from the last
two that were measured: bytes along a straight line, times along a power of the size.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.types import InputError
from qa.evaluation.markdown import table
from qa.evaluation.pictures import Series, growth_panel, picture
from qa.evaluation.sizes import Costs

_LEGEND = """\
Made-up passages of 40 to 110 words. A search takes the words and the vector of a question, six passages are found; to
embed the question takes some 4 ms more at any size. *Opened*: to the first passages found. *Added*: one document, until
it is found. *Recall*: of the ten nearest vectors. *Indexed*: both derived indexes, from the stored vectors. The last
row is estimated from the two above it, not measured: bytes along a straight line, times along a power of the size, and
none shorter than measured."""
_HEAD = "passages", "search: p50, p99", "vectors, words", "recall", "opened", "added", "indexed", "memory", "on disk"
_BYTES = ("memory_mb", "indexing_memory_mb", "disk_mb")
_FURTHER = 10  # times the largest library that was measured


@dataclass(frozen=True, slots=True)
class Measured:
    """The costs of one size and the file that they stand in."""

    costs: Costs
    file: str


def measured_sizes(folder: Path) -> list[Measured]:
    """The newest figures of each size, the smallest first. Raises InputError for a damaged file."""
    found: dict[int, Measured] = {}
    for path in sorted(folder.glob("*-size-*.json")):  # names begin with the date
        try:
            costs = Costs(**json.loads(path.read_text(encoding="utf-8"))["costs"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(f"the result {path} cannot be read: {error!r}", "delete it and measure again") from error
        found[costs.passages] = Measured(costs, path.name)
    return [found[passages] for passages in sorted(found)]


def estimated(sizes: Sequence[Costs]) -> Costs | None:
    """A library _FURTHER times the largest of `sizes`; None when there are not two to go by."""
    if len(sizes) < 2:
        return None
    before, last = sizes[-2:]
    passages = _FURTHER * last.passages

    def carried_on(name: str) -> float:
        one, two = getattr(before, name), getattr(last, name)
        if name in _BYTES:
            return float(two + (two - one) / (last.passages - before.passages) * (passages - last.passages))
        if not (one and two):  # so short that it was rounded to nothing
            return float(two)
        power = math.log(two / one) / math.log(last.passages / before.passages)
        return float(two * _FURTHER ** max(0.0, power))

    names = [name for name in Costs.__slots__ if name not in ("passages", "recall")]
    return Costs(passages=passages, recall=math.nan, **{name: carried_on(name) for name in names})


def growth_table(sizes: Sequence[Measured], *, results: str) -> str:
    """A row for each size, "" for none; `results` leads from the file that shows it to the folder of results."""
    if not sizes:
        return ""
    rows = [_row(f"[{m.costs.passages:,}]({results}/{m.file})", m.costs, "**") for m in sizes]
    further = estimated([m.costs for m in sizes])
    rows += [_row(f"{further.passages:,}, estimated", further, "")] if further else []
    return f"{table(_HEAD, rows)}\n\n{_LEGEND}"


def _row(name: str, costs: Costs, bold: str) -> tuple[str, ...]:
    def figure(value: float, digits: int, unit: str) -> str:
        return f"{bold}{value:,.{digits}f}{bold}{unit}"

    c = costs
    recall = "–" if math.isnan(c.recall) else figure(c.recall, 3, "")
    return (
        name,
        f"{figure(c.search_ms_p50, 1, ' ms')}, {figure(c.search_ms_p99, 1, ' ms')}",
        f"{figure(c.dense_ms_p50, 1, ' ms')}, {figure(c.words_ms_p50, 1, ' ms')}",
        recall,
        figure(c.open_s, 2, " s"),
        figure(c.add_s, 2, " s"),
        figure(c.index_s, 1, " s"),
        figure(c.memory_mb, 0, " MB"),
        figure(c.disk_mb, 0, " MB"),
    )


def growth_picture(sizes: Sequence[Costs]) -> str:
    """Two panels, both axes by powers of ten: what a search takes, and what a library holds; dashed: estimated."""
    further = estimated(sizes)

    def series(name: str, measure: str) -> Series:
        points = [(c.passages, getattr(c, measure)) for c in sizes]
        return Series(name, points, (further.passages, getattr(further, measure)) if further else None)

    times = [series("median", "search_ms_p50"), series("99th percentile", "search_ms_p99")]
    held = [series("memory", "memory_mb"), series("on disk", "disk_mb")]
    return picture(
        "What a library costs by its size",
        [growth_panel("A search", "milliseconds", times), growth_panel("Space", "megabytes", held)],
    )
