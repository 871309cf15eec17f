"""What `index.load` makes of one source, and of pasted text."""

from __future__ import annotations

from pathlib import Path

from index.load import from_text, load
from index.types import Document, Failure


def one(path: Path | str) -> Document:
    (document,) = load(str(path))
    assert isinstance(document, Document), document
    return document


def failure(path: Path | str) -> Failure:
    (found,) = load(str(path))
    assert isinstance(found, Failure), found
    return found


def page(text: str) -> Document:
    return from_text(text, source="pasted")


def body(document: Document) -> str:
    return document.text[document.body_start :]
