"""The shelf: what is added through the page is found, what cannot be is said in words, and no file name is opened."""

from __future__ import annotations

import io
import logging
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from fakes import GatedEncoder, HashEncoder

from index.library import Library
from index.load import MAX_FILE_BYTES
from index.types import Document, InputError, LibraryError
from qa.chat.shelf import JOBS_REMEMBERED, MOST_WAITING, RESTORABLE_S, Job, Shelf, check_size, links, web_address

QUAY = Document("quay", "Quay opens", "The quay opened on Monday.", "quay.txt")
FISH = Document("fish", "Fish prices", "Cod costs 40 kroner.", "https://fish.example/prices")


@pytest.fixture
def library() -> Iterator[Library]:
    with Library(None, HashEncoder()) as made:
        assert [outcome.status for outcome in made.add([QUAY, FISH])] == ["added"] * 2
        yield made


@pytest.fixture
def shelf(library: Library) -> Iterator[Shelf]:
    made = Shelf(library)
    yield made
    made.close()


def ended(shelf: Shelf, job: Job) -> Job:
    """The job as it is when it has ended."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        now = next(each for each in shelf.jobs() if each.id == job.id)
        if now.finished:
            return now
        time.sleep(0.005)
    raise AssertionError(f"{job} did not end")


def upload(shelf: Shelf, content: bytes, name: str) -> Job:
    return ended(shelf, shelf.add_file(io.BytesIO(content), name))


# ── Adding ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_uploaded_file_is_added_then_unchanged_then_updated(shelf: Shelf, library: Library) -> None:
    first = upload(shelf, b"Kelp farm\n\nDivers planted kelp.", "kelp.txt")
    assert replace(first, id="") == Job("", "kelp.txt", "done", added=1, passages=1)
    (entry,) = shelf.entries("kelp")
    assert (entry.title, entry.source) == ("Kelp farm", "kelp.txt")
    assert upload(shelf, b"Kelp farm\n\nDivers planted kelp.", "kelp.txt").unchanged == 1
    assert upload(shelf, b"Kelp farm\n\nThe kelp is gone.", "kelp.txt").updated == 1
    assert library.document(entry.id).text.endswith("The kelp is gone.")


def test_another_text_of_the_same_name_stays_beside_the_first(shelf: Shelf, library: Library) -> None:
    kelp = b"Kelp farm\n\nDivers planted kelp near the lighthouse before the first frost of the year."
    upload(shelf, kelp, "notes.txt")
    assert upload(shelf, b"Rope walk\n\nThe rope was spun in the long shed.", "notes.txt").added == 1
    assert upload(shelf, b"Eel trap\n\nNobody knew who had set it.", "notes.txt").added == 1
    assert [entry.source for entry in shelf.entries("notes")] == ["notes (3).txt", "notes.txt", "notes (2).txt"]
    again = upload(shelf, kelp.replace(b"Kelp farm", b"The kelp farm"), "notes.txt")  # another title, the same text
    assert (again.added, again.updated) == (0, 1)
    assert upload(shelf, b"Rope walk\n\nThe shed has burned down.", "notes.txt").updated == 1  # the same title
    assert [entry.title for entry in shelf.entries("notes")] == ["Eel trap", "Rope walk", "The kelp farm"]


def test_two_texts_that_are_only_named_alike_are_two(shelf: Shelf) -> None:
    for content in (
        b"Divers planted kelp near the lighthouse before the frost.",
        b"The rope was spun in the long shed.",
    ):
        assert upload(shelf, content, "issue #5.txt").added == 1
    assert len(shelf.entries("issue")) == 2


def test_a_pasted_text_becomes_a_document_with_its_first_line_as_title(shelf: Shelf, library: Library) -> None:
    job = ended(shelf, shelf.add_text("Kelp farm\n\nDivers planted kelp near the lighthouse."))
    assert (job.name, job.stage, job.added) == ("Kelp farm", "done", 1)
    (entry,) = shelf.entries("kelp farm")
    assert entry.source.startswith("pasted:")
    assert library.search("who planted kelp", limit=1)[0].passage.document_id == entry.id
    assert ended(shelf, shelf.add_text("Kelp farm\n\nDivers planted kelp near the lighthouse.")).unchanged == 1


@pytest.mark.parametrize("name", ["../../../etc/passwd.txt", "/etc/hostname.txt", "C:\\secret.txt", "a\n\0b/..txt.txt"])
def test_a_name_is_a_source_and_never_opened(shelf: Shelf, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a file was opened")

    for opener in ("builtins.open", "io.open", "os.open", "pathlib.Path.open", "os.stat"):
        monkeypatch.setattr(opener, forbidden)
    job = upload(shelf, b"Kelp farm\n\nDivers planted kelp.", name)
    assert (job.stage, job.added) == ("done", 1)
    assert "\n" not in job.name
    assert [entry.source for entry in shelf.entries("kelp")] == [job.name]


@pytest.mark.parametrize(
    ("content", "name", "reason"),
    [
        (b"", "empty.txt", "empty"),
        (bytes(range(256)) * 40, "picture.txt", "binary"),
        (b"MZ", "program.exe", ".exe is not supported"),
        (b"{", "rows.jsonl", "line 1: not valid JSON"),
    ],
)
def test_what_cannot_be_read_fails_with_the_reason_in_words(
    shelf: Shelf, content: bytes, name: str, reason: str
) -> None:
    job = upload(shelf, content, name)
    assert (job.stage, job.failed, job.added) == ("failed", 1, 0)
    assert reason in job.reason
    assert len(shelf.entries()) == 2


def test_of_a_file_of_rows_the_good_ones_are_added_and_the_bad_counted(shelf: Shelf) -> None:
    rows = b'{"id": "a", "title": "Kelp", "text": "Kelp grew."}\n{"id": "b"}\n{"id": "c", "text": "Rope held."}\n'
    job = upload(shelf, rows, "rows.jsonl")
    assert (job.stage, job.added, job.failed) == ("done", 2, 1)
    assert job.reason.startswith("line 2: ")


@pytest.mark.parametrize(
    "address", ["/etc/passwd", "file:///etc/passwd", "hello", "", "~/notes.txt", "ftp://a.example/x"]
)
def test_only_a_web_address_is_a_link(shelf: Shelf, address: str) -> None:
    with pytest.raises(InputError, match="is not a web address") as caught:
        shelf.add_links(["http://127.0.0.1:1/none", address])
    assert "http" in caught.value.hint
    assert shelf.jobs() == []  # nor was the first of them begun


def test_a_link_into_this_machine_fails_in_words(shelf: Shelf) -> None:
    jobs = shelf.add_links(["http://127.0.0.1:1/secret", "http://127.0.0.1:1/größer"])
    assert [job.name for job in jobs] == ["http://127.0.0.1:1/secret", "http://127.0.0.1:1/größer"]
    for job in (ended(shelf, each) for each in jobs):
        assert job.stage == "failed"
        assert "private network" in job.reason


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" https://a.example/x?y=1 ", "https://a.example/x?y=1"),
        ("HTTP://a.example", "HTTP://a.example"),
        ("a.example/story", "https://a.example/story"),
        ("www.a.example", "https://www.a.example"),
        ("example.org", "https://example.org"),
        ("notes.txt", None),
        ("a.example/two words", None),
        ("https:///x", None),
    ],
)
def test_what_reads_as_a_web_address(text: str, address: str | None) -> None:
    assert web_address(text) == address


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("https://de.wikipedia.org/wiki/München", ["https://de.wikipedia.org/wiki/München"]),
        (" HTTPS://zh.wikipedia.org/wiki/上海\n", ["HTTPS://zh.wikipedia.org/wiki/上海"]),
        ("https://a.example/x\r\nhttp://b.example/ü\n", ["https://a.example/x", "http://b.example/ü"]),
        ("a.example/story", ["a.example/story"]),
        ("/etc/passwd", ["/etc/passwd"]),  # meant as one, and refused as none
        ("https:///ü", ["https:///ü"]),
        ("Read this: https://a.example/x", []),
        ("https://a.example/x is down", []),
        ("www.a.example/ü", []),
        ("网址是www.a.example/x，请看", []),
        ("北京计划。", []),
        (" \n", []),
    ],
)
def test_a_text_that_is_nothing_but_links_is_those_links(text: str, found: list[str]) -> None:
    assert links(text) == found


def test_a_text_that_is_empty_or_too_long_is_refused_in_words(shelf: Shelf) -> None:
    with pytest.raises(InputError, match="empty"):
        shelf.add_text(" \n ")
    with pytest.raises(InputError, match="2,000,001 characters"):
        shelf.add_text("x" * 2_000_001)


def test_a_file_of_200_megabytes_is_refused_in_words() -> None:
    check_size(MAX_FILE_BYTES, "just.txt")
    with pytest.raises(InputError, match=r"'big\.txt' has 200 MB; a file may have 100 MB") as caught:
        check_size(200 * 2**20, "big.txt")
    assert caught.value.hint == "split it into smaller files"


# ── Progress ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_jobs_wait_their_turn_tell_their_stage_and_asking_stays_possible() -> None:
    encoder = GatedEncoder()
    library = Library(None, encoder)
    shelf = Shelf(library)
    first, second = shelf.add_text("Kelp grew by the pier."), shelf.add_text("Rope held the boat.")
    until = time.monotonic() + 10
    while shelf.jobs()[0].stage != "embedding" and time.monotonic() < until:
        time.sleep(0.005)
    assert [job.stage for job in shelf.jobs()] == ["embedding", "waiting"]
    assert (len(library), shelf.entries(), library.search_words("kelp", 5)) == (0, [], [])  # and none of them waits
    encoder.gate.set()
    assert [ended(shelf, job).stage for job in (first, second)] == ["done", "done"]
    assert [job.passages for job in shelf.jobs()] == [1, 1]
    assert len(library) == 2
    shelf.close()


def test_a_shelf_is_full_while_many_jobs_wait_and_finished_ones_take_no_room() -> None:
    encoder = GatedEncoder()
    with closing(Shelf(Library(None, encoder))) as shelf:
        for number in range(MOST_WAITING - 1):
            shelf.add_text(f"Boat {number} left.")
        assert not shelf.is_full
        last = shelf.add_text("The last boat left.")
        assert shelf.is_full
        encoder.gate.set()
        assert ended(shelf, last).stage == "done"
        assert (len(shelf.jobs()), shelf.is_full) == (MOST_WAITING, False)


def test_a_closed_shelf_gives_its_jobs_up_at_once() -> None:
    encoder = GatedEncoder()
    library = Library(None, encoder)
    shelf = Shelf(library)
    shelf.add_text("Kelp grew by the pier.")
    shelf.add_text("Rope held the boat.")
    shelf.close()
    encoder.gate.set()
    shelf._worker.shutdown(wait=True)
    assert len(library) == 0


class Failing(Library):
    """A library whose disk is full, or which has a bug."""

    error: Exception = LibraryError("the library could not be written", "check free space")

    def add(self, *_: object, **__: object) -> Iterator[object]:  # type: ignore[override]
        raise self.error


def test_a_full_disk_is_said_in_words(library: Library) -> None:
    library.__class__ = Failing
    shelf = Shelf(library)
    job = ended(shelf, shelf.add_text("Kelp grew."))
    assert (job.stage, job.reason, job.hint) == ("failed", "the library could not be written", "check free space")


def test_a_bug_ends_its_job_and_is_logged_and_the_next_job_runs(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(library)
    kind = library.__class__
    library.__class__ = type("Buggy", (Failing,), {"error": RuntimeError("a bug")})
    with caplog.at_level(logging.ERROR):
        job = ended(shelf, shelf.add_text("Kelp grew."))
    assert (job.stage, job.reason) == ("failed", "")
    assert "RuntimeError: a bug" in caplog.text
    library.__class__ = kind
    assert ended(shelf, shelf.add_text("Kelp grew.")).stage == "done"


def test_an_upload_is_closed_when_it_was_read(shelf: Shelf) -> None:
    good, bad = io.BytesIO(b"Kelp grew."), io.BytesIO(b"MZ")
    ended(shelf, shelf.add_file(good, "kelp.txt"))
    ended(shelf, shelf.add_file(bad, "kelp.exe"))
    ended(shelf, shelf.add_text("So the two before are wholly done."))
    assert good.closed
    assert bad.closed


def zipped(**texts: str) -> bytes:
    """An archive of text files of these names."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in texts.items():
            archive.writestr(f"{name}.txt", text)
    return content.getvalue()


def test_the_first_members_of_an_archive_that_fail_are_named(shelf: Shelf) -> None:
    job = upload(shelf, zipped(a="", b="Kelp grew.", c=""), "kelp.zip")
    assert (job.stage, job.added, job.failed) == ("done", 1, 2)
    assert job.reason == "a.txt: it is empty; c.txt: it is empty"
    worse = upload(shelf, zipped(**dict.fromkeys("abcd", "")), "none.zip")
    assert (worse.stage, worse.failed) == ("failed", 4)
    assert worse.reason == "a.txt: it is empty; b.txt: it is empty; c.txt: it is empty …"


def test_a_job_that_failed_is_remembered_longer_than_those_that_went_well(shelf: Shelf) -> None:
    upload(shelf, b"", "empty.txt")
    upload(shelf, zipped(a="", b="Kelp grew."), "kelp.zip")
    for number in range(JOBS_REMEMBERED + 5):
        ended(shelf, shelf.add_text(f"Boat {number} left."))
    assert [job.name for job in shelf.jobs()][:3] == ["empty.txt", "kelp.zip", "Boat 7 left."]
    for number in range(JOBS_REMEMBERED):
        upload(shelf, b"", f"{number}.txt")
    assert len(shelf.jobs()) == JOBS_REMEMBERED


def test_old_jobs_are_forgotten_and_finished_ones_on_request(shelf: Shelf) -> None:
    for number in range(JOBS_REMEMBERED + 5):
        last = shelf.add_text(f"Boat {number} left.")
    ended(shelf, last)
    for number in range(5):
        ended(shelf, shelf.add_text(f"Ship {number} left."))
    assert len(shelf.jobs()) <= JOBS_REMEMBERED
    assert shelf.jobs()[-1].name == "Ship 4 left."
    shelf.forget_finished()
    assert shelf.jobs() == []


# ── Listing, choosing, removing ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("words", "ids"),
    [("", ["fish", "quay"]), ("FISH", ["fish"]), ("fish.example pric", ["fish"]), ("quay fish", []), ("txt", ["quay"])],
)
def test_documents_are_found_by_words_of_title_or_source(shelf: Shelf, words: str, ids: list[str]) -> None:
    assert [entry.id for entry in shelf.entries(words)] == ids


def test_a_choice_is_some_or_all_but_some_or_everything(shelf: Shelf) -> None:
    assert shelf.chosen([], all_but=True) is None
    assert shelf.chosen(["fish"], all_but=True) == frozenset({"quay"})
    assert shelf.chosen(["fish"], all_but=False) == frozenset({"fish"})
    assert shelf.chosen([], all_but=False) == frozenset()


def test_a_choice_counts_no_passages(shelf: Shelf, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library, "entries", lambda: pytest.fail("each question would wait for it"))
    assert shelf.chosen(["fish"], all_but=True) == frozenset({"quay"})


def test_what_was_removed_elsewhere_is_no_longer_chosen(shelf: Shelf, library: Library) -> None:
    library.remove(["quay"])
    assert shelf.chosen(["fish", "quay"], all_but=False) == frozenset({"fish"})
    assert shelf.chosen(["quay"], all_but=False) == frozenset()
    assert shelf.chosen(["quay"], all_but=True) == frozenset({"fish"})


def test_a_removed_document_is_put_back_as_it_was(shelf: Shelf, library: Library) -> None:
    assert shelf.remove("fish") == FISH
    assert [entry.id for entry in shelf.entries()] == ["quay"]
    assert library.search_words("cod", 5) == []
    job = ended(shelf, shelf.restore("fish"))
    assert (job.name, job.stage, job.added) == ("Fish prices", "done", 1)
    assert library.document("fish") == FISH
    assert ended(shelf, shelf.restore("fish")).unchanged == 1  # a second click does no harm


def test_a_removed_document_is_not_put_back_over_a_newer_version(shelf: Shelf, library: Library) -> None:
    shelf.remove("quay")
    assert upload(shelf, b"Quay opens\n\nThe quay will open on Friday.", QUAY.source).added == 1
    job = ended(shelf, shelf.restore("quay"))
    assert (job.stage, job.updated) == ("failed", 0)
    assert "another version" in job.reason
    (entry,) = shelf.entries("quay")
    assert "on Friday" in library.document(entry.id).text


def test_what_was_removed_long_ago_or_never_cannot_be_put_back(library: Library) -> None:
    now = [1000.0]
    shelf = Shelf(library, clock=lambda: now[0])
    shelf.remove("fish")
    now[0] += RESTORABLE_S + 1
    for document_id in ("fish", "nobody"):
        with pytest.raises(InputError, match="can no longer be put back"):
            shelf.restore(document_id)
    shelf.close()


def test_a_document_that_another_window_removed_is_said_to_be_gone(shelf: Shelf, library: Library) -> None:
    library.remove(["fish"])
    with pytest.raises(InputError, match="no longer in the library"):
        shelf.remove("fish")
