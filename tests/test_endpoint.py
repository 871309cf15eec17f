"""A server that speaks OpenAI's protocol: streaming as it should, and every way of not doing so, in plain words."""

from __future__ import annotations

import threading
import time

import pytest
from chat_server import Handler, Script, chat_server, names, stalling, status, well

from index.types import InputError, ModelError
from qa.writing.endpoint import KEY_VARIABLE, Endpoint
from qa.writing.types import Message

CHAT = [Message("system", "Be brief."), Message("user", "What is the target?")]


def written(endpoint: Endpoint) -> str:
    return "".join(endpoint.write(CHAT, stopped=lambda: False))


def test_what_is_streamed_arrives_in_pieces_and_in_order() -> None:
    with chat_server(well("Bei", "jing wants ", "300 — billion.")) as server:
        pieces = list(Endpoint(f"{server.url}#tiny").write(CHAT, stopped=lambda: False))
    assert pieces == ["Bei", "jing wants ", "300 — billion."]
    path, headers, body = server.requests[0]
    assert path == "/v1/chat/completions"
    assert "authorization" not in {name.lower() for name in headers}
    assert body["model"] == "tiny"
    assert body["stream"] is True
    assert body["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": CHAT[1].text}]


def test_the_key_of_the_environment_goes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "s3cret")
    with chat_server(well("Yes.")) as server:
        assert written(Endpoint(f"{server.url}#tiny")) == "Yes."
    assert {name.lower(): value for name, value in server.requests[0][1].items()}["authorization"] == "Bearer s3cret"


def test_a_redirect_is_not_followed_with_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "s3cret")

    def elsewhere(handler: Handler) -> None:
        handler.send_response(307)
        handler.send_header("location", f"{other.url}/chat/completions")
        handler.end_headers()

    with chat_server(well("Stolen.")) as other, chat_server(elsewhere) as server:
        with pytest.raises(ModelError, match="307"):
            written(Endpoint(f"{server.url}#tiny"))
        assert other.requests == []


def test_a_server_that_does_not_stream_is_understood_too() -> None:
    with chat_server(status(200, '{"choices": [{"message": {"role": "assistant", "content": "Yes."}}]}')) as server:
        assert written(Endpoint(f"{server.url}#tiny")) == "Yes."


def test_without_a_name_the_only_model_is_taken_and_of_several_one_must_be_named() -> None:
    with chat_server(well("Yes.")) as server:
        assert written(Endpoint(server.url)) == "Yes."
    with chat_server(well("Yes."), listing=names("b", "a")) as server:
        assert Endpoint(server.url).models() == ["a", "b"]
        with pytest.raises(InputError, match="has 2 models: a, b"):
            written(Endpoint(server.url))


def chunks(*lines: str) -> Script:
    def script(handler: Handler) -> None:
        handler.begin()
        for line in lines:
            handler.send(line)

    return script


def broken_off(handler: Handler) -> None:
    handler.protocol_version = "HTTP/1.1"
    handler.send_response(200)
    handler.send_header("content-type", "text/event-stream")
    handler.send_header("transfer-encoding", "chunked")
    handler.end_headers()
    handler.send("5\r\nda")


BAD: dict[str, tuple[Script, str]] = {
    "rejects the key": (status(401, '{"error": {"message": "invalid key"}}'), "rejects the key: invalid key"),
    "forbids": (status(403, '{"error": "no"}'), "rejects the key: no"),
    "has no such model": (status(404, '{"error": {"message": "model not found"}}'), "no model 'tiny': model not found"),
    "is at another address": (status(404, "<html>not here</html>", "text/html"), "no model 'tiny'"),
    "finds the prompt too long": (
        status(400, '{"error": {"message": "the request exceeds the available context size"}}'),
        "longer than the model reads",
    ),
    "is broken": (status(500, "out of memory", "text/plain"), r"error \(500\): out of memory"),
    "tells an error in the stream": (chunks('data: {"error": {"message": "overloaded"}}\n\n'), "overloaded"),
    "sends a malformed chunk": (chunks('data: {"choices": [{"delta"\n\n'), "does not speak"),
    "sends chunks of another kind": (chunks('data: {"choices": [{"text": 5}]}\n\n'), "does not speak"),
    "sends numbers for text": (chunks('data: {"choices": [{"delta": {"content": 5}}]}\n\n'), "does not speak"),
    "sends lists for objects": (chunks("data: [1, 2]\n\n"), "does not speak"),
    "sends a page": (chunks("<html><body>Hello</body></html>\n"), "does not speak"),
    "sends JSON of another kind": (status(200, '{"reply": "Yes."}'), "does not speak"),
    "breaks off": (broken_off, "broke off"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_server_does_wrong_is_said_in_words(name: str) -> None:
    script, message = BAD[name]
    with chat_server(script) as server, pytest.raises(ModelError, match=message) as caught:
        written(Endpoint(f"{server.url}#tiny"))
    assert caught.value.hint


def test_what_came_before_a_malformed_chunk_was_given() -> None:
    def script(handler: Handler) -> None:
        handler.begin()
        handler.say("Beijing ", "wants")
        handler.send("data: {nonsense\n\n")

    with chat_server(script) as server:
        stream = Endpoint(f"{server.url}#tiny").write(CHAT, stopped=lambda: False)
        assert (next(stream), next(stream)) == ("Beijing ", "wants")
        with pytest.raises(ModelError, match="does not speak"):
            next(stream)


def test_a_server_that_is_down_is_named() -> None:
    with chat_server(well()) as server:
        pass
    with pytest.raises(ModelError, match="cannot be reached") as caught:
        written(Endpoint(f"{server.url}#tiny"))
    assert "start it" in caught.value.hint
    with pytest.raises(ModelError, match="cannot be reached"):
        Endpoint(server.url).models()


@pytest.mark.parametrize("said", [(), ("Beijing ",)])
def test_a_server_that_stalls_is_not_waited_for_for_ever(said: tuple[str, ...]) -> None:
    pieces: list[str] = []
    with chat_server(stalling(*said)) as server:
        endpoint = Endpoint(f"{server.url}#tiny", first_s=20 if said else 0.5, stall_s=0.5)
        with pytest.raises(ModelError, match="sent nothing for"):  # noqa: PT012 - what came before counts too
            for piece in endpoint.write(CHAT, stopped=lambda: False):
                pieces.append(piece)
        assert server.left.wait(5), "the line to the server stayed open"
    assert tuple(pieces) == said


def test_stopping_hangs_up_within_a_second() -> None:
    told = threading.Event()
    with chat_server(stalling("Beijing ")) as server:
        stream = Endpoint(f"{server.url}#tiny").write(CHAT, stopped=told.is_set)
        assert next(stream) == "Beijing "
        told.set()
        began = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - began < 1.0
        assert server.left.wait(5), "the line to the server stayed open"


@pytest.mark.parametrize("address", ["http://", "ftp://host/v1", "http://[::1", "http://host:port/v1"])
def test_an_address_that_is_none_is_named(address: str) -> None:
    with pytest.raises(InputError, match="not the address of a server"):
        Endpoint(address)
