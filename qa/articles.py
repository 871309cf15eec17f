"""Which articles a question means: "the tram story", "articles by Ingrid Solberg since 2023". Pure rules, English.

In: the words of a question that name them. Out: `Articles`, or None for words that name something else.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal

from index.dates import MONTH, find_date
from index.types import ANY, Filter

NOUN = r"(?:articles?|documents?|texts?|reports?|stor(?:y|ies)|pages?|news|papers?|files?)"
# In lower case: "Toy Story" is a name. A report, or a paper, is as often one that an article speaks of.
SURE = r"(?-i:articles?|documents?|pieces?|(?:news )?stor(?:y|ies))"
# Part of the topic: the article is one, and seldom says so.
_GENRE = r"(?-i:interview|profile|review|minutes|e-?mail|memo(?:randum)?|recipe|obituary|editorial|overview|FAQ|faq)"
# As often one that an article speaks of: its date and its writer are facts.
_IN_THE_WORLD = r"(?-i:letter|report|ruling|judge?ment|essay|column|feature|guide|timeline|notice)"
AUTHORED = rf"(?:(?:article|piece)\b(?! of\b)|news story\b|story (?=on\b|about\b)|{_GENRE}\b)"  # not a book
MODIFIER = r"(?:(?!(?:on|about|of|in|from|by|with|that|which|who|what|is|was|and|first|last)\b)[^\s,;:?!]+ ){1,4}?"
_THE = r"(?:the|this|that|your|my)"
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
PLACE = rf"the (?P<place>{'|'.join(_PLACES)})(?: (?:one|{NOUN}))?(?: of (?:them|these|those))?"  # in a list
ORDER = r"(?:newest|latest|most recent|oldest|earliest)"
_SPEAKING_OF = (
    r"(?:(?:that |which )?(?:mention(?:s|ing)?|discuss(?:es)?|covers?|is about|are about|deals? with|speaks? of)"
    r"|on|about|concerning)"
)
_YEAR = r"[12]\d{3}"
_DAY = rf"(?:{_YEAR}-\d\d-\d\d|(?:(?:\d{{1,2}} )?{MONTH} )?{_YEAR}|{MONTH} \d{{1,2}},? {_YEAR})"
PRINTED = "published|written|posted|printed"
_PUBLISHED = rf"(?:that |which )?(?:(?:were|was|are|is) )?(?:{PRINTED}|dated)"
_DATED = (
    rf"(?: (?:{_PUBLISHED} (?P<when>in|on|since|after|before|until)"
    rf"|(?:(?:that |which )?(?:are|is|were|was) )?(?P<when_too>from|since)) (?P<day>{_DAY}))"
)
_BY = rf"(?: (?:{_PUBLISHED} )?by (?P<author>.+?))"


def _tail(of: str) -> str:
    return rf"{_BY}?(?: {of} (?P<topic>.+?))?{_DATED}?"


_LISTED = re.compile(rf"(?:(?:all|the|your|my|of|any) )*(?:(?P<order>{ORDER}) )?{NOUN}{_tail(_SPEAKING_OF)}", re.I)
_WORK = r"(?:piece(?! of\b)|blog post|(?P<release>press release))"
_ONE = re.compile(
    rf"(?:{_THE} )?(?:all )?(?:(?P<order>{ORDER}) )?(?:{NOUN}|{_WORK}|(?P<genre>{_GENRE}))"
    rf"{_tail(rf'(?:{_SPEAKING_OF}|of|from|in|with|that|which)')}"
    rf"|{_THE} (?:(?P<order_too>{ORDER}) )?(?P<about>{MODIFIER})"
    rf"(?:{SURE}|blog post|press release|(?P<genre_too>{_GENRE}))",
    re.I,
)
_TOLD = re.compile(
    rf"{_THE} (?P<about>(?:{MODIFIER})?{_IN_THE_WORLD})(?: (?:of|on|about|from|by) (?P<topic>.+))?", re.I
)
_IT = re.compile(r"(?:it|this|that)", re.I)
_AMBIGUOUS = re.compile(r"(?:the )?(?:reports?|papers?)", re.I)  # of the council, as often as ours
_DOES = re.compile(  # "papers on relativity did Einstein publish"; not "on what the council did"
    r"(?!(?:what|how|why|who|where)\b).*\b(?:did|does|do|has|have|had) (?:the [\w-]+|(?-i:[A-Z])[\w-]*) \w", re.I
)
_PLACE = re.compile(PLACE, re.I)


@dataclass(frozen=True, slots=True)
class Articles:
    """Those on `topic`, by `author`, published when `only` says; of them the newest or the oldest. By default all.

    Or the one at a `place` of the list before (1 the first, -1 the last), or the one that was spoken of (`it`).
    """

    topic: str = ""
    author: str = ""
    only: Filter = ANY
    order: Literal["", "newest", "oldest"] = ""
    place: int = 0
    it: bool = False


ALL, RELEASE = Articles(), Articles("press release")


def listed(words: str) -> Articles | None:
    """The articles of a list: "articles by Ingrid Solberg", "documents about ferries". Nothing "of" something.

    Of "papers on relativity did Einstein publish" somebody else is the author, and no list of ours.
    """
    found = _LISTED.fullmatch(words)
    return _articles(found.groupdict()) if found and not _DOES.match(found["topic"] or "") else None


def named(words: str) -> Articles | None:
    """The one article that is spoken of: "it", "the article on eels", "the tram story", "the first one"."""
    if _IT.fullmatch(words):
        return Articles(it=True)
    if place := _PLACE.fullmatch(words):
        return Articles(place=_PLACES[place["place"].lower()])
    found = None if _AMBIGUOUS.fullmatch(words) else _ONE.fullmatch(words)
    return _articles(found.groupdict()) if found else None


def told(words: str) -> Articles | None:
    """The same where only an article is asked about, as in a summary: also "the council report", "the tram letter"."""
    found = _TOLD.fullmatch(words)
    return named(words) or (_articles(found.groupdict()) if found else None)


def ordered(word: str) -> Literal["newest", "oldest"]:
    return "oldest" if word.lower() in ("oldest", "earliest") else "newest"


def _articles(parts: dict[str, str | None]) -> Articles | None:
    """None for those of a day that no calendar has."""
    topic = [part.strip() for name in ("about", "genre", "genre_too", "topic") if (part := parts.get(name))]
    when, day = parts.get("when") or parts.get("when_too"), parts.get("day")
    order = parts.get("order") or parts.get("order_too")
    only = _period(when.lower(), day) if when and day else ANY
    if only is None:
        return None
    which = Articles(
        topic=" ".join(topic),
        author=parts.get("author") or "",
        only=only,
        order=ordered(order) if order else "",
    )
    return RELEASE if which == ALL and parts.get("release") else which


def _period(when: str, text: str) -> Filter | None:
    """The days "in March 2024", "since 2023", "before 5 May 2024"; a month is all of its days, as is a year.

    None for a day that no calendar has, as "31 April 2024".
    """
    if day := find_date(text):
        first = last = day
    elif first_of_month := find_date(f"1 {text}"):
        first = first_of_month
        last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    elif re.fullmatch(_YEAR, text):
        first, last = dt.date(int(text), 1, 1), dt.date(int(text), 12, 31)
    else:
        return None
    match when:
        case "since":
            return Filter(since=first)
        case "after":
            return Filter(since=last + dt.timedelta(days=1))
        case "before":
            return Filter(until=first - dt.timedelta(days=1))
        case "until":
            return Filter(until=last)
        case _:
            return Filter(since=first, until=last)
