"""The whole chain as a person meets it: `footnote chat` over the sample articles, asked in a real browser."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Page, expect  # noqa: E402

ROOT = Path(__file__).parents[1]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
START_WITHIN_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A running `footnote chat` over a fresh library of the sample articles."""
    home, port = str(tmp_path_factory.mktemp("home")), free_port()
    footnote = [sys.executable, "-m", "qa"]
    subprocess.run([*footnote, "index", "--home", home, "articles"], cwd=ROOT, check=True, capture_output=True)
    command = [*footnote, "chat", "--home", home, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as chat:
        address = f"http://127.0.0.1:{port}/"
        wait_for(address, chat)
        yield address
        chat.send_signal(signal.SIGINT)
        try:
            printed, _ = chat.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            chat.kill()  # otherwise it would be waited for
            raise
        assert "Traceback" not in printed, "Ctrl-C is not clean"


def wait_for(address: str, chat: subprocess.Popen[str]) -> None:
    until = time.monotonic() + START_WITHIN_S
    while time.monotonic() < until:
        if chat.poll() is not None:
            pytest.fail(f"the chat ended by itself: {chat.communicate()[0]}")
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    chat.kill()
    pytest.fail("the chat did not answer in time")


@pytest.fixture(scope="module")
def page(url: str) -> Iterator[Page]:
    with playwright_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, headless=True)
        window = browser.new_page(viewport={"width": 1280, "height": 800})
        asked_for: list[str] = []
        window.on("request", lambda request: asked_for.append(request.url))
        window.goto(url)
        window.locator(".fn-ready").wait_for()
        yield window
        hosts = {urlsplit(address).hostname for address in asked_for if address.startswith("http")}
        assert hosts == {"127.0.0.1"}, "the page asked another machine for something"
        browser.close()


def say(page: Page, question: str) -> None:
    before = page.locator(".fn-exchange").count()
    page.locator("#fn-question").fill(question)
    page.locator("#fn-question").press("Enter")
    expect(page.locator(".fn-exchange")).to_have_count(before + 1)
    expect(page.locator(".fn-searching")).to_have_count(0, timeout=20_000)


def test_the_reference_question_gets_its_answer_and_the_article_at_that_sentence(page: Page) -> None:
    say(page, "what is Beijing's 2025 target")
    answer = page.locator(".fn-exchange").last
    expect(answer).to_contain_text("300 billion yuan")
    expect(answer).to_contain_text("A detailed plan issued in 2023")
    cited = page.locator("#cited")
    expect(cited).to_contain_text("a target of 300 billion yuan for the scale of its AI core industry by 2025.")
    expect(cited).to_be_in_viewport()


def test_what_the_articles_do_not_say_is_refused_with_the_nearest_passages(page: Page) -> None:
    say(page, "Who is the mayor of Beijing?")
    refusal = page.locator(".fn-exchange").last
    expect(refusal).to_contain_text("The articles don't say.")
    expect(refusal).to_contain_text("Nearest passages")


@pytest.mark.parametrize(
    "question", ["x" * 10_000, "<img src=x onerror=alert(1)>", "\u202e\u0007 ???", "; DROP TABLE words; --"]
)
def test_rude_input_gets_words_and_the_page_goes_on(page: Page, question: str) -> None:
    say(page, question)
    expect(page.locator(".fn-exchange").last).not_to_contain_text("Something went wrong")
    say(page, "what is Beijing's 2025 target")
    expect(page.locator(".fn-exchange").last).to_contain_text("300 billion yuan")


def test_an_empty_question_is_not_sent(page: Page) -> None:
    before = page.locator(".fn-exchange").count()
    page.locator("#fn-question").fill("   ")
    page.locator("#fn-question").press("Enter")
    say(page, "what is Beijing's 2025 target")
    expect(page.locator(".fn-exchange")).to_have_count(before + 1)
