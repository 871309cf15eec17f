"""A PDF file -> its text in reading order, with the character at which each page begins. The reading is PDFium's.

Out: a Content; InputError when the file is encrypted, too long, or a scan without text. Knows nothing of paragraphs,
which `index.formats.paragraphs` makes of what is found here.
"""

from __future__ import annotations

import math
import re
import statistics
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Any

from index.dates import find_date
from index.formats.content import Content, telling
from index.formats.layout import SOFT_HYPHEN, Run
from index.formats.paragraphs import Flow, flow
from index.types import InputError

MAX_PAGES = 5000
MAX_PAGE_CHARS = 200_000


def read_pdf(content: bytes) -> Content:
    """The text of all pages. The title is the file's own if the first page shows it, else the largest line there."""
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if re.search("password|security", str(error), re.IGNORECASE):
            raise InputError("it is encrypted; save a copy of it without the password") from error
        raise InputError("it is damaged, or no PDF") from error
    with file:
        if len(file) > MAX_PAGES:
            raise InputError(f"it has {len(file):,} pages, more than the {MAX_PAGES:,} a PDF may have; split it")
        about = file.get_metadata_dict()
        found = flow([_page_runs(page, number) for number, page in enumerate(_pages(file), 1)])
        if not found.text:
            raise InputError(_why_empty(file))
    return Content(
        found.text,
        title=_title(about.get("Title", ""), found),
        author=about.get("Author") or None,
        made=find_date(re.sub(r"^D:(\d{4})(\d\d)(\d\d).*", r"\1-\2-\3", about.get("CreationDate", ""))),
        pages=found.pages,
        kind="authored",
    )


def _title(stated: str, found: Flow) -> str | None:
    title = telling(stated)
    opening = " ".join(found.text[:3000].split()).casefold()
    return title if title and len(title) > 3 and title.casefold() in opening else found.title or title


def _why_empty(file: Any) -> str:
    import pypdfium2.raw as pdfium

    if not any(next(page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE]), None) for page in _pages(file) if page is not None):
        return "it holds no text"
    pages = f"{len(file)} page" + "s" * (len(file) > 1)
    return f"it is a scan, {pages} of pictures without text; make it searchable with an OCR program such as OCRmyPDF"


# --- characters and their places -------------------------------------------------------------------------------------

_LINE_ENDS = {0x0A, 0x0D, 0x02, 0xFFFE}
_HYPHENS = {0x02, 0xFFFE}  # what PDFium makes of a hyphen at the end of a line
_MAX_GAP = 1.5  # of the letters' height; a wider one parts cells and columns


def _pages(file: Any) -> Iterator[Any]:
    """The pages in order; None for one that is damaged."""
    import pypdfium2

    for number in range(len(file)):
        try:
            yield file[number]
        except pypdfium2.PdfiumError:
            yield None


def _page_runs(page: Any, number: int) -> list[Run]:
    """The runs of a page as they are drawn, turned upright. What is written across the others is left out."""
    if page is None:
        return []
    text = page.get_textpage()
    count = text.count_chars()
    if count > MAX_PAGE_CHARS:
        raise InputError(f"page {number} holds {count:,} characters, more than the {MAX_PAGE_CHARS:,} it may hold")
    runs = list(_runs(text, count))
    text.close()
    page.close()
    weights: Counter[int] = Counter()
    for quarter, run in runs:
        weights[quarter] += len(run.text)
    return [run for quarter, run in runs if quarter == weights.most_common(1)[0][0]]


def _runs(text: Any, count: int) -> Iterator[tuple[int, Run]]:
    """Characters in a row up to the end of a line or a wide gap, each run with its clockwise quarter turns."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    letters: list[str] = []
    boxes: list[tuple[float, float, float, float]] = []
    quarter = 0
    for at in range(count):
        code = pdfium.FPDFText_GetUnicode(text, at)
        if code in _LINE_ENDS:
            if boxes:
                yield quarter, _run("".join(letters) + SOFT_HYPHEN * (code in _HYPHENS), boxes)
            letters, boxes = [], []
            continue
        letter = chr(code) if code <= 0x10FFFF else ""
        if letter.strip() and pdfium.FPDFText_GetLooseCharBox(text, at, box):
            if not boxes:
                angle = pdfium.FPDFText_GetCharAngle(text, at)
                quarter = round(angle / (math.pi / 2)) % 4
            place = _turned(box, quarter)
            if boxes and _is_apart(boxes[-1], place):
                yield quarter, _run("".join(letters), boxes)
                letters, boxes = [], []
            boxes.append(place)
        letters.append(letter)
    if boxes:
        yield quarter, _run("".join(letters), boxes)


def _turned(box: Any, quarter: int) -> tuple[float, float, float, float]:
    """(left, bottom, right, top) when the page is turned counterclockwise so often."""
    left, bottom, right, top = box.left, box.bottom, box.right, box.top
    for _ in range(quarter):
        left, bottom, right, top = -top, left, -bottom, right
    return left, bottom, right, top


def _is_apart(last: tuple[float, float, float, float], place: tuple[float, float, float, float]) -> bool:
    gap, height = place[0] - last[2], max(last[3] - last[1], place[3] - place[1])
    return gap > _MAX_GAP * height or gap < -4 * height


def _run(text: str, boxes: list[tuple[float, float, float, float]]) -> Run:
    """Medians, so that a raised number neither lifts nor shrinks the line."""
    bottom = statistics.median(box[1] for box in boxes)
    size = statistics.median(box[3] - box[1] for box in boxes)
    left, right = min(box[0] for box in boxes), max(box[2] for box in boxes)
    return Run(_ACCENT.sub(_accented, " ".join(text.split())), left, bottom, right, bottom + size, size)


# Old TeX fonts draw an accent and then its letter.
_ACCENTS = dict(zip("´¨ˆ˜ˇ˚", "\u0301\u0308\u0302\u0303\u030c\u030a", strict=True))
_ACCENT = re.compile(rf"([{''.join(_ACCENTS)}])([A-Za-zı])")


def _accented(found: re.Match[str]) -> str:
    return unicodedata.normalize("NFC", found[2].replace("ı", "i") + _ACCENTS[found[1]])
