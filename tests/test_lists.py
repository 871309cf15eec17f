"""All the items of a list, where a question asks for all of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.types import Document, Passage
from qa.lists import introduced, items_of
from qa.reader import Span

HALLS = ["a test hall with a basin, due in March", "a repair hall for farm machines", "a school workshop"]
HOURS = ["Museum: 9 to 17", "Library: 8 to 20", "Pool: 7 to 22"]
TEXT = "\n".join(
    [
        "Larch Bay builds a yard.\n",
        "Work began on Monday. Three halls come first:\n",
        *(f"- {hall}" for hall in HALLS),
        "\nOpening hours in summer",
        *(f"{number}. {hours}" for number, hours in enumerate(HOURS, 1)),
        "",
        "The council - nine members - meets in May. The plan has two aims:",
        "",
        "• cheap power,",
        "  by 2030",
        "",
        "• clean water.",
        "",
        "Who pays is open.",
    ]
)
AIMS = ["cheap power,\n  by 2030", "clean water."]
YARD = Document("yard", "A yard", TEXT, "/a/yard.txt")


def span(text: str, document: Document = YARD) -> Span:
    start = document.text.index(text)
    (passage,) = [p for p in chunk(document, chunk_chars=2000) if p.start <= start < p.end]
    return Span(passage, start, start + len(text), text, 5.0)


def listed(question: str, answer: str, document: Document = YARD) -> list[str]:
    found = items_of(question, span(answer, document), document)
    assert all(document.text[each.start : each.end] == each.text for each in found)
    return [each.text for each in found]


@pytest.mark.parametrize(
    ("question", "answer", "items"),
    [
        ("What are the three halls?", "a test hall", HALLS),
        ("what are the halls", "- a test hall with a basin", HALLS),
        ("Which halls come first?", "Three", HALLS),
        ("List the halls", "repair hall", HALLS),
        ("Which new kinds of halls are planned?", "repair hall", HALLS),
        ("What are the opening hours?", "Museum: 9", HOURS),
        ("What are the opening hours?", "9 to 17", HOURS),
        ("What aims does the plan have?", "clean water", AIMS),
        ("What does the plan include?", "cheap power", AIMS),
        ("Why?", "cheap power", AIMS),
    ],
)
def test_a_question_for_all_gets_every_item_of_the_list(question: str, answer: str, items: list[str]) -> None:
    assert listed(question, answer) == items


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What is the first hall?", "a test hall"),
        ("Which hall comes first?", "a test hall"),
        ("What causes halls to rust?", "a test hall"),
        ("When is the test hall due?", "March"),
        ("What are the opening hours of the museum?", "9 to 17"),
        ("What are the hours of the museum?", "Museum: 9"),  # a word that only this item has
        ("Which halls cost more than others?", "a test hall"),
        ("Which is the largest of the halls?", "a test hall"),
        ("Which people may come to the museum?", "9 to 17"),  # far from the beginning of its item
        ("What are the members?", "nine members"),  # dashes within a sentence
        ("What are the open questions?", "Who pays"),
        ("How many halls come first?", "Three"),
    ],
)
def test_where_one_thing_is_asked_for_there_is_no_list(question: str, answer: str) -> None:
    assert listed(question, answer) == []


def test_of_an_answer_over_several_items_each_is_given() -> None:
    over_two = "Museum: 9 to 17\n2. Library: 8 to 20\n3"
    assert listed("How is it open in summer?", over_two) == HOURS[:2]


def test_one_item_is_no_list_and_numbered_paragraphs_are_none() -> None:
    one = Document("d", "", "The rule is:\n\n- no boats\n\nThat is all.", "d")
    assert listed("What are the rules?", "no boats", one) == []
    long = Document("d", "", f"1. The fence {'is old and ' * 50}falls.\n2. The quay is wet.", "d")
    assert listed("What are the matters?", "The quay", long) == []


def test_two_lists_that_are_marked_otherwise_are_two() -> None:
    text = "Needed:\n\n- rope\n- tar\n\n1. Boil the tar.\n2. Dip the rope."
    assert listed("What are the things needed?", "rope", Document("d", "", text, "d")) == ["rope", "tar"]


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("Which halls come first?", HALLS),
        ("List the three halls", HALLS),
        ("List the three halls of Oslo", []),
        ("Name the aims of the plan", AIMS),
        ("What are the hours in summer?", []),  # a heading may be of anything
        ("What is the aim of the plan?", []),
        ("What are they?", []),
    ],
)
def test_what_the_reader_misses_is_found_by_the_words_that_introduce_it(question: str, items: list[str]) -> None:
    passages = chunk(YARD, chunk_chars=60)
    assert [each.text for each in introduced(question, passages, {"yard": YARD})] == items


def test_a_list_far_from_what_was_found_is_not_given() -> None:
    first = chunk(YARD, chunk_chars=60)[:1]
    assert introduced("Name the aims of the plan", first, {"yard": YARD}) == []


WORDS = st.lists(st.sampled_from(["rope", "tar", "boat", "quay", "net", "sail"]), min_size=1, max_size=4).map(" ".join)
LINES = st.tuples(st.sampled_from(["", "", "- ", "• ", "1. ", "(2) ", "b) "]), WORDS, st.sampled_from(["\n", "\n\n"]))


def by_hand(lines: list[tuple[str, str, str]], at: int) -> list[str]:
    """The run of lines around one that begin with the same bullet, or all with a number or letter."""
    kind = [mark if mark in ("- ", "• ") else bool(mark) and "number" for mark, _, _ in lines]
    first = last = at
    while first > 0 and kind[first - 1] == kind[at]:
        first -= 1
    while last + 1 < len(lines) and kind[last + 1] == kind[at]:
        last += 1
    return [words for _, words, _ in lines[first : last + 1]] if kind[at] and last > first else []


@given(st.lists(LINES, min_size=1, max_size=8), st.data())
def test_the_items_are_those_that_a_reader_of_the_lines_would_count(
    lines: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    text = "".join(map("".join, lines))
    at = data.draw(st.integers(0, len(lines) - 1))
    start = sum(len("".join(line)) for line in lines[:at]) + len(lines[at][0])
    document = Document("d", "", text.rstrip(), "d")
    passage = Passage(0, "d", 0, len(document.text), document.text)
    words = lines[at][1]
    found = items_of("What are they?", Span(passage, start, start + len(words), words, 0.0), document)
    assert [each.text for each in found] == by_hand(lines, at)


@pytest.mark.parametrize("piece", ["- a\n", "1. ", "  ", "What are the ", ":\n\n"])
def test_long_odd_texts_take_no_time(piece: str) -> None:
    document = Document("d", "", (piece * (200_000 // len(piece))).strip() or "x", "d")
    passage = Passage(0, "d", 0, len(document.text), document.text)
    begun = time.process_time()
    items_of("What are the a?", Span(passage, 0, 1, document.text[:1], 0.0), document)
    introduced("What are the a?", [passage], {"d": document})
    items_of(f"What are the {piece * 200}", Span(passage, 0, 1, document.text[:1], 0.0), document)
    assert time.process_time() - begun < 5
