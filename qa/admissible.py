"""Which of a reader's spans may be an answer at all, however sure the reader is. Pure rules, English.

No evidence for anything are sentences that speak to a machine, ask, or take back what was said before; and no answer is
one cell, or one figure, where several would have to be compared, a level where a change is asked for, a number to call
where nobody wants to, or the number of an item.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.lists import asks_for_all, is_mark
from qa.orders import gives_orders
from qa.quantities import quantities
from qa.reader import Span
from qa.rows import is_guess
from qa.sentences import sentence_around
from qa.words import words

_ASKS = re.compile(r"[?？][\"”’')\]*_]*$")
_ABOUT_ASKING = frozenset("ask asks asked asking question questions riddle wonder wondered".split())
_TAKEN_BACK = re.compile(
    r"\b(?:earlier|previous|first|original|prior) (?:version|edition)s? of (?:this|the|our)\b"
    r"|\bthis (?:article|story|report|page|recipe|post) (?:originally|previously|earlier|first|wrongly|incorrectly)\b",
    re.IGNORECASE,
)
_ABOUT_TAKING_BACK = frozenset(
    "correct corrected correction corrections earlier error first mistake original originally previous wrong".split()
)
_DIFFERENCE = re.compile(
    r"\bhow (?:much|many) (?:(?:more|less|fewer)\b|(?:\w+ )?(?:higher|lower|longer|older|younger|taller|cheaper)\b)"
    r"|\bdifference (?:between|in|of)\b|\bby how (?:much|many)\b",
    re.IGNORECASE,
)
_GRADES = (
    "bett bigg broad cheap clos cold cool dear deep dri earli eas farth fast great hard heavi high hott larg lat light"
    " long low narrow near new old poor quick rich short slow small soon steep strong tall thick thinn tight warm weak"
    " wid young"
)
_TELLS_DIFFERENCE = re.compile(
    r"\b(?:than|differ\w*|by|against|compared|versus|vs|times|up|down|gap|margin|lead|ahead|behind|twice|half|double\w*"
    r"|more|less|fewer|extra|additional|another|further|ris(?:e|es|en|ing)|rose|f[ae]ll(?:s|en|ing)?|increase\w*"
    rf"|decrease\w*|gr[eo]w(?:s|n|ing)?|over|under|above|below|worse|(?:{_GRADES.replace(' ', '|')})i?er)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(  # "how much did it rise?", but not "how much did it rise to?"
    r"\bhow (?:much|far|many \w+) (?:do|does|did|has|have|had|will|would)\b.* (?:ris|fall|gain|los|gr[eo]w|drop|increas"
    r"|decreas|declin|shr[iu]nk|climb|slip|plung)\w*\b(?! (?:to|at)\b)",
    re.IGNORECASE,
)
_LEVEL = re.compile(  # right before an amount; not of "by 2 to 3"
    r"(?:\bfrom (?:\S+ ){1,4}to"
    r"|(?<!\d )(?<!\bup )(?<!\bclose )(?<!\bamount )(?<!\bamounts )(?<!\bamounted )\b(?:to|from|(?P<at>at)))"
    r" (?:(?:about|around|almost|just|nearly|only|over|some|under) )?[$€£¥]?$",
    re.IGNORECASE,
)
_RATE = re.compile(  # "it grows at 5 metres a year"
    r"%|\b(?:per ?cent|(?:an?|per|each|every) (?:second|minute|hour|day|week|month|quarter|year|decade))\b"
)
_RATE_CHARS = 15  # behind an amount
_CONTACT = re.compile(  # a number to call, which no date or ISBN is; or an address, but not the firm "Lark.com"
    r"\+\d[\d ()/.-]{6,}\d|(?=(?:\D*\d){9})\(?0\d{1,4}\)?[ /-]\d[\d /-]{4,}\d"
    r"|(?:\(\d{3}\) ?|\d{3}[ .-])\d{3}[ .-]\d{4}|[\w.+-]+@[\w.-]+|(?:https?://|www\.)\S+"
)
_WANTS_CONTACT = re.compile(
    r"^(?!who (?:is|are|was|were)\b).*\b(?:phone|telephone|mobile|fax|numbers?|contact\w*|e-?mails?|mail|address\w*"
    r"|web|(?:web ?)?sites?|url|link|online|domain|handle|account|reach\w*|calls?|ring|sen[dt]|hotline|helpline"
    r"|emergenc\w+|where|whom|to who|how (?:to|is|are|can|could|do|does|may|must|should)"
    r"|(?:can|could|do|may|must|should) (?:i|you|we|one|people))\b",
    re.IGNORECASE,
)
_WANTS_PLACE = re.compile(  # in a list that is numbered
    r"\b(?:numbers?|place|position|rank\w*|finish\w*|step|rule|item|point|section|clause|paragraph|article|chapter)\b",
    re.IGNORECASE,
)


def admissible(question: str, spans: Sequence[Span]) -> list[Span]:
    """Those of the spans that may answer the question, in their order."""
    asked = set(words(question))
    about_asking, about_taking_back = not asked.isdisjoint(_ABOUT_ASKING), not asked.isdisjoint(_ABOUT_TAKING_BACK)
    wants_difference = bool(_DIFFERENCE.search(question))
    wants_change = bool(_CHANGE.search(question)) or (wants_difference and "difference" not in asked)

    def may_answer(span: Span) -> bool:
        said = sentence_around(span).text
        return not (
            gives_orders(said)
            or (_ASKS.search(said) and not about_asking)
            or (_TAKEN_BACK.search(said) and not about_taking_back)
            or (wants_difference and not _TELLS_DIFFERENCE.search(said))
            or (wants_change and _is_level(span))
            or (is_mark(span) and not asks_for_all(question) and not _WANTS_PLACE.search(question))
            or (_CONTACT.fullmatch(span.text) and not _WANTS_CONTACT.search(question))
            or is_guess(question, span)
        )

    return [span for span in spans if may_answer(span)]


def _is_level(span: Span) -> bool:
    """Whether its only amount is what something came to, stands at or started from: "it fell to 5 million"."""
    text, start = span.passage.text, span.start - span.passage.start
    figure = re.search(r"\d", span.text)
    at = start + (figure.start() if figure else 0)
    level = _LEVEL.search(text[:at]) if len(quantities(span.text)) == 1 else None
    is_rate = level and level["at"] and _RATE.search(text[at : start + len(span.text) + _RATE_CHARS])
    return bool(level) and not is_rate
