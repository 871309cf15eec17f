"""The panels' rows: what each says, and that no title, source, file name or reason becomes markup."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from rendered import Rendered, hostile_texts

from index.types import Document, Entry
from qa.chat import panels
from qa.chat.conversations import Summary
from qa.chat.shelf import Job

ENTRY = Entry("quay", "Quay opens", "https://www.port.example/quay", dt.date(2024, 3, 14), 12)
JOB = Job("1", "quay.txt")
NOON = dt.datetime(2024, 3, 14, 12, 0, tzinfo=dt.UTC)
SUMMARY = Summary("c1", "What of the quay?", NOON, 2)


@given(hostile_texts)
def test_no_text_becomes_markup_in_a_row(text: str) -> None:
    entry = Entry(text, text, text, None, 1)
    assert Rendered(panels.documents_html([entry])).inside.get(".fn-open-document", "") == text
    assert text in Rendered(panels.removed_html(Document(text, text, text, text))).text
    for stage in ("waiting", "done", "failed"):
        job = Job("1", text, stage, failed=1, reason=text, hint=text)
        assert Rendered(panels.jobs_html([job])).inside.get(".fn-job-name", "") == text
    assert Rendered(panels.conversations_html([replace(SUMMARY, title=text)])).inside.get(".fn-reopen", "") == text


def test_a_document_shows_title_place_date_and_passages() -> None:
    read = Rendered(panels.documents_html([ENTRY]))
    assert read.inside[".fn-open-document"] == "Quay opens"
    assert read.inside[".fn-facts"] == "port.example · 2024-03-14 · 12 passages"
    assert read.labels == ["Ask “Quay opens”", "Remove “Quay opens”"]


def test_a_pasted_text_is_called_so() -> None:
    assert "pasted text" in Rendered(panels.documents_html([replace(ENTRY, source="pasted:1a2b")])).text


def test_of_a_long_list_the_first_rows_are_shown_and_the_others_counted() -> None:
    read = Rendered(panels.documents_html([replace(ENTRY, id=str(n)) for n in range(panels.ROWS_SHOWN + 7)]))
    assert read.text.count("Quay opens") == panels.ROWS_SHOWN
    assert read.text.endswith("7 more; find them above.")
    assert Rendered(panels.documents_html([])).text == "No article here."


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (JOB, "quay.txtwaiting…"),
        (replace(JOB, stage="reading"), "quay.txtreading…"),
        (replace(JOB, stage="embedding", passages=256), "quay.txtembedding… · 256 passages so far"),
        (replace(JOB, stage="done", added=1), "quay.txtadded"),
        (replace(JOB, stage="done", updated=1), "quay.txtan earlier version was replaced"),
        (replace(JOB, stage="done", unchanged=1), "quay.txtalready there"),
        (replace(JOB, stage="done"), "quay.txtdone"),
        (
            replace(JOB, stage="done", added=98, failed=2, reason="line 3: its text is empty"),
            "quay.txt98 articles added · 2 failed · line 3: its text is empty",
        ),
        (replace(JOB, stage="failed", failed=1, reason="it is empty"), "quay.txtFailed: it is empty"),
        (replace(JOB, stage="failed", reason="no space", hint="make some"), "quay.txtFailed: no spacemake some"),
    ],
)
def test_a_job_says_how_far_it_is(job: Job, words: str) -> None:
    assert Rendered(panels.jobs_html([job])).text == words


def test_a_job_that_met_a_bug_says_where_to_look() -> None:
    assert "The terminal" in Rendered(panels.jobs_html([replace(JOB, stage="failed")])).text


def test_the_newest_job_comes_first() -> None:
    assert Rendered(panels.jobs_html([JOB, Job("2", "fish.txt")])).inside[".fn-job-name"] == "fish.txtquay.txt"


def test_a_conversation_shows_title_time_and_length() -> None:
    read = Rendered(panels.conversations_html([SUMMARY]))
    assert read.inside[".fn-reopen"] == "What of the quay?"
    assert read.inside[".fn-facts"] == "2024-03-14T12:00:00+00:00 · 2 questions"
    assert Rendered(panels.conversations_html([])).text == "No conversation here."
