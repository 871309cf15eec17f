"""Thumbs up and down, kept in `feedback.jsonl` in the library's folder, and the question set they amount to.

Nothing leaves this machine. A line is on the disk before `add` returns. The last verdict on a question counts.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, get_args

from index.types import EmptyError, InputError, LibraryError
from qa.types import Answer

MAX_CHARS = 2000  # of a reason or a correction

Verdict = Literal["up", "down", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """A verdict on an answer. `answer` is its text without footnote markers, "" for a refusal.

    `history` holds the questions asked before in the conversation, `documents` the ids of those cited, `correction`
    what should have been answered.
    """

    at: str  # ISO, with the time zone
    verdict: Verdict
    question: str
    answer: str
    history: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    confidence: float = 0.0
    reason: str = ""
    correction: str = ""

    @property
    def asked(self) -> tuple[str, ...]:
        """The question in its conversation: two with the same are verdicts on the same."""
        return (*self.history, self.question)


class FeedbackLog:
    """All verdicts of the library in `home`. Safe for several windows and processes."""

    def __init__(self, home: Path, *, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)) -> None:
        self._path, self._clock = home / "feedback.jsonl", clock

    def add(
        self,
        answer: Answer,
        verdict: Verdict,
        *,
        history: Sequence[str] = (),
        reason: str = "",
        correction: str = "",
    ) -> Feedback:
        """Raises InputError for a reason or a correction that is too long, LibraryError when it cannot be written."""
        for name, text in (("reason", reason), ("correct answer", correction)):
            if len(text) > MAX_CHARS:
                raise InputError(f"the {name} has {len(text):,} characters; {MAX_CHARS:,} are kept", "make it shorter")
        given = Feedback(
            at=self._clock().isoformat(),
            verdict=verdict,
            question=answer.question,
            answer=answer.words,
            history=tuple(history),
            documents=tuple(dict.fromkeys(citation.document_id for citation in answer.citations)),
            confidence=answer.confidence,
            reason=reason.strip(),
            correction=correction.strip(),
        )
        self._append(json.dumps(asdict(given)))
        return given

    def _append(self, line: str) -> None:
        try:
            with self._path.open("a+b") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(end - 1, 0))
                torn = file.read(1) not in (b"", b"\n")  # a line that a kill cut short, and that was never reported
                file.write((b"\n" if torn else b"") + line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable(error) from error

    def read(self) -> list[Feedback]:
        """The last word on each question, in the order given; those that were withdrawn are left out."""
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace") if self._path.exists() else ""
        except OSError as error:
            raise self._unusable(error) from error
        last: dict[tuple[str, ...], Feedback] = {}
        for given in _parsed(text.split("\n")):
            last.pop(given.asked, None)
            last[given.asked] = given
        return [given for given in last.values() if given.verdict != "withdrawn"]

    def verdicts(self, answers: Sequence[Answer]) -> list[Verdict | None]:
        """The last on each answer of a conversation; None where it was withdrawn, or was on another answer."""
        last = {(given.asked, given.answer): given.verdict for given in self.read()}
        asked = [answer.question for answer in answers]
        return [last.get((tuple(asked[:n]), answer.words)) for n, answer in enumerate(answers, 1)]

    def _unusable(self, error: OSError) -> LibraryError:
        message = f"the feedback in {self._path} cannot be used: {error.strerror}"
        return LibraryError(message, "check that the library's folder is there, its permissions and the free space")


def _parsed(lines: Iterable[str]) -> Iterator[Feedback]:
    """Lines that are no whole record are passed over: they were cut short by a kill, and never reported as kept."""
    for line in lines:
        try:
            given = Feedback(**json.loads(line))
            if given.verdict in get_args(Verdict):
                yield replace(given, history=tuple(given.history), documents=tuple(given.documents))
        except (ValueError, TypeError):
            continue


# ── As a question set for `footnote eval` ─────────────────────────────────────────────────────────────────────────


def question_set(feedback: Iterable[Feedback]) -> tuple[list[dict[str, Any]], int]:
    """(rows in the layout of `footnote eval`, how many verdicts say nothing of what is right).

    An answer that was liked and a correction are gold answers, a refusal that was liked is unanswerable; "wrong"
    without the right answer is left out.
    """
    rows, left_out = [], 0
    for given in feedback:
        right = given.answer if given.verdict == "up" else given.correction
        if given.verdict == "down" and not right:
            left_out += 1
            continue
        row: dict[str, Any] = {
            "id": "feedback-" + sha256(json.dumps(given.asked).encode()).hexdigest()[:12],
            "question": given.question,
            "answers": [right] if right else [],
            "unanswerable": not right,
        }
        if given.history:
            row["history"] = list(given.history)
        if given.verdict == "up" and given.documents:
            row["evidence"] = list(given.documents)
        rows.append(row)
    return rows, left_out


def json_lines(rows: Iterable[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_question_set(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """JSON Lines. Raises EmptyError when there is no row, InputError when the file cannot be written."""
    if not rows:
        raise EmptyError("there is no feedback to export", "say in the chat which answers are right, or correct them")
    try:
        path.write_text(json_lines(rows), encoding="utf-8", errors="replace")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}", "choose another file") from error
