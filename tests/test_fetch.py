"""Pages by their web address, from a server on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from loading import body, failure, one
from samples import HARBOUR, report

import index.fetch
from index.load import load
from index.types import Document, Failure


class Site(BaseHTTPRequestHandler):
    pages: ClassVar[dict[str, tuple[int, str, str | bytes]]] = {  # path -> (status, type or place, body)
        "/a.txt": (200, "text/plain", f"Quay opens\n\n{HARBOUR}"),
        "/": (200, "text/plain", f"Quay opens\n\n{HARBOUR}"),
        "/moved": (302, "/a.txt", ""),
        "/inwards": (302, "http://10.0.0.1/secret.txt", ""),
        "/file": (302, "file:///etc/passwd", ""),
        "/loop": (302, "/loop", ""),
        "/big.txt": (200, "text/plain", "word " * 1000),
        "/film": (200, "video/mp4", "abc"),
        "/named.txt": (200, "text/plain; charset=iso-8859-1", f"Quay “opens” for €5\n\n{HARBOUR}".encode("cp1252")),
        "/doubly.html": (200, "text/html; charset=utf-8", f"<html><meta charset=big5><body><article>“{HARBOUR}”"),
        "/wrongly.pdf": (200, "text/plain; charset=utf-8", report()),
    }

    hosts: ClassVar[list[str]] = []  # as they were asked for

    def do_GET(self) -> None:
        self.hosts.append(self.headers["Host"])
        status, kind, text = self.pages.get(self.path, (404, "text/plain", "gone"))
        self.send_response(status)
        self.send_header("Location" if status == 302 else "Content-Type", kind)
        self.end_headers()
        self.wfile.write(text if isinstance(text, bytes) else text.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server on this machine, the one private address that these tests let through."""
    monkeypatch.setattr(index.fetch, "_is_public", lambda address: address == "127.0.0.1")
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_page_is_fetched_and_a_redirect_followed(site: str) -> None:
    assert one(f"{site}/a.txt").text == f"Quay opens\n\n{HARBOUR}"
    assert one(f"{site}/moved").source == f"{site}/moved"
    assert one(f"{site}/").text == one(site).text == f"Quay opens\n\n{HARBOUR}"


def test_a_page_is_read_in_the_encoding_its_server_names_unless_it_is_no_text(site: str) -> None:
    assert one(f"{site}/named.txt").text == f"Quay “opens” for €5\n\n{HARBOUR}"
    assert body(one(f"{site}/doubly.html")) == f"“{HARBOUR}”"
    assert one(f"{site}/wrongly.pdf").title == "A quay for Norrvik"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/nothing", "the server answered 404 Not Found; save the page"),
        ("/inwards", "10.0.0.1 is an address of this machine or of a private network"),
        ("/file", "the server answered 302"),
        ("/loop", "the server answered 302"),
        ("/film", "the format video/mp4 is not supported"),
        ("/big.txt", "the page has more than"),
    ],
)
def test_a_page_that_cannot_be_had_is_a_failure(
    site: str, path: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index.fetch, "MAX_PAGE_BYTES", 2000)
    assert failure(site + path).reason.startswith(reason)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "0.0.0.0",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[fe80::1]",
        "224.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
        "ⓛocalhost",
        "%EF%BD%8Cocalhost",
    ],
)
def test_an_address_of_this_machine_or_its_network_is_never_fetched(host: str) -> None:
    assert "private network, which is never fetched; save the page" in failure(f"http://{host}:9/a.txt").reason


@pytest.mark.parametrize(
    "url",
    [
        "http://no-such-host.invalid/a.txt",
        "http://",
        "http://[",
        "http://a:b/",
        "HTTP://a b/",
        "http://нет.invalid/a.txt",
        "http://пример..рф/",
        "http://ф℀.рф/",
        "http://ф%2F.рф/",
        "http://я@пример.рф/",
        "http://[::1%25я]/",
        "http://пример.рф:я/",
        f"http://{'ф' * 64}.рф/",
    ],
)
def test_an_address_that_leads_nowhere_is_a_failure_that_says_what_to_do(url: str) -> None:
    assert failure(url).reason.endswith("save the page in a browser and add the file")


def test_a_server_without_an_address_is_said_to_be_misspelt_or_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failure("http://nowhere.example/a.txt").reason.startswith(
        "the page could not be fetched (no server of that name was found: either it is misspelt or there is no network)"
    )


@pytest.mark.parametrize(
    ("host", "known_as"), [("пример.рф", "xn--e1afmkfd.xn--p1ai"), ("STRASSE.straße", "strasse.xn--strae-oqa")]
)
def test_a_host_and_a_path_in_any_script_are_found_also_by_a_redirect(
    site: str, monkeypatch: pytest.MonkeyPatch, host: str, known_as: str
) -> None:
    port = int(site.rpartition(":")[2])
    row = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda asked, *_, **__: [row] if asked in {known_as, "127.0.0.1"} else []
    )
    url = f"http://{host}:{port}/страница.txt?день=é"
    path = "/%D1%81%D1%82%D1%80%D0%B0%D0%BD%D0%B8%D1%86%D0%B0.txt?%D0%B4%D0%B5%D0%BD%D1%8C=%C3%A9"
    monkeypatch.setitem(Site.pages, path, Site.pages["/a.txt"])
    monkeypatch.setitem(Site.pages, "/far", (302, url.encode().decode("latin-1"), ""))  # as some servers send it
    assert (one(url).source, one(url).title) == (url, "Quay opens")
    assert (one(f"{site}/far").source, one(f"{site}/far").title) == (f"{site}/far", "Quay opens")
    assert Site.hosts[-2:] == [f"127.0.0.1:{port}", f"{known_as}:{port}"]


def test_a_redirect_to_this_machine_in_other_letters_is_not_followed(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Site.pages, "/far", (302, "http://１０.０.０.１/a.txt".encode().decode("latin-1"), ""))
    assert failure(f"{site}/far").reason.startswith("10.0.0.1 is an address of this machine or of a private network")


def test_a_private_address_is_fetched_by_those_who_mean_it() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/a.txt"
        assert "never fetched" in failure(url).reason
        (found,) = load(url, private=True)
        assert isinstance(found, Document)
        assert found.title == "Quay opens"
        server.shutdown()


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"])
def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time(start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.fetch, "TIMEOUT_S", 0.5)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def dribble() -> None:
            connection, _ = server.accept()
            with suppress(OSError):
                connection.sendall(start)
                while not over.wait(0.05):
                    connection.sendall(b"x")
            connection.close()

        thread = threading.Thread(target=dribble)
        thread.start()
        (found,) = load(f"http://127.0.0.1:{server.getsockname()[1]}/a.txt", private=True)
        over.set()
        thread.join()
    assert isinstance(found, Failure)
    assert found.reason.startswith("the page took longer than")


@pytest.mark.parametrize("header", ["Content-Length: 5000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1388\r\n"])
def test_a_page_whose_rest_did_not_come_is_a_failure(header: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def breaks_off() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(2**16)
                connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n{header}{HARBOUR}".encode())

        thread = threading.Thread(target=breaks_off)
        thread.start()
        (found,) = load(f"http://127.0.0.1:{server.getsockname()[1]}/a.txt", private=True)
        thread.join()
    assert isinstance(found, Failure)
    assert found.reason.startswith("the page could not be fetched (the connection broke off)")


def test_a_pdf_at_a_web_address_is_read_by_its_type(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Site.pages, "/pdf/2205", (200, "application/pdf", report().decode("cp1252")))
    found = one(f"{site}/pdf/2205")
    assert (found.title, len(found.pages), found.source) == ("A quay for Norrvik", 3, f"{site}/pdf/2205")


def test_the_next_address_of_a_host_is_tried_when_the_first_does_not_answer(
    site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(site.rpartition(":")[2])
    monkeypatch.setattr(index.fetch, "_is_public", lambda address: address.startswith("127."))
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.9", "127.0.0.1")]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *_, **__: [row for row in rows if host in {"two", row[4][0]}]
    )
    assert one(f"http://two:{port}/a.txt").title == "Quay opens"
