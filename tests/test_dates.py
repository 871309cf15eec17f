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


@pytest.mark.parametrize(
    ("line", "author", "outlet"),
    [
        ("Published on 6 May 2024 in the Larch Bay Gazette. By Jane Doe", "Jane Doe", "Larch Bay Gazette"),
        ("Published 6 May 2024 in the Gazette by Jane Doe", "Jane Doe", "Gazette"),
        ("First published in The Gazette on 6 May 2024 by Jane Doe", "Jane Doe", "The Gazette"),
        ("Published by Norrvik Council on 6 May 2024", "Norrvik Council", None),
        ("Published on 6 May 2024. By Jane Doe", "Jane Doe", None),
        ("Published 6 May 2024 in Paris", None, None),
        ("6 May 2024, by Jane Doe for the Gazette", "Jane Doe", "the Gazette"),
        ("By Jane Doe in Norrvik, 6 May 2024", "Jane Doe", "Norrvik"),
        ("Interview by Jane Doe, 6 May 2024", "Jane Doe", None),
        ("Embargoed until 6 May 2024", None, None),
        ("EMBARGOED UNTIL 00.01 ON MONDAY 6 MAY 2024", None, None),
        ("Embargo: 9 a.m., 6 May 2024", None, None),
        ("For immediate release: 6 May 2024", None, None),
        ("PRESS RELEASE | 6 May 2024", None, None),
    ],
)
def test_a_date_line_says_who_wrote_where_before_the_date_or_behind_it(
    line: str, author: str | None, outlet: str | None
) -> None:
    assert read_meta(line) == Meta(dt.date(2024, 5, 6), author=author, outlet=outlet)


@pytest.mark.parametrize(
    "line",
    [
        *(
            "Published in Norrvik",
            "Released in Germany on 6 May 2024",
            "6 May 2024. Norrvik Opens",
            "Gazette. By Jane Doe",
        ),
        *("By Jane Doe. The Gazette", "By train in winter", "Published 6 May 2024 in the spring", "6 May 2024 by boat"),
    ],
)
def test_a_place_a_title_and_a_sentence_are_no_date_line(line: str) -> None:
    assert read_meta(line) is None


def test_a_short_form_of_a_title_ends_no_name() -> None:
    assert read_meta("By Prof. Jane Q. Doe and St. John Roe") == Meta(author="Prof. Jane Q. Doe and St. John Roe")


@pytest.mark.parametrize("text", ["2024/05-06", "2024-05.06", "2024-05-061", "tel 0172024-12-10", "16 May 20245"])
def test_figures_that_are_no_date_are_none(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("month", "name"),
    list(enumerate("January Feb. MARCH april May Jun July Aug Sept. Oct november Dec.".split(), 1)),
)
def test_every_month_has_its_number(month: int, name: str) -> None:
    assert find_date(f"1st {name} 2024") == find_date(f"{name} 1st, 2024") == dt.date(2024, month, 1)
