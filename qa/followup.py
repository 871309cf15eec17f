"""A follow-up question and its history -> a question that stands alone. Pure rules, no model, English.

"And Shenzhen?" takes the place of the name in the question before; "by when?" is added to it; "he", "there" and "that
company" become the name; "who said that?" asks for who said what was just answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qa.types import Turn

_ANOTHER = re.compile(
    r"^(?:and|but|or|so|ok|okay)?[\s,]*(?:what about|how about|and)?\s+(?:for |in |of )?(.+?)[\s?!.]*$", re.I
)
_BARE = re.compile(
    r"^(?:and |but |so )?(?:by |since |until )?(?:who|what|when|where|why|how|which)(?: (?:many|much|long))?[\s?!.]*$",
    re.I,
)
_OPENS_AS_FOLLOW_UP = re.compile(r"^(?:and|but|or|what about|how about)\b", re.I)
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
    if _BARE.match(question):
        return f"{before.rstrip(' ?!.')} {question}"
    if _OPENS_AS_FOLLOW_UP.match(question) and len(question.split()) <= _MOST_WORDS:
        found = _ANOTHER.match(question)
        return _instead(before, found.group(1)) if found else f"{before} {question}"
    return _named(question, before, answer)


def topic_of(question: str, history: Sequence[Turn]) -> str:
    """What a bare follow-up names ("Shenzhen" of "and Shenzhen?"); "" for a question of its own."""
    if not history or _BARE.match(question) or not _OPENS_AS_FOLLOW_UP.match(question):
        return ""
    if len(question.split()) > _MOST_WORDS:
        return ""
    found = _ANOTHER.match(question)
    return found.group(1) if found else ""


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
        return before.replace(found[-1], other, 1)  # "AI firms in China" and "Shenzhen?": the last one is the place
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
