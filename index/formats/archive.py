"""A ZIP archive -> its members, without trusting it: names are only names, and no more is unpacked than was allowed.

In: bytes. Out: members one after the other, or a ZIP-based document that was found harmless. Nothing is written to a
disk, and no name is ever taken for a path. Knows nothing of the formats inside.
"""

from __future__ import annotations

import io
import re
import stat
import urllib.parse
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from index.formats.xml import parse_xml
from index.text import normalise, shorten
from index.types import InputError

MAX_MEMBERS = 20_000
MAX_MEMBER_BYTES = 100 * 2**20
MAX_UNPACKED_BYTES = 2**30
MAX_RATIO = 250  # unpacked to packed; text and XML reach about 40, DEFLATE's most is 1032
MAX_DEPTH = 3  # archives in archives
OLE = b"\xd0\xcf\x11\xe0"  # how old and encrypted Office files begin
_SMALL_BYTES = 2**20  # below, a ratio says nothing
_PROLOGUE_BYTES = 64 * 2**10  # where XML declares its entities
_ENCRYPTED = "it is encrypted; save a copy of it without the password"
_LOCKS = "META-INF/encryption.xml"
_CONTENT = re.compile(r"\.(?:x?html?|opf|xml|ncx)$", re.IGNORECASE)
_MARKUP = (".xml", ".rels", ".opf", ".ncx", ".xhtml", ".html", ".htm")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive or attached to a mail. `refusal` says why there is no content. `name` is for eyes alone."""

    name: str
    content: bytes = b""
    refusal: str = ""


@dataclass(slots=True)
class Allowance:
    """How much an archive may still unpack, with all the archives inside it."""

    unpacked_bytes: int = MAX_UNPACKED_BYTES
    depth: int = MAX_DEPTH

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Raises InputError for archives in archives in archives in archives."""
        if self.depth == 0:
            raise InputError(f"it lies more than {MAX_DEPTH} archives deep")
        self.depth -= 1
        try:
            yield
        finally:
            self.depth += 1


def members(content: bytes, allowance: Allowance, *, first: int = 0) -> Iterator[Member]:
    """The files of the archive from number `first` on, folders and hidden files left out.

    Raises InputError when it is no archive, or when it unpacks to more than is allowed.
    """
    with _opened(content) as archive:
        files = [info for info in archive.infolist() if not info.is_dir() and not _is_hidden(info.filename)]
        seen: set[str] = set()
        for number, info in enumerate(files):
            name = _shown(info.orig_filename)
            refusal = _refusal(info) or ("another member has the same name" if name in seen else "")
            seen.add(name)
            if number >= first:
                yield Member(name, refusal=refusal) if refusal else _unpacked(archive, info, name, allowance)


def package(content: bytes) -> zipfile.ZipFile:
    """A document that is a ZIP archive inside. Raises InputError when it is encrypted, a bomb, or declares entities."""
    if content.startswith(OLE):
        raise InputError("it is encrypted or of an old format; save a copy without the password, in the new format")
    archive = _opened(content)
    files = archive.infolist()
    if any(info.flag_bits & 1 for info in files):
        raise InputError(_ENCRYPTED)
    markup = [info for info in files if info.filename.lower().endswith(_MARKUP)]
    if sum(info.file_size for info in files) > MAX_UNPACKED_BYTES or any(map(_is_bomb, markup)):
        raise InputError("it unpacks to far more than its size, as no honest document does")
    for info in markup:
        with archive.open(info) as stream:
            prologue = stream.read(_PROLOGUE_BYTES).replace(b"\0", b"")  # UTF-16 looks the same without its zeros
        if b"<!ENTITY" in prologue:
            raise InputError("it declares XML entities, as no honest document does")
    if _LOCKS in archive.namelist() and any(map(_CONTENT.search, _locked(archive.read(_LOCKS)))):
        raise InputError(_ENCRYPTED)
    return archive


def _locked(listed: bytes) -> Iterator[str]:
    """The members that an EPUB's list names as encrypted. Fonts often are; nobody needs them to read the book."""
    for reference in parse_xml(listed).iter("{*}CipherReference"):
        yield urllib.parse.unquote(reference.get("URI") or "")


def _opened(content: bytes) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise InputError(f"it is damaged or of another format ({error})") from error
    if len(archive.infolist()) > MAX_MEMBERS:
        raise InputError(f"it holds more than {MAX_MEMBERS:,} files; split it")
    return archive


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, allowance: Allowance) -> Member:
    allowance.unpacked_bytes -= info.file_size  # ZipFile reads no more than a member declares
    if allowance.unpacked_bytes < 0:
        raise InputError(f"it unpacks to more than {MAX_UNPACKED_BYTES / 2**30:.0f} GB; the rest was not read")
    try:
        return Member(name, archive.read(info))
    except Exception as error:  # the decompressors of ZIP's methods raise what they like
        return Member(name, refusal=f"it is damaged ({type(error).__name__}: {shorten(str(error))})")


def _refusal(info: zipfile.ZipInfo) -> str:
    """Why a member is not read; "" when nothing speaks against it."""
    name = info.orig_filename  # ZipFile cuts `filename` at a NUL
    kind = stat.S_IFMT(info.external_attr >> 16)
    if "\0" in name or len(name) > 1000 or re.match(r"[A-Za-z]:|[/\\]", name) or ".." in re.split(r"[/\\]", name):
        return "its name leads out of the archive"
    if kind not in {0, stat.S_IFREG}:
        return "it is a link or a device, not a file"
    if info.flag_bits & 1:
        return "it is encrypted; unpack the archive and index the file"
    if info.file_size > MAX_MEMBER_BYTES:
        return f"it unpacks to {info.file_size / 2**20:,.1f} MB, more than {MAX_MEMBER_BYTES // 2**20} MB"
    return "it unpacks to far more than its size, as no honest file does" if _is_bomb(info) else ""


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    return info.file_size > max(_SMALL_BYTES, MAX_RATIO * info.compress_size)


def _is_hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) and part.strip(".") for part in re.split(r"[/\\]", name))


def _shown(name: str) -> str:
    return shorten(" ".join(normalise(name.replace("\\", "/").replace("\0", " ")).split()), 1000)
