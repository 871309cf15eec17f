"""Files and folders, good and bad. No network, no model."""

from __future__ import annotations

import codecs
import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from loading import body, failure, one
from samples import FERRIES, HARBOUR

import index.load
from index.load import from_text, load
from index.types import Document, EmptyError, Failure, InputError

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "articles"


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
        (tmp_path / name).write_text(HARBOUR)
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
    (tmp_path / "a.txt").write_text(HARBOUR)
    (tmp_path / "b.txt").write_text(HARBOUR)
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
        "A section\n\n- one item\n- two items\n\n1. a step\n\nA quoted line."
    )
    assert (document.title, document.published, document.author) == ("The quay opens", dt.date(2024, 5, 3), "Ada Moss")
    assert body(document).startswith("The first linked sentence")


def test_markdown_without_a_heading_is_named_after_its_front_matter_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "named.md").write_text(f"---\ntitle: 'Quay opens'\n---\n\n{HARBOUR}\n")
    (tmp_path / "new-quay.md").write_text(f"{HARBOUR}\n")
    assert one(tmp_path / "named.md").text == f"Quay opens\n\n{HARBOUR}"
    assert one(tmp_path / "new-quay.md").title == "New quay"
    assert one(tmp_path / "new-quay.md").body_start == 0
    (tmp_path / "ruled.md").write_text(f"---\n\n{HARBOUR}\n\n---\n\n{FERRIES}\n")
    assert body(one(tmp_path / "ruled.md")) == f"{HARBOUR}\n\n{FERRIES}"


def test_tabs_and_spaces_of_markdown_say_what_is_in_a_list_and_where_a_line_ends(tmp_path: Path) -> None:
    text = f"\n--- \ntitle:\tQuay opens\n---\t\n{HARBOUR}\n\n- fruit\n\t- apple\n\nAda Moss  \nNorrvik\n"
    (tmp_path / "a.md").write_bytes(codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode())
    assert one(tmp_path / "a.md").text == f"Quay opens\n\n{HARBOUR}\n\n- fruit\n◦ apple\n\nAda Moss\nNorrvik"


def test_an_html_page_becomes_its_article(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in (f"OSLO, May 2 (AP) — {HARBOUR}", FERRIES, "Für später: größer."))
    (tmp_path / "a.html").write_bytes(
        '<html><head><meta charset="iso-8859-1"><title>Quay opens | Gazette</title><meta name="author" content="Jane Doe">'
        '<meta property="article:published_time" content="2024-04-06T07:03:00Z"></head><body>'
        f"<nav><a>Home</a> <a>News</a></nav><article><h1>Quay opens</h1>{paragraphs}</article>"
        "<footer>Copyright 2024 The Gazette</footer></body></html>".replace("—", "&mdash;").encode("latin-1")
    )
    document = one(tmp_path / "a.html")
    assert document.text == f"Quay opens\n\nOSLO, May 2 (AP) — {HARBOUR}\n\n{FERRIES}\n\nFür später: größer."
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
