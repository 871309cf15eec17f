"""Files are parsed in a child process, with limits on time and memory: what a hostile file does, it does there.

In: the content of a file. Out: its Documents and Failures; a file that hangs or crashes its parser is a Failure, and
the next child takes over. What goes to and fro is JSON and bytes, each after its length. The child is `index.child`.
"""

from __future__ import annotations

import atexit
import datetime as dt
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from index.types import Document, Failure

TIME_LIMIT_S = 120.0  # for each document; 5,000 dense pages of a PDF take about a minute
MEMORY_LIMIT_BYTES = 2 * 2**30
MEMORY_EXIT = 97  # how a child ends that needs more
MAX_FRAME_BYTES = 2**30
_START_LIMIT_S = 120.0  # for the interpreter and its imports, on however busy a machine
_MAX_DEATHS = 3  # after which the rest of an archive is given up
_FILES_PER_CHILD = 500  # memory that a parser leaks goes with its process
_COMMAND = (sys.executable, "-B", "-P", "-m", "index.child")  # -P: modules in the folder we stand in are not ours


class ChildDiedError(Exception):
    """Why, in words for a person."""


@dataclass(slots=True)
class _Reached:
    """The member of an archive that is being read: its number and its source."""

    number: int = -1
    source: str = ""


class Sandbox:
    """Children that parse files. An idle one is used again; several threads may read at once, each with its own."""

    def __init__(
        self,
        *,
        time_limit_s: float = TIME_LIMIT_S,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        command: Sequence[str] = _COMMAND,
    ) -> None:
        self._time_limit_s, self._memory_limit_bytes = time_limit_s, memory_limit_bytes
        self._command = [*command, str(memory_limit_bytes), str(time_limit_s)]
        self._idle: list[_Child] = []

    def read(self, content: bytes, name: str, source: str) -> Iterator[Document | Failure]:
        """The documents in a file called `name`. Where a member of an archive kills the child, the next one goes on."""
        first = 0
        for _ in range(_MAX_DEATHS):
            reached = _Reached(first - 1)
            try:
                yield from self._read_once(content, {"name": name, "source": source, "first": first}, reached)
            except ChildDiedError as error:
                yield Failure(reached.source or source, str(error))
                if not reached.source:
                    return
                first = reached.number + 1
            else:
                return
        yield Failure(source, f"{_MAX_DEATHS} files in it could not be read; the rest was given up")

    def _read_once(self, content: bytes, request: dict[str, Any], reached: _Reached) -> Iterator[Document | Failure]:
        child = self._take()
        try:
            child.send(json.dumps(request).encode(), content)
            while (row := child.receive()) is not None:
                if "member" in row:
                    reached.number, reached.source = row["member"]
                else:
                    yield from_row(row)
        except BaseException:  # also when nobody wants the rest: the child is in the middle of a sentence
            child.kill()
            raise
        child.files += 1
        if child.files < _FILES_PER_CHILD:
            self._idle.append(child)
        else:
            child.kill()

    def _take(self) -> _Child:
        try:
            return self._idle.pop()
        except IndexError:
            atexit.unregister(self.close)
            atexit.register(self.close)
            return _Child(self._command, self._time_limit_s, self._memory_limit_bytes)

    def close(self) -> None:
        """Ends the idle children."""
        while self._idle:
            self._idle.pop().kill()


class _Child:
    def __init__(self, command: Sequence[str], time_limit_s: float, memory_limit_bytes: int) -> None:
        self.files = 0
        self._time_limit_s, self._memory_limit_bytes = time_limit_s, memory_limit_bytes
        self._is_late = False
        ours = str(Path(__file__).parents[1])
        path = os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(  # noqa: S603  our own module, in our own interpreter
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        assert self._process.stdin is not None  # noqa: S101  both are pipes
        assert self._process.stdout is not None  # noqa: S101
        self._to, self._from = self._process.stdin, self._process.stdout
        with self._in_time(_START_LIMIT_S):  # the time that a child takes to start is not its file's
            read_frame(self._from)

    def send(self, *frames: bytes) -> None:
        """Raises ChildDiedError when the child does not take them in time."""
        with self._in_time(self._time_limit_s):
            try:
                for frame in frames:
                    write_frame(self._to, frame)
            except OSError:
                raise ChildDiedError(self._why()) from None

    def receive(self) -> dict[str, Any] | None:
        """The next row; None at the end of the file. Raises ChildDiedError when none comes in time."""
        with self._in_time(self._time_limit_s):
            frame = read_frame(self._from)
        if frame is None:
            raise ChildDiedError(self._why())
        return json.loads(frame) if frame else None

    @contextmanager
    def _in_time(self, seconds: float) -> Iterator[None]:
        timer = threading.Timer(seconds, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _kill_late(self) -> None:
        self._is_late = True
        self._process.kill()

    def _why(self) -> str:
        code = self._process.wait()
        if self._is_late:
            return f"reading it took longer than {self._time_limit_s:g} seconds"
        if code == MEMORY_EXIT:
            return f"reading it takes more than {self._memory_limit_bytes / 2**30:g} GB of memory"
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"exit code {code}"
        return f"its reader crashed ({name}): it is damaged, or needs too much memory"

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._from):
            with suppress(OSError):  # what was still to be written goes nowhere
                pipe.close()


# --- what goes to and fro --------------------------------------------------------------------------------------------


def write_frame(stream: IO[bytes], frame: bytes) -> None:
    """The length in eight bytes, then the bytes. An empty frame ends the rows of a file."""
    stream.write(struct.pack(">Q", len(frame)))
    stream.write(frame)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """None when the stream ends, or promises more than anyone should read."""
    head = stream.read(8)
    size = struct.unpack(">Q", head)[0] if len(head) == 8 else MAX_FRAME_BYTES + 1
    frame = stream.read(size) if size <= MAX_FRAME_BYTES else b""
    return frame if len(frame) == size else None


def to_row(item: Document | Failure) -> dict[str, Any]:
    """What JSON can hold of it."""
    row = asdict(item)
    if isinstance(item, Document):
        row["published"] = item.published.isoformat() if item.published else None
    return row


def from_row(row: dict[str, Any]) -> Document | Failure:
    """The other way round."""
    if "reason" in row:
        return Failure(**row)
    published = dt.date.fromisoformat(row["published"]) if row["published"] else None
    return Document(**{**row, "published": published, "pages": tuple(row["pages"])})


_shared = Sandbox()
read_apart = _shared.read
