"""HTML -> its article, or all the text it shows when it comes without a web site around it, as mails and books do.

In: bytes or a string. Out: a Content, or paragraphs. Knows nothing of addresses and Documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

from index.dates import find_date
from index.formats.content import Content
from index.formats.tables import MAX_LABEL_CHARS, as_shown, under_header
from index.language import UNSPACED
from index.text import BULLET, INNER_BULLET, decode, decode_as, normalise
from index.types import InputError

_HIDDEN = {"head", "script", "style", "template", "noscript", "nav", "svg", "object", "iframe", "select", "button"}
_UNSEEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_BLOCKS = {
    *("address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "figcaption", "figure"),
    *("footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "ol", "p", "pre", "section"),
    *("table", "ul"),
}
_LEAST_GAPS = 5
_MOST_SPANNED = 100  # rows or columns that a cell may be over
_MOST_COPIES = 10_000  # of such cells, in a table
# Between two words of a line: a space or, in a script without them, every second character, as a word has about two.
_WORD_GAP = re.compile(rf" |(?<={UNSPACED}){UNSPACED}{{2}}")
_MARKED = re.compile(rf"\||\s*{BULLET}")  # by trafilatura: a row of a table, an item of a list
_INNER, _ITEM = "\0", "\1"  # stand for a bullet until its item is put behind it; no document holds them
_GAPS = {**dict.fromkeys(_BLOCKS, "\n\n"), "br": "\n", "li": "\n", "tr": "\n", "td": "  ", "th": "  "}


def read_html(content: bytes) -> Content:
    """A web page: its main text, found by trafilatura."""
    import trafilatura

    page: Any = decode_html(content)
    if re.search("rowspan|<dl", page, re.IGNORECASE) and (page := trafilatura.load_html(page)) is not None:
        for table in page.iter("table"):
            _split_merged(table)
        for terms in list(page.iter("dl")):
            _list_terms(terms)
    found: Any = trafilatura.bare_extraction(
        page,
        with_metadata=True,
        include_comments=False,
        favor_recall=True,  # else headings and lists are left out of pages without much of a site around them
        date_extraction_params={"extensive_search": False, "original_date": True},  # a stated date, never a guess
    )
    text = normalise(found.text or "") if found else ""
    if len(_WORD_GAP.findall(text)) < _LEAST_GAPS:
        raise InputError("no article was found in the page; copy its text into a .txt file and index that")
    return Content(
        "\n\n".join(filter(None, _paragraphs(text.split("\n")))),
        title=found.title,
        author=found.author or found.sitename,
        published=find_date(found.date or ""),
        kind="extracted",
    )


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """The article without the marks that trafilatura sets for tables; a list stays together."""
    for mark, group in groupby(filter(None, lines), lambda line: line.lstrip()[:1] if _MARKED.match(line) else ""):
        block = list(group)
        if mark == "|":
            yield "\n".join(_rows(block))
        elif mark:
            yield "\n".join(re.sub(rf"^ +{BULLET}", INNER_BULLET, line) for line in block)
        else:
            yield from block


def _rows(lines: Iterable[str]) -> Iterator[str]:
    """A table or several: a line of dashes follows each header."""
    rows: list[list[str]] = []
    headers: list[int] = []
    for line in lines:
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        if rows and all(re.fullmatch(r":?-{3,}:?", cell) for cell in cells):
            headers.append(len(rows) - 1)
        else:
            rows.append(cells)
    yield from as_shown(rows[: headers[0]] if headers else rows)
    for start, end in pairwise([*headers, len(rows)]):
        yield from under_header(rows[start:end], has_header=len(rows[start]) > 2 or None)


def shown_text(page: str) -> str:
    """Everything a reader of the page sees, in paragraphs."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(page.encode("utf-8", "replace"), parser)
    if root is None:
        return ""
    for element in list(root.iter("*")):
        if "hidden" in element.attrib or _UNSEEN.search(element.get("style", "")):
            element.clear(keep_tail=True)
    for table in list(root.iter("table")):
        _name_columns(table)
    for terms in list(root.iter("dl")):
        _list_terms(terms)
    text = "".join(_pieces(root))
    text = re.sub(r"\s*\n\n\s*", "\n\n", re.sub(r" *\n(?!\n) *", "\n", text))
    return normalise(re.sub(rf"{_INNER}\s*", INNER_BULLET, re.sub(rf"{_ITEM}\s*", BULLET, text)))


def _name_columns(table: Any) -> None:
    """Where a table's first row is a header, sentences take the place of its rows."""
    from lxml import etree

    _split_merged(table)
    rows = _rows_of(table)
    if not rows or len(rows[0]) < 2 or any(cell.tag == "td" for cell in rows[0]):
        return
    lines = under_header([list(_texts(row)) for row in rows])
    for row in list(table.iter("tr")):
        row.getparent().remove(row)
    for line in lines:
        etree.SubElement(table, "tr").text = line


def _rows_of(table: Any) -> list[list[Any]]:
    """The cells of each row; none of a table that is a frame around another."""
    return [list(row.iterchildren("td", "th")) for row in table.iter("tr")] if table.find(".//table") is None else []


def _texts(row: Sequence[Any]) -> Iterator[str]:
    """A cell over several columns stands in the first of them."""
    for cell in row:
        yield _shown(cell)
        yield from [""] * (_span(cell, "colspan") - 1)


def _shown(cell: Any) -> str:
    return " ".join("".join(_pieces(cell)).split())


def _split_merged(table: Any) -> None:
    """The words of a cell over several rows stand in each of them, so that each can be read on its own.

    Only where a cell names others: without, the table may be the frame of a page.
    """
    if table.find(".//th") is None or table.find(".//table") is not None:
        return
    merged: dict[int, tuple[Any, int]] = {}  # column -> the cell that goes on, and for how many rows
    copies = 0
    for row in table.iter("tr"):
        own, cells, column, going = list(row.iterchildren("td", "th")), [], 0, dict[int, tuple[Any, int]]()
        while own or column in merged:
            if column in merged:
                cell, left = _copy(merged[column][0]), merged[column][1] - 1
            else:
                cell = own.pop(0)
                left = _span(cell, "rowspan") - 1
                cell.attrib.pop("rowspan", None)
            cells.append(cell)
            if left and copies < _MOST_COPIES:
                copies += 1
                going[column] = cell, left
            column += _span(cell, "colspan")
        row[:], merged = cells, going


def _list_terms(terms: Any) -> None:
    """A list of terms and a line of what is said of each becomes one of items, "term: what is said"."""
    if terms.xpath("*[not(self::dt or self::dd)] | dd[count(p) > 1] | .//ul | .//ol | .//dl | .//table | .//pre"):
        return  # more than that
    names, items, before = list[str](), [], "dd"
    for child in terms.xpath("dt | dd"):
        said = _shown(child)
        if child.tag == "dt":
            names = [*names, said] if before == "dt" else [said]
        elif said:
            term = ", ".join(filter(None, names))
            item = terms.makeelement("li")
            item.text = f"{term}: {said}" if term and not term.endswith(":") else f"{term} {said}".strip()
            items.append(item)
        before = child.tag
    if items and before == "dd":  # else the last term would be lost
        terms.tag, terms[:] = "ul", items


def _copy(cell: Any) -> Any:
    """Its words alone, if they are few enough to be those of a label."""
    words = _shown(cell)
    copy = cell.makeelement(cell.tag, {"colspan": cell.get("colspan", "1")})
    copy.text = words if len(words) <= MAX_LABEL_CHARS else ""
    return copy


def _span(cell: Any, of: str) -> int:
    said = cell.get(of) or "1"
    return min(max(int(said), 1), _MOST_SPANNED) if said.isdecimal() and len(said) < 10 else 1


def _pieces(root: Any) -> Iterator[str]:
    from lxml import etree

    hidden = in_pre = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        hidden += (tag in _HIDDEN) * (1 if event == "start" else -1)
        in_pre += (tag == "pre") * (1 if event == "start" else -1)
        gap = _GAPS.get(tag, "")
        words = element.text if event == "start" else element.tail
        is_shown = not hidden
        if is_shown:
            yield gap if event == "start" or gap == "\n\n" else ""
            yield _bullet(element) if tag == "li" and event == "start" else ""
            yield re.sub(r"[^\S\n]+" if in_pre else r"\s+", " ", words or "")


def _bullet(item: Any) -> str:
    """None of an item without words of its own, and none in the cell of a table, which is one line."""
    own = [item.text, *(words for child in item if child.tag not in {"ul", "ol"} for words in child.itertext())]
    if not "".join(words or "" for words in own).strip() or next(item.iterancestors("td", "th"), None) is not None:
        return ""
    return _INNER if next(item.iterancestors("li"), None) is not None else _ITEM


def decode_html(content: bytes) -> str:
    """By the encoding the page names, if there is one of that name."""
    named = re.search(
        rb"""(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,80}encoding)=["']?([\w-]{2,30})""", content[:4096], re.I
    )
    return decode_as(content, named[1].decode()) if named and b"\0" not in content else decode(content)
