"""Documents whose files have gone are found, and nothing else is."""

import json
import os
from pathlib import Path

import pytest

from index.gone import gone_from
from index.load import address
from index.types import Entry


def entry(source: str | Path) -> Entry:
    return Entry(str(source)[-6:], "A title", str(source), None, 1)


def test_a_file_that_was_deleted_is_gone_and_one_that_is_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("here")
    here, lost = entry(tmp_path / "a.txt"), entry(tmp_path / "deep" / "b.txt")
    assert gone_from(tmp_path, [here, lost]) == [lost]


def test_a_member_goes_with_its_archive(tmp_path: Path) -> None:
    (tmp_path / "kept.zip").write_bytes(b"")
    (tmp_path / "odd#name.txt").write_text("here")
    kept, lost = entry(f"{tmp_path}/kept.zip#a/b.txt"), entry(f"{tmp_path}/lost.zip#a/b.txt")
    assert gone_from(tmp_path, [kept, lost, entry(tmp_path / "odd#name.txt")]) == [lost]


def test_a_member_that_the_archive_no_longer_holds_is_gone(tmp_path: Path) -> None:
    archive = tmp_path / "two.zip"
    archive.write_bytes(b"")
    one, two = (entry(f"{archive}#{name}.txt") for name in ("one", "two"))
    held = {str(archive): [one.source]}
    assert (
        gone_from(tmp_path, [one, two], members=held.get) == gone_from(archive, [one, two], members=held.get) == [two]
    )
    assert gone_from(tmp_path, [one, two]) == []


@pytest.mark.parametrize("is_remembered", [True, False])
@pytest.mark.parametrize("has_page", [True, False])
def test_a_row_that_names_another_file_is_there_as_long_as_its_own_file_holds_it(
    tmp_path: Path, *, is_remembered: bool, has_page: bool
) -> None:
    page, corpus = tmp_path / "x.html", tmp_path / "deep" / "corpus.jsonl"
    held: dict[str, list[str]] = {}
    if has_page:
        page.write_text("A page of its own")
        held[str(page)] = [str(page)]
    corpus.parent.mkdir()
    corpus.write_text(json.dumps({"source": str(page), "id": 7, "text": "The quay opened."}) + "\n{bad\n")
    here, lost, lost_part = entry(f"{page}#7"), entry(f"{page}#8"), entry(f"{tmp_path}/lost.zip#7")
    if is_remembered:
        held[str(corpus)] = [here.source]
    assert gone_from(tmp_path, [here, lost, lost_part], members=held.get) == [lost, lost_part]
    corpus.unlink()
    assert gone_from(tmp_path, [here], members=held.get) == [here]


def test_a_row_of_an_archive_is_there_as_long_as_the_archive_is_known_to_hold_it(tmp_path: Path) -> None:
    archive, row = tmp_path / "rows.zip", entry(tmp_path / "x.html#7")
    archive.write_bytes(b"")
    assert gone_from(tmp_path, [row], members={str(archive): [row.source]}.get) == []
    assert gone_from(tmp_path, [row]) == [row]


def test_a_name_that_is_not_utf8_is_there_under_the_text_that_stands_for_it(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"men\xfc")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("the names of files are UTF-8 here")
    article, archive, lost = (folder / os.fsdecode(name) for name in (b"caf\xe9.txt", b"d\xe9.zip", b"f\xeate.txt"))
    for file in (article, archive):
        file.write_bytes(b"")
    assert address(article) == f"{tmp_path}/men\\xfc/caf\\xe9.txt"
    entries = [entry(address(article)), entry(f"{address(archive)}#a/b.txt"), entry(address(lost))]
    assert gone_from(tmp_path, entries) == gone_from(folder, entries) == entries[2:]


def test_a_name_that_only_looks_like_one_that_is_not_utf8_is_gone_with_its_file(tmp_path: Path) -> None:
    (tmp_path / "café.txt").write_text("another article")  # c3 a9 in UTF-8
    (tmp_path / "the\\xe9.txt").write_text("here")
    lost, here = entry(f"{tmp_path}/caf\\xc3\\xa9.txt"), entry(f"{tmp_path}/the\\xe9.txt")
    assert gone_from(tmp_path, [lost, here]) == [lost]


def test_other_folders_addresses_and_pasted_texts_are_left_alone(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    others = [
        entry(tmp_path / "x.txt"),
        entry(tmp_path / "inside-out" / "x.txt"),
        entry("https://a.org/x"),
        entry("pasted"),
    ]
    assert gone_from(inside, others) == []


def test_a_folder_that_is_missing_has_lost_nothing(tmp_path: Path) -> None:
    assert gone_from(tmp_path / "unmounted", [entry(tmp_path / "unmounted" / "a.txt")]) == []


def test_a_folder_is_not_the_archive_that_a_name_with_a_hash_seems_to_lie_in(tmp_path: Path) -> None:
    for name in ("C", "C#"):
        (tmp_path / name).mkdir()
    lost = entry(tmp_path / "C#" / "gone.txt")
    assert gone_from(tmp_path, [lost]) == [lost]
