"""Word and PowerPoint files -> their text: paragraphs and tables in the order of the document, slide after slide.

In: bytes. Out: a Content; the slides of a presentation are its pages. Knows nothing of Documents.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import Any

from index.formats.archive import package
from index.formats.content import Content, telling
from index.formats.tables import readable
from index.text import BULLET

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # what stands there twice
_SKIPPED = {_FALLBACK, f"{_W}pPr", f"{_W}rPr", f"{_W}del", f"{_W}moveFrom"}
_WRAPPERS = {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml", f"{_W}moveTo"}
_BOX = f"{_W}txbxContent"
_NOTES = ("footnotes", "endnotes")
_TEMPLATES = {  # when the templates of python-docx and python-pptx were made, which is in all that they make
    dt.datetime(2013, 12, 23, 23, 15),
    dt.datetime(2013, 1, 27, 9, 14, 16),
}


# --- Word ------------------------------------------------------------------------------------------------------------


def read_docx(content: bytes) -> Content:
    """Paragraphs, tables and notes, with what was inserted under "track changes" and without what was deleted.

    The title is the first paragraph in the style Title, else the one that the file's properties state, else the first
    in the style Heading 1.
    """
    import docx

    package(content).close()
    file: Any = docx.Document(io.BytesIO(content))
    about = file.core_properties
    styled = [(p.style.name, p.text) for p in file.paragraphs[:100] if p.style is not None and p.text.strip()]
    blocks = [*_blocks(file.element.body), *_notes(file.part)]
    return Content(
        "\n\n".join(filter(None, (block.strip() for block in blocks))),
        title=_first(styled, "Title") or telling(about.title) or _first(styled, "Heading 1"),
        author=about.author,
        made=_day(about.created),
        kind="authored",
    )


def _first(styled: Sequence[tuple[str, str]], style: str) -> str | None:
    return next((text for name, text in styled if name == style), None)


def _blocks(parent: Any) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{_W}p":
            words = "".join(_pieces(child))
            yield BULLET + words if words.strip() and _is_item(child) else words
            yield from (block for box in _boxes(child) for block in _blocks(box))
        elif child.tag == f"{_W}tbl":
            yield "\n".join(_table(child))
        elif child.tag in _WRAPPERS and not _is_contents(child):
            yield from _blocks(child)


def _is_item(paragraph: Any) -> bool:
    """By its style, or by a numbering of its own, with which headings come too, and which 0 takes away."""
    style, number = paragraph.find(f"{_W}pPr/{_W}pStyle"), paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
    name = "" if style is None else style.get(f"{_W}val", "")
    numbered = number is not None and number.get(f"{_W}val") != "0"
    return name.startswith(("ListBullet", "ListNumber")) or (numbered and name in ("", "Normal", "ListParagraph"))


def _is_contents(element: Any) -> bool:
    gallery = element.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return gallery is not None and gallery.get(f"{_W}val") == "Table of Contents"


def _pieces(element: Any) -> Iterator[str]:
    """The words of a paragraph."""
    breaks = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
    for child in element:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in breaks:
            yield breaks[child.tag]
        elif child.tag not in _SKIPPED | {_BOX}:
            yield from _pieces(child)


def _boxes(element: Any) -> Iterator[Any]:
    """The text boxes of a paragraph, which follow it in paragraphs of their own."""
    for child in element:
        if child.tag == _BOX:
            yield child
        elif child.tag not in _SKIPPED:
            yield from _boxes(child)


def _table(table: Any) -> Iterator[str]:
    """Its rows; a table of a single row or column is only a frame around paragraphs."""
    rows = [_cells(row) for row in table.iter(f"{_W}tr") if next(row.iterancestors(f"{_W}tbl")) is table]
    if len(rows) == 1 or all(len(row) < 2 for row in rows):
        yield from ("\n" + "\n\n".join(_blocks(cell)) for row in rows for cell in row if cell is not None)
        return
    texts: list[list[str]] = []
    for row in rows:
        above = texts[-1] if texts else []
        texts.append([_cell(cell, above[at] if at < len(above) else "") for at, cell in enumerate(row)])
    marked = table.find(f"{_W}tr/{_W}trPr/{_W}tblHeader") is not None
    yield from readable(texts, has_header=True if marked else None)


def _cells(row: Any) -> list[Any]:
    """The cells of a row; None for the columns left free before it, and the further ones of a wide cell."""
    cells: list[Any] = [None] * _columns(row, f"{_W}trPr/{_W}gridBefore")
    for cell in row.iter(f"{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is row:
            cells += [cell, *[None] * (_columns(cell, f"{_W}tcPr/{_W}gridSpan") - 1)]
    return cells


def _columns(element: Any, path: str) -> int:
    """How many columns a property is about; 0 where it is not set."""
    found = element.find(path)
    said = found.get(f"{_W}val", "") if found is not None else ""
    return min(int(said), 100) if said.isdecimal() else 0


def _cell(cell: Any, above: str) -> str:
    """Its words; those of the cell above when it goes on in this row."""
    if cell is None:
        return ""
    merged = cell.find(f"{_W}tcPr/{_W}vMerge")
    if merged is not None and merged.get(f"{_W}val") != "restart":
        return above
    return " ".join(filter(None, (block.strip() for block in _blocks(cell))))


def _notes(part: Any) -> Iterator[str]:
    from docx.oxml import parse_xml

    for relation in part.rels.values():
        kind = relation.reltype.rpartition("/")[2]
        if kind in _NOTES and not relation.is_external:
            for note in parse_xml(relation.target_part.blob):
                yield from _blocks(note)


def _day(moment: dt.datetime | None) -> dt.date | None:
    return moment.date() if moment and moment.replace(tzinfo=None) not in _TEMPLATES else None


# --- PowerPoint ------------------------------------------------------------------------------------------------------


def read_pptx(content: bytes) -> Content:
    """The words of each slide, its title first, its tables as rows, then the speaker's notes."""
    import pptx

    package(content).close()
    file = pptx.Presentation(io.BytesIO(content))
    about = file.core_properties
    slides = ["\n\n".join(filter(None, (text.strip() for text in _slide(slide)))) for slide in file.slides]
    titles = (slide.shapes.title.text_frame.text for slide in file.slides if slide.shapes.title is not None)
    return Content(
        "\n\n".join(filter(None, slides)),
        title=next(filter(str.strip, titles), None) or telling(about.title),
        author=about.author,
        made=_day(about.created),
        pages=_starts(slides),
        kind="table",
    )


def _slide(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    if title is not None:
        yield title.text_frame.text
    yield from _shapes([shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id])
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield from (paragraph.text for paragraph in slide.notes_slide.notes_text_frame.paragraphs)


def _shapes(shapes: Sequence[Any]) -> Iterator[str]:
    """From top to bottom, from left to right."""
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if hasattr(shape, "shapes"):
            yield from _shapes(list(shape.shapes))
        elif getattr(shape, "has_table", False):
            yield "\n".join(readable([[cell.text for cell in row.cells] for row in shape.table.rows]))
        elif shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)


def _starts(slides: Sequence[str]) -> tuple[int, ...]:
    """Where each slide begins; one without words begins where the next one does."""
    starts, offset = [], 0
    for slide in slides:
        starts.append(offset)
        offset += len(slide) + 2 if slide else 0
    return tuple(starts)
