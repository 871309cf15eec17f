"""How much of a web site gets into passages, and how much of its articles is lost, on pages whose main text is known.

In: pages, and how their documents are made and cut. Out: shares of characters, white space left out. Each page is read
twice: as its HTML file, and as the text that copying it from a browser gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.chunk import chunk
from index.formats import read
from index.text import BULLET, INNER_BULLET
from index.types import Document, Passage
from qa.evaluation.pages import SavedPage, saved_pages

_BULLETS = re.compile(rf"^(?:{BULLET}|{INNER_BULLET})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Cleanness:
    """Characters of pages: `clutter` of `in_passages` are not the article's, `lost` of `main` are in no passage."""

    in_passages: int = 0
    clutter: int = 0
    main: int = 0
    lost: int = 0

    def __add__(self, other: Cleanness) -> Cleanness:
        return Cleanness(
            self.in_passages + other.in_passages,
            self.clutter + other.clutter,
            self.main + other.main,
            self.lost + other.lost,
        )

    @property
    def share_clutter(self) -> float:
        return self.clutter / max(1, self.in_passages)

    @property
    def share_lost(self) -> float:
        return self.lost / max(1, self.main)


def cleanness(passages: Iterable[str], *, main: Sequence[str], heading: Sequence[str]) -> Cleanness:
    """What of the main text is in the passages, sentence by sentence, and what else but headings and bullets."""
    found = f"\n{_plain(' '.join(_BULLETS.sub('', passage) for passage in passages))}\n"
    covered = bytearray(len(found))
    lost = 0
    for sentence in (sentence for block in main for sentence in _sentences(block)):
        lost += 0 if _cover(found, sentence, covered) else _size(sentence)
    for line in heading:
        _cover(found, _plain(line), covered)
    clutter = sum(not char.isspace() and not covered[at] for at, char in enumerate(found))
    return Cleanness(_size(found), clutter, sum(_size(_plain(block)) for block in main), lost)


def _cover(found: str, wanted: str, covered: bytearray) -> bool:
    """Marks every place where `wanted` stands between other words; False when there is none."""
    places = list(re.finditer(rf"(?<!\w){re.escape(wanted)}(?!\w)", found)) if wanted else []
    for place in places:
        covered[place.start() : place.end()] = b"\1" * len(wanted)
    return bool(places)


def _sentences(block: str) -> list[str]:
    return [_plain(piece) for piece in re.split(r"(?<=[.!?])\s+", block) if piece.strip()]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _size(text: str) -> int:
    return sum(not char.isspace() for char in text)


def of_page(page: SavedPage, *, as_pasted: bool) -> Cleanness:
    """One page, read as a file of its kind and cut into passages."""
    name, content = ("page.txt", page.pasted) if as_pasted else ("page.html", page.html)
    return cleanness([passage.text for passage in _passages(content, name)], main=page.main, heading=page.heading)


def _passages(content: str, name: str) -> Iterator[Passage]:
    for document in read(content.encode(), name, name):
        if isinstance(document, Document):
            yield from chunk(document)


def figures() -> dict[str, float | None]:
    """What the report keeps: shares over the whole set, and over the pages that the cleaning was not written on."""
    pages = saved_pages()
    found: dict[str, float | None] = {"pages": len(pages), "pages_held_out": sum(page.held_out for page in pages)}
    for name, as_pasted in (("html", False), ("pasted", True)):
        each = [(page.held_out, of_page(page, as_pasted=as_pasted)) for page in pages]
        for part, chosen in (
            ("", [one for _, one in each]),
            ("_held_out", [one for held_out, one in each if held_out]),
        ):
            total = sum(chosen, Cleanness())
            found |= {f"{name}_clutter{part}": total.share_clutter, f"{name}_lost{part}": total.share_lost}
    return found
