"""What stands in the panels beside the conversation, as safe HTML: the library's documents, what is being added, the
stored conversations. In: entries, jobs and summaries. Knows nothing of where they are kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeVar

from index.types import Document, Entry, UserError
from qa.chat.conversations import Summary
from qa.chat.markup import date, facts, label, opens_at, quiet_button, said, source, word
from qa.chat.page import trouble_html
from qa.chat.shelf import Job

T = TypeVar("T")

ROWS_SHOWN = 200  # of a long list; the search finds the others


# ── The library ───────────────────────────────────────────────────────────────────────────────────────────────────


def documents_html(entries: Sequence[Entry]) -> str:
    """The documents as rows with a box to tick, or a word that there are none."""
    return _rows(entries, _document, key="no_documents", more="more_documents")


def _document(entry: Entry) -> str:
    title = escape(entry.title)
    about = facts(source(entry.source), date(entry.published), said("passages", count=entry.passages))
    return (
        f'<li class="fn-row" data-id="{escape(entry.id)}">'
        f'<input type="checkbox" class="fn-tick" checked {label("ask_this", title=entry.title)}>'
        f'<div><button class="fn-open-document" {opens_at(entry.id, 0, 0)}>{title}</button>{about}</div>'
        f"{quiet_button('remove', 'remove', label('remove_this', title=entry.title))}</li>"
    )


def removed_html(document: Document) -> str:
    """What was just removed, with the button that puts it back."""
    return (
        f'<li class="fn-undo" data-id="{escape(document.id)}">{said("removed", title=document.title)} '
        f"{quiet_button('restore', 'undo')}</li>"
    )


# ── What is being added ───────────────────────────────────────────────────────────────────────────────────────────


def jobs_html(jobs: Sequence[Job]) -> str:
    """One row per job, the newest first: its name and how far it is."""
    return "".join(_job(job) for job in reversed(jobs))


def _job(job: Job) -> str:
    state = _failure(job) if job.stage == "failed" else f'<p class="fn-stage">{_stage(job)}</p>'
    return (
        f'<li class="fn-job fn-{job.stage}" data-id="{job.id}" data-stage="{job.stage}">'
        f'<p class="fn-job-name">{escape(job.name)}</p>{state}</li>'
    )


def _stage(job: Job) -> str:
    if job.stage != "done":
        passages = said("embedded", count=job.passages) if job.passages else ""
        return facts(said(f"stage_{job.stage}"), passages)
    counts = (("added", job.added), ("updated", job.updated), ("unchanged", job.unchanged), ("failed", job.failed))
    told = [said(f"job_{name}", count=count) for name, count in counts if count]
    return facts(*told, escape(job.reason)) or said("stage_done")


def _failure(job: Job) -> str:
    reason = escape(job.reason) or said("bug")
    hint = f'<p class="fn-hint">{escape(job.hint)}</p>' if job.hint else ""
    return f'<p class="fn-stage">{said("stage_failed")} {reason}</p>{hint}'


# ── Stored conversations ──────────────────────────────────────────────────────────────────────────────────────────


def conversations_html(summaries: Sequence[Summary]) -> str:
    return _rows(summaries, _conversation, key="no_conversations", more="more_conversations")


def _conversation(summary: Summary) -> str:
    when = f'<time datetime="{summary.changed.astimezone(dt.UTC).isoformat(timespec="seconds")}"></time>'
    about = facts(when, said("questions", count=summary.turns))
    actions = "".join(
        quiet_button(key, key, label(f"{key}_this", title=summary.title)) for key in ("rename", "export", "delete")
    )
    reopen = f'<button type="button" class="fn-reopen">{escape(summary.title)}</button>'
    row = f'<div>{reopen}{about}</div><div class="fn-actions">{actions}</div>'
    return f'<li class="fn-row" data-id="{escape(summary.id)}">{row}</li>'


# ── Language models ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Model:
    """One that can be chosen. `bytes` on the disk and `seconds` per answer, as far as they are known."""

    name: str
    bytes: int | None
    seconds: float | None
    chosen: bool


def models_html(models: Sequence[Model], *, none_chosen: bool) -> str:
    """The reader alone, then the models, one of them chosen."""
    alone = _choice("", said("reader_alone"), said("reader_alone_more"), chosen=none_chosen)
    return alone + "".join(_model(model) for model in models)


def _model(model: Model) -> str:
    size = said("megabytes", n=round(model.bytes / 1e6)) if model.bytes else ""
    seconds = said("per_answer", n=f"{model.seconds:.1f}") if model.seconds is not None else ""
    where = said("on_a_server") if "://" in model.name else ""
    return _choice(model.name, escape(model.name), facts(where, size, seconds), chosen=model.chosen)


def _choice(value: str, name: str, about: str, *, chosen: bool) -> str:
    box = f'<input type="radio" name="fn-model" value="{escape(value)}"{" checked" if chosen else ""}>'
    return (
        f'<li class="fn-row"><label class="fn-model">{box}'
        f'<span><span class="fn-model-name">{name}</span><span class="fn-facts">{about}</span></span></label></li>'
    )


def choice_html(name: str, *, ready: bool, told: str, trouble: UserError | None) -> str:
    """How far the chosen model is."""
    if trouble is not None:
        return trouble_html(trouble)
    if ready:
        return f'<p class="fn-stage">{said("model_ready", model=name)}</p>' if name else ""
    return f'<p class="fn-stage">{escape(told) or said("model_loading", model=name)}</p>'


def _rows(items: Sequence[T], row: Callable[[T], str], *, key: str, more: str) -> str:
    if not items:
        return f'<li class="fn-none" {word(key)}></li>'
    hidden = len(items) - ROWS_SHOWN
    rest = f'<li class="fn-none" {word(more, count=hidden)}></li>' if hidden > 0 else ""
    return "".join(row(item) for item in items[:ROWS_SHOWN]) + rest
