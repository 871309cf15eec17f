"""The page's language model: choosing, writing below the short answer, stopping, troubles, what is kept."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from browser import DOCUMENTS, HARBOUR, TARGET, FakeAsker, answered, cite, hit, refused
from fakes import HashEncoder, ScriptedWriter
from rendered import Rendered

from index.library import Library
from index.types import InputError, ModelError
from qa.chat.archive import Archive
from qa.chat.conversations import Conversations
from qa.chat.desk import Desk
from qa.chat.feedback import FeedbackLog
from qa.chat.pen import Pen
from qa.chat.shelf import Shelf
from qa.types import Answer
from qa.writing.hub import Cached, Tell
from qa.writing.types import Message, Stopped, Writer, Written

EVERYTHING = {"all": True, "ids": []}


class Growing:
    """An assistant whose written answer is what its writer writes, piece by piece, unchecked."""

    def written(self, answer: Answer, writer: Writer, *, stopped: Stopped) -> Iterator[Written]:
        text = ""
        for piece in writer.write([Message("user", answer.question)], stopped=stopped):
            text += piece
            grown = Answer(answer.question, f"{text} [1]", "generated", 0.9, (cite(HARBOUR, TARGET, ""),))
            yield Written(grown, 2, 1)


class Endless(ScriptedWriter):
    """Writes until it is stopped."""

    def write(self, messages: Any, *, stopped: Stopped) -> Iterator[str]:
        self.asked.append(list(messages))
        while not stopped():
            time.sleep(0.01)
            yield "on "


def pen_with(writer: Writer) -> Pen:
    """When its model is ready: no thread of it goes on into the next test."""
    pen = Pen(Growing(), "some/model", opens=lambda name, *, tell: writer, cached=lambda: ())
    until(lambda: not pen.calls["models"]({})["busy"])
    return pen


def found() -> Answer:
    made = answered("What is the target?", "around 5%", cite(HARBOUR, TARGET, "around 5%"))
    return Answer(made.question, made.text, made.kind, made.confidence, made.citations, (hit(1, HARBOUR, TARGET),))


def until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.01)


def followed(pen: Pen, job: str) -> list[dict[str, Any]]:
    """Every state that a page sees, up to the last."""
    replies: list[dict[str, Any]] = []
    while not replies or not replies[-1]["done"]:
        replies.append(pen.calls["written"]({"job": job, "seen": replies[-1]["version"] if replies else -1}))
    return replies


def test_what_is_written_grows_and_ends_with_its_time_and_what_was_left_out() -> None:
    kept: list[Answer] = []
    pen = pen_with(ScriptedWriter(["The target is about five per cent."]))
    job = pen.begin(found(), kept.append)
    assert job is not None
    replies = followed(pen, job)
    last = Rendered(replies[-1]["html"])
    assert "The target is about five per cent." in last.text
    assert "Written out by some/model" in last.text
    assert "1 sentence left out" in last.text
    assert [answer.kind for answer in kept] == ["generated"]
    assert "an answer" in Rendered(pen.calls["models"]({})["rows"]).text


def test_without_a_model_or_after_a_refusal_nothing_is_written() -> None:
    none = Pen(Growing(), cached=lambda: ())
    assert none.begin(found(), lambda answer: None) is None
    assert pen_with(ScriptedWriter([])).begin(refused("Who?"), lambda answer: None) is None


def test_stopping_ends_the_writing_within_a_second_and_keeps_what_stood() -> None:
    kept: list[Answer] = []
    writer = Endless([])
    pen = pen_with(writer)
    job = pen.begin(found(), kept.append)
    until(lambda: pen.calls["written"]({"job": job, "seen": -1})["version"] > 2)
    began = time.monotonic()
    pen.calls["stop_writing"]({"job": job})
    until(lambda: bool(pen.calls["written"]({"job": job, "seen": -1})["done"]), 1.0)
    assert time.monotonic() - began < 1.0
    assert kept[0].text.startswith("on on")


def test_what_nobody_looks_at_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.chat.pen.ABANDONED_S", 1.0)
    kept: list[Answer] = []
    pen_with(Endless([])).begin(found(), kept.append)
    until(lambda: bool(kept))


def test_the_models_trouble_stands_below_the_short_answer() -> None:
    pen = pen_with(ScriptedWriter([ModelError("the server <b>is down</b>", "start it")]))
    job = pen.begin(found(), lambda answer: None)
    assert job is not None
    last = followed(pen, job)[-1]["html"]
    assert "the server <b>is down</b>" in Rendered(last).text
    assert "<b>" not in last
    assert "start it" in Rendered(last).text


def test_a_job_that_is_not_known_any_more_is_done() -> None:
    assert pen_with(ScriptedWriter([])).calls["written"]({"job": "gone", "seen": 3})["done"] is True


def test_the_models_of_this_machine_are_listed_with_their_sizes_and_one_can_be_chosen() -> None:
    opened: list[str] = []

    def opens(name: str, *, tell: Tell) -> Writer:
        opened.append(name)
        tell(f"loading {name}")
        return ScriptedWriter([])

    pen = Pen(Growing(), opens=opens, cached=lambda: [Cached("a/chat", 1_200_000_000)])
    rows = pen.calls["models"]({})["rows"]
    assert "1200 MB" in Rendered(rows).text
    assert 'value="" checked' in rows
    reply = pen.calls["choose_model"]({"model": " a/chat "})
    assert 'value="a/chat" checked' in reply["rows"]
    assert opened == ["a/chat"]
    until(lambda: not pen.calls["models"]({})["busy"])
    assert "Ready: a/chat" in Rendered(pen.calls["models"]({})["state"]).text
    assert 'value="" checked' in pen.calls["choose_model"]({"model": ""})["rows"]


class Heavy(Endless):
    """In a cycle, as models are."""

    def __init__(self, name: str, trouble: str) -> None:
        super().__init__([], name=name)
        self.itself, self.trouble = self, trouble

    def write(self, messages: Any, *, stopped: Stopped) -> Iterator[str]:
        if self.trouble:
            raise ModelError(self.trouble)
        yield from super().write(messages, stopped=stopped)


@dataclass
class Shop:
    """Opens heavy writers, and knows which are still there."""

    trouble: str = ""
    opened: dict[str, weakref.ref[Heavy]] = field(default_factory=dict)
    loaded: list[tuple[str, list[str]]] = field(default_factory=list)  # and what was there by then
    gate: threading.Event = field(default_factory=threading.Event)

    def open(self, name: str, *, tell: Tell) -> Writer:
        made = Heavy(name, self.trouble)
        self.opened[name] = weakref.ref(made)
        return made

    def load(self, writer: Writer) -> None:
        assert self.gate.wait(20)
        self.loaded.append((writer.name, self.there()))

    def there(self) -> list[str]:
        return [name for name, writer in self.opened.items() if writer() is not None]


def shop_and_pen(monkeypatch: pytest.MonkeyPatch, trouble: str = "") -> tuple[Shop, Pen]:
    shop = Shop(trouble)
    monkeypatch.setattr("qa.chat.pen.ready", shop.load)
    return shop, Pen(Growing(), opens=shop.open, cached=lambda: ())


def test_a_model_that_was_left_is_let_go_when_it_has_written_and_before_the_next_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shop, pen = shop_and_pen(monkeypatch)
    shop.gate.set()
    pen.calls["choose_model"]({"model": "a/one"})
    job = pen.begin(found(), lambda answer: None)
    until(lambda: pen.calls["written"]({"job": job, "seen": -1})["version"] > 0)
    assert pen.calls["choose_model"]({"model": "b/two"})["busy"]
    time.sleep(0.3)
    assert shop.loaded == [("a/one", ["a/one"])]
    pen.calls["stop_writing"]({"job": job})
    until(lambda: len(shop.loaded) == 2)
    assert shop.loaded[1] == ("b/two", ["b/two"])
    rows = pen.calls["choose_model"]({"model": ""})["rows"]
    assert ('value="a/one"' in rows, 'value="b/two"' in rows) == (True, True)
    until(lambda: shop.there() == [])


def test_the_trouble_of_a_model_does_not_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, pen = shop_and_pen(monkeypatch, "the question is too long")
    shop.gate.set()
    pen.calls["choose_model"]({"model": "a/one"})
    job = pen.begin(found(), lambda answer: None)
    assert job is not None
    assert "the question is too long" in Rendered(followed(pen, job)[-1]["html"]).text
    pen.calls["choose_model"]({"model": ""})
    until(lambda: shop.there() == [])


def test_an_answer_that_waits_for_a_model_that_is_left_meanwhile_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    shop, pen = shop_and_pen(monkeypatch)
    pen.calls["choose_model"]({"model": "a/one"})
    job = pen.begin(found(), lambda answer: None)
    pen.calls["choose_model"]({"model": "b/two"})
    until(lambda: bool(pen.calls["written"]({"job": job, "seen": -1})["done"]), 5.0)
    assert pen.calls["models"]({})["busy"]
    shop.gate.set()
    until(lambda: not pen.calls["models"]({})["busy"])


def test_how_long_a_models_answers_took_is_known_after_it_was_left() -> None:
    pen = pen_with(ScriptedWriter(["The target is about five per cent."]))
    job = pen.begin(found(), lambda answer: None)
    assert job is not None
    followed(pen, job)
    for name in ("b/two", "", "some/model"):
        assert "an answer" in Rendered(pen.calls["choose_model"]({"model": name})["rows"]).text


def test_a_model_that_cannot_be_loaded_says_why_and_is_tried_again_when_chosen_again(tmp_path: Path) -> None:
    pen = Pen(Growing(), str(tmp_path), cached=lambda: ())
    until(lambda: not pen.calls["models"]({})["busy"])
    assert "without a config.json" in Rendered(pen.calls["models"]({})["state"]).text
    again = pen.calls["choose_model"]({"model": str(tmp_path)})
    assert again["rows"].count('type="radio"') == 2


def test_a_server_without_a_name_offers_the_names_it_lists() -> None:
    from chat_server import chat_server, names, well

    pen = Pen(Growing(), cached=lambda: ())
    with chat_server(well("Yes."), listing=names("b", "a")) as server:
        rows = pen.calls["choose_model"]({"model": server.url})["rows"]
        assert f'value="{server.url}#a"' in rows
        assert f'value="{server.url}#b"' in rows
    with chat_server(well("Yes."), listing=names()) as server, pytest.raises(InputError, match="lists no models"):
        pen.calls["choose_model"]({"model": server.url})


class Asker(FakeAsker):
    """Finds the target in all articles, and nothing in some."""

    def ask(self, question: str, *, within: Collection[str] | None = None, **given: Any) -> Answer:
        return found() if within is None else refused(question)


def desk_with(pen: Pen, home: Path) -> Desk:
    library = Library(None, HashEncoder())
    assert len(list(library.add(DOCUMENTS))) == len(DOCUMENTS)
    archive = Archive(Conversations(home), FeedbackLog(home), document=library.document)
    return Desk(Asker(library), Shelf(library), archive, pen=pen)


def ask(desk: Desk, **sent: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"turns": [], "chosen": EVERYTHING, "ask": "a", "conversation": None}
    return desk.call("ask", {**plain, "question": "What is the target?", "dropped": [], "above": [], **sent})


def test_a_written_answer_is_kept_with_its_question_and_shown_again(tmp_path: Path) -> None:
    pen = pen_with(ScriptedWriter(["The target is about five per cent."]))
    desk = desk_with(pen, tmp_path)
    reply = ask(desk)
    followed(pen, reply["writing"])
    again = desk.call("reopen", {"conversation": reply["conversation"]})
    (exchange,) = again["exchanges"]
    read = Rendered(exchange)
    assert "around 5%" in read.text
    assert "The target is about five per cent." in read.text
    assert again["turns"][0]["answer"] == "around 5%"  # the conversation goes on with the short answer
    desk.close()


def test_what_is_still_written_for_an_answer_is_not_kept_under_the_one_that_took_its_place(tmp_path: Path) -> None:
    pen = pen_with(Endless([]))
    desk = desk_with(pen, tmp_path)
    first = ask(desk)
    until(lambda: desk.call("written", {"job": first["writing"], "seen": -1})["version"] > 2)
    some = {"all": False, "ids": ["provinces"]}
    again = ask(desk, chosen=some, conversation=first["conversation"], dropped=[first["at"]])
    assert (again["conversation"], again["writing"]) == (first["conversation"], None)
    desk.call("stop_writing", {"job": first["writing"]})
    until(lambda: bool(desk.call("written", {"job": first["writing"], "seen": -1})["done"]))
    (exchange,) = desk.call("reopen", {"conversation": first["conversation"]})["exchanges"]
    assert "The articles don't say." in Rendered(exchange).text
    assert "Written out" not in Rendered(exchange).text
    assert Conversations(tmp_path).get(first["conversation"]).exchanges[0].written is None
    desk.close()


def test_closing_stops_what_is_being_written() -> None:
    ended = threading.Event()
    pen = pen_with(Endless([]))
    job = pen.begin(found(), lambda answer: ended.set())
    until(lambda: pen.calls["written"]({"job": job, "seen": -1})["version"] > 0)
    pen.close()
    assert ended.wait(2)
