"""What is done with answers and conversations, in a real browser: edited, stopped, judged, copied, kept, reopened."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from browser import (
    DOCUMENTS,
    HOSTILE_TEXT,
    PHONE_WIDTH,
    TARGET,
    Held,
    Site,
    needs_chromium,
    open_site,
    reply_to,
    say,
)
from playwright.sync_api import Page, expect

from qa.chat import conversations
from qa.types import Turn

pytestmark = needs_chromium
ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def site(home: Path) -> Iterator[Site]:
    with open_site(home, *DOCUMENTS) as opened:
        yield opened


@pytest.fixture
def page(site: Site, home: Path) -> Iterator[Page]:
    """A new window, and nothing kept of other tests."""
    home.mkdir(exist_ok=True)  # a test that failed may have left it, the gate and the offers in any state
    for file in home.iterdir():
        file.unlink(missing_ok=True)
    site.asker.gate.set()
    site.offers.next = []
    page = site.visit(site.context())
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield page
    page.context.close()


def open_conversations(page: Page) -> None:
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".fn-conversations[aria-busy=false]")).to_be_visible()


def questions(page: Page) -> list[str]:
    return page.locator(".fn-question").all_text_contents()


# ── Asking ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_earlier_question_is_edited_and_what_came_after_it_is_dropped(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    say(page, "Where do the sources disagree?")
    page.locator(".fn-exchange").nth(1).hover()
    page.locator(".fn-exchange").nth(1).get_by_role("button", name="Edit").click()
    draft = page.locator(".fn-editing textarea")
    expect(draft).to_be_focused()
    expect(draft).to_have_value("Who is the mayor of Atlantis?")
    expect(page.locator(".fn-editing")).to_contain_text("The answers below this question will be dropped.")
    draft.fill("Give me a list")
    draft.press("Enter")
    expect(page.locator(".fn-items li")).to_have_text(["around 5%1", "about 4.5%2"])
    assert questions(page) == ["What is the 2025 target?", "Give me a list"]
    assert site.asker.last() == ("Give me a list", (Turn("What is the 2025 target?", "around 5%", ("harbour",)),))
    page.reload()  # and so it is kept
    expect(page.locator(".fn-question")).to_have_text(["What is the 2025 target?", "Give me a list"])


def test_answers_dropped_for_a_question_that_failed_are_dropped_in_what_is_kept_too(page: Page) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    say(page, "Where do the sources disagree?")
    page.locator(".fn-exchange").nth(1).hover()
    page.locator(".fn-exchange").nth(1).get_by_role("button", name="Edit").click()
    page.locator(".fn-editing textarea").fill("a broken question")
    page.locator(".fn-editing textarea").press("Enter")
    expect(page.locator(".fn-given-up")).to_be_visible()
    say(page, "Give me a list")
    expect(page.locator(".fn-items li")).to_have_count(2)
    page.reload()
    expect(page.locator(".fn-question")).to_have_text(["What is the 2025 target?", "Give me a list"])


def test_editing_is_left_with_escape_and_changes_nothing(page: Page) -> None:
    say(page, "What is the 2025 target?")
    edit = page.get_by_role("button", name="Edit")
    edit.click()
    page.keyboard.type("No, ")
    page.keyboard.press("Escape")
    expect(edit).to_be_focused()
    assert questions(page) == ["What is the 2025 target?"]


def test_how_a_follow_up_was_understood_can_be_edited(page: Page) -> None:
    say(page, "What is the 2025 target?")
    say(page, "And the target again?")
    page.locator(".fn-understood").get_by_role("button", name="Edit").click()
    expect(page.locator(".fn-editing textarea")).to_have_value("What is the 2025 target of Beijing?")
    expect(page.locator(".fn-editing .fn-note")).to_have_count(0)  # nothing comes after it


def test_stop_gives_the_question_up_and_its_answer_never_shows(page: Page, site: Site) -> None:
    site.asker.gate.clear()
    page.locator("#fn-question").fill("What is the 2025 target?")
    page.keyboard.press("Enter")
    with page.expect_response(reply_to("stop")):
        page.get_by_role("button", name="Stop").click()
    expect(page.locator(".fn-given-up")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    with page.expect_response(reply_to("ask")) as replied:
        site.asker.gate.set()
    replied.value.finished()
    page.wait_for_timeout(100)  # what should not show would by now
    expect(page.locator(".fn-short")).to_have_count(0)
    expect(page.locator("#cited")).to_have_count(0)
    open_conversations(page)
    expect(page.locator(".fn-conversations")).to_have_text("No conversation here.")
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator(".fn-short")).to_contain_text("around 5%")
    assert site.asker.last()[1] == ()
    expect(page.locator(".fn-exchange")).to_have_count(1)


def test_a_double_click_on_ask_does_not_stop_what_it_asked(page: Page, site: Site) -> None:
    site.asker.gate.clear()
    page.locator("#fn-question").fill("What is the 2025 target?")
    page.locator(".fn-ask .fn-send").dblclick()
    expect(page.locator(".fn-searching")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    site.asker.gate.set()
    expect(page.locator(".fn-short")).to_contain_text("around 5%")


def test_what_to_ask_next_is_offered_below_the_last_answer_and_asks_itself(page: Page, site: Site) -> None:
    site.offers.next = ["Who is the mayor of <b>Atlantis</b>?"]
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-next")).to_contain_text("You could also ask")
    site.offers.next = []
    page.get_by_role("list", name="You could also ask").get_by_role("button").click()
    expect(page.locator(".fn-question")).to_have_text(
        ["What is the 2025 target?", "Who is the mayor of <b>Atlantis</b>?"]
    )
    expect(page.locator(".fn-refusal")).to_be_visible()
    expect(page.locator(".fn-next")).to_have_count(0)


# ── Copying and judging ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "beginning"),
    [("Text", "around 5% [1]\n"), ("Markdown", "around 5%[^1]"), ("BibTeX", "@online{harbour2024")],
)
def test_an_answer_is_copied_with_its_footnote(page: Page, name: str, beginning: str) -> None:
    say(page, "What is the 2025 target?")
    page.get_by_role("group", name="Copy").get_by_role("button", name=name).click()
    expect(page.get_by_role("group", name="Copy")).to_contain_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(beginning)
    assert "Beijing set its 2025 growth target" in copied
    expect(page.get_by_role("group", name="Copy").get_by_role("button", name=name)).to_be_visible()


def test_a_button_pressed_twice_does_not_say_copied_for_ever(page: Page) -> None:
    say(page, "What is the 2025 target?")
    button = page.get_by_role("group", name="Copy").get_by_role("button").first
    expect(button).to_have_text("Text")
    button.dblclick()
    expect(button).to_have_text("Copied")
    expect(button).to_have_text("Text")


@pytest.mark.parametrize(("width", "height"), [(1280, 600), (PHONE_WIDTH, 844)])
def test_offers_that_come_below_a_long_answer_do_not_move_it_away(site: Site, width: int, height: int) -> None:
    page = site.visit(site.context(width=width, height=height))
    site.offers.next = ["What is the 2025 target?", "Who is the mayor of Atlantis?", "Give me a list"]
    try:
        for _ in range(3):
            say(page, "Where do the sources disagree?")
            expect(page.locator(".fn-exchange:last-child .fn-chip")).to_have_count(3)
            page.wait_for_timeout(300)
        expect(page.locator(".fn-question").last).to_be_in_viewport(ratio=1)
    finally:
        site.offers.next = []
        page.context.close()


def test_offers_that_come_below_an_answer_whose_end_is_seen_are_brought_into_view(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1280, "height": 640})
    site.offers.next = ["What is the 2025 target?", "Who is the mayor of Atlantis?"]
    for _ in range(2):
        say(page, "What is the 2025 target?")
        expect(page.locator(".fn-exchange:last-child .fn-chip").last).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-question").last).to_be_in_viewport(ratio=1)


def test_an_answer_is_copied_where_the_clipboard_is_closed_to_the_page(page: Page) -> None:
    say(page, "What is the 2025 target?")
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('closed')); }")
    button = page.get_by_role("group", name="Copy").get_by_role("button", name="Text")
    button.click()
    expect(page.get_by_role("group", name="Copy")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("around 5% [1]")


def test_a_verdict_is_given_explained_and_taken_back(page: Page, home: Path) -> None:
    say(page, "What is the 2025 target?")
    judging = page.get_by_role("group", name="Is this right?")
    judging.get_by_role("button", name="No").click()
    expect(judging.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".fn-reason").first).to_be_focused()
    page.get_by_role("button", name="The source").click()
    page.get_by_role("textbox", name="What would be right?").fill("around 6%")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".fn-why")).to_have_count(0)
    expect(page.locator(".fn-exchange .fn-note")).to_have_text("Thank you. It is kept on this machine.")
    judging.get_by_role("button", name="No").click()
    expect(judging.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "false")
    expect(page.locator(".fn-exchange .fn-note")).to_have_count(0)
    judging.get_by_role("button", name="Yes").click()
    expect(judging.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    kept = [json.loads(line) for line in (home / "feedback.jsonl").read_text().splitlines()]
    assert [(row["verdict"], row["reason"], row["correction"]) for row in kept] == [
        ("down", "", ""),
        ("down", "wrong_place", "around 6%"),
        ("withdrawn", "", ""),
        ("up", "", ""),
    ]


# ── Conversations ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_conversation_is_there_after_a_reload_and_goes_on(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    page.reload()
    expect(page.locator(".fn-short")).to_have_text("around 5%1")
    expect(page.locator("#cited")).to_have_text(TARGET)
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    page.reload()
    expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    say(page, "And the target again?")
    assert site.asker.last()[1] == (Turn("What is the 2025 target?", "around 5%", ("harbour",)),)
    open_conversations(page)
    expect(page.locator(".fn-conversations .fn-facts")).to_contain_text(["2 questions"])


def test_an_old_conversation_is_found_reopened_renamed_saved_and_deleted(page: Page) -> None:
    say(page, "Where do the sources disagree?")
    page.get_by_role("button", name="New", exact=True).click()
    say(page, "Who is the mayor of Atlantis?")
    open_conversations(page)
    titles = page.locator(".fn-reopen")
    expect(titles).to_have_text(["Who is the mayor of Atlantis?", "Where do the sources disagree?"])
    page.get_by_role("searchbox", name="Find in questions and answers").fill("4.5%")
    expect(titles).to_have_text(["Where do the sources disagree?"])

    page.get_by_role("button", name="Rename").click()
    name = page.locator(".fn-rename-to")
    expect(name).to_be_focused()
    name.fill("")
    name.press("Enter")
    expect(page.locator(".fn-conversations-trouble")).to_contain_text("title")
    name.fill("<b>Targets</b>")
    name.press("Enter")
    expect(titles).to_have_text(["<b>Targets</b>"])

    with page.expect_download() as saved:
        page.get_by_role("button", name="Export").click()
    assert saved.value.suggested_filename == "b-Targets-b.md"
    assert "## Where do the sources disagree?" in Path(saved.value.path()).read_text()

    titles.first.click()
    expect(page.locator(".fn-question")).to_have_text(["Where do the sources disagree?"])
    expect(page.locator(".fn-value .fn-short")).to_have_text(["around 5%", "about 4.5%"])
    expect(page.get_by_role("region", name="Conversations")).to_be_hidden()

    open_conversations(page)
    page.get_by_role("searchbox", name="Find in questions and answers").fill("")
    expect(titles).to_have_text(["Who is the mayor of Atlantis?", "<b>Targets</b>"])
    page.get_by_role("button", name="Delete “<b>Targets</b>”").click()
    page.get_by_role("button", name="Delete for good?").click()
    expect(titles).to_have_text(["Who is the mayor of Atlantis?"])
    expect(page.locator(".fn-exchange")).to_have_count(0)  # it was the one that was open


def test_a_double_click_on_delete_asks_and_to_go_elsewhere_is_a_no(page: Page) -> None:
    say(page, "What is the 2025 target?")
    open_conversations(page)
    page.locator(".fn-delete").dblclick()
    expect(page.get_by_role("button", name="Delete for good?")).to_be_visible()
    page.get_by_role("searchbox", name="Find in questions and answers").focus()
    expect(page.get_by_role("button", name="Delete “What is the 2025 target?”")).to_have_text("Delete")
    page.locator(".fn-delete").click()
    page.locator(".fn-conversations .fn-facts").click()
    expect(page.locator(".fn-delete")).to_have_text("Delete")


def test_a_name_that_is_left_is_kept_and_one_that_is_given_up_is_not(page: Page) -> None:
    say(page, "What is the 2025 target?")
    open_conversations(page)
    page.locator(".fn-rename").click()
    page.locator(".fn-rename-to").fill("Targets")
    page.get_by_role("searchbox", name="Find in questions and answers").click()
    expect(page.locator(".fn-reopen")).to_have_text("Targets")
    expect(page.get_by_role("searchbox", name="Find in questions and answers")).to_be_focused()
    page.locator(".fn-rename").click()
    page.locator(".fn-rename-to").fill("Rivals")
    page.keyboard.press("Escape")
    open_again = page.get_by_role("button", name="Conversations")
    open_again.click()
    open_conversations(page)
    expect(page.locator(".fn-reopen")).to_have_text("Targets")


def test_a_name_typed_right_after_the_list_was_opened_again_is_not_wiped(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(page, "What is the 2025 target?")
    open_conversations(page)
    page.get_by_role("button", name="Close").click()
    held = Held("conversations")
    held.begin(site, monkeypatch)
    page.get_by_role("button", name="Conversations").click()
    assert held.came.wait(20)
    expect(page.locator(".fn-rename")).to_have_count(0)  # none that the list on its way would take away
    held.let_go(page)
    page.locator(".fn-rename").click()
    expect(page.locator(".fn-rename-to")).to_be_focused()


@pytest.mark.parametrize("trouble", ["", "<p>an old trouble</p>"], ids=["rows", "trouble"])
def test_a_list_that_a_later_one_overtook_is_not_shown(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    say(page, "What is the 2025 target?")
    held = Held("conversations", trouble)
    held.begin(site, monkeypatch)
    page.get_by_role("button", name="Conversations").click()
    assert held.came.wait(20)
    page.get_by_role("button", name="Close").click()
    open_conversations(page)
    page.locator(".fn-delete").click()
    page.locator(".fn-delete").click()
    expect(page.locator(".fn-conversations")).to_have_text("No conversation here.")
    held.let_go(page)
    expect(page.locator(".fn-conversations")).to_have_text("No conversation here.")
    expect(page.locator(".fn-conversations-trouble")).to_have_text("")


@pytest.mark.parametrize("then", ["another is opened", "a question is asked", "a new one is begun"])
def test_a_conversation_that_comes_after_the_window_went_on_is_not_shown(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch, then: str
) -> None:
    first, second = "Where do the sources disagree?", "Who is the mayor of Atlantis?"
    for question in (first, second):
        say(page, question)
        page.get_by_role("button", name="New", exact=True).click()
    say(page, "Give me a list")
    open_conversations(page)
    held = Held("reopen")
    held.begin(site, monkeypatch)
    page.get_by_role("button", name=first, exact=True).click()
    assert held.came.wait(20)
    if then == "another is opened":
        page.get_by_role("button", name=second, exact=True).click()
        left = [second]
    elif then == "a question is asked":
        say(page, "What is the 2025 target?")
        left = ["Give me a list", "What is the 2025 target?"]
    else:
        page.get_by_role("button", name="New", exact=True).click()
        left = []
    expect(page.locator(".fn-question")).to_have_text(left)
    held.let_go(page)
    expect(page.locator(".fn-question")).to_have_text(left)


def test_judged_answers_are_saved_as_a_question_set(page: Page) -> None:
    open_conversations(page)
    page.get_by_role("button", name="Save judged answers").click()
    expect(page.locator(".fn-conversations-trouble")).to_contain_text("no answer was judged yet")
    page.get_by_role("button", name="Close").click()
    say(page, "What is the 2025 target?")
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    open_conversations(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save judged answers").click()
    row = json.loads(Path(saved.value.path()).read_text())
    assert (row["question"], row["answers"]) == ("What is the 2025 target?", ["around 5%"])


# ── What may go wrong ─────────────────────────────────────────────────────────────────────────────────────────────


def test_hostile_questions_titles_and_stored_answers_stay_text(page: Page) -> None:
    say(page, f"hostile {HOSTILE_TEXT}")
    page.get_by_role("button", name="Edit").click()
    expect(page.locator(".fn-editing textarea")).to_have_value(f"hostile {HOSTILE_TEXT}")
    page.keyboard.press("Escape")
    open_conversations(page)
    expect(page.locator(".fn-reopen")).to_contain_text(["hostile <script>window.pwned"])
    page.get_by_role("searchbox", name="Find in questions and answers").fill("<img")
    page.locator(".fn-reopen").click()
    expect(page.locator(".fn-conversations")).to_be_hidden()  # until then the page has the answer as it was first given
    expect(page.locator(".fn-question")).to_have_text(f"hostile {HOSTILE_TEXT}")
    expect(page.locator(".fn-short")).to_have_text(f"{HOSTILE_TEXT}1")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("textbox", name="What would be right?").fill("<img src=x onerror='window.pwned=1'>")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".fn-why")).to_have_count(0)
    assert page.locator(".fn-app img, .fn-app script").count() == 0
    assert page.evaluate("window.pwned") is None


def test_a_conversation_deleted_in_another_window_is_said_to_be_gone(page: Page, site: Site, home: Path) -> None:
    say(page, "What is the 2025 target?")
    other = site.visit(page.context)
    open_conversations(other)
    other.get_by_role("button", name="Delete").click()
    other.get_by_role("button", name="Delete for good?").click()
    expect(other.locator(".fn-conversations")).to_have_text("No conversation here.")
    other.close()
    page.get_by_role("button", name="Yes").click()
    expect(page.locator(".fn-tool-trouble")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-tools + .fn-tool-trouble")).to_have_count(1)
    say(page, "Where do the sources disagree?")  # it goes on, as a new one, which holds nothing of the first answer
    expect(page.locator(".fn-tool-trouble")).to_have_count(0)
    first = page.locator(".fn-exchange").first
    first.get_by_role("group", name="Copy").get_by_role("button", name="Text").click()
    expect(first.locator(".fn-tool-trouble")).to_contain_text("this conversation is gone")
    first.get_by_role("button", name="Yes").click()
    expect(first.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "false")
    assert not (home / "feedback.jsonl").exists()
    open_conversations(page)
    expect(page.locator(".fn-conversations .fn-facts")).to_contain_text(["1 question"])


def edit_last(page: Page, question: str) -> None:
    last = page.locator(".fn-exchange").last
    last.hover()
    last.get_by_role("button", name="Edit").first.click()
    page.locator(".fn-editing textarea").fill(question)
    page.locator(".fn-editing textarea").press("Enter")
    expect(page.locator(".fn-exchange:last-child .fn-tools")).to_be_visible()


def test_two_windows_that_edit_the_same_question_lose_no_answer_and_judge_each_its_own(
    page: Page, site: Site, home: Path
) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Where do the sources disagree?")
    other = site.visit(page.context)
    open_conversations(other)
    other.locator(".fn-reopen").click()
    expect(other.locator(".fn-question")).to_have_count(2)
    edit_last(other, "Where do the sources disagree?")  # the same again: other words may have been found
    say(other, "Who is the mayor of Atlantis?")

    page.locator(".fn-exchange").last.get_by_role("button", name="Yes").click()
    expect(page.locator(".fn-tool-trouble")).to_contain_text("replaced in another window")
    assert not (home / "feedback.jsonl").exists()
    edit_last(page, "Give me a list")
    page.reload()
    expect(page.locator(".fn-question")).to_have_text(["What is the 2025 target?", "Give me a list"])
    page.get_by_role("button", name="Yes").last.click()  # of an answer that was opened again
    expect(page.get_by_role("button", name="Yes").last).to_have_attribute("aria-pressed", "true")
    other.reload()
    expect(other.locator(".fn-question")).to_have_text(
        ["What is the 2025 target?", "Where do the sources disagree?", "Who is the mayor of Atlantis?"]
    )
    (kept,) = [json.loads(line) for line in (home / "feedback.jsonl").read_text().splitlines()]
    assert (kept["question"], kept["history"]) == ("Give me a list", ["What is the 2025 target?"])


def test_answers_before_and_after_a_conversation_was_full_are_each_copied_judged_and_edited_for_themselves(
    page: Page, site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversations, "MAX_TURNS", 2)
    for question in ("What is the 2025 target?", "Give me a list", "Where do the sources disagree?"):
        say(page, question)
    exchanges = page.locator(".fn-exchange")
    for number, beginning in enumerate(["around 5% [1]\n", "around 5% [1]\nabout 4.5%", "The articles disagree: "]):
        exchanges.nth(number).get_by_role("group", name="Copy").get_by_role("button", name="Text").click()
        expect(exchanges.nth(number).get_by_role("group", name="Copy")).to_contain_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()").startswith(beginning)
    exchanges.first.get_by_role("button", name="Yes").click()
    expect(exchanges.first.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")
    (kept,) = [json.loads(line) for line in (home / "feedback.jsonl").read_text().splitlines()]
    assert kept["question"] == "What is the 2025 target?"

    exchanges.nth(1).hover()
    exchanges.nth(1).get_by_role("button", name="Edit").click()
    page.locator(".fn-editing textarea").fill("Who is the mayor of Atlantis?")
    page.locator(".fn-editing textarea").press("Enter")
    expect(page.locator(".fn-refusal")).to_be_visible()
    page.reload()  # it took the place of what it was made of, in the first conversation
    expect(page.locator(".fn-question")).to_have_text(["What is the 2025 target?", "Who is the mayor of Atlantis?"])
    open_conversations(page)
    expect(page.locator(".fn-conversations .fn-facts")).to_contain_text(["2 questions", "1 question"])


def test_the_library_folder_deleted_under_the_page_is_said_and_the_answers_go_on(page: Page, home: Path) -> None:
    say(page, "What is the 2025 target?")
    while home.exists():  # what the page is just doing may leave a new file in it
        shutil.rmtree(home, ignore_errors=True)
    say(page, "Who is the mayor of Atlantis?")
    expect(page.locator(".fn-refusal")).to_have_text("The articles don't say.")
    expect(page.locator(".fn-exchange .fn-note")).to_contain_text("This answer could not be kept:")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator(".fn-conversations-trouble .fn-trouble")).to_be_visible()
    home.mkdir()
    page.get_by_role("button", name="Close").click()
    say(page, "Where do the sources disagree?")
    expect(page.locator(".fn-tools").last).to_be_visible()


SERVER = """
import sys
from pathlib import Path
import browser, ui
desk, _ = browser.new_desk(Path(sys.argv[1]), *browser.DOCUMENTS)
ui.serve(desk, port=int(sys.argv[2]))
"""


@contextmanager
def served(home: Path, port: int) -> Iterator[str]:
    """The page in a process of its own, which is killed in the end."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    with subprocess.Popen([sys.executable, "-c", SERVER, str(home), str(port)], env=environment) as process:
        url = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(600):
                with suppress(OSError):
                    urllib.request.urlopen(url, timeout=2).close()
                    break
                time.sleep(0.1)
            yield url
        finally:  # otherwise a test that failed would wait for its end
            process.kill()


def test_a_server_killed_and_started_again_under_an_open_page(page: Page, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with served(tmp_path, port) as url:
        page.goto(url)
        page.locator(".fn-ready").wait_for()
        say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    expect(page.locator(".fn-given-up")).to_contain_text("Footnote does not answer. Is it still running?")
    page.get_by_role("button", name=re.compile("^[0-9]+ article")).click()
    expect(page.get_by_role("alert").first).to_contain_text("Footnote does not answer.")
    page.get_by_role("button", name="Model", exact=True).click()
    expect(page.locator(".fn-model-state")).to_contain_text("Footnote does not answer.")
    page.get_by_role("button", name="Close").click()
    with served(tmp_path, port):
        page.get_by_role("button", name="Ask again").click()
        expect(page.locator(".fn-refusal")).to_have_text("The articles don't say.")
        page.locator(".fn-exchange").first.hover()
        page.locator(".fn-exchange").first.get_by_role("button", name="Yes").click()
        expect(page.locator(".fn-thumb").first).to_have_attribute("aria-pressed", "true")
        open_conversations(page)
        expect(page.locator(".fn-conversations .fn-facts")).to_contain_text(["2 questions"])
