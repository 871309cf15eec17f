"""A language model on the command line: its flag, and its answer as lines of a terminal or as JSON.

Everything that goes wrong with the model is told beside the reader's answer, which stands.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import deque
from typing import Any

from index.types import UserError
from qa.assistant import Assistant
from qa.show import answer_row, notes
from qa.types import Answer
from qa.writing.author import can_be_written
from qa.writing.models import open_writer, ready
from qa.writing.types import Writer, Written


def add_model(command: argparse.ArgumentParser, does: str) -> None:
    command.add_argument(
        "--model",
        metavar="NAME|FOLDER|URL",
        help=f"a language model that {does}: a name on the hub, a folder, or http://HOST:PORT/v1#NAME",
    )


def tell(words: str) -> None:
    """What takes time, on stderr: one line that is written over where somebody watches."""
    end = "\r" if sys.stderr.isatty() and words.startswith("fetching") else "\n"
    sys.stderr.write(f"{words}{end}")
    sys.stderr.flush()


def write_lines(assistant: Assistant, found: Answer, model: str) -> UserError | None:
    """Prints what the model writes over an answer, sentence by sentence, then its footnotes; returns what went wrong.

    A refusal is not written out: the articles are silent.
    """
    if not can_be_written(found):
        return None
    shown, last = "", None
    failure = None
    began = time.perf_counter()
    sys.stdout.write("\n")
    try:
        for last in assistant.written(found, open_writer(model, tell=tell)):
            text = "" if last.answer.refused else last.answer.text
            sys.stdout.write(text.removeprefix(shown))  # what stands never changes, it grows
            sys.stdout.flush()
            shown = text
    except UserError as error:
        failure = error
    sys.stdout.write("\n" if shown else "")
    if last is not None:
        sys.stdout.write("".join(f"{line}\n" for line in _below(last, model, time.perf_counter() - began)))
    return failure


def _below(last: Written, model: str, seconds: float) -> list[str]:
    told = [last.answer.refusal.message] if last.answer.refusal else notes(last.answer)
    if last.left_out and not last.answer.refused:
        count = f"{last.left_out} sentence{'' if last.left_out == 1 else 's'}"
        told.append(f"{count} left out: not borne out by what was cited")
    return [*told, f"written by {model} in {seconds:.1f} s"]


def written_row(assistant: Assistant, found: Answer, model: str) -> dict[str, Any] | None:
    """What the model wrote as JSON, beside the reader's answer; its error instead when it failed, None for nothing."""
    if not can_be_written(found):
        return None
    began = time.perf_counter()
    try:
        last = finished(assistant, found, open_writer(model, tell=tell))
    except UserError as error:
        return {"model": model, "error": str(error), "hint": error.hint}
    if last is None:
        return None
    row = answer_row(last.answer, time.perf_counter() - began)
    del row["passages"]  # those of the reader's answer
    return {"model": model, **row, "sentences": last.sentences, "supported": last.supported}


def ready_writer(model: str) -> Writer:
    """One that is loaded, so that no question is charged for it. Raises a UserError when it cannot be used."""
    writer = open_writer(model, tell=tell)
    ready(writer)
    return writer


def finished(assistant: Assistant, found: Answer, writer: Writer) -> Written | None:
    """The whole of what the model writes; None for what cannot be written."""
    return next(iter(deque(assistant.written(found, writer), maxlen=1)), None)
