"""Which documents came from a folder and are no longer in it. In: their sources and the folder. Touches nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

from index.load import address
from index.types import Entry

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")


def gone_from(folder: str | Path, entries: Iterable[Entry]) -> list[Entry]:
    """The entries whose file lay in `folder` and is not there any more; what lies in an archive goes with the archive.

    None at all while the folder itself is missing: a drive that is not mounted has lost nothing.
    """
    place = Path(os.path.abspath(Path(folder).expanduser()))
    if not place.is_dir():
        return []
    return [entry for entry in entries if _lay_in(place, entry.source) and not _is_there(entry.source)]


def _lay_in(folder: Path, source: str) -> bool:
    return "://" not in source and Path(source).is_absolute() and Path(source).is_relative_to(address(folder))


def _is_there(source: str) -> bool:
    """Whether the file is there, or the archive or mail that it is a part of ("mail.eml#1/plan.pdf")."""
    parts = source.split("#")
    paths = ("#".join(parts[:count]) for count in range(1, len(parts) + 1))
    return any(os.path.lexists(path) or _is_there_in_bytes(path) for path in paths)


def _is_there_in_bytes(source: str) -> bool:
    """Whether a file is there whose name is not UTF-8 and for which this text stands, as `address` writes it."""
    named = _ESCAPED.sub(lambda escaped: bytes.fromhex(escaped[1].decode()), source.encode())
    path = Path(os.fsdecode(named))
    return address(path) == source and os.path.lexists(path)
