"""The page on choosing a model tells the truth: its table is the arithmetic, its measured figures are in their file."""

import json
import re
from pathlib import Path

import pytest

from qa.evaluation.pace import expected

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
MACHINES = ((1e11, 1e10), (1e12, 6e10), (5e13, 5e11))  # operations and bytes a second, as in the table's head


def test_the_table_is_the_arithmetic() -> None:
    rows = re.findall(r"^\| ([\d.]+) \| ([\d.]+) GB \| (.+) \|$", PAGE, re.MULTILINE)
    assert [row[0] for row in rows] == ["0.6", "1.7", "4", "8"]
    for size, memory, cells in rows:
        for cell, machine in zip(cells.split(" | "), MACHINES, strict=True):
            needed, first, whole = expected(float(size) * 1e9, *machine)
            assert float(memory) == pytest.approx(needed / 1e9, abs=0.06)
            shown = [float(number) for number in re.findall(r"[\d.]+", cell)]
            assert shown == pytest.approx([first, whole], rel=0.04, abs=0.06)


def test_its_measured_figures_stand_in_their_file() -> None:
    result = json.loads((ROOT / "qa/evaluation/results/2026-11-25-pace.json").read_text(encoding="utf-8"))
    read, written, operations, moved = re.findall(r"\*\*([\d.]+)\*\*(?= (?:tokens|billion|GB))", PAGE)
    assert float(read) == round(result["tokens_read_per_s"])
    assert float(written) == result["tokens_written_per_s"]
    assert float(operations) == round(result["operations_per_s"] / 1e9)
    assert float(moved) == round(result["weights_bytes_per_s"] / 1e9, 1)
