"""The whole algorithm in one readable class: follow-up -> what is asked for -> search -> read -> decide -> cite."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from index.chunk import chunk
from index.fuse import reciprocal_rank_fusion
from index.types import ANY, Document, EmptyError, Encoder, Entry, Filter, Hit, InputError, Retriever
from qa import catalogue, compose, manners
from qa.compose import Heard
from qa.evidence import MOST_COPIES, Calibration, Decision, decide
from qa.followup import standalone, topic_of
from qa.kinds import Asked, asked_for
from qa.orders import gives_orders
from qa.reader import Reader
from qa.sentences import in_reading_order, sentence_around, speaking_of, summary
from qa.spelling import mended
from qa.types import Answer, Refusal, Turn
from qa.words import content_words, share_missing
from qa.writing.author import Author
from qa.writing.types import Stopped, Writer, Written

MAX_QUESTION_CHARS = 1000
_MOST_LISTED = 30
_GIVEN_CHARS = 1300  # of a piece of a given text, some 300 tokens: longer ones are read less well


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where to look: in the documents `within` (None: all) that pass `only`; `last` are those that the answer before
    cited.

    `context` is the question before, or the whole one of which a part is asked: it helps to find, and is not read.
    """

    within: Collection[str] | None = None
    only: Filter = ANY
    last: tuple[str, ...] = ()
    context: str = ""


class Assistant:
    """Answers questions over a library. Knows no heavy library: its parts are handed to it."""

    def __init__(
        self,
        library: Retriever,
        reader: Reader,
        calibration: Calibration,
        *,
        passages_read: int,
        is_word: Callable[[str], bool] = lambda word: True,
        encoder: Encoder | None = None,
    ) -> None:
        """`is_word` tells what is spelled right; by default everything is. `encoder` helps to check what is written."""
        self.library, self._reader, self._calibration = library, reader, calibration
        self._passages_read, self._is_word, self._encoder = passages_read, is_word, encoder

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        within: Collection[str] | None = None,
        only: Filter = ANY,
    ) -> Answer:
        """One answer, with its footnotes or a refusal, of the documents `within` (None: all of them) that pass `only`.

        Raises InputError or EmptyError for what cannot be asked.
        """
        asked = checked(question)
        if said := manners.reply_to(asked):
            return compose.refused(Heard(asked, asked), because=Refusal("not_a_question", said))
        if self.document_count() == 0:
            raise EmptyError("the library is empty", "add articles first: footnote index PATH_OR_URL")
        last = next((turn.documents for turn in reversed(history) if turn.documents), ())
        before = standalone(history[-1].question, history[:-1]) if history else ""
        scope = _Scope(within, only, last, before)
        form = asked_for(asked)
        if form.form in ("date", "summary", "catalogue"):  # of the articles themselves: nothing to complete
            return self._answer(Heard(asked, asked), form, scope)
        heard = Heard(asked, standalone(asked, history))
        answer = self._answer(heard, asked_for(heard.understood), scope)
        topic = topic_of(asked, history)
        return self._quoted(Heard(asked, topic), topic, scope) if answer.refused and topic else answer

    def _answer(self, heard: Heard, asked: Asked, scope: _Scope) -> Answer:
        match asked.form:
            case "several":
                return self._each(heard, asked, replace(scope, context=heard.understood))
            case "summary" | "date":
                return self._about_one(heard, asked, scope)
            case "catalogue":
                return self._listed(heard, asked, scope)
            case "topic":
                return self._quoted(heard, asked.topic, scope)
            case "yes_no":
                return self._decided(*self._spelled(heard, scope))
            case _:
                return self._read(heard, scope)

    def answer_over(self, question: str, passages: Sequence[str]) -> Answer:
        """No retrieval: the given texts are the evidence. They are cited as documents "1", "2", ..."""
        asked = checked(question)
        given = [Document(str(number), "", text, f"text {number}") for number, text in enumerate(passages, 1)]
        pieces = [passage for document in given for passage in chunk(document, chunk_chars=_GIVEN_CHARS)]
        hits = [Hit(replace(passage, id=number), 0.0, "given") for number, passage in enumerate(pieces)]
        heard, found = Heard(asked, asked), {document.id: document for document in given}
        if asked_for(asked).form == "yes_no":
            return self._decided(heard, hits, found)
        return compose.fact(heard, self._decide(asked, hits), found, hits)

    def written(self, answer: Answer, writer: Writer, *, stopped: Stopped = lambda: False) -> Iterator[Written]:
        """The answer as the model writes it out, growing: every sentence checked and with its footnote.

        Nothing where this assistant refused. Raises ValueError without an encoder, and what the writer raises.
        """
        if self._encoder is None:
            raise ValueError("without an encoder nothing that is written can be checked")
        return Author(self._reader, self._encoder, self.document).write(answer, writer, stopped=stopped)

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        return self.library.document(document_id)

    def document_count(self) -> int:
        return len(self.library)

    # --- one method for each form of question -------------------------------------------------------------------------

    def _each(self, heard: Heard, asked: Asked, scope: _Scope) -> Answer:
        """The questions within a question, each by itself; one may lean on the one before it ("and when did he?")."""
        answers: list[Answer] = []
        for part in asked.parts:
            before = [] if asked.labels else [Turn(answer.question, answer.text) for answer in answers]
            understood = standalone(part, before)
            answers.append(self._answer(Heard(part, understood), asked_for(understood), scope))
        return compose.several(heard, list(zip(asked.labels or asked.parts, answers, strict=True)))

    def _read(self, heard: Heard, scope: _Scope) -> Answer:
        """A fact or a reason: its words alone are the answer, the sentence is its footnote."""
        heard, hits, found = self._spelled(heard, scope)
        return compose.fact(heard, self._decide(heard.understood, hits), found, hits)

    def _decided(self, heard: Heard, hits: Sequence[Hit], found: Mapping[str, Document]) -> Answer:
        """For a yes or no the sentence that decides, and no verdict: qa/evaluation/LOG.md says why."""
        decision = self._decide(heard.understood, hits)
        if len(decision.spans) != 1:
            return compose.fact(heard, decision, found, hits)
        return compose.quotes(heard, decision.spans, found, hits, kind="sentences", confidence=decision.confidence)

    def _quoted(self, heard: Heard, topic: str, scope: _Scope) -> Answer:
        """What the articles say about a topic, in their own sentences."""
        hits, found = self._search(topic, scope)
        spans = in_reading_order(speaking_of(topic, [hit.passage for hit in hits]))
        return compose.quotes(heard, spans, found, hits, kind="sentences")

    def _about_one(self, heard: Heard, asked: Asked, scope: _Scope) -> Answer:
        """A summary of one article, or its date."""
        document = self._meant(asked.topic, scope)
        if document is None:
            return compose.refused(heard, because=self._which(asked.topic, scope))
        found = {document.id: document}
        if asked.form == "summary":
            return compose.quotes(heard, summary(document), found, (), kind="summary")
        dated = catalogue.date_line(document, heard.asked)
        if dated is None and document.published is not None:  # from the file's metadata, which stands in no sentence
            return compose.stated(
                heard, f"{document.published:%d %B %Y}".lstrip("0"), catalogue.heading(document), found
            )
        return compose.fact(heard, Decision((dated,) if dated else (), 1.0 if dated else 0.0), found, ())

    def _listed(self, heard: Heard, asked: Asked, scope: _Scope) -> Answer:
        """The titles of the articles there are, or of those that speak of a topic."""
        if asked.topic:
            hits, found = self._search(asked.topic, scope)
            speaking = speaking_of(asked.topic, [hit.passage for hit in hits], most=_MOST_LISTED)
            ids = list(dict.fromkeys(span.passage.document_id for span in speaking))
        else:
            hits, found = [], {}
            ids = [entry.id for entry in self.library.entries() if self._looked_in(entry, scope)]
            for document_id in ids[:_MOST_LISTED]:
                with suppress(KeyError):  # removed since by somebody else
                    found[document_id] = self.document(document_id)
        listed = {document_id: found[document_id] for document_id in ids if document_id in found}
        spans = [catalogue.heading(document) for document in listed.values()]
        return compose.listing(heard, spans, listed, hits, more=max(0, len(ids) - _MOST_LISTED))

    # --- the steps that they share ------------------------------------------------------------------------------------

    def _spelled(self, heard: Heard, scope: _Scope) -> tuple[Heard, list[Hit], dict[str, Document]]:
        """The question with its slips mended by what was found for it, and what is found for it then."""
        hits, found = self._search(heard.understood, scope)
        meant = mended(heard.understood, [hit.passage for hit in hits], self._is_word)
        if meant == heard.understood:
            return heard, hits, found
        return (replace(heard, understood=meant), *self._search(meant, scope))

    def _search(self, query: str, scope: _Scope) -> tuple[list[Hit], dict[str, Document]]:
        """Hits and their documents, without those removed or changed since the search by somebody else."""
        found: dict[str, Document] = {}
        hits = self._hits(query, scope)
        for passage in (passage for hit in hits for passage in (hit.passage, *hit.copies[:MOST_COPIES])):
            with suppress(KeyError):
                document = self.library.document(passage.document_id)
                if document.text[passage.start : passage.end] == passage.text:
                    found[document.id] = document
        there = [
            replace(hit, copies=tuple(copy for copy in hit.copies if copy.document_id in found))
            for hit in hits
            if hit.passage.document_id in found
        ]
        return there, found

    def _hits(self, query: str, scope: _Scope) -> list[Hit]:
        """For the query by itself and, in a conversation, behind its context: the two rankings fused.

        Fused, a question in a conversation is found nearly as often as with its topic spelled out, and one that begins
        a new topic as often as without the context (qa/evaluation/LOG.md).
        """
        limit = self._passages_read
        alone = self.library.search(query, limit=limit, within=scope.within, only=scope.only)
        if not scope.context:
            return alone
        behind = self.library.search(f"{scope.context} {query}", limit=limit, within=scope.within, only=scope.only)
        hits = {hit.passage.id: hit for hit in (*behind, *alone)}
        fused = reciprocal_rank_fusion([[hit.passage.id for hit in ranking] for ranking in (alone, behind)])
        told: set[int] = set()  # each search may have chosen another of several copies
        kept: list[Hit] = []
        for number, score in fused:
            if number not in told:
                kept.append(replace(hits[number], score=score))
                told |= {copy.id for copy in hits[number].copies}
        return kept[:limit]

    def _decide(self, question: str, hits: Sequence[Hit]) -> Decision:
        """Words of sentences that speak to a machine are no answer, however well they would fit."""
        spans = self._reader.read(question, [hit.passage for hit in hits])
        ordering = {hit.passage for hit in hits if gives_orders(hit.passage.text)}
        sound = [s for s in spans if s.passage not in ordering or not gives_orders(sentence_around(s).text)]
        return decide(question, sound, self._calibration, copies={hit.passage.id: hit.copies for hit in hits})

    def _meant(self, topic: str, scope: _Scope) -> Document | None:
        """The one article that is meant: the nearest to the topic, the last one cited, or the only one."""
        if topic:
            hits, found = self._search(topic, scope)
            nearest = next(iter(hits), None)
            if nearest is None:
                return None
            document = found[nearest.passage.document_id]
            return document if share_missing(content_words(topic), f"{document.title} {document.text}") == 0 else None
        with suppress(KeyError):  # removed since by somebody else
            if scope.last and self._looked_in(before := self.document(scope.last[0]), scope):
                return before
            ids = [entry.id for entry in self.library.entries() if self._looked_in(entry, scope)]
            return self.document(ids[0]) if len(ids) == 1 else None
        return None

    @staticmethod
    def _looked_in(entry: Entry | Document, scope: _Scope) -> bool:
        return scope.only.passes(entry) and (scope.within is None or entry.id in scope.within)

    def _which(self, topic: str, scope: _Scope) -> Refusal:
        if topic:
            return Refusal("not_found", f"No article speaks of {topic}.")
        return Refusal(
            "which_article",
            f'Which of the {self.document_count():,} articles? Name its subject: "... of the article on X".',
        )


def checked(question: str) -> str:
    """The question without the white space around it. Raises InputError when it is empty or too long."""
    asked = " ".join(question.split())
    if not asked:
        raise InputError("the question is empty", "type a question about your articles")
    if len(asked) > MAX_QUESTION_CHARS:
        raise InputError(
            f"the question has {len(asked):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            "ask in a sentence or two; add a long text as an article instead: footnote index FILE",
        )
    return asked
