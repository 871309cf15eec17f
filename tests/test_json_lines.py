"""JSON Lines: a document for each row."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from loading import body
from samples import FERRIES, HARBOUR

import index.formats.json_lines
from index.load import load
from index.types import Document, Failure


def rows(path: Path, *lines: object) -> list[Document | Failure]:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return list(load(str(path)))


def test_each_row_is_a_document_with_its_own_id_and_its_text_untouched(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    first, second = rows(
        path,
        {
            "id": "n-1",
            "title": "Quay opens",
            "text": HARBOUR,
            "source": "https://example.org/q",
            "published": "2024-04-06",
        },
        {"id": 7, "title": "Ferries", "text": f"Ferries\n\nOSLO (AP) — {FERRIES}"},
    )
    assert isinstance(first, Document)
    assert isinstance(second, Document)
    assert (first.id, first.source, first.title) == ("n-1", "https://example.org/q", "Quay opens")
    assert (first.text, first.body_start, first.published) == (HARBOUR, 0, dt.date(2024, 4, 6))
    assert (second.id, second.source, body(second)) == ("7", f"{path}#7", FERRIES)


@pytest.mark.parametrize("date", ["2022-10-07", "2022/10/07", "October 7, 2022"])
def test_url_and_date_stand_in_for_a_missing_source_and_published(tmp_path: Path, date: str) -> None:
    row = {"text": HARBOUR, "url": "https://example.org/q", "date": date}
    (document,) = rows(tmp_path / "a.jsonl", {"id": "1", **row})
    assert isinstance(document, Document)
    assert (document.source, document.published) == ("https://example.org/q", dt.date(2022, 10, 7))
    named = {"source": "https://example.org/own", "published": "2024/04/06"}
    (document,) = rows(tmp_path / "a.jsonl", {"id": "1", **row, **named})
    assert isinstance(document, Document)
    assert (document.source, document.published) == ("https://example.org/own", dt.date(2024, 4, 6))


def test_a_broken_row_is_a_failure_that_names_its_line_and_the_others_go_on(tmp_path: Path) -> None:
    found = rows(
        tmp_path / "a.jsonl",
        {"id": "1", "text": HARBOUR},
        "{broken",
        "",
        {"id": "1", "text": FERRIES},
        {"id": "2"},
        {"id": "3", "text": " "},
        "[" * 100_000,
        '["a list"]',
        {"id": "a\nb", "text": HARBOUR},
        {"text": FERRIES},
        {"text": HARBOUR},
    )
    ids = [item.id for item in found if isinstance(item, Document)]
    assert ids[0] == "1"
    assert [len(known) for known in ids] == [1, 12, 12]
    reasons = [item.reason for item in found if isinstance(item, Failure)]
    assert [reason.partition(":")[0] for reason in reasons] == [f"line {n}" for n in (2, 4, 5, 6, 7, 8, 9)]
    assert reasons[1] == 'line 4: the id "1" stands on an earlier line; give each row its own'
    assert "not valid JSON" in reasons[0]


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps({"id": "1", "text": HARBOUR}) + "\n" + "{broken\n" * 3)
    stream = load(str(path))
    assert isinstance(next(stream), Document)
    assert isinstance(next(stream), Failure)


def test_a_row_without_an_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.formats.json_lines, "MAX_ROW_BYTES", 1000)
    (found,) = rows(tmp_path / "a.jsonl", {"id": "1", "text": HARBOUR * 100})
    assert isinstance(found, Failure)
    assert found.reason.startswith("line 1: longer than")


def test_rows_that_share_a_source_stay_documents_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "corpus.jsonl"
    rows = [{"id": name, "title": name, "text": f"{name} opened.", "source": "The Paper Lantern"} for name in "abc"]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    loaded = [item for item in load(str(file)) if isinstance(item, Document)]
    assert [document.source for document in loaded] == [f"The Paper Lantern#{name}" for name in "abc"]


def test_two_corpora_that_name_the_same_outlet_hold_articles_of_their_own(tmp_path: Path) -> None:
    named = {"text": HARBOUR, "source": "Reuters"}
    first = rows(tmp_path / "a.jsonl", {"id": "a1", **named}, {"id": "a2", **named})
    second = rows(tmp_path / "b.jsonl", {"id": "b1", **named}, named)
    found = [item for item in first + second if isinstance(item, Document)]
    sources = [item.source for item in found]
    assert sources == ["Reuters#a1", "Reuters#a2", "Reuters#b1", f"{tmp_path / 'b.jsonl'}#2"]
    assert [item.id for item in found][:3] == ["a1", "a2", "b1"]
    assert found[3].author == "Reuters"  # its source no longer says so


def test_a_row_before_the_others_changes_neither_their_sources_nor_their_ids(tmp_path: Path) -> None:
    old = [{"id": "a", "text": HARBOUR, "source": "Reuters"}, {"text": FERRIES, "url": "https://example.org/f"}]
    before = rows(tmp_path / "a.jsonl", *old)
    new = [
        {"id": "b", "text": "It rained.", "source": "Reuters"},
        {"text": "It froze.", "url": "https://example.org/g"},
    ]
    assert len(before) == 2
    assert rows(tmp_path / "a.jsonl", *new, *old)[2:] == before


def test_rows_with_the_same_address_stay_documents_of_their_own(tmp_path: Path) -> None:
    row = {"text": HARBOUR, "url": "https://example.org/q"}
    found = [item for item in rows(tmp_path / "a.jsonl", row, row, {"id": "c", **row}) if isinstance(item, Document)]
    assert [item.source.partition("/q")[2] for item in found] == ["", "#2", "#c"]
    assert len({item.id for item in found}) == 3
