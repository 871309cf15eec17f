"""The page's words: the same in every language file, all of them used, and none written anywhere else."""

from __future__ import annotations

import ast
import datetime as dt
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rendered import said, words

from index.types import Document, Entry, Hit, InputError, Passage
from qa.chat import article, markup, page, panels
from qa.chat.conversations import Summary
from qa.chat.page import WEB
from qa.chat.shelf import Job
from qa.compose import NOT_FOUND
from qa.types import Answer, Citation, Refusal

LANGUAGES = sorted(file.suffixes[0][1:] for file in WEB.glob("words.*.json"))
SCRIPTS = sorted(WEB.glob("*.js"))
WRITERS = [Path(module.__file__ or "") for module in (page, article, panels, markup)]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_there_is_a_page_in_english_and_in_chinese() -> None:
    assert LANGUAGES == ["en", "zh"]
    assert (words("en")["language"], words("zh")["language"]) == ("English", "中文")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_values_to_fill_in(language: str) -> None:
    english, other = words("en"), words(language)
    assert list(other) == list(english)
    for key, text in other.items():
        assert text.strip(), key
        assert placeholders(text) == placeholders(english[key]), key
    plural = {key.removesuffix(".one") for key in other if key.endswith(".one")}
    assert plural == {key.removesuffix(".other") for key in other if key.endswith(".other")}


def test_in_english_one_is_said_otherwise_than_many() -> None:
    english = words("en")
    one = {key.removesuffix(".one"): text for key, text in english.items() if key.endswith(".one")}
    assert [key for key, text in one.items() if text == english[f"{key}.other"]] == []
    assert said("asked_some", {"data-n": "0", "data-count": "1"}) == "Questions are asked of 0 of 1 article."
    assert said("asking_some", {"data-n": "1", "data-count": "3"}) == "Asking 1 of 3 articles."


def test_chinese_is_chinese() -> None:
    names = {"locale", "copy_markdown", "copy_bibtex"}
    assert [key for key, text in words("zh").items() if not re.search(r"[\u4e00-\u9fff]", text)] == [
        key for key in words("zh") if key in names
    ]


# ── Every word that is asked for is there, and every word that is there is asked for ──────────────────────────────


def literals() -> set[str]:
    """Every string literal of the scripts, the page and the modules that write HTML; an f-string's parts apart."""
    found: set[str] = set()
    for path in WRITERS:
        tree = ast.parse(path.read_text("utf-8"))
        texts = (
            node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        found |= set(texts)
    for path in SCRIPTS:
        found |= {match[1] for match in re.finditer(r"'([^'\n]*)'", path.read_text("utf-8"))}
    html = (WEB / "page.html").read_text("utf-8")
    return found | set(re.findall(r'data-word(?:-\w+)?="(\w+)"', html))


def test_every_word_is_used() -> None:
    written = literals()
    pieces = {text for text in written if re.fullmatch(r"[a-z_]+_|_[a-z]+", text)}  # "stage_" of f"stage_{job.stage}"
    assert {"stage_", "copy_", "_this"} <= pieces
    keys = {re.sub(r"\.(one|other)$", "", key) for key in words()} - {"language", "locale"}
    unused = {
        key for key in keys - written if not any(key.startswith(piece) or key.endswith(piece) for piece in pieces)
    }
    assert unused == set()


def test_every_word_that_the_page_and_the_scripts_ask_for_is_there() -> None:
    asked = set(re.findall(r'data-word(?:-\w+)?="(\w+)"', (WEB / "page.html").read_text("utf-8")))
    for path in SCRIPTS:
        code = path.read_text("utf-8")
        asked |= set(re.findall(r"(?:say|spoken)\('(\w+)'", code))
        asked |= set(re.findall(r"\bword\([^;]*?, '(\w+)'", code))
        asked |= set(re.findall(r"made\('\w+', '[^']*', '(\w+)'\)", code))
        asked |= set(re.findall(r"(?:wordLabel =|failed:) '(\w+)'", code))
        asked |= {key for line in re.findall(r"new Error\(.*", code) for key in re.findall(r"'(\w+)'", line)}
    known = {re.sub(r"\.(one|other)$", "", key) for key in words()}
    assert len(asked) > 35
    assert asked - known == set()


# ── Nothing else is written ───────────────────────────────────────────────────────────────────────────────────────


class Bare(HTMLParser):
    """The letters that HTML shows or speaks by itself, before its words are filled in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.texts += [value or "" for name, value in attrs if name in ("title", "aria-label", "placeholder", "alt")]

    @property
    def letters(self) -> list[str]:
        return [text for text in self.texts if re.search(r"[^\W\d_]", text)]


def test_the_empty_page_writes_its_name_and_nothing_else() -> None:
    html = page.shell_html(examples=["1?"], documents=2, formats=[".1"], max_bytes=1)
    assert Bare(html).letters == ["Footnote"]


def test_answers_articles_and_panels_write_no_words() -> None:
    citation = Citation(1, "1", "2", "3", 0, 1, "4", 5, "6", "2024-01-02")
    hit = Hit(Passage(1, "1", 0, 1, "4"), 1.0)
    document = Document("1", "2", "3" * 100_000, "4", dt.date(2024, 1, 2), pages=(0,))
    at = dt.datetime(2024, 1, 2, tzinfo=dt.UTC)
    shown = [
        *(
            page.answer_html(Answer("1?", "2 [1]", kind, 0.7, (citation,), understood="3?"), titles={})
            for kind in ("span", "list", "summary", "disagreement")
        ),
        page.answer_html(
            Answer("1?", "", "refused", 0.1, hits=(hit,), refusal=Refusal("not_found", NOT_FOUND)),
            titles={"1": "2"},
            searched=1,
        ),
        page.tools_html(Answer("1?", "2", "span", 0.7, (citation,))),
        page.trouble_html(InputError("1", "2")),
        page.not_kept_html(InputError("1", "2")),
        article.article_html(document, 50_000, 50_001),
        article.article_html(document, 0, 1, quote="4"),
        article.article_missing_html(),
        panels.documents_html([Entry("1", "2", "pasted:3", dt.date(2024, 1, 2), 4)] * (panels.ROWS_SHOWN + 1)),
        panels.documents_html([]),
        panels.removed_html(document),
        panels.jobs_html(
            [Job("1", "2", stage, added=1, updated=1, unchanged=1, failed=1) for stage in ("reading", "done", "failed")]
        ),
        panels.conversations_html([Summary("1", "2", at, 3)]),
        panels.conversations_html([]),
    ]
    assert [Bare(html).letters for html in shown] == [[]] * len(shown)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_writes_no_words(path: Path) -> None:
    code = re.sub(r"//.*", "", path.read_text("utf-8"))
    for text in re.findall(r"'([^'\n]*)'|`([^`]*)`", code):
        literal = re.sub(r"\$\{[^}]*\}", "", "".join(text))
        prose = re.search(r"[A-Z][a-z]+ [a-z]|[a-z]{2,} [a-z]{2,} [a-z]{2,}|[\u4e00-\u9fff]", literal)
        assert prose is None or literal.startswith(("fn-", ".fn-")), literal
    assert re.findall(r"(?:textContent|placeholder|innerText|title|ariaLabel) = ['`]", code) == []
    assert re.findall(r"setAttribute\('(?:aria-label|title|placeholder)', ['`]", code) == []
