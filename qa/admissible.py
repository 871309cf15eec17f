"""Which of a reader's spans may be an answer at all, however sure the reader is. Pure rules, English.

No evidence for anything are sentences that speak to a machine, ask, or take back what was said before; and no answer is
one cell, or one figure, where several would have to be compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.orders import gives_orders
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


def admissible(question: str, spans: Sequence[Span]) -> list[Span]:
    """Those of the spans that may answer the question, in their order."""
    asked = set(words(question))
    about_asking, about_taking_back = not asked.isdisjoint(_ABOUT_ASKING), not asked.isdisjoint(_ABOUT_TAKING_BACK)
    wants_difference = bool(_DIFFERENCE.search(question))

    def may_answer(span: Span) -> bool:
        said = sentence_around(span).text
        return not (
            gives_orders(said)
            or (_ASKS.search(said) and not about_asking)
            or (_TAKEN_BACK.search(said) and not about_taking_back)
            or (wants_difference and not _TELLS_DIFFERENCE.search(said))
            or is_guess(question, span)
        )

    return [span for span in spans if may_answer(span)]
