"""The content of a file -> its Documents: which reader reads which format, and what lies inside archives and mails.

In: bytes and a file's name. Out: Documents, and a Failure for each part that cannot be read. Knows nothing of paths
and addresses. To add a format, write a reader (bytes -> Content) and name it in READERS.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from index.dates import find_date
from index.formats.archive import Allowance, Member, members
from index.formats.content import Content, document, title_from_name
from index.formats.epub import read_epub
from index.formats.html import read_html
from index.formats.json_lines import read_json_lines
from index.formats.mail import read_mail
from index.formats.markdown import plain_markdown
from index.formats.office import read_docx, read_pptx
from index.formats.open_document import read_odt, read_rtf
from index.formats.pdf import read_pdf
from index.formats.tables import read_csv, read_tsv, read_workbook
from index.text import decode, normalise, shorten
from index.types import Document, Failure, InputError

Reader = Callable[[bytes], Content]  # raises InputError with the reason


def read_text(content: bytes) -> Content:
    """Plain text, often pasted from a web page."""
    return Content(decode(content))


def read_markdown(content: bytes) -> Content:
    """Markdown: the first "# heading" is the title; a front matter's title, date and author count."""
    about, text = plain_markdown("\n".join(decode(content).splitlines()))  # its tabs and spaces mean something
    return Content(text, about.get("title"), about.get("author"), find_date(about.get("date", "")))


READERS: dict[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
    ".odt": read_odt,
    ".rtf": read_rtf,
    ".epub": read_epub,
    ".pptx": read_pptx,
    ".csv": read_csv,
    ".tsv": read_tsv,
    ".xlsx": read_workbook,
    ".xls": read_workbook,
    ".ods": read_workbook,
}
SUFFIXES = (*READERS, ".eml", ".jsonl", ".zip")
OLD = {".doc": ".docx", ".ppt": ".pptx"}  # these are not read, but a person should hear why
MEDIA_TYPES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/rtf": ".rtf",
    "application/rtf": ".rtf",
    "application/pdf": ".pdf",
    "application/epub+zip": ".epub",
    "application/zip": ".zip",
    "message/rfc822": ".eml",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@dataclass(frozen=True, slots=True)
class Part:
    """Where in an archive to begin, and who hears of each member: its number and its source."""

    first: int = 0
    begun: Callable[[int, str], object] = lambda number, source: None


def suffix_of(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def is_known(name: str) -> bool:
    """Whether a file of that name can be read, or its format can at least be named in a Failure."""
    return suffix_of(name) in {*SUFFIXES, *OLD}


def read(
    content: bytes, name: str, source: str, *, allowance: Allowance | None = None, part: Part | None = None
) -> Iterator[Document | Failure]:
    """The documents in a file called `name`; what lies in an archive or a mail is named "source#name".

    Raises InputError, or whatever a parser raises, when the file itself cannot be read. `part` says where in an archive
    to begin, and hears which of its members is being read.
    """
    suffix, allowance = suffix_of(name), allowance or Allowance()
    if suffix == ".jsonl":
        yield from read_json_lines(io.BytesIO(content), source)
    elif suffix == ".zip":
        with allowance.inside():
            yield from _read_archive(content, source, allowance, part or Part())
    elif suffix == ".eml":
        with allowance.inside():
            yield from _read_mail(content, name, source, allowance)
    elif reader := READERS.get(suffix):
        yield document(reader(content), source, fallback=title_from_name(name))
    elif suffix in OLD:
        raise InputError(f"the format {suffix} cannot be read; open it in its program and save it as {OLD[suffix]}")
    else:
        known = ", ".join(SUFFIXES)
        raise InputError(f"the format {suffix or 'without a suffix'} is not supported; {known} are")


def _read_archive(content: bytes, source: str, allowance: Allowance, part: Part) -> Iterator[Document | Failure]:
    is_empty = part.first == 0
    for number, member in enumerate(members(content, allowance, first=part.first), part.first):
        if member.refusal or is_known(member.name):
            is_empty = False
            part.begun(number, f"{source}#{member.name}")
            yield from _read_member(member, source, allowance)
    if is_empty:
        raise InputError(f"no article is in it; it can hold {', '.join(SUFFIXES)} files")


def _read_mail(content: bytes, name: str, source: str, allowance: Allowance) -> Iterator[Document | Failure]:
    """The message, then what is attached to it and can be read. A message without words may have attachments."""
    message, attached = read_mail(content)
    attached = [member for member in attached if is_known(member.name)]
    if message.text or not attached:
        yield document(message, source, fallback=title_from_name(name))
    for member in attached:
        yield from _read_member(member, source, allowance)


def _read_member(member: Member, source: str, allowance: Allowance) -> Iterator[Document | Failure]:
    """What goes wrong with one member is a Failure; the others go on."""
    inner = f"{source}#{member.name}"
    try:
        if member.refusal:
            raise InputError(member.refusal)
        yield from read(member.content, member.name, inner, allowance=allowance)
    except MemoryError:
        raise
    except Exception as error:  # on a damaged file a parser may raise anything whatever
        yield Failure(inner, why(error))


def why(error: Exception) -> str:
    """What to tell a person of an error that came up while a file was read."""
    if isinstance(error, InputError):
        return str(error)
    said = shorten(" ".join(normalise(str(error)).split()))
    return f"it is damaged, or not of the format its name says ({type(error).__name__}: {said})"
