"""The questions within a question: two that "and" joins, the sides of a comparison. Pure rules, English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from index.dates import MONTH
from qa.message import ASKS, AUXILIARY, END, OPENER, questions

Sides: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]  # labels, questions

_PREPOSITION = r"(?:(?:by|since|until|for|from|at|in|to|with|on) )"
_AND = re.compile(rf",?\s+and\s+(?=(?!(?-i:WHO)\b){_PREPOSITION}?{ASKS}\b)", re.IGNORECASE)
_NO_QUESTION = re.compile(rf"{ASKS}(?: {AUXILIARY})?[\s?!.]*", re.IGNORECASE)
_NO_VERB = re.compile(rf"(?!.*\b{AUXILIARY}\b)(?:(?:how|what|which) [\w-]+|when|where)", re.IGNORECASE)
_NOUN_ALONE = re.compile(r"(?:which|what) [\w-]+", re.IGNORECASE)
_ENDS_OPEN = re.compile(r"\bthe (?:most|least|\w{2,}est)$", re.IGNORECASE)
_MORE = re.compile(rf"{_PREPOSITION}?(?:who(?:m|se)?|when|where|why|how(?: much| many| long)?)[\s?!.]*", re.IGNORECASE)
_DETERMINER = r"(?:the|an?|this|that|these|those|his|her|its|their|our|my|your)"
_SUBJECT = rf"(?:{_DETERMINER}|he|she|it|they|we|you|i)"
_NO_OBJECT = re.compile(r"(?:who|what) \w+", re.IGNORECASE)  # "who designed", beside "who built the bridge"
_OBJECT = re.compile(
    rf"(?:who|what) (?!{AUXILIARY}\b)\w+ (?P<object>(?:(?:{_DETERMINER}|in|at|on|of|from|for|by|during|before|after) "
    r"|(?-i:[A-Z\d])).*)",
    re.IGNORECASE,
)
_OPEN = re.compile(rf"\bbetween\b(?!.*\band\b)|^.+\b{ASKS}\b", re.IGNORECASE)  # "how did he know who came"
_DIRECT = re.compile(  # its verb before its subject, as no clause has it: "when did he", and not "when he"
    rf"(?!who\b){_PREPOSITION}?{ASKS}\b(?: (?!{_SUBJECT}\b)[\w-]+){{0,2}}?"
    rf" (?:is|are|was|were|do|does|did|can|could|will|would|should) (?:{_SUBJECT}\b|(?-i:[A-Z]))",
    re.IGNORECASE,
)
_COMPARE = re.compile(rf"{OPENER}compare (?P<both>.+?){END}", re.IGNORECASE)
_BETWEEN = (r"(?:with|versus|vs\.?)", "and", "to")  # the surer first: "the tram to Ulvsund and the ferry to Tarva"
_OF = r"(?:of|in|for|between|according to)"
_SHARED = re.compile(rf"(?P<what>.+\b(?P<of>{_OF})) (?P<one>.+)", re.IGNORECASE)  # up to the last preposition
_THAT_OF = re.compile(rf"(?:that|those) {_OF} ", re.IGNORECASE)
_OF_TOO = re.compile(rf"^(?:(?:that|those) )?{_OF} ", re.IGNORECASE)
_OWN = re.compile(r"(?P<owner>.+?)['’]s (?P<what>.+)")
_DETERMINED = re.compile(rf"{_DETERMINER}\b", re.IGNORECASE)
_NO_CLAUSE = re.compile(rf"(?!{ASKS}\b)", re.IGNORECASE)
_TAIL = re.compile(rf"(?P<other>.+?) (?P<tail>{_OF} .+)", re.IGNORECASE)
_YEAR = r"[12]\d{3}s?"
_SPAN = rf"(?:(?:year|quarter|(?:first|second) half|month|decade|century|spring|summer|autumn|winter)s?|{MONTH})"
_WHEN = (
    r"(?:(?:in|on|at|by|for|since|until|before|after|during)"
    rf" (?:(?:the|first|second|third|fourth|last|early|late|start|middle|end|of|q?\d\S*|{_SPAN}) )*(?:{_YEAR}|{_SPAN})"
    rf"|(?:between|from) {_YEAR} (?:and|to) {_YEAR}"
    rf"|(?:(?:in|over|during|for|since) )?(?:the )?(?:last|past|this|next) (?:\w+ )?{_SPAN})"
)
_TIMED = re.compile(
    rf"(?P<both>(?:.+? )?(?!(?:and|with|versus|vs\.?|to|that|those) )\S+) (?P<when>{_WHEN})", re.IGNORECASE
)
_HAS_TIME = re.compile(rf"\b(?:{_WHEN}|{_YEAR})\b", re.IGNORECASE)


def is_rest(part: str) -> bool:
    """Whether a part is what is left of a question: "since when?"."""
    return bool(_MORE.fullmatch(part))


def asked_twice(question: str) -> tuple[str, ...]:
    """The parts of "how many are there, and what share is in Beijing?", or of several, each with its mark.

    None of a question that asks once. A part may lean on the one before it: "and since when?".
    """
    if len(marked := questions(question)) > 1:
        return tuple(marked)
    parts = _cut(question)
    opener = ASKS
    if all(_DIRECT.match(part) or is_rest(part) for part in parts[1:]):  # not "did he say that and why he left?"
        opener = rf"(?:{ASKS}|{AUXILIARY}\b)"
    if len(parts) < 2 or not re.match(opener, parts[0], re.IGNORECASE):
        return ()
    parts[0] = f"{parts[0]} {_left_to_the_next(parts[0], parts[1])}".rstrip()
    if _NOUN_ALONE.fullmatch(parts[0]) or any(map(_ENDS_OPEN.search, parts)):  # "which towns and which firms joined?"
        return ()
    if any(_NO_QUESTION.fullmatch(part) and not (at and is_rest(part)) for at, part in enumerate(parts)):
        return ()
    return tuple(part.rstrip("?") + "?" for part in parts)


def _cut(question: str) -> list[str]:
    """The questions that "and" joins, and not the clauses: "how did he know who came and who left?" is one."""
    parts, start = [], 0
    for found in _AND.finditer(question):
        part = question[start : found.start()]
        if not _OPEN.search(part) or _DIRECT.match(question, found.end()):
            parts.append(part)
            start = found.end()
    return [part.strip(" ,;") for part in (*parts, question[start:])]


def _left_to_the_next(first: str, second: str) -> str:
    """The end that both share: of "how high and how old is the dam?", of "who designed and who built the bridge?"."""
    if _NO_VERB.fullmatch(first) and (rest := re.search(rf"\b{AUXILIARY}\b.*", second, re.IGNORECASE)):
        return rest.group()
    shared = _OBJECT.fullmatch(second) if _NO_OBJECT.fullmatch(first) else None
    return shared["object"] if shared else ""


def compared(question: str) -> Sides | None:
    """A label and a question for each side of a comparison: "compare the targets of A, B and C"."""
    found = _COMPARE.match(question)
    both, when = _timed(found["both"]) if found else ("", "")
    sides = _sides(both)
    if len(sides) < 2 or not all(map(_NO_CLAUSE.match, sides)):
        return None
    labels, parts = _owned(sides) or _shared(sides)
    return labels, tuple(f"{part}{when}" for part in parts)


def _timed(both: str) -> tuple[str, str]:
    """The sides, and the time behind them that all share: of "A and B since 2020", none of "A in 2019, B in 2020"."""
    found = _TIMED.fullmatch(both)
    if found is None or _HAS_TIME.search(found["both"]) or not _sides(found["both"]):
        return both, ""
    return found["both"], f" {found['when']}"


def _sides(both: str) -> tuple[str, ...]:
    """Two, or more where commas part them, as they do not in "the old, slow tram and the ferry"."""
    split = next(filter(None, (re.fullmatch(rf"(.+)\s({by})\s(.+)", both, re.IGNORECASE) for by in _BETWEEN)), None)
    if split is None:
        return ()
    before, by, last = split.groups()
    items = re.split(r",\s+", before.rstrip(" ,"))
    alike = _DETERMINED if _DETERMINED.match(last) else _NO_CLAUSE
    if by.lower() != "and" or "," in last or not all(map(alike.match, items[1:])):
        items = [before]
    return tuple(side for each in (*items, last) if (side := each.strip(" ,")))


def _owned(sides: Sequence[str]) -> Sides | None:
    """For "A's and B's targets", "A's targets and B's revenue", "A's targets with those of B"."""
    owned = [_OWN.fullmatch(side) for side in sides]
    first, last = owned[0], owned[-1]
    if last and any(each and each["what"] != last["what"] for each in owned):
        return tuple(sides), tuple(sides)
    if last:
        owners = [
            each["owner"] if each else re.sub(r"['’]s$", "", side) for each, side in zip(owned, sides, strict=True)
        ]
        return tuple(owners), tuple(f"the {last['what']} of {owner}" for owner in owners)
    if first and all(map(_THAT_OF.match, sides[1:])):
        owners = [_THAT_OF.sub("", side) for side in sides[1:]]
        return (first["owner"], *owners), (sides[0], *(f"the {first['what']} of {owner}" for owner in owners))
    return None


def _shared(sides: Sequence[str]) -> Sides:
    """What stands before the first side is asked of the others too, and what stands behind the last of all."""
    found, bare = _SHARED.fullmatch(sides[0]), [_OF_TOO.sub("", side) for side in sides[1:]]
    if found is None:
        labels = (sides[0], *bare)
        return labels, tuple(f"tell me about {label}" for label in labels)
    what, others = found["what"], [side.removeprefix(f"{found['what']} ") for side in bare]
    if any(re.search(rf"\b{found['of']} ", side, re.IGNORECASE) for side in others):  # wholes of their own
        return (sides[0], *others), (sides[0], *others)
    behind = _TAIL.fullmatch(others[-1])
    tail = f" {behind['tail']}" if behind else ""
    labels = (found["one"], *others[:-1], behind["other"] if behind else others[-1])
    return labels, tuple(f"{what} {label}{tail}" for label in labels)
