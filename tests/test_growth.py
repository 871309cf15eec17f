"""What libraries cost by their size: the newest figures of each, the next size estimated, a table and a drawing."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from index.types import InputError
from qa.evaluation.growth import estimated, growth_picture, growth_table, measured_sizes
from qa.evaluation.record import save_costs
from qa.evaluation.sizes import Costs

SMALL = Costs(1000, 1, 2, 0.2, 0.1, 0.1, 2.0, 8.0, 1.0, 0.5, 100, 120, 10, 1.0)
LARGE = Costs(10_000, 10, 40, 0.2, 0.05, 0.1, 4.0, 16.0, 2.0, 1.0, 190, 210, 100, 0.99)


def test_the_newest_file_of_each_size_counts_the_smallest_first(tmp_path: Path) -> None:
    for costs in (LARGE, SMALL):
        save_costs(costs, tmp_path, machine="two cores")
    old = save_costs(replace(SMALL, open_s=9), tmp_path, machine="two cores")
    old.rename(tmp_path / "2001-01-01-size-1000.json")
    save_costs(SMALL, tmp_path, machine="two cores")
    assert [measured.costs for measured in measured_sizes(tmp_path)] == [SMALL, LARGE]
    assert all((tmp_path / measured.file).exists() for measured in measured_sizes(tmp_path))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01-size-5.json").write_text('{"costs": {"passages": 5}}')
    with pytest.raises(InputError, match=r"the result .* cannot be read"):
        measured_sizes(tmp_path)


def test_the_next_size_is_estimated_by_lines_and_powers() -> None:
    further = estimated([SMALL, LARGE])
    assert further is not None
    assert further.passages == 100_000
    assert further.memory_mb == pytest.approx(190 + 90_000 * 0.01)  # 10 MB for each thousand more
    assert further.disk_mb == pytest.approx(1000)
    assert further.search_ms_p50 == pytest.approx(8.0)  # doubled by each power of ten
    assert further.index_s == pytest.approx(800)
    assert further.add_s == 0.05  # it fell; by the estimate it does not
    assert math.isnan(further.recall)
    assert estimated([SMALL]) is None


def test_what_was_rounded_to_nothing_stays_as_it_was_measured_last() -> None:
    for before, last in ((SMALL, replace(LARGE, add_s=0.0)), (replace(SMALL, add_s=0.0), LARGE)):
        further = estimated([before, last])
        assert further is not None
        assert further.add_s == last.add_s
        assert further.index_s == pytest.approx(800)


def test_the_table_links_what_was_measured_and_says_what_was_not(tmp_path: Path) -> None:
    for costs in (SMALL, LARGE):
        save_costs(costs, tmp_path, machine="two cores")
    rows = [row for row in growth_table(measured_sizes(tmp_path), results="R").splitlines() if row.startswith("|")]
    assert rows[2].startswith("| [1,000](R/")
    assert "**2.0** ms, **8.0** ms" in rows[2]
    assert rows[4].startswith("| 100,000, estimated |")
    assert "**" not in rows[4]
    assert growth_table([], results="R") == ""


def test_the_drawing_puts_each_size_where_it_belongs() -> None:
    root = ElementTree.fromstring(growth_picture([SMALL, LARGE]))
    dots = [(dot.get("cx"), dot.get("cy")) for dot in root.iter("{http://www.w3.org/2000/svg}circle")]
    # across from 1,000 to 100,000, up from 1 to 100 ms: 10,000 in the middle; log10(4) = 0.602 of two powers
    assert dots[0] == ("0.0", f"{300 * (1 - math.log10(2) / 2):.1f}")
    assert dots[1] == ("150.0", f"{300 * (1 - math.log10(4) / 2):.1f}")
    assert len(dots) == 8
