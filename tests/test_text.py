"""Characters: what text is made of, whatever it was written in."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from loading import one
from samples import HARBOUR

from index.lexical import indexed_words
from index.text import decode, normalise
from index.types import InputError


def test_normalising_removes_what_cannot_be_seen() -> None:
    raw = "\ufeffCafe\u0301\u00a0\u2009bar\u200b \r\nnext\x07\u00ad \r\n\r\n\r\n\r\nlast\u2028line\ud800"
    assert normalise(raw) == "Café  bar\nnext\n\nlast\nline"


def test_a_joiner_stays_where_it_is_spelling_and_is_found_without_it() -> None:
    for word in ("می\u200cشود", "क्\u200dष", "👩\u200d🚀"):  # Persian, Hindi, an emoji
        assert normalise(f"{word}\u200c \u200d\u200c\u200d {word}") == f"{word}  {word}"
    assert indexed_words("می\u200cشود") == indexed_words("میشود")


@given(st.text(st.characters() | st.sampled_from(" a\u200b\u200c\u200d\u0301"), max_size=200))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert "\n\n\n" not in once
    assert once.encode().decode() == once


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-8-sig", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-16", "Der Kai öffnete, sagte sie – endlich."),
        ("utf-32", "Der Kai öffnete, sagte sie – endlich."),
        ("cp1252", "Le café a été fermé après la réunion. Elle a dit que c’était décidé."),
        ("gb18030", "人工智能核心产业规模达到三千亿元，企业数量超过四千家。"),
    ],
)
def test_the_encoding_is_found(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(text.encode(encoding))
    assert one(path).text == text


def test_an_article_that_begins_with_the_name_of_a_format_is_text_and_a_picture_is_not() -> None:
    assert decode(b"GIF89a turned thirty.") == "GIF89a turned thirty."
    with pytest.raises(InputError, match="binary data"):
        decode(b"GIF89a\1\0\1\0\x80\0\0\xff\xff\xff\0\0\0;")


def test_a_late_foreign_character_is_decoded_in_its_own_encoding(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes((HARBOUR + " ").encode() * 3000 + "Le café a été fermé après la réunion.".encode("cp1252"))
    assert one(path).text.endswith("Le café a été fermé après la réunion.")


def test_utf8_cut_in_the_middle_of_a_character_stays_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(("Größere Fähren könnten über Nacht anlegen. " * 5 + "ü").encode()[:-1])
    assert one(path).text.startswith("Größere Fähren könnten über Nacht")
