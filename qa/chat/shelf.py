"""The library as the page handles it: documents are added one job after the other, removed, and put back.

In: files, web addresses and texts as the browser sent them. Out: jobs whose progress can be read at any time, and the
list of documents. Knows nothing of HTML. A file's name is only a name: nothing is opened by it.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Literal, Protocol

from index import copies
from index.formats import is_known
from index.formats.content import title_from_name
from index.library import Outcome
from index.load import MAX_FILE_BYTES, from_text, load, load_stream
from index.types import Document, Entry, Failure, InputError, UserError
from qa.types import PASTED

MAX_PASTED_CHARS = 2_000_000
RESTORABLE_S = 60.0
JOBS_REMEMBERED = 60
MOST_WAITING = 32  # enough to keep the worker busy until a window that waits for room looks again
FAILURES_NAMED = 3  # of a job, say an archive

Stage = Literal["waiting", "reading", "embedding", "done", "failed"]
_FINISHED = ("done", "failed")

_log = logging.getLogger(__name__)


class Holdings(Protocol):
    """What the shelf needs of a library."""

    def add(self, documents: Iterable[Document], *, embedded: Callable[[int], object] = ...) -> Iterator[Outcome]: ...

    def remove(self, ids: Sequence[str]) -> list[str]: ...

    def document(self, document_id: str) -> Document:
        """Raises KeyError when there is none."""
        ...

    def of_source(self, source: str) -> Document | None: ...

    def entries(self) -> list[Entry]: ...

    def ids(self) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Job:
    """One file, address or text on its way into the library. Counts documents, except `passages`."""

    id: str
    name: str
    stage: Stage = "waiting"
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    passages: int = 0  # embedded so far
    reason: str = ""  # of the first failures, in words; "" for a bug, which the log tells
    hint: str = ""

    @property
    def finished(self) -> bool:
        return self.stage in _FINISHED


class _ClosedError(Exception):
    """Ends a job that runs while the shelf is closed."""


class Shelf:
    """Adds, lists and removes documents for the page. May be called from several threads at once."""

    def __init__(self, library: Holdings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._library, self._clock = library, clock
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._removed: dict[str, tuple[float, Document]] = {}  # id -> when, and what
        self._closed = False
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="shelf")

    def close(self) -> None:
        """Jobs are given up, the one that runs at its next batch; what was reported as added is kept."""
        self._closed = True
        self._worker.shutdown(wait=False, cancel_futures=True)

    # --- the documents -----------------------------------------------------------------------------------------------

    def entries(self, words: str = "") -> list[Entry]:
        """The documents whose title or source holds all the words, in any case, in the order of their titles."""
        wanted = words.casefold().split()
        return [
            e for e in self._library.entries() if all(word in f"{e.title} {e.source}".casefold() for word in wanted)
        ]

    def chosen(self, ids: Collection[str], *, all_but: bool) -> frozenset[str] | None:
        """The documents of `ids` that there are, or all but those; None: every document."""
        if all_but and not ids:
            return None
        here = frozenset(self._library.ids())  # asked for each question: entries() would count all passages
        return here - frozenset(ids) if all_but else here & frozenset(ids)

    def remove(self, document_id: str) -> Document:
        """Takes a document away; for RESTORABLE_S it can be put back. Raises InputError when it is not there."""
        try:
            document = self._library.document(document_id)
        except KeyError:
            raise InputError("this article is no longer in the library", "it was removed elsewhere") from None
        self._library.remove([document_id])
        with self._lock:
            self._forget_removed()
            self._removed[document_id] = (self._clock(), document)
        return document

    def restore(self, document_id: str) -> Job:
        """Puts a removed document back, not over a newer one. Raises InputError when that was too long ago."""
        with self._lock:
            self._forget_removed()
            if document_id not in self._removed:
                raise InputError("this article can no longer be put back", "add it again from where it came")
            _, document = self._removed[document_id]  # kept: should adding fail, it can be tried again
        return self._start(document.title, lambda: self._unless_newer(document))

    def _unless_newer(self, document: Document) -> Iterator[Document]:
        """The document; raises InputError when another came from its source meanwhile. Asked when its turn has come."""
        for entry in self._library.entries():
            if entry.source == document.source:
                with suppress(KeyError):  # removed just now
                    if replace(self._library.document(entry.id), id=document.id) != document:
                        raise InputError("another version of it was added since it was removed", "that one is kept")
        yield document

    def _forget_removed(self) -> None:
        now = self._clock()
        self._removed = {key: kept for key, kept in self._removed.items() if now - kept[0] <= RESTORABLE_S}

    # --- jobs --------------------------------------------------------------------------------------------------------

    def add_file(self, stream: IO[bytes], name: str) -> Job:
        """Adds an uploaded file; the shelf closes the stream. `name` says the format and becomes the source.

        A browser does not say from which folder it is: another text of that name stays, and this one gets a number.
        """
        source = _clean(name) or "file"
        return self._start(source, lambda: self._beside(load_stream(stream, source), source), close=stream.close)

    def _beside(self, loaded: Iterator[Document | Failure], name: str) -> Iterator[Document | Failure]:
        """What was loaded; called "notes (2).txt" where "notes.txt" is there, and no earlier version of it."""
        for item in loaded:
            # Rows of a corpus may come from elsewhere.
            is_named_so = item.source == name or item.source.startswith(f"{name}#")
            yield self._called(item) if isinstance(item, Document) and is_named_so else item

    def _called(self, document: Document) -> Document:
        path, source = PurePosixPath(document.source), document.source
        for number in itertools.count(2):
            there = self._library.of_source(source)
            if there is None or _is_version(document, there):
                break
            source = str(path.with_name(f"{path.stem} ({number}){path.suffix}"))
        return replace(document, source=source)

    def add_links(self, addresses: Sequence[str]) -> list[Job]:
        """Adds the pages at web addresses. Raises InputError, and adds none, when one is anything else, say a path."""
        urls = [_checked(address) for address in addresses]
        return [self._start(url, partial(load, url)) for url in urls]

    def add_text(self, text: str) -> Job:
        """Adds a pasted text, whose first line is its title. Raises InputError when it is empty or too long."""
        if len(text) > MAX_PASTED_CHARS:
            raise InputError(
                f"the pasted text has {len(text):,} characters; at most {MAX_PASTED_CHARS:,} are taken",
                "save it as a file and add that",
            )
        mark = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        document = from_text(text, source=f"{PASTED}{mark}")
        return self._start(document.title, lambda: iter([document]))

    def jobs(self) -> list[Job]:
        """What is being added and what was, oldest first."""
        with self._lock:
            return list(self._jobs.values())

    @property
    def is_full(self) -> bool:
        """Whether an uploaded file had better wait: each that waits here is held open, and a process may open few."""
        return sum(not job.finished for job in self.jobs()) >= MOST_WAITING

    def forget_finished(self) -> None:
        with self._lock:
            self._jobs = {job.id: job for job in self._jobs.values() if not job.finished}

    def _start(
        self,
        name: str,
        documents: Callable[[], Iterator[Document | Failure]],
        *,
        close: Callable[[], object] = lambda: None,
    ) -> Job:
        job = Job(secrets.token_hex(8), name)
        with self._lock:
            old = [kept for kept in self._jobs.values() if kept.finished]
            old.sort(key=lambda kept: kept.stage == "failed" or kept.failed > 0)  # nobody else tells of those
            for kept in old[: max(0, len(self._jobs) + 1 - JOBS_REMEMBERED)]:
                del self._jobs[kept.id]
            self._jobs[job.id] = job
        self._worker.submit(self._work, job.id, documents, close)
        return job

    def _work(
        self, job_id: str, documents: Callable[[], Iterator[Document | Failure]], close: Callable[[], object]
    ) -> None:
        try:
            self._add(job_id, documents())
        except UserError as error:
            self._change(job_id, stage="failed", reason=str(error), hint=error.hint)
        except _ClosedError:
            self._change(job_id, stage="failed")
        except Exception:  # the thread's edge: a job must end, and the log must tell why
            _log.exception("adding a document failed")
            self._change(job_id, stage="failed")
        finally:
            close()

    def _add(self, job_id: str, loaded: Iterator[Document | Failure]) -> None:
        failures: list[Failure] = []
        self._change(job_id, stage="reading")
        documents = self._documents(job_id, loaded, failures)
        for outcome in self._library.add(documents, embedded=partial(self._count, job_id, "passages")):
            self._count(job_id, outcome.status, 1)
        with self._lock:
            job = self._jobs[job_id]
        came = job.added + job.updated + job.unchanged
        self._change(
            job_id,
            stage="failed" if failures and not came else "done",
            failed=len(failures),
            reason=_reasons(failures, job.name),
        )

    def _documents(
        self, job_id: str, loaded: Iterator[Document | Failure], failures: list[Failure]
    ) -> Iterator[Document]:
        """The documents alone; the stage is "reading" while the next one is looked for."""
        for item in loaded:
            if isinstance(item, Failure):
                failures.append(item)
                continue
            self._change(job_id, stage="embedding")
            yield item
            self._change(job_id, stage="reading")
        self._change(job_id, stage="embedding")

    def _count(self, job_id: str, what: str, more: int) -> None:
        if self._closed:
            raise _ClosedError
        with self._lock:
            job = self._jobs[job_id]
            self._jobs[job_id] = replace(job, **{what: getattr(job, what) + more})

    def _change(self, job_id: str, **values: object) -> None:
        with self._lock:
            self._jobs[job_id] = replace(self._jobs[job_id], **values)  # type: ignore[arg-type]


def _is_version(one: Document, other: Document) -> bool:
    is_named_after_its_file = one.title == title_from_name(PurePosixPath(one.source).name)  # says nothing
    if one.text == other.text or (one.title == other.title and not is_named_after_its_file):
        return True
    first, second = (copies.shingles(copies.told(each.text)) for each in (one, other))
    return copies.alike(first, second) >= copies.LEAST_ALIKE


def _reasons(failures: Sequence[Failure], source: str) -> str:
    """Why the first of them failed, each with the name it has within the source."""
    told = [f"{each.source.removeprefix(source).lstrip('#')}: {each.reason}" for each in failures[:FAILURES_NAMED]]
    return "; ".join(one.removeprefix(": ") for one in told) + (" …" if len(failures) > FAILURES_NAMED else "")


# --- what the browser sent -------------------------------------------------------------------------------------------


def links(text: str) -> list[str]:
    """The words of a text that is nothing but links; [] for any other.

    A word that begins with http(s):// is one, and a single word of ASCII is meant as one.
    """
    words = text.split()
    if len(words) == 1 and words[0].isascii():
        return words
    return words if all(re.match("https?://", word, re.IGNORECASE) for word in words) else []


_TOP = re.compile("com|org|net|edu|gov|int|info|[a-z]{2}")  # of domains, as people type them


def web_address(text: str) -> str | None:
    """The http(s) address that `text` is, its scheme added where only that is missing; None: it is something else."""
    line = text.strip()
    if re.fullmatch(r"https?://[^\s/]\S*", line, re.IGNORECASE):
        return line
    host = re.fullmatch(r"(www\.)?[\w-]+(\.[\w-]+)*\.(?P<top>[a-z]{2,24})(:\d+)?(?P<path>/\S*)?", line, re.IGNORECASE)
    if host and (host[1] or host["path"] or (_TOP.fullmatch(host["top"]) and not is_known(line))):  # else maybe a file
        return f"https://{line}"
    return None


def _checked(address: str) -> str:
    url = web_address(address)
    if url is None:
        raise InputError(f"{_shortened(address)} is not a web address", "it begins with http:// or https://")
    return url


def check_size(size: int, name: str) -> None:
    """Raises InputError when a file of `size` bytes is too large to be sent to the page."""
    if size > MAX_FILE_BYTES:
        raise InputError(
            f"{_shortened(name)} has {size / 2**20:,.0f} MB; a file may have {MAX_FILE_BYTES // 2**20} MB",
            "split it into smaller files",
        )


def _clean(name: str) -> str:
    """The name as one printable line."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:300]


def _shortened(text: str) -> str:
    line = _clean(text)
    return repr(line if len(line) <= 80 else f"{line[:80]}…")
