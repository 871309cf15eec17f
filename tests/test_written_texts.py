"""What was written for training: every answer stands where it is said to, and a line that cannot be used is named."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from index.types import InputError
from qa.training.data import Example, fingerprint, held_out, places, read_examples
from qa.training.written import asked_examples, of_what_is_left, written_examples

SHARED = Path(__file__).parents[2] / "shared" / "data"
CONTEXT = "Beijing wants 300 billion yuan by 2025. Shanghai has over 20 large models. Shenzhen builds two zones."
PARAGRAPH = Example("What does Beijing want?", CONTEXT, "Plans", ((14, 30),))


def test_every_written_question_has_its_answer_where_it_is_said_to_stand() -> None:
    asked = written_examples()
    assert len(asked) > 10_000
    assert 0.4 < sum(example.answerable for example in asked) / len(asked) < 0.7
    for example in asked:
        for start, end in example.answers:
            assert example.context[start:end].strip() == example.context[start:end] != ""
        assert len({example.context[start:end] for start, end in example.answers}) <= 1
        assert len(example.answers) <= 1  # where the words stand twice, the file says which place is meant


def test_a_written_question_is_asked_again_of_its_text_without_the_answer(tmp_path: Path) -> None:
    text = "Brecka has 12 berths. Solund has 30 berths. Both are full. The harbour master of Brecka has 12 dogs."
    questions = [["berths of Solund", "30"], ["berths of Brecka", "12", "12 berths"], ["depth of Solund", None]]
    path = tmp_path / "written.jsonl"
    path.write_text(json.dumps({"title": "Berths", "text": text, "questions": questions}))
    asked = written_examples(path)
    assert [(e.question, e.answers) for e in asked] == [
        ("berths of Solund", ((33, 35),)),
        ("berths of Brecka", ((11, 13),)),
        ("depth of Solund", ()),
    ]
    assert all(e.teacher_share == 0.6 and e.title == "Berths" for e in asked)
    again = {example for seed in range(30) for example in of_what_is_left(asked, random.Random(seed))}
    # "12" stands in what would be left of the other, which therefore is not asked again
    assert again == {replace(asked[0], context=text.replace("Solund has 30 berths. ", ""), answers=())}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"title": "t", "text": "a b", "questions": [["q", "c"]]}, "'c' does not stand"),
        ({"title": "t", "text": "a b", "questions": [["q", "a", "a c"]]}, "substring not found"),
        ({"title": "t", "questions": []}, "'text'"),
    ],
)
def test_a_written_line_that_cannot_be_used_is_named(tmp_path: Path, row: dict[str, Any], says: str) -> None:
    path = tmp_path / "written.jsonl"
    path.write_text(json.dumps(row))
    with pytest.raises(InputError, match=f"written.jsonl:1: .*{says}"):
        written_examples(path)


def asked_of_context(path: Path, *questions: list[Any]) -> Path:
    path.write_text(json.dumps({"paragraph": fingerprint(CONTEXT).hex(), "questions": questions}))
    return path


def test_questions_about_a_paragraph_find_it_by_its_fingerprint(tmp_path: Path) -> None:
    path = asked_of_context(tmp_path / "asked.jsonl", ["wanted by Beijing", 14, 30], ["wanted by Shenzhen"])
    answered, unanswered = asked_examples([PARAGRAPH], path)
    assert (answered.context[14:30], answered.answers) == ("300 billion yuan", ((14, 30),))
    assert (unanswered.question, unanswered.answers) == ("wanted by Shenzhen", ())
    assert (answered.title, answered.teacher_share) == ("Plans", 0.6)
    assert asked_examples([replace(PARAGRAPH, context="Another.")], path) == []


@pytest.mark.parametrize("question", [["q", 14, 1400], ["q", 30, 14], ["q", 14], ["q", "a", "b"], [], 3])
def test_a_question_about_a_paragraph_that_cannot_be_used_is_named(tmp_path: Path, question: Any) -> None:
    with pytest.raises(InputError, match=r"asked\.jsonl:1: "):
        asked_examples([PARAGRAPH], asked_of_context(tmp_path / "asked.jsonl", question))


@pytest.mark.skipif(not SHARED.exists(), reason="the question sets are not beside the checkout")
def test_every_question_about_a_paragraph_of_squad_has_whole_words_for_an_answer() -> None:
    asked = asked_examples(read_examples(SHARED / "train" / "squad2.train.jsonl.gz"))
    assert len(asked) > 1000
    assert sum(held_out(example) for example in asked) > 500, "for the calibration"
    assert 0.35 < sum(example.answerable for example in asked) / len(asked) < 0.65
    for example in asked:
        for start, end in example.answers:
            assert (start, end) in places(example.context[start:end], example.context)
