"""A follow-up question and its history -> a question that stands alone. Pure rules, no model, English.

"And Shenzhen?" takes the place of the name in the question before; "by when?" is added to it; "and who pays for it?" is
a question of its own, in which "he", "it", "there" and "that company" become the name; "and who is the mayor?" means
the mayor of that name; "who said that?" asks for who said what was just answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

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
    rf"{_LEAD}(?P<asked>(?:by |since |until )?(?:who|what|when|where|why|how|which)(?: (?:many|much|long))?[\s?!.]*)$",
    re.I,
)
_PART = re.compile(  # of a question: "and in which city?", "for how many years?", "and now?"
    rf"^(?=(?:and|but|or|so|then|ok|okay|{_PREPOSITION})\b){_LEAD}(?P<asked>(?:{_PREPOSITION} )?"
    rf"(?:(?:what|which|how)(?: (?!{_VERB}\b|\w+ed\b|about\b|of\b)\w+)?|how (?:many|much) \w+"
    r"|(?:who|whom|when|where|why)(?: (?:else|exactly|not))?"
    r"|now|then|today|later|not|and|but|or|(?:last|this|next) (?:year|month|week|time))[\s?!.]*)$",
    re.I,
)
_LEAD_OF_ITS_OWN = re.compile(  # what stands before a question that has a verb, or a pronoun to complete
    rf"{_LEAD}(?:(?:what|how) about )?(?=(?!{_ABOUT}\b|(?:that|those) of\b)"
    rf"(?:(?:{_PREPOSITION} )?{_ASKS}\b|(?:{_VERB}|{_TELL}) \w"
    r"|(?:his|her|their|its|he|she|it|they|him|them|this|that|these|those)\b))",
    re.I,
)
_ANOTHER = re.compile(
    rf"^{_SO}(?:{_AND}{_SO}(?:{_ABOUT}\s+)?|{_ABOUT}\s+)"
    rf"(?:(?:(?:that|those) of|{_PREPOSITION}) )?(?P<other>.+?)[\s?!.]*$",
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
_NAME = re.compile(r"\b[a-z]?[A-Z][\w-]*(?:['’](?!s\b)\w+)?(?: (?:of |the )?[A-Z][\w-]*)*")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
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
_WHAT_IS = re.compile(r"^(?:what|who)(?:'s| is| are| was| were) ((?:the |an? )?[\w' -]+?)[\s?!.]*$", re.I)
_QUESTION_WORDS = frozenset("what who when where which why how is are was were did does do can in on at by the".split())
_NO_NAMES = _QUESTION_WORDS | frozenset("i yes no if it he she they we you the a an this that there and but".split())
_MOST_WORDS = 6
_SHORT_ANSWER_WORDS = 4  # "Beijing" is an answer and a name; the first word of a sentence need not be


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it would be asked by someone who has not heard the conversation."""
    if not history:
        return question
    before, answer = standalone(history[-1].question, history[:-1]), history[-1].answer
    if _WHO_SAID.match(question):
        return f"who said {answer or before.rstrip(' ?!.')}?"
    if part := _part(question):
        return f"{before.rstrip(' ?!.')} {part}"
    if (of := names(before)) and (its := _ITS.match(question)) and not names(its["asked"]):
        return f"{its['asked']} of {of[-1]}?"
    other = _other(question) or _other_of_them(question, before)
    return _instead(before, other) if other else _named(_LEAD_OF_ITS_OWN.sub("", question), before, answer)


def topic_of(question: str, history: Sequence[Turn]) -> str:
    """What a bare follow-up names ("Shenzhen" of "and Shenzhen?"); "" for a question of its own."""
    return "" if not history or _part(question) else _other(question)


def _part(question: str) -> str:
    """What is added to the question before, without its "and"; "" when nothing is."""
    found = _BARE.match(question) or _PART.match(question)
    return found["asked"] if found else ""


def _other(question: str) -> str:
    """The name in "and Shenzhen?", "what about Shenzhen's?"; "" for a question of its own."""
    found = None if _LEAD_OF_ITS_OWN.match(question) else _ANOTHER.match(question)
    if found is None or len(question.split()) > _MOST_WORDS or _CLAUSE.search(found["other"]):
        return ""
    return _bare(found["other"])


def _other_of_them(question: str, before: str) -> str:
    """The name in "and how many in Shenzhen?" when the question before, too, began with "how many"."""
    found = _ANOTHER_OF_THEM.match(question)
    return _bare(found["other"]) if found and before.lower().startswith(found["asks"].lower()) else ""


def _bare(name: str) -> str:
    """Without the "'s" of "what about Shanghai's?": the question before has its own."""
    return re.sub(r"['’]s?$", "", name)


def names(text: str) -> list[str]:
    """Capitalised runs, without the word that opens a sentence unless more capitals follow it."""
    found = []
    for match in _NAME.finditer(text):
        first, _, rest = match.group().partition(" ")
        opens = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".?!:"
        if first.lower() in _NO_NAMES or (opens and rest and first.lower() in _QUESTION_WORDS):
            found += [rest] if rest else []
        elif rest or not opens or len(text.split()) <= _SHORT_ANSWER_WORDS:
            found.append(match.group())
    return found


def _instead(before: str, other: str) -> str:
    """`before` with its year or its name exchanged for `other`; with `other` added when it has neither."""
    year = _YEAR.search(before)
    if _YEAR.fullmatch(other) and year:
        return before.replace(year.group(), other)
    found = names(before)
    if found and not _YEAR.fullmatch(other):
        # "AI firms in China" and "Shenzhen?": the last one is the place. India is not in "Indian".
        *_, last = re.finditer(rf"(?<!\w){re.escape(found[-1])}(?!\w)", before)
        return before[: last.start()] + other + before[last.end() :]
    return f"{before.rstrip(' ?!.')} {other}?"


def _named(question: str, before: str, answer: str) -> str:
    """Pronouns exchanged for whom the conversation speaks of: the person just named, or the question's name."""
    pronoun = _PRONOUN.search(question) or _THAT_ONE.search(question) or _THERE.search(question)
    if pronoun is None or names(question):
        return question
    spoken_of = names(answer)[:1] if before.lower().startswith("who") else []
    spoken_of = spoken_of or names(before)[-1:] or names(answer)[:1] or _WHAT_IS.findall(before)
    if not spoken_of:
        return question
    word = pronoun.group().lower()
    name = f"in {spoken_of[0]}" if word == "there" else spoken_of[0]
    return question[: pronoun.start()] + name + ("'s" if word in _POSSESSIVE else "") + question[pronoun.end() :]
