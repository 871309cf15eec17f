"""What is asked for: the form of a question, the questions within it, and what is no question at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.kinds import Asked, asked_for
from qa.manners import HELP, reply_to


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is Beijing's 2025 target", Asked("fact")),
        ("Which ferries run at night?", Asked("fact")),
        ("Is it 300 or 200 billion?", Asked("fact")),
        ("What is the main point of being early?", Asked("fact")),
        ("Which article of the treaty names the harbour?", Asked("fact")),
        ("What reports does the ministry publish?", Asked("fact")),
        ("Does the quay open on Monday?", Asked("yes_no")),
        ("isn't the basin deep?", Asked("yes_no")),
        ("Why were trips cancelled?", Asked("reason")),
        ("how does the trust pay", Asked("reason")),
        ("how many buses run", Asked("fact")),
        ("summarise the article", Asked("summary")),
        ("Please summarize the article on the chip pact.", Asked("summary", topic="the chip pact")),
        ("What is the article about?", Asked("summary")),
        ("tl;dr", Asked("summary")),
        ("What are the main points of the report on buses?", Asked("summary", topic="buses")),
        ("What does the article say about Shenzhen?", Asked("topic", topic="Shenzhen")),
        ("tell me more about Larch Bay", Asked("topic", topic="Larch Bay")),
        ("what articles do you have on Shanghai?", Asked("catalogue", topic="Shanghai")),
        ("Which documents mention ferries?", Asked("catalogue", topic="ferries")),
        ("list all articles", Asked("catalogue")),
        ("When was the article updated?", Asked("date")),
        ("when was the story about Larch Bay published", Asked("date", topic="Larch Bay")),
        ("when was it written?", Asked("date")),
        ("When was it published?", Asked("date")),
        ("And when was it last updated?", Asked("date")),
        ("When was the report on buses released?", Asked("date", topic="buses")),
        ("How old is the article?", Asked("date")),
        ("What is the publication date of it?", Asked("date")),
        ("and summarise it", Asked("summary")),
    ],
)
def test_a_question_has_a_form_and_perhaps_a_topic(question: str, expected: Asked) -> None:
    assert asked_for(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "When was it released?",
        "How old is it?",
        "And how old is it?",
        "What is the date of it?",
        "How old is Italy?",
        "When was Italy's constitution written?",
        "How old is the paper's editor?",
        "When was the paper mill updated?",
        "How old is the storyteller?",
    ],
)
def test_the_age_of_what_need_not_be_an_article_is_a_fact(question: str) -> None:
    """The date of an article is answered with confidence 1.0: it must not be the answer to another question."""
    assert asked_for(question) == Asked("fact")


def test_two_questions_joined_by_and_are_two_parts() -> None:
    asked = asked_for("How many firms are there, and what share is in Beijing?")
    assert asked == Asked("several", parts=("How many firms are there?", "what share is in Beijing?"))


@pytest.mark.parametrize(
    "question",
    ["When food was secured, who was able to rest?", "Who is rock and roll's king?", "How and why did it fail?"],
)
def test_a_clause_or_a_pair_of_words_is_no_second_question(question: str) -> None:
    assert asked_for(question).form != "several"


@pytest.mark.parametrize(
    ("question", "parts", "labels"),
    [
        ("compare the targets of A and B", ("the targets of A", "the targets of B"), ("A", "B")),
        ("Compare A's and B's targets?", ("the targets of A", "the targets of B"), ("A", "B")),
        ("compare A with B", ("tell me about A", "tell me about B"), ("A", "B")),
    ],
)
def test_a_comparison_asks_the_same_of_each_side(
    question: str, parts: tuple[str, ...], labels: tuple[str, ...]
) -> None:
    assert asked_for(question) == Asked("several", parts=parts, labels=labels)


@given(st.text(max_size=200))
def test_every_text_has_one_form_and_parts_exactly_when_it_asks_several_things(text: str) -> None:
    asked = asked_for(text)
    assert (asked.form == "several") == (len(asked.parts) > 1)
    assert not asked.labels or len(asked.labels) == len(asked.parts)


@pytest.mark.parametrize(
    "text", ["Hello!", "hi there", "good morning", "Thanks a lot!", "ok thanks", "bye", "help", "?!"]
)
def test_manners_get_a_kind_word(text: str) -> None:
    assert reply_to(text)


@pytest.mark.parametrize("text", ["You are so stupid", "this is rubbish", "shut up"])
def test_scorn_gets_advice_and_no_scorn(text: str) -> None:
    reply = reply_to(text)
    assert reply is not None
    assert "Another wording" in reply


@pytest.mark.parametrize(
    "text",
    [
        "Who said hello to the mayor?",
        "help wanted in which towns?",
        "Thanks to whom was it built?",
        "why is it useless?",
        "ok"[:1],
    ],
)
def test_a_question_is_never_taken_for_manners(text: str) -> None:
    assert reply_to(text) is None


def test_help_says_what_can_be_asked() -> None:
    assert reply_to("what can you do?") == HELP
