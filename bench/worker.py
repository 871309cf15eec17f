"""One job for one system, in that system's own environment: `python -m bench.worker ORDER.json`.

Knows the protocol and the clock, nothing of the other systems. In: an order. Out: a JSON file with seconds, memory
and what was found; a failure ends in a traceback on stderr, of which the last line is the reason.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.protocol import Document, System

_WARM_UP = 8  # documents indexed, and questions asked, before the clock counts


def main(order: dict[str, Any]) -> dict[str, Any]:
    """Does the job of the order and returns what was measured."""
    _stay_on_processors(order["threads"])
    module, _, made = order["code"].partition(":")
    system: System = getattr(importlib.import_module(module), made)(order["model"])
    measured = _indexed(system, order) if order["job"] == "index" else _searched(system, order)
    return {**measured, "version": _version(order["package"])}


def _stay_on_processors(count: int) -> None:
    """Libraries differ in the variables that they heed; none can leave the processors that it is given."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def _indexed(system: System, order: dict[str, Any]) -> dict[str, Any]:
    """Models and libraries are warm when the clock starts: a few documents were indexed elsewhere before."""
    first = order["sets"][0]
    system.index(_documents(Path(first["documents"]))[:_WARM_UP], _folder(first["folder"] + "-warm-up"))
    figures = {}
    for one in order["sets"]:
        began, worked = time.perf_counter(), processor_s()
        pieces = system.index(_documents(Path(one["documents"])), _folder(one["folder"]))
        seconds, worked = time.perf_counter() - began, processor_s() - worked
        its = {"index_s": seconds, "index_processor_s": worked, "pieces": pieces, "index_mb": peak_memory_mb()}
        figures[one["name"]] = its
    return {"sets": figures}


def _searched(system: System, order: dict[str, Any]) -> dict[str, Any]:
    """Ready is the moment at which the first question has its passages, counted from the start of the process."""
    figures: dict[str, Any] = {}
    for one in order["sets"]:
        began = order["began"] if not figures else time.monotonic()
        system.open(Path(one["folder"]))
        system.search(one["questions"][0], order["k"])
        ready = time.monotonic() - began
        for question in one["questions"][:_WARM_UP]:
            system.search(question, order["k"])
        worked = processor_s()
        seconds, found = _timed(lambda question: system.search(question, order["k"]), one["questions"])
        figures[one["name"]] = {
            "search_s": seconds,
            "search_processor_s": (processor_s() - worked) / len(seconds),
            "found": [[(hit.document, hit.text) for hit in hits] for hits in found],
            "ready_s": ready,
            "search_mb": peak_memory_mb(),
        }
    return {"sets": figures}


def _timed(search: Callable[[str], Any], questions: list[str]) -> tuple[list[float], list[Any]]:
    seconds, found = [], []
    for question in questions:
        began = time.perf_counter()
        found.append(search(question))
        seconds.append(time.perf_counter() - began)
    return seconds, found


def _documents(path: Path) -> list[Document]:
    with path.open(encoding="utf-8") as lines:
        return [Document(**json.loads(line)) for line in lines]


def _folder(name: str) -> Path:
    folder = Path(name)
    folder.mkdir(parents=True)
    return folder


def peak_memory_mb() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 1024)  # bytes on macOS, KiB elsewhere


def processor_s() -> float:
    """Seconds of work on all processors, of this process and of those that it waited for."""
    return sum(os.times()[:4])


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


if __name__ == "__main__":
    ORDER = Path(sys.argv[1])
    WANTED = json.loads(ORDER.read_text(encoding="utf-8"))
    Path(WANTED["result"]).write_text(json.dumps(main(WANTED)), encoding="utf-8")
