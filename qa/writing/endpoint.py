"""A chat model behind a server that speaks OpenAI's protocol: Ollama, llama.cpp, vLLM, LM Studio and others.

In: `http://host:port/v1#name` and messages. Out: pieces of text as the server streams them. The key of
FOOTNOTE_MODEL_KEY goes to this server and nowhere else: no redirect is followed.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.types import InputError, ModelError
from qa.writing.types import Message, Stopped

if TYPE_CHECKING:
    import httpx

KEY_VARIABLE = "FOOTNOTE_MODEL_KEY"
MAX_NEW_TOKENS = 320
_CONNECT_S = 5.0
_FIRST_S = 180.0  # a server may load the model first, and read the prompt on a processor
_STALL_S = 30.0  # between two pieces
_LOOK_S = 0.1  # how often it is asked whether to stop
_MOST_BYTES = 4_000_000
_MOST_ERROR_CHARS = 200


class Endpoint:
    """`address` is the base of the API, with the model's name behind a #. Raises InputError when it is none."""

    def __init__(self, address: str, *, first_s: float = _FIRST_S, stall_s: float = _STALL_S) -> None:
        base, _, self._model = address.partition("#")
        self._base, self._address = base.rstrip("/"), address
        self._first_s, self._stall_s = first_s, stall_s
        try:
            parts = urlsplit(self._base)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query
            _ = parts.port
        except ValueError:
            usable = False
        if not usable:
            raise InputError(
                f"{address} is not the address of a server", "write it like http://localhost:11434/v1#name"
            )

    @property
    def name(self) -> str:
        return self._address

    def models(self) -> list[str]:
        """The names that the server lists, none when it keeps no list. Raises ModelError when it does not answer."""
        return self._listed() or []

    def _listed(self) -> list[str] | None:
        import httpx

        try:
            with httpx.Client(**self._settings()) as client:
                answer = client.get(f"{self._base}/models", timeout=_CONNECT_S)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if answer.status_code in (401, 403):
            raise self._refused(answer.status_code, answer.content)
        try:
            return sorted(str(each["id"]) for each in answer.json()["data"])
        except (ValueError, KeyError, TypeError):
            return None

    def check(self) -> None:
        """Raises ModelError when it does not answer or lists others, InputError when one must be named.

        A server that keeps no list is taken at its word.
        """
        listed = self._listed()
        if listed is None:
            return
        if self._model and listed and self._model not in {*listed, *(name.removesuffix(":latest") for name in listed)}:
            raise ModelError(f"{self._base} has no model {self._model!r}", f"it lists: {', '.join(listed[:8])}")
        if not self._model:
            self._only_model()

    def write(self, messages: Sequence[Message], *, stopped: Stopped) -> Iterator[str]:
        """Raises ModelError: down, slow, rejecting the key, sending nonsense, or without such a model."""
        pieces = self._pieces(messages)
        loop = asyncio.new_event_loop()
        try:
            yield from self._in_time(loop, pieces, stopped)
        finally:
            loop.run_until_complete(pieces.aclose())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    def _in_time(self, loop: asyncio.AbstractEventLoop, pieces: Any, stopped: Stopped) -> Iterator[str]:
        """Waits for each piece, but no longer than allowed, and never past being stopped."""
        allowed, began = self._first_s, time.monotonic()
        while True:
            waiting = loop.create_task(anext(pieces, None))
            while not (waiting.done() or stopped() or time.monotonic() - began > allowed):
                loop.run_until_complete(asyncio.wait({waiting}, timeout=_LOOK_S))
            piece = _result(loop, waiting)
            if stopped() or (waiting.done() and not waiting.cancelled() and piece is None):
                return
            if piece:
                yield piece
                allowed, began = self._stall_s, time.monotonic()
            elif time.monotonic() - began > allowed:
                raise self._slow(allowed)

    async def _pieces(self, messages: Sequence[Message]) -> AsyncGenerator[str]:
        import httpx

        model = self._model or await asyncio.to_thread(self._only_model)
        asked = {
            "model": model,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "stream": True,
            "temperature": 0,
            "max_tokens": MAX_NEW_TOKENS,
        }
        try:
            async with (
                httpx.AsyncClient(**self._settings()) as client,
                client.stream("POST", f"{self._base}/chat/completions", json=asked) as answer,
            ):
                if answer.status_code != 200:
                    raise self._refused(answer.status_code, await _at_most(answer, 20_000))
                if "json" in answer.headers.get("content-type", ""):  # it does not stream
                    yield self._whole(await _at_most(answer, _MOST_BYTES))
                    return
                async for piece in self._streamed(answer):
                    yield piece
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    async def _streamed(self, answer: httpx.Response) -> AsyncIterator[str]:
        """The contents of server-sent events, until the one that says [DONE] or gives a reason to end."""
        seen = 0
        async for line in _lines(answer):
            seen += len(line) + 1
            if seen > _MOST_BYTES:
                raise self._nonsense(f"more than {_MOST_BYTES:,} bytes")
            kind, _, data = line.partition(":")
            if kind.strip() != "data":  # a comment, an event's name, an empty line
                if kind.lstrip().startswith(("<", "{")):
                    raise self._nonsense(line)
                yield ""
                continue
            if data.strip() == "[DONE]":
                return
            yield self._content(data, "delta")

    def _whole(self, body: bytes) -> str:
        return self._content(body.decode("utf-8", "replace"), "message")

    def _content(self, data: str, part: str) -> str:
        """The text of one chunk; an error that came as one is raised."""
        try:
            chunk = json.loads(data)
            if chunk.get("error"):
                raise self._refused(200, data.encode())
            choices = chunk["choices"]
            content = choices[0][part].get("content") if choices else ""  # the last one may hold figures alone
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise self._nonsense(data) from error
        if content is not None and not isinstance(content, str):
            raise self._nonsense(data)
        return content or ""

    def _only_model(self) -> str:
        listed = self.models()
        if len(listed) == 1:
            return listed[0]
        names = ", ".join(listed[:8]) or "none"
        raise InputError(f"{self._base} has {len(listed)} models: {names}", f"name one: --model {self._base}#NAME")

    def _settings(self) -> dict[str, Any]:
        """Of a client: waits are ours, except for connecting; a proxy is not asked for this machine."""
        import httpx

        key = os.environ.get(KEY_VARIABLE, "")
        return {
            "headers": {"authorization": f"Bearer {key}"} if key else {},
            "timeout": httpx.Timeout(None, connect=_CONNECT_S),
            "trust_env": not _is_here(urlsplit(self._base).hostname or ""),
            "follow_redirects": False,
        }

    # --- what may go wrong --------------------------------------------------------------------------------------------

    def _unreachable(self, error: Exception) -> ModelError:
        import httpx

        if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError):
            return ModelError(f"{self._base} broke off in the middle", "see what the server says, and ask again")
        why = "does not answer" if isinstance(error, httpx.TimeoutException) else "cannot be reached"
        return ModelError(f"the server {self._base} {why}", "start it, or check the address: http://HOST:PORT/v1#NAME")

    def _slow(self, waited_s: float) -> ModelError:
        return ModelError(
            f"{self._base} sent nothing for {waited_s:.0f} seconds", "see whether it is busy, or choose a smaller model"
        )

    def _nonsense(self, sent: str) -> ModelError:
        shown = " ".join(sent.split())[:80]
        return ModelError(
            f"{self._base} does not speak OpenAI's protocol; it sent: {shown}",
            "check the address; it often ends in /v1",
        )

    def _refused(self, status: int, body: bytes) -> ModelError:
        said = _error_words(body)
        tail = f": {said}" if said else ""
        if status in (401, 403):
            return ModelError(f"{self._base} rejects the key{tail}", f"set {KEY_VARIABLE} to a key that it knows")
        if "context" in said.lower() and (
            "length" in said.lower() or "window" in said.lower() or "size" in said.lower()
        ):
            return ModelError(f"the question is longer than the model reads{tail}", "choose one with a longer context")
        if status == 404:
            return ModelError(f"{self._base} has no model {self._model!r}{tail}", "see what it lists: its /models")
        return ModelError(f"{self._base} answered with an error ({status}){tail}", "see what the server says")


def _result(loop: asyncio.AbstractEventLoop, waiting: asyncio.Task[str | None]) -> str | None:
    """What has come; what has not is given up."""
    if waiting.done():
        return waiting.result()
    waiting.cancel()
    loop.run_until_complete(asyncio.wait({waiting}))
    return None


async def _lines(answer: httpx.Response) -> AsyncIterator[str]:
    """Lines as they come, also of a server that ends none for long."""
    rest = b""
    async for block in answer.aiter_bytes():
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace").rstrip("\r")
        if len(rest) > _MOST_BYTES:
            break
    yield rest.decode("utf-8", "replace")


async def _at_most(answer: httpx.Response, most: int) -> bytes:
    body = b""
    async for block in answer.aiter_bytes():
        body += block
        if len(body) > most:
            break
    return body[:most]


def _error_words(body: bytes) -> str:
    """What a server says of an error, in whichever of the usual shapes, on one line."""
    text = body.decode("utf-8", "replace")
    try:
        said = json.loads(text)
        said = said.get("error", said) if isinstance(said, dict) else said
        said = said.get("message", said) if isinstance(said, dict) else said
    except ValueError:
        said = text if "<" not in text else ""
    return " ".join(str(said).split())[:_MOST_ERROR_CHARS]


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
