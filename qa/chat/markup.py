"""The small pieces of HTML that the page is made of: words, dates, sources, buttons that open an article.

Writes no words of its own: an element with `data-word` gets them in the browser, in the reader's language, from
qa/chat/web/words.*.json, with the other `data-` values filled in. Whatever else is shown went through `html.escape`.
"""

from __future__ import annotations

import datetime as dt
from html import escape
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from index.types import Hit
from qa.show import is_web_address
from qa.types import PASTED, Citation


def word(key: str, **values: object) -> str:
    """Attributes that give an element the words of `key`. `count` chooses between singular and plural."""
    return f'data-word="{key}"{_values(values)}'


def label(key: str, **values: object) -> str:
    """Attributes that give an element the words of `key` as its accessible name."""
    return f'data-word-label="{key}"{_values(values)}'


def said(key: str, **values: object) -> str:
    """The words of `key` as a piece of text."""
    return f"<span {word(key, **values)}></span>"


def quiet_button(kind: str, key: str, attributes: str = "") -> str:
    """A button that looks like a link, with the words of `key`."""
    return f'<button type="button" class="fn-link fn-{kind}" {attributes}>{said(key)}</button>'


def _values(values: dict[str, object]) -> str:
    return "".join(f' data-{name}="{escape(str(value))}"' for name, value in values.items())


def opens(place: Citation | Hit) -> str:
    """Attributes that make a button open an article at a place; its value is what stood there, should that change."""
    quote = place.passage.text if isinstance(place, Hit) else place.quote
    where = place.passage if isinstance(place, Hit) else place
    return f'{opens_at(where.document_id, where.start, where.end)} value="{escape(quote)}"'


def opens_at(document_id: str, start: int, end: int) -> str:
    return f'type="button" data-document="{escape(document_id)}" data-start="{start}" data-end="{end}"'


def facts(*pieces: str) -> str:
    """Pieces of HTML, those that are not empty, on one quiet line."""
    joined = " · ".join(piece for piece in pieces if piece)
    return f'<span class="fn-facts">{joined}</span>' if joined else ""


def date(published: dt.date | str | None) -> str:
    """A date to be written as the reader writes dates; what is no ISO date stays as it is."""
    if not published:
        return ""
    try:
        iso = dt.date.fromisoformat(published).isoformat() if isinstance(published, str) else published.isoformat()
    except ValueError:
        return escape(str(published))
    return f'<time datetime="{iso}"></time>'


def page_number(page: int | None) -> str:
    return said("page", n=page) if page is not None else ""


def outlet(source: str) -> str:
    """Where an article comes from, in a word: the site of a web address, the name of a file; "" for a pasted text."""
    if source.startswith(PASTED):
        return ""
    if is_web_address(source):
        return (urlsplit(source).hostname or "").removeprefix("www.")
    return PurePosixPath(source.replace("\\", "/")).name


def source(address: str) -> str:
    """The same as HTML, with a word for a pasted text."""
    return said("pasted") if address.startswith(PASTED) else escape(outlet(address))
