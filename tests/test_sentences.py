"""Which sentences are quoted, which headings are cited, which slips are mended."""

import datetime as dt
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.types import Document, Passage
from qa import catalogue
from qa.sentences import in_reading_order, sentences_of, speaking_of, summary
from qa.spelling import mended, with_capitals
from qa.words import content_words, numbers, share_missing, share_unnamed

FERRIES = Document(
    "ferries",
    "Ferries go electric",
    "Ferries go electric\nUpdated: 3 May 2025 | Published: 1 May 2025\n\n"
    "The six ferries of Portavel will run on electricity by 2028, the council said. "
    "It was raining. "
    "Chargers for the ferries will stand at the harbour, and the council pays for the chargers. "
    "A brass band played at the station while the mayor spoke of other things entirely. "
    "They liked it.",
    "ferries.txt",
    dt.date(2025, 5, 1),
    body_start=65,
)
PASSAGES = chunk(FERRIES, chunk_chars=100)


def test_the_body_starts_where_this_file_says() -> None:
    assert FERRIES.text[FERRIES.body_start :].startswith("The six ferries")


def test_sentences_have_the_ranges_of_the_document() -> None:
    spans = [span for passage in PASSAGES for span in sentences_of(passage)]
    assert [FERRIES.text[span.start : span.end] for span in spans] == [span.text for span in spans]
    assert [span.text for span in spans][1] == "It was raining."


def test_a_summary_is_the_first_sentence_and_the_richest_in_order_without_scraps() -> None:
    assert [span.text for span in summary(FERRIES)] == [
        "The six ferries of Portavel will run on electricity by 2028, the council said.",
        "Chargers for the ferries will stand at the harbour, and the council pays for the chargers.",
    ]


@given(st.text(max_size=600))
def test_a_summary_quotes_what_is_there_in_order_and_never_twice(text: str) -> None:
    document = Document("any", "", text, "any.txt")
    spans = summary(document)
    assert [text[span.start : span.end] for span in spans] == [span.text for span in spans]
    assert all(one.end <= other.start for one, other in pairwise(spans))
    assert bool(spans) == bool(chunk(document))


def test_sentences_that_speak_of_a_topic_hold_all_of_its_words() -> None:
    assert [span.text for span in speaking_of("the brass band", PASSAGES)] == [
        "A brass band played at the station while the mayor spoke of other things entirely."
    ]
    assert speaking_of("brass trumpets", PASSAGES) == []
    assert speaking_of("what about the", PASSAGES) == []


MINUTES = Document(
    "minutes",
    "Minutes",
    "Present: Joan Whitlock (chair), Samir Patel (treasurer), Beth Okafor.\n\n"
    "1. Fence. Three quotes were received on Monday from three firms. The board chose Cole & Sons. Joan was against.\n\n"
    "2. Waiting list. There are 37 people on the waiting list, said Samir Patel.\n\n"
    "3. Bees.\n\n"
    "Plans for spring\n\nA tree is to be planted at the gate.\n\nNext meeting: 13 March.",
    "minutes.txt",
)


@pytest.mark.parametrize("chunk_chars", [1, 480])
@pytest.mark.parametrize(
    ("topic", "quoted"),
    [
        ("the fence", ["Three quotes were received on Monday from three firms.", "The board chose Cole & Sons."]),
        ("the waiting list", ["There are 37 people on the waiting list, said Samir Patel."]),
        ("plans for spring", ["A tree is to be planted at the gate."]),
        ("bees", ["Bees."]),  # nothing is under it
        ("the next meeting", ["Next meeting: 13 March."]),
    ],
)
def test_in_place_of_a_heading_stand_the_sentences_under_it(chunk_chars: int, topic: str, quoted: list[str]) -> None:
    assert [span.text for span in speaking_of(topic, chunk(MINUTES, chunk_chars=chunk_chars))] == quoted


def test_what_follows_a_heading_in_a_passage_that_was_not_found_is_not_guessed() -> None:
    first, *_, last = chunk(MINUTES, chunk_chars=1)
    heading = next(passage for passage in chunk(MINUTES, chunk_chars=1) if passage.text == "Fence.")
    assert [span.text for span in speaking_of("fence", [first, heading, last])] == ["Fence."]


def test_a_summary_begins_with_no_list_of_those_present_no_question_no_answer_no_credit_and_no_row() -> None:
    assert summary(MINUTES)[0].text == "Three quotes were received on Monday from three firms."
    for scrap in (
        "A: No. I wanted to be a pilot of the harbour.",
        "Port: Norrvik of the north; Berths: 12; Opened: 1998.",
        "How deep is the harbour of Norrvik in summer?",
        "Captain, you were against the harbour and its new quay.",
        "Photographs by Joan Whitlock of the harbour board.",
    ):
        told = "The harbour of Norrvik opened a new quay on Monday."
        assert summary(Document("i", "", f"{scrap}\n\n{told}", "i.txt"))[0].text == told


TALK = (
    "The questions were asked by Joan Whitlock of the harbour board.",
    "The ferry has run on batteries for one whole winter.",
    "How long did the batteries of the ferry last in winter?",
    "Ada Moss: Longer than anybody had thought, yet nobody asked us about the price of a second set.",
    "Captain, you were against the ferry and its batteries.",
    "Ada Moss: Yes, because of the price.",
    "Ada Moss: Not again.",
    "Ada Moss, 51, came to Norrvik as a girl.",
)


def test_the_summary_of_an_interview_has_no_questions_and_counts_no_names_of_those_who_answer() -> None:
    talk = Document("t", "", "\n\n".join(TALK), "t.txt")
    assert [span.text for span in summary(talk)] == [TALK[1], TALK[3]]


def test_sentences_are_put_in_reading_order_by_document() -> None:
    other = Passage(1, "other", 0, 9, "Ferries 2.")
    spans = [*speaking_of("ferries", [other]), *reversed(speaking_of("ferries", PASSAGES))]
    assert [(s.passage.document_id, s.start) for s in in_reading_order(spans)] == sorted(
        [(s.passage.document_id, s.start) for s in spans], key=lambda pair: (pair[0] != "other", pair[1])
    )


def test_a_heading_is_cited_where_the_title_is_a_line_or_as_the_first_sentence() -> None:
    assert (catalogue.heading(FERRIES).start, catalogue.heading(FERRIES).text) == (0, "Ferries go electric")
    nameless = Document("n", "Not in the text", "\nFirst one. Second one.\nThird one.", "n.txt")
    assert (catalogue.heading(nameless).start, catalogue.heading(nameless).text) == (1, "First one.")
    road = Document("r", "Larch Bay", "Larch Bay Road\n\n## Larch Bay ##\n", "r.txt")
    assert (catalogue.heading(road).start, catalogue.heading(road).text) == (19, "Larch Bay")


@pytest.mark.parametrize(
    ("question", "date"),
    [
        ("When was it updated?", "3 May 2025"),
        ("When was it published?", "1 May 2025"),
        ("What is its date?", "3 May 2025"),
    ],
)
def test_the_date_line_answers_with_the_date_after_the_label_that_is_asked_for(question: str, date: str) -> None:
    span = catalogue.date_line(FERRIES, question)
    assert span is not None
    assert span.text == FERRIES.text[span.start : span.end] == date


def test_the_day_of_publication_is_no_update() -> None:
    printed = replace(FERRIES, text=FERRIES.text.replace("Updated", "Printed"))
    assert catalogue.date_line(printed, "When was it updated?") is None


def test_a_document_without_a_date_line_has_none() -> None:
    assert catalogue.date_line(Document("d", "", "On 3 May 2025 it rained.", "d.txt"), "When?") is None


def known(word: str) -> bool:
    return word in {"target", "hunan", "chairman"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what is shangai's target", "what is Shanghai's target"),
        ("chairman of iflytec", "chairman of iFlytek"),
        ("what is Hunan's target", "what is Hunan's target"),  # a word of its own, whatever it resembles
        ("did iFlytek speak of Henans", "did iFlytek speak of Henans"),  # a form of a word that is written
        ("who targeted them", "who targeted them"),
        ("who is Ada", "who is Ada"),  # too short to tell
        ("tergat", "tergat"),  # resembles nothing closely enough
    ],
)
def test_a_slip_is_mended_to_a_word_of_the_passages(typed: str, meant: str) -> None:
    passages = [Passage(1, "d", 0, 9, "Shanghai and Henan speak of iFlytek, and Ida of targets.")]
    assert mended(typed, passages, known) == meant


NAMED = 'Monday. On Monday, Graham Soutar, who leads Pell, crossed Corran Bridge. The bridge closed, as the US Memo to Staff said. Three men came to Old Oslo. "Bridges fall," he said.'


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("what did graham soutar say", "what did Graham Soutar say"),
        ("when does the corran bridge close", "when does the Corran Bridge close"),
        ("when does the bridge close", "when does the bridge close"),
        ("who came on monday?", "who came on Monday?"),
        ("how many men came", "how many men came"),  # "Three" opens a sentence
        ("what did corran's men do for pell", "what did corran's men do for Pell"),  # of Corran Bridge alone
        ("how old are those who came to the old town", "how old are those who came to the old town"),
        ("what did the memo tell us", "what did the memo tell us"),
    ],
)
def test_names_get_the_capitals_that_the_passages_have(typed: str, meant: str) -> None:
    assert with_capitals(typed, [Passage(1, "d", 0, 9, NAMED)]) == meant


@given(st.text(max_size=80), st.text(max_size=80))
def test_capitals_change_nothing_else(question: str, text: str) -> None:
    assert with_capitals(question, [Passage(1, "d", 0, 9, text)]).lower() == question.lower()


@given(st.text(max_size=80))
def test_nothing_is_mended_where_everything_is_a_word(question: str) -> None:
    passages = [Passage(1, "d", 0, 9, "Shanghai and Henan.")]
    assert mended(question, passages, lambda word: True) == question


def test_words_numbers_and_shares_by_hand() -> None:
    assert content_words("What is the scale of Beijing's 2025 target?") == {"scale", "beijing", "2025", "target"}
    assert numbers("4,300 firms, 2.5 percent, 2025") == ["4300", "2.5", "2025"]
    # "enterprises" stands in as "enterprise"; "ferry" does not: 1 of 2
    assert share_missing(["enterprises", "ferry"], "one enterprise") == 0.5
    assert share_missing([], "anything") == 0.0


@pytest.mark.parametrize(
    ("topic", "text", "is_named"),
    [
        ("Bergen", "Jonas Berg is an architect.", False),
        ("Bergen", "The council of Bergen's old town", True),
        ("the Greens", "Greenline wants £2,420.", False),
        ("the Conservatives", "The conservation of eels", False),
        ("the Conservatives", "A Conservative mayor", True),
        ("Browning", "The bread browned.", False),
        ("James", "A pot of jam", False),
        ("dams", "The dam is 92 metres high.", True),
        ("dam", "Two dams, and no damage", True),
        ("dam", "The damage", False),
        ("parties", "A party", True),
        ("churches", "A church", True),
        ("moving", "They moved.", True),
        ("stopping", "It stops.", True),
        ("carried", "They carry it.", True),
        ("died", "They die.", True),
        ("plan", "It was planned.", True),
        ("plan", "It was planed.", False),
        ("cars", "They are caring.", False),
        ("seeds", "We see it.", False),
        ("news", "It is new.", False),
        ("bus", "Two buses", True),
    ],
)
def test_a_topic_is_named_by_forms_of_its_words_and_by_nothing_that_begins_alike(
    topic: str, text: str, is_named: bool
) -> None:
    assert share_unnamed(topic, text) == (0.0 if is_named else 1.0)


def test_the_share_of_a_topic_that_is_not_named_by_hand() -> None:
    assert share_unnamed("the passengers of trams in Bergen", "A tram carries a passenger.") == pytest.approx(1 / 3)
    assert share_unnamed("what of the", "anything") == 0.0
