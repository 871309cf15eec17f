"""Which row has the most: compared over the whole table, against a brute-force oracle; no answer where it is in doubt."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk
from index.formats.tables import readable
from index.types import Document
from qa.reader import Span
from qa.rows import extremes, is_guess

PIERS = [
    ["Pier", "Berths", "Depth (m)", "Opened", "Waiting time", "Fee", "Country", "Net change"],
    ["Norrvik", "12", "9.5", "2024-05-03", "3 weeks", "$1.2m", "Norway", "-4.0%"],
    ["Tallund", "7", "6.0", "1988-10-12", "9 days", "$310,000", "Sweden", "2.5%"],
    ["Grenholm", "21", "13.8", "1961-04-01", "5 weeks", "$4m", "Sweden", "-1.1%"],
    ["Ostervag", "4", "13.8", "2011-07-19", "30 hours", "$45,000", "Norway", ""],
    ["Total", "44", "", "", "", "$5.6m", "", ""],
]


def document(rows: list[list[str]], *, title: str = "Piers", number: str = "d") -> Document:
    return Document(number, title, "\n".join(readable(rows, has_header=True)), f"/a/{number}.csv")


def found(question: str, *documents: Document) -> list[str]:
    documents = documents or (document(PIERS),)
    passages = [passage for each in documents for passage in chunk(each)[:1]]  # the search finds some rows only
    spans = extremes(question, passages, {each.id: each for each in documents})
    for span in spans:
        text = next(each.text for each in documents if each.id == span.passage.document_id)
        assert text[span.start : span.end] == span.text
        assert span.text in span.passage.text
    return [span.text for span in spans]


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("Which pier has the most berths?", ["Grenholm"]),
        ("which pier has the fewest berths", ["Ostervag"]),
        ("What is the deepest pier?", ["Grenholm", "Ostervag"]),
        ("the oldest pier", ["Grenholm"]),
        ("What is the newest pier?", ["Norrvik"]),
        ("Which pier opened most recently?", ["Norrvik"]),
        ("Which pier has the shortest waiting time?", ["Ostervag"]),
        ("Which pier is the cheapest?", ["Ostervag"]),
        ("Which pier charges the highest fee?", ["Grenholm"]),
        ("Which pier in Norway has the most berths?", ["Norrvik"]),
        ("Which pier has the lowest net change?", ["Norrvik"]),
        ("Where is the lowest fee?", ["Norway"]),
        ("What is the highest fee?", ["$4m"]),
        # in doubt, or more than a comparison
        ("Which pier is the prettiest?", []),
        ("Which pier has the most cranes?", []),
        ("Which pier in Denmark has the most berths?", []),
        ("Which pier had the most berths in 2019?", []),
        ("Which pier has the second most berths?", []),
        ("Which two piers have the most berths?", []),
        ("Which piers have at least 10 berths?", []),
        ("How many berths does the deepest pier have?", []),
        ("Which pier opened since 2000 has the most berths?", []),
        ("Who has the most berths?", []),
        ("How many berths does Norrvik have?", []),
        ("Which pier outside Norway has the most berths?", []),
        ("Which pier apart from Grenholm has the most berths?", []),
        ("which pier in denmark has the most berths?", []),
        ("Which pier had the highest fee increase?", []),
        ("Which pier has the most free berths?", []),
        ("Which pier has the most negative net change?", []),
        ("What is the most common depth?", []),
        ("Which pier is the deepest and the cheapest?", []),
        ("What are the highest and lowest fees?", []),
        ("When was the highest fee charged?", []),
        ("Which country has the most berths?", []),  # to be added up
        ("Which country has the deepest pier?", ["Sweden", "Norway"]),
    ],
)
def test_rows_are_compared_where_the_question_and_the_column_are_clear(question: str, cells: list[str]) -> None:
    assert found(question) == cells


@given(st.integers(0, 10**6), st.sampled_from(["most", "fewest"]))
def test_the_answer_is_that_of_a_search_through_all_rows(seed: int, size: str) -> None:
    rng = random.Random(seed)
    names = rng.sample(["Norrvik", "Tallund", "Grenholm", "Myrsund", "Larch Bay", "Port Ellis"], rng.randint(2, 6))
    counts = [rng.choice([3, 12, 450, 2200, 13_500]) + rng.randint(0, 1) for _ in names]
    rows = [[name, rng.choice([str(n), f"{n:,}"]), "x"] for name, n in zip(names, counts, strict=True)]
    best = (max if size == "most" else min)(counts)
    expected = [name for name, n in zip(names, counts, strict=True) if n == best]
    assert found(f"Which port has the {size} ferries?", document([["Port", "Ferries", "Note"], *rows])) == expected


def test_values_in_different_units_are_not_compared() -> None:
    rows = [["Bridge", "Length", "Built"], ["Stour", "2 km", "1990"], ["Kiln", "800 m", "1950"]]
    assert found("Which bridge is the longest?", document(rows)) == []
    assert found("Which bridge is the oldest?", document(rows)) == ["Kiln"]
    rows[1][1] = "about 2 or 3 km"
    assert found("Which bridge is the longest?", document(rows)) == []


@pytest.mark.parametrize("values", [["3,55 km", "10,2 km"], ["1.234", "987"], ["300 BC", "200 BC"], ["1.2.3", "4"]])
def test_figures_that_may_be_read_in_two_ways_are_not_compared(values: list[str]) -> None:
    rows = [["River", "Length"], ["Stour", values[0]], ["Kiln", values[1]]]
    assert found("Which river is the longest?", document(rows)) == []


def test_the_youngest_has_the_lowest_age() -> None:
    squad = document([["Player", "Age", "Rank"], ["Dean", "31", "2"], ["Samir", "19", "5"], ["Oli", "24", "1"]])
    assert found("Who is the youngest player?", squad) == ["Samir"]
    assert found("Which player has the highest age?", squad) == ["Dean"]
    assert found("Which player has the highest rank?", squad) == ["Oli"]


def test_a_name_that_stands_for_several_rows_does_not_part_them() -> None:
    rows = [
        ["Region", "City", "Residents"],
        ["North", "A", "500"],
        ["", "B", "900"],
        ["South", "C", "700"],
        ["", "D", "800"],
    ]
    assert found("Which city has the most residents?", document(rows)) == ["B"]
    assert found("Which city in North has the most residents?", document(rows)) == []  # is B there?


def test_numbers_are_not_counts_and_words_of_the_title_do_not_choose_rows() -> None:
    orders = [["Customer", "Order", "Amount"], ["Ann", "1", "5"], ["Bob", "2", "3"], ["Eve", "3", "4"]]
    assert found("Which customer has the most orders?", document(orders)) == []
    assert found("Which customer has the largest amount?", document(orders)) == ["Ann"]
    nordic = document(PIERS, title="Piers of Norway and Sweden")
    assert found("Which pier in Norway has the most berths?", nordic) == ["Norrvik"]
    teams = [["Team", "Points", "Note"], ["All Blacks", "31", "-"], ["Pumas", "24", "won the cup"]]
    assert found("Which team has the most points?", document(teams)) == ["All Blacks"]
    assert found("Which team won the most points?", document(teams)) == []


def test_of_two_tables_the_one_that_the_question_names_counts_and_else_both_do() -> None:
    head = ["Club", "Points", "Lost"]
    one = document([head, ["Harrow", "68", "4"], ["Stour", "16", "22"]], title="League 2023", number="one")
    two = document([head, ["Wexcombe", "71", "2"], ["Harrow", "40", "9"]], title="League 2024", number="two")
    assert found("Which club has the most points?", one, two) == ["Harrow", "Wexcombe"]
    assert found("Which club had the most points in 2024?", one, two) == ["Wexcombe"]


def test_a_number_of_what_the_title_names_is_counted() -> None:
    rows = [["Town", "Units sold 2023", "Units sold 2024"], ["Norrvik", "71", "54"], ["Tallund", "12", "93"]]
    boats = document(rows, title="The boat market, spring 2025")
    assert found("Which town sold the most boats in 2024?", boats) == ["Tallund"]
    assert found("Which town sold the fewest boats in 2024?", boats) == ["Norrvik"]
    for thing in ("most cars in 2024", "most rowing boats in 2024", "most in 2024", "most boats", "most boats in 2022"):
        assert found(f"Which town sold the {thing}?", boats) == []
    rows[0][1] = "Boats sold 2024"
    assert found("Which town sold the most boats in 2024?", document(rows, title="Boats")) == ["Norrvik"]
    ports = document([["Port", "Number of ships"], ["Norrvik", "3"], ["Tallund", "7"]], title="Ports")
    assert found("Which port has the most ships?", ports) == ["Tallund"]
    assert found("Which port has the most cranes?", ports) == []


def test_prose_and_a_single_row_are_no_table() -> None:
    prose = (
        "Note: the tram has the most seats. Price: 3 euros; the rest is free.\nIt was the oldest; nobody knew: a pity."
    )
    assert found("What is the oldest tram?", Document("p", "Trams", prose, "/a/p.txt")) == []
    parted = "\n".join(readable([*PIERS[:3], ["", ""], *PIERS[3:5]], has_header=True))
    parted = parted.replace("\nPier: Grenholm", "\nPiers of the south\nPier: Grenholm")
    assert found("Which pier has the most berths?", Document("p", "Piers", parted, "/a/p.txt")) == []
    assert found("Which pier has the most berths?", document(PIERS[:2])) == []


def test_a_line_of_one_cell_before_a_table_is_not_of_it() -> None:
    text = "Port: Oslo\nPort: Bergen; Ships: 12\nPort: Vardo; Ships: 3"
    assert found("Which port has the most ships?", Document("p", "Ports", text, "/a/p.txt")) == ["Bergen"]
    above = f"Port: Tallund; Ships: 40\nPort: Norrvik; Ships: 7\n\nThe north\n\n{text}"
    assert found("Which port has the most ships?", Document("p", "Ports", above, "/a/p.txt")) == []  # two tables


def test_a_cell_is_a_guess_where_rows_would_have_to_be_compared() -> None:
    table = document([*PIERS, ["Highest point", "3", "", "", "", "", "", ""]])
    (passage,) = chunk(table, chunk_chars=2000)

    def cell(text: str) -> Span:
        at = table.text.index(text)
        return Span(passage, at, at + len(text), text, 5.0)

    assert is_guess("What is the total of the fees?", cell("$310,000"))
    assert is_guess("Which pier has the most berths?", cell("Norrvik"))
    assert not is_guess("What is the total of the fees?", cell("$5.6m"))
    assert is_guess("What is the mean of the fees?", cell("$310,000"))
    assert not is_guess("What does $310,000 mean?", cell("$310,000"))
    assert not is_guess("What is the highest point?", cell("Highest point"))
    assert not is_guess("How many berths has Norrvik?", cell("12"))
    prose = replace(passage, text="The total is high.", start=0, end=18)
    assert not is_guess("What is the total?", Span(prose, 13, 17, "high", 5.0))


@pytest.mark.parametrize(
    ("question", "cell", "is_other"),
    [
        ("How many berths does Norrvik have in Sweden?", "7", True),
        ("how many berths does norrvik have?", "7", True),
        ("When did the pier in Norway open, Norrvik?", "1961-04-01", True),
        ("How many berths does Tallund have in Sweden?", "7", False),
        ("How many berths do Norrvik and Tallund have?", "7", False),
        ("Which pier is further north than Norrvik?", "Tallund", False),  # of the column that is asked for
        ("How many berths has the pier behind Norrvik?", "7", False),
        ("Which pier opened before 2011-07-19?", "Tallund", False),
        ("Which pier opened on 2011-07-19?", "Tallund", True),
        ("How many berths are there?", "7", False),
        ("Does it open at 12?", "7", False),
        ("What fee does Tallund charge for a waiting time of 3 weeks?", "$310,000", True),
    ],
)
def test_a_cell_beside_what_only_another_row_names_is_a_guess(question: str, cell: str, is_other: bool) -> None:
    table = document(PIERS)
    (passage,) = chunk(table, chunk_chars=2000)
    at = table.text.index(f": {cell}") + 2
    assert is_guess(question, Span(passage, at, at + len(cell), cell, 5.0)) is is_other


def test_a_word_that_happens_to_be_a_cell_names_no_row() -> None:
    rows = [
        ["Hall", "Now", "Seats"],
        ["Open Air", "Shut", "90"],
        ["Tallund", "Open", "40"],
        ["Kiln Hall", "Shut", "60"],
    ]
    table = document(rows)
    (passage,) = chunk(table, chunk_chars=2000)

    def guessed(question: str, cell: str) -> bool:
        at = table.text.index(cell)
        return is_guess(question, Span(passage, at, at + len(cell), cell, 5.0))

    assert not guessed("how many seats has the open air hall", "90")
    assert not guessed("How many seats can open in the Kiln?", "60")
    assert guessed("How many seats has Tallund?", "60")
    assert not guessed("How many seats has the Kiln beside Tallund?", "60")  # half of its name is said
