"""Dates as articles write them: inside a line, as a date line or byline, as the dateline before the first sentence.

In: a normalised line or body. Out: a date, a Meta, or where the first sentence begins. Knows nothing of pages around
the article. Conservative: a sentence that merely names a date is no date line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

MAX_META_CHARS = 160  # a longer line is no date line, byline or menu

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_ISO_DATE = r"\d{4}(?P<sep>[-/.])\d{1,2}(?P=sep)\d{1,2}"
_WORDED_DATE = rf"(?:{MONTH}\s+{_DAY},?|{_DAY}\s+{MONTH},?)\s+\d{{4}}"
_DATE = rf"(?:{_ISO_DATE}|{_WORDED_DATE})"
_FIND_DATE = re.compile(rf"(?<!\d){_ISO_DATE}(?!\d)|\b{_WORDED_DATE}\b", re.IGNORECASE)


def find_date(text: str) -> dt.date | None:
    """The first full date written in `text` (ISO or English); None when there is none that the calendar knows."""
    return next((date for _, date in dates_in(text)), None)


def dates_in(text: str) -> Iterator[tuple[tuple[int, int], dt.date]]:
    """The full dates written in `text`, each with the range of its characters."""
    for found in _FIND_DATE.finditer(text):
        figures = [int(figure) for figure in re.findall(r"\d+", found.group())]
        name = re.search(r"[a-z]{3}", found.group().lower())  # "1st" has two letters
        year, month, day = (figures[1], _MONTHS.index(name.group()) + 1, figures[0]) if name else figures
        with suppress(ValueError):
            yield found.span(), dt.date(year, month, day)


# --- date lines, bylines and datelines -------------------------------------------------------------------------------

UPDATED = r"(?:updated|modified)"
_LABEL = (
    rf"(?:(?:(?:first|last|originally)\s+)?(?:{UPDATED}|published|posted|released|issued|created|uploaded)"
    r"|date(?:\s+published)?|publi(?:sh|cation)\s+(?:date|time)|release\s+date|time|for\s+(?:immediate\s+)?release"
    r"|(?:under\s+)?embargo(?:ed)?(?:\s+(?:until|till))?)(?:\s+(?:on|at))?"
)
_TIME = (
    r"(?:T|at\s+)?\d{1,2}(?:[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?m\.?)?|\s*[ap]\.?m\.?)"
    r"(?:\s*(?:Z|[+-]\d{2}:?\d{2}|(?-i:[A-Z]{1,4}T|UTC)))?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?"
_DATE_PART = re.compile(
    rf"(?P<label>{_LABEL}\s*[:：]?\s*)?(?:{_TIME},?\s+(?:on\s+)?)?(?:{_WEEKDAY},?\s+)?(?:{_TIME},?\s+)?(?P<date>{_DATE})"
    rf"(?:[\s,–—-]*{_TIME})?(?:(?:[\s,–—-]+|\.\s+(?=by\b))(?P<rest>\S.*))?",
    re.IGNORECASE,
)
_DATED = re.compile(rf"\b(?:{_LABEL}\s*[:：]?\s*)?(?:{_WEEKDAY},?\s+)?{_DATE}", re.IGNORECASE)
_ROLE = r",\s+(?:[\w'’-]+\s+){0,3}(?-i:correspondent|editor|reporter|writer)"  # with a capital it is part of the name
_PLACED = re.compile(r"(?:(?:first|originally)\s+)?(?:published|posted)\s+(?P<rest>(?:in|by)\s+\S.*)", re.IGNORECASE)
_BEHIND_DATE = re.compile(r"(?:^|[\s.,–—-]+)(?=by\s)", re.IGNORECASE)
_BYLINE = re.compile(
    r"(?:(?:written|posted|reported|tested|story|words|text|interview(?:ed)?)\s+by|by|authors?|reporters?|(?:words|text|interview)(?=[:：]))\s*[:：]?"
    rf"\s+(?P<name>\S.*?)(?:{_ROLE}|\s+(?:for|in)\s+(?P<outlet>\S.*))?",
    re.IGNORECASE,
)
_TELLS_NOTHING = re.compile(  # of a date, a writer or a topic, and yet nothing else than a line of the heading
    r"\d+\s+min(?:ute)?s?(?:['’]s?)?\s+read|(?:(?:updated|published|posted)\s+)?\d+\s+(?:minutes?|hours?|days?)\s+ago"
    r"|(?:photo(?:graph)?s?|pictures?|illustrations?)(?:\s+by|\s*[:：])(?:\s+(?-i:[A-Z])[\w.'’-]*){1,4}"
    r"|(?:press|news|media)\s+(?:release|statement|notice)|(?:for\s+)?immediate\s+release|(?:strictly\s+)?embargoed"
    r"|rating\s*:?\s*\d(?:[.,]\d)?(?:\s*(?:/|out of)\s*\d+)?(?:\s+stars)?",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"(?:place|venue|location|room|time|present|status|from|to|subject)[:：]\s", re.IGNORECASE)
_SOURCE = re.compile(r"(?:source|from)\s*[:：]\s*(?P<name>\S.*)", re.IGNORECASE)
_AGENCIES = frozenset({"AFP", "AP", "BBC", "Bloomberg", "PA", "Reuters", "Xinhua", "dpa"})
_SMALL_WORDS = frozenset(
    {"and", "of", "the", "for", "in", "at", "&", "de", "da", "di", "van", "von", "der", "la", "le"}
)


@dataclass(frozen=True, slots=True)
class Meta:
    """What a date line or byline says. A date under "Updated" gives way to one under "Published".

    The outlet may be a person where nothing says "by".
    """

    date: dt.date | None = None
    is_update: bool = False
    author: str | None = None
    outlet: str | None = None


def _name(text: str | None) -> str | None:
    """`text` when it could name persons or an outlet: at most eight words, capitals first, no sentence's end in it."""
    words = text.split() if text else []
    told = sum(word.lower() not in _SMALL_WORDS for word in words)
    if not text or not 0 < told <= 8 or len(text) > 80 or text[-1] in "!?;" or any(word[-1] in ":：" for word in words):
        return None
    if re.search(r"(?<=\w\s)(?<!\band\s)[^\W\d_]{3,}\.\s", text):  # "Prof. Jane Doe" begins with its stop
        return None
    starts = [word.lstrip("(\"'“‘")[:1] for word in words]
    proper = all(
        start.isupper() or not start.isascii() or word.lower() in _SMALL_WORDS
        for word, start in zip(words, starts, strict=True)
    )
    bare = text[1:-1] if text[0] + text[-1] == "()" else text
    return bare if proper and any(start.isalpha() for start in starts) else None


def _meta_part(part: str) -> Meta | None:
    if found := _DATE_PART.fullmatch(part):
        is_update = bool(re.search(UPDATED, found["label"] or "", re.I))
        behind = _behind(found["rest"] or "")
        if behind:
            return merge_meta([Meta(find_date(found["date"]), is_update), behind])
    if found := _BYLINE.fullmatch(part):
        author, outlet = _name(re.sub(r"(?<=[a-z]{3})\.$", "", found["name"])), _name(found["outlet"])
        is_named = author and not re.search(r"\d", author) and (outlet or not found["outlet"])
        return Meta(author=author, outlet=outlet) if is_named else None
    if found := _SOURCE.fullmatch(part):
        outlet = _name(found["name"])
        return Meta(outlet=outlet) if outlet else None
    return Meta() if _TELLS_NOTHING.fullmatch(part) else None


def _behind(rest: str) -> Meta | None:
    """What stands behind a date: "The Gazette", "by Jane Doe", "in the Gazette. By Jane Doe", or nothing."""
    outlet, *byline = _BEHIND_DATE.split(rest, maxsplit=1)
    name = _name(re.sub(r"^in\s+(?:(?-i:the)\s+)?", "", outlet, flags=re.IGNORECASE))
    is_place = re.match(r"in\s+(?!the\s)", outlet, re.IGNORECASE)  # "in Paris", and perhaps "in Nature"
    if outlet and not name and not _LABELLED.match(outlet):
        return None
    metas = [Meta(outlet=None if is_place else name), *map(_meta_part, byline)]
    return merge_meta([meta for meta in metas if meta]) if all(metas) else None


def _before_dates(part: str) -> list[str]:
    """What stands before the dates, and each of them: "By Jane Doe, 6 May 2024 updated 7 May 2024" in three."""
    starts = [0, *(found.start() for found in _DATED.finditer(part)), len(part)]
    pieces = [part[start:end].strip(" ,;–—-") for start, end in pairwise(starts)]
    return [re.sub(r"\s+on$", "", piece) for piece in pieces if piece]


def read_meta(line: str, *, bare_names: bool = False) -> Meta | None:
    """A date line or byline ("Updated: April 6, 2024 07:03 Xinhua", "By Jane Doe | 6 April 2024"); else None.

    With `bare_names` also "Jane Doe, 6 April 2024", which might as well be a title.
    """
    if len(line) > MAX_META_CHARS:
        return None
    parts = [re.sub(r"(?<=\d{4})\.$", "", part) for part in re.split(r"\s*[|·•]\s*", line) if part]
    known = [_meta_part(part) or _dated_part(part, bare_names=bare_names) for part in parts]
    if not any(known) or any(meta is None and _name(part) is None for part, meta in zip(parts, known, strict=True)):
        return None
    unlabelled = [_name(part) for part, meta in zip(parts, known, strict=True) if meta is None]
    return merge_meta([meta for meta in known if meta] + [Meta(outlet=name) for name in unlabelled])


def _dated_part(part: str, *, bare_names: bool) -> Meta | None:
    first, *rest = _before_dates(part) or [""]
    metas = [_meta_part(piece) for piece in (first, *rest)]
    if metas[0] is None and (placed := _PLACED.fullmatch(first)):
        metas[0] = _behind(placed["rest"])
    is_parted = first.endswith(")") or re.match(r"\s*[,–—-]", part[len(first) :])  # unlike "On 6 April 2024"
    if bare_names and metas[0] is None and is_parted and (name := bare_name(first)):
        # one word may be the place where it was written
        metas[0] = Meta(outlet=name) if " " in name or first[0] == "(" or name in _AGENCIES else Meta()
    return merge_meta([meta for meta in metas if meta]) if rest and all(metas) else None


def bare_name(text: str) -> str | None:
    """`text` when it could name a person or an outlet without saying so: at most four words, no figure, no end."""
    name = _name(text)
    return name if name and len(text.split()) <= 4 and not re.search(r"\d|\.$", text) else None


def merge_meta(metas: list[Meta]) -> Meta:
    """One Meta of many: the first author, the first outlet, and the first date that is no update if there is one."""
    dated = sorted((meta for meta in metas if meta.date), key=lambda meta: meta.is_update)
    return Meta(
        date=dated[0].date if dated else None,
        is_update=bool(dated) and dated[0].is_update,
        author=next((meta.author for meta in metas if meta.author), None),
        outlet=next((meta.outlet for meta in metas if meta.outlet), None),
    )


_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\d\n()–—]{1,50}?)"
    rf"(?P<date>,\s+(?:{MONTH}\s+\d{{1,2}}|\d{{1,2}}\s+{MONTH})(?:,?\s+\d{{4}})?)?"
    r"\s*(?P<agency>\([^()\n]{2,40}\))?(?:\s*(?:--|—|–)\s*|\s+-\s+)(?=[\"'“‘(]?[^\W_])",
    re.IGNORECASE,
)


def dateline_end(body: str) -> int:
    """Where the first sentence begins after "BEIJING, April 5 -- " or "PARIS (AP) — "; 0 without a dateline.

    Only capitals make a place of the words before the dash, unless a date or an agency stands with them.
    """
    head = body[:MAX_META_CHARS].split("\n", 1)[0]
    found = _DATELINE.match(head)
    if not found or found.end() == len(head) or head[found.end() :].lstrip("\"'“‘(")[:1].islower():
        return 0
    place = found["place"].split(",")[0].strip()
    if found["date"] or found["agency"]:
        return found.end() if _name(place) else 0
    return found.end() if place.isupper() and len(place) >= 4 else 0
