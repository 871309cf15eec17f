"""What the page can ask the server for: a name and plain values in, plain values and safe HTML out.

Joins the assistant, the shelf and the archive for the page; decides nothing about answers. Knows nothing of Gradio or
HTTP. What the person can mend comes back as `trouble`, never as an exception.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Protocol

from index.formats import SUFFIXES
from index.load import MAX_FILE_BYTES
from index.types import Document, EmptyError, InputError, UserError
from qa.chat import article, page, panels
from qa.chat.archive import Archive, Reply, Sent
from qa.chat.offers import Offers
from qa.chat.pen import Pen
from qa.chat.shelf import Shelf, links
from qa.types import Answer, Turn

TURNS_REMEMBERED = 20
STOPPED_REMEMBERED = 100


class Asker(Protocol):
    """What the page needs of the assistant. Called from several threads at once."""

    def ask(self, question: str, *, history: Sequence[Turn] = (), within: Collection[str] | None = None) -> Answer:
        """Raises a UserError for what the person can mend."""
        ...

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        ...

    def document_count(self) -> int: ...


class Desk:
    """Answers the page's calls. May be used from several threads at once; holds nothing of any window."""

    def __init__(
        self,
        asker: Asker,
        shelf: Shelf,
        archive: Archive,
        *,
        offers: Offers | None = None,
        pen: Pen | None = None,
        examples: Sequence[str] = (),
    ) -> None:
        """`examples` are offered at the start instead of questions that are looked for; `pen` writes answers out."""
        self._asker, self.shelf, self._archive = asker, shelf, archive
        self._offers, self._pen, self._examples = offers, pen, examples
        self._stopped: list[str] = []  # the last asks whose answer nobody waits for
        self._stopping = threading.Lock()
        self._calls: dict[str, Callable[[Sent], Reply]] = {
            "ask": self._ask,
            "stop": self._stop,
            "offer": self._offer,
            "offer_next": self._offer_next,
            "article": self._article,
            "documents": self._documents,
            "jobs": self._jobs,
            "add": self._add,
            "remove": self._remove,
            "restore": self._restore,
            "forget": self._forget,
            **archive.calls,
            **(pen.calls if pen else {}),
        }

    def first_page(self) -> str:
        """The empty page as HTML."""
        return page.shell_html(
            examples=self._examples, documents=self._count(), formats=SUFFIXES, max_bytes=MAX_FILE_BYTES
        )

    def warm_up(self) -> None:
        """Loads what the first question would wait for."""
        with suppress(EmptyError):
            self._asker.ask("warm up")

    def close(self) -> None:
        """Gives up what runs in the background."""
        self.shelf.close()
        if self._offers:
            self._offers.give_way()
        if self._pen:
            self._pen.close()

    def call(self, name: str, sent: Sent) -> Reply:
        """Raises KeyError for a call that there is not."""
        try:
            return self._calls[name](sent)
        except UserError as error:
            return {"trouble": page.trouble_html(error)}

    # --- asking ------------------------------------------------------------------------------------------------------

    def _ask(self, sent: Sent) -> Reply:
        """The exchange to show, the turn to send along with the next question, where the answer is stored."""
        turns = [_turn(given) for given in sent["turns"]][-TURNS_REMEMBERED:]
        within = self._within(sent["chosen"])
        if self._offers:
            self._offers.give_way()
        try:
            answer = self._asker.ask(str(sent["question"]), history=turns, within=within)
        except EmptyError as error:
            return {"trouble": page.empty_html(error)}
        if sent["ask"] in self._stopped:
            return {"stopped": True}
        kept = self._archive.keep(answer, sent["conversation"], dropped=sent["dropped"], above=sent["above"])
        return {
            "exchange": page.answer_html(
                answer, titles=self._titles(answer), searched=self._count() if within is None else len(within)
            ),
            "turn": asdict(answer.turn),
            "article": self._first_cited(answer),
            **kept,
            "writing": self._write(answer, kept),
        }

    def _write(self, answer: Answer, kept: Reply) -> str | None:
        """The id of the answer that a language model now writes over this one; None when it does not."""
        if self._pen is None:
            return None
        return self._pen.begin(answer, lambda written: self._archive.add_written(written, kept))

    def _chosen(self, chosen: Sent) -> frozenset[str] | None:
        return self.shelf.chosen([str(each) for each in chosen["ids"]], all_but=bool(chosen["all"]))

    def _within(self, chosen: Sent) -> frozenset[str] | None:
        within = self._chosen(chosen)
        if within is not None and not within and self._count():
            raise InputError("no article is chosen to look in", "tick one or more in the list of articles")
        return within

    def _stop(self, sent: Sent) -> Reply:
        with self._stopping:  # a new list each time: whoever reads it needs no lock
            self._stopped = [*self._stopped, str(sent["ask"])][-STOPPED_REMEMBERED:]
        return {}

    def _offer(self, sent: Sent) -> Reply:
        """Questions for the start, which the chosen articles answer. Takes seconds, like the next."""
        found = self._examples
        if self._offers and not found:
            ids, within = [entry.id for entry in self.shelf.entries()], self._chosen(sent["chosen"])
            found = self._offers.first([each for each in ids if within is None or each in within])
        return {"chips": page.chips_html(found)}

    def _offer_next(self, sent: Sent) -> Reply:
        """Questions to ask after a stored answer."""
        if self._offers is None:
            return {"chips": ""}
        answers = [exchange.answer for exchange in self._archive.at(sent)]
        return {"chips": page.chips_html(self._offers.after(answers[-1], [each.turn for each in answers]))}

    def _titles(self, answer: Answer) -> dict[str, str]:
        """Titles for the passages under a refusal; a document removed in the meantime has none."""
        titles: dict[str, str] = {}
        for hit in answer.hits if answer.refused else ():
            if len(titles) == page.NEAREST_SHOWN:
                break
            with suppress(KeyError):
                titles[hit.passage.document_id] = self._asker.document(hit.passage.document_id).title
        return titles

    # --- articles ----------------------------------------------------------------------------------------------------

    def _first_cited(self, answer: Answer) -> str | None:
        first = next(iter(answer.citations), None)
        return self._shown(first.document_id, first.start, first.end, first.quote) if first else None

    def _article(self, sent: Sent) -> Reply:
        """At a place that was cited, with the `quote`; at any other without."""
        quote = str(sent.get("quote", ""))
        return {"article": self._shown(str(sent["document"]), int(sent["start"]), int(sent["end"]), quote)}

    def _shown(self, document_id: str, start: int, end: int, quote: str) -> str:
        try:
            return article.article_html(self._asker.document(document_id), start, end, quote=quote)
        except KeyError:
            return article.article_missing_html()

    # --- the library -------------------------------------------------------------------------------------------------

    def _count(self) -> int:
        return self._asker.document_count()

    def _documents(self, sent: Sent) -> Reply:
        entries = self.shelf.entries(str(sent["words"]))
        return {"rows": panels.documents_html(entries), "count": self._count()}

    def _jobs(self, _sent: Sent) -> Reply:
        jobs = self.shelf.jobs()
        return {
            "rows": panels.jobs_html(jobs),
            "busy": any(not job.finished for job in jobs),
            "finished": sum(job.finished for job in jobs),
            "full": self.shelf.is_full,
            "count": self._count(),
        }

    def _add(self, sent: Sent) -> Reply:
        """Links, a job for each, or a text."""
        text = str(sent["text"])
        if found := links(text):
            self.shelf.add_links(found)
        else:
            self.shelf.add_text(text)
        return {}

    def _remove(self, sent: Sent) -> Reply:
        document = self.shelf.remove(str(sent["document"]))
        return {"removed": panels.removed_html(document), "count": self._count()}

    def _restore(self, sent: Sent) -> Reply:
        self.shelf.restore(str(sent["document"]))
        return {}

    def _forget(self, _sent: Sent) -> Reply:
        self.shelf.forget_finished()
        return {}


def _turn(given: Sent) -> Turn:
    return Turn(str(given["question"]), str(given["answer"]), tuple(str(each) for each in given["documents"]))
