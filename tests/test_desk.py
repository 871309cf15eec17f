"""What the page asks for and gets: answers, articles, documents, conversations; every mendable error as words."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from browser import (
    DOCUMENTS,
    EXAMPLES,
    HARBOUR,
    HOSTILE,
    PROVINCES,
    RIVAL,
    TARGET,
    FakeAsker,
    answered,
    cite,
    listed,
    new_desk,
)
from fakes import HashEncoder
from rendered import Rendered

from index.library import Library
from qa.chat import panels
from qa.chat.archive import Archive
from qa.chat.conversations import Conversations
from qa.chat.desk import TURNS_REMEMBERED, Desk
from qa.chat.feedback import FeedbackLog
from qa.chat.offers import Offers
from qa.chat.shelf import Shelf
from qa.types import Answer, Turn

EVERYTHING = {"all": True, "ids": []}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Desk, FakeAsker]]:
    desk, asker = new_desk(tmp_path, *DOCUMENTS)
    yield desk, asker
    desk.shelf.close()


def ask(desk: Desk, question: str, **sent: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "turns": [],
        "chosen": EVERYTHING,
        "ask": "a",
        "conversation": None,
        "dropped": [],
        "above": [],
    }
    return desk.call("ask", {**plain, "question": question, **sent})


def test_an_answer_comes_with_its_article_and_the_turn_to_remember(pair: tuple[Desk, FakeAsker]) -> None:
    reply = ask(pair[0], "What is the target?")
    assert Rendered(reply["exchange"]).inside["blockquote"] == TARGET
    assert Rendered(reply["article"]).inside["#cited"] == TARGET
    assert reply["turn"] == {"question": "What is the target?", "answer": "around 5%", "documents": ("harbour",)}
    assert "Is this right?" in Rendered(reply["tools"]).text


def test_the_last_turns_are_the_history(pair: tuple[Desk, FakeAsker]) -> None:
    desk, asker = pair
    turns = [{"question": f"q{n}", "answer": f"a{n}", "documents": ["harbour"]} for n in range(30)]
    ask(desk, "And then?", turns=turns)
    history = asker.last()[1]
    assert len(history) == TURNS_REMEMBERED
    assert history[-1] == Turn("q29", "a29", ("harbour",))


def test_a_refusal_says_where_it_looked_and_names_the_nearest(pair: tuple[Desk, FakeAsker]) -> None:
    desk, asker = pair
    assert asker.library.remove(["harbour"]) == ["harbour"]
    reply = ask(desk, "Who is the mayor?")
    read = Rendered(reply["exchange"])
    assert read.inside["cite"] == PROVINCES.title  # the other nearest passage was of the removed article
    assert read.inside[".fn-looked"].startswith("Looked in 2 articles.")
    assert (reply["article"], reply["turn"]["answer"]) == (None, "")


@pytest.mark.parametrize(
    ("chosen", "within"),
    [
        (EVERYTHING, None),
        ({"all": True, "ids": ["harbour"]}, frozenset({"provinces", HOSTILE.id})),
        ({"all": False, "ids": ["harbour"]}, frozenset({"harbour"})),
    ],
)
def test_a_question_is_asked_of_the_chosen_documents(
    pair: tuple[Desk, FakeAsker], chosen: dict[str, Any], within: frozenset[str] | None
) -> None:
    desk, asker = pair
    reply = ask(desk, "Who is the mayor?", chosen=chosen)
    assert asker.within == [within]
    count = 3 if within is None else len(within)
    assert f"Looked in {count} article" in Rendered(reply["exchange"]).text


def test_with_nothing_chosen_nothing_is_asked(pair: tuple[Desk, FakeAsker]) -> None:
    desk, asker = pair
    reply = ask(desk, "What is the target?", chosen={"all": False, "ids": []})
    assert "no article is chosen" in Rendered(reply["trouble"]).text
    assert asker.asked == []


def test_what_the_person_can_mend_comes_back_as_words_and_what_to_do_is_said_of_the_page(
    pair: tuple[Desk, FakeAsker],
) -> None:
    reply = ask(pair[0], "Is it empty?")
    assert set(reply) == {"trouble"}
    assert Rendered(reply["trouble"]).text == "the library is emptyAdd your first articles"


def test_a_bug_is_not_hidden(pair: tuple[Desk, FakeAsker]) -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        ask(pair[0], "Is it broken?")
    with pytest.raises(KeyError):
        pair[0].call("__class__", {})


def test_a_stopped_question_is_answered_with_nothing_and_not_kept(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    desk.call("stop", {"ask": "gone"})
    assert ask(desk, "What is the target?", ask="gone") == {"stopped": True}
    assert "No conversation" in Rendered(desk.call("conversations", {"words": ""})["rows"]).text
    assert "exchange" in ask(desk, "What is the target?", ask="other")


# ── Articles and the library ──────────────────────────────────────────────────────────────────────────────────────


def test_an_article_that_is_gone_is_said_to_be(pair: tuple[Desk, FakeAsker]) -> None:
    reply = pair[0].call("article", {"document": "nobody", "start": 0, "end": 5})
    assert Rendered(reply["article"]).text == "This article is no longer in the library."


def test_a_footnote_of_an_article_that_changed_marks_its_own_words_or_none(pair: tuple[Desk, FakeAsker]) -> None:
    desk, asker = pair
    cited = cite(PROVINCES, RIVAL, "about 4.5%")
    footnote = {"document": "provinces", "start": cited.start, "end": cited.end, "quote": cited.quote}
    for text, marked in ((f"A correction.\n\n{PROVINCES.text}", RIVAL), ("The ministry denied that it did so.", None)):
        assert [outcome.status for outcome in asker.library.add([replace(PROVINCES, text=text)])] == ["updated"]
        read = Rendered(desk.call("article", footnote)["article"])
        assert read.inside.get("mark") == marked
        assert ("has changed since" in read.text) == (marked is None)


def test_documents_are_listed_found_removed_and_put_back(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    reply = desk.call("documents", {"words": "low"})
    assert (Rendered(reply["rows"]).inside[".fn-open-document"], reply["count"]) == (PROVINCES.title, 3)
    removed = desk.call("remove", {"document": "provinces"})
    assert Rendered(removed["removed"]).text == f"Removed “{PROVINCES.title}”. Undo"
    assert removed["count"] == 2
    assert "no longer in the library" in Rendered(desk.call("remove", {"document": "provinces"})["trouble"]).text
    assert desk.call("restore", {"document": "provinces"}) == {}
    wait_for_jobs(desk)
    assert desk.call("documents", {"words": ""})["count"] == 3


def wait_for_jobs(desk: Desk) -> dict[str, Any]:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        reply = desk.call("jobs", {})
        if not reply["busy"]:
            return reply
        time.sleep(0.005)
    raise AssertionError("the jobs did not end")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kelp farm\n\nDivers planted kelp.", "Kelp farm"),
        ("北京计划到二零二五年达到三千亿元。", "北京计划到二零二五年达到三千亿元。"),
    ],
)
def test_a_pasted_text_is_added(pair: tuple[Desk, FakeAsker], text: str, name: str) -> None:
    desk, asker = pair
    assert desk.call("add", {"text": text}) == {}
    reply = wait_for_jobs(desk)
    assert Rendered(reply["rows"]).text == f"{name}added"
    assert (reply["count"], asker.document_count()) == (4, 4)
    assert desk.call("forget", {}) == {}
    assert desk.call("jobs", {})["rows"] == ""


@pytest.mark.parametrize(
    "text", ["http://127.0.0.1:1/wiki/München", "http://127.0.0.1:1/a\nhttps://127.0.0.1:1/上海\n"]
)
def test_pasted_links_are_fetched_and_become_no_articles_themselves(pair: tuple[Desk, FakeAsker], text: str) -> None:
    desk, asker = pair
    assert desk.call("add", {"text": text}) == {}
    reply = wait_for_jobs(desk)
    assert [(job.name, job.stage) for job in desk.shelf.jobs()] == [(link, "failed") for link in text.split()]
    assert "private network" in Rendered(reply["rows"]).text
    assert asker.document_count() == 3


def test_a_single_word_must_be_a_link(pair: tuple[Desk, FakeAsker]) -> None:
    assert "is not a web address" in Rendered(pair[0].call("add", {"text": "/etc/passwd"})["trouble"]).text


def test_the_first_page_has_examples_count_and_formats(pair: tuple[Desk, FakeAsker]) -> None:
    html = pair[0].first_page()
    read = Rendered(html)
    assert read.inside[".fn-chip"] == "".join(EXAMPLES)
    assert read.inside[".fn-count"] == "3 articles"
    assert 'accept=".txt,' in html


# ── Stored conversations ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_conversation_is_kept_reopened_renamed_exported_and_deleted(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    first = ask(desk, "What is the target?")
    second = ask(desk, "Who is the mayor?", conversation=first["conversation"])
    assert first["conversation"] == second["conversation"]
    kept = {"conversation": first["conversation"]}

    reopened = desk.call("reopen", kept)
    assert [turn["question"] for turn in reopened["turns"]] == ["What is the target?", "Who is the mayor?"]
    assert [turn["answer"] for turn in reopened["turns"]] == ["around 5%", ""]
    assert reopened["at"] == [first["at"], second["at"]]
    assert Rendered(reopened["exchanges"][0]).inside["blockquote"] == TARGET
    shown, again = (Rendered(html).inside[".fn-passage"] for html in (second["exchange"], reopened["exchanges"][1]))
    assert again.startswith(f"{PROVINCES.title}{RIVAL}")
    assert again == shown

    assert desk.call("rename", {**kept, "title": " Targets / <b> "}) == {"title": "Targets / <b>"}
    assert Rendered(desk.call("conversations", {"words": "mayor"})["rows"]).inside[".fn-reopen"] == "Targets / <b>"
    exported = desk.call("export", kept)
    assert exported["name"] == "Targets-b.md"
    assert TARGET.split("%")[0] in exported["text"]
    assert desk.call("delete", kept) == {}
    assert "trouble" in desk.call("reopen", kept)


def test_a_question_asked_again_drops_what_came_after_it(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    first = ask(desk, "What is the target?")
    kept = first["conversation"]
    dropped = [ask(desk, question, conversation=kept)["at"] for question in ("Who is the mayor?", "Do they disagree?")]
    again = ask(desk, "Give me a list", conversation=kept, dropped=dropped, above=[first["at"]])
    assert again["conversation"] == kept
    assert questions(desk, kept) == ["What is the target?", "Give me a list"]


def questions(desk: Desk, conversation: str) -> list[str]:
    return [turn["question"] for turn in desk.call("reopen", {"conversation": conversation})["turns"]]


def test_two_windows_that_ask_the_same_question_again_each_keep_their_answers(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    first = ask(desk, "What is the target?")
    kept, above = first["conversation"], [first["at"]]
    place = {"conversation": kept, "dropped": [ask(desk, "Who?", conversation=kept)["at"]], "above": above}
    ask(desk, "Who is the mayor?", **place)
    ask(desk, "Do they disagree?", conversation=kept)
    other = ask(desk, "Give me a list", **place)
    assert questions(desk, kept) == ["What is the target?", "Who is the mayor?", "Do they disagree?"]
    assert questions(desk, other["conversation"]) == ["What is the target?", "Give me a list"]


def test_of_many_conversations_those_that_are_not_shown_are_counted(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    for number in range(panels.ROWS_SHOWN + 2):
        conversations.start(listed(f"Boat {number}?"))
    desk, _ = new_desk(tmp_path)
    assert Rendered(desk.call("conversations", {"words": ""})["rows"]).text.endswith("2 more; find them above.")
    assert "more" not in Rendered(desk.call("conversations", {"words": "boat 7?"})["rows"]).text
    desk.shelf.close()


def test_a_conversation_deleted_in_another_window_goes_on_as_a_new_one(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    kept = ask(desk, "What is the target?")["conversation"]
    desk.call("delete", {"conversation": kept})
    reply = ask(desk, "Who is the mayor?", conversation=kept)
    assert reply["conversation"] not in (None, kept)
    assert questions(desk, reply["conversation"]) == ["Who is the mayor?"]


def test_an_answer_that_cannot_be_kept_is_shown_and_says_so(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    desk, _ = new_desk(home, HARBOUR, PROVINCES)
    kept = ask(desk, "What is the target?")["conversation"]
    for file in home.iterdir():
        file.unlink()
    home.rmdir()
    reply = ask(desk, "Where do they disagree?", conversation=kept)
    assert RIVAL in Rendered(reply["exchange"]).text
    assert "could not be kept" in Rendered(reply["tools"]).text
    assert (reply["conversation"], reply["at"]) == (kept, None)
    assert "trouble" in desk.call("conversations", {"words": ""})
    desk.shelf.close()


# ── What is done with an answer ───────────────────────────────────────────────────────────────────────────────────


def place(reply: dict[str, Any]) -> dict[str, Any]:
    """As the page names the answer of this reply."""
    return {"conversation": reply["conversation"], "at": reply["at"]}


def test_a_verdict_is_kept_with_the_questions_before_it_and_becomes_a_question_set(
    pair: tuple[Desk, FakeAsker],
) -> None:
    desk, _ = pair
    assert "no answer was judged yet" in Rendered(desk.call("ratings", {})["trouble"]).text
    first = place(ask(desk, "What is the target?"))
    second = place(ask(desk, "Who is the mayor?", conversation=first["conversation"]))
    assert desk.call("judge", {**first, "verdict": "up"}) == {}
    why = desk.call("judge", {**second, "verdict": "down"})["why"]
    assert Rendered(why).text.startswith("What is wrong?")
    assert desk.call("judge", {**second, "verdict": "down", "reason": "missed", "correction": "Ada"}) == {}
    exported = desk.call("ratings", {})
    rows = [json.loads(line) for line in exported["text"].splitlines()]
    assert exported["name"].endswith(".jsonl")
    assert [(row["question"], row["answers"], row.get("history")) for row in rows] == [
        ("What is the target?", ["around 5%"], None),
        ("Who is the mayor?", ["Ada"], ["What is the target?"]),
    ]
    pressed = [re.findall('aria-pressed="true"', html) for html in desk.call("reopen", first)["exchanges"]]
    assert [len(each) for each in pressed] == [1, 1]
    desk.call("judge", {**first, "verdict": "withdrawn"})
    assert len(desk.call("ratings", {})["text"].splitlines()) == 1


def test_an_answer_is_copied_in_three_formats(pair: tuple[Desk, FakeAsker]) -> None:
    desk, _ = pair
    kept = place(ask(desk, "What is the target?"))
    plain, markdown, bibtex = (
        desk.call("copy", {**kept, "format": name})["text"] for name in ("plain", "markdown", "bibtex")
    )
    assert plain.startswith("around 5% [1]")
    assert "[^1]:" in markdown
    assert bibtex.startswith("@online{")
    gone = desk.call("copy", {**kept, "at": "2026-03-01T09:00:00+00:00", "format": "plain"})
    assert "no longer kept" in Rendered(gone["trouble"]).text


@pytest.mark.parametrize("question", ["Give me a list", "What is the target?"])
def test_what_another_window_put_in_an_answers_place_is_neither_copied_nor_judged(
    pair: tuple[Desk, FakeAsker], question: str
) -> None:
    desk, _ = pair
    kept = place(ask(desk, "What is the target?"))
    replaced = ask(desk, question, conversation=kept["conversation"], dropped=[kept["at"]])
    assert replaced["conversation"] == kept["conversation"]
    for call in ({"format": "plain"}, {"verdict": "up"}):
        reply = desk.call("judge" if "verdict" in call else "copy", {**kept, **call})
        assert "replaced in another window" in Rendered(reply["trouble"]).text
    assert "no answer was judged yet" in Rendered(desk.call("ratings", {})["trouble"]).text


def test_what_a_language_model_wrote_is_copied_and_exported_with_its_footnotes(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path)
    question = "What is the target?"
    made = conversations.start(listed(question))
    kept = {"conversation": made.id, "at": made.last}
    tolls = cite(HARBOUR, "The bridge is paid for by tolls.", "")
    conversations.add_written(made.id, made.last, answered(question, "By tolls. [1]", tolls, kind="generated"))
    desk, _ = new_desk(tmp_path, *DOCUMENTS)
    plain, markdown, bibtex = (
        desk.call("copy", {**kept, "format": name})["text"] for name in ("plain", "markdown", "bibtex")
    )
    assert "Written out by a language model: By tolls. [3]\n" in plain
    assert "\n[3] “The bridge is paid for by tolls.”\n" in plain
    for text in (markdown, desk.call("export", kept)["text"]):
        assert "Written out by a language model: By tolls.[^3]\n" in text
        assert "\n[^3]: “The bridge is paid for by tolls.”" in text
    assert "The bridge is paid for by tolls." in bibtex
    desk.shelf.close()


# ── Questions to offer ────────────────────────────────────────────────────────────────────────────────────────────


class Offering(Offers):
    """Offers without looking; remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.near = ""

    def give_way(self) -> None:
        self.told.append("somebody asks")

    def first(self, ids: Sequence[str]) -> list[str]:
        self.told.append(sorted(ids))
        return ["<b>Why?</b>"]

    def after(self, answer: Answer, history: Sequence[Turn]) -> list[str]:
        self.told.append((answer.text, [turn.question for turn in history]))
        self.near = next((hit.passage.document_id for hit in answer.hits), "")
        return ["And then?"]


def offer(desk: Desk, chosen: dict[str, Any] = EVERYTHING) -> dict[str, Any]:
    return desk.call("offer", {"chosen": chosen})


def test_questions_for_the_start_are_of_the_chosen_articles_alone(tmp_path: Path) -> None:
    library = Library(None, HashEncoder())
    assert len(list(library.add(DOCUMENTS))) == 3
    offers, archive = Offering(), Archive(Conversations(tmp_path), FeedbackLog(tmp_path), document=library.document)
    desk = Desk(FakeAsker(library), Shelf(library), archive, offers=offers)
    offer(desk, {"all": False, "ids": ["provinces", "removed"]})
    offer(desk, {"all": True, "ids": ["provinces"]})
    assert "trouble" not in offer(desk, {"all": False, "ids": []})
    assert offers.told == [["provinces"], sorted({document.id for document in DOCUMENTS} - {"provinces"}), []]
    desk.shelf.close()


def test_questions_are_offered_at_the_start_and_after_an_answer(tmp_path: Path) -> None:
    library = Library(None, HashEncoder())
    assert len(list(library.add(DOCUMENTS))) == 3
    offers, archive = Offering(), Archive(Conversations(tmp_path), FeedbackLog(tmp_path), document=library.document)
    desk = Desk(FakeAsker(library), Shelf(library), archive, offers=offers)
    assert Rendered(offer(desk)["chips"]).inside[".fn-chip"] == "<b>Why?</b>"
    after = desk.call("offer_next", place(ask(desk, "What is the target?")))
    assert Rendered(after["chips"]).inside[".fn-chip"] == "And then?"
    assert offers.told == [
        sorted(document.id for document in DOCUMENTS),
        "somebody asks",
        ("around 5%", ["What is the target?"]),
    ]
    desk.call("offer_next", place(ask(desk, "Who is the mayor?")))
    assert offers.near == "provinces"
    desk.shelf.close()


def test_given_examples_are_offered_instead(pair: tuple[Desk, FakeAsker]) -> None:
    assert Rendered(offer(pair[0])["chips"]).text == "".join(EXAMPLES)
    assert pair[0].call("offer_next", place(ask(pair[0], "What is the target?"))) == {"chips": ""}
