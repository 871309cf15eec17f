"""What a question and its answer speak of: names, things, times. Pure rules, English.

Tells what "it", "she" and "there" mean in the question that follows.
"""

from __future__ import annotations

import re

_MONTH = (
    r"(?:January|February|March|April|May(?= \d)|June|July|August|September|October|November|December"
    r"|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
)
YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
PERIOD = re.compile(rf"\b(?:Q[1-4]|H[12]|{_MONTH})\b")  # of a year
TIME = re.compile(rf"(?:{PERIOD.pattern}(?: {YEAR.pattern})?|{YEAR.pattern})")

_NAME = re.compile(r"\b[a-z]?[A-Z][\w-]*(?:['’](?!s\b)\w+)?(?: (?:of |the )?[A-Z][\w-]*)*")
_QUESTION_WORDS = frozenset("what who when where which why how is are was were did does do can in on at by the".split())
_NO_NAMES = _QUESTION_WORDS | frozenset("i yes no if it he she they we you the a an this that there and but".split())
_SHORT_ANSWER_WORDS = 4  # "Beijing" is an answer and a name; the first word of a sentence need not be

_NOUNS = r"the (?:[\w'’-]+ ){0,2}?[\w'’-]+"
_END = r"[\s?!.]*$"
_NEXT = rf" (?:in|on|at|by|of|to|for|from|with|after|before|since|until)\b|{_END}"
_PARTICIPLE = r"(?:\w+ed|\w+en|\w+ing|built|held|made|sold|born|won|lost|paid|found|set|due)"
_THING = re.compile(  # after a verb and before the next, or at the end: "when does the ferry terminal open?"
    r"\b(?:(?:do|does|did|has|have|had|can|could|will|would|should)(?:n['’]t)? "
    rf"(?P<acts>{_NOUNS})(?= \w+{_END}|{_NEXT})"
    rf"|(?:is|are|was|were)(?:n['’]t)? (?P<is>{_NOUNS})(?= {_PARTICIPLE}{_END}|{_NEXT})"
    rf"|(?P<object>{_NOUNS}){_END})",
    re.I,
)
_WHAT_IS = re.compile(r"^(?:what|who)(?:'s| is| are| was| were) ((?:the |an? )?[\w' -]+?)[\s?!.]*$", re.I)
_WHO = re.compile(r"^who\b(?! (?:is|are|was|were) (?-i:[A-Z]))", re.I)  # not "who is Liu Qingfeng?", which names him
_WHICH = re.compile(
    r"^(?:what|which) (?:(?:is|was) the \w+ of"
    r"|(?!(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|happened|about)\b)\w+)\b",
    re.I,
)
_PERSON = frozenset("he she him his her".split())
_PEOPLE = frozenset("they them their".split())


def names(text: str) -> list[str]:
    """Capitalised runs, without the word that opens a sentence unless more capitals follow it, and without months."""
    found = []
    for match in _NAME.finditer(text):
        first, _, rest = match.group().partition(" ")
        opens = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".?!:"
        if PERIOD.match(text, match.start()):
            continue
        if first.lower() in _NO_NAMES or (opens and rest and first.lower() in _QUESTION_WORDS):
            found += [rest] if rest else []
        elif rest or not opens or len(text.split()) <= _SHORT_ANSWER_WORDS:
            found.append(match.group())
    return found


def thing(question: str) -> tuple[int, int] | None:
    """Where a question says "the ..." of what it asks about: "the ferry" in "When does the ferry leave?"."""
    found = _THING.search(question)
    return found.span(found.lastgroup or 0) if found else None


def meant_by(pronoun: str, before: str, answer: str) -> str:
    """What a pronoun or "there" means after a question and its answer; "" when nothing was named."""
    said = next(iter(names(answer)), "")
    if pronoun in _PERSON:
        asked, said_first = next(reversed(names(before)), ""), bool(_WHO.match(before))
    else:
        asked = _asked_about(before)
        said_first = bool((_WHO if pronoun in _PEOPLE else _WHICH).match(before))
        said_first = said_first or (pronoun == "there" and before.lower().startswith("where"))
    found = (said or asked) if said_first else (asked or said)
    return found or next(iter(_WHAT_IS.findall(before)), "")


def _asked_about(question: str) -> str:
    """The last name, with the words around it where it is part of a thing; without a name the thing."""
    named, words = names(question), question[slice(*(thing(question) or (0, 0)))]
    return named[-1] if named and named[-1] not in words else words
