"""Who may come in and where the server listens: names, origins, passwords, ports."""

from __future__ import annotations

import base64
import http.client
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from index.types import InputError
from qa.chat.server import Running, serve

SECRET = "correct horse"


async def hello(_: Request) -> PlainTextResponse:
    return PlainTextResponse("hello")


APP = Starlette(routes=[Route("/", hello, methods=["GET", "POST"])])


@contextmanager
def running(host: str = "127.0.0.1") -> Iterator[Running]:
    served = serve(APP, host=host, port=0, block=False)
    assert served is not None
    yield served
    served.close()
    assert not served.thread.is_alive()


@pytest.fixture(scope="module")
def here() -> Iterator[Running]:
    with running() as served:
        yield served


def ask(served: Running, headers: dict[str, str], method: str = "GET") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", urlsplit(served.url).port or 0, timeout=5)
    connection.request(method, "/", headers=headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "[::1]:1"}, 200),
        ({"Host": "localhost:1", "Origin": "http://localhost:1"}, 200),
        ({"Host": "LocalHost:80", "Origin": "http://localhost"}, 200),
        ({"Host": "localhost", "Origin": "https://localhost"}, 200),  # behind a proxy that speaks https
        ({"Host": "[::1]:1", "Origin": "http://[::1]:1"}, 200),
        ({"Origin": "http://127.0.0.1:9"}, 403),  # another program of this machine
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Host": "localhost", "Origin": "http://localhost:9"}, 403),
        ({"Host": "localhost:1", "Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Host": "["}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_sites_name_or_script_is_turned_away(
    here: Running, headers: dict[str, str], status: int, method: str
) -> None:
    assert ask(here, headers, method).status == status


def test_every_answer_tells_the_browser_to_load_nothing_from_elsewhere(here: Running) -> None:
    policy = ask(here, {}).headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy
    assert ask(here, {}).headers["x-content-type-options"] == "nosniff"


def test_other_machines_need_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOOTNOTE_PASSWORD", raising=False)
    for host in ("0.0.0.0", "::", "[::]", "192.0.2.7"):
        with pytest.raises(InputError, match="other machines") as caught:
            serve(APP, host=host, port=0, block=False)
        assert "FOOTNOTE_PASSWORD" in caught.value.hint


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def test_with_a_password_nothing_answers_before_it_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSWORD", SECRET)
    with running("0.0.0.0") as served:
        assert ask(served, {}).status == 401
        assert ask(served, {}).headers["www-authenticate"].startswith("Basic ")
        assert ask(served, {}, "POST").status == 401
        assert ask(served, basic("footnote", "wrong")).status == 401
        assert ask(served, basic("somebody", SECRET)).status == 401
        assert ask(served, {"Authorization": "Basic ü"}).status == 401
        assert ask(served, basic("footnote", SECRET)).status == 200
        assert ask(served, {**basic("footnote", SECRET), "Origin": "https://evil.example"}).status == 403


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="without IPv6")
@pytest.mark.parametrize("host", ["::", "[::]"])
def test_on_every_address_any_name_is_answered(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("FOOTNOTE_PASSWORD", SECRET)
    with running(host) as served:
        assert urlsplit(served.url).hostname == "127.0.0.1"
        assert ask(served, {**basic("footnote", SECRET), "Host": "library.example"}).status == 200


def test_a_port_in_use_is_said_in_words() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"port {port} is already in use") as caught:
            serve(APP, host="127.0.0.1", port=port, block=False)
    assert caught.value.hint == "choose another with --port"


@pytest.mark.parametrize(
    ("host", "port", "message"),
    [("127.0.0.1", 70000, "70000 is not a port"), ("localhost", -1, "-1 is not a port")],
)
def test_an_address_that_cannot_be_is_said_in_words(host: str, port: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        serve(APP, host=host, port=port, block=False)
