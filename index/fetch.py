"""A web address -> the content that stands there: only public addresses, a limit on bytes and on seconds.

In: an http(s) address. Out: bytes, the address after the redirects, and the content type; InputError with a reason in
words for a person when it cannot be had. Knows nothing of formats and Documents.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from index.types import InputError

MAX_PAGE_BYTES = 20 * 2**20
TIMEOUT_S = 20.0  # for each answer of the server, and for the whole page
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_SAVE_IT = "save the page in a browser and index the file"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the server sent. `url` is the address that answered, after every redirect."""

    content: bytes
    url: str
    content_type: str


def fetch(url: str) -> Fetched:
    """The page at `url`. Raises InputError, with what to do, for whatever stands in the way."""
    try:
        return _get(url)
    except urllib.error.HTTPError as error:
        raise InputError(f"the server answered {error.code} {error.reason}; {_SAVE_IT}") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise InputError(f"the page could not be fetched ({reason}); {_SAVE_IT}") from error


def _get(url: str) -> Fetched:
    """Without proxies, which would connect where we cannot look."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        _PublicHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.UnknownHandler(),  # a redirect to ftp or file ends here
    ):
        opener.add_handler(handler)
    address = urllib.parse.quote(url.partition("#")[0], safe="%/:=&?~+!$,;'@()*[]")
    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0 (compatible; Footnote)"})  # noqa: S310
    deadline = time.monotonic() + TIMEOUT_S
    with opener.open(request, timeout=TIMEOUT_S) as response:
        content = bytearray()
        while chunk := response.read1(2**16):
            content += chunk
            if len(content) > MAX_PAGE_BYTES:
                raise InputError(f"the page has more than {MAX_PAGE_BYTES // 2**20} MB; {_SAVE_IT}")
            if time.monotonic() > deadline:
                raise InputError(f"the page took longer than {TIMEOUT_S:.0f} seconds; {_SAVE_IT}")
        return Fetched(bytes(content), response.url, response.headers.get_content_type())


class _PublicHTTPConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        self.sock = _public_socket(self.host, self.port)


class _PublicHTTPSConnection(http.client.HTTPSConnection):
    def connect(self) -> None:
        plain = _public_socket(self.host, self.port)
        self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)


class _PublicHandler(urllib.request.AbstractHTTPHandler):
    """Opens http and https through connections that look where they connect, so every redirect is looked at too."""

    def http_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicHTTPConnection, request)

    def https_open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PublicHTTPSConnection, request)

    def http_request(self, request: urllib.request.Request) -> urllib.request.Request:
        return self.do_request_(request)

    https_request = http_request


def _public_socket(host: str, port: int) -> socket.socket:
    """Connects to an address that was checked, so that a second look-up cannot lead elsewhere."""
    addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not all(map(_is_public, addresses)):
        raise InputError(
            f"{host} is an address of this machine or of a private network, which is never fetched; {_SAVE_IT}"
        )
    failed = OSError("no address")
    for address in addresses:  # the first may be IPv6 on a network without it
        try:
            return socket.create_connection((address, port), timeout=TIMEOUT_S)
        except OSError as error:
            failed = error
    raise failed


def _is_public(address: str) -> bool:
    """Also of the IPv4 address that an IPv6 address stands for."""
    known = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(known, ipaddress.IPv6Address):
        translated = ipaddress.IPv4Address(int(known) & 0xFFFFFFFF) if known in _NAT64 else None
        known = known.ipv4_mapped or known.sixtofour or translated or known
    return known.is_global and not known.is_multicast
