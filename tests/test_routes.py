"""The plain addresses: scripts go out, uploads come in and never go out again."""

from __future__ import annotations

import errno
import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from browser import new_desk
from fakes import GatedEncoder
from fastapi import FastAPI

from qa.chat.desk import Desk
from qa.chat.page import WEB
from qa.chat.routes import routes
from qa.chat.server import serve
from qa.chat.shelf import MOST_WAITING


@pytest.fixture
def encoder() -> GatedEncoder:
    made = GatedEncoder()
    made.gate.set()
    return made


@pytest.fixture
def served(tmp_path: Path, encoder: GatedEncoder) -> Iterator[tuple[Desk, int]]:
    """A desk over an empty library, and the port at which its plain addresses answer."""
    desk, _ = new_desk(tmp_path, encoder=encoder)
    app = FastAPI()
    app.include_router(routes(desk.shelf))
    running = serve(app, host="127.0.0.1", port=0, block=False)
    assert running is not None
    yield desk, urlsplit(running.url).port or 0
    running.close()
    desk.shelf.close()


def send(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, str]:
    """(status, content type, body) of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    told = answer.status, answer.headers.get("content-type", ""), answer.read().decode()
    connection.close()
    return told


def jobs(desk: Desk) -> list[tuple[str, str, str]]:
    until = time.monotonic() + 10
    while any(not job.finished for job in desk.shelf.jobs()) and time.monotonic() < until:
        time.sleep(0.005)
    return [(job.name, job.stage, job.reason) for job in desk.shelf.jobs()]


def test_scripts_and_style_go_out_with_their_types_and_nothing_else_does(served: tuple[Desk, int]) -> None:
    _, port = served
    status, kind, body = send(port, "GET", "/web/page.js")
    assert (status, kind, body) == (200, "text/javascript; charset=utf-8", (WEB / "page.js").read_text("utf-8"))
    assert send(port, "GET", "/web/page.css")[1] == "text/css; charset=utf-8"
    for name in ("page.html", "words.en.json", "..%2fpage.py", "../page.py", "%2e%2e/page.py", "nothing.js", ""):
        assert send(port, "GET", f"/web/{name}")[0] in (404, 405), name


def test_an_upload_becomes_an_article(served: tuple[Desk, int]) -> None:
    desk, port = served
    name = "Hafen & Möwen <b>.txt"
    assert send(port, "POST", f"/upload?name={quote(name)}", b"Kelp farm\n\nDivers planted kelp.")[0] == 200
    assert jobs(desk) == [(name, "done", "")]
    assert [(entry.title, entry.source) for entry in desk.shelf.entries()] == [("Kelp farm", name)]


def test_an_upload_leaves_no_file_behind_and_none_can_be_fetched(
    served: tuple[Desk, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    desk, port = served
    before = sorted(tmp_path.iterdir())
    send(port, "POST", "/upload?name=kelp.html", b"<script>alert(1)</script><p>Divers planted kelp in the bay.</p>")
    assert jobs(desk)[0][0] == "kelp.html"
    assert sorted(tmp_path.iterdir()) == before
    for path in ("/upload", "/upload?name=kelp.html", "/web/kelp.html", "/kelp.html"):
        assert send(port, "GET", path)[0] in (404, 405)


def test_a_file_that_is_too_large_is_refused_in_words_before_it_is_sent(served: tuple[Desk, int]) -> None:
    desk, port = served
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.putrequest("POST", "/upload?name=big.txt")
    connection.putheader("Content-Length", str(200 * 2**20))
    connection.endheaders()
    answer = connection.getresponse().read().decode()
    connection.close()
    assert "big.txt" in answer
    assert "has 200 MB; a file may have 100 MB" in answer
    assert jobs(desk) == []


def test_a_file_that_hides_its_size_is_cut_off(served: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch) -> None:
    desk, port = served
    monkeypatch.setattr("qa.chat.shelf.MAX_FILE_BYTES", 2**20)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", "/upload?name=big.txt", iter([b"x" * 2**19] * 3), encode_chunked=True)
    answer = connection.getresponse().read().decode()
    connection.close()
    assert "a file may have 1 MB" in answer
    assert jobs(desk) == []


def test_while_many_files_wait_no_other_is_taken(served: tuple[Desk, int], encoder: GatedEncoder) -> None:
    desk, port = served
    encoder.gate.clear()
    names = [f"boat{number}.txt" for number in range(2 * MOST_WAITING)]
    answers = [send(port, "POST", f"/upload?name={name}", name.encode())[2] for name in names]
    assert answers == ["{}"] * MOST_WAITING + ['{"full":true}'] * MOST_WAITING
    assert send(port, "POST", "/upload?name=large.txt", b"boat " * 10**6)[2] == '{"full":true}'
    assert desk.call("jobs", {})["full"]
    encoder.gate.set()
    assert jobs(desk) == [(name, "done", "") for name in names[:MOST_WAITING]]
    assert not desk.call("jobs", {})["full"]
    assert send(port, "POST", f"/upload?name={names[-1]}", b"It left.")[2] == "{}"
    assert jobs(desk)[-1] == (names[-1], "done", "")


@pytest.mark.parametrize(
    ("number", "reason", "hint"),
    [
        (errno.ENOSPC, "No space left on device", "free some space"),
        (errno.EMFILE, "Too many open files", "when the others are in"),
    ],
)
def test_a_file_that_cannot_be_written_is_said_in_words(
    served: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch, number: int, reason: str, hint: str
) -> None:
    desk, port = served

    def full(**_: object) -> object:
        raise OSError(number, reason)

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    _, _, answer = send(port, "POST", "/upload?name=kelp.txt", b"Kelp grew.")
    assert reason in answer
    assert hint in answer
    assert jobs(desk) == []


def test_a_name_is_needed(served: tuple[Desk, int]) -> None:
    assert send(served[1], "POST", "/upload", b"Kelp grew.")[0] == 422


def test_another_sites_script_cannot_upload(served: tuple[Desk, int]) -> None:
    desk, port = served
    status, _, _ = send(port, "POST", "/upload?name=kelp.txt", b"Kelp grew.", Origin="https://evil.example")
    assert status == 403
    assert jobs(desk) == []
