"""A server on this machine that speaks OpenAI's protocol, well or badly, as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the script of its server; `self.wfile` takes what is sent."""

    def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 - the name is the base class's

    def do_GET(self) -> None:
        self.spoken().listing(self)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        spoken = self.spoken()
        spoken.requests.append((self.path, dict(self.headers.items()), body))
        try:
            spoken.script(self)
        except OSError:
            spoken.left.set()  # the other side hung up

    def spoken(self) -> Spoken:
        server: Any = self.server
        spoken: Spoken = server.spoken
        return spoken

    def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.end_headers()

    def send(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def say(self, *pieces: str) -> None:
        for piece in pieces:
            self.send(f"data: {json.dumps({'choices': [{'index': 0, 'delta': {'content': piece}}]})}\n\n")


Script = Callable[[Handler], None]


@dataclass
class Spoken:
    url: str
    script: Script
    listing: Script
    requests: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    left: threading.Event = field(default_factory=threading.Event)


def well(*pieces: str) -> Script:
    """Streams the pieces, the way the servers that people run do."""

    def script(handler: Handler) -> None:
        handler.begin()
        handler.send(": a comment to keep the line open\n\n")
        handler.send('data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}\n\n')
        handler.say(*pieces)
        handler.send('data: {"choices":[],"usage":{"total_tokens":9}}\n\n')
        handler.send("data: [DONE]\n\n")

    return script


def status(code: int, body: str, kind: str = "application/json") -> Script:
    def script(handler: Handler) -> None:
        handler.begin(code, kind)
        handler.send(body)

    return script


def stalling(*pieces: str, seconds: float = 30.0) -> Script:
    """Says the pieces and then nothing, with the line open."""

    def script(handler: Handler) -> None:
        handler.begin()
        handler.say(*pieces)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            time.sleep(0.05)
            handler.send(": still here\n\n")  # which fails as soon as nobody listens

    return script


def names(*listed: str) -> Script:
    return status(200, json.dumps({"object": "list", "data": [{"id": name, "object": "model"} for name in listed]}))


@contextmanager
def chat_server(script: Script, *, listing: Script | None = None) -> Iterator[Spoken]:
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    spoken = Spoken(f"http://127.0.0.1:{server.server_port}/v1", script, listing or names("tiny"))
    server.spoken = spoken
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield spoken
    finally:
        server.shutdown()
        server.server_close()
