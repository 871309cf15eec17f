"""Conversations are there after a restart, in every window, and say so when they cannot be."""

import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import MISSING, fields, replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import Document, Hit, InputError, LibraryError, Passage
from qa.chat import conversations
from qa.chat.conversations import Conversations, still_there
from qa.chat.quote import conversation_markdown
from qa.types import Answer, Citation, Refusal

ROOT = Path(__file__).parents[1]
TEXT = "The basin will be 14 metres deep. The harbour works cost 220 million pounds."
SKERRY = Document("skerry", "Skerrymouth deepens its harbour", TEXT, "https://ledger.example/skerry")
DEEP = Citation(
    *(1, "skerry", SKERRY.title, SKERRY.source, 0, 33, TEXT[:33]),
    page=2,
    answer="14 metres",
    published="2025-03-22",
    copy_of=1,
)
HIT = Hit(Passage(1, "skerry", 0, 33, TEXT[:33]), 0.5)
REFUSAL = Refusal("not_found", "The articles don't say.")


def answered(question: str = "How deep will the basin be?", text: str = "14 metres", **changed: Any) -> Answer:
    return Answer(question, text, "span", 0.8125, (DEEP,), (HIT,), understood=question, **changed)


def refused(question: str) -> Answer:
    return Answer(question, "", "refused", 0.1, refusal=REFUSAL, understood=question)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    """One second passes at each look at the clock; ids are c1, c2, ..."""
    ticks, ids = count(), count(1)
    start = dt.datetime(2026, 3, 1, 9, 0, tzinfo=dt.UTC)
    return Conversations(
        tmp_path, clock=lambda: start + dt.timedelta(seconds=next(ticks)), new_id=lambda: f"c{next(ids)}"
    )


def titles(found: list[conversations.Summary]) -> list[str]:
    return [summary.title for summary in found]


# ── Kept as they were ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_conversation_is_there_after_a_restart_with_every_word_of_its_answers(
    kept: Conversations, tmp_path: Path
) -> None:
    given = [answered(), refused("Who is the mayor?"), answered("How deep is the fishing harbour?", "10 metres")]
    made = kept.start(given[0])
    for answer in given[1:]:
        kept.append(made.id, answer)
    after_restart = Conversations(tmp_path).get("c1")
    assert [exchange.answer for exchange in after_restart.exchanges] == [replace(a, hits=()) for a in given]
    assert after_restart.summary == kept.recent()[0]
    assert (after_restart.summary.title, after_restart.summary.turns) == ("How deep will the basin be?", 3)
    assert [e.at.second for e in after_restart.exchanges] == [1, 2, 3]
    assert after_restart.summary.changed == after_restart.exchanges[-1].at


def test_a_refusal_is_kept_with_its_three_nearest_passages_to_be_shown_again(kept: Conversations) -> None:
    nearest = tuple(replace(HIT, score=score) for score in (0.5, 0.4, 0.3, 0.2))
    given = replace(refused("Who is the mayor?"), hits=tuple(replace(hit, copies=(hit.passage,)) for hit in nearest))
    made = kept.start(given)
    assert kept.get(made.id).exchanges[0].answer == replace(given, hits=nearest[:3])


def test_the_round_trip_above_covers_every_field() -> None:
    for value in (answered(), DEEP, refused("Who?"), REFUSAL):
        set_here = {f.name for f in fields(value) if f.default is MISSING or getattr(value, f.name) != f.default}
        optional = {"refusal", "citations", "hits"}  # the one or the other
        assert set_here | optional >= {f.name for f in fields(value)}, "a new field: store it and set it above"


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=80), st.text(min_size=1, max_size=80))
def test_any_question_and_answer_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, question: str, text: str
) -> None:
    kept = Conversations(tmp_path_factory.mktemp("home"))
    made = kept.start(answered(question, text))
    (exchange,) = kept.get(made.id).exchanges
    assert (exchange.answer.question, exchange.answer.text) == (question, text)


def test_a_lone_surrogate_from_a_browser_does_no_harm(kept: Conversations) -> None:
    made = kept.start(answered("What is \ud800?"))
    assert made.title == "What is ??"
    assert kept.get(made.id).exchanges[0].answer.question == "What is \ud800?"
    assert titles(kept.recent("\ud800")) == ["What is ??"]


def test_a_field_of_a_later_version_is_left_out_wherever_it_stands(kept: Conversations, tmp_path: Path) -> None:
    made = kept.start(answered())
    kept.append(made.id, replace(refused("Who is the mayor?"), hits=(HIT,)))
    kept.add_written(made.id, made.last, answered(text="14 m"))
    later = []  # an answer, its citation, what was written, its citation; a refusal, its reason, hit, passage
    with sqlite3.connect(tmp_path / "conversations.sqlite") as connection:
        for number, stored in connection.execute("SELECT number, answer FROM turns").fetchall():
            later.append(json.dumps(json.loads(stored, object_hook=lambda row: row | {"mood": "calm"})))
            connection.execute("UPDATE turns SET answer = ? WHERE number = ?", (later[-1], number))
    connection.close()
    assert [stored.count("mood") for stored in later] == [4, 4]
    first, second = kept.get(made.id).exchanges
    assert (first.answer, first.written) == (replace(answered(), hits=()), replace(answered(text="14 m"), hits=()))
    assert second.answer == replace(refused("Who is the mayor?"), hits=(HIT,))


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_conversation_changed_last_comes_first(kept: Conversations) -> None:
    for question in ("First?", "Second?", "Third?"):
        kept.start(answered(question))
    kept.append("c1", answered("More?"))
    assert titles(kept.recent()) == ["First?", "Third?", "Second?"]


@pytest.fixture
def searched(kept: Conversations) -> Conversations:
    kept.start(answered("How many buses has Portavel?", "620"))
    kept.append("c1", answered("Who is the director?", "Samir Oduya"))
    kept.start(answered("上海有多少大模型?", "超过20个"))
    kept.start(answered("Où est la CAFÉTÉRIA?", "à Zürich"))
    kept.start(refused("ما هو الهدف؟"))
    return kept


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("portavel", ["c1"]),
        ("ODUYA buses", ["c1"]),  # words of two turns
        ("buses zurich", []),  # words of two conversations
        ("大模型", ["c2"]),
        ("cafeteria", ["c3"]),
        ("zuri", ["c3"]),
        ("الهدف", ["c4"]),
        ("don't say", ["c4"]),
        ("%", []),
        ("' OR 1 --", []),
        ("portavel " * 2000, ["c1"]),
        ("  ", ["c4", "c3", "c2", "c1"]),
    ],
)
def test_words_find_conversations_in_any_script(searched: Conversations, words: str, found: list[str]) -> None:
    assert [summary.id for summary in searched.recent(words)] == found


def test_a_renamed_conversation_is_found_by_its_new_title(kept: Conversations) -> None:
    kept.start(answered())
    assert kept.rename("c1", "  Harbour\nnotes ").title == "Harbour notes"
    assert titles(kept.recent("harbour notes")) == ["Harbour notes"]
    with pytest.raises(InputError, match="the title is empty"):
        kept.rename("c1", " \n")


def test_a_long_question_is_a_short_title(kept: Conversations) -> None:
    made = kept.start(answered("How many " + "very " * 40 + "old buses?"))
    assert len(made.title) <= conversations.MAX_TITLE_CHARS
    assert made.title.startswith("How many very very")
    assert made.title.endswith("very…")
    assert len(kept.start(answered("上" * 300)).title) <= conversations.MAX_TITLE_CHARS


def test_what_was_deleted_is_gone_for_every_method(kept: Conversations) -> None:
    kept.start(answered("First?"))
    kept.start(answered("Second?"))
    kept.delete("c1")
    kept.delete("c1")
    assert titles(kept.recent()) == ["Second?"]
    for work in (
        lambda: kept.get("c1"),
        lambda: kept.append("c1", answered()),
        lambda: kept.rename("c1", "x"),
    ):
        with pytest.raises(InputError, match="this conversation is gone"):
            work()
    assert titles(kept.recent("basin")) == []


def talk(kept: Conversations, *questions: str) -> list[str]:
    """Begins a conversation with these questions; the key of each."""
    made = kept.start(answered(questions[0]))
    return [made.last, *(kept.append(made.id, answered(question)).last for question in questions[1:])]


def asked(kept: Conversations, conversation_id: str) -> list[str]:
    return [exchange.answer.question for exchange in kept.get(conversation_id).exchanges]


def test_a_question_asked_again_takes_the_place_of_all_that_followed(kept: Conversations) -> None:
    one, *dropped = talk(kept, "One?", "Two?", "Three?")
    assert kept.replace("c1", answered("Two, really?"), dropped=dropped, above=[one]).turns == 2
    assert asked(kept, "c1") == ["One?", "Two, really?"]
    kept.append("c1", answered("Last?"))
    assert asked(kept, "c1") == ["One?", "Two, really?", "Last?"]
    assert titles(kept.recent("three")) == []
    assert titles(kept.recent()) == ["One?"]


def test_a_question_asked_again_drops_nothing_that_its_window_never_showed(kept: Conversations) -> None:
    one, two = talk(kept, "One?", "Two?")
    kept.replace("c1", answered("Two, there?"), dropped=[two], above=[one])  # another window
    kept.append("c1", answered("Three?"))
    made = kept.replace("c1", answered("Two, here?"), dropped=[two], above=[one])
    assert asked(kept, "c1") == ["One?", "Two, there?", "Three?"]
    assert (made.id, made.title, made.turns) == ("c2", "Two, here?", 2)
    assert asked(kept, "c2") == ["One?", "Two, here?"]
    assert kept.get("c2").exchanges[0] == kept.get("c1").exchanges[0]
    assert [summary.id for summary in kept.recent("one")] == ["c2", "c1"]


def test_a_question_asked_again_drops_nothing_that_another_window_only_added(kept: Conversations) -> None:
    one, two, three = talk(kept, "One?", "Two?", "From another window?")
    four = kept.append("c1", answered("Four?")).last
    assert kept.replace("c1", answered("Two, here?"), dropped=[two, four], above=[one]).id == "c2"
    assert asked(kept, "c1") == ["One?", "Two?", "From another window?", "Four?"]
    assert kept.replace("c1", answered("Four, here?"), dropped=[four], above=[one, two]).id == "c1"
    assert asked(kept, "c1") == ["One?", "Two?", "From another window?", "Four, here?"]
    assert kept.get("c1").exchanges[2].key == three


def test_the_first_question_asked_again_begins_a_new_conversation_where_another_window_did_so_before(
    kept: Conversations,
) -> None:
    dropped = talk(kept, "One?", "Two?")
    kept.replace("c1", answered("One, there?"), dropped=dropped, above=[])
    assert kept.replace("c1", answered("One, here?"), dropped=dropped, above=[]).id == "c2"
    assert (asked(kept, "c1"), asked(kept, "c2")) == (["One, there?"], ["One, here?"])
    assert kept.replace("gone", answered("One, anew?"), dropped=dropped, above=[]).id == "c3"


def test_no_two_turns_of_a_conversation_have_the_same_key_though_the_clock_stands_or_goes_back(tmp_path: Path) -> None:
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    times = iter([noon, noon, noon, noon, noon - dt.timedelta(hours=1)])
    kept = Conversations(tmp_path, clock=lambda: next(times), new_id=lambda: "c1")
    keys = talk(kept, "One?", "Two?", "Three?")
    keys.append(kept.replace("c1", answered("Three, again?"), dropped=keys[2:], above=keys[:2]).last)
    assert [dt.datetime.fromisoformat(key) - noon for key in keys] == [
        dt.timedelta(microseconds=n) for n in range(1, 5)
    ]


def test_what_was_written_is_put_beside_its_own_answer_only(kept: Conversations) -> None:
    (one,) = talk(kept, "One?")
    two = kept.replace("c1", refused("One?"), dropped=[one], above=[]).last
    kept.add_written("c1", one, answered("One?", "too late"))
    assert kept.get("c1").exchanges[0].written is None
    kept.add_written("c1", two, answered("One?", "in time"))
    written = kept.get("c1").exchanges[0].written
    assert written is not None
    assert written.text == "in time"
    kept.add_written("gone", two, answered("One?", "nowhere"))


def test_a_conversation_stored_by_the_first_version_opens_and_goes_on(tmp_path: Path) -> None:
    at = "2026-03-01T09:00:00.250000+00:00"
    with sqlite3.connect(tmp_path / "conversations.sqlite") as connection:
        connection.execute(
            "CREATE TABLE conversations (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL,"
            " created TEXT NOT NULL, changed TEXT NOT NULL)"
        )
        connection.execute(
            "CREATE TABLE turns (conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,"
            " number INTEGER NOT NULL, at TEXT NOT NULL, answer TEXT NOT NULL, words TEXT NOT NULL,"
            " PRIMARY KEY (conversation, number))"
        )
        answer = (
            '{"question": "One?", "text": "", "kind": "refused", "confidence": 0.5, "citations": [], "hits": [],'
            ' "refusal": {"reason": "not_found", "message": "No."}, "understood": ""}'
        )
        connection.execute("INSERT INTO conversations VALUES (1, 'old', 'One?', ?, ?)", (at, at))
        connection.execute("INSERT INTO turns VALUES ('old', 1, ?, ?, 'one? no.')", (at, answer))
    connection.close()
    kept = Conversations(tmp_path)
    (exchange,) = kept.get("old").exchanges
    kept.add_written("old", exchange.key, answered("One?", "written"))
    assert kept.get("old").exchanges[0].written is not None
    assert kept.replace("old", answered("One, again?"), dropped=[exchange.key], above=[]).id == "old"
    assert asked(kept, "old") == ["One, again?"]


def test_there_is_an_end_to_how_much_is_kept(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_TURNS", 2)
    monkeypatch.setattr(conversations, "MAX_CONVERSATIONS", 1)
    monkeypatch.setattr(conversations, "MAX_ANSWER_CHARS", 2000)
    kept.start(answered())
    with pytest.raises(InputError, match="there are 1 conversations"):
        kept.start(answered())
    with pytest.raises(InputError, match="too long to be kept"):
        kept.append("c1", answered(text="14 " * 1000))
    kept.append("c1", answered())
    with pytest.raises(InputError, match="has 2 questions"):
        kept.append("c1", answered())
    first, second = (exchange.key for exchange in kept.get("c1").exchanges)
    assert kept.replace("c1", answered("Again?"), dropped=[second], above=[first]).turns == 2
    with pytest.raises(InputError, match="there are 1 conversations"):
        kept.replace("c1", answered("Again?"), dropped=[second], above=[first])
    assert asked(kept, "c1") == ["How deep will the basin be?", "Again?"]


# ── Two windows, two processes, no folder ─────────────────────────────────────────────────────────────────────────

# For each folder that it reads: begins a conversation there at the given instant, adds to it, and says so.
CHILD = """
import sys
import time
from pathlib import Path
from qa.chat.conversations import Conversations
from qa.types import Answer, Refusal
for line in sys.stdin:
    instant, home = line.split(maxsplit=1)
    kept, refusal = Conversations(Path(home.strip())), Refusal("not_found", "No.")
    while time.time() < float(instant):
        pass
    made = kept.start(Answer(f"{sys.argv[1]}-0?", "", "refused", 0.1, refusal=refusal))
    for number in (1, 2, 3):
        kept.append(made.id, Answer(f"{sys.argv[1]}-{number}?", "", "refused", 0.1, refusal=refusal))
    print("done", flush=True)
"""


def test_processes_that_begin_together_in_an_empty_folder_lose_nothing(tmp_path: Path) -> None:
    names = ("left", "right", "third", "fourth")
    pipe = subprocess.PIPE
    children = [
        subprocess.Popen([sys.executable, "-c", CHILD, name], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        for name in names
    ]
    homes = [tmp_path / str(number) for number in range(12)]
    for home in homes:
        home.mkdir()
        instant = time.time() + 0.02
        for child in children:
            assert child.stdin
            print(instant, home, file=child.stdin, flush=True)
        assert [child.stdout.readline() if child.stdout else "" for child in children] == ["done\n"] * 4
    for child in children:
        child.communicate()
    for home in homes:
        kept = Conversations(home)
        for name in names:
            (found,) = kept.recent(f"{name}-3?")
            questions = [exchange.answer.question for exchange in kept.get(found.id).exchanges]
            assert questions == [f"{name}-{number}?" for number in range(4)]


def test_two_windows_may_add_to_one_conversation_at_once(tmp_path: Path) -> None:
    made = Conversations(tmp_path).start(answered("Start?"))
    windows = [
        threading.Thread(
            target=lambda name=name: [
                Conversations(tmp_path).append(made.id, answered(f"{name}{n}?")) for n in range(8)
            ]
        )
        for name in "ab"
    ]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    questions = [exchange.answer.question for exchange in Conversations(tmp_path).get(made.id).exchanges]
    assert sorted(questions) == sorted(["Start?", *(f"{name}{n}?" for name in "ab" for n in range(8))])
    assert [q for q in questions if q[0] == "a"] == [f"a{n}?" for n in range(8)]


def test_reading_does_not_wait_for_another_program_that_writes(
    kept: Conversations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "_BUSY_TIMEOUT_S", 0.05)
    made = kept.start(answered())
    with closing(sqlite3.connect(tmp_path / "conversations.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE conversations SET title = 'Not yet'")
        assert (titles(kept.recent("basin")), asked(kept, made.id)) == ([made.title], [made.title])
        with pytest.raises(LibraryError, match="database is locked"):
            kept.append(made.id, answered())
        other.execute("ROLLBACK")
    assert kept.append(made.id, answered()).turns == 2


def test_a_folder_deleted_underneath_is_said_and_forgiven_when_it_is_back(kept: Conversations, tmp_path: Path) -> None:
    kept.start(answered())
    shutil.rmtree(tmp_path)
    for work in (
        kept.recent,
        lambda: kept.start(answered()),
        lambda: kept.append("c1", answered()),
        lambda: kept.get("c1"),
        lambda: kept.rename("c1", "x"),
        lambda: kept.delete("c1"),
    ):
        with pytest.raises(LibraryError, match="is not there") as failure:
            work()
        assert failure.value.hint
    assert not tmp_path.exists()
    tmp_path.mkdir()
    assert kept.recent() == []
    assert kept.start(answered()).turns == 1


def test_a_file_that_is_no_database_is_said_with_what_to_do(kept: Conversations, tmp_path: Path) -> None:
    (tmp_path / "conversations.sqlite").write_bytes(b"not a database at all, " * 100)
    with pytest.raises(LibraryError, match=r"conversations\.sqlite cannot be used: file is not a database"):
        kept.recent()


def test_what_fails_half_way_leaves_nothing_behind(kept: Conversations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "MAX_ANSWER_CHARS", 10)
    with pytest.raises(InputError):
        kept.start(answered())
    assert kept.recent() == []


# ── To show and to keep elsewhere ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("document", "there"),
    [
        (SKERRY, True),
        (replace(SKERRY, title="Another title"), True),
        (replace(SKERRY, text="X" + TEXT), False),
        (replace(SKERRY, text=""), False),
        (None, False),
    ],
)
def test_a_citation_knows_whether_it_still_stands(document: Document | None, there: bool) -> None:
    assert still_there(DEEP, document) is there


def test_a_conversation_is_exported_with_its_footnotes_numbered_through(kept: Conversations) -> None:
    kept.start(answered())
    kept.append("c1", refused("Who is the *mayor*?"))
    kept.append("c1", replace(answered("Depth?"), citations=(replace(DEEP, document_id="lost"),)))
    text = conversation_markdown(kept.get("c1"), document_of={"skerry": SKERRY}.get)
    note = "“The basin will be 14 metres deep.” *Skerrymouth deepens its harbour*, 2025-03-22, p. 2, <https://ledger.example/skerry>"
    assert text == (
        "# How deep will the basin be?\n\n"
        "## How deep will the basin be?\n\n14 metres[^1] (81% sure)\n\n"
        "## Who is the \\*mayor\\*?\n\nThe articles don't say.\n\n"
        "## Depth?\n\n14 metres[^2] (81% sure)\n\n"
        f"[^1]: {note}\n\n[^2]: {note} (no longer in the library)\n"
    )


def test_an_export_holds_what_a_language_model_wrote_if_anything_of_it_stood(kept: Conversations) -> None:
    first, second, _ = talk(kept, "How deep will the basin be?", "Depth?", "How deep?")
    written = Answer("How deep will the basin be?", "It will be 14 m. [1]", "generated", 0.5, (DEEP,))
    kept.add_written("c1", first, written)
    kept.add_written("c1", second, refused("Depth?"))
    text = conversation_markdown(kept.get("c1"), document_of={"skerry": replace(SKERRY, text="X")}.get)
    blocks = text.split("\n\n")
    assert blocks[2:-4] == [
        "14 metres[^1] (81% sure)",
        "Written out by a language model: It will be 14 m.[^2]",
        "## Depth?",
        "14 metres[^3] (81% sure)",
        "## How deep?",
        "14 metres[^4] (81% sure)",
    ]
    assert [note[:5] for note in blocks[-4:]] == ["[^1]:", "[^2]:", "[^3]:", "[^4]:"]
    assert blocks[-3].endswith("(the article has changed since)")


def test_an_export_says_when_an_article_has_changed_since(kept: Conversations) -> None:
    kept.start(answered())
    text = conversation_markdown(kept.get("c1"), document_of=lambda _id: replace(SKERRY, text="Dredgers began."))
    assert text.endswith("(the article has changed since)\n")
