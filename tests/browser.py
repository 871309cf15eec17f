"""A page to test in a real browser: a scripted assistant over a real library in memory, served on a free port.

One answer for each kind of question, told by a word in it; every address that page or process asks for is recorded.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fakes import HashEncoder

import ui
from index.library import Library
from index.types import Document, EmptyError, Encoder, Hit, Passage
from qa.chat.archive import Archive
from qa.chat.conversations import Conversations
from qa.chat.desk import Desk
from qa.chat.feedback import FeedbackLog
from qa.chat.offers import Offers
from qa.chat.pen import Pen
from qa.chat.shelf import Shelf
from qa.types import Answer, Citation, Kind, Refusal, Turn
from qa.writing.types import Stopped, Writer, Written

playwright_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
from playwright.sync_api import Browser, BrowserContext, Page, Request, Response, expect  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")

expect.set_options(timeout=10_000)  # a busy machine is slow, not wrong
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
DOCUMENTS = (HARBOUR, PROVINCES, HOSTILE)
EXAMPLES = ("What is the 2025 target?", "Who is the mayor of Atlantis?", "Where do the sources disagree?")


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
    return Hit(Passage(number, document.id, start, start + len(text), text), score=1.0 / number)


def answered(question: str, text: str, *citations: Citation, kind: Kind = "span", understood: str = "") -> Answer:
    return Answer(question, text, kind, 0.91, citations, understood=understood)


def refused(question: str) -> Answer:
    hits = (hit(1, PROVINCES, RIVAL), hit(2, HARBOUR, "Span 7 is painted grey, the colour of the river below it."))
    return Answer(question, "", "refused", 0.2, hits=hits, refusal=Refusal("not_found", "The articles don't say."))


def listed(question: str) -> Answer:
    target, rival = cite(HARBOUR, TARGET, "around 5%"), cite(PROVINCES, RIVAL, "about 4.5%", marker=2)
    return answered(question, "around 5% [1]\nabout 4.5% [2]", target, rival, kind="list")


def summed_up(question: str) -> Answer:
    tolls = "The bridge is paid for by tolls."
    first, second, third = (
        cite(HARBOUR, TARGET, TARGET),
        cite(HARBOUR, tolls, tolls, marker=2),
        cite(PROVINCES, RIVAL, RIVAL, marker=3),
    )
    return answered(question, f"{TARGET} [1] {tolls} [2] {RIVAL} [3]", first, second, third, kind="summary")


SCRIPT: dict[str, Callable[[str], Answer]] = {
    "mayor": refused,
    "disagree": lambda question: answered(
        question,
        "around 5% [1]; about 4.5% [2]",
        cite(HARBOUR, TARGET, "around 5%"),
        cite(PROVINCES, RIVAL, "about 4.5%", marker=2),
        kind="disagreement",
    ),
    "list": listed,
    "summary": summed_up,
    "hostile": lambda question: answered(question, HOSTILE_TEXT, cite(HOSTILE, HOSTILE_TEXT, "{{value}}")),
}


def open_gate() -> threading.Event:
    gate = threading.Event()
    gate.set()
    return gate


@dataclass
class FakeAsker:
    """Answers by the words of the question and remembers what came with it; waits while its gate is closed."""

    library: Library
    asked: list[tuple[str, tuple[Turn, ...]]] = field(default_factory=list)
    within: list[Collection[str] | None] = field(default_factory=list)
    gate: threading.Event = field(default_factory=open_gate)

    def ask(self, question: str, *, history: Sequence[Turn] = (), within: Collection[str] | None = None) -> Answer:
        self.asked.append((question, tuple(history)))
        self.within.append(within)
        if not self.gate.wait(60):
            raise TimeoutError("nobody opened the gate")
        for name, answer in SCRIPT.items():
            if name in question:
                return answer(question)
        if "empty" in question:
            raise EmptyError("the library is empty", "add articles with: footnote index FOLDER")
        if "broken" in question:
            raise RuntimeError("a bug")
        understood = "What is the 2025 target of Beijing?" if history else ""
        return answered(question, "around 5%", cite(HARBOUR, TARGET, "around 5%"), understood=understood)

    def written(self, answer: Answer, writer: Writer, *, stopped: Stopped) -> Iterator[Written]:
        """No model is ever chosen here."""
        yield from ()

    def last(self) -> tuple[str, tuple[Turn, ...]]:
        return self.asked[-1]

    def document(self, document_id: str) -> Document:
        return self.library.document(document_id)

    def document_count(self) -> int:
        return len(self.library)


class FakeOffers(Offers):
    """Offers after each answer what `next` holds, without looking."""

    def __init__(self) -> None:
        self.next: list[str] = []

    def give_way(self) -> None: ...

    def first(self, ids: Sequence[str]) -> list[str]:
        return []

    def after(self, answer: Answer, history: Sequence[Turn]) -> list[str]:
        return self.next


@dataclass
class Site:
    url: str
    asker: FakeAsker
    desk: Desk
    offers: FakeOffers
    browser: Browser
    requests: list[str] = field(default_factory=list)  # every address that any page asked for, answered or not
    dialled: list[str] = field(default_factory=list)  # every address that this process connected to

    def record(self, request: Request) -> None:
        self.requests.append(request.url)

    def visit(self, context: BrowserContext) -> Page:
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(self.url)
        page.locator(".fn-ready").wait_for()
        return page

    def context(
        self, *, width: int = 1280, height: int = 800, dark: bool = False, locale: str = "en-GB"
    ) -> BrowserContext:
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale=locale
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


def new_desk(
    home: Path, *documents: Document, encoder: Encoder | None = None, offers: Offers | None = None
) -> tuple[Desk, FakeAsker]:
    library = Library(None, encoder or HashEncoder())
    assert [outcome.status for outcome in library.add(documents)] == ["added"] * len(documents)
    asker = FakeAsker(library)
    archive = Archive(Conversations(home), FeedbackLog(home), document=library.document)
    pen = Pen(asker, cached=lambda: ())
    desk = Desk(asker, Shelf(library), archive, offers=offers, pen=pen, examples=EXAMPLES)
    return desk, asker


@contextmanager
def open_site(home: Path, *documents: Document, encoder: Encoder | None = None) -> Iterator[Site]:
    """A served page over these documents, its conversations in `home`, and a browser to visit it with."""
    offers = FakeOffers()
    desk, asker = new_desk(home, *documents, encoder=encoder, offers=offers)
    with served(desk, asker, offers) as site:
        yield site


@contextmanager
def served(desk: Desk, asker: FakeAsker, offers: FakeOffers) -> Iterator[Site]:
    """The page of this desk, and a browser to visit it with."""
    sys.addaudithook(record_dialling)
    running = ui.serve(desk, port=0, block=False)
    assert running is not None
    with playwright_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, headless=True)
        yield Site(running.url, asker, desk, offers, browser, dialled=DIALLED)
        browser.close()
    running.close()


def reply_to(name: str) -> Callable[[Response], bool]:
    """For `page.expect_response`: the reply to a call of this name."""
    return lambda response: f'"name":"{name}"' in (response.request.post_data or "")


@dataclass
class Held:
    """The reply to the next call of a name: made at once, it is on its way until it is let go."""

    name: str
    trouble: str = ""  # HTML, in the place of the reply
    came: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def begin(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        real = site.desk.call

        def call(name: str, sent: dict[str, Any]) -> dict[str, Any]:
            reply = real(name, sent)
            if name == self.name and not self.came.is_set():
                self.came.set()
                self.go.wait(60)
                return {"trouble": self.trouble} if self.trouble else reply
            return reply

        monkeypatch.setattr(site.desk, "call", call)

    def let_go(self, page: Page) -> None:
        """Returns when the page has had the reply."""
        with page.expect_response(reply_to(self.name)) as replied:
            self.go.set()
        replied.value.finished()
        page.wait_for_timeout(100)  # what should not show would by now


def say(page: Page, question: str) -> None:
    """Type a question, send it with Enter, wait for the reply."""
    before = page.locator(".fn-exchange").count()
    page.locator("#fn-question").fill(question)
    page.locator("#fn-question").press("Enter")
    expect(page.locator(".fn-exchange")).to_have_count(before + 1)
    expect(page.locator(".fn-searching")).to_have_count(0)
