"""BM25 over titles and passages, with tantivy. Knows ids and texts, no vectors and no store.

The folder is derived from the store: a manifest names the generation it was made from and a checksum of every file, and
what does not fit is never trusted. Scripts written without spaces (Chinese, Japanese, Thai, Khmer) are indexed and
asked for by character and by pairs of characters.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Self

from index.language import UNSPACED

if TYPE_CHECKING:
    import tantivy

# Vowel signs and points that are written onto letters (Hebrew, Arabic, the scripts of India) belong to their words.
_LETTER = rf"(?!{UNSPACED})[\w\u0591-\u05c7\u0610-\u061a\u064b-\u0670\u0900-\u0dff]"
_LONGEST_WORD = 200  # characters; a longer one is several
_TERM = re.compile(rf"(?P<unspaced>{UNSPACED}+)|(?:{_LETTER}){{1,{_LONGEST_WORD}}}")
_ACCENTS = re.compile("[\u0300-\u036f\u200c\u200d]")  # and joiners, which not everybody types
_MAX_WORDS = 32
# Words that a question is built from and that say nothing of what it asks.
_STOPWORDS = frozenset(
    "a an and are as at be been by can could did do does for from had has have he her his how i in is it its me my"
    " of on or our she so than that the their them there they this to us was we were what when where which who whom"
    " whose why will with would you your".split()
)
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_JOINING = {"and", "or", "not"}
_FEW = 300  # ids that are asked for by name; of more, those are left out that are not among them
_HEAP_BYTES = 100_000_000  # what an index may gather in memory before it writes a part of it
_MANIFEST, _VERSION = "footnote.json", 1


def indexed_words(text: str) -> list[str]:
    """The words as they are indexed, before stemming; an unspaced script's characters and pairs of neighbours."""
    found: list[str] = []
    for run, unspaced in _runs(text):
        found += [*run, *_pairs(run)] if unspaced else [run]
    return found


def telling_words(query: str) -> list[str]:
    """What a query asks for: its distinct words without those that every question has, unless it has no others.

    One of those in capitals is a name, as in "What did the WHO recommend?". An unspaced script is asked for by its
    pairs; a character that stands alone, by itself.
    """
    found: list[str] = []
    for run, unspaced in _runs(query):
        found += _pairs(run) if unspaced and len(run) > 1 else [run]
    words = list(dict.fromkeys(found))
    passed_over = _STOPWORDS - _names_in_capitals(query)
    return ([word for word in words if word not in passed_over] or words)[:_MAX_WORDS]


def _names_in_capitals(query: str) -> set[str]:
    """In small letters. None where everything is in capitals, and no word that joins the others of a search."""
    return set() if query.isupper() else {word.lower() for word in _CAPITALS.findall(query)} - _JOINING


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Words in small letters without accents, and runs of an unspaced script, which are marked."""
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", plain)))
    return ((term.group(), bool(term["unspaced"])) for term in _TERM.finditer(plain))


def _pairs(run: str) -> list[str]:
    return [one + other for one, other in pairwise(run)]


class WordIndex:
    """Passage ids and their words, in a folder or, without one, in memory. `generation` is the state of the store.

    A search sees the state after a whole change, whatever happens meanwhile. Only whoever holds `locked(folder)` may
    make, open or change an index in a folder.
    """

    def __init__(self, folder: Path | None) -> None:
        """An empty index; what was in the folder is lost. Raises OSError when it cannot be made."""
        import tantivy

        self.generation: int | None = None
        self.folder, self._manifest, self._sums = folder, b"", dict[str, str]()
        if folder is not None:
            if folder.is_dir():
                shutil.rmtree(folder)
            folder.unlink(missing_ok=True)
            folder.mkdir()
        self._use(tantivy.Index(_schema(), path=str(folder) if folder is not None else None))

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """The index in the folder, or None when it is missing, damaged or half written. Every byte is looked at."""
        import tantivy

        opened = cls.__new__(cls)
        opened.folder, opened._manifest = folder, _read(folder / _MANIFEST)
        try:
            manifest = json.loads(opened._manifest)
            opened.generation, opened._sums = manifest["generation"], manifest["sums"]
            whole = all(_sum(folder / name) == known for name, known in opened._sums.items())
            if manifest["version"] != _VERSION or not whole:
                return None
            opened._use(tantivy.Index.open(str(folder)))
        except (OSError, ValueError, LookupError, TypeError, AttributeError):  # a manifest may hold anything
            return None
        return opened

    def _use(self, index: tantivy.Index) -> None:
        index.register_tokenizer("stemmed", _stemmer())
        self._index, self._searcher = index, index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    @property
    def is_current(self) -> bool:
        """Whether nobody else has changed the folder since this index was opened or changed here."""
        return self.folder is None or _read(self.folder / _MANIFEST) == self._manifest

    def change(
        self, removed: Sequence[int], batches: Iterable[Sequence[tuple[int, str, str]]], generation: int
    ) -> None:
        """Takes the passages `removed` away and adds those of the batches: (id, title, text).

        On the disk before this returns. A change that is cut short leaves a folder that `open` does not trust. Raises
        OSError when the disk says no.
        """
        import tantivy

        try:
            writer = self._index.writer(_HEAP_BYTES, num_threads=1)
            if removed:
                writer.delete_documents_by_query(_with_ids(self._index.schema, removed))
            for batch in batches:
                for number, title, text in batch:
                    words = " ".join(indexed_words(f"{title}\n{text}"))  # one field: see qa/evaluation/LOG.md
                    writer.add_document(tantivy.Document(id=number, words=words))
            writer.commit()
            writer.wait_merging_threads()
            self._index.reload()
        except ValueError as error:  # tantivy's word for whatever stopped its threads
            raise OSError(str(error)) from error
        self._searcher = self._index.searcher()
        self.generation = generation
        self._write_manifest()

    def _write_manifest(self) -> None:
        """Files of tantivy never change but for two, so that only what is new must be read."""
        if self.folder is None:
            return
        known = {name: value for name, value in self._sums.items() if not name.endswith(".json")}
        names = [file.name for file in self.folder.iterdir() if file.suffix not in (".lock", ".part")]
        sums = {name: known.get(name) or _sum(self.folder / name) for name in names if name != _MANIFEST}
        self._sums = sums
        self._manifest = json.dumps({"version": _VERSION, "generation": self.generation, "sums": sums}).encode()
        aside = self.folder / f"{_MANIFEST}.part"
        with aside.open("wb") as file:
            file.write(self._manifest)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.folder / _MANIFEST)

    def search(self, query: str, limit: int, *, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """At most `limit` (passage id, BM25 score), sorted by (-score, id); of the ids `among` alone.

        How rare a word is, is always counted over the whole library. Which of several equal ones at the cut stay is
        tantivy's choice.
        """
        searcher = self._searcher  # another thread may put a later one in its place
        asked = self._query(query)
        if asked is None or limit <= 0 or not (total := searcher.num_docs):
            return []
        if among is None:
            return _found(searcher, asked, limit)
        if len(among) <= _FEW:
            return _found(searcher, _restricted(asked, _with_ids(self._index.schema, among)), limit)
        return _found_among(searcher, asked, limit, frozenset(among), total)

    def _query(self, query: str) -> tantivy.Query | None:
        from tantivy import Occur, Query

        words = list(dict.fromkeys(_stemmer().analyze(" ".join(telling_words(query)))))
        parts = [Query.term_query(self._index.schema, "words", word, "freq") for word in words]
        return Query.boolean_query([(Occur.Should, part) for part in parts]) if words else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Waits until no other process makes, opens or changes the index in the folder; held until the end, or a kill."""
    with folder.with_suffix(".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _schema() -> tantivy.Schema:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_integer_field("id", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="stemmed", index_option="freq")
    return builder.build()


@cache
def _stemmer() -> tantivy.TextAnalyzer:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    return TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.stemmer("english")).build()


def _with_ids(schema: tantivy.Schema, ids: Sequence[int]) -> tantivy.Query:
    from tantivy import Query

    return Query.term_set_query(schema, "id", [int(number) for number in ids])


def _restricted(asked: tantivy.Query, to: tantivy.Query) -> tantivy.Query:
    from tantivy import Occur, Query

    return Query.boolean_query([(Occur.Must, asked), (Occur.Must, Query.const_score_query(to, 0.0))])


def _found(searcher: tantivy.Searcher, asked: tantivy.Query, limit: int) -> list[tuple[int, float]]:
    hits = searcher.search(asked, min(limit, searcher.num_docs), count=False).hits
    ids = searcher.fast_field_values("id", [address for _, address in hits])
    pairs = [(int(number or 0), float(score)) for number, (score, _) in zip(ids, hits, strict=True)]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _found_among(
    searcher: tantivy.Searcher, asked: tantivy.Query, limit: int, among: frozenset[int], total: int
) -> list[tuple[int, float]]:
    """The best of all, of which those not among the ids are left out: looked for ever deeper until there are enough."""
    depth = 2 * limit * -(-total // len(among))
    while True:
        found = _found(searcher, asked, depth)
        kept = [pair for pair in found if pair[0] in among]
        if len(kept) >= limit or len(found) < depth:
            return kept[:limit]
        depth *= 8


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
