"""Bytes -> a string, by the encoding that they are in; a string -> normal text, one kind of space and line break."""

from __future__ import annotations

import codecs
import re
import unicodedata

from index.types import InputError

BULLET = "- "  # before the items of a list, by which each is a sentence of its own, and is known to be of a list
INNER_BULLET = "◦ "  # of a list within an item

_SAMPLE_BYTES = 64 * 2**10  # of which an unknown encoding is guessed
_BINARY_STARTS = (
    b"%PDF-",
    b"PK\x03\x04",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
)
_BOMS = (  # UTF-32 first: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_WESTERN = "cp1252"
_MEANT = {  # the name -> what browsers take it for (WHATWG Encoding Standard, section 4.2)
    **dict.fromkeys(("ascii", "iso8859-1"), _WESTERN),
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_FEW_FOREIGN = 30  # bytes
# Words of another alphabet are foreign from end to end; of another Latin one, they hold signs: "By³o", "³ódŸ".
_NOT_WESTERN = re.compile(r"[^\x00-\x7f]{4}|[^\W\d_][¡-©¬®-´¶¸¹¼-¿×÷][^\W\d_]|[¦¬¯¹²³¼-¾][^\W\d_]|[\x00-\x08\x0e-\x1f]")

_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ODD_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe0e\ufe0f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)

# ZWNJ and ZWJ, which are spelling between two letters of Persian or Hindi, and nothing at the edge of a word.
_LOOSE_JOINER = re.compile(r"(?<![^\s\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\s\u200c\u200d])")

_MOST_MARKS = 30
_HEAP = re.compile(rf"[^\w\s!-~]{{{_MOST_MARKS + 1},}}")  # may hold accents: they are neither word nor ASCII


def normalise(text: str) -> str:
    """NFC, plain spaces and line feeds, nothing invisible, no trailing spaces, at most one empty line in a row.

    Linear in the length of the text, and idempotent. Lone surrogates, which no database stores, go too.
    """
    text = _ODD_SPACE.sub(" ", _BREAK.sub("\n", text))
    text = _LOOSE_JOINER.sub("", _INVISIBLE.sub("", text))
    text = unicodedata.normalize("NFC", _HEAP.sub(_fewer_marks, text))
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def _fewer_marks(heap: re.Match[str]) -> str:
    """At most so many accents on one letter; NFC sorts them in time that grows by the square of their number."""
    kept, on_one = [], 0
    for char in heap.group():
        on_one = on_one + 1 if unicodedata.combining(char) else 0
        kept += [char] if on_one <= _MOST_MARKS else []
    return "".join(kept)


def shorten(text: str, chars: int = 120) -> str:
    """At most about `chars` characters, cut between words."""
    return text if len(text) <= chars else text[:chars].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def opening(text: str) -> str:
    """How a text without a title is called: the start of its first line."""
    return shorten(text.split("\n", 1)[0][:200], 80)


# --- encodings -------------------------------------------------------------------------------------------------------


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 or UTF-32 with its mark, else what charset-normalizer finds. InputError if it is no text."""
    if not content.strip():
        raise InputError("it is empty")
    if encoding := next((name for mark, name in _BOMS if content.startswith(mark)), None):
        return content.decode(encoding, "replace")
    if b"\0" in content or content.startswith(_BINARY_STARTS):
        raise InputError("it is not text (binary data)")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        return _decode_unknown(content, error.start)


def decode_as(content: bytes, label: str) -> str:
    """By the encoding that a page, a mail or a server names, as web browsers understand its name.

    A mark at the start says more than a name. Where the name cannot be true the encoding is found. InputError if it is
    no text.
    """
    if not content.strip() or content.startswith((*_BINARY_STARTS, *(mark for mark, _ in _BOMS))):
        return decode(content)
    try:
        name = codecs.lookup(label.strip().lower().removeprefix("x-")).name
        name = _MEANT.get(name, name)
        if name == _WESTERN and _is_utf8(content):
            return content.decode()
        if name.startswith("utf-16") and b"\0" not in content:  # not even in a line's end
            return decode(content)
        text = content.decode(name, "replace")
    except (LookupError, ValueError):  # a name that nobody knows, or not one of a text's encoding
        return decode(content)
    return decode(content) if _is_damaged(text) else text


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_damaged(text: str) -> bool:
    """More than a cut at its end, say: a tenth of what is foreign in it could not be decoded."""
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text.count("\ufffd") * 10 > foreign


def _decode_unknown(content: bytes, first_error: int) -> str:
    text = content.decode("utf-8", "replace")
    if not _is_damaged(text):
        return text
    if (western := _western(content)) is not None:
        return western
    from charset_normalizer import from_bytes

    start = max(first_error - _SAMPLE_BYTES // 2, 0)
    wide = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le", "utf_7"]  # never without a mark
    matches = from_bytes(content[start : start + _SAMPLE_BYTES], cp_exclusion=wide)
    best = matches.best()
    if best is None:
        raise InputError("it is not text (binary data)")
    ties = (match for match in matches if (match.chaos, match.coherence) == (best.chaos, best.coherence))
    best = next((match for match in ties if match.encoding == _WESTERN), best)  # among equals the most common by far
    return content.decode(best.encoding, "replace")


def _western(content: bytes) -> str | None:
    """As Windows-1252, when too few letters are foreign to find their encoding by; None where it makes no words."""
    foreign = sum(byte > 127 for byte in content)
    if foreign > max(_FEW_FOREIGN, len(content) // 100) or 2 * foreign > len(content):
        return None
    try:
        text = content.decode(_WESTERN)
    except UnicodeDecodeError:
        return None
    return None if _NOT_WESTERN.search(text) else text
