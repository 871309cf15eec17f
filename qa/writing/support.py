"""Whether a written sentence says what its sources say. Pure but for two measures that are handed in.

Numbers with their units, dates and names must occur in what is cited; so must nearly all words that carry meaning; what
is denied must be denied there. Then the embedding must find the two alike, and the reader, asked for a number of the
sentence, must find that number. Strict on purpose: a true sentence that is left out costs less than a false one shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from index.types import Passage
from qa.orders import gives_orders
from qa.quantities import compared, counts_otherwise, dates, each_quantity, quantities
from qa.reader import Span
from qa.words import words
from qa.writing import claims
from qa.writing.types import Source

Fault = Literal[
    "markup", "orders", "number", "date", "name", "words", "opposite", "denial", "role", "doubt", "likeness", "reader"
]
Likeness: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]  # cosines of a text with others
Read: TypeAlias = Callable[[str, Sequence[Passage]], Sequence[Span]]  # spans that answer a question, best first

MOST_MISSING = 0.28  # of the words that carry meaning; both bounds from qa/evaluation/LOG.md
LEAST_LIKENESS = 0.5

_MARKUP = re.compile(
    r"<[A-Za-z/!?]|&(?:#\w+|[A-Za-z]+);|!?\]\(|```|\b(?:https?|ftp|file|javascript|data|vbscript):|\bwww\.|[{}|\\]"
    r"|\bon\w+\s*=",
    re.IGNORECASE,
)


def fault(text: str, cited: Sequence[Source], *, likeness: Likeness, read: Read) -> Fault | None:
    """Why the sentence is not borne out by the sources it cites (one at least); None when it is."""
    said = " ".join(source.text for source in cited)
    around = " ".join(source.around for source in cited)
    found = fault_in_words(text, said, around)
    if found is not None:
        return found
    if max(likeness(text, [said, *(source.text for source in cited)])) < LEAST_LIKENESS:
        return "likeness"
    return None if _read_back(text, cited, read) else "reader"


def fault_in_words(text: str, said: str, around: str) -> Fault | None:
    """The part that needs no model. `said` are the cited sentences, `around` what names may also stand in."""
    checks: tuple[tuple[Fault, bool], ...] = (
        ("markup", _MARKUP.search(text) is not None),
        ("orders", gives_orders(text)),
        ("number", not quantities(text) <= quantities(said) or counts_otherwise(text, said)),
        ("date", not dates(text) <= dates(said)),
        ("name", claims.names_others(text, f"{said} {around}")),
        ("opposite", claims.opposes(text, said)),
        ("denial", claims.denied_otherwise(text, said)),
        ("role", claims.exchanged(text, said)),
        ("doubt", claims.surer(text, said)),
        ("words", claims.share_unsaid(text, f"{said} {around}", said) > MOST_MISSING),
    )
    return next((name for name, wrong in checks if wrong), None)


# ── Asking the reader ─────────────────────────────────────────────────────────────────────────────────────────────


def _read_back(text: str, cited: Sequence[Source], read: Read) -> bool:
    """Where the sources give several numbers, the reader must find the same when the sentence is made a question.

    A sentence that was copied whole needs no reader.
    """
    said = " ".join(source.text for source in cited)
    passages = [_passage_of(source) for source in cited]
    if len(quantities(said)) < 2 or any(words(text) == words(source.text) for source in cited):
        return True
    for found, quantity in each_quantity(text):
        if compared(text, found, said):
            continue
        best = next(iter(read(_asked(text, found), passages)), None)
        if best is not None and quantities(best.text) and quantity not in quantities(best.text):
            return False
    return True


def _asked(text: str, found: re.Match[str]) -> str:
    """The sentence as a question for its number: "Beijing wants how many yuan by 2025?"."""
    year = re.fullmatch(r"[12]\d\d\d", found[0].strip())
    return f"{text[: found.start()]}{' what year' if year else ' how much'}{text[found.end() :]}".rstrip(" .") + "?"


def _passage_of(source: Source) -> Passage:
    span = source.span
    passage = span.passage
    return Passage(passage.id, passage.document_id, span.start, span.end, span.text, passage.title, passage.lead)
