"""Questions with an answer -> questions for a yes or no, by rule: "What did Ada build?" -> "Did Ada build a mill?".

Pure, English. Asked with the right answer they are yes, with another of the same kind no. A question that no rule
turns gives None; a clumsy one still teaches, because the passage decides.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

_AUX = r"(?P<aux>is|are|was|were|do|does|did|can|could|will|would|has|have|had)"
_PLACED = re.compile(r"^(?:in|on|at|from|by|during|since|after|before|around|near|within|under|over|between)\b", re.I)
_ENDS_OPEN = re.compile(r"\b(?:in|on|at|from|by|to|with|for|of|as|into|about|after|against|under)$", re.I)
_YEAR_OR_MONTH = re.compile(r"^(?:\d{4}s?|[A-Z][a-z]+ \d{4}|January|February|March|April|May|June|July|August)\b")
_WHEN = re.compile(
    rf"^(?:when|(?:in |during )?(?:what|which) (?:years?|months?|century|decade)) {_AUX} (?P<rest>.+)$", re.I
)
_WHERE = re.compile(rf"^where {_AUX} (?P<rest>.+)$", re.I)
_HOW_MANY = re.compile(
    r"^how many (?P<noun>(?:(?!(?:is|are|was|were|do|does|did|can|has|have|had) )[\w'-]+ ){1,4})"
    rf"{_AUX} (?P<rest>.+)$",
    re.I,
)
_WHO_IS = re.compile(r"^(?:who|what) (?P<aux>is|are|was|were) (?P<rest>.+)$", re.I)
_WHAT_DOES = re.compile(
    r"^(?:what|which|who|whom)(?: (?:(?!do |does |did |can |could |will |would |is |was )[\w'-]+ ){1,4}| )"
    r"(?P<aux>do|does|did|can|could|will|would) (?P<rest>.+)$",
    re.I,
)
_SUBJECT = re.compile(
    r"^(?i:who|which [\w'-]+|what [\w'-]+) (?P<rest>"
    r"(?:[a-z]+ed|is|are|was|were|has|had|led|won|made|took|became|wrote|gave|began|held|built|sold|found|said) .+)$"
)
_NUMBER = re.compile(r"\d")


def as_yes_no(question: str, answer: str) -> str | None:
    """The question whether `answer` is the answer; None when no rule fits."""
    asked, said = question.strip().rstrip("?").strip(), answer.strip().rstrip(".,;")
    if not said or len(said.split()) > 8:
        return None
    for turned in (_turned_time, _turned_place, _turned_count, _turned_object, _turned_identity, _turned_subject):
        made = turned(asked, said)
        if made:
            return made[0].upper() + made[1:] + "?"
    return None


def _turned_time(asked: str, said: str) -> str | None:
    found = _WHEN.match(asked)
    if not found:
        return None
    lead = "" if _PLACED.match(said) else "in " if _YEAR_OR_MONTH.match(said) else "on "
    return f"{found['aux']} {found['rest']} {lead}{said}"


def _turned_place(asked: str, said: str) -> str | None:
    found = _WHERE.match(asked)
    if not found:
        return None
    lead = "" if _PLACED.match(said) or _ENDS_OPEN.search(found["rest"]) else "in "
    return f"{found['aux']} {found['rest']} {lead}{said}"


def _turned_count(asked: str, said: str) -> str | None:
    found = _HOW_MANY.match(asked)
    if not found:
        return None
    noun = found["noun"].strip()
    counted = said if noun.lower() in said.lower() else f"{said} {noun}"
    if found["aux"].lower() in ("is", "are", "was", "were"):
        return f"{found['aux']} {counted} {found['rest']}"
    return f"{found['aux']} {found['rest']} {counted}"


def _turned_object(asked: str, said: str) -> str | None:
    found = _WHAT_DOES.match(asked)
    return f"{found['aux']} {found['rest']} {said}" if found else None


def _turned_identity(asked: str, said: str) -> str | None:
    found = _WHO_IS.match(asked)
    if not found:
        return None
    rest = found["rest"]
    return f"{found['aux']} {rest} {said}" if _ENDS_OPEN.search(rest) else f"{found['aux']} {said} {rest}"


def _turned_subject(asked: str, said: str) -> str | None:
    found = _SUBJECT.match(asked)
    return f"is it true that {said} {found['rest']}" if found else None


def other_answer(answer: str, elsewhere: Sequence[str], rng: random.Random) -> str | None:
    """An answer of the same look (a number, a name, or neither) that shares no word with `answer`; None: none."""
    words = set(answer.lower().split())
    fitting = [
        other
        for other in elsewhere
        if _look(other) == _look(answer) and words.isdisjoint(other.lower().split()) and len(other.split()) <= 8
    ]
    return rng.choice(fitting) if fitting else None


def _look(answer: str) -> str:
    if _NUMBER.search(answer):
        return "number"
    return "name" if answer[:1].isupper() else "words"
