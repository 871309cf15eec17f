"""An e-mail (.eml) -> its message and what is attached to it. [the standard library's email]

In: bytes. Out: a Content titled by the subject, and the attachments as Members. Knows nothing of their formats.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from index.formats.archive import Member
from index.formats.content import Content, one_line
from index.formats.html import shown_text
from index.text import decode, decode_as, normalise
from index.types import InputError

_QUOTE = r"(?:>|.{0,200}\b(?:wrote|writes|schrieb|écrit|escribió|scrisse)\b.{0,80}:\n|-{2,} ?\w+ \w+ ?-{2,}\n)"
_SIGNATURE = re.compile(rf"\n-- ?\n(?:.*\n){{0,12}}?(?:(?=\n{_QUOTE})|.*\Z)")  # RFC 3676, section 4.3
_TEXTS = {"text/plain", "text/html"}
_STUB = 4  # times as many words as in the plain form make another the one that is meant to be read
_NAME_CHARS = 200


def read_mail(content: bytes) -> tuple[Content, list[Member]]:
    """The text is all that is written in the mail, plain where it can be: see `_fullest`.

    The title is the subject, the author the sender's name.
    """
    message = email.message_from_bytes(content.lstrip(), policy=email.policy.default)
    if not any(message.get(name) for name in ("From", "Date", "Subject", "Message-ID")):
        raise InputError("it is no e-mail: it names no sender, no date and no subject")
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    name, address = parseaddr(str(message.get("From", "")))
    try:
        published = parsedate_to_datetime(str(message.get("Date", ""))).date()
    except ValueError:
        published = None
    text = _joined(_written(message, bodies))
    subject = str(message.get("Subject", ""))
    letter = Content(text, title=subject, author=name or address, published=published, kind="authored")
    return letter, list(_attachments(message, bodies))


def _written(part: Any, bodies: Sequence[Any]) -> Iterator[str]:
    """What is written in a part and those inside it, in order; of a text in several forms one. Some may be blank."""
    kind = part.get_content_type()
    if kind == "multipart/alternative":
        yield _fullest([(form.get_content_type(), _joined(_written(form, bodies))) for form in part.iter_parts()])
    elif part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            yield from _written(inner, bodies)
    elif _is_written(part, bodies):
        yield _text(part)


def _is_written(part: Any, bodies: Sequence[Any]) -> bool:
    """A text with a file's name is an attachment, unless it is one of the `bodies` of the mail."""
    named = part.get_filename() or part.is_attachment()
    return part.get_content_type() in _TEXTS and (part in bodies or not named)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))


def _fullest(forms: Sequence[tuple[str, str]]) -> str:
    """The plain form, unless it has under a quarter of the words of another: it says then where to read that."""
    forms = [(kind, text) for kind, text in forms if text]
    plain = next((text for kind, text in forms if kind == "text/plain"), "")
    other = next((text for kind, text in forms if kind != "text/plain"), "")
    return other if _STUB * len(plain.split()) < len(other.split()) else plain


def _text(part: Any) -> str:
    content, charset = part.get_payload(decode=True) or b"", part.get_content_charset()
    if not content.strip():
        return ""
    text = decode_as(content, charset) if charset else decode(content)
    if part.get_content_type() == "text/html":
        return shown_text(text)
    return _SIGNATURE.sub("\n", normalise(text)).strip()


def _attachments(message: EmailMessage, bodies: Sequence[Any]) -> Iterator[Member]:
    attached = (part for part in _single_parts(message) if not _is_written(part, bodies))
    for number, part in enumerate(attached, 1):
        given = re.split(r"[/\\]", one_line(part.get_filename()) or "")[-1][-_NAME_CHARS:]
        if part.get_content_type() == "message/rfc822":
            yield Member(f"{number}/{given or 'message'}".removesuffix(".eml") + ".eml", part.get_content().as_bytes())
        elif given and (content := part.get_payload(decode=True)):
            yield Member(f"{number}/{given}", content)


def _single_parts(message: EmailMessage) -> Iterator[Any]:
    """However deep they lie; what lies deeper comes later, so that it takes no number from what does not."""
    waiting: deque[Any] = deque([message])
    while waiting:
        part = waiting.popleft()
        if part.get_content_maintype() == "multipart":
            waiting.extend(part.iter_parts())
        else:
            yield part
