"""The language model of the page: which one is chosen, what it is writing, how long its answers took.

Plain values and safe HTML out; raises UserErrors, which `qa.chat.desk` turns into words. One answer is written at a
time for each window that looks; what nobody looks at any more is stopped. A model that was left is let go before the
next is loaded. Knows nothing of Gradio or HTTP.
"""

from __future__ import annotations

import gc
import statistics
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from index.types import InputError, ModelError, UserError
from qa.chat import page, panels
from qa.chat.archive import Reply, Sent
from qa.types import Answer
from qa.writing.author import can_be_written
from qa.writing.hub import Cached, Tell, cached_models
from qa.writing.models import is_server, listed, open_writer, ready
from qa.writing.types import Stopped, Writer, Written

Keep = Callable[[Answer], object]  # stores a written answer beside the short one

ABANDONED_S = 15.0  # a window that is open looks every second
LOOK_S = 0.8  # how long a look waits for something new
_JOBS_REMEMBERED = 50
_WAIT_S = 0.1
_COLLECTING = threading.Lock()  # a collection that is asked for while another runs does nothing


class Author(Protocol):
    """What it needs of the assistant."""

    def written(self, answer: Answer, writer: Writer, *, stopped: Stopped) -> Iterator[Written]: ...


class Opens(Protocol):
    def __call__(self, name: str, *, tell: Tell) -> Writer: ...


@dataclass(slots=True)
class Choice:
    """A model that was chosen: `told` says how far it is, `trouble` why it cannot be used.

    Once another is chosen `writer` is None: only what it is writing just then still holds it.
    """

    name: str
    writer: Writer | None = None
    tried: threading.Event = field(default_factory=threading.Event)  # whether it was loaded, or cannot be
    told: str = ""
    trouble: UserError | None = None

    @property
    def ready(self) -> bool:
        return self.tried.is_set() and self.trouble is None

    def tell(self, words: str) -> None:
        self.told = words


@dataclass(slots=True)
class Job:
    """One answer that is being written."""

    choice: Choice
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    last: Written | None = None
    trouble: UserError | None = None
    bug: bool = False
    seconds: float = 0.0
    version: int = 0
    done: bool = False
    stop: bool = False
    looked: float = field(default_factory=time.monotonic)
    news: threading.Condition = field(default_factory=threading.Condition)

    def stopped(self) -> bool:
        return self.stop or time.monotonic() - self.looked > ABANDONED_S

    def tell(self, **changes: object) -> None:
        with self.news:
            for name, value in changes.items():
                setattr(self, name, value)
            self.version += 1
            self.news.notify_all()


class Pen:
    """May be used from several threads at once. Raises InputError for a model whose name cannot be one."""

    def __init__(
        self,
        author: Author,
        model: str | None = None,
        *,
        opens: Opens = open_writer,
        cached: Callable[[], Sequence[Cached]] = cached_models,
    ) -> None:
        self._author, self._opens, self._cached = author, opens, cached
        self._seconds: dict[str, list[float]] = {}  # of the answers of each model that was chosen once
        self._offered: list[str] = []  # what a server listed
        self._chosen: Choice | None = None
        self._changing = threading.Lock()
        self._writing: list[threading.Thread] = []  # each holds its writer
        self._jobs: dict[str, Job] = {}
        self.calls: dict[str, Callable[[Sent], Reply]] = {
            "models": self._models,
            "choose_model": self._choose_model,
            "written": self._written,
            "stop_writing": self._stop_writing,
        }
        if model:
            self._choose(model)

    def close(self) -> None:
        """Stops whatever is being written."""
        for job in list(self._jobs.values()):
            job.stop = True

    # --- writing -----------------------------------------------------------------------------------------------------

    def begin(self, found: Answer, keep: Keep) -> str | None:
        """Starts writing over an answer; the id by which to look. None without a model, or with nothing to write."""
        with self._changing:
            if self._chosen is None or self._chosen.writer is None or not can_be_written(found):
                return None
            job = Job(self._chosen)
            self._jobs = {**dict(list(self._jobs.items())[-_JOBS_REMEMBERED:]), job.id: job}
            thread = threading.Thread(target=self._write, args=(job, self._chosen.writer, found, keep), daemon=True)
            thread.start()
            self._writing = [*(each for each in self._writing if each.is_alive()), thread]
        return job.id

    def _write(self, job: Job, writer: Writer, found: Answer, keep: Keep) -> None:
        began = time.monotonic()
        try:
            while not job.choice.tried.wait(_WAIT_S):  # to load it here would be to load it beside the one before
                if job.stopped() or job.choice.writer is None:
                    return
            for written in self._author.written(found, writer, stopped=job.stopped):
                job.tell(last=written, seconds=time.monotonic() - began)
        except UserError as error:
            job.tell(trouble=_without_traceback(error))
        except Exception:  # the thread's edge: a window waits for this job, and must be told that it ended
            job.tell(bug=True)
            raise  # the terminal shows it
        else:
            if job.last and not job.stopped():
                self._seconds[job.choice.name].append(time.monotonic() - began)
            if job.last:
                with suppress(UserError):  # as with the short answer, whose note says why
                    keep(job.last.answer)
        finally:
            job.tell(done=True, seconds=time.monotonic() - began)

    def _written(self, sent: Sent) -> Reply:
        """What stands of an answer; waits a moment for something newer than the version that was seen."""
        job = self._jobs.get(str(sent["job"]))
        if job is None:
            return {"done": True, "version": 0, "html": ""}
        job.looked = time.monotonic()
        with job.news:
            job.news.wait_for(lambda: job.version != sent["seen"] or job.done, timeout=LOOK_S)
            html = page.written_html(
                job.last,
                model=job.choice.name,
                told="" if job.choice.ready or job.last else job.choice.told,
                trouble=job.trouble,
                bug=job.bug,
                seconds=job.seconds if job.done else None,
            )
            return {"done": job.done, "version": job.version, "html": html}

    def _stop_writing(self, sent: Sent) -> Reply:
        job = self._jobs.get(str(sent["job"]))
        if job is not None:
            job.stop = True
        return {}

    # --- choosing ----------------------------------------------------------------------------------------------------

    def _models(self, _sent: Sent) -> Reply:
        """What there is to choose from, and how far the chosen one is."""
        chosen = self._chosen
        sizes = {model.name: model.bytes for model in self._cached()}
        rows = [
            panels.Model(name, sizes.get(name), self._median(name), chosen=chosen is not None and chosen.name == name)
            for name in dict.fromkeys([*sizes, *self._offered, *self._seconds])
        ]
        return {
            "rows": panels.models_html(rows, none_chosen=chosen is None),
            "state": panels.choice_html(
                chosen.name if chosen else "",
                ready=chosen is None or chosen.ready,
                told=chosen.told if chosen else "",
                trouble=chosen.trouble if chosen else None,
            ),
            "busy": chosen is not None and not chosen.tried.is_set(),
        }

    def _median(self, name: str) -> float | None:
        measured = self._seconds.get(name)
        return statistics.median(measured) if measured else None

    def _choose_model(self, sent: Sent) -> Reply:
        """By name; "" is the reader alone. A server without a model's name is asked for its names first."""
        name = str(sent["model"]).strip()
        if not name:
            self._change(None)
        elif is_server(name) and "#" not in name:
            self._offered = listed(name)
            if not self._offered:
                raise InputError(f"{name} lists no models", "name one behind a #, as in http://localhost:11434/v1#name")
            if len(self._offered) == 1:
                self._choose(self._offered[0])
        else:
            self._choose(name)
        return self._models({})

    def _choose(self, name: str) -> None:
        if self._chosen is None or self._chosen.name != name or self._chosen.trouble is not None:
            choice = Choice(name)
            choice.writer = self._opens(name, tell=choice.tell)
            self._change(choice)

    def _change(self, choice: Choice | None) -> None:
        """Leaves the one that was chosen; the new one is made ready when all that is being written has ended."""
        with self._changing:
            if self._chosen is not None:
                self._chosen.writer = None
            self._chosen = choice
            if choice is not None:
                self._seconds.setdefault(choice.name, [])
            threading.Thread(target=self._follow, args=(choice, self._writing), daemon=True).start()

    def _follow(self, choice: Choice | None, writing: Sequence[threading.Thread]) -> None:
        for thread in writing:
            thread.join()
        with _COLLECTING:
            gc.collect()  # a model is full of cycles: without this it still takes the room that the next one needs
        if choice is not None:
            self._ready(choice)

    def _ready(self, choice: Choice) -> None:
        writer = choice.writer
        if writer is None:  # it was left before its turn came
            return
        try:
            ready(writer)
        except UserError as error:
            choice.trouble = _without_traceback(error)
        except Exception:  # as above: the panel must not show "loading" for ever
            choice.trouble = ModelError(f"{choice.name} could not be made ready", "the terminal says why")
            raise
        finally:
            choice.tried.set()


def _without_traceback(error: UserError) -> UserError:
    """The same words: a traceback would hold on to the writer."""
    return UserError(str(error), error.hint)
