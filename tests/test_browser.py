"""The conversation in a real browser: what a person sees, clicks and types, and what the page asks the network for."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from browser import (
    DOCUMENTS,
    EXAMPLES,
    HARBOUR,
    HOSTILE_TEXT,
    PHONE_WIDTH,
    RIVAL,
    TARGET,
    Site,
    needs_chromium,
    open_site,
    reply_to,
    say,
)
from playwright.sync_api import Page, expect

from index.types import LibraryError
from qa.chat.page import trouble_html
from qa.types import Turn

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("home"), *DOCUMENTS) as opened:
        yield opened


@pytest.fixture(scope="module")
def window(site: Site) -> Iterator[Page]:
    """One window for the module: loading Gradio takes a second, clearing the conversation takes none."""
    page = site.visit(site.context())
    yield page
    page.context.close()


@pytest.fixture
def page(window: Page, site: Site) -> Page:
    site.asker.gate.set()  # where a test that failed left it closed
    if window.locator(".fn-clear").is_visible():
        window.locator(".fn-clear").click()
    window.locator("#fn-question").fill("")
    return window


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_shows_its_sentence_and_opens_the_article_there(page: Page) -> None:
    say(page, "What is the 2025 target?")
    short = page.locator(".fn-short")
    expect(short).to_have_text("around 5%1")  # the number of its footnote
    assert short.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 20
    expect(page.locator(".fn-confidence")).to_have_text("very likely · about 9 in 10 such answers are right")
    expect(page.locator("blockquote")).to_have_text(TARGET)
    expect(page.locator("blockquote mark")).to_have_text("around 5%")
    expect(page.locator(".fn-footnote")).to_have_text("[1] Harbour bridge to reopen in spring")
    expect(page.locator("#cited")).to_have_text(TARGET)
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-understood")).to_have_count(0)
    expect(page.locator("#fn-question")).to_be_focused()


def test_an_answer_is_there_within_a_third_of_a_second(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")  # the first one warms the browser up
    page.evaluate("() => addEventListener('keydown', () => { window.enteredAt = performance.now(); }, true)")
    took = []
    for answers in range(2, 12):
        page.evaluate(
            """answers => new MutationObserver((_, observer) => {
                if (document.querySelectorAll('.fn-short').length < answers) return;
                window.shownAt = performance.now();
                observer.disconnect();
            }).observe(document.querySelector('.fn-log'), {childList: true, subtree: true})""",
            answers,
        )
        page.evaluate("() => { window.shownAt = 0; }")
        page.locator("#fn-question").fill("What is the 2025 target?")
        page.keyboard.press("Enter")
        page.wait_for_function("window.shownAt")
        took.append(page.evaluate("window.shownAt - window.enteredAt"))
    assert 0 < min(took) < 333  # the least of ten: what else the machine does is not counted


def test_a_footnote_opens_its_article_again_after_another_was_read(page: Page) -> None:
    say(page, "Where do the sources disagree?")
    page.get_by_role("button", name="Provinces told to plan low").click()
    expect(page.locator("#cited")).to_have_text(RIVAL)
    page.get_by_role("button", name="Harbour bridge").click()
    expect(page.locator("#cited")).to_have_text(TARGET)
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)


def test_a_refusal_is_calm_and_its_nearest_passages_open(page: Page) -> None:
    say(page, "Who is the mayor of Atlantis?")
    expect(page.locator(".fn-refusal")).to_have_text("The articles don't say.")
    expect(page.locator(".fn-short, .fn-confidence")).to_have_count(0)
    expect(page.locator(".fn-passage cite")).to_have_text(["Provinces told to plan low", HARBOUR.title])
    page.locator(".fn-passage").nth(1).click()
    expect(page.locator("#cited")).to_have_text("Span 7 is painted grey, the colour of the river below it.")
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("question", ["Who is the mayor of Atlantis?", "Is it empty?", "Is it broken?"])
def test_no_article_of_an_older_answer_stands_beside_a_refusal_or_an_error(page: Page, question: str) -> None:
    say(page, "What is the 2025 target?")
    expect(page.locator("#cited")).to_have_text(TARGET)
    say(page, question)
    expect(page.locator(".fn-exchange")).to_have_count(2)
    expect(page.locator(".fn-article")).to_have_text(re.compile("^The article behind an answer opens here"))


def test_a_disagreement_sets_both_values_side_by_side(page: Page) -> None:
    say(page, "Where do the sources disagree?")
    expect(page.locator(".fn-value .fn-short")).to_have_text(["around 5%", "about 4.5%"])
    expect(page.locator(".fn-value .fn-footnote")).to_contain_text(["[1] Harbour bridge", "[2] Provinces told"])
    expect(page.locator(".fn-value .fn-facts")).to_contain_text(["14 March 2024", "2 December 2024"])
    left, right = (page.locator(".fn-value").nth(n).bounding_box() for n in (0, 1))
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]


def test_a_list_has_a_footnote_for_each_item_that_opens_its_article(page: Page) -> None:
    say(page, "Give me a list")
    expect(page.locator(".fn-items li")).to_have_text(["around 5%1", "about 4.5%2"])
    page.get_by_role("button", name="Footnote 2: Provinces told to plan low").click()
    expect(page.locator("#cited")).to_have_text(RIVAL)


def test_a_summary_is_a_paragraph_with_footnotes_inline(page: Page) -> None:
    say(page, "A summary please")
    expect(page.locator(".fn-long")).to_have_text(
        re.compile(r"work report\.1 The bridge is paid for by tolls\.2 .*2025\.3$")
    )
    expect(page.locator("blockquote")).to_have_count(0)
    page.get_by_role("button", name="Footnote 2: Harbour bridge").click()
    expect(page.locator("#cited")).to_have_text("The bridge is paid for by tolls.")


def test_the_searching_state_shows_until_the_answer_is_there(page: Page, site: Site) -> None:
    site.asker.gate.clear()
    page.locator("#fn-question").fill("What is the 2025 target?")
    page.keyboard.press("Enter")
    expect(page.locator(".fn-searching")).to_have_text("Searching…")
    expect(page.locator("#fn-question")).to_have_value("")
    site.asker.gate.set()
    expect(page.locator(".fn-short")).to_have_text("around 5%1")
    expect(page.locator(".fn-searching")).to_have_count(0)


# ── What goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_user_error_is_shown_in_words(page: Page) -> None:
    say(page, "Is it empty?")
    expect(page.locator(".fn-trouble p")).to_have_text("The library is empty", use_inner_text=True)
    page.locator(".fn-trouble").get_by_role("button", name="Add your first articles").click()
    expect(page.get_by_role("region", name="Articles")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".fn-exchange")).to_have_count(1)


def test_what_is_wrong_with_a_long_question_is_in_view_below_it(page: Page) -> None:
    say(page, "Is it empty? " * 200)
    expect(page.locator(".fn-trouble")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-edit")).to_be_in_viewport(ratio=1)
    page.locator(".fn-edit").click()
    draft = page.locator(".fn-editing textarea")
    assert draft.evaluate("e => e.clientHeight") > 200
    expect(draft).to_be_in_viewport(ratio=1)


def test_a_bug_is_a_plain_sentence_here_and_a_traceback_in_the_terminal(
    page: Page, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("uvicorn.error").addHandler(caplog.handler)
    say(page, "Is it broken?")
    expect(page.locator(".fn-trouble")).to_contain_text("Something went wrong on our side")
    assert "Traceback" not in page.content()
    page.wait_for_timeout(100)  # it is logged after the reply went out
    logging.getLogger("uvicorn.error").removeHandler(caplog.handler)
    assert "RuntimeError: a bug" in caplog.text
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-short")).to_have_text("around 5%1")


def test_hostile_text_stays_text(page: Page) -> None:
    say(page, f"hostile {HOSTILE_TEXT}")
    expect(page.locator(".fn-question")).to_have_text(f"hostile {HOSTILE_TEXT}")
    expect(page.locator(".fn-short")).to_have_text(f"{HOSTILE_TEXT}1")
    expect(page.locator("#cited")).to_have_text(HOSTILE_TEXT)
    page.locator(".fn-footnote").click()
    expect(page.locator(".fn-article")).to_be_focused()
    assert page.locator(".fn-app img, .fn-app script, .fn-app a").count() == 0
    assert page.evaluate("window.pwned") is None


def test_an_article_that_cannot_be_read_leaves_no_empty_pane(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(page, "What is the 2025 target?")
    real = site.desk.call

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        trouble = trouble_html(LibraryError("the library cannot be read", "look whether the disk is there"))
        return {"trouble": trouble} if name == "article" else real(name, sent)

    monkeypatch.setattr(site.desk, "call", call)
    page.locator(".fn-footnote").click()
    expect(page.locator(".fn-paper .fn-trouble p")).to_have_text(
        ["the library cannot be read", "look whether the disk is there"]
    )


def fail(site: Site, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """From now on every call of this name fails."""
    real = site.desk.call

    def call(called: str, sent: dict[str, Any]) -> dict[str, Any]:
        if called == name:
            raise RuntimeError("a bug")
        return real(called, sent)

    monkeypatch.setattr(site.desk, "call", call)


def test_an_article_that_is_open_stays_when_another_cannot_be_had(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(page, "Where do the sources disagree?")
    fail(site, monkeypatch, "article")
    for _ in range(2):
        page.get_by_role("button", name="Provinces told to plan low").click()
        expect(page.locator(".fn-bar .fn-trouble")).to_contain_text("Something went wrong on our side")
    expect(page.locator(".fn-bar .fn-trouble")).to_be_in_viewport(ratio=1)
    expect(page.locator("#cited")).to_have_text(TARGET)
    monkeypatch.undo()
    page.get_by_role("button", name="Provinces told to plan low").click()
    expect(page.locator("#cited")).to_have_text(RIVAL)
    expect(page.locator(".fn-article .fn-trouble")).to_have_count(0)


def test_on_a_phone_the_note_that_an_article_cannot_be_had_can_be_closed(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = site.visit(site.context(width=PHONE_WIDTH, height=844))
    say(page, "What is the 2025 target?")
    page.locator(".fn-article").get_by_role("button", name="Close").click()
    fail(site, monkeypatch, "article")
    page.locator(".fn-footnote").click()
    expect(page.locator(".fn-article")).to_contain_text("Something went wrong on our side")
    page.locator(".fn-article").get_by_role("button", name="Close").click()
    expect(page.locator(".fn-article")).to_be_hidden()
    expect(page.locator(".fn-footnote")).to_be_focused()
    page.context.close()


# ── Conversation ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_follow_up_carries_the_conversation_and_says_how_it_was_understood(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    say(page, "And the target again?")
    first, second = (
        Turn("What is the 2025 target?", "around 5%", ("harbour",)),
        Turn("Who is the mayor of Atlantis?", ""),
    )
    assert site.asker.last() == ("And the target again?", (first, second))
    expect(page.locator(".fn-as")).to_have_text("What is the 2025 target of Beijing?")


def test_two_windows_do_not_share_a_conversation(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    other = site.visit(page.context)
    say(other, "What is the other target?")
    assert site.asker.last() == ("What is the other target?", ())
    expect(other.locator(".fn-exchange")).to_have_count(1)
    say(page, "And again, the target?")
    assert site.asker.last() == (
        "And again, the target?",
        (Turn("What is the 2025 target?", "around 5%", ("harbour",)),),
    )
    other.close()


def test_clear_starts_again(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".fn-exchange")).to_have_count(0)
    expect(page.locator("#cited")).to_have_count(0)
    expect(page.locator(".fn-chip").first).to_be_visible()
    expect(page.locator("#fn-question")).to_be_focused()
    say(page, "What is the 2025 target?")
    assert site.asker.last()[1] == ()


def test_clear_drops_the_answer_that_is_still_on_its_way(page: Page, site: Site) -> None:
    site.asker.gate.clear()
    page.locator(".fn-chip").first.click()
    with page.expect_response(reply_to("stop")):
        page.get_by_role("button", name="New", exact=True).click()
    with page.expect_response(reply_to("ask")) as replied:
        site.asker.gate.set()
    replied.value.finished()
    page.wait_for_timeout(100)  # what should not show would by now
    expect(page.locator(".fn-exchange")).to_have_count(0)
    expect(page.locator("#cited")).to_have_count(0)


def test_an_example_asks_itself(page: Page) -> None:
    expect(page.locator(".fn-chip")).to_have_text(list(EXAMPLES))
    expect(page.locator(".fn-count")).to_have_text("3 articles")
    page.locator(".fn-chip").first.click()
    expect(page.locator(".fn-short")).to_have_text("around 5%1")
    expect(page.locator(".fn-chip").first).to_be_hidden()


# ── Keyboard, sizes, colours ──────────────────────────────────────────────────────────────────────────────────────


def test_the_keyboard_reaches_a_footnote_and_comes_back(page: Page) -> None:
    expect(page.locator("#fn-question")).to_be_focused()
    page.keyboard.type("Where do the sources disagree?")
    page.keyboard.press("Enter")
    footnote = page.locator(".fn-footnote").nth(1)
    expect(footnote).to_be_visible()
    for _ in range(5 + 1):  # past the five buttons below the answer
        page.keyboard.press("Shift+Tab")
    expect(footnote).to_be_focused()
    assert footnote.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#cited")).to_have_text(RIVAL)
    expect(page.locator(".fn-article")).to_be_focused()
    page.keyboard.press("Escape")
    expect(footnote).to_be_focused()


def test_shift_enter_makes_a_new_line(page: Page, site: Site) -> None:
    asked = len(site.asker.asked)
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(page.locator("#fn-question")).to_have_value("one\ntwo")
    assert len(site.asker.asked) == asked


@pytest.mark.parametrize("mark", ["isComposing: true", "keyCode: 229"], ids=["most", "safari"])
def test_a_word_that_an_input_method_composes_is_neither_sent_nor_lost(page: Page, site: Site, mark: str) -> None:
    def press(place: str, key: str) -> None:
        pressed = f"new KeyboardEvent('keydown', {{key, {mark}, bubbles: true, cancelable: true}})"
        page.locator(place).evaluate(f"(e, key) => e.dispatchEvent({pressed})", key)

    say(page, "What is the 2025 target?")
    asked = len(site.asker.asked)
    page.locator("#fn-question").fill("Bei")
    press("#fn-question", "Enter")
    page.locator(".fn-edit").click()
    draft = page.locator(".fn-editing textarea")
    draft.fill("Beijing")
    press(".fn-editing textarea", "Escape")
    press(".fn-editing textarea", "Enter")
    expect(draft).to_have_value("Beijing")
    page.get_by_role("button", name="3 articles").click()
    page.locator("#fn-add").fill("Bei")
    press("#fn-add", "Enter")
    press("#fn-add", "Escape")
    expect(page.locator("#fn-add")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".fn-conversations[aria-busy=false]")).to_be_visible()
    page.locator(".fn-rename").first.click()
    press(".fn-rename-to", "Escape")
    press(".fn-rename-to", "Enter")
    expect(page.locator(".fn-rename-to")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.wait_for_timeout(300)
    expect(page.locator("#fn-question")).to_have_value("Bei")
    assert len(site.asker.asked) == asked
    assert site.desk.shelf.jobs() == []


def test_the_offer_to_add_opens_the_articles_and_does_not_close_them(page: Page) -> None:
    say(page, "Who is the mayor of Atlantis?")
    panel = page.get_by_role("region", name="Articles")
    for _ in range(2):
        page.get_by_role("button", name="Add one that might say").click()
        expect(panel).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Add one that might say")).to_be_focused()
    for shown in (True, False):
        page.get_by_role("button", name="3 articles").click()
        expect(panel).to_be_visible(visible=shown)


def test_a_new_page_waits_for_a_question(page: Page, site: Site) -> None:
    new = site.visit(page.context)
    expect(new.locator("#fn-question")).to_be_focused()
    expect(new.locator(".fn-exchange")).to_have_count(0)
    expect(new.locator(".fn-clear")).to_be_hidden()
    new.close()


def test_the_page_has_landmarks_labels_and_a_live_conversation(page: Page) -> None:
    expect(page.get_by_role("log", name="Conversation")).to_have_attribute("aria-live", "polite")
    expect(page.get_by_role("textbox", name="Your question")).to_be_visible()
    expect(page.get_by_role("region", name="Cited article")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Footnote")
    expect(page.get_by_role("main")).to_have_count(1)


def test_a_phone_has_one_column_and_no_sideways_scroll(site: Site) -> None:
    page = site.visit(site.context(width=PHONE_WIDTH, height=844))
    say(page, "Where do the sources disagree?")
    say(page, f"hostile {'x' * 400}")
    say(page, "What is the 2025 target?")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    expect(page.locator(".fn-exchange").last.locator(".fn-short")).to_be_in_viewport(ratio=1)
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)
    page.locator(".fn-footnote").first.click()
    expect(page.locator(".fn-article")).to_be_focused()
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)
    page.context.close()


def test_on_a_small_phone_every_button_is_in_reach_and_the_article_can_be_closed(site: Site) -> None:
    page = site.visit(site.context(width=320, height=640))
    say(page, "What is the 2025 target?")
    for button in page.locator(".fn-top button").all():
        expect(button).to_be_in_viewport(ratio=1)
    page.locator(".fn-article").get_by_role("button", name="Close").click()
    expect(page.locator(".fn-article")).to_be_hidden()
    expect(page.locator(".fn-footnote")).to_be_focused()
    for button in page.locator(".fn-thumb").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    box = page.locator(".fn-marker").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2 + 11)
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)
    page.context.close()


def test_on_a_phone_the_keyboard_comes_only_when_it_is_asked_for(site: Site) -> None:
    page = site.visit(site.context(width=PHONE_WIDTH, height=844))
    expect(page.locator("#fn-question")).not_to_be_focused()
    say(page, "What is the 2025 target?")
    page.get_by_role("button", name="New", exact=True).click()
    expect(page.locator(".fn-chip").first).to_be_visible()
    expect(page.locator("#fn-question")).not_to_be_focused()
    page.context.close()


def test_on_a_phone_an_older_article_is_gone_before_the_next_question_is_asked(site: Site) -> None:
    page = site.visit(site.context(width=PHONE_WIDTH, height=844))
    say(page, "What is the 2025 target?")
    expect(page.locator("#cited")).to_be_visible()
    site.asker.gate.clear()
    page.locator("#fn-question").fill("Give me a list")
    page.locator("#fn-question").press("Enter")
    expect(page.locator(".fn-searching")).to_be_visible()
    expect(page.locator(".fn-article")).to_be_hidden()
    site.asker.gate.set()
    expect(page.locator("#cited")).to_be_visible()
    page.context.close()


@pytest.fixture
def phone(site: Site) -> Iterator[Page]:
    """A narrow window in whose history another page comes before this one."""
    page = site.context(width=PHONE_WIDTH, height=844).new_page()
    page.goto(f"{site.url}/web/page.css")
    page.goto(site.url)
    page.locator(".fn-ready").wait_for()
    say(page, "What is the 2025 target?")
    yield page
    page.context.close()


def leaves(page: Page) -> bool:
    """Whether the browser's Back leads to the page before this one."""
    page.wait_for_timeout(300)  # what goes back by itself has by now
    page.evaluate("history.back()")
    page.wait_for_timeout(1000)
    return page.url.endswith("page.css")


def test_on_a_phone_the_browsers_back_closes_an_article_or_a_panel(phone: Page, site: Site) -> None:
    phone.locator(".fn-footnote").click()
    expect(phone.locator(".fn-article")).to_be_focused()
    phone.go_back()
    expect(phone.locator(".fn-article")).to_be_hidden()
    expect(phone.locator(".fn-footnote")).to_be_focused()
    phone.get_by_role("button", name="3 articles").click()
    phone.get_by_role("button", name=HARBOUR.title, exact=True).click()
    expect(phone.locator(".fn-article")).to_be_focused()
    panel = phone.get_by_role("region", name="Articles")
    phone.go_back()
    expect(panel).to_be_visible()
    phone.go_back()
    expect(panel).to_be_hidden()
    expect(phone.get_by_role("button", name="3 articles")).to_be_focused()
    assert phone.url == f"{site.url}/"
    phone.go_forward()  # to what is closed: it stays so, and there is no more to go back from than before
    assert leaves(phone)


def test_on_a_phone_what_is_left_in_another_way_leaves_no_step_back_that_does_nothing(phone: Page) -> None:
    for _ in range(2):
        phone.locator(".fn-footnote").last.click()
        expect(phone.locator(".fn-article")).to_be_focused()
        phone.locator(".fn-article").get_by_role("button", name="Close").click()
        expect(phone.locator(".fn-article")).to_be_hidden()
        phone.get_by_role("button", name="3 articles").click()
        phone.get_by_role("button", name="Close").click()
    phone.locator(".fn-footnote").last.click()
    expect(phone.locator(".fn-article")).to_be_focused()
    phone.locator(".fn-article").get_by_role("button", name="Back").click()
    expect(phone.locator(".fn-footnote")).to_be_focused()
    phone.locator(".fn-footnote").last.click()
    expect(phone.locator(".fn-article")).to_be_focused()
    say(phone, "Give me a list")
    expect(phone.locator(".fn-items")).to_be_in_viewport(ratio=1)
    phone.get_by_role("button", name="Conversations").click()
    phone.locator(".fn-reopen").first.click()
    expect(phone.get_by_role("region", name="Conversations")).to_be_hidden()
    expect(phone.locator(".fn-items")).to_be_in_viewport(ratio=1)
    phone.locator(".fn-footnote").last.click()
    expect(phone.locator(".fn-article")).to_be_focused()
    phone.get_by_role("button", name="New", exact=True).click()
    expect(phone.locator(".fn-chip").first).to_be_visible()
    phone.get_by_role("button", name="3 articles").click()
    phone.reload()
    phone.locator(".fn-ready").wait_for()
    assert leaves(phone)


def test_what_is_printed_is_the_whole_conversation_and_nothing_to_press(site: Site) -> None:
    page = site.visit(site.context(dark=True))
    for _ in range(5):
        say(page, "Where do the sources disagree?")
    page.emulate_media(media="print")
    expect(page.locator(".fn-top, .fn-below, .fn-article")).to_have_count(3)
    for hidden in page.locator(".fn-top, .fn-below, .fn-article, .fn-edit, .fn-tools").all():
        expect(hidden).to_be_hidden()
    assert page.locator(".fn-scroll").evaluate("e => e.clientHeight === e.scrollHeight")
    assert page.locator(".gradio-container").evaluate("e => getComputedStyle(e).overflow") == "visible"  # no end is cut
    assert page.locator(".fn-app").evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    mark = page.locator("blockquote mark").first  # a browser prints no background
    assert mark.evaluate("e => getComputedStyle(e).textDecorationLine") == "underline"
    page.context.close()


# ── The network and the server ────────────────────────────────────────────────────────────────────────────────────


def test_nothing_leaves_this_machine(page: Page, site: Site) -> None:
    for question in ("What is the 2025 target?", "mayor", "Where do the sources disagree?", "hostile"):
        say(page, question)
    page.locator(".fn-footnote").first.click()
    page.get_by_role("button", name="3 articles").click()
    page.get_by_role("button", name="Conversations").click()
    page.wait_for_timeout(300)
    assert any(url.startswith(site.url) for url in site.requests)
    strangers = {url for url in site.requests if urlsplit(url).scheme not in ("data", "blob")}
    assert {url for url in strangers if urlsplit(url).hostname != "127.0.0.1"} == set()
    assert set(site.dialled) <= {"127.0.0.1", "::1"}


def test_the_browser_is_told_to_load_nothing_from_elsewhere(page: Page, site: Site) -> None:
    response = page.request.get(site.url)
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert "http" not in response.headers["content-security-policy"]
    assert page.request.get(f"{site.url}/docs").status == 404
