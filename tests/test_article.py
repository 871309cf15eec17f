"""The article beside an answer: whatever its text, it comes out whole, and exactly the cited characters are marked."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rendered import Rendered, hostile_texts

from index.types import Document
from qa.chat import article

SENTENCE = "The lighthouse on Skerry Island was automated in 1988."
STORY = Document(
    id="skerry",
    title="The last keeper",
    text=f"The last keeper\n3 May 1990\n\nNobody lives there now. {SENTENCE} The keeper moved to the mainland.\n\nHe died.",
    source="https://www.coast.example/keeper?a=1&b=2",
    published=dt.date(1990, 5, 3),
    author="M. Rae",
    body_start=28,
)
AT = STORY.text.index(SENTENCE)


@given(hostile_texts, hostile_texts, st.integers(-5, 60), st.integers(-5, 60), st.integers(0, 30))
def test_an_article_keeps_every_character_and_marks_exactly_the_cited_ones(
    title: str, body: str, start: int, end: int, body_start: int
) -> None:
    text = f"{title}\n{body}"
    document = Document("d", title, text, "s", body_start=min(body_start, len(text)))
    read = Rendered(article.article_html(document, start, end))
    assert read.inside.get(".fn-text", "") == text
    assert read.inside.get("#cited", "") == text[max(start, 0) : max(end, start, 0)]


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil.example/x", "file:///a"]
)
def test_only_web_addresses_become_links(source: str) -> None:
    assert "a" not in Rendered(article.article_html(replace(STORY, source=source), 0, 3)).tags


def test_a_link_to_the_original_tells_its_site_nothing() -> None:
    html = article.article_html(STORY, 0, 3)
    assert 'href="https://www.coast.example/keeper?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_an_article_shows_its_title_once_and_its_paragraphs() -> None:
    html = article.article_html(STORY, AT, AT + len(SENTENCE))
    read = Rendered(html)
    assert read.inside["#cited"] == SENTENCE
    assert read.inside[".fn-title"] == "The last keeper"
    assert read.inside[".fn-dateline"] == "3 May 1990"
    assert html.count("<p>") == 2
    assert read.inside[".fn-facts"] == "M. Rae · 1990-05-03 · coast.example ↗"


def test_a_paragraph_that_the_body_begins_in_is_set_as_the_body() -> None:
    text = "Title\n3 May\n\nSKERRY, May 3 - The lamp was lit.\n\nIt burns."
    document = Document("d", "Title", text, "s", body_start=text.index("The lamp"))
    read = Rendered(article.article_html(document, 0, 5))
    assert read.inside[".fn-dateline"] == "3 May"


def test_a_citation_across_paragraphs_is_one_mark() -> None:
    html = article.article_html(STORY, 10, STORY.text.index("Nobody") + 6)
    assert html.count("<mark") == 1
    assert Rendered(html).inside["#cited"] == STORY.text[10 : STORY.text.index("Nobody") + 6]


def test_lines_are_paragraphs_only_where_no_blank_line_is() -> None:
    lines = Document("d", "T", "One.\nTwo.\nThree.", "s")
    wrapped = Document("d", "T", "One is\nlong.\n\nTwo.", "s")
    assert article.article_html(lines, 0, 4).count("<p>") == 3
    assert article.article_html(wrapped, 0, 3).count("<p>") == 2


def test_of_a_long_article_a_window_around_the_citation_is_shown() -> None:
    text = "A word or two. " * 70_000
    start = 30_000 * 15
    read = Rendered(article.article_html(Document("long", "Long", text, "s"), start, start + 14))
    shown = read.inside[".fn-text"]
    assert read.inside["#cited"] == "A word or two."
    assert len(text) > 1_000_000
    assert 2 * article.WINDOW_CHARS - 2 * article.EDGE_CHARS <= len(shown) <= 2 * article.WINDOW_CHARS + 14
    assert shown in text
    assert shown.split()[0] in ("A", "word", "or", "two.")
    before, after = (int(count) for count in re.findall(r"(\d+) (?:earlier|later)", read.text))
    assert before + len(shown) + after == len(text)


def test_a_quote_is_marked_where_it_stands_now_and_nothing_when_it_is_gone() -> None:
    for text, marked in ((f"Corrected.\n\n{STORY.text}", SENTENCE), (STORY.text.replace("1988", "1989"), None)):
        read = Rendered(article.article_html(replace(STORY, text=text), AT, AT + len(SENTENCE), quote=SENTENCE))
        assert (read.inside[".fn-text"], read.inside.get("mark")) == (text, marked)
        assert ("The article has changed since" in read.text) == (marked is None)


@pytest.mark.parametrize(("start", "place"), [(0, (0, 3)), (3, (0, 3)), (5, (8, 11)), (8, (8, 11)), (99, (12, 15))])
def test_of_the_places_of_a_quote_the_nearest_is_meant(start: int, place: tuple[int, int]) -> None:
    assert article.place_of("a.c", "a.c abc a.c a.c", start) == place
    assert article.place_of("a.d", "a.c abc a.c a.c", start) is None


@given(hostile_texts, st.integers(-3, 40), st.integers(-3, 40), st.integers(0, 8))
def test_a_window_always_holds_the_cited_range(text: str, start: int, end: int, reach: int) -> None:
    window = article.window_around(text, start, end, reach=reach)
    assert 0 <= window.first <= window.start <= window.end <= window.last <= len(text)
    assert window.start - window.first <= reach
    assert window.last - window.end <= reach
