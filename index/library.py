"""Library: add, remove, search. The one class the rest of the world uses.

Documents come in from `index.load`, hits go out; what lies between (chunking, vectors, words, fusion) stays here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from index.chunk import CHUNK_CHARS, chunk
from index.copies import Twin, without_copies
from index.derived import Derived
from index.fuse import score_fusion
from index.store import FileRead, Indexed, Store, digest
from index.types import ANY, Document, Encoder, Entry, Filter, Hit, LibraryError, Passage

if TYPE_CHECKING:
    from index.types import Vectors

_BATCH_PASSAGES = 256  # embedded and committed together
_DEPTH = 50  # how far down each ranking is fused
_CANDIDATES = 2  # of an approximate index, for each nearest passage wanted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one document. Reported only after it is on the disk."""

    document_id: str
    source: str
    status: Literal["added", "updated", "unchanged"]
    passages: int
    twin: Twin | None = None  # another document that tells the same


@dataclass(frozen=True, slots=True)
class _Pending:
    document: Document
    passages: list[Passage]


class Library:
    """Documents that can be searched. `home` is its folder; None keeps everything in memory."""

    def __init__(self, home: Path | None, encoder: Encoder, *, chunk_chars: int = CHUNK_CHARS) -> None:
        """Raises LibraryError when the folder cannot be used or its vectors come from another embedding model."""
        self._encoder, self._chunk_chars = encoder, chunk_chars
        self._store = Store(_store_path(home))
        self._derived = Derived(self._store, home)
        try:
            self._store.check_encoder(self._encoder.name)
        except LibraryError:
            self._store.close()
            raise

    def close(self) -> None:
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __len__(self) -> int:
        """The number of documents."""
        return self._store.count()

    # --- changes -----------------------------------------------------------------------------------------------------

    def add(
        self, documents: Iterable[Document], *, embedded: Callable[[int], object] = lambda passages: None
    ) -> Iterator[Outcome]:
        """Adds documents as they come; the same source again is an update, the same text is left alone.

        Embedded and committed in batches, so stopping half way keeps what was reported. `embedded` hears how many
        passages have been embedded since it heard last, for a progress bar.
        """
        batch: list[_Pending] = []
        for document in documents:
            if any(document.source == p.document.source for p in batch):
                yield from self._commit(batch, embedded)  # so that the look-up below sees its twin
                batch = []
            known = self._store.by_source(document.source)
            if known is not None and known[1] == digest(document):
                yield Outcome(known[0], document.source, "unchanged", 0)
                continue
            batch.append(_Pending(document, chunk(document, chunk_chars=self._chunk_chars)))
            if sum(len(p.passages) for p in batch) >= _BATCH_PASSAGES:
                yield from self._commit(batch, embedded)
                batch = []
        yield from self._commit(batch, embedded)

    def _commit(self, batch: Sequence[_Pending], embedded: Callable[[int], object]) -> Iterator[Outcome]:
        if not batch:
            return
        vectors = self._vectors(batch, embedded)
        indexed, at = [], 0
        for p in batch:
            indexed.append(Indexed(p.document, p.passages, vectors[at : at + len(p.passages)]))
            at += len(p.passages)
        stored = self._store.put(indexed, encoder=self._encoder.name)
        for p, kept in zip(batch, stored, strict=True):
            status: Literal["added", "updated"] = "updated" if kept.was_known else "added"
            yield Outcome(kept.id, p.document.source, status, len(p.passages), kept.twin)

    def _vectors(self, batch: Sequence[_Pending], embedded: Callable[[int], object]) -> Vectors:
        """(passages of the batch, dimension). What is embedded already, in an older version or a copy, is not again."""
        import numpy as np

        known: dict[tuple[str, str], bytes] = {}
        for p in batch:
            known |= self._store.embedded(p.document)
        passages = [passage for p in batch for passage in p.passages]
        vectors = np.empty((len(passages), self._encoder.dimension), dtype=np.float32)
        fresh = []
        for row, passage in enumerate(passages):
            vector = known.get((passage.title, passage.text))
            if vector is None or len(vector) != vectors.itemsize * vectors.shape[1]:  # of another model: put() says so
                fresh.append(row)
            else:
                vectors[row] = np.frombuffer(vector, dtype="<f4")
        embedded(len(passages) - len(fresh))
        for at in range(0, len(fresh), _BATCH_PASSAGES):  # one long document may hold many thousand passages
            rows = fresh[at : at + _BATCH_PASSAGES]
            vectors[rows] = self._encoder.encode([_embedded_text(passages[row]) for row in rows])
            embedded(len(rows))
        return vectors

    def remove(self, ids: Sequence[str]) -> list[str]:
        """Removes documents; returns the ids that were there."""
        return self._store.remove(ids)

    def remember(self, files: Mapping[str, FileRead]) -> None:
        """What these files held, now that all their documents are stored."""
        self._store.remember(files)

    # --- reading -----------------------------------------------------------------------------------------------------

    def search(self, query: str, *, limit: int, within: Collection[str] | None = None, only: Filter = ANY) -> list[Hit]:
        """At most `limit` hits of dense and lexical search fused, sorted by (-score, passage id).

        What several documents tell in the same words is one hit, with the others as its `copies`.
        `within` names the documents to look in (None: all), of which those that pass `only` are looked in.
        """
        if limit <= 0:
            return []
        among = self._among(within, only)
        matching = dict(self._derived.words().search(query, _DEPTH, among=among))
        vector = self._vector(query)
        cosines = dict(self._nearest(vector, _DEPTH, among))
        cosines |= self._cosines(vector, [number for number in matching if number not in cosines])
        fused = dict(score_fusion(cosines, matching))
        stories = self._store.stories(fused)
        passages = self._store.passages(list(fused) if stories else list(fused)[:limit])
        ranked = (passages[number] for number in fused if number in passages)
        kept = without_copies(ranked, stories, limit=limit)
        return [Hit(passage, fused[passage.id], copies) for passage, copies in kept]

    def search_dense(
        self, query: str, limit: int, *, within: Collection[str] | None = None, only: Filter = ANY
    ) -> list[tuple[int, float]]:
        """(passage id, cosine) of the nearest passages, best first."""
        return self._nearest(self._vector(query), limit, self._among(within, only))

    def search_words(
        self, query: str, limit: int, *, within: Collection[str] | None = None, only: Filter = ANY
    ) -> list[tuple[int, float]]:
        """(passage id, BM25) of the passages that share words with the query, best first."""
        return self._derived.words().search(query, limit, among=self._among(within, only))

    def _among(self, within: Collection[str] | None, only: Filter) -> list[int] | None:
        """The ids of the passages to look in; None: all."""
        return None if within is None and only == ANY else self._store.passages_of(within, only)

    def _vector(self, query: str) -> Vectors:
        """(dimension,). A question goes without its mark, so that the same is found whether or not it was typed."""
        vector: Vectors = self._encoder.encode([query.rstrip("?？ ") or query])[0]
        return vector

    def _nearest(self, vector: Vectors, limit: int, among: Sequence[int] | None) -> list[tuple[int, float]]:
        """`vector` is (dimension,)."""
        self._store.check_encoder(self._encoder.name)  # another process may have been the first to add
        dense = self._derived.dense(self._encoder.dimension)
        if dense is None or limit <= 0:
            return []
        if dense.exact:
            return dense.search(vector, limit, among=among)
        found = dense.search(vector, limit * _CANDIDATES, among=among)
        exact = self._cosines(vector, [number for number, _ in found])
        return sorted(exact.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _cosines(self, vector: Vectors, numbers: Sequence[int]) -> dict[int, float]:
        """Of these passages with the vector, as the store has them; without those that are gone."""
        ids, vectors = self._store.vectors_of(numbers)
        return dict(zip(ids, (vectors @ vector).tolist(), strict=True)) if ids else {}

    def refresh(self) -> None:
        """Brings the indexes up to date now, so that the next search does not wait for it."""
        self._store.check_encoder(self._encoder.name)
        self._derived.dense(self._encoder.dimension)
        self._derived.words()

    def passages(self, ids: Iterable[int]) -> dict[int, Passage]:
        return self._store.passages(ids)

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        return self._store.document(document_id)

    def of_source(self, source: str) -> Document | None:
        """The document that came from there."""
        with suppress(KeyError):  # removed just now
            if known := self._store.by_source(source):
                return self._store.document(known[0])
        return None

    def entries(self) -> list[Entry]:
        return self._store.entries()

    def ids(self) -> list[str]:
        """Of every document, in no order; far cheaper than the entries."""
        return self._store.ids()

    def file_read(self, path: str) -> FileRead | None:
        """What was remembered of a file, while all its documents are here as it gave them."""
        return self._store.file_read(path)

    def unchanged(self, sources: Iterable[str]) -> Iterator[Outcome]:
        """The outcomes of sources that were left alone."""
        for source in sources:
            if known := self._store.by_source(source):
                yield Outcome(known[0], source, "unchanged", 0)


def _store_path(home: Path | None) -> Path | None:
    if home is None:
        return None
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LibraryError(
            f"the library folder {home} cannot be made: {error.strerror}", "choose another with --home"
        ) from error
    return home / "library.sqlite"


def _embedded_text(passage: Passage) -> str:
    return f"{passage.title}\n{passage.text}" if passage.title else passage.text
