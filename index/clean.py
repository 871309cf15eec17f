"""A normal text -> its heading and its body, without the site around it where it is a web page.

In: a string. Out: a Page whose `text[:body_start]` is title, date line and dateline. Knows nothing of files and
Documents. What is dropped is a guess by words and by shape; a sentence of an article that tells a figure, or stands
between two others, goes only when it speaks as nothing but a site does.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal, TypeAlias

from index.dates import MAX_META_CHARS, Meta, bare_name, dateline_end, find_date, merge_meta, read_meta
from index.pasted import article_lines, holds_figure, is_page, is_sure_notice, tidied, without_notices
from index.text import BULLET, normalise

MAX_TITLE_CHARS = 200
MAX_LEGAL_CHARS = 600
TAIL_LINES = 60  # how far from the end a footer or a list of related articles may begin
_PASTE_ARTEFACT_CHARS = 20  # a shorter line may repeat in a table or a list
_REPEATED_SENTENCE_CHARS = 80  # a shorter sentence may repeat in an interview
_HEAD_LINES = 500  # within which the article begins
_TOP_LINES = 20  # within which the title is pasted once more

# --- the site around the article -------------------------------------------------------------------------------------

_SITE_WORDS = (  # of menus and buttons, where a sign that there is a site
    r"home(?:page)?|about us|contact us|contact information|privacy (?:policy|notice)|site ?map|faqs?|rss"
    r"|terms (?:of (?:use|service)|(?:and|&) conditions)|log ?in|sign (?:in|up|out)|advertise with us"
    r"|cookies? policy|copyright ?©?|imprint|newsletters?|subscribe|archives?|e-?paper"
    r"|share|tweet|bookmark|copy link|comments?(?: \(\d+\))?|\d+ (?:comments?|shares?)"
)
_TOPICS = (  # of menus, which may as well be headings of an article or items of its lists
    r"news|about|contact|privacy|help|terms|register|careers|jobs|search|menu|advertise|cookies?|legal|disclaimer"
    r"|accessibility|world|business|tech(?:nology)?|sports?|politics|opinion|culture|science|health|travel|videos?"
    r"|photos?|weather|entertainment|lifestyle|mobile|english|中文|français|español|deutsch"
)
_NETWORKS = (  # of buttons, which may as well be what a list is of
    r"print|e?-?mail|save|facebook|twitter|x|linkedin|whatsapp|reddit|telegram|pinterest|instagram|youtube|wechat|weibo"
    r"|tiktok|mastodon|bluesky|close"
)
_BARE = re.compile(rf"{_TOPICS}|{_NETWORKS}", re.IGNORECASE)
_ANYWHERE = re.compile(
    r"(?:- ?)?(?:advertisements?|sponsored(?: content)?|(?:article|story) continues below.{0,40}"
    r"|skip to (?:main )?content|back to top|load more|scroll to continue.{0,40}|copy link"
    r"|share (?:this|on|via) .{0,40}|share this|print this .{0,20}|follow us(?: on .{0,60})?|listen to this .{0,20}"
    r"|subscribe (?:now|today|here)[.!]?|click here (?:to|for) .{0,60}"
    r"|(?:subscribe to|sign up (?:for|to)) (?:our .{0,80}|the .{0,40}\b(?:newsletter|briefing|mailing list)\b.{0,40})"
    r"|get (?:our|the) .{0,30}newsletter.{0,60}"
    r"|(?:read|see) (?:more|also|next)(?:\s*[:：].{1,120})?|accept (?:all )?cookies|reject (?:all )?cookies"
    r"|(?:manage )?cookies? (?:settings|preferences|policy)|\d+ min(?:ute)?s?(?:'s)? read)",
    re.IGNORECASE,
)
_EDGE = re.compile(
    rf"(?:{_SITE_WORDS}|{_TOPICS}|{_NETWORKS}|editors?\s*[:：] .{{1,60}}|\(?editor[:：].{{1,60}}\)"
    r"|(?:we|this (?:web)?site|our (?:web)?site) uses? cookies.{0,300})",
    re.IGNORECASE,
)
_RELATED = re.compile(
    r"(?:(?:related|recommended|popular|trending|latest)"
    r"(?: (?:articles?|stories|news|posts|reading|content|topics|links))?"
    r"|more (?:from|on|in|stories|news|articles)\b.{0,60}|(?:you )?(?:may|might) also like"
    r"|you (?:may|might) like|most (?:read|popular|viewed|shared)"
    r"|read (?:more|next)|see also|up next|what to read next|tags?|topics)\s*[:：]?",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"copyright\s*(?:©|\(c\)|\d{4}|$|\|)|©"
    r"|\(c\)\s*\d{4}(?:\s*[-–]\s*\d{4})?[,.]?(?:$|.{0,100}\b(?:rights|reserved|ltd|inc|llc|gmbh)\b"
    r"|(?-i:(?:\s+(?:[A-Z&][\w.'’&-]*|of|the|and|for))+)$)|.{0,100}\ball rights reserved\b"
    r"|(?:website|site) identification code\b|(?:icp )?registration (?:number|no\b)"
    r"|.{0,20}\bicp\s*(?:备|no|licen[cs]e|\d)"
    r"|issn\s*[:\d]|powered by \S+(?: \S+)?$",
    re.IGNORECASE,
)
_COPYING = r"(?:republish|reproduc|redistribut|rewritten|rebroadcast|copied|used in any form)"
_LEGAL = re.compile(
    rf"without (?:\w+ ){{0,3}}(?:authori[sz]ation|permission|consent)\b.{{0,160}}\b{_COPYING}"
    rf"|no part of (?:this|these|the) (?:\w+ ){{0,3}}(?:may|shall|must|can)\b.{{0,80}}\b{_COPYING}"
    rf"|(?:this|these|the|all) (?:materials?|contents?|articles?|site|website|page|publication)\b"
    r"(?! of (?!this\b|the (?:site|website)\b)).{0,200}"
    rf"\b(?:(?:may|shall|must|can) ?not be|is prohibited).{{0,80}}\b{_COPYING}"
    r"|(?:this|the|all) (?:materials?|contents?|texts?)\b.{0,200}\b(?:in|on) this (?:web)?site\b"
    r"|by (?:using|continuing to (?:use|browse)) (?:this|our) (?:web)?site\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"[\"“”]|\b(?:said|says|told|according to)\b", re.IGNORECASE)
_CELLS = re.compile(r"(?<=[^\s.!?:])  +\S")  # a gap as between the cells of a row, or typed after a sentence
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*$")
_CONTACT = re.compile(r"(?:(?:media|press) )?contacts?:", re.IGNORECASE)
_ITEM = re.compile(rf"^{BULLET}(.+)$", re.MULTILINE)


def _is_menu(line: str) -> bool:
    """Short items between bars, half of them at least the words of a site's menu."""
    items = [item for item in re.split(r"\s*[|·•»>/]\s*", line) if item]
    known = sum(bool(re.fullmatch(f"{_SITE_WORDS}|{_TOPICS}", item, re.IGNORECASE)) for item in items)
    return len(items) > 1 and 2 * known >= len(items) and all(len(item.split()) <= 5 for item in items)


def _is_phrase(line: str) -> bool:
    return len(line) <= MAX_META_CHARS and bool(_ANYWHERE.fullmatch(line)) and not _SPEECH.search(line)


def _is_clutter(line: str) -> bool:
    """Part of a site wherever the line stands; a sentence only if nothing but a site says it."""
    return _is_phrase(line) and (not _is_sentence(line) or is_sure_notice(line))


def _is_edge_clutter(line: str) -> bool:
    """Part of the site when it stands before the article or after it, if that has a site around it at all."""
    if len(line) > MAX_LEGAL_CHARS or _tells(line):
        return False
    return _is_phrase(line) or bool(_EDGE.fullmatch(line)) or (len(line) <= MAX_META_CHARS and _is_menu(line))


def _tells(line: str) -> bool:
    """A sentence with a figure or a date, which an article has, and a site only where it surely speaks of itself."""
    return _is_sentence(line) and holds_figure(line) and not is_sure_notice(line)


def _is_site_clutter(line: str) -> bool:
    """The same, and a sign that there is a site, which "Health" and "Facebook" are not."""
    return _is_edge_clutter(line) and not _BARE.fullmatch(line)


def _is_footer(line: str) -> bool:
    """Copyright, registration and legal notices. A sentence in which somebody speaks of such things is none."""
    if len(line) > MAX_LEGAL_CHARS or _SPEECH.search(line):
        return False
    if _is_sentence(line) and "rights reserved" not in line.lower() and "©" not in line:
        return bool(_LEGAL.match(line)) and not _tells(line)
    return bool(_RIGHTS.match(line) or _LEGAL.match(line))


def _is_sentence(line: str) -> bool:
    return bool(_SENTENCE_END.search(line[-8:])) and line.count(" ") >= 4


def _cut_tail(lines: list[str]) -> list[str]:
    """The lines before the site's footer: notices, menus, and lists of headlines under "Related articles"."""
    end = len(lines)
    while (start := _last_block(lines, end)) < end:
        end = start
    return lines[:end]


def _last_block(lines: list[str], end: int) -> int:
    """Where the last block that belongs to the site begins; `end` when the article goes on to there."""
    if (start := _last_run(lines, end)) < end:
        return start
    for at in range(end - 1, max(end - TAIL_LINES, 0), -1):  # the first line is never a footer
        if _is_footer(lines[at]) or (len(lines[at]) <= MAX_META_CHARS and _RELATED.fullmatch(lines[at])):
            return at
        if _is_sentence(lines[at]) and not _is_edge_clutter(lines[at]):
            return end
    return end


def _last_run(lines: Sequence[str], end: int) -> int:
    """Where the last lines begin that a site may have: of bare words only if something surely is the site's.

    What follows a colon is a list: of it only that goes, and what comes after it.
    """
    start = next((at + 1 for at in range(end - 1, -1, -1) if not _may_be_edge(lines[at])), 0)
    sure = next((at for at in range(start, end) if _is_sure_edge(lines[at])), end)
    is_list = start > 0 and lines[start - 1].endswith(":")
    at = start if sure < end and not is_list else sure
    while at > start and not lines[at - 1]:
        at -= 1
    return at


def _may_be_edge(line: str) -> bool:
    return not line or _is_edge_clutter(line) or _is_footer(line)


def _is_sure_edge(line: str) -> bool:
    return _is_site_clutter(line) or _is_footer(line)


def _without_repeats(lines: list[str], title: str | None, *, is_site: bool) -> Iterator[str]:
    """Without the title near the top, lines right below their twins and, on a web page, sentences that came before.

    Never without one that ends with a colon: it says who speaks, or what a list is of.
    """
    seen: set[str] = set()
    above = ""
    for at, line in enumerate(lines):
        is_sentence = _is_sentence(line)
        is_long = len(line) >= (_REPEATED_SENTENCE_CHARS if is_sentence else _PASTE_ARTEFACT_CHARS)
        is_twin = is_long and (line == above or (is_site and is_sentence and line in seen))
        is_title = line == title and (is_site or at < _TOP_LINES)
        if (is_title or is_twin) and not line.endswith(":"):
            continue
        seen.add(line)
        above = line or above
        yield line


# --- the page --------------------------------------------------------------------------------------------------------


# What of a text may be a site's: much of a page, saved or pasted; little of an article extracted from one; nothing of a
# report or a letter, of which only title and date lines are read; and a table is all cells.
TextKind: TypeAlias = Literal["page", "extracted", "authored", "table"]


@dataclass(frozen=True, slots=True)
class Page:
    """A cleaned page. `title` is None when the text has no title line; `0 <= body_start <= len(text)`."""

    title: str | None
    text: str
    body_start: int
    published: dt.date | None
    author: str | None


def _is_title(lines: list[str], at: int) -> bool:
    """A line that ends no sentence, above an empty line, a date line, one above a byline, or a longer paragraph.

    The last condition tells a title from the first line of hard-wrapped prose. A row of a table is none.
    """
    line, following = lines[at : at + 2]
    if len(line) > MAX_TITLE_CHARS or line[-1] in ".,;:" or dateline_end(line) or _CELLS.search(line):
        return False
    if not following or _head_line(lines, at + 1, line) or _is_edge_clutter(following):
        return True
    if _is_above_byline(lines, at + 1):
        return True
    return following[0].isupper() and len(following) > 1.5 * len(line) and _is_sentence(following)


def _head_line(lines: list[str], at: int, title: str | None) -> Meta | None:
    """What a date line or byline says. A name above its date, or before it, needs no "by" below a title that is none.

    A bare name below a bare name may be the title below that of the paper.
    """
    line, following = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
    if (meta := read_meta(line)) or title is None or bare_name(title):
        return meta
    dated, name = read_meta(following), bare_name(line)
    return Meta(outlet=name) if name and dated and dated.date else read_meta(line, bare_names=True)


def _read_head(
    lines: list[str], title: str | None, *, is_site: Callable[[int], bool]
) -> tuple[str | None, list[tuple[str, Meta]], list[str]]:
    """Splits off title and date lines: (title, the other heading lines and what they say, the rest).

    `is_site` tells the numbers of the lines between them that are no part of the article.
    """
    heading: list[tuple[str, Meta]] = []
    above: list[str] = []  # a line between the title and the byline, which is of the article
    for at, line in enumerate(lines):
        if not line or line == title or is_site(at):
            continue
        meta = _head_line(lines, at, title)
        if meta and (title or meta.date or meta == Meta()):  # "By Train Across Norway" is a title, "Press release" none
            heading.append((line, meta))
        elif title is None and heading and _is_letterhead(lines, at):
            above += [line, ""]
        elif title is None and any(lines[at + 1 :]) and _is_title(lines, at):
            title = line
        elif title and not (heading or above) and len(line) <= MAX_TITLE_CHARS and _is_above_byline(lines, at):
            above = [line, ""]
        else:
            return title, heading, [*above, *lines[at:]]
    return title, heading, above


def _is_letterhead(lines: list[str], at: int) -> bool:
    """Whether a line names the sender of a press release, above a date, or whom to ask, and the headline follows."""
    block = list(takewhile(bool, lines[at:]))
    below = next((number for number in range(at + len(block), len(lines) - 1) if lines[number]), None)
    is_sender = bare_name(lines[at]) and any((meta := read_meta(line)) and meta.date for line in block)
    is_above = bool(is_sender or _CONTACT.match(lines[at]))
    return is_above and below is not None and _is_title(lines, below)


def _site_lines(lines: list[str], title: str | None) -> set[int]:
    """The numbers of the lines that may stand between title, byline and article and belong to the site.

    Bare words only beside something that surely does, and above the title, where they name its section.
    """
    found: set[int] = set()
    for may_be, group in groupby(
        range(min(len(lines), _HEAD_LINES)), lambda at: not lines[at] or _is_edge_clutter(lines[at])
    ):
        run = list(group)
        if may_be and (_is_section(lines, run, title) or any(_is_site_clutter(lines[at]) for at in run)):
            found.update(run)
    return found


def _is_section(lines: list[str], run: Sequence[int], title: str | None) -> bool:
    """Whether these lines stand at the very top, above the title and what it is the title of."""
    start = run[-1] + 1
    if run[0] or title is not None or start + 1 >= len(lines) or not _is_title(lines, start):
        return False
    below = next((line for line in lines[start + 1 :] if line), "")
    return _is_sentence(below) or read_meta(below) is not None


def _is_above_byline(lines: list[str], at: int) -> bool:
    below = next((line for line in lines[at + 1 :] if line), "")
    meta = read_meta(below)
    return meta is not None and meta.author is not None


def read_page(text: str, *, title: str | None = None, kind: TextKind = "page") -> Page:
    """A normalised text -> Page. `title`: known from elsewhere.

    When nothing is left after the cleaning, the text is taken as it is: a short note is not a footer. Lines are judged
    without the bullets of a list, which are put back.
    """
    if kind == "table":
        return Page(title, text, 0, None, None)
    if title and read_meta(title) == Meta():  # "Press release" tells nothing
        title = None
    given = text
    items = {line.strip() for line in _ITEM.findall(text)}
    text = _ITEM.sub(r"\1", text)
    if kind == "authored":
        lines = [line.strip() for line in text.split("\n")]
        found, heading, rest = _read_head(lines, title, is_site=lambda at: False)
        kept = [line for at, line in enumerate(rest) if line != found or at >= _TOP_LINES]
    else:
        lines, is_site = _article(text, title, is_extracted=kind == "extracted")
        found, heading, rest = _read_head(lines, title, is_site=_site_lines(lines, title).__contains__)
        rest = _cut_tail(rest)
        kept = [line for line in _without_repeats(rest, found, is_site=is_site) if not _is_clutter(line)]
    body = normalise("\n".join(BULLET + line if line in items else line for line in kept))
    if not body:
        found, heading, body = title, [], given
    head = "".join(block + "\n\n" for block in (found, "\n".join(line for line, _ in heading)) if block)
    meta = merge_meta([said for _, said in heading])
    start = dateline_end(body)
    published = meta.date or find_date(body[:start])
    return Page(found, head + body, len(head) + start, published, meta.author or meta.outlet)


def _article(text: str, title: str | None, *, is_extracted: bool) -> tuple[list[str], bool]:
    """The lines without those of the site that their shape tells; and whether there is a site."""
    lines = tidied(text.split("\n"))
    if is_extracted:
        return without_notices(lines, title), True
    if not is_page(lines, _is_site_clutter):
        return lines, False
    return article_lines(lines, title, is_known=_is_edge_clutter), True
