"""How much memory a model will take, and how much there is: known before it is loaded. Reads files, loads nothing."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

from index.types import ModelError

_STORED_BYTES = {"F64": 8, "F32": 4, "BF16": 2, "F16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}
_MOST_HEADER_BYTES = 100_000_000
_REST = 1.15  # the keys and values of a short chat, buffers of a step: about a seventh on top
_REST_BYTES = 200_000_000


def parameters(folder: Path) -> int:
    """How many numbers the weights in the folder are. Raises ModelError when there are none, or they are damaged."""
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise ModelError(
            f"{folder} holds no weights as .safetensors",
            "choose a model that is published in that format; others may run code when they are opened",
        )
    return sum(_numbers(file) for file in files)


def _numbers(file: Path) -> int:
    """From the header alone: https://github.com/huggingface/safetensors#format."""
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            if length > _MOST_HEADER_BYTES:
                raise ValueError("its header is too long")
            header = json.loads(opened.read(length))
        tensors = [tensor for name, tensor in header.items() if name != "__metadata__"]
        spans = [(tensor["data_offsets"][1] - tensor["data_offsets"][0], tensor["dtype"]) for tensor in tensors]
        end = max((tensor["data_offsets"][1] for tensor in tensors), default=0)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, struct.error) as error:
        raise ModelError(f"the weights {file} are damaged: {error}", "fetch the model again") from error
    if 8 + length + end > file.stat().st_size:
        raise ModelError(f"the weights {file} are not complete", "fetch the model again")
    return sum(size // _STORED_BYTES.get(dtype, 1) for size, dtype in spans)


def needed_bytes(count: int, bytes_each: int) -> int:
    """For so many parameters at so many bytes each, with what a short chat needs beside them."""
    return int(count * bytes_each * _REST) + _REST_BYTES


def available_bytes() -> int | None:
    """What this process may still take, of the machine and of its container; None where it cannot be told."""
    limits = [limit for limit in (_of_machine(), _of_container()) if limit is not None]
    return min(limits, default=None)


def _of_machine() -> int | None:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:  # macOS: what there is, not what is free
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return None


def _of_container() -> int | None:
    folder = Path("/sys/fs/cgroup")
    try:
        most = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = int((folder / "memory.current").read_text(encoding="ascii"))
        stat = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
        return None if most == "max" else int(most) - used + int(stat.get("inactive_file", 0))
    except (OSError, ValueError):
        return None


def check_room(name: str, needed: int, available: int | None) -> None:
    """Raises ModelError when the model will not fit."""
    if available is not None and needed > available:
        raise ModelError(
            f"{name} needs about {gigabytes(needed)} of memory; {gigabytes(available)} are free",
            "close other programs, or choose a smaller model (docs/models.md)",
        )


def gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"
