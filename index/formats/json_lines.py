"""A JSON Lines corpus -> its Documents: {"id","title","text","source"?,"published"?,"author"?} on each line.

Where a corpus lacks "source" or "published", its "url" or "date" is taken. A row is the same one in the next reading
when its address is, or its own id and the outlet it names; only a row with neither goes by its place in the file. Knows
nothing of files; the text is normalised but otherwise left as it is, without the title, so that its offsets stay the
corpus's own.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from index.dates import dateline_end, find_date
from index.formats.content import identify
from index.text import normalise, opening
from index.types import Document, Failure, InputError

MAX_ROW_BYTES = 16 * 2**20  # a file may be of any size; a row, which is parsed in this process, may not


def read_json_lines(stream: IO[bytes], source: str) -> Iterator[Document | Failure]:
    """One document per line, read line by line: the one format without a size limit."""
    seen: set[str] = set()
    sources: set[str] = set()
    number, empty = 0, True
    while line := stream.readline(MAX_ROW_BYTES + 1):
        number += 1
        if not line.strip(codecs.BOM_UTF8 + b" \t\r\n"):
            continue
        empty = False
        try:
            _check_line(line)
            document = _told_apart(read_row(line, source, number=number), sources, number=number)
            if document.id in seen:
                raise InputError(f'the id "{document.id}" stands on an earlier line; give each row its own')
            seen.add(document.id)
            sources.add(document.source)
            yield document
        except InputError as error:
            yield Failure(source, f"line {number}: {error}")
        if len(line) > MAX_ROW_BYTES or b"\0" in line:
            return
    if empty:
        yield Failure(source, "it is empty")


def _check_line(line: bytes) -> None:
    if len(line) > MAX_ROW_BYTES:
        raise InputError(f"longer than {MAX_ROW_BYTES // 2**20} MB; the rest of the file was not read")
    if b"\0" in line:
        raise InputError("it is not text (binary data); the rest of the file was not read")


def _told_apart(document: Document, sources: set[str], *, number: int) -> Document:
    """Rows that share an address are still documents of their own; `sources`: those of the rows before."""
    if document.source not in sources:
        return document
    if document.id == identify(document.source):  # the row brings none of its own
        source = f"{document.source}#{number}"
        return replace(document, id=identify(source), source=source)
    return replace(document, source=f"{document.source}#{document.id}")


def read_row(line: bytes, source: str, *, number: int) -> Document:
    """Line `number` of the file `source`. Raises InputError with the reason when it is no document."""
    row = _parse(line)
    text = normalise(row["text"])
    if not text:
        raise InputError("its text is empty")
    title = " ".join(normalise(_string(row, "title")).split())
    own_id, stated = _own_id(row), _string(row, "source", "url")
    place = _place(source, stated, own_id, number=number)
    return Document(
        id=own_id or identify(place),
        title=title or opening(text),
        text=text,
        source=place,
        published=find_date(_string(row, "published", "date")),
        author=_string(row, "author") or ("" if stated in place else stated) or None,  # the outlet is named somewhere
        body_start=_body_start(text, title),
    )


def _place(source: str, stated: str, own_id: str, *, number: int) -> str:
    """What tells a row from all others, of other files too: many rows of many files name the same outlet."""
    if "://" in stated:
        return stated
    return f"{stated or source}#{own_id}" if own_id else f"{source}#{number}"


def _parse(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError("not UTF-8 text; save the file as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not valid JSON ({error})") from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InputError('no {"id", "title", "text"} object with a text')
    return row


def _string(row: dict[str, Any], *keys: str) -> str:
    """What stands under the first of the keys that holds any text; "" when none does."""
    values = (normalise(row[key]) for key in keys if isinstance(row.get(key), str))
    return next(filter(None, values), "")


def _own_id(row: dict[str, Any]) -> str:
    """The row's own id, as it is written there, since question sets refer to it; "" when it has none."""
    value = row.get("id")
    known = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    if not all(char.isprintable() for char in known):
        raise InputError("its id holds characters that cannot be printed")
    return known.strip()


def _body_start(text: str, title: str) -> int:
    """After the title, if the text begins with it on a line of its own, and after the dateline."""
    start = len(title) if title and text.startswith(f"{title}\n") else 0
    while text[start].isspace():
        start += 1
    return start + dateline_end(text[start : start + 500])
