"""Questions that are offered: found once per library, not twice, and given up as soon as somebody asks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from index.types import Document
from qa.chat.offers import Offers
from qa.chat.templates import candidates
from qa.types import Answer, Citation, Turn

FOUNDED = "The Tern Observatory was founded on 3 May 1911."
EMPLOYS = "The Cormorant Line employs 46 people on the coast."
TERN = Document("tern", "Tern", f"{FOUNDED} {EMPLOYS}", "tern.txt")
MADE = {candidate.question: candidate for candidate in candidates(TERN)}
WHEN, HOW_MANY = (
    "When was the Tern Observatory founded?",
    "How many people does the Cormorant Line employ on the coast?",
)


def answer_to(question: str) -> Answer:
    made = MADE[question]
    quote = TERN.text[made.start : made.end]
    citation = Citation(1, "tern", "Tern", "tern.txt", made.start, made.end, quote, answer=made.answer)
    return Answer(question, made.answer, "span", 0.9, (citation,))


@dataclass
class Knowing:
    """Knows the answers of TERN; something may happen while it is asked."""

    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None

    def ask(self, question: str, *, history: Sequence[Turn] = ()) -> Answer:
        self.asked.append(question)
        self.meanwhile()
        return answer_to(question)

    def document(self, document_id: str) -> Document:
        return {"tern": TERN}[document_id]


def test_the_first_questions_are_looked_for_once_until_the_documents_change() -> None:
    asker = Knowing()
    offers = Offers(asker, rng=random.Random(1))
    assert set(offers.first(["tern"])) == {WHEN, HOW_MANY}
    assert set(asker.asked) == {WHEN, HOW_MANY}
    asked = len(asker.asked)
    assert set(offers.first(["tern"])) == {WHEN, HOW_MANY}
    assert len(asker.asked) == asked
    assert offers.first([]) == []
    assert set(offers.first(["tern"])) == {WHEN, HOW_MANY}
    assert len(asker.asked) > asked


def test_after_an_answer_another_question_is_offered() -> None:
    answer = answer_to(WHEN)
    assert Offers(Knowing(), rng=random.Random(1)).after(answer, [Turn(WHEN, "3 May 1911")]) == [HOW_MANY]


def test_a_question_that_somebody_asks_ends_the_search_and_what_was_found_is_not_taken_for_all() -> None:
    asker = Knowing()
    offers = Offers(asker, rng=random.Random(1))
    asker.meanwhile = offers.give_way
    assert len(offers.first(["tern"])) == 1
    assert len(asker.asked) == 1
    asker.meanwhile = lambda: None
    assert set(offers.first(["tern"])) == {WHEN, HOW_MANY}


def test_two_windows_look_one_after_the_other() -> None:
    asker, entered, leave = Knowing(), threading.Event(), threading.Event()

    def wait() -> None:
        entered.set()
        assert leave.wait(10)

    asker.meanwhile = wait
    offers = Offers(asker, rng=random.Random(1))
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(offers.first, ["tern"]) for _ in range(2)]
        assert entered.wait(10)
        assert len(asker.asked) == 1
        leave.set()
        assert [set(each.result(10)) for each in both] == [{WHEN, HOW_MANY}] * 2
    assert len(asker.asked) == 2
