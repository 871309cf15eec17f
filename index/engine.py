"""Rows of token ids -> what a model says of them, on OpenVINO: in batches of like length, one pass at a time.

Chooses bf16 or fp32 by what the processor multiplies. Knows nothing of texts. None instead of an engine stands for a
model or a machine that it cannot serve; torch does then.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.bert import Head

MAX_PASS_TOKENS = 1536  # of one pass, with padding; larger ones outgrow the cache, and others wait for their turn
_PASS_COST = 32  # what starting a pass costs, in tokens; measured in qa/evaluation/LOG.md
_STEP, _FINE_STEP = 8, 2  # rows are padded to a multiple of it: each new shape costs some milliseconds once,
_FINE_FROM = 768  # which only a pass of so many tokens earns back

_log = logging.getLogger("footnote")
_importing = threading.Lock()
_said: set[str] = set()


class Row(NamedTuple):
    """Token ids, and from where on their type is 1."""

    ids: Sequence[int]
    second_start: int


class Engine:
    """A compiled BERT. May be used from several threads: all engines take turns, pass by pass, in order of asking."""

    def __init__(self, folder: Path, head: Head) -> None:
        """Raises UnknownModelError, OSError, ValueError, or RuntimeError where OpenVINO cannot compile it."""
        from index.bert import graph, head_of

        self._head = head_of(folder, head)
        self._request = _compiled(graph(folder)).create_infer_request()

    def run(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """For each row (hidden,) of a model of vectors, (tokens, 2) of one of spans."""
        found: dict[int, NDArray[np.float32]] = {}
        for batch in batches([len(row.ids) for row in rows]):
            out = _turns().submit(self._pass, [rows[i] for i in batch]).result()
            found |= zip(batch, out, strict=True)
        return [found[i] for i in range(len(rows))]

    def _pass(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        import numpy as np

        longest = _padded(max(len(row.ids) for row in rows), len(rows))
        ids, types = (np.zeros((len(rows), longest), dtype=np.int32) for _ in range(2))
        mask = np.zeros((len(rows), longest), dtype=np.float32)
        for i, row in enumerate(rows):
            length = len(row.ids)
            ids[i, :length] = row.ids
            types[i, row.second_start : length] = 1
            mask[i, :length] = 1
        layer = self._request.infer([ids, types, mask], share_outputs=True)[0]  # (n, longest, hidden)
        return [self._head(layer[i, : len(row.ids)]) for i, row in enumerate(rows)]


def _padded(longest: int, rows: int) -> int:
    step = _FINE_STEP if longest * rows >= _FINE_FROM else _STEP
    return -(-longest // step) * step


def read_tokenizer(folder: Path) -> Any:
    """The `tokenizers.Tokenizer` of a model's folder, which neither cuts nor pads. Raises ValueError in one line."""
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    if not file.exists():
        raise ValueError(f"no {file.name}")
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the package raises no other class
        raise ValueError(f"its {file.name} is damaged ({first_line(error)})") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def first_line(error: Exception) -> str:
    """What an error says, which may be nothing, or pages."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def open_engine(folder: Path, head: Head) -> Engine | None:
    """None when torch has to do it: another architecture, or a machine without a working OpenVINO, which is said."""
    try:
        with _importing:  # of two threads that meet a broken OpenVINO, both are to hear why
            # It tells its makers of every import, over the network. Without this module it uses a stub, which does not.
            sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
            from index.bert import UnknownModelError
    except (ImportError, OSError, RuntimeError) as error:
        if isinstance(error.__cause__, KeyboardInterrupt):  # stopped while it was loading
            raise error.__cause__ from None
        _say_why_not(error)
        return None
    try:
        return Engine(folder, head)
    except (
        UnknownModelError,
        OSError,
        ValueError,
    ):  # torch knows the architecture, or says what is wrong with the files
        return None
    except RuntimeError as error:
        _say_why_not(error)
        return None


def _say_why_not(error: Exception) -> None:
    why = (str(error).strip() or type(error).__name__).splitlines()[-1]  # OpenVINO names its own files first
    _say("torch", f"note: OpenVINO does not run here ({why}); going on with torch, which is slower")


def _say(subject: str, note: str) -> None:
    """Once, however many models it is true of."""
    if subject not in _said:
        _said.add(subject)
        _log.warning(note)


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Row numbers in passes of like length: the cheapest way to cut the rows in order of length.

    A pass costs `_PASS_COST` and its padded tokens, of which it has at most MAX_PASS_TOKENS (one row at least).
    """
    order = sorted(range(len(lengths)), key=lengths.__getitem__)
    costs, starts = [0], [0]  # of the first so many rows: the least cost, and where the last of its passes begins
    for end in range(1, len(order) + 1):
        longest = lengths[order[end - 1]]
        most = max(1, MAX_PASS_TOKENS // max(1, longest))
        options = ((costs[i] + _PASS_COST + (end - i) * longest, i) for i in range(max(0, end - most), end))
        cost, start = min(options)
        costs.append(cost)
        starts.append(start)
    made: list[list[int]] = []
    end = len(order)
    while end:
        made.append(order[starts[end] : end])
        end = starts[end]
    return made[::-1]


@cache
def _turns() -> ThreadPoolExecutor:
    """One thread that runs the passes of every engine: they would only take the cores from each other."""
    return ThreadPoolExecutor(1, thread_name_prefix="engine")


@cache
def _core() -> Any:
    """OpenVINO. Raises ImportError or OSError where it is missing or damaged."""
    import openvino as ov

    core = ov.Core()
    if "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        _say("fp32", "note: this processor does not multiply in bf16; going on in fp32, at about half the speed")
    return core


def _compiled(model: Any) -> Any:
    # Not pinned to cores: beside other programs a pinned thread waits for its core while another idles.
    wanted = {"PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "ENABLE_CPU_PINNING": False}
    return _core().compile_model(model, "CPU", wanted | {"INFERENCE_NUM_THREADS": cores()})


def cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
