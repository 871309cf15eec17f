"""A follow-up question and its history -> a question that stands alone. Pure rules, no model, English.

"And Shenzhen?" takes the place of the name in the question before; "by when?" is added to it; "and who pays for it?" is
a question of its own, in which "he", "it", "there" and "that company" become the name; "and who is the mayor?" means
the mayor of that name; "who said that?" asks for who said what was just answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.referents import PERIOD, TIME, YEAR, meant_by, names, thing
from qa.types import Turn

# Verbs count in lower case alone, so that May, Will and Do stay names.
_ASKS = r"(?:who|whom|whose|what|when|where|why|how|which)"
_VERB = r"(?-i:is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must)(?:n['’]t)?"
_TELL = r"(?-i:tell|give|list|show|compare|explain|describe|summari[sz]e)"
_PREPOSITION = r"(?:by|since|until|in|for|at|from|to|on|with|of|about|after|before)"
_ABOUT = r"(?:what about|how about|what of)"
_SO = r"(?:(?:so|then|ok|okay)[\s,…]+)*"
_AND = r"(?:and|but|or)[\s,…]+"
_LEAD = rf"^{_SO}(?:{_AND})?{_SO}"

_BARE = re.compile(
    rf"{_LEAD}(?P<asked>(?:by |since |until )?(?:who|what|when|where|why|how|which)"
    r"(?: (?:many|much|long|else|exactly|not))?[\s?!.]*)$",
    re.I,
)
_PART = re.compile(  # of a question: "and in which city?", "for how many years?", "and now?"
    rf"^(?=(?:and|but|or|so|then|ok|okay|{_PREPOSITION})\b){_LEAD}(?P<asked>(?:{_PREPOSITION} )?"
    rf"(?:(?:what|which|how)(?: (?!{_VERB}\b|\w+ed\b|about\b|of\b)\w+)?|how (?:many|much) \w+"
    r"|(?:who|whom|when|where|why)(?: (?:else|exactly|not))?"
    r"|now|then|today|yesterday|tomorrow|tonight|later|recently|not|and|but|or"
    r"|(?:last|this|next) (?:year|month|week|time))[\s?!.]*)$",
    re.I,
)
_LEAD_OF_ITS_OWN = re.compile(  # what stands before a question that has a verb, or a pronoun to complete
    rf"{_LEAD}(?:(?:what|how) about )?(?=(?!{_ABOUT}\b|(?:that|those) of\b)"
    rf"(?:(?:{_PREPOSITION} )?{_ASKS}\b|(?:{_VERB}|{_TELL}) \w"
    r"|(?:his|her|their|its|he|she|it|they|him|them|this|that|these|those)\b))",
    re.I,
)
_ANOTHER = re.compile(
    rf"^{_SO}(?:{_AND}{_SO}(?:{_ABOUT}\s+)?|{_ABOUT}\s+|(?={_PREPOSITION} (?-i:[A-Z\d])))"
    rf"(?:(?:(?:that|those) of|(?P<where>{_PREPOSITION})) )?(?P<other>.+?)[\s?!.]*$",
    re.I,
)
_ANOTHER_OF_THEM = re.compile(  # "and how many in Shenzhen?"
    rf"{_LEAD}(?P<asks>how many|how much|{_ASKS}) {_PREPOSITION} "
    r"(?P<other>(?-i:(?:the )?[A-Z\d][\w'’-]*(?: (?:of |the )?[A-Z\d][\w'’-]*)*))[\s?!.]*$",
    re.I,
)
_CLAUSE = re.compile(r"\b(?:who|what|when|where|why|how|is|are|was|were|does|did|has|had)\b")
_PRONOUN = re.compile(r"\b(?:he|she|him|they|them|it)\b|\b(?:his|her|their|its)\b", re.I)
_POSSESSIVE = frozenset({"his", "her", "their", "its"})
_HER = re.compile(rf"her(?=[\s?!.]*$| (?:{_PREPOSITION}|and|or|when|as|there|here|now)\b)", re.I)  # "who knows her?"
_THERE = re.compile(r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbe )\bthere\b", re.I)
_THAT_ONE = re.compile(
    r"\b(?:this|that|the same) (?:company|firm|city|town|country|region|place|person|man|woman|university|school|bank"
    r"|group|ministry|organi[sz]ation|team|party|club|agency)\b"
)
_WHO_SAID = re.compile(
    r"^(?:and |but )?who (?:said|says|claims|claimed|argued|thinks|reported) (?:that|this|so|it)[\s?!.]*$", re.I
)
_ITS = re.compile(  # "and who is the mayor?": of what the question before spoke of
    rf"^{_SO}{_AND}{_SO}(?P<asked>{_ASKS}(?: (?:big|large|high|long|old|tall))? (?:is|are|was|were) the (?:\w+ )?"
    r"(?!(?:same|first|second|last|next|best|worst|point|matter)\b)\w+)[\s?!.]*$",
    re.I,
)
_HOW_IT_IS = re.compile(r"^(?:where|when|why)\b(?= (?:is|are|was|were|do|does|did|has|have|had|will)\b)", re.I)
_ANOTHER_WAY = re.compile(r"(?:where|when|why)\b", re.I)
_OF_ITS = re.compile(r"(?<=['’]s )(?!\d)[\w -]+?(?=[\s?!.]*$)")  # "target" of "What is Beijing's target?"
_MARKER = re.compile(r"\s*\[\d+\]")
_MOST_WORDS = 6


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked by someone who has not heard the conversation."""
    if not history:
        return question
    before, answer = standalone(history[-1].question, history[:-1]), history[-1].answer
    if _WHO_SAID.match(question):
        return f"who said {_one(answer) or before.rstrip(' ?!.')}?"
    if part := _part(question):
        return _added(before, part)
    if (of := names(before)) and (its := _ITS.match(question)) and not names(its["asked"]):
        return f"{its['asked']} of {of[-1]}?"
    return _exchanged(question, before) or _named(_LEAD_OF_ITS_OWN.sub("", question), before, answer)


def topic_of(question: str, history: Sequence[Turn]) -> str:
    """What a bare follow-up names ("Shenzhen" of "and Shenzhen?"); "" for a question of its own, a time, a place."""
    another = _another(question) if history and not _part(question) else None
    if another is None or another["where"] or TIME.fullmatch(another["other"]):
        return ""
    return _bare(another["other"])


def _part(question: str) -> str:
    """What is added to the question before, without its "and"; "" when nothing is."""
    found = _BARE.match(question) or _PART.match(question)
    return found["asked"] if found else ""


def _added(before: str, part: str) -> str:
    """`before` with "by when?" added; asked "when" instead of "where" where that is all that changes."""
    if _HOW_IT_IS.match(before) and _ANOTHER_WAY.match(part) and len(part.split()) == 1:
        return _HOW_IT_IS.sub(part.rstrip(" ?!."), before)
    return f"{before.rstrip(' ?!.')} {part}"


def _one(answer: str) -> str:
    """The answer without its markers; "" when it is more than one."""
    return "" if "\n" in answer or ";" in answer else _MARKER.sub("", answer)


def _another(question: str) -> re.Match[str] | None:
    """The name in "and Shenzhen?", "what about Shenzhen's?", "in Shenzhen?"; None for a question of its own."""
    found = None if _LEAD_OF_ITS_OWN.match(question) else _ANOTHER.match(question)
    if found is None or len(question.split()) > _MOST_WORDS or _CLAUSE.search(found["other"]):
        return None
    return found


def _other_of_them(question: str, before: str) -> str:
    """The name in "and how many in Shenzhen?" when the question before, too, began with "how many"."""
    found = _ANOTHER_OF_THEM.match(question)
    return _bare(found["other"]) if found and before.lower().startswith(found["asks"].lower()) else ""


def _bare(name: str) -> str:
    """Without the "'s" of "what about Shanghai's?": the question before has its own."""
    return re.sub(r"['’]s?$", "", name)


def _exchanged(question: str, before: str) -> str:
    """`before`, asked of what a bare follow-up names; "" for a question of its own."""
    if other := _other_of_them(question, before):
        return _instead(before, other)
    another = _another(question)
    return _instead(before, _bare(another["other"]), another["where"] or "") if another else ""


def _instead(before: str, other: str, where: str = "") -> str:
    """`before` with its time, its thing or its name exchanged for `other`; with `other` added when it has none."""
    if TIME.fullmatch(other):
        exchanged = _at_another_time(before, other)
    elif other.lower().startswith("the ") and other[4:].islower() and not where:
        exchanged = _another_thing(before, other)
    else:
        exchanged = _another_name(before, other)
    return exchanged or " ".join(filter(None, [before.rstrip(" ?!."), where, other])) + "?"


def _at_another_time(before: str, other: str) -> str:
    """A year for a year, a quarter for a quarter, both for both or for a year; "" when `before` has none."""
    kind = next(kind for kind in (YEAR, PERIOD, TIME) if kind.fullmatch(other))
    last = [found.span() for found in kind.finditer(before)][-1:]
    return "".join(before[:start] + other + before[end:] for start, end in last)


def _another_thing(before: str, other: str) -> str:
    """Who is the mayor of Norrvik, "and the harbour master?"; "" when `before` has no thing and no name."""
    found = thing(before)
    if found:
        return before[: found[0]] + other + before[found[1] :]
    return _OF_ITS.sub(other[4:], before) if _OF_ITS.search(before) else _another_name(before, other)


def _another_name(before: str, other: str) -> str:
    """The last name of `before` exchanged; "" when it has none."""
    found = names(before)
    if not found:
        return ""
    # "AI firms in China" and "Shenzhen?": the last one is the place. India is not in "Indian".
    *_, last = re.finditer(rf"(?:\bthe )?(?<!\w){re.escape(found[-1])}(?!\w)", before)
    article = "the " if last.group().startswith("the ") and not other.lower().startswith("the ") else ""
    return before[: last.start()] + article + other + before[last.end() :]


def _named(question: str, before: str, answer: str) -> str:
    """Pronouns exchanged for whom the conversation speaks of: the person just named, or the question's name."""
    pronoun = _PRONOUN.search(question) or _THAT_ONE.search(question) or _THERE.search(question)
    if pronoun is None or names(question):
        return question
    word = pronoun.group().lower()
    name = meant_by(word, before, _one(answer))
    if not name:
        return question
    if word == "there":
        name = f"in {name}"
    elif word in _POSSESSIVE and not _HER.match(question, pronoun.start()):
        name += "'s"
    return question[: pronoun.start()] + name + question[pronoun.end() :]
