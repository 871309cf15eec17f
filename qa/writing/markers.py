"""What a model wrote -> plain sentences with the keys they cite. Pure; the whole grammar of markers stands here.

In: raw text, perhaps cut off anywhere, and the keys that were given. Out: sentences without markup, each with those of
its keys that were given. Keys that were never given, nested, repeated or half written ones vanish without a trace.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from index.chunk import sentences

_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
_THOUGHT = re.compile(r"\A.*</think(?:ing)?>", re.DOTALL | re.IGNORECASE)  # templates may open it in the prompt
_PRIVATE = re.compile("[\ue000-\uf8ff\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd\x00-\x08\x0b-\x1f\x7f]")
_FENCE = re.compile(r"^\s*(?:```|~~~).*$", re.MULTILINE)
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>\s?|[-*+•]\s+|\d{1,2}[.)]\s+|\|)+")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)|`")
_INNERMOST = re.compile(r"[\[【(]([^\[\]【】()\n]{0,60})[\]】)]")
_KEYS = re.compile(  # possessive, since a run of digits could be cut into keys in very many ways
    r"[\s,;&^]*+(?:(?:and\b|[A-Za-z]{0,12}[-_ :.#]{0,2}\d{1,4}(?!\d)|[\ue000-\uf8ff])[\s,;&^]*+)+\Z"
)
_KEY = re.compile(r"[A-Za-z]{0,12}[-_ :.#]{0,2}\d{1,4}|[\ue000-\uf8ff]")
_HALF = re.compile(r"[\[【][^\]】\n]*\Z")
_BRACKETS = re.compile(r"[\[\]【】]")
_MARKS = re.compile("\\s*([\ue000-\uf8ff])")
_ENDED = re.compile(r"[.!?…。！？][\"'”’)»]*\Z")
_FIRST = 0xE000


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence and the keys it cites, each once, in order; none when it cites nothing that was given."""

    text: str
    keys: tuple[str, ...]


def parse(raw: str, keys: Collection[str], *, finished: bool) -> list[Sentence]:
    """The sentences that are complete. Of a text that goes on (or was cut off) the last, open one is left out."""
    text = _HALF.sub("", _PRIVATE.sub("", _THINKING.sub("", _THOUGHT.sub("", raw))))
    marks: list[tuple[str, ...]] = []
    found: list[Sentence] = []
    lines = _FENCE.sub("", text).split("\n")
    for number, line in enumerate(lines):
        marked = _marked(_EMPHASIS.sub("", _LINE_START.sub("", line)), keys, marks)
        found += _sentences(marked, marks, open_ended=number == len(lines) - 1, finished=finished)
    return found


def _marked(line: str, keys: Collection[str], marks: list[tuple[str, ...]]) -> str:
    """The line with one private character in the place of each marker; `marks` learns which keys it stands for."""
    known = {key.lower(): key for key in keys}

    def replaced(match: re.Match[str]) -> str:
        inner = match[1]
        round_brackets = match[0][0] == "("
        cited = [_resolved(token, known, marks) for token in _KEY.findall(inner)]
        given = tuple(dict.fromkeys(key for some in cited for key in some))
        if not _KEYS.match(inner) or (round_brackets and not given):  # "(2024)" is the sentence's own
            return match[0] if round_brackets else inner
        marks.append(given)
        return chr(_FIRST + len(marks) - 1)

    before = None
    while before != line and len(marks) < 1000:
        before, line = line, _INNERMOST.sub(replaced, line)
    return _BRACKETS.sub("", line)


def _resolved(token: str, known: dict[str, str], marks: list[tuple[str, ...]]) -> tuple[str, ...]:
    if "\ue000" <= token <= "\uf8ff":
        return marks[ord(token) - _FIRST]
    key = known.get(token.strip().lower())
    return (key,) if key else ()


def _sentences(marked: str, marks: list[tuple[str, ...]], *, open_ended: bool, finished: bool) -> list[Sentence]:
    """The sentences of one line. A marker belongs to the sentence that it stands in or behind."""
    plain, placed = _without_marks(marked)
    ranges = sentences(plain)
    found = []
    for number, (start, end) in enumerate(ranges):
        last = number == len(ranges) - 1
        until = len(plain) + 1 if last else ranges[number + 1][0] + 1
        own = [(at, mark) for at, mark in placed if (at > start or number == 0) and at < until]
        text = " ".join(plain[start:end].split())
        complete = _ENDED.search(text) is not None or any(at >= end for at, _ in own)
        if last and open_ended and not (finished and complete):
            continue
        keys = tuple(dict.fromkeys(key for _, mark in own for key in marks[mark]))
        if re.search(r"\w", text):
            found.append(Sentence(text, keys))
    return found


def _without_marks(marked: str) -> tuple[str, list[tuple[int, int]]]:
    """The text, and (where in it, which mark) for each mark."""
    plain, placed, at = "", [], 0
    for match in _MARKS.finditer(marked):
        plain += marked[at : match.start()]
        placed.append((len(plain), ord(match[1]) - _FIRST))
        at = match.end()
    return plain + marked[at:], placed
