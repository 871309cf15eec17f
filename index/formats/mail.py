"""An e-mail (.eml) -> its message and what is attached to it. [the standard library's email]

In: bytes. Out: a Content titled by the subject, and the attachments as Members. Knows nothing of their formats.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime
from typing import Any

from index.clean import decode, normalise
from index.formats.archive import Member
from index.formats.content import Content, one_line
from index.formats.html import shown_text
from index.types import InputError

_SIGNATURE = re.compile(r"\n-- ?\n(?:.*\n){0,12}.*\Z")  # RFC 3676, section 4.3
_NAME_CHARS = 200


def read_mail(content: bytes) -> tuple[Content, list[Member]]:
    """The text is the plain one, or what the HTML shows where that is blank.

    The title is the subject, the author the sender's name.
    """
    message = email.message_from_bytes(content.lstrip(), policy=email.policy.default)
    if not any(message.get(name) for name in ("From", "Date", "Subject", "Message-ID")):
        raise InputError("it is no e-mail: it names no sender, no date and no subject")
    bodies = filter(None, (message.get_body((kind,)) for kind in ("plain", "html")))
    written = filter(None, (normalise(_text(body)) for body in bodies))
    name, address = parseaddr(str(message.get("From", "")))
    try:
        published = parsedate_to_datetime(str(message.get("Date", ""))).date()
    except ValueError:
        published = None
    text = _SIGNATURE.sub("", next(written, ""))
    subject = str(message.get("Subject", ""))
    return Content(text, title=subject, author=name or address, published=published), list(_attachments(message))


def _text(part: Any) -> str:
    content, charset = part.get_payload(decode=True) or b"", part.get_content_charset()
    if not content.strip():
        return ""
    try:
        text = content.decode(charset or "utf-8", "replace" if charset else "strict")
    except (LookupError, UnicodeError):
        text = decode(content)
    return shown_text(text) if part.get_content_type() == "text/html" else text


def _attachments(message: EmailMessage) -> Iterator[Member]:
    parts: Iterator[Any] = message.iter_attachments() if message.is_multipart() else iter(())
    for number, part in enumerate(parts, 1):
        given = re.split(r"[/\\]", one_line(part.get_filename()) or "")[-1][-_NAME_CHARS:]
        if part.get_content_type() == "message/rfc822":
            yield Member(f"{number}/{given or 'message'}".removesuffix(".eml") + ".eml", part.get_content().as_bytes())
        elif given and (content := part.get_payload(decode=True)):
            yield Member(f"{number}/{given}", content)
