"""The chat page in a real browser: what a person sees, clicks and types, and what the page asks the network for.

Knows the assistant only as `ui.Asker`: a fake with real documents and answers, one per question.
"""

from __future__ import annotations

import datetime as dt
import http.client
import logging
import shutil
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest

import ui
from index.types import Document, EmptyError, Hit, InputError, Passage
from qa.types import Answer, Citation, Kind, Refusal, Turn

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")

PHONE_WIDTH = 390

TARGET = "Beijing set its 2025 growth target at around 5% in the government work report."
RIVAL = "Officials told provinces to plan for growth of about 4.5% in 2025."
HARBOUR = Document(
    id="harbour",
    title="Harbour bridge to reopen in spring",
    text="Harbour bridge to reopen in spring\n14 March 2024\n\n"
    + "\n\n".join(f"The works on span {n} went on through the winter without a day of rest." for n in range(1, 40))
    + f"\n\nOn the economy, the paper was brief. {TARGET} The bridge is paid for by tolls.\n\n"
    + "\n\n".join(f"Span {n} is painted grey, the colour of the river below it." for n in range(1, 40)),
    source="https://www.example.org/2024/03/harbour",
    published=dt.date(2024, 3, 14),
    author="Ada Lindqvist",
    body_start=49,
)
PROVINCES = Document(
    id="provinces",
    title="Provinces told to plan low",
    text=f"Provinces told to plan low\n\n{RIVAL} The note was not signed.",
    source="articles/provinces.txt",
    published=dt.date(2024, 12, 2),
)
HOSTILE_TEXT = (
    "<script>window.pwned = 1</script> <img src=x onerror='window.pwned = 1'> ${window.pwned = 1} {{value}} </mark>"
)
HOSTILE = Document(
    id="\"><img src=x onerror='window.pwned=1'>", title=HOSTILE_TEXT, text=HOSTILE_TEXT, source="javascript:alert(1)"
)
LIBRARY = {document.id: document for document in (HARBOUR, PROVINCES, HOSTILE)}


def cite(document: Document, quote: str, answer: str, *, marker: int = 1) -> Citation:
    start = document.text.index(quote)
    return Citation(
        marker=marker,
        document_id=document.id,
        title=document.title,
        source=document.source,
        start=start,
        end=start + len(quote),
        quote=quote,
        answer=answer,
        published=document.published.isoformat() if document.published else None,
    )


def hit(number: int, document: Document, text: str) -> Hit:
    start = document.text.index(text)
    return Hit(Passage(number, document.id, start, start + len(text), text), score=1.0 / number, by="fake")


def answered(question: str, text: str, *citations: Citation, kind: Kind = "span", understood: str = "") -> Answer:
    return Answer(question, text, kind, 0.91, citations, understood=understood)


def refused(question: str) -> Answer:
    hits = (hit(1, PROVINCES, RIVAL), hit(2, HARBOUR, "Span 7 is painted grey, the colour of the river below it."))
    return Answer(question, "", "refused", 0.2, hits=hits, refusal=Refusal("not_found", "The articles don't say."))


@dataclass
class FakeAsker:
    """Answers by the words of the question and remembers the history that came with it."""

    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    delay_s: float = 0.0

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append((question, tuple(history)))
        time.sleep(self.delay_s)
        if "mayor" in question:
            return refused(question)
        if "disagree" in question:
            low, high = cite(PROVINCES, RIVAL, "about 4.5%", marker=2), cite(HARBOUR, TARGET, "around 5%")
            return answered(question, "around 5% [1]; about 4.5% [2]", high, low, kind="disagreement")
        if "hostile" in question:
            return answered(question, HOSTILE_TEXT, cite(HOSTILE, HOSTILE_TEXT, "{{value}}"))
        if "empty" in question:
            raise EmptyError("the library is empty", "add articles with: footnote index FOLDER")
        if "broken" in question:
            raise RuntimeError("a bug")
        understood = "What is the 2025 target of Beijing?" if history else ""
        return answered(question, "around 5%", cite(HARBOUR, TARGET, "around 5%"), understood=understood)

    def last(self) -> tuple[str, tuple[Turn, ...]]:
        return self.asked[-1]

    def document(self, document_id: str) -> Document:
        return LIBRARY[document_id]

    def document_count(self) -> int:
        return len(LIBRARY)


EXAMPLES = ("What is the 2025 target?", "Who is the mayor of Atlantis?", "Where do the sources disagree?")


@dataclass
class Site:
    url: str
    asker: FakeAsker
    browser: Browser
    requests: list[str] = field(default_factory=list)  # every address that any page asked for, answered or not
    dialled: list[str] = field(default_factory=list)  # every address that this process connected to

    def record(self, request: Request) -> None:
        self.requests.append(request.url)

    def visit(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(8000)
        page.goto(self.url)
        page.locator("#fn-question").wait_for()
        return page

    def context(self, *, width: int = 1280, height: int = 800, dark: bool = False) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        context.on("request", self.record)
        context.expose_function("blocked", lambda address: self.requests.append(str(address)))
        context.add_init_script("addEventListener('securitypolicyviolation', (event) => blocked(event.blockedURI))")
        return context


DIALLED: list[str] = []


def record_dialling(event: str, args: tuple[object, ...]) -> None:
    """An audit hook (these cannot be taken off again): where this process connects to over the internet protocols."""
    if event == "socket.connect" and isinstance(args[1], tuple):
        DIALLED.append(str(args[1][0]))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    sys.addaudithook(record_dialling)
    asker = FakeAsker()
    running = ui.serve(asker, port=0, examples=EXAMPLES, block=False)
    assert running is not None
    with playwright_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, headless=True)
        yield Site(running.url, asker, browser, dialled=DIALLED)
        browser.close()
    running.close()


@pytest.fixture(scope="module")
def window(site: Site) -> Iterator[Page]:
    """One window for the module: loading Gradio takes a second, clearing the conversation takes none."""
    page = site.visit(site.context())
    yield page
    page.context.close()


@pytest.fixture
def page(window: Page) -> Page:
    if window.locator(".fn-clear").is_visible():
        window.locator(".fn-clear").click()
    window.locator("#fn-question").fill("")
    return window


def say(page: Page, question: str) -> None:
    """Type a question, send it with Enter, wait for the reply."""
    before = page.locator(".fn-exchange").count()
    page.locator("#fn-question").fill(question)
    page.locator("#fn-question").press("Enter")
    expect(page.locator(".fn-exchange")).to_have_count(before + 1)
    expect(page.locator(".fn-searching")).to_have_count(0)


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_answer_shows_its_sentence_and_opens_the_article_there(page: Page) -> None:
    say(page, "What is the 2025 target?")
    short = page.locator(".fn-short")
    expect(short).to_have_text("around 5%")
    assert short.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 20
    expect(page.locator(".fn-confidence")).to_have_text("very likely 91%")
    expect(page.locator("blockquote")).to_have_text(TARGET)
    expect(page.locator("blockquote mark")).to_have_text("around 5%")
    expect(page.locator(".fn-footnote")).to_have_text("[1] Harbour bridge to reopen in spring")
    expect(page.locator("#cited")).to_have_text(TARGET)
    expect(page.locator("#cited")).to_be_in_viewport(ratio=1)
    expect(page.locator(".fn-understood")).to_have_count(0)
    expect(page.locator("#fn-question")).to_be_focused()


def test_an_answer_is_there_within_a_third_of_a_second(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")  # the first one warms the browser up
    page.evaluate(
        """() => new MutationObserver(() => {
            if (document.querySelectorAll('.fn-short').length === 2) window.shownAt ??= performance.now();
        }).observe(document.querySelector('.fn-log'), {childList: true, subtree: true})"""
    )
    page.locator("#fn-question").fill("What is the 2025 target?")
    page.evaluate("() => addEventListener('keydown', () => { window.enteredAt = performance.now(); }, true)")
    page.keyboard.press("Enter")
    page.wait_for_function("window.shownAt")
    assert 0 < page.evaluate("window.shownAt - window.enteredAt") < 300


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


def test_a_refusal_closes_the_article_of_the_answer_before(page: Page) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    expect(page.locator("#cited")).to_have_count(0)


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


def test_the_searching_state_shows_until_the_answer_is_there(page: Page, site: Site) -> None:
    site.asker.delay_s = 0.4
    page.locator("#fn-question").fill("What is the 2025 target?")
    page.keyboard.press("Enter")
    expect(page.locator(".fn-searching")).to_have_text("Searching…")
    expect(page.locator("#fn-question")).to_have_value("")
    expect(page.locator(".fn-short")).to_have_text("around 5%")
    expect(page.locator(".fn-searching")).to_have_count(0)
    site.asker.delay_s = 0.0


# ── What goes wrong ───────────────────────────────────────────────────────────────────────────────────────────────


def test_a_user_error_is_shown_in_words(page: Page) -> None:
    say(page, "Is it empty?")
    expect(page.locator(".fn-trouble p")).to_have_text(
        ["the library is empty", "add articles with: footnote index FOLDER"]
    )


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
    expect(page.locator(".fn-short")).to_have_text("around 5%")


def test_hostile_text_stays_text(page: Page) -> None:
    say(page, f"hostile {HOSTILE_TEXT}")
    expect(page.locator(".fn-question")).to_have_text(f"hostile {HOSTILE_TEXT}")
    expect(page.locator(".fn-short")).to_have_text(HOSTILE_TEXT)
    expect(page.locator("#cited")).to_have_text(HOSTILE_TEXT)
    page.locator(".fn-footnote").click()
    expect(page.locator(".fn-article")).to_be_focused()
    assert page.locator(".fn-app img, .fn-app script, .fn-app a").count() == 0
    assert page.evaluate("window.pwned") is None


# ── Conversation ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_follow_up_carries_the_conversation_and_says_how_it_was_understood(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    say(page, "Who is the mayor of Atlantis?")
    say(page, "And the target again?")
    first, second = Turn("What is the 2025 target?", "around 5%"), Turn("Who is the mayor of Atlantis?", "")
    assert site.asker.last() == ("And the target again?", (first, second))
    expect(page.locator(".fn-understood")).to_have_text("Understood as: What is the 2025 target of Beijing?")


def test_two_windows_do_not_share_a_conversation(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    other = site.visit(page.context)
    say(other, "What is the other target?")
    assert site.asker.last() == ("What is the other target?", ())
    expect(other.locator(".fn-exchange")).to_have_count(1)
    say(page, "And again, the target?")
    assert site.asker.last() == ("And again, the target?", (Turn("What is the 2025 target?", "around 5%"),))
    other.close()


def test_clear_starts_again(page: Page, site: Site) -> None:
    say(page, "What is the 2025 target?")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator(".fn-exchange")).to_have_count(0)
    expect(page.locator("#cited")).to_have_count(0)
    expect(page.locator(".fn-chip").first).to_be_visible()
    expect(page.locator("#fn-question")).to_be_focused()
    say(page, "What is the 2025 target?")
    assert site.asker.last()[1] == ()


def test_clear_drops_the_answer_that_is_still_on_its_way(page: Page, site: Site) -> None:
    site.asker.delay_s = 0.4
    page.locator(".fn-chip").first.click()
    page.get_by_role("button", name="Clear").click()
    page.wait_for_timeout(700)
    expect(page.locator(".fn-exchange")).to_have_count(0)
    expect(page.locator("#cited")).to_have_count(0)
    site.asker.delay_s = 0.0


def test_an_example_asks_itself(page: Page) -> None:
    expect(page.locator(".fn-chip")).to_have_text(list(EXAMPLES))
    expect(page.locator(".fn-library")).to_have_text("3 articles in the library")
    page.locator(".fn-chip").first.click()
    expect(page.locator(".fn-short")).to_have_text("around 5%")
    expect(page.locator(".fn-chip").first).to_be_hidden()


# ── Keyboard, sizes, colours ──────────────────────────────────────────────────────────────────────────────────────


def test_the_keyboard_reaches_a_footnote_and_comes_back(page: Page) -> None:
    expect(page.locator("#fn-question")).to_be_focused()
    page.keyboard.type("Where do the sources disagree?")
    page.keyboard.press("Enter")
    footnote = page.locator(".fn-footnote").nth(1)
    expect(footnote).to_be_visible()
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


CONTRAST = r"""(element) => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (colour) => channels(colour).slice(0, 3).map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  let behind = element;
  const clear = (e) => { const c = channels(getComputedStyle(e).backgroundColor); return c.length === 4 && c[3] === 0; };
  while (clear(behind)) behind = behind.parentElement;
  const [a, b] = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(luminance);
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""  # WCAG 2.2, "contrast ratio"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_enough_contrast(site: Site, *, dark: bool) -> None:
    page = site.visit(site.context(dark=dark))
    low = {".fn-chip": page.locator(".fn-chip").first.evaluate(CONTRAST)}
    for question in ("Where do the sources disagree?", "mayor", "empty", "What is the 2025 target?"):
        say(page, question)
    for selector in (
        *(
            ".fn-name",
            ".fn-library",
            ".fn-clear",
            ".fn-question",
            ".fn-short",
            ".fn-confidence",
            ".fn-confidence small",
        ),
        *("blockquote", "blockquote mark", ".fn-footnote", ".fn-facts", ".fn-value .fn-facts", ".fn-refusal"),
        *(".fn-passage cite", ".fn-passage span", ".fn-trouble", ".fn-hint", ".fn-send", "#fn-question"),
        *("#cited", ".fn-text p", ".fn-bar a", ".fn-understood", ".fn-label"),
    ):
        low[selector] = page.locator(selector).last.evaluate(CONTRAST)
    assert {selector: ratio for selector, ratio in low.items() if ratio < 4.5} == {}
    page_is_dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 23, 22)"
    assert page_is_dark == dark
    page.context.close()


# ── The network and the server ────────────────────────────────────────────────────────────────────────────────────


def test_nothing_leaves_this_machine(page: Page, site: Site) -> None:
    for question in ("What is the 2025 target?", "mayor", "Where do the sources disagree?", "hostile"):
        say(page, question)
    page.locator(".fn-footnote").first.click()
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


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "https://evil.example"}, 403),
    ],
)
def test_another_sites_name_or_script_is_turned_away(site: Site, headers: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(site.url).port or 0, timeout=5)
    connection.request("GET", "/", headers=headers)
    assert connection.getresponse().status == status
    connection.close()


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is already in use") as caught:
            ui.serve(FakeAsker(), port=port, block=False)
    assert caught.value.hint == "choose another with --port"


def test_other_machines_need_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_PASSWORD", raising=False)
    with pytest.raises(InputError, match="other machines") as caught:
        ui.serve(FakeAsker(), host="0.0.0.0", port=0, block=False)
    assert "FOOTNOTE_PASSWORD" in caught.value.hint


def test_with_a_password_nothing_answers_before_the_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSWORD", "correct horse")
    running = ui.serve(FakeAsker(), host="0.0.0.0", port=0, block=False)
    assert running is not None
    asked = b'{"data": {}, "component_id": 1, "fn_name": "library", "session_hash": "a"}'
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(running.url).port or 0, timeout=5)
    connection.request("POST", "/gradio_api/component_server/", asked, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 401
    connection.close()
    running.close()
    assert not running.thread.is_alive()
