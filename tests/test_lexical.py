"""BM25 over titles and passages: no text breaks the query, the scores are those of the formula, the folder is checked."""

from __future__ import annotations

import math
import random
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.lexical import WordIndex, indexed_words, locked, telling_words

# Words that the stemmer leaves as they are.
WORDS = ("quay", "harbor", "dock", "boat", "fish", "kelp", "rope", "mast")
ROOT = Path(__file__).parents[1]

Rows = Sequence[tuple[str, str]]  # (title, body); the id is the place in the list, from 1


def numbered(rows: Rows, first: int = 1) -> list[tuple[int, str, str]]:
    return [(at, title, body) for at, (title, body) in enumerate(rows, first)]


def table(rows: Rows, folder: Path | None = None) -> WordIndex:
    index = WordIndex(folder)
    index.change([], [numbered(rows)], 1)
    return index


ONE_ROW = [("Quay opens", "The quay opened on Monday.")]


@pytest.fixture(scope="module")
def one_row() -> WordIndex:
    return table(ONE_ROW)


def bm25(rows: Rows, words: Iterable[str]) -> list[tuple[int, float]]:
    """Computed row by row: k1 = 1.2, b = 0.75, idf = ln(1 + (N - n + 0.5) / (n + 0.5)), title and body as one text.

    A text's length is exact up to 40 words, of which no row here has more.
    """
    scores: dict[int, float] = {}
    texts = [f"{title} {body}".lower().split() for title, body in rows]
    mean = sum(map(len, texts)) / len(texts)
    for word in words:
        holding = sum(word in text for text in texts)
        idf = math.log(1 + (len(rows) - holding + 0.5) / (holding + 0.5))
        for at, text in enumerate(texts, 1):
            if frequency := text.count(word):
                length = 1 - 0.75 + 0.75 * len(text) / mean
                scores[at] = scores.get(at, 0) + idf * frequency * 2.2 / (frequency + 1.2 * length)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


# --- the query -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("quay", "quay"),
        ("When did the quay open?", "quay open"),
        ("Quay QUAY quay", "quay"),
        ('the "new" quay', "new quay"),
        ("Who was it?", "who was it"),  # nothing else to go by
        ("AND NOT quay*", "not quay"),
        ("What did the WHO recommend?", "who recommend"),
        ("Does IT fly to the US, or WILL I?", "it fly us will"),
        ("WHAT DID THE WHO RECOMMEND?", "recommend"),
        ("title:quay", "title quay"),
        ("Café cafe\u0301 Ðorđe", "cafe ðorđe"),
        ("北京2025年目标", "北京 2025 年目 目标"),
        ("茶 tea 红茶", "茶 tea 红茶"),
        ("हिन्दी में", "हिन्दी में"),
        ("x" * 201, f"{'x' * 200} x"),
        ("", ""),
        ("?!… \"' -- 🎉", ""),
    ],
)
def test_a_question_becomes_its_telling_words(query: str, words: str) -> None:
    assert telling_words(query) == words.split()


def test_an_unspaced_script_is_indexed_by_character_and_by_pair() -> None:
    assert indexed_words("在北京 tea") == ["在", "北", "京", "在北", "北京", "tea"]


def test_a_very_long_question_is_cut_to_its_first_words() -> None:
    assert telling_words(" ".join(f"w{number}" for number in range(10_000))) == [f"w{at}" for at in range(32)]


@given(st.text() | st.text("\"'()*:^+-{}ANDORNT _\0 \n", max_size=40))
@example('"')
@example("quay OR")
@example("NEAR(")
@example("_ __")
@example("a\0b")
@example("\ud800 quay")
def test_no_text_breaks_the_full_text_query(one_row: WordIndex, text: str) -> None:
    assert len(one_row.search(text, 5)) <= 1


@given(st.text())
def test_whatever_stands_around_a_word_it_is_found(one_row: WordIndex, text: str) -> None:
    for query in (f"{text[:20]} quay", f'"{"quay"}" {text[:20]}'):
        assert [item for item, _ in one_row.search(query, 5)] == [1]


# --- the scores ------------------------------------------------------------------------------------------------------


def test_the_scores_of_three_rows_are_those_of_the_formula() -> None:
    rows = [
        ("quay", "boat fish"),
        ("dock", "quay quay kelp rope"),
        ("mast", "kelp"),
        ("rope", "fish"),
        ("kelp", "mast"),
    ]
    # "quay": N = 5, n = 2, idf = ln(1 + 3.5 / 2.5) = 0.875469. Lengths 3, 5, 2, 2, 2; mean 2.8.
    # Row 1: f = 1, K = 1.2 * (0.25 + 0.75 * 3 / 2.8) = 1.264286; 0.875469 * 2.2 / 2.264286 = 0.850613
    # Row 2: f = 2, K = 1.2 * (0.25 + 0.75 * 5 / 2.8) = 1.907143; 0.875469 * 4.4 / 3.907143 = 0.985903
    found = table(rows).search("quay", 10)
    assert [item for item, _ in found] == [2, 1]
    assert [score for _, score in found] == pytest.approx([0.985903, 0.850613], abs=1e-5)


TITLES = st.lists(st.sampled_from(WORDS), min_size=0, max_size=3).map(" ".join)
BODIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=12).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(TITLES, BODIES), min_size=1, max_size=9),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True),
)
def test_the_scores_equal_their_brute_force_twin(rows: Rows, words: list[str]) -> None:
    found, expected = table(rows).search(" ".join(words), len(rows)), bm25(rows, words)
    assert dict(found) == pytest.approx(dict(expected), rel=1e-5)
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


def test_equal_rows_stand_in_the_order_of_their_ids_and_the_limit_is_kept() -> None:
    index = table([("", "quay dock"), ("", "kelp"), ("", "quay dock"), ("", "quay dock"), ("", "rope")])
    found = index.search("quay", 10)
    assert [item for item, _ in found] == [1, 3, 4]
    assert len({score for _, score in found}) == 1
    assert index.search("quay", 2) == found[:2]


@pytest.mark.parametrize(("query", "limit"), [("", 5), ("?", 5), ("anchor", 5), ("quay", 0), ("quay", -1)])
def test_nothing_asked_nothing_shared_or_nothing_wanted_finds_nothing(
    one_row: WordIndex, query: str, limit: int
) -> None:
    assert one_row.search(query, limit) == []


def test_an_empty_table_finds_nothing() -> None:
    assert table([]).search("quay", 5) == []


@pytest.mark.parametrize("query", ["OPENING", "opens", "café", "Cafe", "cafe\u0301"])
def test_word_forms_capitals_and_accents_do_not_matter(query: str) -> None:
    assert [item for item, _ in table([("", "It opened a Café.")]).search(query, 5)] == [1]


def test_a_word_in_the_title_counts_like_one_in_the_body() -> None:
    index = table([("quay", "fish rope"), ("fish", "quay rope"), ("", "kelp"), ("", "mast"), ("", "dock")])
    (first, one), (second, other) = index.search("quay", 5)
    assert (first, second, one) == (1, 2, other)


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
    index = table([("", text), ("", "上海的公共汽车 quay")])
    assert [number for number, _ in index.search(query, 5)][:1] == [1]


def test_pairs_of_characters_must_be_neighbours() -> None:
    assert table([("", "京北")]).search("北京", 5) == []


@pytest.mark.parametrize("few", [2, 300])
def test_a_search_among_ids_is_a_full_search_without_the_others(few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.lexical._FEW", few)
    draw = random.Random(few)
    index = table([("", " ".join(draw.choices(WORDS, k=draw.randint(1, 9)))) for _ in range(500)])
    whole = index.search("quay kelp", 500)
    assert 50 < len(whole) < 500
    for count in (0, 1, 3, 40, 499):
        among = draw.sample(range(1, 501), count)
        expected = [pair for pair in whole if pair[0] in among]
        assert sorted(index.search("quay kelp", 500, among=among)) == sorted(expected)
        found = index.search("quay kelp", 2, among=among)
        assert [score for _, score in found] == [score for _, score in expected[:2]]
        assert set(found) <= set(expected)


CHANGES = st.lists(
    st.tuples(st.sets(st.integers(0, 30), max_size=5), st.lists(st.tuples(TITLES, BODIES), max_size=4)), max_size=6
)


@settings(max_examples=30, deadline=None)
@given(CHANGES, st.sampled_from(WORDS))
def test_after_any_changes_exactly_the_rows_that_are_left_are_found(
    changes: list[tuple[set[int], list[tuple[str, str]]]], word: str
) -> None:
    index, left, first = WordIndex(None), dict[int, tuple[str, str]](), 1
    for generation, (removed, rows) in enumerate(changes):
        index.change(sorted(removed), [numbered(rows, first)], generation)
        left = {number: row for number, row in left.items() if number not in removed}
        left |= {number: (title, body) for number, title, body in numbered(rows, first)}
        first += len(rows)
    assert len(index) == len(left)
    expected = {number for number, row in left.items() if word in " ".join(row).split()}
    assert {number for number, _ in index.search(word, 100)} == expected


# --- the folder ------------------------------------------------------------------------------------------------------

MANY = [(f"Quay {at}", f"Boat {at} carries fish and kelp.") for at in range(40)]


def test_a_folder_opened_again_finds_the_same_and_goes_on(tmp_path: Path) -> None:
    before = table(MANY, tmp_path / "words")
    again = WordIndex.open(tmp_path / "words")
    assert again is not None
    assert (again.generation, len(again)) == (1, 40)
    assert again.search("boat 7 at the quay", 50) == before.search("boat 7 at the quay", 50) != []
    again.change([8], [[(41, "", "A mast.")]], 2**63 - 1)
    third = WordIndex.open(tmp_path / "words")
    assert third is not None
    assert (third.generation, len(third)) == (2**63 - 1, 40)
    assert [number for number, _ in third.search("mast", 5)] == [41]
    assert 8 not in {number for number, _ in third.search("boat", 50)}
    assert len(before) == 40  # it sees the state that it was opened in
    assert [index.is_current for index in (before, again, third)] == [False, True, True]


def test_a_folder_that_is_missing_or_empty_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("words")
    assert [WordIndex.open(tmp_path / name) for name in ("none", "empty", "file")] == [None] * 3


def test_a_folder_with_any_file_harmed_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / "words"
    table(MANY, folder).change([3, 4], [[(41, "", "A mast.")]], 2)
    files = [path for path in folder.iterdir() if path.suffix != ".lock"]
    assert {path.suffix for path in files} >= {".term", ".idx", ".fast", ".fieldnorm", ".del", ".store", ".json"}
    for path in files:
        whole = path.read_bytes()
        places = {0, len(whole) // 3, len(whole) // 2, len(whole) - 1}
        harmed = [whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :] for at in places]
        for content in (*harmed, whole[:-1], whole[: len(whole) // 2], b"", None):
            path.unlink()
            if content is not None:
                path.write_bytes(content)
            opened = WordIndex.open(folder)
            # A flipped bit of the manifest may change its generation, which no store will know.
            assert opened is None or (path.name == "footnote.json" and opened.generation != 2), path
            path.write_bytes(whole)
    assert WordIndex.open(folder) is not None


def test_a_change_of_which_the_manifest_was_not_written_is_not_trusted(tmp_path: Path) -> None:
    index = table(MANY, tmp_path / "words")
    manifest = (tmp_path / "words" / "footnote.json").read_bytes()
    index.change([1], [[(41, "", "A mast.")]], 2)
    (tmp_path / "words" / "footnote.json").write_bytes(manifest)
    assert WordIndex.open(tmp_path / "words") is None


def test_what_was_in_the_folder_of_a_new_index_is_lost(tmp_path: Path) -> None:
    table(MANY, tmp_path / "words")
    assert table(ONE_ROW, tmp_path / "words").search("boat", 5) == []
    opened = WordIndex.open(tmp_path / "words")
    assert opened is not None
    assert len(opened) == 1


def test_a_folder_that_cannot_be_made_is_an_os_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError, match="file"):
        WordIndex(tmp_path / "file" / "words")


def test_only_one_process_at_a_time_holds_the_lock_and_a_killed_one_does_not(tmp_path: Path) -> None:
    code = "import sys, time; from pathlib import Path; from index.lexical import locked\n"
    code += f"with locked(Path({str(tmp_path / 'words')!r})): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        waiting = subprocess.Popen([sys.executable, "-c", code.replace("60", "0")], cwd=ROOT, stdout=subprocess.PIPE)
        time.sleep(0.5)
        assert waiting.poll() is None
        holder.kill()
        assert waiting.communicate(timeout=30)[0] == b"held\n"
    with locked(tmp_path / "words"):
        pass
