"""The lists of a document: all the items of one, where a question asks for all of them. Pure rules, English.

A reader gives one run of words, which of a list is one item. An item is a line that begins with a bullet or a number,
with those that go on with it; what introduces a list is the line right before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.chunk import BULLETS, sentences
from index.language import FIGURES
from index.text import INNER_BULLET
from index.types import Document
from qa.message import AUXILIARY, OPENER
from qa.reader import Span
from qa.words import content_words, share_unnamed, words

MARK = re.compile(  # before an item
    rf"[ \t]*(?:(?P<bullet>{BULLETS})|(?P<open>\(?)(?:\d{{1,3}}(?P<close>[.)])|[A-Za-z]\)))[ \t]+(?=\S)"
)

_LINE = re.compile(r"^.*\S.*$", re.MULTILINE)
_SINGULARS = r"(?:was|has|does|is|always|news|sports|series|texas|who|that|which)\b"
_PLURAL = rf"(?:people|children|men|women|criteria|(?!{_SINGULARS})[\w-]+[^\W\d_siu]s)\b"
_ADJECTIVES = rf"(?:(?!(?:of|for|in|on|at|to|from|by|with)\b|{_SINGULARS})[\w-]+ ){{0,3}}?"
_VERB = (  # of a plural; "which sports hall" has none
    rf"(?:{AUXILIARY}|\w+ed|take|close|come|open|get|got|need|make|made|want|go|went|won|pay|use|belong|remain|exist"
    r"|apply|count|cost|run|work|start|begin|end|plan|stay|stand|lie|say|said|include)\b"
)
_ALL = re.compile(  # "which lines close?", "list the main aims"; but not "which line comes first?", "name the owner"
    OPENER + r"(?:(?:what|which|who) (?:are|were|will be)\b"
    rf"|(?:what|which) {_ADJECTIVES}{_PLURAL}(?: of (?:[\w-]+ )??[\w-]+)? {_VERB}"
    rf"|(?:list|name|enumerate|(?:give|show|tell) me) {_ADJECTIVES}{_PLURAL}"
    r"|what (?:do|does|did|will) .+ (?:include|contain|consist of|involve|comprise|cover|propose|promise|need)\b)",
    re.IGNORECASE,
)
_WHY = re.compile(OPENER + r"why\b", re.IGNORECASE)
_OF_REASONS = re.compile(r"\b(?:reasons?|because|why|causes?)\b", re.IGNORECASE)
_SOME = re.compile(  # of a list: the largest, those above a figure
    r"\b(?:more|less|fewer|over|under|above|below|than|only|the (?:first|second|third|last|next|final)|most|least|same"
    r"|each|other|others|remaining|best|worst|top|one|not|without|except|(?:two|three|four|five|\d+) of"
    r"|(?!(?:inter|for|prot|harv|requ|cont|arr|inv|sugg|hon)est)\w{3,}est"
    r"|(?:larg|small|bigg|high|low|long|short|old|young|new|cheap|lat|earli|great)er)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(  # "three halls" of "Three halls come first:"
    rf"(?:the )?(?:following|{'|'.join(FIGURES)}|\d{{1,2}})(?: [\w-]+s)?", re.IGNORECASE
)
_INNER = INNER_BULLET.strip()
_NO_TOPIC = frozenset("list name enumerate give show tell me all main key following include contain need".split())
_SKIPPED_WORDS = 2  # from so many on before the answer its item is about something else
_LONGEST_CHARS = 400  # longer ones are paragraphs with numbers
_WRAPPED_CHARS = 60  # a shorter line was ended by its writer
_RUNS_ON = re.compile(rf"[^\n]{{{_WRAPPED_CHARS - 1}}}[^\n.!?:;]\n\Z")  # "It was in<line feed>12. Then"


@dataclass(frozen=True, slots=True)
class _Line:
    """Characters of a line without its mark; `mark` is "" where it has none."""

    mark: str
    start: int
    end: int


_NOTHING = _Line("", 0, 0)


def items_of(question: str, span: Span, document: Document) -> list[Span]:
    """The items of the list of which the span opens one, or is the number, where the question asks for all of them.

    The number is that of one item, "2" of "2. rain", or of all, "three halls". The question does not ask for all where
    it names what only one item has: "what are the opening hours of the museum?". Of a span over several items these,
    whatever is asked.
    """
    if "\n" not in span.text and not asks_for_all(question) and not _WHY.match(question):
        return []
    before, items = next((each for each in _lists(document) if span.start < each[1][-1].end), (_NOTHING, []))
    introduction = _last_sentence(before, document)
    said = document.text[introduction.start : introduction.end]
    touched = [
        item
        for item in items
        if span.start <= item.start < span.end or document.text.rfind("\n", 0, item.start) < span.start < item.end
    ]
    if not _wants_these(question, said):
        return _spans(touched, span, document) if len(touched) > 1 else []
    if len(touched) == 1 and span.end > touched[0].start:  # a mark alone is no answer
        is_whole = _is_answer(question, span, touched[0], items, f"{document.title} {said}", document.text)
    else:
        is_whole = bool(touched) or (introduction.start <= span.start < introduction.end and _is_head(span, said))
    return _spans(items, span, document) if is_whole else []


def _wants_these(question: str, introduction: str) -> bool:
    if _WHY.match(question):
        return bool(_OF_REASONS.search(introduction))
    return asks_for_all(question)


def asks_for_all(question: str) -> bool:
    """Whether it is for all the items of a list: "what are the three halls?", and not for one of them."""
    return bool(_ALL.match(question)) and not _SOME.search(question)


def is_mark(span: Span) -> bool:
    """Whether the span is nothing but what marks an item: the "2" of "2. rain"."""
    text, start = span.passage.text, span.start - span.passage.start
    line = text.rfind("\n", 0, start) + 1
    mark = MARK.match(text, line)
    return mark is not None and start + len(span.text) <= mark.end() and not _RUNS_ON.search(text[:line])


def _is_answer(question: str, span: Span, item: _Line, items: Sequence[_Line], about: str, text: str) -> bool:
    """Whether an item is what the span begins, and none that the question singles out by a word of its own."""
    others = " ".join([about, *(text[each.start : each.end] for each in items if each is not item)])
    its_own = [word for word in content_words(question) - _NO_TOPIC if share_unnamed(word, others)]
    if any(not share_unnamed(word, text[item.start : item.end]) for word in its_own):
        return False
    return len(words(text[item.start : max(item.start, span.start)])) < _SKIPPED_WORDS


def _is_head(span: Span, introduction: str) -> bool:
    """Whether it says of what there is a list, or how many."""
    return introduction.endswith(":") and bool(_HEAD.fullmatch(span.text))


def _spans(items: Sequence[_Line], like: Span, document: Document) -> list[Span]:
    found = [(item.start, item.end, document.text[item.start : item.end]) for item in items]
    return [replace(like, start=start, end=end, text=text) for start, end, text in found]


def _lists(document: Document) -> Iterator[tuple[_Line, list[_Line]]]:
    """The line that introduces each list, and its items: two and more that are marked alike, in reading order."""
    before, run = _NOTHING, list[_Line]()
    for line in [*_lines(document), _NOTHING]:
        if line.mark:
            run.append(line)
            continue
        for items in _parted(run, document.text):
            if len(items) > 1 and all(item.end - item.start <= _LONGEST_CHARS for item in items):
                yield before, items
            before = items[0] if len(items) == 1 else _NOTHING  # it introduces the first alone
        before, run = line, []


def _parted(run: list[_Line], text: str) -> Iterator[list[_Line]]:
    """Lines that are marked, list after list. Those marked otherwise are part of an item where they stand between two
    of a list, or right below its last; two and more below a blank line are a list of their own.
    """
    at = 0
    while at < len(run):
        mark, items = run[at].mark, list[_Line]()
        last = max(n for n, line in enumerate(run) if line.mark == mark)
        while at < len(run) and (at <= last or _is_within(run[at - 1], run[at], text)):
            if run[at].mark == mark:
                items.append(run[at])
            elif _opens_a_list(run[at - 1 : at + 2], text):
                break  # above it "4. Risks" is a heading
            else:
                items[-1] = replace(items[-1], end=run[at].end)
            at += 1
        yield items


def _opens_a_list(lines: Sequence[_Line], text: str) -> bool:
    """Whether the second of three lines is below a blank one, and the third is marked as it is."""
    return len(lines) == 3 and lines[1].mark == lines[2].mark and not _is_within(lines[0], lines[1], text)


def _is_within(item: _Line, line: _Line, text: str) -> bool:
    return line.mark == _INNER or "\n\n" not in text[item.end : line.start]


def _lines(document: Document) -> Iterator[_Line]:
    """The lines that are not empty; what goes on with an item is of its line."""
    found = list(_LINE.finditer(document.text, document.body_start))
    item: _Line | None = None  # that may go on
    for line, after in zip(found, [*found[1:], None], strict=True):
        mark = MARK.match(line.group())
        if mark:
            if item:
                yield item
            kind = mark["bullet"] or (f"{mark['open']}1{mark['close']}" if mark["close"] else "a)")
            item = _Line(kind, line.start() + mark.end(), line.end())
        elif item and _goes_on(document.text, item, line, after):
            item = replace(item, end=line.end())
        else:
            if item:
                yield item
            item = None
            yield _Line("", line.start(), line.end())
    if item:
        yield item


def _goes_on(text: str, item: _Line, line: re.Match[str], after: re.Match[str] | None) -> bool:
    """Whether a line without a mark, right below an item, goes on with it: its sentence, or before the next item."""
    if text[item.end : line.start()] != "\n":
        return False
    last = text[item.start : item.end].rpartition("\n")[2]
    is_between = after is not None and text[line.end() : after.start()] == "\n" and bool(MARK.match(after.group()))
    return line.group().lstrip()[0].islower() or len(last) >= _WRAPPED_CHARS or is_between


def _last_sentence(line: _Line, document: Document) -> _Line:
    found = sentences(document.text[line.start : line.end])
    return replace(line, start=line.start + found[-1][0]) if found else line
