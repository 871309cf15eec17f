"""Verdicts on answers are kept, and come back as questions that `footnote eval` can ask."""

import datetime as dt
import json
import os
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import EmptyError, InputError, LibraryError
from qa.chat.feedback import MAX_CHARS, FeedbackLog, question_set, write_question_set
from qa.cli import main
from qa.evaluation.asking import evaluate
from qa.evaluation.questions import read_questions
from qa.types import Answer, Citation, Kind, Refusal, Turn

NOON = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)
DEEP = Citation(1, "skerry", "Skerrymouth", "skerry.txt", 0, 9, "14 metres", answer="14 metres")
COST = Citation(2, "buses", "Portavel", "buses.txt", 0, 2, "75", answer="75")


def answered(question: str, text: str, *cited: Citation, kind: Kind = "span") -> Answer:
    return Answer(question, text, kind, 0.75, cited or (DEEP,))


def refused(question: str) -> Answer:
    return Answer(question, "", "refused", 0.1, refusal=Refusal("not_found", "The articles don't say."))


@pytest.fixture
def log(tmp_path: Path) -> FeedbackLog:
    return FeedbackLog(tmp_path, clock=lambda: NOON)


# ── Kept ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_verdict_is_there_after_a_restart(log: FeedbackLog, tmp_path: Path) -> None:
    made = log.add(answered("How deep?", "14 metres"), "down", history=["What is dug?"], reason=" too short ")
    assert (made.at, made.reason, made.asked) == (NOON.isoformat(), "too short", ("What is dug?", "How deep?"))
    assert (made.answer, made.documents, made.confidence) == ("14 metres", ("skerry",), 0.75)
    assert FeedbackLog(tmp_path).read() == [made]


def test_the_last_verdict_on_a_question_counts_and_one_may_be_withdrawn(log: FeedbackLog) -> None:
    answer = answered("How deep?", "14 metres")
    log.add(answer, "up")
    other = log.add(answer, "up", history=["And the old basin?"])  # the same words in another conversation
    last = log.add(answer, "down")
    assert log.read() == [other, last]
    log.add(answer, "withdrawn")
    assert log.read() == [other]


def test_each_answer_of_a_conversation_has_its_last_verdict(log: FeedbackLog) -> None:
    first, second, third = (answered("How deep?", "14 metres"), refused("Who?"), answered("How deep?", "14 metres"))
    log.add(first, "up")
    log.add(first, "down")
    log.add(second, "up", history=["How deep?"])
    log.add(third, "up", history=["How deep?", "Who?"])
    log.add(third, "withdrawn", history=["How deep?", "Who?"])
    assert log.verdicts([first, second, third]) == ["down", "up", None]
    assert log.verdicts([answered("How deep?", "10 metres"), second]) == [None, "up"]  # another answer than was judged
    assert log.verdicts([]) == []


def test_no_feedback_is_an_empty_list(log: FeedbackLog) -> None:
    assert log.read() == []


def test_a_line_that_a_kill_cut_short_takes_no_other_with_it(log: FeedbackLog, tmp_path: Path) -> None:
    file = tmp_path / "feedback.jsonl"
    first = log.add(answered("One?", "1"), "up")
    whole = file.read_bytes()
    log.add(answered("Two?", "2"), "up")
    torn = file.read_bytes()
    for length in range(len(whole) + 1, len(torn) - 1):
        file.write_bytes(torn[:length])
        third = log.add(answered("Three?", "3"), "up")
        assert log.read() == [first, third]


def test_what_is_no_verdict_is_passed_over(log: FeedbackLog, tmp_path: Path) -> None:
    made = log.add(answered("One?", "1"), "up")
    row = json.loads((tmp_path / "feedback.jsonl").read_text(encoding="utf-8"))
    strange = [
        5,
        [],
        {},
        row | {"verdict": "sideways", "question": "Two?"},
        row | {"history": None, "question": "Two?"},
    ]
    with (tmp_path / "feedback.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(value) + "\n" for value in strange)
    assert log.read() == [made]


def test_two_windows_may_judge_at_once(tmp_path: Path) -> None:
    def judge(name: str) -> None:
        for number in range(20):
            FeedbackLog(tmp_path).add(answered(f"{name}{number}?", "x" * 3000), "up")

    windows = [threading.Thread(target=judge, args=(name,)) for name in "abc"]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert {item.question for item in FeedbackLog(tmp_path).read()} == {f"{n}{i}?" for n in "abc" for i in range(20)}


def test_a_folder_deleted_underneath_is_said(log: FeedbackLog, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path)
    with pytest.raises(LibraryError, match=r"feedback\.jsonl cannot be used: No such file") as failure:
        log.add(answered("One?", "1"), "up")
    assert failure.value.hint
    assert log.read() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_said(log: FeedbackLog, tmp_path: Path) -> None:
    log.add(answered("One?", "1"), "up")
    (tmp_path / "feedback.jsonl").chmod(0)
    with pytest.raises(LibraryError, match="Permission denied"):
        log.read()


def test_a_reason_as_long_as_a_book_is_refused(log: FeedbackLog) -> None:
    with pytest.raises(InputError, match="the reason has 2,001 characters"):
        log.add(answered("One?", "1"), "down", reason="x" * (MAX_CHARS + 1))
    with pytest.raises(InputError, match="the correct answer has"):
        log.add(answered("One?", "1"), "down", correction="x" * (MAX_CHARS + 1))
    assert log.read() == []


@settings(deadline=None, max_examples=25)
@given(st.text(min_size=1), st.text(min_size=1), st.text(max_size=100))
def test_any_words_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, question: str, text: str, reason: str
) -> None:
    log = FeedbackLog(tmp_path_factory.mktemp("home"))
    made = log.add(answered(question, text), "down", history=[text], reason=reason)
    assert log.read() == [made]
    assert (made.question, made.answer, made.history) == (question, text, (text,))


# ── As a question set ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_each_verdict_says_of_the_right_answer(log: FeedbackLog) -> None:
    log.add(answered("How deep?", "14 metres"), "up")
    log.add(refused("Who is the mayor?"), "up", history=["Where is it?"])
    log.add(answered("What does it cost?", "90 million"), "down", correction="220 million pounds")
    log.add(refused("Who owns it?"), "down", correction="Tidewater Renewables")
    log.add(answered("How long?", "25 years"), "down", reason="wrong")
    log.add(refused("How wide?"), "down")
    log.add(answered("What costs what?", "14 metres [1]; 75 [2]", DEEP, COST, kind="list"), "up")
    rows, left_out = question_set(log.read())
    assert left_out == 2
    ids = [row.pop("id") for row in rows]
    assert len(set(ids)) == len(ids)
    assert rows == [
        {"question": "How deep?", "answers": ["14 metres"], "unanswerable": False, "evidence": ["skerry"]},
        {"question": "Who is the mayor?", "answers": [], "unanswerable": True, "history": ["Where is it?"]},
        {"question": "What does it cost?", "answers": ["220 million pounds"], "unanswerable": False},
        {"question": "Who owns it?", "answers": ["Tidewater Renewables"], "unanswerable": False},
        {
            "question": "What costs what?",
            "answers": ["14 metres; 75"],
            "unanswerable": False,
            "evidence": ["skerry", "buses"],
        },
    ]


def test_the_exported_set_is_asked_by_the_evaluation(log: FeedbackLog, tmp_path: Path) -> None:
    replies = {
        "How deep?": answered("How deep?", "14 metres"),
        "And the old one?": refused("And the old one?"),
        "What does it cost?": answered("What does it cost?", "90 million"),
        "What costs what?": answered("What costs what?", "14 metres [1]; 75 [2]", DEEP, COST, kind="list"),
    }
    log.add(replies["How deep?"], "up")
    log.add(replies["And the old one?"], "up", history=["How deep?"])
    log.add(replies["What does it cost?"], "down", correction="220 million pounds")
    log.add(replies["What costs what?"], "up")
    file = tmp_path / "set.jsonl"
    write_question_set(question_set(log.read())[0], file)

    heard: list[tuple[str, tuple[str, ...]]] = []

    def ask(question: str, history: Sequence[Turn]) -> Answer:
        heard.append((question, tuple(turn.question for turn in history)))
        return replies[question]

    report = evaluate(ask, read_questions(file))
    assert [row.right for row in report.rows] == [True, True, False, True]
    assert ("And the old one?", ("How deep?",)) in heard
    replies["What does it cost?"] = answered("What does it cost?", "220 million pounds")
    assert [row.right for row in evaluate(ask, read_questions(file)).rows] == [True] * 4


def test_a_question_keeps_its_id_from_export_to_export(log: FeedbackLog) -> None:
    log.add(answered("How deep?", "14 metres"), "up")
    before = question_set(log.read())[0]
    log.add(answered("How deep?", "15 metres"), "up")
    after = question_set(log.read())[0]
    assert [row["id"] for row in before] == [row["id"] for row in after]
    assert after[0]["answers"] == ["15 metres"]


def test_nothing_to_export_is_said(log: FeedbackLog, tmp_path: Path) -> None:
    log.add(answered("How deep?", "14 metres"), "down")
    with pytest.raises(EmptyError, match="no feedback to export"):
        write_question_set(question_set(log.read())[0], tmp_path / "set.jsonl")
    with pytest.raises(InputError, match="cannot write"):
        write_question_set([{"id": "1"}], tmp_path / "missing" / "set.jsonl")


def test_the_command_lists_and_exports(log: FeedbackLog, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home, file = str(tmp_path), tmp_path / "set.jsonl"
    assert main(["feedback", "--home", home]) == 0
    assert "no answer has been judged yet" in capsys.readouterr().out
    log.add(answered("How deep?", "14 metres"), "up")
    log.add(answered("How long?", "25 years"), "down", reason="too short")
    assert main(["feedback", "--home", home]) == 0
    assert capsys.readouterr().out == "up    How deep?  ->  14 metres\ndown  How long?  ->  25 years  (too short)\n"
    assert main(["feedback", "--home", home, "--export", str(file)]) == 0
    assert capsys.readouterr().out == (
        f"1 question written to {file}; 1 left out: wrong, and the right answer was not given\n"
    )
    assert [question.answers for question in read_questions(file)] == [("14 metres",)]
