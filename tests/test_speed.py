"""Speed figures: the arithmetic by hand, the made-up library, and a small measurement from end to end."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.chunk import chunk
from qa.cli import main
from qa.evaluation import speed
from qa.evaluation.made_up import articles, questions
from qa.evaluation.show import quality_table
from qa.evaluation.speed import Clock, multiplications, percentile, speed_table


def test_what_runs_within_a_stage_is_taken_off_it(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([100.0, 101.0, 104.0, 105.0, 109.0, 111.0])
    monkeypatch.setattr("qa.evaluation.speed.time", SimpleNamespace(perf_counter=lambda: next(times)))
    clock = Clock()
    with clock.stage("outer"):
        for _ in range(2):
            with clock.stage("inner"):
                pass
    # inner: 101 to 104 and 105 to 109; outer: 100 to 111 without those
    assert clock.seconds == {"inner": 7.0, "outer": 4.0}


def test_a_percentile_is_one_of_the_values() -> None:
    assert percentile([5.0, 1.0, 4.0, 2.0], 50) == 2.0  # two of four do not exceed it
    assert percentile([5.0, 1.0, 4.0, 2.0], 51) == 4.0
    assert percentile([float(n) for n in range(1, 101)], 99) == 99.0
    assert percentile([7.0], 99) == 7.0


def test_the_multiplications_of_a_row_are_those_of_its_layers() -> None:
    shape = {"hidden_size": 2, "intermediate_size": 3, "num_hidden_layers": 1}
    # three tokens: four layers of 2 x 2, two of 2 x 3, and 3 x 3 pairs of 2 numbers, once to compare and once to add
    assert multiplications(3, shape) == 3 * (4 * 4 + 2 * 6) + 2 * (3 * 3 * 2)


def test_the_made_up_library_is_the_same_every_time_and_as_large_as_asked() -> None:
    made = articles(120)
    assert made == articles(120)
    assert 120 <= sum(len(chunk(document)) for document in made) < 140
    asked = questions(made, 50)
    assert len(set(asked)) == 50
    assert all(len(question.split()) >= 3 for question in asked)


def test_quality_is_shown_with_what_lies_between() -> None:
    shown = quality_table({"in_use_f1_all": 0.635, "reference_f1_all": 0.63})
    assert shown.splitlines()[1].split() == ["f1", "all", "63.50", "63.00", "+0.50"]


@pytest.mark.slow
def test_a_small_library_is_measured_from_end_to_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(speed, "PASSAGES", 40)
    monkeypatch.setattr(speed, "QUESTIONS", 4)
    monkeypatch.setattr(speed, "_STARTS", 1)
    assert main(["bench", "--json", "--save", str(tmp_path)]) == 0
    measured = json.loads(capsys.readouterr().out)
    its = measured["metrics"]
    assert 40 <= its["passages"] < 60
    together = its["index_ms_split"] + its["index_ms_embed"] + its["index_ms_store"]
    assert together == pytest.approx(its["index_ms"], abs=0.01)
    stages = sum(its[f"ask_ms_{name}"] for name in ("embed", "search", "read", "rest"))
    assert stages == pytest.approx(its["ask_ms"], abs=0.01)
    assert 0 < its["ask_ms_p50"] <= its["ask_ms_p99"]
    assert 0 < its["matrix_share"] < 1.2
    assert min(its[name] for name in ("cold_ask_s", "cold_chat_s", "chat_mb", "answers_per_s", "ask_ms_read")) > 0
    (kept,) = tmp_path.glob("*-speed.json")
    assert json.loads(kept.read_text())["metrics"] == its
    assert "footnote ask" in speed_table(its)
