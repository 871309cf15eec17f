"""Serves an application on this machine: where it listens, whom it answers, how it stops.

In: an ASGI application, a host and a port. Out: a running server; InputError for an address that cannot be used.
Knows nothing of the page. `Gate` turns strangers away and tells the browser to load nothing from elsewhere.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import ipaddress
import os
import secrets
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import anyio
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index.types import InputError

PASSWORD_VARIABLE = "FOOTNOTE_PASSWORD"  # noqa: S105 - the variable's name, not a password
USER_NAME = "footnote"
WRONG_PASSWORD_S = 0.5  # what one guess costs
STOP_WITHIN_S = 1  # an open page keeps a connection alive for ever; stopping does not wait for it
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
PORTS = {"http": 80, "https": 443}  # which an address need not name
WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104 - recognised, not bound

# Gradio needs inline scripts and compiles its templates; everything else must come from this server.
CONTENT_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)


@dataclass(frozen=True, slots=True)
class Running:
    """A page being served from a thread of its own."""

    url: str
    server: uvicorn.Server
    thread: threading.Thread

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=10)


def serve(app: ASGIApp, *, host: str, port: int, open_browser: bool = False, block: bool = True) -> Running | None:
    """Serve `app` behind a gate and print its address: until interrupted, or with `block=False` from a thread.

    `port` 0 takes any free port. Raises InputError for an address that cannot be used, and for a host that other
    machines can reach while FOOTNOTE_PASSWORD is not set.
    """
    name = host.strip("[]").lower()
    hosts = () if name in WILDCARDS else {*LOOPBACK_NAMES, name}
    gate = Gate(app, hosts=hosts, password=_password(name))
    listener = _listen(name, port)
    server = uvicorn.Server(uvicorn.Config(gate, log_level="warning", timeout_graceful_shutdown=STOP_WITHIN_S))
    url = _url(name, listener.getsockname()[1])
    sys.stdout.write(f"Footnote is at {url} (stop it with Ctrl+C)\n")
    sys.stdout.flush()
    if open_browser:
        webbrowser.open(url)
    if not block:
        return _serve_from_thread(server, listener, url)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
    return None


class Gate:
    """ASGI middleware: answers only to its own names and, where there is a password, only to those who know it.

    A foreign `Host` is another site's name pointed at this machine; a foreign `Origin` is another site's script, or
    that of another program here, at another port.
    """

    def __init__(self, app: ASGIApp, *, hosts: Iterable[str], password: str | None = None) -> None:
        self.app = app
        self.hosts = frozenset(hosts)  # empty: any name, for a server that listens on every address
        self.credentials = _basic(password) if password else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":  # starting and stopping; Gradio has no websockets
            return await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        if not self._same_site(headers):
            return await _refuse(send, 403, "Footnote answers only to its own address.")
        if not self._known(headers):
            return await _ask_for_password(send, tried=b"authorization" in headers)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *HEADERS]
            await send(message)

        return await self.app(scope, receive, send_with_headers)

    def _same_site(self, headers: Mapping[bytes, bytes]) -> bool:
        host = "//" + headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")  # not sent with what a person opens
        port = PORTS.get(origin.partition(":")[0])  # a proxy may speak https for this server
        same = not origin or _place(origin, port) == _place(host, port)
        return same and (not self.hosts or _place(host, port)[0] in self.hosts)

    def _known(self, headers: Mapping[bytes, bytes]) -> bool:
        given = headers.get(b"authorization", b"")
        return self.credentials is None or secrets.compare_digest(given, self.credentials)


def _basic(password: str) -> bytes:
    """The header of RFC 7617, which every browser can ask for by itself."""
    return b"Basic " + base64.b64encode(f"{USER_NAME}:{password}".encode())


def _place(address: str, port: int | None) -> tuple[str, int | None]:
    """The host's name and its port, `port` where none is named; no name for what is no address."""
    try:
        parts = urlsplit(address)
        return parts.hostname or "", port if parts.port is None else parts.port
    except ValueError:
        return "", None


async def _ask_for_password(send: Send, *, tried: bool) -> None:
    if tried:
        await anyio.sleep(WRONG_PASSWORD_S)
    challenge = (b"www-authenticate", b'Basic realm="Footnote", charset="UTF-8"')
    await _refuse(send, 401, f"The user name is {USER_NAME!r}, the password that of {PASSWORD_VARIABLE}.", challenge)


async def _refuse(send: Send, status: int, words: str, *headers: tuple[bytes, bytes]) -> None:
    sent = [(b"content-type", b"text/plain; charset=utf-8"), *headers]
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": f"{words}\n".encode()})


def _password(host: str) -> str | None:
    if _is_loopback(host):
        return None
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise InputError(
            f"on {host!r} other machines could read your articles",
            f"set {PASSWORD_VARIABLE} to a password (the user name is {USER_NAME!r}), or leave --host out",
        )
    return password


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _listen(host: str, port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise InputError(f"{port} is not a port", "choose one from 1024 to 65535 with --port")
    try:
        if ":" not in host:
            return socket.create_server((host, port))
        both = host in WILDCARDS and socket.has_dualstack_ipv6()
        return socket.create_server((host, port), family=socket.AF_INET6, dualstack_ipv6=both)
    except PermissionError as error:
        raise InputError(f"port {port} may not be used by this account", "choose one above 1023 with --port") from error
    except socket.gaierror as error:
        raise InputError(f"no address is known for the host {host!r}", "check --host") from error
    except OSError as error:
        if _is_taken(error):
            raise InputError(f"port {port} is already in use", "choose another with --port") from error
        raise InputError(f"cannot listen on {host!r}: {error.strerror}", "check --host") from error


def _is_taken(error: OSError) -> bool:
    return error.errno in (errno.EADDRINUSE, getattr(errno, "WSAEADDRINUSE", errno.EADDRINUSE))


def _url(host: str, port: int) -> str:
    name = "127.0.0.1" if host in WILDCARDS else host
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def _serve_from_thread(server: uvicorn.Server, listener: socket.socket, url: str) -> Running:
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while thread.is_alive() and not server.started:
        time.sleep(0.01)
    return Running(url, server, thread)
