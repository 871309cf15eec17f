"""Whether two spans give different values of what has only one: a figure, a date, who holds an office. Pure, English.

Knows no confidence: how sure both must be is for the caller to say.
"""

from __future__ import annotations

import re

from qa.quantities import dates, quantities
from qa.reader import Span
from qa.same import same_answer
from qa.words import content_words, numbers, words, years

_FIGURE = re.compile(
    r"\bhow (?:many|much|large|big|long|old|far|tall|high|deep|fast|heavy|wide)\b|\b(?:number|share|percentage) of\b"
    r"|^(?:at |for |by )?(?:what|which) (?:is|are|was|were|does|did|percentage|share|price|rate|speed)\b",
    re.IGNORECASE,
)
_DATE = re.compile(r"^(?:and |since |until |by )?when\b|\b(?:what|which) (?:year|day|date|month)\b", re.IGNORECASE)
_HOLDER = re.compile(  # of what one has at a time; a firm may have two founders
    r"^who(?: (?:is|was)|['’]s) (?:the|\S+['’]s) "
    r"(?!.*\b(?:founders?|authors?|members?|owners?|winners?|victims?)\b)"
    r"|^who (?:currently |now )?(?:leads|led|heads|headed|runs|chairs|chaired|directs|directed|commands|commanded)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?:[^\W\d_a-z][\w'’.-]*)(?: (?:(?:of|the|de|da|del|la|le|von|van|der|al) )*[^\W\d_a-z][\w'’.-]*)*")


def disagree(question: str, one: Span, other: Span) -> bool:
    """Whether the two cannot both answer the question. Of two that say the same in other words they can."""
    if same_answer(one.text, other.text):
        return False
    if _DATE.search(question):
        return _other_dates(one.text, other.text)
    if _HOLDER.search(question):
        return _other_names(one.text, other.text)
    figures = bool(_FIGURE.search(question) and quantities(one.text) and quantities(other.text))
    return figures and not _units(one).isdisjoint(_units(other))


def _other_dates(one: str, other: str) -> bool:
    """Different years; where not both name a year different days; where not both name a day different months."""
    if years(one) and years(other):
        return years(one).isdisjoint(years(other))
    days, others = ({date for date in dates(text) if date[1] not in years(text)} for text in (one, other))
    if not (days and others):
        days, others = ({(month, "") for month, _ in dates(text)} for text in (one, other))
    return bool(days and others) and days.isdisjoint(others)


def _other_names(one: str, other: str) -> bool:
    are_names = _NAME.fullmatch(one) and _NAME.fullmatch(other)
    return bool(are_names) and set(words(one)).isdisjoint(words(other))


def _units(span: Span) -> set[str]:
    """What a figure counts: the words and the currency of the span, else the word behind it; "" where nothing tells."""
    behind = span.passage.text[span.end - span.passage.start :]
    following = re.match(r"[\s-]+([^\W\d]{2,})", behind)
    own = {word for word in content_words(span.text) if not (numbers(word) or word.isdigit())}
    signs = {mark for _, mark in quantities(span.text) if mark}
    return own | signs or (content_words(following[1]) if following else set()) or {""}
