"""Which sentences are quoted, which headings are cited, which slips are mended."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.types import Document, Passage
from qa import catalogue
from qa.sentences import in_reading_order, sentences_of, speaking_of, summary
from qa.spelling import mended
from qa.words import content_words, numbers, share_missing

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
        ("who is Ada", "who is Ada"),  # too short to tell
        ("tergat", "tergat"),  # resembles nothing closely enough
    ],
)
def test_a_slip_is_mended_to_a_word_of_the_passages(typed: str, meant: str) -> None:
    passages = [Passage(1, "d", 0, 9, "Shanghai and Henan speak of iFlytek, and Ida of targets.")]
    assert mended(typed, passages, known) == meant


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
