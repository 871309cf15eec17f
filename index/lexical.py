"""Words -> an FTS5 query, and BM25 over the store's full-text table. Knows nothing of vectors.

SQLite's FTS5 keeps the table inside the store's own transaction, so it can never disagree with the passages. Scripts
written without spaces (Chinese, Japanese, Thai, Khmer) are indexed by character and asked for by pairs of characters.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Collection
from itertools import pairwise

TABLE = "CREATE VIRTUAL TABLE words USING fts5(title, body, tokenize='porter unicode61 remove_diacritics 2')"
# The passages of the documents of a JSON list, which may be longer than SQLite's limit on parameters.
PASSAGES_OF = "SELECT id FROM passages WHERE document_id IN (SELECT value FROM json_each(?))"
_TITLE_WEIGHT, _BODY_WEIGHT = 0.5, 1.0
_UNSPACED = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003fa1f]"
)
_UNSPACED_CHARACTER = re.compile(_UNSPACED)
_TERM = re.compile(rf"(?P<unspaced>{_UNSPACED}+)|(?:(?!{_UNSPACED})\w)+")
_MAX_WORDS = 32
# Words that a question is built from and that say nothing of what it asks.
_STOPWORDS = frozenset(
    "a an and are as at be been by can could did do does for from had has have he her his how i in is it its me my"
    " of on or our she so than that the their them there they this to us was we were what when where which who whom"
    " whose why will with would you your".split()
)


def match_expression(query: str) -> str:
    """The words of `query` as an FTS5 expression (any of them), or "" when it has none. Cannot be broken by quotes."""
    words = list(dict.fromkeys(term for found in _TERM.finditer(query.lower()) for term in _terms(found)))
    telling = [word for word in words if word not in _STOPWORDS] or words
    return " OR ".join(f'"{word}"' for word in telling[:_MAX_WORDS])


def _terms(found: re.Match[str]) -> list[str]:
    """A word by itself; a run of an unspaced script as its pairs of neighbours, each a phrase of two tokens."""
    run = found.group()
    if not found["unspaced"] or len(run) == 1:
        return [run]
    return [f"{one} {other}" for one, other in pairwise(run)]


def indexed(text: str) -> str:
    """The text as the table holds it: each character of an unspaced script is a word."""
    return _UNSPACED_CHARACTER.sub(r" \g<0> ", text)


def search(
    connection: sqlite3.Connection, query: str, limit: int, *, within: Collection[str] | None = None
) -> list[tuple[int, float]]:
    """At most `limit` (passage id, BM25 score), sorted by (-score, id). Higher is better, as everywhere else.

    `within` names the documents to look in; None: all. How rare a word is, is always counted over the whole library.
    """
    expression = match_expression(query)
    if not expression or limit <= 0:
        return []
    only = "" if within is None else f"AND rowid IN ({PASSAGES_OF})"
    rows = connection.execute(
        f"SELECT rowid, -bm25(words, ?, ?) AS score FROM words WHERE words MATCH ? {only}"
        " ORDER BY score DESC, rowid LIMIT ?",
        (_TITLE_WEIGHT, _BODY_WEIGHT, expression, *([] if within is None else [json.dumps([*within])]), limit),
    )
    return [(int(rowid), float(score)) for rowid, score in rows]
