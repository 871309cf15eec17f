"""What is left of a page that was pasted whole, and what its head says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from loading import body, one, page
from samples import FERRIES, HARBOUR

from index.dates import dateline_end, find_date, read_meta
from index.load import from_text
from index.text import normalise
from index.types import InputError

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT.parent / "shared" / "articles" / "china-ai-innovation-center.txt"


@pytest.mark.skipif(not REFERENCE.exists(), reason="the reference article is not beside this checkout")
def test_the_reference_page_keeps_its_article_and_loses_its_site() -> None:
    document = one(REFERENCE)
    assert document.title == "China accelerates AI development to build AI innovation center"
    assert document.published == dt.date(2024, 4, 6)
    assert document.author == "Xinhua"
    assert body(document).startswith("China has attached great importance")
    heading = document.text[: document.body_start]
    assert heading == f"{document.title}\n\nUpdated: April 6, 2024 07:03 Xinhua\n\nBEIJING, April 5 -- "
    assert "Last year, Beijing released a detailed plan" in document.text
    assert document.text.endswith('policies, mechanisms and investment," he said.')
    for footer in ("Copyright", "©", "About us", "Identification", "Registration", "rights reserved", "authorization"):
        assert footer not in document.text


# --- pasted pages ----------------------------------------------------------------------------------------------------


def test_a_menu_before_and_a_footer_after_the_article_go() -> None:
    document = page(
        f"Skip to content\nHome | News | About us\n\nQuay opens\nBy Jane Doe\nPublished: 6 April 2024\n\n"
        f"Share this article\n\n{HARBOUR}\n\nAdvertisement\n\n{FERRIES}\n\nRelated articles\nAn older quay\nFerries late again\n\n"
        "© 2024 The Gazette\n12 Quay Street\nPrivacy policy"
    )
    assert document.text == f"Quay opens\n\nBy Jane Doe\nPublished: 6 April 2024\n\n{HARBOUR}\n\n{FERRIES}"
    assert (document.title, document.author, document.published) == ("Quay opens", "Jane Doe", dt.date(2024, 4, 6))
    assert body(document).startswith("The harbour")


@pytest.mark.parametrize(
    "sentence",
    [
        "Copyright law changed in 2023, and publishers must now pay for every excerpt they show.",
        "All rights reserved by the treaty pass to the islands in 2030, the court said.",
        "We use cookies in this bakery only at Christmas, and the recipe is older than the house.",
        "Without written permission the archive may not be copied, the judge said on Friday.",
        "The company says this site belongs to its oldest tenants.",
        "Registration numbers for boats will be issued from May at the harbour office.",
        "The content of the report may not be published before the election in June.",
        "Share prices of the port fell by 4 percent after the vote on the new quay.",
        "Related articles of the treaty, 12 and 14, were struck out by the parliament.",
    ],
)
def test_prose_about_copyright_and_cookies_stays_where_it_stands(sentence: str) -> None:
    middle = page(f"Quay opens\n\n{HARBOUR}\n\n{sentence}\n\n{FERRIES}")
    assert body(middle) == f"{HARBOUR}\n\n{sentence}\n\n{FERRIES}"
    if not sentence.startswith("We use cookies"):  # at the end this one cannot be told from a notice
        last = page(f"Quay opens\n\n{HARBOUR}\n\n{FERRIES}\n\n{sentence}")
        assert body(last) == f"{HARBOUR}\n\n{FERRIES}\n\n{sentence}"


@pytest.mark.parametrize(
    "footer",
    [
        "Copyright © 2024 The Gazette. All rights reserved.",
        "Copyright 2024 The Gazette",
        "All rights reserved. The content of this site belongs to The Gazette",
        "Without prior written authorization such content shall not be republished or used in any form.",
        "This material may not be published, broadcast, rewritten or redistributed.",
        "No part of this publication may be reproduced without permission.",
        "Registration Number: 05070218",
        "About us | Contact us",
        "We use cookies to give you the best experience.",
        "Share\nPrint\nE-mail",
        "Facebook\nTwitter\nShare",
        "Sign up for our newsletter",
        "Read more: A quay for the ages",
        "You may also like\nAn older quay\nFerries late again",
        "Editor: Li Wei",
    ],
)
def test_each_kind_of_footer_goes(footer: str) -> None:
    assert page(f"Quay opens\n\n{HARBOUR}\n\n{FERRIES}\n\n{footer}").text == f"Quay opens\n\n{HARBOUR}\n\n{FERRIES}"


def test_a_paragraph_pasted_twice_is_kept_once_and_a_short_repeated_answer_twice() -> None:
    twice = page(f"Quay opens\n\n{HARBOUR} {FERRIES}\n\n{HARBOUR} {FERRIES}\n\nNo.\n\nNo.\n\nThe end came in May.")
    assert body(twice) == f"{HARBOUR} {FERRIES}\n\nNo.\n\nNo.\n\nThe end came in May."


@pytest.mark.parametrize(
    ("line", "date", "name"),
    [
        ("Updated: April 6, 2024 07:03 Xinhua", (2024, 4, 6), "Xinhua"),
        ("Published 6 April 2024", (2024, 4, 6), None),
        ("Posted on 2024-04-06 at 7:03 pm", (2024, 4, 6), None),
        ("2024-04-06T07:03:00Z", (2024, 4, 6), None),
        ("Date: Sat, Apr. 6th, 2024 - 07:03 EST", (2024, 4, 6), None),
        ("Sept 3, 2024 | By Jane Doe and John Roe", (2024, 9, 3), "Jane Doe and John Roe"),
        ("By Jane Doe | The Gazette | Updated: 2024/04/06 07:03", (2024, 4, 6), "Jane Doe"),
        ("Source: The Gazette", None, "The Gazette"),
        ("By Jane Doe, Staff Writer", None, "Jane Doe, Staff Writer"),
        ("By Jane Doe, Norrvik correspondent, 6 April 2024", (2024, 4, 6), "Jane Doe"),
        ("By Jane Doe (Coast Wire) on 6 April 2024", (2024, 4, 6), "Jane Doe (Coast Wire)"),
        ("Published 6 April 2024 Updated 8 April 2024", (2024, 4, 6), None),
        ("Updated 8 April 2024, first published 6 April 2024", (2024, 4, 6), None),
        (
            "By Dr. A. de la Cruz and J.R.R. van der Berg for The Gazette",
            None,
            "Dr. A. de la Cruz and J.R.R. van der Berg",
        ),
        ("Words: Jane Doe | Photos: Ann Lee | 5 min read", None, "Jane Doe"),
        ("Tested by Jane Doe · 6 April 2024 · Rating 3.5", (2024, 4, 6), "Jane Doe"),
        ("Published 6 April 2024.", (2024, 4, 6), None),
        ("2 hours ago", None, None),
    ],
)
def test_a_date_line_and_a_byline_are_read(line: str, date: tuple[int, int, int] | None, name: str | None) -> None:
    meta = read_meta(line)
    assert meta is not None
    assert meta.date == (dt.date(*date) if date else None)
    assert (meta.author or meta.outlet) == name


@pytest.mark.parametrize(
    "line",
    [
        *("April 6, 2024 was a cold day.", "By 2030 all of it will be gone", "In May 2024 they met", "Updated rules"),
        *("May", "Jane Doe, 6 April 2024", "The report published 6 April 2024", "Read by Jane Doe for the first time"),
    ],
)
def test_a_line_that_merely_names_a_date_is_no_date_line(line: str) -> None:
    assert read_meta(line) is None


@pytest.mark.parametrize(
    ("lines", "author"),
    [
        ("Jane Doe\n6 April 2024", "Jane Doe"),
        ("Jane Doe, 6 April 2024", "Jane Doe"),
        ("Jane Doe | 6 April 2024 | 5 min read", "Jane Doe"),
        ("By Jane Doe\nCoast Wire, Norrvik\n6 April 2024", "Jane Doe"),
        ("(Reuters) 6 April 2024", "Reuters"),
        ("Coast Wire, 6 April 2024.", "Coast Wire"),
        ("Norrvik, 6 April 2024", None),
    ],
)
def test_a_name_below_the_title_needs_no_by_where_its_date_follows(lines: str, author: str | None) -> None:
    document = page(f"Quay opens\n{lines}\n\n{HARBOUR}")
    assert (document.title, document.author, document.published) == ("Quay opens", author, dt.date(2024, 4, 6))
    assert document.text == f"Quay opens\n\n{lines}\n\n{HARBOUR}"
    assert body(document) == HARBOUR


@pytest.mark.parametrize(
    "lines",
    [
        "On 6 April 2024",
        "It opened on 6 April 2024",
        "It opened, 6 April 2024.",
        "Jane Doe\nNorrvik",
        "The Quay Opens\nEverybody came, 6 April 2024",
        "A long name of a ship, 6 April 2024",
    ],
)
def test_other_lines_with_a_name_or_a_date_stay_in_the_article(lines: str) -> None:
    document = page(f"Quay opens\n\n{lines}\n\n{HARBOUR}")
    assert body(document) == f"{lines}\n\n{HARBOUR}"
    assert (document.author, document.published) == (None, None)


def test_a_name_below_a_name_may_be_the_title_below_that_of_the_paper() -> None:
    assert body(page(f"Larch Bay Gazette\n\nMayor Resigns\n6 April 2024\n\n{HARBOUR}")).startswith("Mayor Resigns")


def test_a_line_between_the_title_and_the_byline_is_of_the_article() -> None:
    document = page(f"Quay opens\nIt is open to all.\n\nBy Jane Doe\n6 April 2024\n\n{HARBOUR}")
    assert (document.title, document.author, document.published) == ("Quay opens", "Jane Doe", dt.date(2024, 4, 6))
    assert document.text == f"Quay opens\n\nBy Jane Doe\n6 April 2024\n\nIt is open to all.\n\n{HARBOUR}"
    assert body(document).startswith("It is open to all.")


def test_the_day_of_publication_comes_before_the_day_of_the_update() -> None:
    document = page(f"Quay opens\nUpdated: April 8, 2024 | Published: April 6, 2024\n\n{HARBOUR}")
    assert document.published == dt.date(2024, 4, 6)


def test_a_date_that_no_calendar_has_is_none() -> None:
    assert find_date("2023-02-29, then 31 April 2024") is None
    assert find_date("2023-02-29, then March 1, 2023") == dt.date(2023, 3, 1)


@pytest.mark.parametrize(
    "dateline",
    [
        "BEIJING, April 5 -- ",
        "BEIJING, April 5 (Xinhua) -- ",
        "PARIS (AP) — ",
        "New York (Reuters) - ",
        "WASHINGTON, D.C., March 3, 2024 — ",
        "LONDON – ",
        "NEW DELHI/MUMBAI, 5 April (Coast Wire) — ",
        "ZÜRICH, Apr. 5 – ",
    ],
)
def test_a_dateline_is_heading_and_not_body(dateline: str) -> None:
    document = page(f"Quay opens\n\n{dateline}{HARBOUR}")
    assert document.text == f"Quay opens\n\n{dateline}{HARBOUR}"
    assert body(document) == HARBOUR


@pytest.mark.parametrize(
    "start",
    [
        "NASA — which had doubted it — agreed.",
        "The minister (left) — Mr Roe — agreed.",
        "AI -- Once a dream, now a budget line.",
        "In Paris, April 5 was a holiday.",
        "A long-awaited quay opened.",
    ],
)
def test_a_dash_in_the_first_sentence_is_no_dateline(start: str) -> None:
    assert dateline_end(start) == 0


def test_a_text_without_a_title_line_is_named_after_its_file(tmp_path: Path) -> None:
    path = tmp_path / "norrvik_new-quay.txt"
    path.write_text(f"{HARBOUR}\n\n{FERRIES}")
    document = one(path)
    assert (document.title, document.body_start, document.text) == ("Norrvik new quay", 0, f"{HARBOUR}\n\n{FERRIES}")
    assert document.published is None


@pytest.mark.parametrize(
    "wrapped",
    [
        "The harbour of Norrvik opened a new quay on Monday after three\nyears of work. Two ferries a day will use it.",
        "The council of the old town opened a new quay in\nNorrvik on Monday, after three years of work by divers.",
    ],
)
def test_hard_wrapped_prose_has_no_title(wrapped: str) -> None:
    assert (page(wrapped).body_start, page(wrapped).text) == (0, wrapped)


def test_a_title_right_above_its_paragraph_is_a_title() -> None:
    assert page(f"Quay opens\n{HARBOUR}").title == "Quay opens"


def test_a_title_that_begins_with_by_is_a_title() -> None:
    document = page(f"By Train Across Norway\n\n{HARBOUR}")
    assert (document.title, document.author, body(document)) == ("By Train Across Norway", None, HARBOUR)


def test_a_note_that_looks_like_a_footer_is_kept_as_it_is() -> None:
    assert page("Contact us").text == "Contact us"


def test_a_title_given_with_a_pasted_text_stands_above_it_once() -> None:
    given_title = from_text(f"{HARBOUR}", source="pasted", title="Quay\u00a0opens")
    assert (given_title.title, given_title.text) == ("Quay opens", f"Quay opens\n\n{HARBOUR}")
    assert from_text(f"Quay opens\n\n{HARBOUR}", source="pasted", title="Quay opens").text == f"Quay opens\n\n{HARBOUR}"


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff\u200b"])
def test_an_empty_paste_is_an_input_error_with_a_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        page(text)
    assert caught.value.hint


PARTS = (
    HARBOUR,
    FERRIES,
    "",
    "Quay opens",
    "By Jane Doe",
    "Updated: April 6, 2024",
    "PARIS (AP) — It began.",
    "No.",
    "12",
)
CLUTTER = ("Share", "Home | News", "© 2024 Gazette", "Related articles", "Read more: It", "All rights reserved")
LINES = st.lists(st.sampled_from(PARTS + CLUTTER) | st.text(max_size=12), max_size=10)


@given(LINES, st.none() | st.just("Quay opens"))
def test_the_body_always_starts_inside_the_text(lines: list[str], title: str | None) -> None:
    text = "\n".join(lines)
    assume(normalise(text))
    document = from_text(text, source="pasted", title=title)
    assert 0 <= document.body_start <= len(document.text)
    assert document.title.strip()
    assert document.text == normalise(document.text) != ""
    assert body(document).strip()
