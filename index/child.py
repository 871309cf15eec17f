"""The child process that `index.sandbox` starts: it limits itself, then reads one file after the other.

In: on standard input, for each file a JSON request and the content. Out: an empty frame when it is ready; for each file
JSON rows and an empty frame. It opens no file that it is told of and writes none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from typing import IO, Any

from index.formats import Part, read, why
from index.sandbox import MEMORY_EXIT, read_frame, to_row, write_frame
from index.types import Failure

_GRACE_S = 10.0  # the parent ends a late child; one that outlived its parent ends itself


def main(memory_limit_bytes: int, time_limit_s: float) -> None:
    """Serves until standard input ends."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    _limit(memory_limit_bytes)
    write_frame(answers, b"")  # ready
    while (request := read_frame(requests)) is not None and (content := read_frame(requests)) is not None:
        with suppress(BrokenPipeError):
            _serve(json.loads(request), content, answers, time_limit_s)


def _limit(memory_limit_bytes: int) -> None:
    """Memory, and no files to write. Where the platform knows no such limits, that on time stands alone."""
    try:
        import resource
    except ImportError:
        return
    wanted = {resource.RLIMIT_AS: memory_limit_bytes, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}
    for kind, limit in wanted.items():
        with suppress(ValueError, OSError):  # macOS refuses some; a limit that is lower already stays
            resource.setrlimit(kind, (limit, limit))


def _serve(request: dict[str, Any], content: bytes, answers: IO[bytes], time_limit_s: float) -> None:
    def answer(row: dict[str, Any]) -> None:
        _alarm(0.0)  # whoever reads the rows may take their time
        write_frame(answers, json.dumps(row).encode())
        _alarm(time_limit_s + _GRACE_S)

    part = Part(request["first"], lambda number, source: answer({"member": [number, source]}))
    _alarm(time_limit_s + _GRACE_S)
    try:
        for item in read(content, request["name"], request["source"], part=part):
            answer(to_row(item))
    except MemoryError:
        os._exit(MEMORY_EXIT)
    except Exception as error:  # on a damaged file a parser may raise anything whatever
        answer(to_row(Failure(request["source"], why(error))))
    _alarm(0.0)
    write_frame(answers, b"")


def _alarm(seconds: float) -> None:
    """SIGALRM, which nobody handles, ends the process even while a C library computes."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
