"""Words of questions and sentences: which carry meaning, which share a stem, which are numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORD = re.compile(r"\w+")
_CAPITALISED = re.compile(r"(?<!^)\b[A-Z][\w-]+")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
_FUNCTION_WORDS = frozenset(
    "a about an and any are as at be been by can could did do does for from had has have he her his how in into is it"
    " its many may might much of on or our she should so than that the their them then there these they this those to"
    " was we were what when where which while who whom whose why will with would you your s t name kind type".split()
)


def words(text: str) -> list[str]:
    """Lower-case words in order."""
    return _WORD.findall(text.lower())


def content_words(text: str) -> set[str]:
    """The words that carry a question's meaning."""
    return {word for word in words(text) if word not in _FUNCTION_WORDS}


def share_missing(wanted: Iterable[str], text: str) -> float:
    """The share of the words `wanted` of which neither they nor a word of their stem stand in `text` (0 for none)."""
    there, asked = set(words(text)), list(wanted)
    return sum(not stands_in(word, there) for word in asked) / len(asked) if asked else 0.0


def stands_in(word: str, there: set[str]) -> bool:
    """Whether the word, or one that shares its stem, is among the words `there`."""
    if word in there:
        return True
    stem = word[: max(4, len(word) - 3)]
    return len(word) > 4 and any(other.startswith(stem) for other in there)


def numbers(text: str) -> list[str]:
    """Numbers as written, without separators between thousands: "4,300" and "4300" are the same."""
    return [number.replace(",", "") for number in _NUMBER.findall(text)]


def capitalised(text: str) -> list[str]:
    """The words with a capital, in lower case, without the one that opens the text; the halves of "Rolls-Royce"."""
    return [word for found in _CAPITALISED.findall(text) for word in words(found)]


def years(text: str) -> set[str]:
    """The years named in the text, from 1500 to 2099."""
    return set(_YEAR.findall(text))
