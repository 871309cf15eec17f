"""The written answer in a real browser: it streams in below the short one, can be stopped, and a model can be chosen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from browser import (
    DOCUMENTS,
    HARBOUR,
    TARGET,
    FakeAsker,
    FakeOffers,
    Held,
    Site,
    answered,
    cite,
    hit,
    needs_chromium,
    served,
)
from fakes import HashEncoder
from playwright.sync_api import Page, expect

from index.library import Library
from qa.chat.archive import Archive
from qa.chat.conversations import Conversations
from qa.chat.desk import Desk
from qa.chat.feedback import FeedbackLog
from qa.chat.pen import Pen
from qa.chat.shelf import Shelf
from qa.types import Answer
from qa.writing.hub import Cached, Tell
from qa.writing.types import Message, Stopped, Writer, Written

pytestmark = [needs_chromium, pytest.mark.slow]
WORDS = (
    "The target for 2025 is around five per cent . It was set in the work report . <b>Hostile</b> words too .".split()
)


class Slow:
    """Writes a word every twentieth of a second; the name says how many times over.

    The last one comes when it `may_end`.
    """

    def __init__(self, name: str) -> None:
        self.name, self.ended, self.may_end = name, 0.0, threading.Event()

    def write(self, messages: Sequence[Message], *, stopped: Stopped) -> Iterator[str]:
        *words, last = WORDS * (100 if "endless" in self.name else 1)
        for word in words:
            if stopped():
                break
            time.sleep(0.05)
            yield f"{word} "
        while not stopped() and not self.may_end.wait(0.05):
            pass
        if not stopped():
            yield last
        self.ended = time.monotonic()


class Asker(FakeAsker):
    """Finds the target, and shows what is written as it comes."""

    def ask(self, question: str, **given: Any) -> Answer:
        made = answered(question, "around 5%", cite(HARBOUR, TARGET, "around 5%"))
        return Answer(question, made.text, "span", 0.91, made.citations, (hit(1, HARBOUR, TARGET),))

    def written(self, answer: Answer, writer: Writer, *, stopped: Stopped) -> Iterator[Written]:
        text = ""
        for piece in writer.write([], stopped=stopped):
            text += piece
            shown = Answer(answer.question, f"{text} [1]", "generated", 0.9, (cite(HARBOUR, TARGET, ""),))
            yield Written(shown, 3, 2)


@pytest.fixture(scope="module")
def writers() -> dict[str, Slow]:
    return {}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, writers: dict[str, Slow]) -> Iterator[Site]:
    library, home = Library(None, HashEncoder()), tmp_path_factory.mktemp("home")
    assert len(list(library.add(DOCUMENTS))) == len(DOCUMENTS)
    asker = Asker(library)

    def opens(name: str, *, tell: Tell) -> Writer:
        writers[name] = Slow(name)
        return writers[name]

    pen = Pen(
        asker, opens=opens, cached=lambda: [Cached("tiny/quick", 900_000_000), Cached("tiny/endless", 2_400_000_000)]
    )
    archive = Archive(Conversations(home), FeedbackLog(home), document=library.document)
    desk = Desk(asker, Shelf(library), archive, pen=pen)
    with served(desk, asker, FakeOffers()) as made:
        yield made


@pytest.fixture
def page(site: Site) -> Iterator[Page]:
    """A new window. What it had written ends with it: the next model waits for that."""
    page = site.visit(site.context())
    yield page
    page.context.close()
    assert site.desk._pen is not None
    site.desk._pen.close()


def choose(page: Any, name: str) -> None:
    page.locator(".fn-open[data-panel=models]").click()
    expect(page.locator(".fn-model-list[aria-busy=false]")).to_be_attached()
    page.locator(f'.fn-model input[value="{name}"]').check()
    expect(page.locator(".fn-model-state")).to_have_text(f"Ready: {name}" if name else "")
    page.locator("#fn-models .fn-close").click()


def say(page: Any, question: str) -> None:
    page.locator("#fn-question").fill(question)
    page.locator("#fn-question").press("Enter")
    expect(page.locator(".fn-exchange:last-child .fn-short").first).to_contain_text("around 5%")


def test_a_model_is_chosen_and_its_answer_streams_in_below_the_short_one(page: Page, writers: dict[str, Slow]) -> None:
    choose(page, "tiny/quick")
    say(page, "What is the target?")
    written = page.locator(".fn-written")
    expect(written).to_contain_text("Writing…")
    expect(written).to_contain_text("five per cent")
    writers["tiny/quick"].may_end.set()
    expect(written.locator(".fn-stop-writing")).to_have_count(0)
    expect(written).to_contain_text("1 sentence left out")
    expect(written).to_contain_text("<b>Hostile</b> words too")
    assert written.locator("b").count() == 0
    assert page.locator(".fn-written").count() == 1
    above = page.locator(".fn-exchange > .fn-short").bounding_box()
    below = written.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    written.locator(".fn-marker").click()
    expect(page.locator("#cited")).to_have_text(TARGET)
    page.reload()
    expect(page.locator(".fn-written")).to_contain_text("five per cent")
    page.locator(".fn-open[data-panel=models]").click()
    expect(page.locator(".fn-model-list")).to_contain_text("s an answer")


def test_writing_is_stopped_within_a_second_and_what_stood_stays(
    page: Page, site: Site, writers: dict[str, Slow], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, came = site.desk.call, list[float]()

    def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
        if name == "stop_writing":
            came.append(time.monotonic())
        return real(name, sent)

    monkeypatch.setattr(site.desk, "call", call)
    page.set_viewport_size({"width": 390, "height": 800})
    page.emulate_media(color_scheme="dark")
    choose(page, "tiny/endless")
    say(page, "What is the target, at length?")
    written = page.locator(".fn-written")
    expect(written).to_contain_text("five per cent")
    written.locator(".fn-stop-writing").click()
    expect(written.locator(".fn-stop-writing")).to_have_count(0)
    assert 0 < writers["tiny/endless"].ended - came[0] < 2.0
    expect(written).to_contain_text("five per cent")


def test_another_question_stops_the_writing_of_the_one_before(page: Page, writers: dict[str, Slow]) -> None:
    choose(page, "tiny/endless")
    say(page, "What is the target, at length?")
    expect(page.locator(".fn-written")).to_contain_text("five per cent")
    writers["tiny/endless"].ended = 0.0
    choose(page, "")
    say(page, "What is the target again?")
    end = time.monotonic() + 20
    while not writers["tiny/endless"].ended:
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    expect(page.locator(".fn-exchange:last-child .fn-written")).to_have_count(0)


def test_what_was_still_being_written_is_not_kept_under_the_same_question_asked_again(
    page: Page, writers: dict[str, Slow]
) -> None:
    choose(page, "tiny/endless")
    say(page, "What is the target, at length?")
    expect(page.locator(".fn-written")).to_contain_text("five per cent")
    writers["tiny/endless"].ended = 0.0
    choose(page, "")
    page.locator(".fn-exchange").hover()
    page.locator(".fn-edit").first.click()
    page.locator(".fn-editing textarea").press("Enter")
    expect(page.locator(".fn-exchange .fn-tools")).to_be_visible()
    end = time.monotonic() + 20
    while not writers["tiny/endless"].ended:
        assert time.monotonic() < end
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)  # what stood of it is kept by now, if it is
    page.reload()
    expect(page.locator(".fn-exchange .fn-short")).to_contain_text("around 5%")
    expect(page.locator(".fn-written")).to_have_count(0)


def test_a_model_typed_while_the_one_before_is_being_chosen_stays(
    page: Page, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held("choose_model")
    held.begin(site, monkeypatch)
    page.locator(".fn-open[data-panel=models]").click()
    box = page.locator("#fn-other-model")
    box.fill("tiny/quick")
    page.locator(".fn-other-model button").click()
    assert held.came.wait(20)
    box.fill("tiny/endless")
    held.let_go(page)
    expect(page.locator(".fn-model-state")).to_have_text("Ready: tiny/quick")
    expect(box).to_have_value("tiny/endless")
