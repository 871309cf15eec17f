"""Markdown -> plain text, and what its front matter and first heading say of it.

In: Markdown whose lines end with line feeds. Out: a dict of title, date and author, and the text without markup. Knows
nothing of files, Documents, or what of the text is the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from index.formats.html import shown_text
from index.formats.tables import under_header
from index.text import BULLET, INNER_BULLET

if TYPE_CHECKING:
    from markdown_it.token import Token

_FRONT_MATTER = re.compile(  # "key: value", what belongs to it and remarks; prose between two rules is a section
    r"\s*---[ \t]*\n(?P<fields>(?:#.*\n|\n)*[\w-]+:.*\n(?:(?:[\w-]+:.*|[ \t].*|- .*|#.*|)\n)*)---[ \t]*(?:\n|$)"
)
_FIELD = re.compile(  # a value that ">" or "|" announces stands in the lines below
    r"^(?P<key>[\w-]+):[ \t]*(?:[>|][-+\d]*[ \t]*\n(?P<folded>(?:[ \t].*\n|\n)*)|(?P<plain>.*)$)", re.MULTILINE
)
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)


def plain_markdown(text: str) -> tuple[dict[str, str], str]:
    """What the front matter and the first "# heading" say (title, date, author), and the text without its markup."""
    from markdown_it import MarkdownIt

    front = _FRONT_MATTER.match(text)
    about = _front_matter(front["fields"]) if front else {}
    tokens = MarkdownIt("commonmark").enable("table").parse(text[front.end() :] if front else text)
    top = next((at for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1"), None)
    if top is not None:
        about.setdefault("title", _inline(tokens[top + 1]))
        if about["title"] == _inline(tokens[top + 1]):
            del tokens[top : top + 3]
    return {key: value for key, value in about.items() if value}, "".join(_blocks(tokens))


def _front_matter(fields: str) -> dict[str, str]:
    """What is said of the article itself, not of something inside it: title, date and author."""
    pairs = ((field["key"], field["folded"] or field["plain"] or "") for field in _FIELD.finditer(fields))
    known = {key.lower(): " ".join(_bare(value).split()) for key, value in pairs}
    known.setdefault("date", known.get("published", ""))
    return {key: known[key] for key in ("title", "date", "author") if known.get(key)}


def _bare(value: str) -> str:
    """Without the quotation marks around all of it; what stands in brackets, one after the other."""
    value = value.strip()
    if len(value) > 1 and value[0] + value[-1] == "[]":
        return ", ".join(_bare(each) for each in value[1:-1].split(","))
    for mark, escaped in (('"', '\\"'), ("'", "''")):
        inside = value[1:-1].replace(escaped, "")
        if len(value) > 1 and value[0] == value[-1] == mark and mark not in inside:
            return value[1:-1].replace(escaped, mark)
    return value


def _blocks(tokens: Sequence[Token]) -> Iterator[str]:
    """List items and table rows on lines of their own, everything else in paragraphs."""
    depth = 0
    rows: list[list[str]] = []  # of the table that is open
    for token in tokens:
        depth += token.nesting * (
            token.type in {"bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close"}
        )
        if token.type == "list_item_open":
            yield f"{token.info}. " if token.info else BULLET if depth == 1 else INNER_BULLET
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(_inline(token))
        elif token.type == "inline":
            yield _inline(token)
        elif token.type == "table_close":
            yield "\n".join(under_header(rows)) + "\n\n"
            rows = []
        elif token.type in {"fence", "code_block"}:
            yield token.content + "\n"
        elif token.type == "html_block":
            yield shown_text(token.content) + "\n\n"
        elif token.type in {"paragraph_close", "heading_close"} or token.type.endswith("list_close"):
            yield "\n" if depth and token.type == "paragraph_close" else "\n\n"


def _inline(token: Token) -> str:
    """The words of a paragraph: of links their text, of images nothing."""
    return "".join(map(_shown, token.children or ())).strip()


def _shown(part: Token) -> str:
    if part.type in {"text", "code_inline"}:
        return part.content
    is_break = part.type == "html_inline" and _BREAK.fullmatch(part.content)
    return "\n" if is_break else {"softbreak": " ", "hardbreak": "\n"}.get(part.type, "")
