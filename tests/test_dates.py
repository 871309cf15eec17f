"""Dates inside a text: one grammar for a date that is looked for and for one in a date line."""

import datetime as dt

import pytest

from index.dates import Meta, dates_in, find_date, read_meta


@pytest.mark.parametrize(
    "text",
    ["2024-05-06", "2024/5/6", "2024.05.06", "May 6, 2024", "may 6th 2024", "6 May 2024", "6th May, 2024"],
)
def test_a_date_is_the_same_inside_a_text_and_in_a_date_line(text: str) -> None:
    day = dt.date(2024, 5, 6)
    assert list(dates_in(f"on {text}, it")) == [((3, 3 + len(text)), day)]
    meta = read_meta(f"Published {text}")
    assert meta is not None
    assert meta.date == day


def test_a_line_with_a_label_names_no_author() -> None:
    assert read_meta("Place: Council Chamber, Wharf Street") is None
    assert read_meta("12 March 2024, Place: Council Chamber") == Meta(date=dt.date(2024, 3, 12))
    assert read_meta("By Tessa Langridge.") == Meta(author="Tessa Langridge")
    posted = Meta(date=dt.date(2022, 8, 27), author="Martha Dill")
    assert read_meta("Posted by Martha Dill on August 27, 2022") == posted


@pytest.mark.parametrize("text", ["2024/05-06", "2024-05.06", "2024-05-061", "tel 0172024-12-10", "16 May 20245"])
def test_figures_that_are_no_date_are_none(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("month", "name"),
    list(enumerate("January Feb. MARCH april May Jun July Aug Sept. Oct november Dec.".split(), 1)),
)
def test_every_month_has_its_number(month: int, name: str) -> None:
    assert find_date(f"1st {name} 2024") == find_date(f"{name} 1st, 2024") == dt.date(2024, month, 1)
