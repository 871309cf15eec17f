"""Words of questions and sentences: which carry meaning, which share a stem, which are numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.language import FIGURES, UPPER, YEAR

_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(rf"(?<!^)\b{UPPER}[\w-]+")
_SHORT_VERB = re.compile(r"^\s*(what|who|where|when|how)['’]s\b(?! been\b| \w+ed\b)", re.IGNORECASE)
_NUMBER = re.compile(rf"\d[\d,.]*\d|\d|\b(?:{'|'.join(FIGURES)})\b")
_NAME = re.compile(rf"(?<!\w){UPPER}\w*")
_WHOLE = frozenset({"evening", "news"})  # no forms of "even" and "new"
_ES = re.compile(r"(?:[sxzo]|ch|sh)es$")
_VERB_STEMS = {"ed": re.compile(r"[aeiouy].|.i$"), "ing": re.compile(r"[aeiouy]")}  # "see" has no form "seed"
_DOUBLED = re.compile(r"..([^aeiou])\1$")
_WOULD_DOUBLE = re.compile(r"[^aeiouy]*[aeiouy][^aeiouywx]")
_FUNCTION_WORDS = frozenset(
    "a about an and any are as at be been by can could did do does for from had has have he her his how i in into"
    " is it its many may me might much my of on or our she should so than that the their them then there these they"
    " this those to was we were what when where which while who whom whose why will with would you your s t name"
    " kind type".split()
)


def with_verb_whole(question: str) -> str:
    """Asks "what is it?" for "what's it?"; "what's been built?" has another verb, and stays."""
    return _SHORT_VERB.sub(r"\1 is", question)


def words(text: str) -> list[str]:
    """Lower-case words in order."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> set[str]:
    """The words that carry a question's meaning."""
    return {word for word in words(text) if word not in _FUNCTION_WORDS}


def share_missing(wanted: Iterable[str], text: str) -> float:
    """The share of the words `wanted` of which neither they nor a word that begins alike stand in `text` (0 for none).

    The model's calibration and the checks of written sentences were measured with this rule; see also `share_unnamed`.
    """
    there, asked = set(words(text)), list(wanted)
    return sum(not stands_in(word, there) for word in asked) / len(asked) if asked else 0.0


def stands_in(word: str, there: set[str]) -> bool:
    """Whether the word, or one that begins alike, is among the words `there`: for "Bergen" also "Berg"."""
    if word in there:
        return True
    if len(word) <= 4:  # too short for that: "cost" and "costs", but not "coat"
        return _is_named(word, there, is_name=False)
    stem = word[: max(4, len(word) - 3)]
    return any(other.startswith(stem) for other in there)


def share_unnamed(topic: str, text: str) -> float:
    """The share of the topic's words of which no form stands in `text` (0 for none): "dam" and "dams", not "damage".

    Words with a capital count as names, which have a plural and no forms of a verb.
    """
    asked, there = content_words(topic), set(words(text))
    names = {name.lower() for name in _NAME.findall(topic)}
    return sum(not _is_named(word, there, is_name=word in names) for word in asked) / len(asked) if asked else 0.0


def _is_named(word: str, there: set[str], *, is_name: bool) -> bool:
    if word in there:
        return True
    forms_of = _singulars if is_name else _forms
    forms = forms_of(word)
    return any(not forms.isdisjoint(forms_of(other)) for other in there if other[0] == word[0])


def _forms(word: str) -> set[str]:
    return _singulars(word) | _verbs(word)


def _singulars(word: str) -> set[str]:
    """The word, and those of which it may be the plural."""
    if word in _WHOLE or not re.search(r"..[^sui]s$|..ies$", word):
        return {word}
    if word.endswith("ies"):
        return {word, word[:-3] + "y", word[:-1]}
    return {word, word[:-1], word[:-2]} if _ES.search(word) else {word, word[:-1]}


def _verbs(word: str) -> set[str]:
    """The verbs of which it may be a form in -ed or -ing: "planned" is one of "plan", and "planed" is not."""
    ending = next((ending for ending in _VERB_STEMS if word.endswith(ending)), "")
    stem = word.removesuffix(ending)
    if word in _WHOLE or not ending or not _VERB_STEMS[ending].search(stem):
        return set()
    if stem.endswith("i"):
        return {stem[:-1] + "y", stem + "e"}
    if _DOUBLED.search(stem):
        return {stem, stem[:-1]}
    return {stem + "e"} if _WOULD_DOUBLE.fullmatch(stem) else {stem, stem + "e"}


def numbers(text: str) -> list[str]:
    """Numbers in digits, without separators between thousands: "4,300" and "4300" are the same, "seven" and "7" too."""
    return [FIGURES.get(number, number.replace(",", "")) for number in _NUMBER.findall(text.lower())]


def capitalised(text: str) -> list[str]:
    """The words with a capital, in lower case, without the one that opens the text; the halves of "Rolls-Royce"."""
    return [word for found in _CAPITALISED.findall(text) for word in words(found)]


def years(text: str) -> set[str]:
    """The years named in the text, from 1500 to 2099."""
    return set(YEAR.findall(text))
