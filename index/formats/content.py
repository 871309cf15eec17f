"""What a reader found in a file -> a Document: normalised, without a site around it, dated, its pages counted.

In: a Content and the source it came from. Out: a Document, or InputError when nothing is left to read. Knows nothing of
formats.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import PurePath

from index.clean import TextKind, read_page
from index.text import normalise
from index.types import Document, InputError

MAX_LINE_CHARS = 10_000_000
_FIRST_MARK = 0xF0000  # plane 15 is for private use: no file has a say in what these characters mean
_STOCK_TITLE = re.compile(
    r"microsoft \w+ - .*|.*\.(?:docx?|odt|rtf|pptx?|xlsx?|pdf|indd|qxd|tex|dvi)|untitled( document)?\W*\d*"
    r"|(?:word )?document\d*|powerpoint[ -]presentation|\W*",
    re.IGNORECASE,
)
_STOCK_AUTHOR = re.compile(
    r"python-(?:docx|pptx)|openpyxl|(?:microsoft office|windows) user|unknown(?: author)?", re.IGNORECASE
)
_MARK = re.compile("[\U000f0000-\U000fffff]")


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader found. What the file states of itself counts before what its text says.

    `pages[n]` is the character of `text` at which page n + 1 begins. `made`, the day on which a program wrote the file,
    counts only when nothing else is known.
    """

    text: str
    title: str | None = None
    author: str | None = None
    published: dt.date | None = None
    made: dt.date | None = None
    pages: tuple[int, ...] = ()
    kind: TextKind = "page"


def document(content: Content, source: str, *, fallback: str) -> Document:
    """Raises InputError when there is no text. `fallback` stands in for a missing title."""
    title = one_line(content.title)
    text = normalise(_with_marks(content) if content.pages else content.text)
    if not (_MARK.sub("", text) if content.pages else text):
        raise InputError("it holds no text")
    if max(map(len, text.split("\n"))) > MAX_LINE_CHARS:
        raise InputError(f"a line of it has more than {MAX_LINE_CHARS:,} characters; it is no article")
    page = read_page(text, title=title, kind=content.kind)
    found = Document(
        id=identify(source),
        title=page.title or fallback,
        text=page.text,
        source=source,
        published=content.published or page.published or _past(content.made),
        author=_named(content.author) or page.author,
        body_start=page.body_start,
    )
    return _without_marks(found, content.pages) if content.pages else found


def _with_marks(content: Content) -> str:
    """The text with a character of private use where each page begins, but at its start and end: cleaning moves it."""
    end = len(content.text.rstrip())
    marked = []
    for number, (start, stop) in enumerate(pairwise([*content.pages, end])):
        part = _MARK.sub("", content.text[start:stop])
        marked.append(chr(_FIRST_MARK + number) + part if 0 < start < end else part)
    return "".join(marked)


def _without_marks(marked: Document, given: Sequence[int]) -> Document:
    """`pages` says where the marks stood. A page whose mark went with its line begins where the next does."""
    text = _MARK.sub("", marked.text)
    starts = {ord(found[0]) - _FIRST_MARK: found.start() - at for at, found in enumerate(_MARK.finditer(marked.text))}
    first, end = given.count(0), len(text)
    pages: list[int] = []
    for number in range(len(given) - 1, first - 1, -1):
        end = min(end, starts.get(number, end))
        pages.append(end)
    body_start = len(_MARK.sub("", marked.text[: marked.body_start]))
    title = _MARK.sub("", marked.title)
    return replace(marked, title=title, text=text, pages=(*[0] * first, *reversed(pages)), body_start=body_start)


def _past(made: dt.date | None) -> dt.date | None:
    """None where the clock of the machine that made it was wrong."""
    return made if made and made <= dt.date.today() else None


def identify(source: str) -> str:
    """The id of a document that brings none of its own."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def one_line(text: str | None) -> str | None:
    return " ".join(normalise(text or "").split()) or None


def telling(stated: str | None) -> str | None:
    """The title that a file states of itself, unless it is one that programs give."""
    title = one_line(stated)
    return None if title is None or _STOCK_TITLE.fullmatch(title) else title


def _named(stated: str | None) -> str | None:
    """The author that a file states, unless it is a name that programs give."""
    author = one_line(stated)
    return None if author is None or _STOCK_AUTHOR.fullmatch(author) else author


def title_from_name(name: str) -> str:
    """What a file's name says of its content: "new-quay.txt" is "New quay"."""
    words = " ".join(re.sub(r"[-_]+", " ", normalise(PurePath(name).stem)).split())
    return words[:1].upper() + words[1:] if words else name
