"""Answers and articles as HTML: whatever the text, only our own tags come out, and the text comes out whole."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Document, Hit, InputError, Passage
from qa import page
from qa.types import Answer, Citation, Refusal

WORD = re.compile(r"\S+")
OWN_TAGS = set(
    WORD.findall(
        "a article blockquote button cite div figcaption figure form h1 h2 h3 header i label li mark ol p section "
        "small span textarea ul"
    )
)
OWN_ATTRIBUTES = set(
    WORD.findall(
        "aria-hidden aria-label aria-level aria-live autocomplete class data-document data-end data-start enterkeyhint "
        "for hidden id placeholder role rows tabindex title type"
    )
)
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

# Text with what HTML is made of, more often than chance would have it.
texts = st.lists(
    st.one_of(
        st.sampled_from(["<script>", "</mark>", "<img src=x onerror=1>", '"', "'", "&amp;", "&", "<!--", "\n", "\n\n"]),
        st.sampled_from(["[1]", "[2]", "${1}", "{{x}}", " "]),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=12),
    ),
    max_size=12,
).map("".join)


class Reader(HTMLParser):
    """Tags, attributes and text of some HTML; the text of the elements that have an id or a class, too."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.inside: dict[str, str] = {}  # "tag", "#id" or ".class" -> text
        self._open: list[tuple[str, list[str]]] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        given_names = dict(attrs)
        names = [tag, f"#{given_names.get('id')}", *(f".{name}" for name in (given_names.get("class") or "").split())]
        self._open.append((tag, names))

    def handle_endtag(self, tag: str) -> None:
        opened, _ = self._open.pop()
        assert opened == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for name in {name for _, names in self._open for name in names}:
            self.inside[name] = self.inside.get(name, "") + data


def cite(quote: str = SENTENCE, *, answer: str = "1988", marker: int = 1, document: Document = STORY) -> Citation:
    start = document.text.index(quote)
    return Citation(
        marker, document.id, document.title, document.source, start, start + len(quote), quote, 7, answer, "1990-05-03"
    )


def show(answer: Answer, **titles: str) -> Reader:
    return Reader(page.answer_html(answer, titles=titles))


SPAN = Answer("When was it automated?", "1988", "span", 0.91, (cite(),))


# ── Safety ────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(texts)
def test_no_text_becomes_markup_in_an_answer(text: str) -> None:
    citation = Citation(1, text, text, text, 0, len(text), text, answer=text[1:4], published=text)
    for kind in ("span", "generated", "disagreement"):
        words = text if kind == "span" else text.replace("[2]", "")
        read = show(Answer(text, words, kind, 0.5, (citation,), understood=text + "?"))
        assert read.tags <= OWN_TAGS
        assert read.attributes <= OWN_ATTRIBUTES
        assert read.inside.get(".fn-question", "") == text


@given(texts)
def test_no_text_becomes_markup_in_a_refusal_an_error_or_the_first_page(text: str) -> None:
    hit = Hit(Passage(1, "d", 0, len(text), text), 1.0, "fake")
    refusal = Answer(text, "", "refused", 0.1, hits=(hit,), refusal=Refusal("not_found", text))
    for html in (
        page.answer_html(refusal, titles={"d": text}),
        page.error_html(text, InputError(text, text)),
        page.shell_html(examples=[text], documents=2),
    ):
        read = Reader(html)
        assert read.tags <= OWN_TAGS
        assert read.attributes <= OWN_ATTRIBUTES


@given(texts, texts, st.integers(-5, 60), st.integers(-5, 60), st.integers(0, 30))
def test_an_article_keeps_every_character_and_marks_exactly_the_cited_ones(
    title: str, body: str, start: int, end: int, body_start: int
) -> None:
    text = f"{title}\n{body}"
    document = Document("d", title, text, "s", body_start=min(body_start, len(text)))
    read = Reader(page.article_html(document, start, end))
    assert read.tags <= OWN_TAGS
    assert read.attributes <= OWN_ATTRIBUTES
    assert read.inside.get(".fn-text", "") == text
    assert read.inside.get("#cited", "") == text[max(start, 0) : max(end, start, 0)]


@pytest.mark.parametrize(
    "source", ["javascript:alert(1)", "data:text/html,x", "http://[", "//evil.example/x", "file:///a"]
)
def test_only_web_addresses_become_links(source: str) -> None:
    assert "a" not in Reader(page.article_html(replace(STORY, source=source), 0, 3)).tags


def test_a_link_to_the_original_tells_its_site_nothing() -> None:
    html = page.article_html(STORY, 0, 3)
    assert 'href="https://www.coast.example/keeper?a=1&amp;b=2"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


# ── Each kind of answer ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_span_stands_above_its_sentence_and_its_footnote() -> None:
    read = show(SPAN)
    assert read.inside[".fn-short"] == "1988"
    assert read.inside["blockquote"] == SENTENCE
    assert read.inside["mark"] == "1988"
    assert read.inside[".fn-footnote"] == "[1] The last keeper"
    assert read.inside["figcaption"] == "[1] The last keepercoast.example · 3 May 1990 · p. 7"
    assert ".fn-understood" not in read.inside


def test_a_footnote_says_where_to_open_the_article() -> None:
    start = STORY.text.index(SENTENCE)
    assert f'data-document="skerry" data-start="{start}" data-end="{start + len(SENTENCE)}"' in page.answer_html(
        SPAN, titles={}
    )


def test_a_sentence_is_not_quoted_under_itself() -> None:
    read = show(replace(SPAN, text=SENTENCE, kind="sentences"))
    assert read.inside[".fn-short"] == SENTENCE
    assert "blockquote" not in read.tags
    assert read.inside[".fn-footnote"] == "[1] The last keeper"


def test_markers_in_a_written_answer_are_footnotes_and_in_a_span_are_text() -> None:
    written = replace(SPAN, text="It was automated [1] in 1988.", kind="generated")
    assert show(written).inside[".fn-marker"] == "1"
    assert show(replace(SPAN, text="automated [1]")).inside[".fn-short"] == "automated [1]"


def test_sources_that_agree_share_a_column_of_a_disagreement() -> None:
    citations = (cite(), cite("He died.", answer="in 1990", marker=2), cite(SENTENCE, answer="1988", marker=3))
    html = page.answer_html(Answer("When?", "1988 [1]; in 1990 [2]", "disagreement", 0.5, citations), titles={})
    first, second = html.split('<div class="fn-value">')[1:]
    assert re.findall(r"\[\d\]", first) == ["[1]", "[3]"]
    assert re.findall(r"\[\d\]", second) == ["[2]"]
    assert ".fn-confidence" not in Reader(html).inside


def test_a_refusal_shows_three_nearest_passages_whose_documents_are_known() -> None:
    hits = tuple(Hit(Passage(n, f"d{n}", 0, 9, f"Passage {n} " * 40), 1.0, "fake") for n in range(5))
    answer = Answer("Who?", "", "refused", 0.2, hits=hits, refusal=Refusal("not_found", "The articles don't say."))
    read = show(answer, d0="Zero", d2="Two", d3="Three", d4="Four")
    assert read.inside[".fn-refusal"] == "The articles don't say."
    assert read.inside["cite"] == "ZeroTwoThree"
    assert ".fn-confidence" not in read.inside


def test_a_follow_up_says_how_it_was_understood() -> None:
    assert show(replace(SPAN, understood="When was Skerry automated?")).inside[".fn-understood"] == (
        "Understood as: When was Skerry automated?"
    )
    assert ".fn-understood" not in show(replace(SPAN, understood=SPAN.question)).inside


@pytest.mark.parametrize(
    ("probability", "words", "percent"),
    [
        (1.0, "very likely", "over 99%"),
        (0.85, "very likely", "85%"),
        (0.849, "likely", "85%"),
        (0.6, "likely", "60%"),
        (0.59, "uncertain", "59%"),
        (0.001, "uncertain", "under 1%"),
    ],
)
def test_confidence_in_words(probability: float, words: str, percent: str) -> None:
    assert show(replace(SPAN, confidence=probability)).inside[".fn-confidence"] == f"{words} {percent}"


@pytest.mark.parametrize(
    ("answer", "quote", "marked"),
    [
        ("5", "From 15 to 5 percent", "5"),
        ("Five", "They gave five each", "five"),
        ("art", "The artist", "art"),
        ("a.c", "abc a.c", "a.c"),
        ("six", "They gave five", None),
        (" ", "They gave five", None),
    ],
)
def test_the_answers_words_are_marked_in_the_quote(answer: str, quote: str, marked: str | None) -> None:
    citation = Citation(1, "d", "t", "s", 0, len(quote), quote, answer=answer)
    assert show(Answer("q", "a", "span", 0.5, (citation,))).inside.get("mark") == marked


def test_an_error_shows_its_hint() -> None:
    read = Reader(page.error_html("Why?", InputError("the question is too long", "ask it in fewer words")))
    assert read.inside[".fn-trouble"] == "the question is too longask it in fewer words"


@pytest.mark.parametrize(("count", "line"), [(1, "1 article in"), (5000, "5,000 articles in"), (0, "library is empty")])
def test_the_library_line(count: int, line: str) -> None:
    assert line in page.library_line(count)


# ── The article ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_article_shows_its_title_once_and_its_paragraphs() -> None:
    citation = cite()
    html = page.article_html(STORY, citation.start, citation.end)
    read = Reader(html)
    assert read.inside["#cited"] == SENTENCE
    assert read.inside[".fn-title"] == "The last keeper"
    assert read.inside[".fn-dateline"] == "3 May 1990"
    assert html.count("<p>") == 2
    assert read.inside[".fn-facts"] == "M. Rae · 3 May 1990 · coast.example ↗"


def test_a_citation_across_paragraphs_is_one_mark() -> None:
    html = page.article_html(STORY, 10, STORY.text.index("Nobody") + 6)
    assert html.count("<mark") == 1
    assert Reader(html).inside["#cited"] == STORY.text[10 : STORY.text.index("Nobody") + 6]


def test_lines_are_paragraphs_only_where_no_blank_line_is() -> None:
    lines = Document("d", "T", "One.\nTwo.\nThree.", "s")
    wrapped = Document("d", "T", "One is\nlong.\n\nTwo.", "s")
    assert page.article_html(lines, 0, 4).count("<p>") == 3
    assert page.article_html(wrapped, 0, 3).count("<p>") == 2


def test_of_a_long_article_a_window_around_the_citation_is_shown() -> None:
    text = "A word or two. " * 70_000
    start = 30_000 * 15
    read = Reader(page.article_html(Document("long", "Long", text, "s"), start, start + 14))
    shown = read.inside[".fn-text"]
    assert read.inside["#cited"] == "A word or two."
    assert len(text) > 1_000_000
    assert 2 * page.WINDOW_CHARS - 2 * page.EDGE_CHARS <= len(shown) <= 2 * page.WINDOW_CHARS + 14
    assert shown in text
    assert shown.split()[0] in ("A", "word", "or", "two.")
    before = int(re.findall(r"([\d,]+) earlier", read.text)[0].replace(",", ""))
    after = int(re.findall(r"([\d,]+) later", read.text)[0].replace(",", ""))
    assert before + len(shown) + after == len(text)


@given(texts, st.integers(-3, 40), st.integers(-3, 40), st.integers(0, 8))
def test_a_window_always_holds_the_cited_range(text: str, start: int, end: int, reach: int) -> None:
    window = page.window_around(text, start, end, reach=reach)
    assert 0 <= window.first <= window.start <= window.end <= window.last <= len(text)
    assert window.start - window.first <= reach
    assert window.last - window.end <= reach


def test_an_excerpt_ends_between_words() -> None:
    assert page.excerpt("One two\n three four", max_chars=12) == "One two…"
    assert page.excerpt("Short", max_chars=12) == "Short"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://www.paper.example/a/b?c", "paper.example"),
        ("articles/2024/harbour.txt", "harbour.txt"),
        ("C:\\articles\\harbour.txt", "harbour.txt"),
        ("Reuters", "Reuters"),
    ],
)
def test_an_outlet_is_a_site_a_file_or_a_name(source: str, name: str) -> None:
    assert page.outlet(source) == name
