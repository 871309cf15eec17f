"""What a person wrote stays: reports, lists, transcripts and news for readers are no web site's clutter."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator

import docx
import pytest

from index.clean import read_page
from index.formats import read
from index.formats.content import Content, document
from index.load import from_text
from index.types import Document

RULES = "The Digital Services Act has stricter rules for the largest services of all."
PLATFORMS = ["They bind the following very large platforms:", "Facebook", "Instagram", "LinkedIn", "YouTube"]
REPORT = [
    *("Politics", "Vote on the quay", "New mayor in May", "A seat for Larch Bay"),
    *("Business", "Mill sold", "Rents fall", "Ferry fares rise"),
    *("Health", "Clinic opens", "Fewer beds", "A new matron"),
]
QUAY = "The harbour of Norrvik opened a new quay on Monday after three years of work."
FERRIES = "Two ferries a day will use it, the port authority said."
MENU = "Home\nNews\nSport\nCulture\nSign in\nAbout us\n\n"


def word(*lines: str) -> bytes:
    """A Word file of a title and paragraphs."""
    file = docx.Document()
    for number, line in enumerate(lines):
        if number:
            file.add_paragraph(line)
        else:
            file.add_heading(line, 0)
    stream = io.BytesIO()
    file.save(stream)
    return stream.getvalue()


def stored(content: bytes, name: str) -> Document:
    (found,) = read(content, name, f"/shelf/{name}")
    assert isinstance(found, Document), found
    return found


def web(*blocks: str) -> Document:
    """A web page with a menu, a notice on cookies and a footer around its article."""
    article = "".join(f"<p>{block}</p>" for block in blocks)
    return stored(
        f"<html><head><title>The harbour of Norrvik</title></head><body><nav><a>Home</a> <a>News</a></nav>"
        f"<article><h1>The harbour of Norrvik</h1>{article}</article><footer>© 2025 The Gazette</footer></body></html>".encode(),
        "page.html",
    )


def paragraphs(*lines: str) -> str:
    return "\n\n".join(lines)


# --- what a program wrote --------------------------------------------------------------------------------------------


def test_a_list_at_the_end_of_a_word_file_stays() -> None:
    assert stored(word("Platforms", RULES, *PLATFORMS), "a.docx").text == paragraphs("Platforms", RULES, *PLATFORMS)


def test_the_headings_and_items_of_a_report_stay() -> None:
    report = [RULES, *REPORT, QUAY]
    assert stored(word("The year", *report), "a.docx").text == paragraphs("The year", *report)
    assert stored(word("The year", *REPORT), "a.docx").text == paragraphs("The year", *REPORT)


@pytest.mark.parametrize(
    "last", ["All rights reserved by the treaty pass to the islands", "Contact us", "© 2024 The Gazette", "See also"]
)
def test_the_last_line_of_a_word_file_stays(last: str) -> None:
    assert stored(word("The year", QUAY, last), "a.docx").text == paragraphs("The year", QUAY, last)


@pytest.mark.parametrize(
    "name", ["a.odt", "a.RTF", "a.epub", "a.eml", "a.zip#a.docx", "https://example.org/a.docx?v=2"]
)
def test_other_formats_of_authors_are_left_alone_but_for_title_and_date(name: str) -> None:
    found = document(
        Content(paragraphs("The year", "By Jane Doe", "The year", *REPORT), "The year"), name, fallback="f"
    )
    assert found.text == paragraphs("The year", "By Jane Doe", *REPORT)
    assert (found.author, found.title, found.text[found.body_start :][:8]) == ("Jane Doe", "The year", "Politics")


@pytest.mark.parametrize("name", ["a.eml#1/a.txt", "a.docx.txt", "docx"])
def test_a_text_in_a_mail_may_be_pasted_from_a_page(name: str) -> None:
    pasted = f"Quay opens\n\n{QUAY}\n\nShare this article"
    assert document(Content(pasted), name, fallback="f").text == f"Quay opens\n\n{QUAY}"


# --- texts and Markdown ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_list_of_names_or_topics_at_the_end_of_a_text_stays(name: str) -> None:
    items = "\n".join(f"- {item}" if name == "a.md" else item for item in PLATFORMS[1:])
    found = stored(f"{RULES}\n\n{PLATFORMS[0]}\n\n{items}\n".encode(), name)
    assert found.text == f"{RULES}\n\n{PLATFORMS[0]}\n\n{items}"
    with_footer = stored(f"{RULES}\n\n{PLATFORMS[0]}\n\n{items}\n\n© 2024 The Gazette\n".encode(), name)
    assert with_footer.text == found.text


def test_the_headings_of_a_markdown_report_stay() -> None:
    written = "\n\n".join(
        f"## {line}" if line in {"Politics", "Business", "Health"} else f"- {line}" for line in REPORT
    )
    found = stored(f"# The year\n\n{written}\n\n{RULES}\n".encode(), "a.md")
    assert [line.removeprefix("- ") for line in found.text.split("\n") if line] == ["The year", *REPORT, RULES]


def test_menus_that_were_saved_as_lists_go_as_others_do() -> None:
    menu, buttons = "- [Home](/)\n- [News](/news)\n- [Subscribe](/s)", "- [Facebook](/f)\n- [Share](/s)"
    page = f"{menu}\n\n# Quay opens\n\n{QUAY}\n\n- a rope\n- tar\n\n{FERRIES}\n\n{buttons}\n\n- [Privacy policy](/p)\n"
    assert stored(page.encode(), "a.md").text == f"Quay opens\n\n{QUAY}\n\n- a rope\n- tar\n\n{FERRIES}"


def test_a_heading_and_a_footer_that_were_saved_as_lists_are_understood() -> None:
    footer = "- Related articles\n- Why herring came back\n- © 2024 The Gazette\n- Privacy policy"
    found = stored(f"# The quay\n\n- By Ann Lee\n- May 3, 2024\n\n{QUAY}\n\n{FERRIES}\n\n{footer}\n".encode(), "a.md")
    assert (found.author, found.published) == ("Ann Lee", dt.date(2024, 5, 3))
    assert found.text[found.body_start :] == f"{QUAY}\n\n{FERRIES}"


def test_bare_words_go_with_the_footer_they_stand_beside() -> None:
    text = f"Quay opens\nFacebook\nShare\n\n{QUAY}\n\n{FERRIES}\n\nHealth\nFacebook\nTwitter\nPrivacy policy"
    assert from_text(text, source="pasted").text == f"Quay opens\n\n{QUAY}\n\n{FERRIES}"


def test_a_section_above_the_title_goes_and_a_heading_without_one_stays() -> None:
    assert from_text(f"Politics\n\nQuay opens\n\n{QUAY}", source="pasted").text == f"Quay opens\n\n{QUAY}"
    assert from_text(f"Politics\n\n{QUAY}", source="pasted").title == "Politics"
    assert from_text("\n\n".join(REPORT[4:]), source="pasted").text == "\n\n".join(REPORT[4:])


def test_the_item_c_of_a_list_is_no_copyright() -> None:
    items = "(a) 2017 rent: 500 euros\n(b) 2018 rent: 550 euros\n(c) 2019 rent: 600 euros\n(d) 2020 rent: 650 euros"
    text = f"What the flat cost\n\n{QUAY}\n\n{items}"
    assert from_text(text, source="pasted").text == text
    for footer in ("(c) 2019 The Harbour Log", "(c) 2019-2024 the owners. All rights reserved", "(c) 2019"):
        assert from_text(f"{text}\n\n{footer}", source="pasted").text == text


@pytest.mark.parametrize(
    "sentence",
    [
        "The articles of the treaty must be rewritten by June 2026.",
        "The articles of the treaty may not be rewritten by the new court.",
        "All materials may be reproduced in the workshop from May 2025.",
        "Sign up for the course at the town hall by 5 May 2025.",
        "We use cookies in this bakery only at Christmas, as in 1998.",
    ],
)
def test_the_last_sentence_of_a_text_stays(sentence: str) -> None:
    text = f"Quay opens\n\n{QUAY}\n\n{sentence}"
    assert from_text(text, source="pasted").text == text


# --- what is said again ----------------------------------------------------------------------------------------------

SPEECHES = [
    "The bank knew of this for years, and nobody told the people whose money it was.",
    "We have heard that answer before, and I do not believe it any more today.",
    "So let me ask again when the board first heard of the accounts.",
    "I yield the rest of my time to the senator from Ohio.",
]


def hearing(name: str) -> Iterator[str]:
    for speech in SPEECHES:
        yield from (name, speech)


@pytest.mark.parametrize("name", ["SENATOR ELIZABETH WARREN:", "SENATOR ELIZABETH WARREN OF MASSACHUSETTS"])
def test_each_speech_of_a_transcript_keeps_its_speaker(name: str) -> None:
    text = paragraphs("A hearing on the bank", QUAY, *hearing(name))
    assert read_page(text).text == text
    assert stored(word("A hearing on the bank", QUAY, *hearing(name)), "a.docx").text == text


def test_each_speech_on_a_web_page_keeps_its_speaker() -> None:
    name = "SENATOR ELIZABETH WARREN:"
    pasted = MENU + paragraphs("A hearing on the bank", QUAY, *hearing(name), "© 2024 The Courier")
    assert read_page(pasted).text == paragraphs("A hearing on the bank", QUAY, *hearing(name))
    for shown in (name, name.rstrip(":")):
        assert web(QUAY, *hearing(shown)).text.count(shown) == len(SPEECHES)


def test_a_long_line_goes_where_it_stands_twice_in_a_row_and_a_title_where_it_comes_again_near_the_top() -> None:
    long = f"{QUAY} {FERRIES}"
    text = read_page(paragraphs("Quay opens", "Quay opens", long, long, "No.", "No.", long)).text
    assert text == paragraphs("Quay opens", long, "No.", "No.", long)


# --- news for readers ------------------------------------------------------------------------------------------------

SERVICE = [
    "You can sign up at the town hall until 5 May 2025.",
    "Residents can register to vote until 3 June; you log in with your social security number.",
    "Our website was hacked on 3 May, and 5,000 accounts were stolen.",
    "We hit our privacy policy target in 2024, two years early.",
    "You can sign up in the hall every Monday, as it was before.",
]


@pytest.mark.parametrize("sentence", SERVICE)
def test_a_sentence_to_readers_with_a_figure_or_a_date_stays_wherever_it_stands(sentence: str) -> None:
    for blocks in ([sentence, QUAY, FERRIES], [QUAY, sentence, FERRIES], [QUAY, FERRIES, sentence]):
        assert web(*blocks).text == paragraphs("The harbour of Norrvik", *blocks)
        pasted = MENU + paragraphs("The harbour of Norrvik", *blocks, "© 2025 The Gazette")
        assert read_page(pasted).text == paragraphs("The harbour of Norrvik", *blocks)


@pytest.mark.parametrize(
    "sentence",
    [
        "You log in with your card and your account is closed at the end of the day.",
        "You can delete the cookies on your device whenever you like to.",
        "Support for our journalism comes from the readers who pay us.",
        "Sign up to our summer school at the town hall.",
    ],
)
def test_a_sentence_to_readers_between_two_others_stays(sentence: str) -> None:
    assert web(QUAY, sentence, FERRIES).text == paragraphs("The harbour of Norrvik", QUAY, sentence, FERRIES)
    pasted = MENU + paragraphs("The harbour of Norrvik", QUAY, sentence, FERRIES, "© 2025 The Gazette")
    assert read_page(pasted).text == paragraphs("The harbour of Norrvik", QUAY, sentence, FERRIES)


@pytest.mark.parametrize(
    "notice",
    [
        "You have 2 free articles left this month.",
        "Join 48,000 readers who start the day with us.",
        "We and our 142 partners store and access information on a device, such as unique identifiers in cookies.",
        "Sign up for the newsletter and never miss a story.",
        "This page was last edited on 13 April 2019, at 14:02.",
    ],
)
def test_what_only_a_site_says_goes_even_between_two_paragraphs(notice: str) -> None:
    assert web(QUAY, notice, FERRIES).text == paragraphs("The harbour of Norrvik", QUAY, FERRIES)


# --- the heading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "body"),
    [
        ("PRESS RELEASE\n\n", QUAY),
        ("FOR IMMEDIATE RELEASE\n", QUAY),
        ("Media release | 3 May 2024\n", QUAY),
        (
            "NEWS RELEASE\nNorrvik Port Authority\nEmbargoed until 9 a.m., 3 May 2024\n\n",
            f"Norrvik Port Authority\n\n{QUAY}",
        ),
        ("FOR IMMEDIATE RELEASE\nContact: Ann Lee, 555 1234\n\n", f"Contact: Ann Lee, 555 1234\n\n{QUAY}"),
    ],
)
def test_the_title_of_a_press_release_is_its_headline(above: str, body: str) -> None:
    page = read_page(f"{above}Norrvik opens its new quay\n\n{QUAY}")
    assert (page.title, page.author, page.text[page.body_start :]) == ("Norrvik opens its new quay", None, body)
    assert page.published == (dt.date(2024, 5, 3) if "2024" in above else None)
    assert all(line in page.text for line in above.split("\n"))


def test_a_headline_above_a_date_or_another_line_is_a_title_and_a_label_given_as_one_is_none() -> None:
    assert read_page(f"PRESS RELEASE\nNorrvik Quay Opens\n3 May 2024\n\n{QUAY}").title == "Norrvik Quay Opens"
    assert read_page(f"PRESS RELEASE\nNorrvik Quay Opens\n\nFerries in May\n\n{QUAY}").title == "Norrvik Quay Opens"
    assert read_page(f"PRESS RELEASE\n\n{QUAY}").title is None
    assert read_page(f"Press release rules change\n\n{QUAY}").title == "Press release rules change"
    assert stored(f"# Press release\n\n## Quay opens\n\n{QUAY}\n".encode(), "a.md").title == "Quay opens"


def test_the_writer_who_is_named_below_the_paper_is_the_author() -> None:
    for paper in ("Larch Bay Gazette, 3 May 2024", "Larch Bay Gazette\n3 May 2024"):
        page = read_page(f"The quay opens\n\n{paper}\nBy Ann Lee\n\n{QUAY}")
        assert (page.author, page.published, page.text[page.body_start :]) == ("Ann Lee", dt.date(2024, 5, 3), QUAY)


# --- tables ----------------------------------------------------------------------------------------------------------


def test_a_row_of_a_table_is_no_title_and_one_with_a_typists_gap_is() -> None:
    rows = "Town  People 2023  People 2024\n\nNorrvik  4,310  4,402"
    assert (read_page(rows).title, read_page(rows).text) == (None, rows)
    assert read_page(f"Quay opens.  Ferries wait\n\n{QUAY}").title == "Quay opens.  Ferries wait"
