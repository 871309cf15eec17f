"""BM25 over SQLite's full-text table: no text breaks the query, and the scores are those of the formula."""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index import lexical

# Words that the Porter stemmer leaves as they are.
WORDS = ("quay", "harbor", "dock", "boat", "fish", "kelp", "rope", "mast")

Rows = list[tuple[str, str]]  # (title, body); the id is the place in the list, from 1


def table(rows: Rows) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute(lexical.TABLE)
    connection.executemany("INSERT INTO words (title, body) VALUES (?, ?)", rows)
    return connection


@pytest.fixture(scope="module")
def one_row() -> Iterator[sqlite3.Connection]:
    connection = table([("Quay opens", "The quay opened on Monday.")])
    yield connection
    connection.close()


def bm25(rows: Rows, words: list[str]) -> list[tuple[int, float]]:
    """The score of FTS5, computed row by row: k1 = 1.2, b = 0.75, idf = ln((N - n + 0.5) / (n + 0.5)), at least 1e-6.

    A row's length counts both columns unweighted; the frequency counts each column with its weight.
    """
    split = [(title.lower().split(), body.lower().split()) for title, body in rows]
    mean = sum(len(title) + len(body) for title, body in split) / len(split)
    scores: dict[int, float] = {}
    for word in words:
        holding = [at for at, (title, body) in enumerate(split, 1) if word in title or word in body]
        idf = math.log((len(rows) - len(holding) + 0.5) / (len(holding) + 0.5))
        for at in holding:
            title, body = split[at - 1]
            frequency = 0.5 * title.count(word) + 1.0 * body.count(word)
            length = 1 - 0.75 + 0.75 * (len(title) + len(body)) / mean
            scores[at] = scores.get(at, 0.0) + max(idf, 1e-6) * frequency * 2.2 / (frequency + 1.2 * length)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


# --- the query -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expression"),
    [
        ("quay", '"quay"'),
        ("When did the quay open?", '"quay" OR "open"'),
        ("Quay QUAY quay", '"quay"'),
        ('the "new" quay', '"new" OR "quay"'),
        ("Who was it?", '"who" OR "was" OR "it"'),  # nothing else to go by
        ("AND NOT quay*", '"not" OR "quay"'),
        ("NEAR(quay, 5)", '"near" OR "quay" OR "5"'),
        ("title:quay", '"title" OR "quay"'),
        ("北京2025年目标", '"北 京" OR "2025" OR "年 目" OR "目 标"'),
        ("茶 tea", '"茶" OR "tea"'),
        ("", ""),
        ("?!… \"' -- 🎉", ""),
    ],
)
def test_a_question_becomes_its_telling_words(query: str, expression: str) -> None:
    assert lexical.match_expression(query) == expression


def test_a_very_long_question_is_cut_to_its_first_words() -> None:
    expression = lexical.match_expression(" ".join(f"w{number}" for number in range(10_000)))
    assert expression == " OR ".join(f'"w{number}"' for number in range(32))


@given(st.text() | st.text("\"'()*:^+-{}ANDORNT _\0 \n", max_size=40))
@example('"')
@example("quay OR")
@example("NEAR(")
@example("_ __")
@example("a\0b")
@example("\ud800 quay")
def test_no_text_breaks_the_full_text_query(one_row: sqlite3.Connection, text: str) -> None:
    assert len(lexical.search(one_row, text, 5)) <= 1
    words = set(re.findall(r'"(\w+)"', lexical.match_expression(text)))
    assert all(word in text.lower() for word in words)


@given(st.text())
def test_whatever_stands_around_a_word_it_is_found(one_row: sqlite3.Connection, text: str) -> None:
    for query in (f"{text[:20]} quay", f'"{"quay"}" {text[:20]}'):
        assert [item for item, _ in lexical.search(one_row, query, 5)] == [1]


# --- the scores ------------------------------------------------------------------------------------------------------


def test_the_scores_of_three_rows_are_those_of_the_formula() -> None:
    rows = [
        ("quay", "boat fish"),
        ("dock", "quay quay kelp rope"),
        ("mast", "kelp"),
        ("rope", "fish"),
        ("kelp", "mast"),
    ]
    # "quay": N = 5, n = 2, idf = ln(3.5 / 2.5) = 0.336472. Lengths 3, 5, 2, 2, 2; mean 2.8.
    # Row 1: f = 0.5, K = 1.2 * (0.25 + 0.75 * 3 / 2.8) = 1.264286; 0.336472 * 1.1 / 1.764286 = 0.209784
    # Row 2: f = 2.0, K = 1.2 * (0.25 + 0.75 * 5 / 2.8) = 1.907143; 0.336472 * 4.4 / 3.907143 = 0.378916
    found = lexical.search(table(rows), "quay", 10)
    assert [item for item, _ in found] == [2, 1]
    assert [score for _, score in found] == pytest.approx([0.378916, 0.209784], abs=1e-6)


TITLES = st.lists(st.sampled_from(WORDS), min_size=0, max_size=3).map(" ".join)
BODIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


@given(
    st.lists(st.tuples(TITLES, BODIES), min_size=1, max_size=9),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
)
def test_the_scores_equal_their_brute_force_twin(rows: Rows, words: list[str]) -> None:
    found, expected = lexical.search(table(rows), " ".join(words), len(rows)), bm25(rows, words)
    assert dict(found) == pytest.approx(dict(expected), rel=1e-9)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


def test_equal_rows_stand_in_the_order_of_their_ids_and_the_limit_is_kept() -> None:
    connection = table([("", "quay dock"), ("", "kelp"), ("", "quay dock"), ("", "quay dock"), ("", "rope")])
    found = lexical.search(connection, "quay", 10)
    assert [item for item, _ in found] == [1, 3, 4]
    assert len({score for _, score in found}) == 1
    assert lexical.search(connection, "quay", 2) == found[:2]


@pytest.mark.parametrize(("query", "limit"), [("", 5), ("?", 5), ("anchor", 5), ("quay", 0), ("quay", -1)])
def test_nothing_asked_nothing_shared_or_nothing_wanted_finds_nothing(
    one_row: sqlite3.Connection, query: str, limit: int
) -> None:
    assert lexical.search(one_row, query, limit) == []


def test_an_empty_table_finds_nothing() -> None:
    assert lexical.search(table([]), "quay", 5) == []


@pytest.mark.parametrize("query", ["OPENING", "opens", "café", "Cafe", "cafe\u0301"])
def test_word_forms_capitals_and_accents_do_not_matter(query: str) -> None:
    assert [item for item, _ in lexical.search(table([("", "It opened a Café.")]), query, 5)] == [1]


def test_a_word_in_the_body_counts_more_than_one_in_the_title() -> None:
    connection = table([("quay", "fish rope"), ("fish", "quay rope"), ("", "kelp"), ("", "mast"), ("", "dock")])
    assert [item for item, _ in lexical.search(connection, "quay", 5)] == [2, 1]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("北京计划到二零二五年把人工智能核心产业做到三千亿元。", "北京的人工智能目标"),
        ("東京では来年の春に新しい橋が開く。", "新しい橋はいつ"),
        ("รถเมล์ทุกคันในเมืองใช้ไฟฟ้า", "รถเมล์ไฟฟ้า"),
        ("ឡានក្រុងទាំងអស់ប្រើអគ្គិសនី", "ឡានក្រុង"),
    ],
)
def test_scripts_without_spaces_are_found_by_parts_of_a_run(text: str, query: str) -> None:
    connection = table([("", lexical.indexed(text)), ("", lexical.indexed("上海的公共汽车 quay"))])
    assert [number for number, _ in lexical.search(connection, query, 5)][:1] == [1]


def test_pairs_of_characters_must_be_neighbours() -> None:
    connection = table([("", lexical.indexed("京北"))])
    assert lexical.search(connection, "北京", 5) == []


@given(st.text())
def test_what_is_indexed_keeps_every_character_in_order(text: str) -> None:
    assert lexical.indexed(text).replace(" ", "") == text.replace(" ", "")
