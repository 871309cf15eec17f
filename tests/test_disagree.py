"""Which answers cannot both be right."""

import pytest

from index.types import Passage
from qa.disagree import disagree
from qa.reader import Span


def span(text: str, around: str = "") -> Span:
    whole = around or text
    start = whole.index(text)
    return Span(Passage(1, "d", 0, len(whole), whole), start, start + len(text), text, 1.0)


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many firms are there?", "2,200", "4,300"),
        ("What is Beijing's 2025 target?", "300 billion yuan", "400 billion yuan"),
        ("What share of the firms is in Beijing?", "28 percent", "31 percent"),
        ("When does the bridge open?", "May 2026", "2027"),
        ("When does the bridge open?", "14 March", "15 March"),
        ("When does the bridge open?", "14 March 2026", "15 March"),
        ("When does the bridge open?", "March 2026", "14 April"),
        ("How many people died when the dam broke?", "12 people", "21 people"),
        ("In what year did it sink?", "1912", "in 1913"),
        ("Who is the mayor of Larch Bay?", "Oskar Lindqvist", "Ida Holm"),
        ("Who's Corvane's chief executive?", "Ann Lee", "Bo Ek"),
        ("who leads the union", "Ann Lee", "Maria de la Cruz"),
    ],
)
def test_two_values_of_what_has_one_disagree(question: str, one: str, other: str) -> None:
    assert disagree(question, span(one), span(other))
    assert disagree(question, span(other), span(one))


@pytest.mark.parametrize(
    ("question", "one", "other"),
    [
        ("How many firms are there?", "2,200", "about 2200"),
        ("How many firms are there?", "2,200", "Beijing"),
        ("Where are the firms?", "2,200", "4,300"),
        ("What is the target?", "300 billion yuan", "40 percent"),
        ("What is the target?", "the coast", "the hills"),
        ("When does the bridge open?", "May 2026", "2026"),
        ("When does the bridge open?", "14 March 2026", "2026"),
        ("When does the bridge open?", "14 March", "March 2026"),
        ("When does the bridge open?", "14 March 2026", "March 14"),
        ("When does the bridge open?", "in spring", "2026"),
        ("When was the war?", "6 July 1967", "1967 to 1970"),
        ("Who is the mayor of Larch Bay?", "Oskar Lindqvist", "Lindqvist"),
        ("Who is the mayor of Larch Bay?", "Oskar Lindqvist", "a fisherman"),
        ("Who is Oskar Lindqvist?", "Mayor", "Chairman"),
        ("Who founded the firm?", "Ann Lee", "Bo Ek"),
        ("Who are the founders of Corvane?", "Ann Lee", "Bo Ek"),
        ("Who was the author of the law?", "Ann Lee", "Bo Ek"),
    ],
)
def test_what_may_both_be_right_does_not(question: str, one: str, other: str) -> None:
    assert not disagree(question, span(one), span(other))
    assert not disagree(question, span(other), span(one))


def test_a_figure_counts_what_stands_behind_it() -> None:
    one, other = span("4,300", "It has 4,300 firms."), span("90", "It has 90 boats.")
    assert not disagree("How many are there?", one, other)
    assert disagree("How many are there?", one, span("90", "There are 90 firms."))
