"""Answers as HTML: whatever the text, only our own tags come out, and each kind of answer shows what it stands on."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace

import pytest
import rendered
from hypothesis import given
from rendered import Rendered, hostile_texts

from index.types import Document, Hit, InputError, Passage
from qa.chat import markup, page
from qa.compose import NOT_FOUND
from qa.types import Answer, Citation, Kind, Refusal

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


def cite(quote: str = SENTENCE, *, answer: str = "1988", marker: int = 1, document: Document = STORY) -> Citation:
    start = document.text.index(quote)
    return Citation(
        marker, document.id, document.title, document.source, start, start + len(quote), quote, 7, answer, "1990-05-03"
    )


def show(answer: Answer, **titles: str) -> Rendered:
    return Rendered(page.answer_html(answer, titles=titles, searched=3))


SPAN = Answer("When was it automated?", "1988", "span", 0.91, (cite(),))


# ── Safety ────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(hostile_texts)
def test_no_text_becomes_markup_in_an_answer(text: str) -> None:
    citation = Citation(1, text, text, text, 0, len(text), text, answer=text[1:4], published=text)
    kinds: tuple[Kind, ...] = ("span", "generated", "list", "sentences", "summary", "disagreement")
    for kind in kinds:
        answer = Answer(text, text.replace("[2]", ""), kind, 0.5, (citation,), understood=text + "?")
        assert show(answer).inside.get(".fn-question", "") == text
        Rendered(page.tools_html(answer))


@given(hostile_texts)
def test_no_text_becomes_markup_in_a_refusal_an_error_or_the_first_page(text: str) -> None:
    hit = Hit(Passage(1, "d", 0, len(text), text), 1.0)
    refusal = Answer(text, "", "refused", 0.1, hits=(hit,), refusal=Refusal("not_found", text))
    assert show(refusal, d=text).inside.get(".fn-refusal", "") == text
    assert show(replace(refusal, refusal=Refusal("which_article", text))).inside.get(".fn-refusal", "") == text
    assert Rendered(page.trouble_html(InputError(text, text))).text == text * 2
    assert Rendered(page.not_kept_html(InputError(text, text))).text.endswith(text)
    assert Rendered(page.chips_html([text])).text == text
    Rendered(page.shell_html(examples=[text], documents=2, formats=[text], max_bytes=1))


# ── Each kind of answer ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_span_stands_above_its_sentence_and_its_footnote() -> None:
    read = show(SPAN)
    assert read.inside[".fn-short"] == "19881"  # the answer, and the number of its footnote
    assert read.inside[".fn-marker"] == "1"
    assert "Footnote 1: The last keeper" in read.labels
    assert read.inside["blockquote"] == SENTENCE
    assert read.inside["mark"] == "1988"
    assert read.inside[".fn-footnote"] == "[1] The last keeper"
    assert read.inside["figcaption"] == "[1] The last keepercoast.example · 1990-05-03 · p. 7"
    assert ".fn-understood" not in read.inside


def test_a_footnote_says_where_to_open_the_article() -> None:
    start = STORY.text.index(SENTENCE)
    place = f'data-document="skerry" data-start="{start}" data-end="{start + len(SENTENCE)}"'
    place = f'{place} value="{SENTENCE}"'  # should the article change
    assert page.answer_html(SPAN, titles={}).count(place) == 2  # the number and the footnote


def test_a_copy_of_the_story_is_called_one_and_its_sentence_is_not_quoted_twice() -> None:
    reprint = replace(cite(marker=2), document_id="reprint", title="Keeper gone", source="reprint.txt", copy_of=1)
    read = show(replace(SPAN, citations=(cite(), reprint)))
    assert read.text.count(SENTENCE) == 1
    assert "[2] Keeper gonereprint.txt · 1990-05-03 · p. 7 · the same story as [1]" in read.text
    edited = replace(reprint, quote=SENTENCE.replace("was", "had been"))
    assert show(replace(SPAN, citations=(cite(), edited))).inside["blockquote"] == SENTENCE + edited.quote


def test_a_list_has_an_item_with_its_footnote_for_each_line() -> None:
    citations = (cite(), cite("He died.", answer="He died", marker=2))
    html = page.answer_html(
        Answer("What?", "Automated in 1988 [1]\nHe died [2]\nNothing more", "list", 0.7, citations), titles={}
    )
    items = [Rendered(item).text for item in re.findall(r"<li>.*?</li>", html)]
    assert items == ["Automated in 19881", "He died2", "Nothing more"]


def test_a_list_on_one_line_is_cut_after_its_footnotes() -> None:
    citations = (cite(), cite("He died.", answer="He died", marker=2))
    html = page.answer_html(Answer("What?", "1988 [1] [2]; [2] the end [1].", "list", 0.7, citations), titles={})
    items = [Rendered(item).text for item in re.findall(r"<li>.*?</li>", html)]
    assert items == ["198812", "2", "the end1"]


def test_a_summary_is_a_paragraph_with_its_footnotes_and_quotes_nothing_twice() -> None:
    citations = (cite(answer=SENTENCE), cite("He died.", answer="He died.", marker=2))
    read = show(Answer("Sum up", f"{SENTENCE} [1] He died. [2]", "summary", 1.0, citations))
    assert read.inside[".fn-long"] == f"{SENTENCE}1 He died.2"
    assert "blockquote" not in read.tags
    assert read.inside[".fn-evidence"] == "[1] [2] The last keepercoast.example · 1990-05-03 · p. 7"
    assert ".fn-confidence" not in read.inside  # nothing was estimated


def test_a_list_of_titles_names_their_places_below() -> None:
    titled = Citation(1, "skerry", STORY.title, STORY.source, 0, len(STORY.title), STORY.title, published="1990-05-03")
    read = show(Answer("Which articles?", f"{STORY.title} [1]", "list", 1.0, (titled,)))
    assert read.inside["ul"] == f"{STORY.title}1"
    assert read.inside[".fn-evidence"] == "[1] coast.example1990-05-03"


def test_a_greeting_is_not_to_be_judged_or_copied() -> None:
    greeting = Answer("Hello", "", "refused", 0.0, refusal=Refusal("not_a_question", "Hello."))
    assert page.tools_html(greeting) == ""


def test_a_sentence_is_not_quoted_under_itself() -> None:
    read = show(replace(SPAN, text=SENTENCE))
    assert read.inside[".fn-short"] == f"{SENTENCE}1"
    assert "blockquote" not in read.tags
    assert read.inside[".fn-footnote"] == "[1] The last keeper"


def test_markers_in_a_written_answer_are_footnotes_and_in_a_span_are_text() -> None:
    written = replace(SPAN, text="It was automated [1] in 1988.", kind="generated")
    assert show(written).inside[".fn-short"] == "It was automated1 in 1988."
    assert show(written).inside[".fn-marker"] == "1"
    assert show(replace(SPAN, text="automated [1]")).inside[".fn-short"] == "automated [1]1"


def test_sources_that_agree_share_a_column_of_a_disagreement() -> None:
    citations = (cite(), cite("He died.", answer="in 1990", marker=2), cite(SENTENCE, answer="1988", marker=3))
    html = page.answer_html(Answer("When?", "1988 [1]; in 1990 [2]", "disagreement", 0.5, citations), titles={})
    first, second = html.split('<div class="fn-value">')[1:]
    assert re.findall(r"\[\d\]", first) == ["[1]", "[3]"]
    assert re.findall(r"\[\d\]", second) == ["[2]"]
    assert ".fn-confidence" not in Rendered(html).inside


def test_a_refusal_says_where_it_looked_and_shows_three_nearest_passages_whose_documents_are_known() -> None:
    hits = tuple(Hit(Passage(n, f"d{n}", 0, 9, f"Passage {n} " * 40), 1.0) for n in range(5))
    answer = Answer("Who?", "", "refused", 0.2, hits=hits, refusal=Refusal("not_found", "The articles don't say."))
    read = show(answer, d0="Zero", d2="Two", d3="Three", d4="Four")
    assert read.inside[".fn-refusal"] == "The articles don't say."
    assert read.inside[".fn-looked"] == "Looked in 3 articles. Add one that might say"
    assert read.inside["cite"] == "ZeroTwoThree"
    assert ".fn-confidence" not in read.inside
    assert "copy" not in page.tools_html(answer)


def test_the_word_for_what_is_not_found_is_that_of_every_refusal_that_says_no_more() -> None:
    assert rendered.words()["refusal_not_found"] == NOT_FOUND


def test_a_refusal_that_says_more_keeps_its_sentence_and_does_not_speak_of_articles_that_it_did_not_look_in() -> None:
    message = "The article does not name its author."
    read = show(Answer("Who wrote it?", "", "refused", 0.0, refusal=Refusal("not_found", message)))
    assert read.inside[".fn-refusal"] == message
    assert read.inside[".fn-looked"].strip() == "Add one that might say"


def test_a_question_for_which_article_is_meant_is_all_that_is_said() -> None:
    message = 'Which of the 12 articles? Name its subject: "... of the article on X".'
    read = show(Answer("When was it published?", "", "refused", 0.0, refusal=Refusal("which_article", message)))
    assert read.text == f"When was it published?Edit{message}"


def test_what_is_no_question_gets_its_sentence_and_no_search_to_speak_of() -> None:
    read = show(Answer("Hello", "", "refused", 0.0, refusal=Refusal("not_a_question", "Hello. What would you know?")))
    assert read.inside[".fn-refusal"] == "Hello. What would you know?"
    assert ".fn-looked" not in read.inside


def test_a_follow_up_says_how_it_was_understood_and_that_can_be_edited() -> None:
    html = page.answer_html(replace(SPAN, understood="When was Skerry automated?"), titles={})
    assert Rendered(html).inside[".fn-understood"] == "Understood as: When was Skerry automated? Edit"
    assert re.findall('data-question="(.*?)"', html) == ["When was it automated?", "When was Skerry automated?"]
    assert ".fn-understood" not in show(replace(SPAN, understood=SPAN.question)).inside


@pytest.mark.parametrize(
    ("probability", "words", "of_ten"),
    [
        (0.999, "very likely", 9),
        (0.85, "very likely", 8),
        (0.849, "likely", 8),
        (0.6, "likely", 6),
        (0.59, "uncertain", 6),
        (0.001, "uncertain", 1),
    ],
)
def test_confidence_in_words(probability: float, words: str, of_ten: int) -> None:
    read = show(replace(SPAN, confidence=probability))
    assert read.inside[".fn-confidence"] == f" {words} · about {of_ten} in 10 such answers are right"


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
    assert show(Answer("q", "!", "span", 0.5, (citation,))).inside.get("mark") == marked


def test_a_number_in_brackets_that_an_article_has_is_no_footnote() -> None:
    quoted = cite("He died.", answer="He died.")
    read = show(Answer("And then?", "He died [20240506]. [1]", "summary", 1.0, (quoted,)))
    assert read.inside[".fn-short"] == "He died [20240506].1"


@pytest.mark.parametrize(
    ("message", "capital"),
    [("no article is chosen", True), ("'hello' is no address", False), ("a.txt has 5 MB", False)],
)
def test_an_error_begins_with_a_capital_but_what_was_typed_stays_as_it_is(message: str, *, capital: bool) -> None:
    assert ("fn-as-is" in page.trouble_html(InputError(message))) != capital


def test_an_error_shows_its_hint() -> None:
    read = Rendered(page.trouble_html(InputError("the question is too long", "ask it in fewer words")))
    assert read.inside[".fn-trouble"] == "the question is too longask it in fewer words"


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
    assert markup.outlet(source) == name


def test_a_date_that_is_none_stays_as_it_is() -> None:
    assert markup.date("<spring>") == "&lt;spring&gt;"
    assert markup.date(dt.date(2024, 3, 14)) == markup.date("2024-03-14") == '<time datetime="2024-03-14"></time>'
    assert markup.date(None) == ""
