"""The library in the page, in a real browser: files, links and texts come in, are found, chosen, removed, put back."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import (
    DOCUMENTS,
    HARBOUR,
    HOSTILE,
    PHONE_WIDTH,
    PROVINCES,
    Held,
    Site,
    needs_chromium,
    open_site,
    say,
)
from fakes import GatedEncoder
from playwright.sync_api import APIResponse, Page, Route, expect

from index.types import LibraryError
from qa.chat.page import trouble_html
from qa.chat.shelf import MOST_WAITING

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def encoder() -> GatedEncoder:
    made = GatedEncoder()
    made.gate.set()
    return made


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, encoder: GatedEncoder) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("home"), *DOCUMENTS, encoder=encoder) as opened:
        yield opened


@pytest.fixture
def page(site: Site, encoder: GatedEncoder) -> Iterator[Page]:
    """A window with the library's panel open over the three documents."""
    encoder.gate.set()  # where a test that failed left it closed
    until = time.monotonic() + 30
    while any(not job.finished for job in site.desk.shelf.jobs()):
        assert time.monotonic() < until, "what the test before was adding does not end"
        time.sleep(0.05)
    library = site.asker.library
    library.remove([entry.id for entry in library.entries()])
    assert [outcome.status for outcome in library.add(DOCUMENTS)] == ["added"] * 3
    site.desk.shelf.forget_finished()
    page = site.visit(site.context())
    open_library(page)
    yield page
    page.context.close()


def open_library(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^[0-9]+ article")).click()
    expect(page.get_by_role("region", name="Articles")).to_be_visible()
    expect(page.locator(".fn-documents[aria-busy=false]")).to_be_attached()


def titles(page: Page) -> list[str]:
    return page.locator(".fn-open-document").all_text_contents()


def paste(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="A link or a text to add").fill(text)
    page.get_by_role("button", name="Add", exact=True).click()


def drop(page: Page, **files: str) -> None:
    """Drop files of these names (a dot is written as "__") and texts onto the page."""
    named = {name.replace("__", "."): text for name, text in files.items()}
    page.evaluate(
        """(named) => {
            const dataTransfer = new DataTransfer();
            for (const [name, text] of Object.entries(named)) dataTransfer.items.add(new File([text], name));
            const target = document.querySelector('.fn-talk');
            for (const kind of ['dragover', 'drop']) {
                target.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true}));
            }
        }""",
        named,
    )


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_document_is_listed_with_its_place_date_and_size(page: Page) -> None:
    assert titles(page) == [HOSTILE.title, HARBOUR.title, PROVINCES.title]
    facts = page.locator(".fn-row .fn-facts").nth(1)
    expect(facts).to_have_text(re.compile(r"example\.org · 14 March 2024 · \d+ passages"))


def test_the_search_finds_by_title_and_source(page: Page) -> None:
    page.get_by_role("searchbox", name="Find by title or source").fill("provinces.txt")
    expect(page.locator(".fn-open-document")).to_have_text([PROVINCES.title])
    page.get_by_role("searchbox", name="Find by title or source").fill("nothing of the kind")
    expect(page.locator(".fn-documents")).to_have_text("No article here.")


def test_escape_empties_a_filled_search_and_then_closes_the_panel(page: Page) -> None:
    search = page.get_by_role("searchbox", name="Find by title or source")
    search.fill("provinces.txt")
    expect(page.locator(".fn-row")).to_have_count(1)
    search.press("Escape")
    expect(page.locator(".fn-row")).to_have_count(3)
    search.press("Escape")
    expect(page.get_by_role("region", name="Articles")).to_be_hidden()


def test_the_keyboard_opens_the_panel_and_escape_leads_back(page: Page) -> None:
    expect(page.get_by_role("region", name="Articles")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Articles")).to_be_hidden()
    opener = page.get_by_role("button", name="3 articles")
    expect(opener).to_be_focused()
    expect(opener).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="A link or a text to add")).to_be_focused()


def test_a_listed_article_opens_and_back_leads_to_the_list(page: Page) -> None:
    page.get_by_role("button", name=PROVINCES.title, exact=True).click()
    expect(page.locator(".fn-paper")).to_contain_text("The note was not signed.")
    expect(page.get_by_role("region", name="Articles")).to_be_hidden()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_role("region", name="Articles")).to_be_visible()


# ── Adding ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_chosen_files_become_articles_and_failures_say_why(page: Page, tmp_path: Path) -> None:
    (tmp_path / "kelp.txt").write_text("Kelp farm\n\nDivers planted kelp near the lighthouse.")
    (tmp_path / "empty.txt").write_text("")
    page.locator(".fn-files").set_input_files([tmp_path / "kelp.txt", tmp_path / "empty.txt"])
    row = page.locator(".fn-job:not(.fn-here)", has_text="kelp.txt")
    expect(row.locator(".fn-stage")).to_have_text("added")
    failed = page.locator(".fn-job:not(.fn-here)", has_text="empty.txt")
    expect(failed).to_have_attribute("data-stage", "failed")
    expect(failed.locator(".fn-stage")).to_contain_text("Failed: it is empty")
    expect(page.locator(".fn-open-document").nth(2)).to_have_text("Kelp farm")
    expect(page.get_by_role("button", name="4 articles")).to_be_visible()
    expect(page.locator(".fn-news")).to_contain_text("empty.txt")
    page.get_by_role("button", name="Clear finished").click()
    expect(page.locator(".fn-adding")).to_be_hidden()


def test_twenty_files_dropped_at_once_all_come_in(page: Page) -> None:
    page.get_by_role("button", name="Close").click()
    drop(page, **{f"boat{n}__txt": f"Boat {n}\n\nBoat {n} left the quay." for n in range(20)})
    expect(page.get_by_role("region", name="Articles")).to_be_visible()
    expect(page.get_by_role("button", name="23 articles")).to_be_visible(timeout=60_000)
    expect(page.locator(".fn-job[data-stage=done]")).to_have_count(20, timeout=60_000)


def test_of_many_files_those_that_find_no_room_wait_and_come_in_and_the_page_is_not_left_unasked(
    page: Page, site: Site, encoder: GatedEncoder
) -> None:
    leaving = "() => !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"  # true: the browser asks
    encoder.gate.clear()
    large = "The large boat left the quay. " * 30_000  # is still on its way when the answer is that there is no room
    drop(page, **{f"boat{n}__txt": f"Boat {n}\n\n{large if n == MOST_WAITING else n}" for n in range(MOST_WAITING + 3)})
    expect(page.locator(".fn-here .fn-stage")).to_have_text(["waiting…"] * 3, timeout=60_000)
    page.wait_for_timeout(1000)
    assert [job.name for job in site.desk.shelf.jobs()] == [f"boat{n}.txt" for n in range(MOST_WAITING)]
    assert page.evaluate(leaving)
    encoder.gate.set()
    expect(page.get_by_role("button", name=f"{MOST_WAITING + 6} articles")).to_be_visible(timeout=60_000)
    expect(page.locator(".fn-job[data-stage=done]")).to_have_count(MOST_WAITING + 3, timeout=60_000)
    expect(page.locator(".fn-here")).to_have_count(0)
    assert not page.evaluate(leaving)


def test_of_a_dropped_folder_the_files_that_can_be_read_come_in_under_their_paths(page: Page, tmp_path: Path) -> None:
    (tmp_path / "coast" / "deep").mkdir(parents=True)
    (tmp_path / "coast" / "kelp.txt").write_text("Kelp farm\n\nDivers planted kelp near the lighthouse.")
    (tmp_path / "coast" / "deep" / "kelp.txt").write_text("Rope walk\n\nThe rope was spun in the long shed.")
    (tmp_path / "coast" / "deep" / "picture.png").write_bytes(b"PNG")
    devtools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(tmp_path / "coast")], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver"):
        devtools.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})
    expect(page.locator(".fn-dropping")).to_be_visible()
    devtools.send("Input.dispatchDragEvent", {"type": "drop", "x": 300, "y": 300, "data": data})
    expect(page.locator(".fn-dropping")).to_be_hidden()
    expect(page.locator(".fn-job[data-stage=done]")).to_have_count(2)
    expect(page.locator(".fn-here")).to_have_count(0)
    assert sorted(page.locator(".fn-job-name").all_text_contents()) == ["coast/deep/kelp.txt", "coast/kelp.txt"]


def test_of_a_dropped_folder_what_cannot_be_read_is_named_and_the_rest_comes_in(page: Page) -> None:
    page.evaluate(
        """() => {
            const denied = () => new DOMException('', 'NotReadableError');
            const file = (name, text) => ({
                isFile: true,
                fullPath: `/coast/${name}`,
                file: (give, fail) => (text ? give(new File([text], name)) : fail(denied())),
            });
            const folder = (fullPath, ...within) => ({
                isDirectory: true,
                fullPath,
                createReader: () => ({
                    readEntries: (give, fail) => (within[0] ? give(within.splice(0)) : fullPath === '/coast' ? give([]) : fail(denied())),
                }),
            });
            const all = [file('kelp.txt', 'Divers planted kelp.'), file('bad.txt'), file('bad.png'), folder('/coast/deep')];
            const event = new Event('drop', {bubbles: true, cancelable: true});
            const items = [{webkitGetAsEntry: () => folder('/coast', ...all)}];
            event.dataTransfer = {types: ['Files'], items, files: []};
            document.querySelector('.fn-talk').dispatchEvent(event);
        }"""
    )
    expect(page.locator(".fn-job[data-stage=done] .fn-job-name")).to_have_text("coast/kelp.txt")
    failed = page.locator(".fn-job.fn-failed")
    expect(failed.locator(".fn-stage")).to_have_text(
        ["It cannot be read. Is it still there, and may it be opened?"] * 2
    )
    assert sorted(failed.locator(".fn-job-name").all_text_contents()) == ["coast/bad.txt", "coast/deep"]


def test_a_file_of_200_megabytes_is_refused_in_words_without_being_sent(page: Page, site: Site, tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(200 * 2**20)
    site.requests.clear()
    page.locator(".fn-files").set_input_files(tmp_path / "big.txt")
    expect(page.locator(".fn-job")).to_contain_text("It has 200 MB; a file may have 100 MB.")
    assert not [url for url in site.requests if "upload" in url]
    page.get_by_role("button", name="Clear finished").click()
    expect(page.locator(".fn-job")).to_have_count(0)


def test_a_pasted_text_becomes_an_article_that_can_be_put_twice_only_once(page: Page) -> None:
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    expect(page.locator(".fn-job .fn-stage")).to_have_text("added")
    expect(page.get_by_role("textbox", name="A link or a text to add")).to_have_value("")
    expect(page.locator(".fn-row", has_text="Kelp farm")).to_contain_text("pasted text · 1 passage")
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    expect(page.locator(".fn-job .fn-stage").first).to_have_text("already there")


def test_a_link_that_is_none_and_one_that_leads_nowhere_are_said_in_words(page: Page) -> None:
    paste(page, "/etc/passwd")
    expect(page.get_by_role("alert").first).to_contain_text("is not a web address")
    expect(page.get_by_role("textbox", name="A link or a text to add")).to_have_value("/etc/passwd")
    paste(page, "http://127.0.0.1:1/story")
    expect(page.locator(".fn-job")).to_contain_text("private network")
    expect(page.get_by_role("alert").first).to_have_text("")


def test_a_text_typed_while_the_one_before_is_being_sent_stays(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, typed = site.desk.call, threading.Event()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        if name == "add":
            typed.wait(60)
        return real(name, sent)

    monkeypatch.setattr(site.desk, "call", call)
    box = page.get_by_role("textbox", name="A link or a text to add")
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    box.fill("Rope walk\n\nThe rope was spun in the long shed.")
    typed.set()
    expect(page.locator(".fn-stage")).to_have_text("added")
    expect(box).to_have_value("Rope walk\n\nThe rope was spun in the long shed.")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".fn-stage")).to_have_text(["added", "added"])
    expect(box).to_have_value("")


def test_a_question_is_answered_while_an_article_is_being_added(page: Page, encoder: GatedEncoder) -> None:
    encoder.gate.clear()
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    paste(page, "Rope walk\n\nThe rope was spun in the long shed.")
    expect(page.locator(".fn-stage")).to_have_text(["waiting…", "embedding…"])
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-short")).to_contain_text("around 5%")
    expect(page.locator(".fn-stage")).to_have_text(["waiting…", "embedding…"])
    encoder.gate.set()
    expect(page.locator(".fn-stage")).to_have_text(["added", "added"])


def looks(page: Page, calls: list[str], *, first: int = 1) -> int:
    """How often questions were looked for, a second after the `first`-th time; 0 when that does not come."""
    for _ in range(100):
        if calls.count("offer") >= first:
            page.wait_for_timeout(1000)
            return calls.count("offer")
        page.wait_for_timeout(100)
    return 0


def test_while_articles_come_in_no_questions_are_looked_for_and_then_one_search_is_made(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    with page.expect_response(lambda answer: '"offer"' in (answer.request.post_data or "")):
        page.reload()
    open_library(page)
    real, calls = site.desk.call, list[str]()
    busy, looked = threading.Event(), threading.Event()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        calls.append(name)
        if name == "offer":
            looked.wait(60)
        return real(name, sent) | ({"busy": True} if name == "jobs" and busy.is_set() else {})

    monkeypatch.setattr(site.desk, "call", call)
    busy.set()
    for number in range(4, 7):
        paste(page, f"Boat {number} left the quay.")
        expect(page.get_by_role("button", name=f"{number} articles")).to_be_visible()
    assert calls.count("offer") == 0
    busy.clear()
    assert looks(page, calls) == 1
    for number in range(7, 10):  # while that one takes its time
        paste(page, f"Boat {number} left the quay.")
        expect(page.get_by_role("button", name=f"{number} articles")).to_be_visible()
    assert calls.count("offer") == 1
    looked.set()
    assert looks(page, calls, first=2) == 2


def test_a_window_opened_while_articles_come_in_looks_for_questions_when_they_are_in(
    page: Page, site: Site, encoder: GatedEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder.gate.clear()
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    expect(page.locator(".fn-stage")).to_have_text("embedding…")
    page.close()
    real, calls = site.desk.call, list[str]()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        calls.append(name)
        return real(name, sent)

    monkeypatch.setattr(site.desk, "call", call)
    new = site.visit(page.context)
    new.wait_for_timeout(1000)
    assert "offer" not in calls
    encoder.gate.set()
    expect(new.get_by_role("button", name="4 articles")).to_be_visible()
    assert looks(new, calls) == 1


# ── Removing and choosing ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_removed_article_is_put_back_by_undo(page: Page, site: Site) -> None:
    page.get_by_role("button", name=f"Remove “{HARBOUR.title}”").click()
    expect(page.locator(".fn-undo")).to_contain_text(f"Removed “{HARBOUR.title}”.")
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="3 articles")).to_be_visible()
    expect(page.locator(".fn-undo")).to_have_count(0)
    assert site.asker.library.document("harbour") == HARBOUR


def test_a_double_click_on_remove_removes_one_article(page: Page) -> None:
    page.get_by_role("button", name=f"Remove “{HARBOUR.title}”").dblclick()
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.get_by_role("alert").first).to_have_text("")
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()


def test_what_was_removed_far_down_the_list_is_said_there(page: Page, site: Site) -> None:
    boats = [replace(PROVINCES, id=f"boat{n}", title=f"Boat {n}", source=f"boat{n}.txt") for n in range(10, 40)]
    assert len(list(site.asker.library.add(boats))) == 30
    page.get_by_role("searchbox", name="Find by title or source").fill("boat")
    page.get_by_role("button", name="Remove “Boat 38”").click()
    expect(page.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Boat 37", exact=True)).to_be_in_viewport(ratio=1)


def test_a_title_that_is_a_number_stays_as_it_is(page: Page, site: Site) -> None:
    assert len(list(site.asker.library.add([replace(PROVINCES, id="1984", title="1984", source="1984.txt")]))) == 1
    page.get_by_role("searchbox", name="Find by title or source").fill("1984")
    page.get_by_role("button", name="Remove “1984”").click()
    expect(page.locator(".fn-undo")).to_contain_text("Removed “1984”.")


def test_a_question_is_asked_of_the_ticked_articles_alone(page: Page, site: Site) -> None:
    expect(page.locator(".fn-choice")).to_be_hidden()
    page.get_by_role("checkbox", name=f"Ask “{HARBOUR.title}”").uncheck()
    expect(page.locator(".fn-choice")).to_contain_text("Asking 2 of 3 articles.")
    say(page, "Who is the mayor of Atlantis?")
    assert site.asker.within[-1] == {"provinces", HOSTILE.id}
    expect(page.locator(".fn-looked")).to_contain_text("Looked in 2 articles.")
    page.get_by_role("button", name="Ask all").click()
    expect(page.get_by_role("checkbox", name=f"Ask “{HARBOUR.title}”")).to_be_checked()
    say(page, "Who is the mayor of Atlantis?")
    assert site.asker.within[-1] is None


def test_questions_for_the_start_are_looked_for_in_the_articles_that_are_ticked(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.wait_for_timeout(1000)  # those of the start are looked for by now
    real, sought = site.desk.call, list[dict[str, Any]]()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        if name != "offer":
            return real(name, sent)
        sought.append(sent["chosen"])
        return {"chips": f'<li><button type="button" class="fn-chip">{len(sought)}</button></li>'}

    monkeypatch.setattr(site.desk, "call", call)
    page.get_by_role("checkbox", name=f"Ask “{HARBOUR.title}”").uncheck()
    expect(page.locator(".fn-chip")).to_have_text(["1"])
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.locator(".fn-chip")).to_have_text(["2"])
    assert sought == [{"all": True, "ids": ["harbour"]}, {"all": False, "ids": []}]


def test_one_article_alone_is_asked_and_with_none_the_page_says_what_to_do(page: Page, site: Site) -> None:
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.locator(".fn-asked-of")).to_have_text("Questions are asked of 0 of 3 articles.")
    asked = len(site.asker.asked)
    say(page, "What is the 2025 target?")
    expect(page.locator(".fn-trouble")).to_contain_text("No article is chosen to look in", use_inner_text=True)
    assert len(site.asker.asked) == asked
    page.get_by_role("checkbox", name=f"Ask “{PROVINCES.title}”").check()
    page.get_by_role("searchbox", name="Find by title or source").fill("low")  # a search changes no choice
    expect(page.locator(".fn-open-document")).to_have_count(1)
    say(page, "What is the 2025 target?")
    assert site.asker.within[-1] == {"provinces"}


def test_all_and_none_are_of_the_articles_found(page: Page, site: Site) -> None:
    search = page.get_by_role("searchbox", name="Find by title or source")
    search.fill("provinces.txt")
    expect(page.locator(".fn-row")).to_have_count(1)
    page.get_by_role("button", name="None", exact=True).click()
    expect(page.locator(".fn-asked-of")).to_have_text("Questions are asked of 2 of 3 articles.")
    page.get_by_role("button", name="All", exact=True).click()
    expect(page.locator(".fn-asked-of")).to_contain_text("asked of all articles")


def test_an_article_that_comes_in_is_asked_unless_only_some_are(page: Page, site: Site) -> None:
    page.get_by_role("checkbox", name=f"Ask “{HARBOUR.title}”").uncheck()
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    expect(page.locator(".fn-choice")).to_contain_text("Asking 3 of 4 articles.")
    (kelp,) = site.desk.shelf.entries("kelp")
    say(page, "What is the 2025 target?")
    assert site.asker.within[-1] == {"provinces", HOSTILE.id, kelp.id}


def test_what_another_window_removed_is_not_counted_among_the_ticked(page: Page, site: Site) -> None:
    page.get_by_role("button", name="None", exact=True).click()
    for document in (HARBOUR, PROVINCES):
        page.get_by_role("checkbox", name=f"Ask “{document.title}”").check()
    site.asker.library.remove(["provinces", HOSTILE.id])
    page.get_by_role("button", name="Close").click()
    open_library(page)
    expect(page.locator(".fn-asked-of")).to_have_text("Questions are asked of 1 of 1 article.")
    say(page, "Who is the mayor of Atlantis?")
    assert site.asker.within[-1] == {"harbour"}
    expect(page.locator(".fn-looked")).to_contain_text("Looked in 1 article.")
    page.get_by_role("button", name="Ask all").click()
    expect(page.locator(".fn-asked-of")).to_contain_text("asked of all articles")


def test_an_article_that_is_put_back_is_asked_as_little_as_before(page: Page, site: Site) -> None:
    tick = page.get_by_role("checkbox", name=f"Ask “{HARBOUR.title}”")
    tick.uncheck()
    page.get_by_role("button", name=f"Remove “{HARBOUR.title}”").click()
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    expect(page.locator(".fn-choice")).to_be_hidden()  # the others are all that there are
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".fn-choice")).to_contain_text("Asking 2 of 3 articles.")
    expect(tick).not_to_be_checked()
    say(page, "What is the 2025 target?")
    assert site.asker.within[-1] == {"provinces", HOSTILE.id}


@pytest.mark.parametrize("trouble", ["", "<p>an old trouble</p>"], ids=["rows", "trouble"])
def test_a_list_that_a_later_one_overtook_is_not_shown(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    held = Held("documents", trouble)
    held.begin(site, monkeypatch)
    page.get_by_role("searchbox", name="Find by title or source").dispatch_event("input")
    assert held.came.wait(20)
    page.get_by_role("button", name=f"Remove “{PROVINCES.title}”").click()
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    held.let_go(page)
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    assert titles(page) == [HOSTILE.title, HARBOUR.title]
    expect(page.get_by_role("alert").first).to_have_text("")


def test_a_late_count_of_the_start_does_not_take_the_place_of_a_newer_one(page: Page, site: Site) -> None:
    early: list[tuple[Route, APIResponse]] = []

    def keep_the_first(route: Route) -> None:
        if not early and '"name":"jobs"' in (route.request.post_data or ""):
            early.append((route, route.fetch()))
        else:
            route.continue_()

    new = page.context.new_page()
    new.route("**/component_server/**", keep_the_first)
    new.goto(site.url)
    for _ in range(400):
        if early:
            break
        new.wait_for_timeout(50)
    open_library(new)
    new.get_by_role("button", name=f"Remove “{PROVINCES.title}”").click()
    expect(new.get_by_role("button", name="2 articles")).to_be_visible()
    ((route, counted),) = early
    route.fulfill(response=counted)
    new.wait_for_timeout(100)  # what should not show would by now
    expect(new.get_by_role("button", name="2 articles")).to_be_visible()


def test_an_answer_shows_its_article_where_the_panel_stood_and_a_refusal_leaves_the_panel(page: Page) -> None:
    panel = page.get_by_role("region", name="Articles")
    say(page, "Who is the mayor of Atlantis?")
    expect(panel).to_be_visible()
    say(page, "What is the 2025 target?")
    expect(page.locator("#cited")).to_be_visible()
    expect(panel).to_be_hidden()
    expect(page.get_by_role("button", name="3 articles")).to_have_attribute("aria-expanded", "false")


def test_a_window_that_is_looked_at_again_counts_what_another_removed(page: Page, site: Site) -> None:
    page.get_by_role("button", name="Close").click()
    site.asker.library.remove(["provinces"])
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()


# ── What may go wrong ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_library_that_cannot_be_read_is_said_in_words_wherever_it_is_asked(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, troubled = site.desk.call, set[str]()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        trouble = trouble_html(LibraryError("the library cannot be read", "look whether the disk is there"))
        return {"trouble": trouble} if name in troubled else real(name, sent)

    monkeypatch.setattr(site.desk, "call", call)
    for name in ("jobs", "documents", "add", "remove", "forget"):
        expect(page.locator(".fn-documents[aria-busy=false]")).to_be_attached()  # or its trouble would come later
        troubled.clear()
        page.get_by_role("button", name="Close").click()
        open_library(page)
        expect(page.get_by_role("alert").first).to_have_text("")
        troubled.add(name)
        if name == "documents":
            page.get_by_role("searchbox", name="Find by title or source").fill("low")
        elif name == "remove":
            page.get_by_role("button", name=f"Remove “{PROVINCES.title}”").click()
        elif name == "forget":
            page.locator(".fn-forget").evaluate("button => button.click()")
        else:
            paste(page, f"Boat {name} left the quay.")
        expect(page.get_by_role("alert").first).to_contain_text("the library cannot be read")
    troubled.add("jobs")
    new = site.visit(page.context)
    open_library(new)
    expect(new.get_by_role("alert").first).to_contain_text("the library cannot be read")
    for window in (page, new):
        expect(window.get_by_role("button", name="4 articles")).to_be_visible()
        assert "undefined" not in window.locator(".fn-app").inner_text()
    new.close()


def test_hostile_names_titles_and_texts_stay_text(page: Page) -> None:
    hostile = "<img src=x onerror='window.pwned=1'>"
    paste(page, f"{hostile}\n\n{hostile} and more words of it.")
    drop(page, **{f"{hostile}__txt": "Kelp farm\n\nDivers planted kelp.", "<b>bad__exe": "MZ"})
    for name in ("<b>bad.exe", f"{hostile}.txt", hostile):  # a row of the window's own may stand beside the server's
        expect(page.locator(".fn-job-name").get_by_text(name, exact=True)).to_have_count(1)
    expect(page.locator(".fn-job-name")).to_have_count(3)
    expect(page.locator(".fn-job[data-stage=failed]")).to_contain_text(".exe")
    page.get_by_role("searchbox", name="Find by title or source").fill("onerror='window")
    expect(page.locator(".fn-open-document")).to_have_text([hostile, HOSTILE.title, "Kelp farm"])
    page.get_by_role("button", name=f"Remove “{hostile}”", exact=True).click()
    expect(page.locator(".fn-undo")).to_contain_text(f"Removed “{hostile}”.")
    paste(page, "javascript:alert(document.domain)//<img/src=x>")
    expect(page.get_by_role("alert").first).to_contain_text("is not a web address")
    assert page.locator(".fn-app img, .fn-app script, .fn-app b").count() == 0
    assert page.evaluate("window.pwned") is None


def test_the_focus_stays_in_the_list_when_the_list_changes(page: Page) -> None:
    remove = page.get_by_role("button", name=f"Remove “{PROVINCES.title}”")
    paste(page, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    remove.focus()
    expect(page.locator(".fn-row")).to_have_count(4)
    expect(remove).to_be_focused()


def test_two_windows_on_one_library_each_say_what_the_other_did(page: Page, site: Site) -> None:
    other = site.visit(page.context)
    open_library(other)
    other.wait_for_timeout(1000)  # it asks how the adding goes, too, and a late reply would tell it what is removed
    page.get_by_role("button", name=f"Remove “{PROVINCES.title}”").click()
    expect(page.get_by_role("button", name="2 articles")).to_be_visible()
    other.get_by_role("button", name=f"Remove “{PROVINCES.title}”").click()
    expect(other.get_by_role("alert").first).to_contain_text("this article is no longer in the library")
    expect(other.get_by_role("button", name="2 articles")).to_be_visible()
    say(other, "Where do the sources disagree?")
    other.get_by_role("button", name="Provinces told to plan low").click()
    expect(other.locator(".fn-article")).to_contain_text("This article is no longer in the library.")
    other.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
    other.locator(".fn-article").get_by_role("button", name="Close").click()
    expect(other.locator(".fn-article")).to_be_hidden()
    other.close()


def test_a_footnote_of_an_article_that_changed_since_says_so_and_marks_nothing(page: Page, site: Site) -> None:
    say(page, "Where do the sources disagree?")
    new = replace(PROVINCES, text="Provinces told to plan low\n\nThe ministry denied that any target was set.")
    assert [outcome.status for outcome in site.asker.library.add([new])] == ["updated"]
    page.locator(".fn-footnote").nth(1).click()
    expect(page.locator(".fn-article .fn-note")).to_contain_text("The article has changed since")
    expect(page.locator(".fn-paper")).to_contain_text("The ministry denied")
    expect(page.locator("mark#cited")).to_have_count(0)


def test_an_empty_library_offers_to_add(page: Page, site: Site) -> None:
    site.asker.library.remove([document.id for document in DOCUMENTS])
    new = site.visit(page.context)
    expect(new.get_by_role("button", name="0 articles")).to_be_visible()
    new.get_by_role("button", name="Add your first articles").click()
    expect(new.get_by_role("region", name="Articles")).to_be_focused()
    paste(new, "Kelp farm\n\nDivers planted kelp near the lighthouse.")
    expect(new.get_by_role("button", name="1 article")).to_be_visible()
    new.close()


def test_on_a_phone_the_panel_is_a_sheet_over_the_page(site: Site, page: Page) -> None:
    phone = site.visit(site.context(width=PHONE_WIDTH, height=844))
    open_library(phone)
    box = phone.get_by_role("region", name="Articles").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, PHONE_WIDTH)
    assert box["y"] + box["height"] == 844
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH
    assert phone.locator(".fn-talk").evaluate("e => e.inert")
    phone.mouse.click(PHONE_WIDTH / 2, 20)  # on the page, dimmed
    expect(phone.get_by_role("region", name="Articles")).to_be_hidden()
    open_library(phone)
    phone.get_by_role("button", name="Close").click()
    assert not phone.locator(".fn-talk").evaluate("e => e.inert")
    say(phone, "What is the 2025 target?")
    expect(phone.locator(".fn-short")).to_be_in_viewport(ratio=1)
    phone.context.close()
