"""A web address -> the content that stands there: only public addresses, a limit on bytes and on seconds.

In: an http(s) address. Out: bytes, the address after the redirects, and the content type; InputError with a reason in
words for a person when it cannot be had. Knows nothing of formats and Documents.
"""

from __future__ import annotations

import codecs
import http.client
import ipaddress
import socket
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from index.text import decode_as
from index.types import InputError

MAX_PAGE_BYTES = 20 * 2**20
TIMEOUT_S = 20.0  # for the whole page, with all redirects
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_SAVE_IT = "save the page in a browser and add the file"
_BROKE_OFF = "the connection broke off"
_Socket = TypeVar("_Socket", bound=socket.socket)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server sent. `url` is the address that answered, after every redirect.

    A text whose encoding the server names is in UTF-8 behind its mark, whatever the text says of itself: browsers, too,
    believe the server first.
    """

    content: bytes
    url: str
    content_type: str


def fetch(url: str, *, private: bool = False) -> Fetched:
    """The page at `url`. `private` also lets addresses of this machine and its network through.

    Raises InputError, with what to do, for whatever stands in the way.
    """
    gate = _Gate(private)
    timer = threading.Timer(TIMEOUT_S, gate.shut)
    timer.daemon = True
    timer.start()
    try:
        return _get(url, gate)
    except urllib.error.HTTPError as error:
        raise InputError(f"the server answered {error.code} {error.reason}; {_SAVE_IT}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        if gate.is_shut:
            raise InputError(f"the page took longer than {TIMEOUT_S:.0f} seconds; {_SAVE_IT}") from error
        raise InputError(f"the page could not be fetched ({_reason(error)}); {_SAVE_IT}") from error
    finally:
        timer.cancel()


def _reason(error: Exception) -> str:
    """In words for a person."""
    cause = getattr(error, "reason", None) or error
    if isinstance(cause, socket.gaierror):
        return "no server of that name was found: either it is misspelt or there is no network"
    if isinstance(cause, http.client.IncompleteRead):
        return _BROKE_OFF
    return getattr(cause, "strerror", None) or str(cause)


def _get(url: str, gate: _Gate) -> Fetched:
    """Without proxies, which would connect where we cannot look."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        _GatedHandler(gate),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),  # a redirect to ftp or file ends here
    ):
        opener.add_handler(handler)
    address = urllib.parse.quote(url.partition("#")[0], safe="%/:=&?~+!$,;'@()*[]")
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (compatible; Footnote)"})  # noqa: S310
    with opener.open(request, timeout=TIMEOUT_S) as response:
        content, announced = bytearray(), response.length or 0  # None where the server does not say
        while chunk := response.read1(2**16):
            content += chunk
            if len(content) > MAX_PAGE_BYTES:
                raise InputError(f"the page has more than {MAX_PAGE_BYTES // 2**20} MB; {_SAVE_IT}")
        if gate.is_shut:  # what came so far is not the page
            raise OSError
        if len(content) < announced:
            raise OSError(_BROKE_OFF)
        kind, charset = response.headers.get_content_type(), response.headers.get_content_charset()
        is_named = charset and (kind.startswith("text/") or kind == "application/xhtml+xml")
        return Fetched(_in_utf8(bytes(content), charset) if is_named else bytes(content), response.url, kind)


def _in_utf8(content: bytes, charset: str) -> bytes:
    """As it came when it is the same in most encodings, or no text whatever the server says."""
    if content.isascii() or b"\0" in content:
        return content
    try:
        return codecs.BOM_UTF8 + decode_as(content, charset).encode("utf-8", "replace")
    except InputError:
        return content


# --- every connection goes through the gate, so every redirect is looked at too --------------------------------------


class _Gate:
    """Opens sockets to addresses that were checked, and shuts them all when the time is up."""

    def __init__(self, private: bool) -> None:
        self.is_shut = False
        self._private = private
        self._sockets: list[socket.socket] = []

    def open(self, host: str, port: int) -> socket.socket:
        """The address that was checked is the one that is connected to: a second look-up could lead elsewhere."""
        addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not self._private and not all(map(_is_public, addresses)):
            raise InputError(
                f"{host} is an address of this machine or of a private network, which is never fetched; {_SAVE_IT}"
            )
        failed = OSError("no address")
        for address in addresses:  # the first may be IPv6 on a network without it
            try:
                return self.watch(socket.create_connection((address, port), timeout=TIMEOUT_S))
            except OSError as error:
                failed = error
        raise failed

    def watch(self, opened: _Socket) -> _Socket:
        self._sockets.append(opened)
        if self.is_shut:
            self.shut()
        return opened

    def shut(self) -> None:
        """Whoever waits for a byte, of the headers say, waits no longer."""
        self.is_shut = True
        for opened in self._sockets:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


class _GatedConnection(http.client.HTTPConnection):
    def __init__(self, gate: _Gate, host: str, **settings: Any) -> None:
        super().__init__(host, **settings)
        self._gate = gate

    def connect(self) -> None:
        self.sock = self._gate.open(self.host, self.port)


class _GatedSecureConnection(http.client.HTTPSConnection):
    def __init__(self, gate: _Gate, host: str, **settings: Any) -> None:
        super().__init__(host, **settings)
        self._gate = gate

    def connect(self) -> None:
        plain = self._gate.open(self.host, self.port)
        context = ssl.create_default_context()
        secure = context.wrap_socket(plain, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self._gate.watch(secure)
        secure.do_handshake()


class _GatedHandler(urllib.request.AbstractHTTPHandler):
    def __init__(self, gate: _Gate) -> None:
        super().__init__()
        self._gate = gate

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_GatedConnection, self._gate), request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(partial(_GatedSecureConnection, self._gate), request)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        if request.host:  # the rest is percent-encoded, also where a redirect leads
            request.host = _in_ascii(request.host)
        return self.do_request_(request)

    https_request = http_request


def _in_ascii(host: str) -> str:
    """A host, and perhaps its port, as the network knows it (IDNA, as browsers do). Raises ValueError for a bad one."""
    if host.isascii():
        return host
    import idna  # only here: its tables are large

    name, colon, port = host.partition(":")
    return f"{idna.encode(name, uts46=True).decode()}{colon}{port}"


def _is_public(address: str) -> bool:
    """Also of the IPv4 address that an IPv6 address stands for."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF) if known in _NAT64 else None
        known = known.ipv4_mapped or known.sixtofour or translated or known
    return known.is_global and not known.is_multicast
