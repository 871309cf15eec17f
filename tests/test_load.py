"""Loading: every format, every bad input, and what is left of a pasted page. No network, no model."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import report

import index.fetch
import index.formats.json_lines
import index.load
from index.dates import dateline_end, find_date, read_meta
from index.load import from_text, load
from index.text import normalise
from index.types import Document, EmptyError, Failure, InputError

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "articles"
REFERENCE = ROOT.parent / "shared" / "articles" / "china-ai-innovation-center.txt"
QUAY = "The harbour of Norrvik opened a new quay on Monday after three years of work."
FERRIES = "Two ferries a day will use it, the port authority said."


def one(path: Path | str) -> Document:
    (document,) = load(str(path))
    assert isinstance(document, Document), document
    return document


def failure(path: Path | str) -> Failure:
    (found,) = load(str(path))
    assert isinstance(found, Failure), found
    return found


def page(text: str) -> Document:
    return from_text(text, source="pasted")


def body(document: Document) -> str:
    return document.text[document.body_start :]


# --- the reference page ----------------------------------------------------------------------------------------------


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
        f"Share this article\n\n{QUAY}\n\nAdvertisement\n\n{FERRIES}\n\nRelated articles\nAn older quay\nFerries late again\n\n"
        "© 2024 The Gazette\n12 Quay Street\nPrivacy policy"
    )
    assert document.text == f"Quay opens\n\nBy Jane Doe\nPublished: 6 April 2024\n\n{QUAY}\n\n{FERRIES}"
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
    middle = page(f"Quay opens\n\n{QUAY}\n\n{sentence}\n\n{FERRIES}")
    assert body(middle) == f"{QUAY}\n\n{sentence}\n\n{FERRIES}"
    if not sentence.startswith("We use cookies"):  # at the end this one cannot be told from a notice
        last = page(f"Quay opens\n\n{QUAY}\n\n{FERRIES}\n\n{sentence}")
        assert body(last) == f"{QUAY}\n\n{FERRIES}\n\n{sentence}"


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
    assert page(f"Quay opens\n\n{QUAY}\n\n{FERRIES}\n\n{footer}").text == f"Quay opens\n\n{QUAY}\n\n{FERRIES}"


def test_a_paragraph_pasted_twice_is_kept_once_and_a_short_repeated_answer_twice() -> None:
    twice = page(f"Quay opens\n\n{QUAY} {FERRIES}\n\n{QUAY} {FERRIES}\n\nNo.\n\nNo.\n\nThe end came in May.")
    assert body(twice) == f"{QUAY} {FERRIES}\n\nNo.\n\nNo.\n\nThe end came in May."


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
        ("Norrvik, 6 April 2024", None),
    ],
)
def test_a_name_below_the_title_needs_no_by_where_its_date_follows(lines: str, author: str | None) -> None:
    document = page(f"Quay opens\n{lines}\n\n{QUAY}")
    assert (document.title, document.author, document.published) == ("Quay opens", author, dt.date(2024, 4, 6))
    assert document.text == f"Quay opens\n\n{lines}\n\n{QUAY}"
    assert body(document) == QUAY


@pytest.mark.parametrize(
    "lines",
    [
        "On 6 April 2024",
        "It opened on 6 April 2024",
        "Jane Doe\nNorrvik",
        "The Quay Opens\nEverybody came, 6 April 2024",
        "A long name of a ship, 6 April 2024",
    ],
)
def test_other_lines_with_a_name_or_a_date_stay_in_the_article(lines: str) -> None:
    document = page(f"Quay opens\n\n{lines}\n\n{QUAY}")
    assert body(document) == f"{lines}\n\n{QUAY}"
    assert (document.author, document.published) == (None, None)


def test_a_name_below_a_name_may_be_the_title_below_that_of_the_paper() -> None:
    assert body(page(f"Larch Bay Gazette\n\nMayor Resigns\n6 April 2024\n\n{QUAY}")).startswith("Mayor Resigns")


def test_a_line_between_the_title_and_the_byline_is_of_the_article() -> None:
    document = page(f"Quay opens\nIt is open to all.\n\nBy Jane Doe\n6 April 2024\n\n{QUAY}")
    assert (document.title, document.author, document.published) == ("Quay opens", "Jane Doe", dt.date(2024, 4, 6))
    assert document.text == f"Quay opens\n\nBy Jane Doe\n6 April 2024\n\nIt is open to all.\n\n{QUAY}"
    assert body(document).startswith("It is open to all.")


def test_the_day_of_publication_comes_before_the_day_of_the_update() -> None:
    document = page(f"Quay opens\nUpdated: April 8, 2024 | Published: April 6, 2024\n\n{QUAY}")
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
    document = page(f"Quay opens\n\n{dateline}{QUAY}")
    assert document.text == f"Quay opens\n\n{dateline}{QUAY}"
    assert body(document) == QUAY


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
    path.write_text(f"{QUAY}\n\n{FERRIES}")
    document = one(path)
    assert (document.title, document.body_start, document.text) == ("Norrvik new quay", 0, f"{QUAY}\n\n{FERRIES}")
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
    assert page(f"Quay opens\n{QUAY}").title == "Quay opens"


def test_a_title_that_begins_with_by_is_a_title() -> None:
    document = page(f"By Train Across Norway\n\n{QUAY}")
    assert (document.title, document.author, body(document)) == ("By Train Across Norway", None, QUAY)


def test_a_note_that_looks_like_a_footer_is_kept_as_it_is() -> None:
    assert page("Contact us").text == "Contact us"


def test_a_title_given_with_a_pasted_text_stands_above_it_once() -> None:
    given_title = from_text(f"{QUAY}", source="pasted", title="Quay\u00a0opens")
    assert (given_title.title, given_title.text) == ("Quay opens", f"Quay opens\n\n{QUAY}")
    assert from_text(f"Quay opens\n\n{QUAY}", source="pasted", title="Quay opens").text == f"Quay opens\n\n{QUAY}"


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff\u200b"])
def test_an_empty_paste_is_an_input_error_with_a_hint(text: str) -> None:
    with pytest.raises(InputError) as caught:
        page(text)
    assert caught.value.hint


# --- characters ------------------------------------------------------------------------------------------------------


def test_normalising_removes_what_cannot_be_seen() -> None:
    raw = "\ufeffCafe\u0301\u00a0\u2009bar\u200b \r\nnext\x07\u00ad \r\n\r\n\r\n\r\nlast\u2028line\ud800"
    assert normalise(raw) == "Café  bar\nnext\n\nlast\nline"


@given(st.text(st.characters(), max_size=200))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "\n\n\n" not in once
    assert once.encode().decode() == once


PARTS = (
    QUAY,
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


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-8-sig", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-16", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-32", "Der Kai öffnete, sagte sie – endlich."),
        ("cp1252", "Le café a été fermé après la réunion. Elle a dit que c’était décidé."),
        ("gb18030", "人工智能核心产业规模达到三千亿元，企业数量超过四千家。"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert one(path).text == text


def test_a_late_foreign_character_is_decoded_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((QUAY + " ").encode() * 3000 + "Le café a été fermé après la réunion.".encode("cp1252"))
    assert one(path).text.endswith("Le café a été fermé après la réunion.")


def test_utf8_cut_in_the_middle_of_a_character_stays_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(("Größere Fähren könnten über Nacht anlegen. " * 5 + "ü").encode()[:-1])
    assert one(path).text.startswith("Größere Fähren könnten über Nacht")


# --- files that cannot be read ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.txt", b"", "it is empty"),
        ("blank.md", b" \n\n", "it is empty"),
        ("invisible.txt", "\u200b\u200b".encode(), "it holds no text"),
        ("image.txt", b"\x89PNG\r\n\x1a\n\0\0", "it is not text (binary data)"),
        ("report.txt", b"%PDF-1.7 all of it ASCII", "it is not text (binary data)"),
        ("random.md", bytes(range(256)) * 20, "it is not text (binary data)"),
        ("menu.html", b"<html><body><nav>Home</nav></body></html>", "no article was found in the page"),
        ("empty.html", b"", "it is empty"),
        ("empty.jsonl", b"\n \n", "it is empty"),
        ("binary.jsonl", b"\0\1\2\n" * 5, "line 1: it is not text"),
        ("photo.xyz", b"abc", "the format .xyz is not supported; .txt"),
        ("README", b"abc", "the format without a suffix is not supported"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_failure_with_its_reason(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = failure(tmp_path / name)
    assert found.source == str(tmp_path / name)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize("run", [" " * 100_000, "a" + "\u0301\u0316" * 40_000], ids=["blanks", "accents"])
def test_a_long_run_of_one_kind_is_read_at_once(run: str) -> None:
    began = time.process_time()
    from_text(f"A table of ports.{run}end", source="pasted")
    assert time.process_time() - began < 1.0  # with time that grows by the square: four to fourteen


def test_a_file_over_the_limit_is_a_failure_that_names_its_size(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as sparse:
        sparse.truncate(index.load.MAX_FILE_BYTES + 2**20)
    assert "101 MB, more than the 100 MB" in failure(tmp_path / "big.txt").reason


def test_a_pipe_is_a_failure_and_not_a_wait(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert failure(tmp_path / "pipe.txt").reason == "it is not a regular file"


@pytest.mark.parametrize("path", ["", "  ", "no/such/file.txt", "ftp://example.org/a.txt", "a" * 5000, "a\0b"])
def test_a_path_to_nothing_is_an_input_error_with_a_hint(path: str) -> None:
    with pytest.raises(InputError) as caught:
        load(path)
    assert caught.value.hint
    assert len(str(caught.value)) < 300


# --- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_read_in_order_and_one_bad_file_stops_nothing(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/.hidden.txt", ".git/c.txt", "picture.png", "C.TXT"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(QUAY)
    (tmp_path / "a" / "empty.txt").touch()
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    found = list(load(str(tmp_path)))
    assert [Path(item.source).name for item in found] == ["C.TXT", "empty.txt", "z.md", "b.txt", "gone.txt"]
    assert [isinstance(item, Failure) for item in found] == [False, True, False, False, True]


def test_a_folder_without_an_article_is_an_empty_error(tmp_path: Path) -> None:
    (tmp_path / "picture.png").touch()
    with pytest.raises(EmptyError) as caught:
        load(str(tmp_path))
    assert ".txt" in caught.value.hint


def test_the_same_file_has_one_source_and_one_id_however_its_path_is_spelled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.txt").write_text(QUAY)
    (tmp_path / "b.txt").write_text(QUAY)
    monkeypatch.chdir(tmp_path)
    first, second, other = one("a.txt"), one(tmp_path / "sub" / ".." / "a.txt"), one("b.txt")
    assert first == second
    assert first.source == str(tmp_path / "a.txt")
    assert len(first.id) == 12
    assert first.id != other.id


# --- Markdown and HTML -----------------------------------------------------------------------------------------------

MARKDOWN = """---
date: 2024-05-03
author: "Ada Moss"
---
![logo](x.png)

# The *quay* opens

LARCH BAY, May 3 — The **first** [linked](http://example.org/z) sentence has `code` in it, and
it goes on.

## A section

- one item
- two items

1. a step

> A quoted line.
"""


def test_markdown_becomes_plain_text_under_its_first_heading(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(MARKDOWN)
    document = one(tmp_path / "a.md")
    assert document.text == (
        "The quay opens\n\nLARCH BAY, May 3 — The first linked sentence has code in it, and it goes on.\n\n"
        "A section\n\none item\ntwo items\n\n1. a step\n\nA quoted line."
    )
    assert (document.title, document.published, document.author) == ("The quay opens", dt.date(2024, 5, 3), "Ada Moss")
    assert body(document).startswith("The first linked sentence")


def test_markdown_without_a_heading_is_named_after_its_front_matter_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "named.md").write_text(f"---\ntitle: 'Quay opens'\n---\n\n{QUAY}\n")
    (tmp_path / "new-quay.md").write_text(f"{QUAY}\n")
    assert one(tmp_path / "named.md").text == f"Quay opens\n\n{QUAY}"
    assert one(tmp_path / "new-quay.md").title == "New quay"
    assert one(tmp_path / "new-quay.md").body_start == 0
    (tmp_path / "ruled.md").write_text(f"---\n\n{QUAY}\n\n---\n\n{FERRIES}\n")
    assert body(one(tmp_path / "ruled.md")) == f"{QUAY}\n\n{FERRIES}"


def test_an_html_page_becomes_its_article(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in (f"OSLO, May 2 (AP) — {QUAY}", FERRIES, "Für später: größer."))
    (tmp_path / "a.html").write_bytes(
        '<html><head><meta charset="iso-8859-1"><title>Quay opens | Gazette</title><meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2024-04-06T07:03:00Z"></head><body>'
        f"<nav><a>Home</a> <a>News</a></nav><article><h1>Quay opens</h1>{paragraphs}</article>"
        "<footer>Copyright 2024 The Gazette</footer></body></html>".replace("—", "&mdash;").encode("latin-1")
    )
    document = one(tmp_path / "a.html")
    assert document.text == f"Quay opens\n\nOSLO, May 2 (AP) — {QUAY}\n\n{FERRIES}\n\nFür später: größer."
    assert body(document).startswith("The harbour")
    assert (document.title, document.author, document.published) == ("Quay opens", "Jane Doe", dt.date(2024, 4, 6))


@pytest.mark.parametrize(
    "sentence",
    [
        "北京市计划到2025年将人工智能核心产业规模扩大到三千亿元。",
        "新しい岸壁は月曜日に開かれました。",
        "ท่าเรือใหม่เปิดเมื่อวันจันทร์ที่ผ่านมา",
        "Die neue Kaimauer wurde am Montag eröffnet.",
    ],
)
def test_a_page_in_a_script_without_spaces_has_an_article_too(tmp_path: Path, sentence: str) -> None:
    page = f'<meta charset="utf-8"><title>N</title><article><h1>N</h1><p>{sentence}</p></article>'
    (tmp_path / "a.html").write_text(f"<html><body>{page}</body></html>", encoding="utf-8")
    assert body(one(tmp_path / "a.html")) == sentence


@pytest.mark.parametrize("shown", ["", "页面不存在", "首页<br>新闻<br>体育<br>财经<br>娱乐<br>联系我们", "Not found"])
def test_a_page_of_a_menu_or_a_few_words_has_none_in_any_script(tmp_path: Path, shown: str) -> None:
    page = f'<html><head><meta charset="utf-8"></head><body><p>{shown}</p></body></html>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    assert failure(tmp_path / "a.html").reason.startswith("no article was found in the page")


# --- JSON Lines ------------------------------------------------------------------------------------------------------


def rows(path: Path, *lines: object) -> list[Document | Failure]:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return list(load(str(path)))


def test_each_row_is_a_document_with_its_own_id_and_its_text_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first, second = rows(
        path,
        {
            "id": "n-1",
            "title": "Quay opens",
            "text": QUAY,
            "source": "https://example.org/q",
            "published": "2024-04-06",
        },
        {"id": 7, "title": "Ferries", "text": f"Ferries\n\nOSLO (AP) — {FERRIES}"},
    )
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.source, first.title) == ("n-1", "https://example.org/q", "Quay opens")
    assert (first.text, first.body_start, first.published) == (QUAY, 0, dt.date(2024, 4, 6))
    assert (second.id, second.source, body(second)) == ("7", f"{path}#7", FERRIES)


@pytest.mark.parametrize("date", ["2022-10-07", "2022/10/07", "October 7, 2022"])
def test_url_and_date_stand_in_for_a_missing_source_and_published(tmp_path: Path, date: str) -> None:
    row = {"text": QUAY, "url": "https://example.org/q", "date": date}
    (document,) = rows(tmp_path / "a.jsonl", {"id": "1", **row})
    assert isinstance(document, Document)
    assert (document.source, document.published) == ("https://example.org/q", dt.date(2022, 10, 7))
    named = {"source": "https://example.org/own", "published": "2024/04/06"}
    (document,) = rows(tmp_path / "a.jsonl", {"id": "1", **row, **named})
    assert isinstance(document, Document)
    assert (document.source, document.published) == ("https://example.org/own", dt.date(2024, 4, 6))


def test_a_broken_row_is_a_failure_that_names_its_line_and_the_others_go_on(tmp_path: Path) -> None:
    found = rows(
        tmp_path / "a.jsonl",
        {"id": "1", "text": QUAY},
        "{broken",
        "",
        {"id": "1", "text": FERRIES},
        {"id": "2"},
        {"id": "3", "text": " "},
        "[" * 100_000,
        '["a list"]',
        {"id": "a\nb", "text": QUAY},
        {"text": FERRIES},
        {"text": QUAY},
    )
    ids = [item.id for item in found if isinstance(item, Document)]
    assert ids[0] == "1"
    assert [len(known) for known in ids] == [1, 12, 12]
    reasons = [item.reason for item in found if isinstance(item, Failure)]
    assert [reason.partition(":")[0] for reason in reasons] == [f"line {n}" for n in (2, 4, 5, 6, 7, 8, 9)]
    assert reasons[1] == 'line 4: the id "1" stands on an earlier line; give each row its own'
    assert "not valid JSON" in reasons[0]


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "text": QUAY}) + "\n" + "{broken\n" * 3)
    stream = load(str(path))
    assert isinstance(next(stream), Document)
    assert isinstance(next(stream), Failure)


def test_a_row_without_an_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.formats.json_lines, "MAX_ROW_BYTES", 1000)
    (found,) = rows(tmp_path / "a.jsonl", {"id": "1", "text": QUAY * 100})
    assert isinstance(found, Failure)
    assert found.reason.startswith("line 1: longer than")


# --- web addresses ---------------------------------------------------------------------------------------------------


class Site(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, str, str | bytes]]] = {  # path -> (status, type or place, body)
        "/a.txt": (200, "text/plain", f"Quay opens\n\n{QUAY}"),
        "/": (200, "text/plain", f"Quay opens\n\n{QUAY}"),
        "/moved": (302, "/a.txt", ""),
        "/inwards": (302, "http://10.0.0.1/secret.txt", ""),
        "/file": (302, "file:///etc/passwd", ""),
        "/loop": (302, "/loop", ""),
        "/big.txt": (200, "text/plain", "word " * 1000),
        "/film": (200, "video/mp4", "abc"),
        "/named.txt": (200, "text/plain; charset=iso-8859-1", f"Quay “opens” for €5\n\n{QUAY}".encode("cp1252")),
        "/doubly.html": (200, "text/html; charset=utf-8", f"<html><meta charset=big5><body><article>“{QUAY}”"),
        "/wrongly.pdf": (200, "text/plain; charset=utf-8", report()),
    }

    def do_GET(self) -> None:
        status, kind, text = self.pages.get(self.path, (404, "text/plain", "gone"))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", kind)
        self.end_headers()
        self.wfile.write(text if isinstance(text, bytes) else text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on this machine, the one private address that these tests let through."""
    monkeypatch.setattr(index.fetch, "_is_public", lambda address: address == "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_is_fetched_and_a_redirect_followed(site: str) -> None:
    assert one(f"{site}/a.txt").text == f"Quay opens\n\n{QUAY}"
    assert one(f"{site}/moved").source == f"{site}/moved"
    assert one(f"{site}/").text == one(site).text == f"Quay opens\n\n{QUAY}"


def test_a_page_is_read_in_the_encoding_its_server_names_unless_it_is_no_text(site: str) -> None:
    assert one(f"{site}/named.txt").text == f"Quay “opens” for €5\n\n{QUAY}"
    assert body(one(f"{site}/doubly.html")) == f"“{QUAY}”"
    assert one(f"{site}/wrongly.pdf").title == "A quay for Norrvik"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nothing", "the server answered 404 Not Found; save the page"),
        ("/inwards", "10.0.0.1 is an address of this machine or of a private network"),
        ("/file", "the server answered 302"),
        ("/loop", "the server answered 302"),
        ("/film", "the format video/mp4 is not supported"),
        ("/big.txt", "the page has more than"),
    ],
)
def test_a_page_that_cannot_be_had_is_a_failure(
    site: str, path: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.fetch, "MAX_PAGE_BYTES", 2000)
    assert failure(site + path).reason.startswith(reason)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "224.0.0.1",
    ],
)
def test_an_address_of_this_machine_or_its_network_is_never_fetched(host: str) -> None:
    assert "private network, which is never fetched; save the page" in failure(f"http://{host}:9/a.txt").reason


@pytest.mark.parametrize(
    "url", ["http://no-such-host.invalid/a.txt", "http://", "http://[", "http://a:b/", "HTTP://a b/"]
)
def test_an_address_that_leads_nowhere_is_a_failure_that_says_what_to_do(url: str) -> None:
    assert failure(url).reason.endswith("save the page in a browser and index the file")


def test_a_private_address_is_fetched_by_those_who_mean_it() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/a.txt"
        assert "never fetched" in failure(url).reason
        (found,) = load(url, private=True)
        assert isinstance(found, Document)
        assert found.title == "Quay opens"
        server.shutdown()


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.fetch, "TIMEOUT_S", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            connection, _ = server.accept()
            with suppress(OSError):
                connection.sendall(start)
                while not over.wait(0.05):
                    connection.sendall(b"x")
            connection.close()

        thread = threading.Thread(target=dribble)
        thread.start()
        (found,) = load(f"http://127.0.0.1:{server.getsockname()[1]}/a.txt", private=True)
        over.set()
        thread.join()
    assert isinstance(found, Failure)
    assert found.reason.startswith("the page took longer than")


def test_a_pdf_at_a_web_address_is_read_by_its_type(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Site.pages, "/pdf/2205", (200, "application/pdf", report().decode("cp1252")))
    found = one(f"{site}/pdf/2205")
    assert (found.title, len(found.pages), found.source) == ("A quay for Norrvik", 3, f"{site}/pdf/2205")


def test_the_next_address_of_a_host_is_tried_when_the_first_does_not_answer(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.rpartition(":")[2])
    monkeypatch.setattr(index.fetch, "_is_public", lambda address: address.startswith("127."))
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *_, **__: [row for row in rows if host in {"two", row[4][0]}]
    )
    assert one(f"http://two:{port}/a.txt").title == "Quay opens"


# --- the samples and the import --------------------------------------------------------------------------------------


def test_every_sample_article_loads_with_title_date_and_author_and_without_its_site() -> None:
    samples = [item for item in load(str(SAMPLES)) if isinstance(item, Document)]
    assert len(samples) == 5 == len(list(load(str(SAMPLES))))
    for sample in samples:
        assert sample.title in sample.text[: sample.body_start]
        assert sample.author
        assert sample.published
        assert 200 < len(sample.text.split()) < 460
        for clutter in ("©", "rights reserved", "Copyright", "Related articles", "Share this", "cookies", "Contact us"):
            assert clutter not in sample.text


def test_the_sample_about_china_answers_the_question_of_the_readme() -> None:
    text = one(SAMPLES / "china-ai-plan.txt").text
    (sentence,) = [part for part in text.replace("\n", " ").split(". ") if "300 billion yuan" in part]
    assert all(word in sentence for word in ("Beijing", "AI core industry", "scale", "by 2025"))


def test_importing_the_loader_loads_no_heavy_library() -> None:
    heavy = (
        "{'trafilatura', 'charset_normalizer', 'lxml', 'markdown_it', 'docx', 'pptx', 'pypdfium2', 'python_calamine'}"
    )
    code = f"import sys, index.load; assert 'index.load' in sys.modules; assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_rows_that_share_a_source_stay_documents_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    rows = [{"id": name, "title": name, "text": f"{name} opened.", "source": "The Paper Lantern"} for name in "abc"]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    loaded = [item for item in load(str(file)) if isinstance(item, Document)]
    assert [document.source for document in loaded] == [f"The Paper Lantern#{name}" for name in "abc"]


def test_two_corpora_that_name_the_same_outlet_hold_articles_of_their_own(tmp_path: Path) -> None:
    named = {"text": QUAY, "source": "Reuters"}
    first = rows(tmp_path / "a.jsonl", {"id": "a1", **named}, {"id": "a2", **named})
    second = rows(tmp_path / "b.jsonl", {"id": "b1", **named}, named)
    found = [item for item in first + second if isinstance(item, Document)]
    sources = [item.source for item in found]
    assert sources == ["Reuters#a1", "Reuters#a2", "Reuters#b1", f"{tmp_path / 'b.jsonl'}#2"]
    assert [item.id for item in found][:3] == ["a1", "a2", "b1"]
    assert found[3].author == "Reuters"  # its source no longer says so


def test_a_row_before_the_others_changes_neither_their_sources_nor_their_ids(tmp_path: Path) -> None:
    old = [{"id": "a", "text": QUAY, "source": "Reuters"}, {"text": FERRIES, "url": "https://example.org/f"}]
    before = rows(tmp_path / "a.jsonl", *old)
    new = [
        {"id": "b", "text": "It rained.", "source": "Reuters"},
        {"text": "It froze.", "url": "https://example.org/g"},
    ]
    assert len(before) == 2
    assert rows(tmp_path / "a.jsonl", *new, *old)[2:] == before


def test_rows_with_the_same_address_stay_documents_of_their_own(tmp_path: Path) -> None:
    row = {"text": QUAY, "url": "https://example.org/q"}
    found = [item for item in rows(tmp_path / "a.jsonl", row, row, {"id": "c", **row}) if isinstance(item, Document)]
    assert [item.source.partition("/q")[2] for item in found] == ["", "#2", "#c"]
    assert len({item.id for item in found}) == 3
