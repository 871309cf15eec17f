"""What a library of a size costs: what is drawn is the same each time, and the figures are those of a real library."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from qa.cli import main
from qa.evaluation.record import save_costs
from qa.evaluation.sizes import Costs, measure, queries, shown, synthetic


def test_what_is_drawn_is_the_same_each_time_and_whatever_the_number() -> None:
    few, many = list(synthetic(20, 1)), list(islice(synthetic(1000, 1), 3))
    assert [len(item.passages) for item in few] == [8, 8, 4]
    assert [item.document for item in few[:2]] == [item.document for item in many[:2]]
    assert all(np.array_equal(one.vectors, other.vectors) for one, other in zip(few[:2], many[:2], strict=True))
    assert next(synthetic(8, 2)).document.text != few[0].document.text


def test_passages_are_ranges_of_their_document_with_unit_vectors() -> None:
    for item in synthetic(20, 1):
        assert all(item.document.text[p.start : p.end] == p.text for p in item.passages)
        assert np.linalg.norm(item.vectors, axis=1) == pytest.approx(np.ones(len(item.passages)), abs=1e-5)


def test_a_query_is_of_words_and_of_a_vector_near_its_passage() -> None:
    items = list(synthetic(200, 3))
    vectors = np.concatenate([item.vectors for item in items])
    texts = [set(passage.text.rstrip(".").split()) for item in items for passage in item.passages]
    asked = queries(200, 3)
    assert len(asked) == 200
    for text, vector in asked:
        nearest = int(np.argmax(vectors @ vector))
        assert 0.4 < float(vectors[nearest] @ vector) < 0.9
        assert any(set(text.split()) <= words for words in texts)


@pytest.mark.slow
def test_a_small_library_is_measured_and_its_figures_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    steps: list[str] = []
    costs = measure(300, say=steps.append)
    assert [step.rpartition(": ")[2] for step in steps] == ["storing", "indexing", "comparing all vectors", "searching"]
    assert costs.passages == 300
    assert costs.recall == 1.0  # so few are searched exactly
    assert all(getattr(costs, field.name) > 0 for field in fields(Costs))
    assert costs.search_ms_p50 <= costs.search_ms_p99
    assert "300 passages" in shown(costs)
    path = save_costs(costs, tmp_path, machine="here")
    assert json.loads(path.read_text())["costs"] == asdict(costs)
    assert main(["bench", "--passages", "3"]) == 2
    assert "at least 100" in capsys.readouterr().err
