"""The whole algorithm in one readable class: follow-up -> what is asked for -> search -> read -> decide -> cite."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from index.chunk import chunk
from index.fuse import reciprocal_rank_fusion
from index.types import ANY, Document, EmptyError, Encoder, Filter, Hit, InputError, Passage, Retriever
from qa import catalogue, compose, manners
from qa.admissible import admissible
from qa.articles import ALL, Articles
from qa.compose import Heard
from qa.evidence import MOST_COPIES, Calibration, Decision, decide
from qa.followup import in_its_list, says_otherwise, standalone, topic_of
from qa.kinds import Asked, asked_for, of_what_was_cited, plainly
from qa.lists import items_of
from qa.meant import MOST_LISTED, Scope, documents, meant, spoken_of, those, why_none
from qa.message import questions, read_message
from qa.parts import is_rest
from qa.reader import Reader, Span
from qa.referents import names
from qa.rows import extremes
from qa.sentences import in_reading_order, speaking_of, summary
from qa.speech import reports_speech, said_by, speakers_of
from qa.spelling import mended, with_capitals
from qa.types import Answer, Refusal, Turn
from qa.writing.author import Author
from qa.writing.types import Stopped, Writer, Written

MAX_QUESTION_CHARS = 1000
MOST_AT_ONCE = 10  # questions in one message
_NEARER = 0.1  # of confidence, by which an article spoken of before may be less sure than another
_PRONOUN = re.compile(r"\b(?:it|its|he|him|his|she|hers?|they|them|theirs?|us|ones?)\b")
_RECENT = 3  # turns whose names get their capitals, each by a search
_GIVEN_CHARS = 1300  # of a piece of a given text, some 300 tokens: longer ones are read less well


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
        if reply := manners.reply_to(asked) or manners.reply_to(read_message(asked).question):
            return compose.refused(Heard(asked, asked), because=Refusal("not_a_question", reply))
        if self.document_count() == 0:
            raise EmptyError("the library is empty", "add articles first: footnote index PATH_OR_URL")
        said = read_message(self._with_capitals(asked, within, only))
        turns: list[Turn] = []
        for ago, turn in zip(range(len(history), 0, -1), history, strict=True):
            if not manners.reply_to(turn.question):
                typed = self._with_capitals(turn.question, within, only) if ago <= _RECENT else turn.question
                last_asked = questions(read_message(typed).question)[-1]
                turns.append(replace(turn, question=in_its_list(plainly(last_asked), turns)))
        history, plain = turns, in_its_list(plainly(said.question), turns)
        before = said.context or (standalone(history[-1].question, history[:-1]) if history else "")
        form = asked_for(plain)
        last = spoken_of(form.articles, history)
        scope = Scope(within, only, last or (), before)
        if form.of_articles and last is not None:
            return self._answer(Heard(asked, plain), form, scope)
        if form.form == "several" and (cited := _of_it(form, history)):  # "who wrote it, and when was it published?"
            return self._each(Heard(asked, plain), form, replace(scope, last=cited), of_it=True)
        alone = Heard(asked, standalone(plain, history))
        answer = self._answer(alone, asked_for(alone.understood).of_the_texts, scope)
        if answer.kind == "span" and any(
            answer.text == turn.answer and says_otherwise(plain, turn.question) for turn in history
        ):
            return compose.refused(alone, answer.hits)  # who it was is no answer to when
        if topic := topic_of(said.question, history):
            answer = self._on(topic, answer, scope, history[-1].documents)
        if answer.refused and of_what_was_cited(plain) and history and (cited := history[-1].documents):
            return self._about_one(Heard(asked, plain), form, replace(scope, last=cited))
        return answer

    def _on(self, topic: str, answer: Answer, scope: Scope, cited: Sequence[str]) -> Answer:
        """What is said of the topic that a bare follow-up names, where no fact is asked of it, or none is found.

        One that is no name ("and children?") is asked of the articles that were cited before, first.
        """
        is_new = asked_for(answer.understood).form == "topic" and asked_for(scope.context).form != "topic"
        if not (answer.refused or is_new):
            return answer
        heard = Heard(answer.question, topic)
        near = [each for each in cited if scope.within is None or each in scope.within]
        if not names(topic) and not (nearer := self._quoted(heard, topic, replace(scope, within=near))).refused:
            return nearer
        return self._quoted(heard, topic, scope) if answer.refused else answer

    def _answer(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        match asked.form:
            case "several":
                return self._each(heard, asked, replace(scope, context=heard.understood))
            case "summary" | "date" | "author":
                return self._about_one(heard, asked, scope)
            case "catalogue" | "count":
                return self._listed(heard, asked, scope)
            case "topic":
                return self._said(heard, asked, scope)
            case "speech" | "speakers":
                return (self._spoken if asked.speaker else self._quoting)(heard, asked, scope)
            case _:
                return self._read(heard, scope)

    def answer_over(self, question: str, passages: Sequence[str]) -> Answer:
        """No retrieval: the given texts are the evidence. They are cited as documents "1", "2", ..."""
        asked = checked(question)
        given = [Document(str(number), "", text, f"text {number}") for number, text in enumerate(passages, 1)]
        pieces = [passage for document in given for passage in chunk(document, chunk_chars=_GIVEN_CHARS)]
        hits = [Hit(replace(passage, id=number), 0.0) for number, passage in enumerate(pieces)]
        alone = Heard(asked, plainly(read_message(asked).question))
        return self._told(alone, hits, {document.id: document for document in given})

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

    def _each(self, heard: Heard, asked: Asked, scope: Scope, *, of_it: bool = False) -> Answer:
        """The questions within a question, each by itself; one may lean on the one before it ("and when did he?").

        `of_it`: what they ask of "it" they ask of the article that the conversation spoke of.
        """
        parts = asked.parts if asked.labels else tuple(each for part in asked.parts for each in _innermost(part))
        if len(parts) > MOST_AT_ONCE:
            raise InputError(
                f"the message asks {len(parts)} questions; at most {MOST_AT_ONCE} are answered at once",
                "ask the rest in another message",
            )
        answers: list[Answer] = []
        for part in parts:
            before = [] if asked.labels else [answer.turn for answer in answers]
            its = asked_for(part)
            is_of_it = its.of_articles and its.articles.it
            told = spoken_of(its.articles, before) or (scope.last if of_it else ()) if is_of_it else ()
            if told:
                answers.append(self._answer(Heard(part, plainly(part)), its, replace(scope, last=told)))
                continue
            understood = plainly(standalone(part, before))
            answer = self._part(Heard(part, understood), [] if asked.labels else answers[-1:], scope)
            if is_rest(part) and not answer.refused and any(answer.text == earlier.text for earlier in answers):
                answer = compose.refused(Heard(part, understood), answer.hits)  # it found the first once more
            answers.append(answer)
        return compose.several(heard, list(zip(asked.labels or parts, answers, strict=True)))

    def _part(self, heard: Heard, before: Sequence[Answer], scope: Scope) -> Answer:
        """A part that names nothing ("what will each cost?") is asked of the articles of the one before, too.

        Their answer is given unless another article is clearly surer of its own.
        """
        asked = asked_for(heard.understood).of_the_texts
        answer = self._answer(heard, asked, scope)
        told = {citation.document_id for earlier in before for citation in earlier.citations}
        if told and asked.form in ("fact", "yes_no") and not names(heard.understood):
            nearer = self._answer(heard, asked, replace(scope, within=told))
            if not nearer.refused and nearer.confidence > answer.confidence - _NEARER:
                return nearer
        return answer

    def _read(self, heard: Heard, scope: Scope) -> Answer:
        return self._told(*self._spelled(heard, scope))

    def _told(self, heard: Heard, hits: Sequence[Hit], found: Mapping[str, Document]) -> Answer:
        """A fact or a reason, whose words alone are the answer, the sentence its footnote; or what decides."""
        if asked_for(heard.understood).form == "yes_no":
            return self._decided(heard, hits, found)
        return self._fact(heard, hits, found)

    def _fact(self, heard: Heard, hits: Sequence[Hit], found: Mapping[str, Document]) -> Answer:
        """Read from the passages: words, all the items of a list, or the cells that a comparison of rows finds."""
        cells = extremes(heard.understood, [hit.passage for hit in hits], found)
        if cells:
            return compose.cells(heard, cells, found, hits)
        decision = self._decide(heard.understood, hits)
        if len(decision.spans) == 1:
            (span,) = decision.spans
            if items := items_of(heard.understood, span, found[span.passage.document_id]):
                return compose.items(heard, items, found, hits, confidence=decision.confidence)
        return compose.fact(heard, decision, found, hits)

    def _decided(self, heard: Heard, hits: Sequence[Hit], found: Mapping[str, Document]) -> Answer:
        """For a yes or no the sentence that decides, and no verdict: qa/evaluation/LOG.md says why."""
        decision = self._decide(heard.understood, hits)
        if len(decision.spans) != 1:
            return compose.fact(heard, decision, found, hits)
        return compose.quotes(heard, decision.spans, found, hits, kind="sentences", confidence=decision.confidence)

    def _quoted(self, heard: Heard, topic: str, scope: Scope) -> Answer:
        """What the articles say about a topic, in their own sentences."""
        hits, found = self._search(topic, scope)
        spans = in_reading_order(speaking_of(topic, [hit.passage for hit in hits]))
        return compose.quotes(heard, spans, found, hits, kind="sentences")

    def _said(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        """What one article says about a topic, or all of them where none is named."""
        if asked.articles == ALL:
            return self._quoted(heard, asked.topic, scope)
        document = meant(self.library, asked.articles, scope)
        if document is None and not asked.articles.it:
            return compose.refused(heard, because=why_none(self.library, asked.articles, scope))
        return self._quoted(heard, asked.topic, replace(scope, within=[document.id], context="") if document else scope)

    def _spoken(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        """What somebody says: read, where it is asked of a topic; else, or when there is no such fact, quoted."""
        heard, hits, found = self._spelled(heard, scope)
        again = asked_for(heard.understood)  # with the name that was meant
        asked = again if again.form == "speech" else asked
        told = [found[each] for each in dict.fromkeys(hit.passage.document_id for hit in hits)]  # each story once
        spans = said_by(asked.speaker, told, about=asked.topic)
        read = self._fact(heard, hits, found) if asked.topic or not spans else None
        if read and not asked.topic and not any(reports_speech(citation.quote) for citation in read.citations):
            read = compose.refused(heard, hits, confidence=read.confidence)
        if read is not None and (not read.refused or not spans):
            return read
        return compose.quotes(heard, spans, found, hits, kind="sentences")

    def _quoting(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        """Who is quoted in one article, or in a few where none is named; read, where nobody is quoted on a topic."""
        one, which = meant(self.library, asked.articles, scope), asked.articles
        ids = [one.id] if one else [] if which.it or which.place else those(self.library, which, scope)
        found = {each.id: each for each in documents(self.library, ids)} if len(ids) <= MOST_LISTED else {}
        if spans := speakers_of(found.values(), about=asked.topic):
            return compose.items(heard, spans, found, ())
        if asked.topic:
            return self._read(heard, scope)
        nobody = Refusal("not_found", "Nobody is quoted there by name.")
        return compose.refused(heard, because=nobody if found else why_none(self.library, which, scope))

    def _about_one(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        """A summary of one article, its date or its author."""
        document = meant(self.library, asked.articles, scope)
        if document is None:
            return compose.refused(heard, because=why_none(self.library, asked.articles, scope))
        found = {document.id: document}
        if asked.form == "summary":
            return compose.quotes(heard, summary(document), found, (), kind="summary")
        span, known, unknown = self._stated(asked, document, heard.understood)
        if span:
            return compose.fact(heard, Decision((span,), 1.0), found, ())
        if known:  # from the file's metadata, which stands in no sentence
            return compose.stated(heard, known, [catalogue.heading(document)], found)
        return compose.refused(heard, because=Refusal("not_found", unknown))

    @staticmethod
    def _stated(asked: Asked, document: Document, question: str) -> tuple[Span | None, str, str]:
        """An article's author or its date: where its heading has it, else what is known of it, else why it is not."""
        if asked.form == "author":
            return catalogue.byline(document), document.author or "", "The article does not name its author."
        span, day = catalogue.date_line(document, question), catalogue.day_of(document)
        if catalogue.asks_for_update(question):
            published = f"; it was published on {day}" if day else ""
            return span, "", f"No update of the article is known{published}."
        return span, day, "The article bears no date."

    def _listed(self, heard: Heard, asked: Asked, scope: Scope) -> Answer:
        """The titles of the articles there are, or of those that are asked for; or how many they are."""
        which = asked.articles
        ids = those(self.library, which, scope)
        hits = [] if ids or not which.topic else self._search(which.topic, scope)[0]
        if not ids and asked == Asked("catalogue", articles=Articles(which.topic)):  # sentences that hold most of it
            speaking = speaking_of(which.topic, [hit.passage for hit in hits], most=MOST_LISTED)
            ids = list(dict.fromkeys(span.passage.document_id for span in speaking))
        if not ids and not which.topic:  # "which papers were published in 1905?" may be told by an article
            return self._read(heard, scope)
        listed = {document.id: document for document in documents(self.library, ids[:MOST_LISTED])}
        spans = [catalogue.heading(document) for document in listed.values()]
        some = which.topic and len(ids) > MOST_LISTED  # the search ended there
        if asked.form == "count" and spans:
            return compose.stated(heard, f"more than {MOST_LISTED}" if some else f"{len(ids):,}", spans, listed)
        more = "and more" if some else f"and {len(ids) - MOST_LISTED:,} more" if len(ids) > MOST_LISTED else ""
        return compose.listing(heard, spans, listed, hits, more=more)

    # --- the steps that they share ------------------------------------------------------------------------------------

    def _with_capitals(self, typed: str, within: Collection[str] | None, only: Filter) -> str:
        """What was typed without a single capital, with those of the names in what is found for it.

        A question with a pronoun is left alone: what is found for it without its conversation is chance.
        """
        if typed[1:] != typed[1:].lower() or typed.upper() == typed.lower() or _PRONOUN.search(typed):
            return typed
        return with_capitals(typed, (hit.passage for hit in self._hits(typed, Scope(within, only))))

    def _spelled(self, heard: Heard, scope: Scope) -> tuple[Heard, list[Hit], dict[str, Document]]:
        """The question with its slips mended by what was found for it, and what is found for it then."""
        hits, found = self._search(heard.understood, scope)
        meant = mended(heard.understood, [hit.passage for hit in hits], self._is_word)
        if meant == heard.understood:
            return heard, hits, found
        return (replace(heard, understood=meant), *self._search(meant, scope))

    def _search(self, query: str, scope: Scope) -> tuple[list[Hit], dict[str, Document]]:
        """Hits and their documents, without passages removed or changed since the search by somebody else."""
        found: dict[str, Document] = {}

        def is_there(passage: Passage) -> bool:
            with suppress(KeyError):
                document = found.get(passage.document_id) or self.library.document(passage.document_id)
                found[document.id] = document
                return document.text[passage.start : passage.end] == passage.text
            return False

        hits = [hit for hit in self._hits(query, scope) if is_there(hit.passage)]
        return [replace(hit, copies=tuple(filter(is_there, hit.copies[:MOST_COPIES]))) for hit in hits], found

    def _hits(self, query: str, scope: Scope) -> list[Hit]:
        """For the query by itself and, in a conversation, behind its context: the two rankings fused.

        Fused, a question in a conversation is found nearly as often as with its topic spelled out, and one that begins
        a new topic as often as without the context (qa/evaluation/LOG.md).
        """
        limit = self._passages_read
        alone = self.library.search(query, limit=limit, within=scope.within, only=scope.only)
        if not scope.context:
            return alone
        behind = self.library.search(f"{scope.context} {query}", limit=limit, within=scope.within, only=scope.only)
        hits = {hit.passage.id: hit for hit in (*behind, *alone)}  # each with the score of its own search
        fused = reciprocal_rank_fusion([[hit.passage.id for hit in ranking] for ranking in (alone, behind)])
        told: set[int] = set()  # each search may have chosen another of several copies
        kept: list[Hit] = []
        for number, _ in fused:
            if number not in told:
                kept.append(hits[number])
                told |= {copy.id for copy in hits[number].copies}
        return kept[:limit]

    def _decide(self, question: str, hits: Sequence[Hit]) -> Decision:
        spans = admissible(question, self._reader.read(question, [hit.passage for hit in hits]))
        return decide(question, spans, self._calibration, hits)


def _of_it(asked: Asked, history: Sequence[Turn]) -> tuple[str, ...] | None:
    """The article that "it" is in a part of a question, where the conversation spoke of one."""
    its = next(
        (each.articles for part in asked.parts if (each := asked_for(part)).of_articles and each.articles.it), None
    )
    return spoken_of(its, history) if its and history and not asked.labels else None


def _innermost(part: str) -> tuple[str, ...]:
    """A question of a message, or the two that it is; the sides of a comparison stay together."""
    asked = asked_for(part)
    return asked.parts if asked.form == "several" and not asked.labels else (part,)


def checked(question: str) -> str:
    """The question without the white space around it. Raises InputError when it is empty or too long."""
    asked = " ".join(question.encode("utf-8", "replace").decode().split())  # half a character, of a cut emoji, say
    if not asked:
        raise InputError("the question is empty", "type a question about your articles")
    if len(asked) > MAX_QUESTION_CHARS:
        raise InputError(
            f"the question has {len(asked):,} characters; at most {MAX_QUESTION_CHARS:,} are read",
            "ask in a sentence or two; add a long text as an article instead",
        )
    return asked
