"""From the reader's answer to the written one: choose sources, let the model write, show what the sources bear out.

In: an answer that was found, a writer. Out: `Written`, again and again, each with a whole checked answer. Knows the
checks and the order of things; knows no model and no page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from index.types import Document, Encoder
from qa import compose
from qa.compose import Heard
from qa.reader import Reader
from qa.types import Answer, Refusal, unmarked
from qa.writing import markers, prompts, support
from qa.writing.sources import choose
from qa.writing.types import Source, Stopped, Writer, Written

NOTHING_STANDS = Refusal("unsupported", "Nothing that the model wrote is borne out by the articles.")
_MOST_SENTENCES = 8
_MOST_CHARS = 6000  # of raw text; a model that goes on beyond it has lost its way


def can_be_written(answer: Answer) -> bool:
    """Whether there is something to write from: the articles answer, and not with a list of themselves."""
    return not answer.refused and (bool(answer.hits) or answer.kind == "summary")


@dataclass(frozen=True, slots=True)
class Author:
    """`document` gives one of the library, or raises KeyError."""

    reader: Reader
    encoder: Encoder
    document: Callable[[str], Document]

    def write(self, found: Answer, writer: Writer, *, stopped: Stopped = lambda: False) -> Iterator[Written]:
        """What stands, whenever there is more of it, and at the end; nothing for what cannot be written.

        When it is stopped or the model fails, what was shown until then stands; raises what the writer raises.
        """
        if not can_be_written(found):
            return
        question = found.understood or found.question
        documents = self._documents(found)
        passages = list(dict.fromkeys(hit.passage for hit in found.hits))
        sources = choose(question, found, self.reader.read(question, passages) if passages else [], documents)
        if not sources:
            return
        page = _Page(self, found, sources, documents)
        raw = ""
        for piece in writer.write(prompts.messages(question, sources), stopped=stopped):
            raw += piece
            if page.take(markers.parse(raw, page.sources, finished=False)):
                yield page.written()
            if page.full or len(raw) > _MOST_CHARS:
                break
        page.take(markers.parse(raw, page.sources, finished=not stopped()))
        yield page.written()

    def _documents(self, found: Answer) -> dict[str, Document]:
        ids = [citation.document_id for citation in found.citations] + [hit.passage.document_id for hit in found.hits]
        documents = {}
        for document_id in dict.fromkeys(ids):
            with suppress(KeyError):  # removed since by somebody else
                documents[document_id] = self.document(document_id)
        return {id_: document for id_, document in documents.items() if _unchanged(document, found)}

    def likeness(self, text: str, others: Sequence[str]) -> list[float]:
        """Cosines of the text with the others."""
        vectors = self.encoder.encode([text, *others])  # (1 + n, dimension), each of length 1
        return [float(cosine) for cosine in vectors[1:] @ vectors[0]]


def _unchanged(document: Document, found: Answer) -> bool:
    """Whether everything that was found in the document still stands where it stood."""
    quoted = [(c.start, c.end, c.quote) for c in found.citations if c.document_id == document.id]
    quoted += [(p.start, p.end, p.text) for p in (h.passage for h in found.hits) if p.document_id == document.id]
    return all(document.text[start:end] == text for start, end, text in quoted)


@dataclass(slots=True)
class _Page:
    """The sentences of one answer as they pass the checks, and the footnotes in the order in which they are needed."""

    author: Author
    found: Answer
    given: Sequence[Source]
    documents: dict[str, Document]
    seen: int = 0  # sentences that were looked at
    standing: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    @property
    def sources(self) -> dict[str, Source]:
        return {source.key: source for source in self.given}

    @property
    def full(self) -> bool:
        return len(self.standing) >= _MOST_SENTENCES

    def take(self, sentences: Sequence[markers.Sentence]) -> bool:
        """Checks those that are new; whether any of them was, borne out or not."""
        fresh = sentences[self.seen :]
        for sentence in fresh:
            self.seen += 1
            keys = self._borne_out_by(sentence)
            if keys and not self.full and sentence.text not in (text for text, _ in self.standing):
                self.standing.append((sentence.text, keys))
        return bool(fresh)

    def _borne_out_by(self, sentence: markers.Sentence) -> tuple[str, ...]:
        """The keys it cites, when these bear it out; when it cites none, the first source that does by itself."""
        tried = [sentence.keys] if sentence.keys else [(key,) for key in self.sources]
        for keys in tried:
            cited = [self.sources[key] for key in keys]
            likeness, read = self.author.likeness, self.author.reader.read
            if support.fault(sentence.text, cited, likeness=likeness, read=read) is None:
                return keys
        return ()

    def written(self) -> Written:
        heard = Heard(self.found.question, self.found.understood or self.found.question)
        if not self.standing:
            nothing = compose.refused(heard, confidence=self.found.confidence, because=NOTHING_STANDS)
            return Written(nothing, self.seen, 0)
        order = list(dict.fromkeys(key for _, keys in self.standing for key in keys))
        citations = compose.footnotes([self.sources[key].span for key in order], self.documents)
        marks = {key: f"[{number}]" for number, key in enumerate(order, 1)}
        text = " ".join(
            " ".join([unmarked(sentence), *(marks[key] for key in keys)]) for sentence, keys in self.standing
        )
        answer = Answer(
            question=heard.asked,
            text=text,
            kind="generated",
            confidence=self.found.confidence,
            citations=tuple(citations),
            hits=self.found.hits,
            understood=heard.understood,
        )
        return Written(answer, self.seen, len(self.standing))
