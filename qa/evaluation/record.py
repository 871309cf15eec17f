"""Figures kept: dated JSON files that say how they came about, and read back. They hold no questions and no texts.

In: a report of `footnote eval`, or the `Result` of a part of `footnote report`. Out: files, and the newest `Result`s.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import importlib.metadata
import json
import os
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Any, TypeAlias

from index.types import InputError, ModelError
from qa.evaluation.measure import Report
from qa.evaluation.metrics import Bin
from qa.evaluation.retrieval import RetrievalReport
from qa.evaluation.sizes import Costs
from qa.evaluation.written import WrittenReport

Figures: TypeAlias = Mapping[str, float | None]

_PACKAGES = ("torch", "transformers", "sentence-transformers", "faiss-cpu", "tantivy", "numpy")


@dataclass(frozen=True, slots=True)
class Provenance:
    """How figures came about: when, by which command, on which machine, with which versions."""

    date: str  # ISO
    command: str
    machine: str
    python: str
    versions: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one part of the report, `asked` questions out of `of`, and what they hang on.

    `metrics` are those of the assistant as it is, `forced` those of one that always answers. The curves hold the share
    right among the surest 2, 4, ... 100 % of the questions: `forced_curve` of the forced answers, where an unanswerable
    question is always wrong, `decisions_curve` of the decisions, see `Metrics.right_at_50`. `reliability` compares the
    confidence of the forced answers with their share right.
    """

    part: str
    provenance: Provenance
    reader: str  # the digest of its files
    settings: Mapping[str, str | float]
    asked: int
    of: int
    metrics: Figures
    forced: Figures | None = None
    forced_curve: tuple[float, ...] = ()
    decisions_curve: tuple[float, ...] = ()
    reliability: tuple[Bin, ...] = ()

    @property
    def file_name(self) -> str:
        return f"{self.provenance.date}-{self.part}.json"


def write(result: Result, folder: Path) -> Path:
    """Writes the dated file aside and renames it, so that a file that is there is whole."""
    values = asdict(result)
    provenance = values.pop("provenance")
    path = folder / result.file_name
    _write({"part": values.pop("part"), **provenance, **values}, path)
    return path


def newest(folder: Path, *, reader: str) -> dict[str, Result]:
    """The latest result of each part that was measured with this reader. Raises InputError for a damaged file.

    Files without a part, which `footnote eval --save` writes, are passed over.
    """
    found: dict[str, Result] = {}
    for path in sorted(folder.glob("*.json")):  # names begin with the date
        values = _read(path)
        if values.get("reader") == reader:
            result = _result(values, path)
            found[result.part] = result
    return found


def _read(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the result {path} cannot be read: {error}", "delete it and measure again") from error
    return values if isinstance(values, dict) else {}


def _result(values: dict[str, Any], path: Path) -> Result:
    try:
        provenance = Provenance(**{name: values.pop(name) for name in Provenance.__slots__})
        values |= {name: tuple(values[name]) for name in ("forced_curve", "decisions_curve")}
        values["reliability"] = tuple(Bin(**one) for one in values["reliability"])
        return Result(provenance=provenance, **values)
    except (KeyError, TypeError) as error:
        raise InputError(f"the result {path} is not complete: {error}", "delete it and measure again") from error


def save(
    report: Report | RetrievalReport | WrittenReport,
    path: Path,
    *,
    command: Sequence[str],
    machine: str,
    date: dt.date | None = None,
) -> None:
    """Writes a dated result file: the metrics and how they came about. No rows: question sets stay out of the project.

    Absolute paths in the command are cut to their last part, so that a result says nothing of anybody's disk.
    """
    provenance = provenance_of(" ".join(_without_folders(word) for word in command), machine, date=date)
    _write({**asdict(provenance), "metrics": asdict(report.metrics)}, path)


def keep(name: str, counts: Mapping[str, Any], folder: Path, *, command: str) -> Path:
    """Writes what was counted now, on this machine, to a dated file called `name`."""
    provenance = provenance_of(command, this_machine())
    path = folder / f"{provenance.date}-{name}.json"
    _write({**asdict(provenance), **counts}, path)
    return path


def save_costs(costs: Costs, folder: Path, *, machine: str) -> Path:
    """Writes what a library of one size costs, dated, and says where."""
    provenance = provenance_of(f"footnote bench --passages {costs.passages}", machine)
    path = folder / f"{provenance.date}-size-{costs.passages}.json"
    _write({**asdict(provenance), "costs": asdict(costs)}, path)
    return path


def _write(values: Mapping[str, Any], path: Path) -> None:
    aside = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(json.dumps(values, indent=2, allow_nan=False, ensure_ascii=False) + "\n", encoding="utf-8")
        aside.replace(path)
    except OSError as error:
        message = f"the result {path} cannot be written: {error.strerror}"
        raise InputError(message, "check the folder, its permissions and the free space") from error


def provenance_of(command: str, machine: str, *, date: dt.date | None = None) -> Provenance:
    """Of figures measured now, in this process."""
    return Provenance(
        date=(date or dt.date.today()).isoformat(),
        command=command,
        machine=machine,
        python=platform.python_version(),
        versions={name: _version(name) for name in _PACKAGES},
    )


def reader_digest(folder: Path) -> str:
    """Tells two readers apart: a hash of every file of the folder but its card. Raises ModelError without a folder."""
    files = sorted(path for path in folder.glob("*") if path.is_file() and path.suffix != ".md")
    if not files:
        raise ModelError(
            f"the answering model in {folder} cannot be loaded: no files",
            "install Footnote again, or name the folder of an extractive model with --reader",
        )
    hashed = hashlib.sha256()
    for path in files:
        hashed.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:16]


def this_machine() -> str:
    """The processor's model and the number of cores."""
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
