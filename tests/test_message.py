"""What a message of several sentences asks."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.kinds import plainly
from qa.message import Message, questions, read_message

ASKED = "What is Beijing's 2025 target?"


@pytest.mark.parametrize(
    "message",
    [
        ASKED,
        f"Hello. {ASKED}",
        f"Hi! {ASKED} Thanks!",
        f"{ASKED} Please be brief.",
        f"{ASKED} I am asking since my editor wants a number.",
        f"I need this for a talk. {ASKED}",
        f"My boss asked: {ASKED}",
        f"I am preparing a long piece for our Sunday magazine, so please: {ASKED}",
        f"Hi there, {ASKED}",
        f"Sorry to bother you again, but {ASKED}",
        f"Good morning – {ASKED}",
        f"Q: {ASKED}",
        f"- {ASKED}",
        f"(1) {ASKED}",
        f"@footnote {ASKED}",
        f"Based on the articles, {ASKED}",
        f"Using only the documents provided, {ASKED}",
        f"Please answer briefly: {ASKED}",
        f"{ASKED} thanks",
        f"Well, {ASKED}",
        f"{ASKED} :)",
        f"{ASKED} 🙂",
        f'"{ASKED}"',
        f"“{ASKED}”",
        f"{ASKED[:-1]}??? I must know!!!",
        f"{ASKED[:-1]}?!",
    ],
)
def test_of_what_is_said_only_what_asks_is_left(message: str) -> None:
    assert read_message(message) == Message(ASKED)


@pytest.mark.parametrize("whole", ["Well 12: who drilled it?", "OK Corral, where is it?", "a. ?"])
def test_a_name_that_begins_like_a_courtesy_stays(whole: str) -> None:
    assert read_message(whole) == Message(whole)


def test_a_word_between_commas_is_left_out() -> None:
    assert read_message("Who, exactly, runs the ferry?").question == "Who runs the ferry?"
    assert read_message("Which ports, if any, are closed?").question == "Which ports are closed?"
    assert read_message("Who runs Cork, Bergen, Oslo?").question == "Who runs Cork, Bergen, Oslo?"


def test_what_was_said_before_tells_where_to_look_where_it_names_something() -> None:
    assert read_message(f"I'm writing about China. {ASKED}") == Message(ASKED, "I'm writing about China.")
    assert read_message(f"{ASKED} I live in China.") == Message(ASKED)


def test_a_question_without_its_mark_is_one_too() -> None:
    assert read_message("Good morning. what is the 2025 target").question == "what is the 2025 target"
    assert read_message("I am new here. Tell me about Shenzhen.").question == "Tell me about Shenzhen."
    assert (
        read_message("When I was young I lived there. I liked it.").question
        == "When I was young I lived there. I liked it."
    )


@pytest.mark.parametrize(
    "courtesy",
    ["Can anyone tell me", "I was wondering", "Just curious,", "Any idea", "Do you have any idea", "I'm curious:"],
)
def test_courtesies_are_left_out(courtesy: str) -> None:
    assert plainly(f"{courtesy} who built the bridge?") == "who built the bridge?"
    assert plainly(f"{courtesy} bridges?") == f"{courtesy} bridges?"


@pytest.mark.parametrize(
    "name", ["Hello Kitty is whose cat?", "Dear Leader was who?", "Q: the Winged Serpent", "Hi-Vis vests"]
)
def test_a_greeting_that_is_a_name_stays(name: str) -> None:
    assert read_message(name) == Message(name)


def test_questions_stay_together_and_are_told_apart() -> None:
    both = read_message(f"Hello! {ASKED} And who pays? Thanks.").question
    assert both == f"{ASKED} And who pays?"
    assert questions(both) == [ASKED, "And who pays?"]
    assert questions(ASKED) == [ASKED]
    assert questions("I paid. Who else did?") == ["I paid. Who else did?"]


@pytest.mark.parametrize(
    "whole",
    [
        "I read that Beijing has a plan. What is its target?",
        "We met Mr. Li. What did he say?",
        "There is a bridge in Bergen. When was the old bridge built?",
        "The plan was approved in 2023. Who was mayor then?",
        "What PC Mag. staffer picked it?",
        "What did Compute! report in June?",
        "Which of the affiliates joined E! in late August?",
        "The road connects Washington, D.C. and what city?",
        "In which year did C.E. Raven write?",
        "The writer was Michael G. whom?",
        "Did Public Safety Canada join Stop.Think. Connect?",
        'Who said the following? "We agree. It is time."',
        "One of the two methods is older; what is the second?",
        "Britain sent troops to Portugal. Who was this general?",
        'Summarise "Should we tax robots? A debate"',
        "Summarise “Who pays? The bill for the bridge”",
        "What is the article 'Why now?' about",
        "Beijing: what is the 2025 target?",
        "Beijing. Target. 2025.",
    ],
)
def test_what_belongs_together_stays_together(whole: str) -> None:
    assert read_message(whole) == Message(whole)


@given(st.text(alphabet="aB .?!:\"'whoitsheD1\n", max_size=200))
def test_every_word_that_is_left_was_said(message: str) -> None:
    said = read_message(message)
    for part in (said.question, said.context):
        letters = iter(re.findall(r"\w", message))
        assert all(letter in letters for letter in re.findall(r"\w", part))  # in this order


@pytest.mark.parametrize("piece", ["?!", "who: ", "a. ", '"', "the the ", "know ", "... "])
def test_long_nonsense_takes_no_time(piece: str) -> None:
    began = time.process_time()
    read_message(piece * (1000 // len(piece)))
    assert time.process_time() - began < 1
