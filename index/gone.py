"""Which documents came from a folder or file and are no longer in it. In: their sources, the place. Changes nothing."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from index.load import address, files_of, is_streamed, load_file
from index.types import Document, Entry, UserError

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")


def gone_from(
    place: str | Path,
    entries: Iterable[Entry],
    *,
    members: Callable[[str], Collection[str] | None] = lambda path: None,
) -> list[Entry]:
    """The entries whose file lay in the folder `place` and is not there any more, and what has gone from a file.

    `members` gives the sources of all that a file held when it was read last, None where that is not known; then what
    lies in an archive goes with the archive, and rows are looked up in the file. No entries at all while the place
    itself is missing: its drive may not be mounted.
    """
    path = Path(os.path.abspath(Path(place).expanduser()))
    if not path.exists():
        return []
    missing = [entry for entry in entries if _lay_in(path, entry.source) and not _is_there(entry.source, members)]
    held = _held_elsewhere(path, {entry.source for entry in missing if "#" in entry.source}, members)
    return [entry for entry in missing if entry.source not in held]


def _lay_in(place: Path, source: str) -> bool:
    if "://" in source or not Path(source).is_absolute():
        return False
    return Path(source).is_relative_to(address(place)) or source.startswith(f"{address(place)}#")


def _is_there(source: str, members: Callable[[str], Collection[str] | None]) -> bool:
    """Whether the file is there, or the archive or mail that it is a part of ("mail.eml#1/plan.pdf")."""
    parts = source.split("#")
    for count in range(len(parts), 0, -1):
        path = "#".join(parts[:count])
        if path == source and (os.path.lexists(path) or os.path.lexists(_in_bytes(path))):
            return True
        if os.path.isfile(path) or os.path.isfile(_in_bytes(path)):  # a folder "C" is no archive that "C#/plan" lay in
            held = members(path)
            return held is None or source in held
    return False


def _held_elsewhere(place: Path, sources: set[str], members: Callable[[str], Collection[str] | None]) -> set[str]:
    """Those that a file in the place holds though they seem parts of another: a row may name any file as its source."""
    held: set[str] = set()
    with suppress(UserError):  # the place holds no article any more
        for path in files_of(str(place))[0] if sources else []:
            known = members(address(path))
            if known is not None:
                held.update(sources.intersection(known))
            elif is_streamed(path.name):  # a long corpus, or one with a bad row, is not remembered
                held.update(sources.intersection(_rows(path)))
    return held


def _rows(path: Path) -> Iterator[str]:
    return (item.source for item in load_file(path) if isinstance(item, Document))


def _in_bytes(source: str) -> str:
    """The file for which this text stands if its name is not UTF-8, as `address` writes such names; else the same."""
    named = _ESCAPED.sub(lambda escaped: bytes.fromhex(escaped[1].decode()), source.encode())
    path = os.fsdecode(named)
    return path if address(path) == source else source
