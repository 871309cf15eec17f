"""All the items of a list, where a question asks for all of them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.types import Document, Passage
from qa.lists import is_mark, items_of
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
        "The council - nine members - meets in May. The plan costs 3 million crowns and has two aims:",
        "",
        "• cheap power,",
        "by 2030",
        "• clean water.",
        "",
        "Why it is late, for two reasons:",
        "",
        "1. snow",
        "◦ on the pass",
        "2. rain",
        "",
        "Who pays is open.",
    ]
)
AIMS = ["cheap power,\nby 2030", "clean water."]
REASONS = ["snow\n◦ on the pass", "rain"]
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
        ("Why is it late?", "snow", REASONS),
        ("What are the aims of the plan?", "two aims", AIMS),
        ("Name all the aims", "cheap power", AIMS),
        ("Which aims lie ahead?", "cheap power", AIMS),
        ("What are the opening hours?", "1", HOURS),  # the mark of an item
        ("What are the opening hours?", "2. Library", HOURS),
        ("What are the opening hours of the museum?", "2", HOURS),
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
        ("What are the costs of the plan?", "3 million crowns"),  # before the list
        ("Why are the halls built?", "a test hall"),  # a list of no reasons
        ("Which was built first?", "a test hall"),
        ("Which sports hall is new?", "a test hall"),
        ("Name the hall", "a test hall"),
        ("Give me the place for the halls", "a test hall"),
        ("What are the best halls?", "a test hall"),
        ("When is the library open?", "2"),
    ],
)
def test_where_one_thing_is_asked_for_there_is_no_list(question: str, answer: str) -> None:
    assert listed(question, answer) == []


def test_of_an_answer_over_several_items_each_is_given() -> None:
    over_two = "Museum: 9 to 17\n2. Library: 8 to 20\n3"
    assert listed("How is it open in summer?", over_two) == HOURS[:2]


def test_a_span_is_a_mark_where_it_is_all_of_one() -> None:
    assert all(is_mark(span(part)) for part in ("1", "1.", "◦"))
    assert not any(is_mark(span(part)) for part in ("1. Museum", "Museum", "9"))
    wrapped = "The lad who came over the pass with a cart and two dogs was just\n12. Then it snowed."
    assert not is_mark(span("12", Document("d", "", wrapped, "d")))


def test_one_item_is_no_list_and_numbered_paragraphs_are_none() -> None:
    one = Document("d", "", "The rule is:\n\n- no boats\n\nThat is all.", "d")
    assert listed("What are the rules?", "no boats", one) == []
    long = Document("d", "", f"1. The fence {'is old and ' * 50}falls.\n2. The quay is wet.", "d")
    assert listed("What are the matters?", "The quay", long) == []


def test_a_numbered_heading_is_no_item_of_a_list_and_introduces_the_one_below_it() -> None:
    text = "A memo\n\n4. Risks\n\n- a lack of fitters\n- a dear grid\n\n5. Next steps\n\nThe cabinet decides in May."
    memo = Document("memo", "A memo", text, "/a/memo.txt")
    assert listed("What are the risks?", "a lack of fitters", memo) == ["a lack of fitters", "a dear grid"]


def test_a_single_mark_below_an_item_is_a_part_of_it() -> None:
    plan = Document("d", "", "The steps are:\n\n1. Buy land\n\n- by May\n\n2. Build\n\n3. Sell", "d")
    assert listed("What are the steps?", "Build", plan) == ["Buy land\n\n- by May", "Build", "Sell"]


def test_two_lists_that_are_marked_otherwise_are_two() -> None:
    text = "Needed:\n\n- rope\n- tar\n\n1. Boil the tar.\n2. Dip the rope."
    assert listed("What are the things needed?", "rope", Document("d", "", text, "d")) == ["rope", "tar"]


WORDS = st.lists(st.sampled_from(["rope", "tar", "boat", "quay", "net", "sail"]), min_size=1, max_size=4).map(" ".join)
ITEMS = st.lists(st.tuples(WORDS, st.lists(WORDS, max_size=2)), min_size=1, max_size=4)
LISTS = st.tuples(st.sampled_from(["- ", "• ", "1. ", "(2) ", "b) "]), st.sampled_from(["\n", "\n\n"]), ITEMS)


@given(st.lists(LISTS, min_size=1, max_size=4), st.data())
def test_the_items_are_those_that_the_list_was_written_of(
    lists: list[tuple[str, str, list[tuple[str, list[str]]]]], data: st.DataObject
) -> None:
    """Each list below a sentence of its own, its items with others inside them, which are marked otherwise."""
    text, places = "", list[list[tuple[int, str]]]()
    for mark, gap, items in lists:
        text += "They are needed:\n\n"
        places.append([])
        for words, inner in items:
            places[-1].append((len(text) + len(mark), "\n".join([words, *(f"◦ {word}" for word in inner)])))
            text += f"{mark}{places[-1][-1][1]}{gap}"
        text = f"{text.rstrip()}\n\nThat is all of it.\n\n"
    asked = data.draw(st.sampled_from(places))
    start, item = data.draw(st.sampled_from(asked))
    document = Document("d", "", text.rstrip(), "d")
    passage = Passage(0, "d", 0, len(document.text), document.text)
    first = item.split("\n")[0]
    found = items_of("What are they?", Span(passage, start, start + len(first), first, 0.0), document)
    assert [each.text for each in found] == ([words for _, words in asked] if len(asked) > 1 else [])


@pytest.mark.parametrize("piece", ["It is:\n- a\n- b\n", "- a\n", "- a\n  b\n", "1. ", "  ", ":\n\n", "1. a\n- b\n"])
def test_long_odd_texts_take_no_time(piece: str) -> None:
    document = Document("d", "", (piece * (300_000 // len(piece))).strip() + "\n\nIt needs:\n\n- rope\n- tar", "d")
    begun = time.process_time()
    start = document.text.index("rope")
    passage = Passage(0, "d", start, start + 4, "rope")
    found = items_of("What are the needs?", Span(passage, start, start + 4, "rope", 0.0), document)
    assert [each.text for each in found] == ["rope", "tar"]
    assert items_of(f"What are the {piece * 200}", Span(passage, start, start + 4, "rope", 0.0), document) is not None
    assert time.process_time() - begun < 5
