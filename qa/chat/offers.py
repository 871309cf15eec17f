"""Questions to offer at the start and after an answer, looked for while the reader reads.

A question that somebody asks comes first: what is being looked for is given up. Knows nothing of the page.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Sequence

from qa.chat.suggest import Asker, next_questions, suggestions
from qa.types import Answer, Turn

FIRST, NEXT = 4, 3  # how many are offered
FIRST_WITHIN_S, NEXT_WITHIN_S = 10.0, 4.0


class Offers:
    """Looks for one set of questions at a time. May be called from several threads at once, and takes seconds."""

    def __init__(self, asker: Asker, *, rng: random.Random) -> None:
        self._asker, self._rng = asker, rng
        self._looking = threading.Lock()
        self._asked = 0  # questions of people so far
        self._found: tuple[Sequence[str], list[str]] | None = None  # the documents, and what was found in them

    def give_way(self) -> None:
        """Somebody asks: the questions found so far have to do."""
        self._asked += 1

    def first(self, ids: Sequence[str]) -> list[str]:
        """Questions that the documents `ids` answer; looked for once, until there are other documents."""
        with self._looking:
            if self._found is not None and self._found[0] == ids:
                return self._found[1]
            before, clock = self._asked, self._until_asked()
            found = list(
                suggestions(ids, self._asker, count=FIRST, rng=self._rng, deadline_s=FIRST_WITHIN_S, clock=clock)
            )
            if self._asked == before:
                self._found = (ids, found)
            return found

    def after(self, answer: Answer, history: Sequence[Turn]) -> list[str]:
        """Questions to ask after `answer`; `history` ends with its turn."""
        with self._looking:
            clock = self._until_asked()
            return list(
                next_questions(answer, self._asker, history=history, count=NEXT, deadline_s=NEXT_WITHIN_S, clock=clock)
            )

    def _until_asked(self) -> Callable[[], float]:
        """A clock that passes every deadline once somebody asks."""
        before = self._asked
        return lambda: time.monotonic() if self._asked == before else math.inf
