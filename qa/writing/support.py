"""Whether a written sentence says what its sources say. Pure but for two measures that are handed in.

Numbers with their units, dates and names must occur in what is cited; so must nearly all words that carry meaning; what
is denied must be denied there. Then the embedding must find the two alike, and the reader, asked for a number of the
sentence, must find that number. Strict on purpose: a true sentence that is left out costs less than a false one shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from index.types import Passage
from qa.orders import gives_orders
from qa.reader import Span
from qa.words import content_words as meaning
from qa.words import share_missing, stands_in, words
from qa.writing.types import Source

Fault = Literal["markup", "orders", "number", "date", "name", "words", "denial", "likeness", "reader"]
Likeness: TypeAlias = Callable[[str, Sequence[str]], Sequence[float]]  # cosines of a text with others
Read: TypeAlias = Callable[[str, Sequence[Passage]], Sequence[Span]]  # spans that answer a question, best first

MOST_MISSING = 0.34  # of the words that carry meaning; both bounds from qa/evaluation/LOG.md
LEAST_LIKENESS = 0.55

_MARKUP = re.compile(
    r"<[A-Za-z/!?]|&(?:#\w+|[A-Za-z]+);|!?\]\(|```|\b(?:https?|ftp|file|javascript|data|vbscript):|\bwww\.|[{}|\\]"
    r"|\bon\w+\s*=",
    re.IGNORECASE,
)
_SCALES = {"hundred": 10**2, "thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6}
_SCALES |= {"billion": 10**9, "bn": 10**9, "trillion": 10**12, "tn": 10**12}
_UNITS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()
_UNITS += "seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SPELLED = {word: n for n, word in enumerate(_UNITS) if n > 1} | {word: 10 * n for n, word in enumerate(_TENS, 2)}
_SPELLED_OUT = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})-(?P<unit>{'|'.join(_UNITS[1:10])})|(?P<word>{'|'.join(_SPELLED)}))\b", re.I
)
_QUANTITY = re.compile(
    r"(?P<sign>[$€£¥]|(?<!\w)[-−](?=\d))?\s?(?P<n>\d[\d,.]*\d|\d)"
    rf"(?:[\s-]?(?P<scale>{'|'.join(_SCALES)})\b)?(?:\s?(?P<percent>%|per ?cent\b))?",
    re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b"),
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"\b{_MONTH},? (?P<year>[12]\d\d\d)\b"),
)
_NAME = re.compile(r"\b[^\W\d_a-z][\w'’-]*[^\W_]|\b[A-Z]\b(?=\.)")
_OPENERS = frozenset(
    "according additionally after also although among as at because before besides between both by compared despite"
    " during each even finally first following for from further furthermore here however in instead it its like"
    " meanwhile moreover most nearly no one on only other others overall roughly second similarly since so some still"
    " such that the then there these they this those through thus to together total two under unlike until what when"
    " where whereas while with within yes he she his her their a an all and another but".split()
)
_DENIES = re.compile(r"\b(?:not|no|never|none|nobody|nothing|nor|neither|without|cannot|hardly)\b|n['’]t\b", re.I)
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")


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
        ("number", not quantities(text) <= quantities(said) or _bound_otherwise(text, said)),
        ("date", not dates(text) <= dates(said)),
        ("name", any(not stands_in(name, set(words(f"{said} {around}"))) for name in names(text))),
        ("words", _share_missing(text, f"{said} {around}", said) > MOST_MISSING),
        ("denial", _denials(text) != _denials(said) and (not _denials(text) or not _denials(said))),
    )
    return next((name for name, wrong in checks if wrong), None)


def _denials(text: str) -> int:
    return len(_DENIES.findall(text))


# ── Numbers and dates ─────────────────────────────────────────────────────────────────────────────────────────────


def quantities(text: str) -> set[tuple[Decimal, str]]:
    """Every number with what makes it another one: its scale multiplied out, a currency's sign, per cent."""
    return {_quantity(found) for found in _QUANTITY.finditer(_in_digits(text))}


def _quantity(found: re.Match[str]) -> tuple[Decimal, str]:
    digits = found["n"].replace(",", "")
    try:
        value = Decimal(digits)
    except ArithmeticError:  # "1.2.3", a version or a section
        return Decimal(0), digits
    value *= _SCALES[found["scale"].lower()] if found["scale"] else 1
    return value.normalize(), (found["sign"] or "").replace("−", "-") + ("%" if found["percent"] else "")


def _in_digits(text: str) -> str:
    """With spelled-out numbers as digits. "One" stays, being a pronoun as often."""

    def digits(found: re.Match[str]) -> str:
        if found["word"]:
            return str(_SPELLED[found["word"].lower()])
        return str(_SPELLED[found["tens"].lower()] + _UNITS.index(found["unit"].lower()))

    return _SPELLED_OUT.sub(digits, text)


def dates(text: str) -> set[tuple[str, str]]:
    """Days and years with their months: "14 March 2024" and "March 14, 2024" have the day, the first the year too."""
    return {
        (found["month"], found.groupdict().get("day") or found.groupdict().get("year") or "")
        for pattern in _DATES
        for found in pattern.finditer(text)
    }


def _bound_otherwise(text: str, said: str) -> bool:
    """Whether a number stands before a thing of which the sources give another: "7 berths" where there are 12."""
    counted: dict[str, set[tuple[Decimal, str]]] = {}
    for thing, quantity in _counted(said):
        counted.setdefault(thing, set()).add(quantity)
    return any(thing in counted and quantity not in counted[thing] for thing, quantity in _counted(text))


def _counted(text: str) -> Iterable[tuple[str, tuple[Decimal, str]]]:
    spelled = _in_digits(text)
    for found in _QUANTITY.finditer(spelled):
        behind = re.match(r"\s+([a-z]{3,})", spelled[found.end() :])
        if behind and behind[1] in meaning(behind[1]):
            yield behind[1][:6].rstrip("s"), _quantity(found)


# ── Names and words ───────────────────────────────────────────────────────────────────────────────────────────────


def names(text: str) -> set[str]:
    """Words with a capital, in lower case; the one that opens the text only where it is no common opener."""
    found = set()
    for match in _NAME.finditer(text):
        word = re.sub(r"['’]s?$", "", match[0])
        parts = words(word)
        if match.start() <= 1 and parts and parts[0] in _OPENERS:
            continue
        found |= {part for part in parts if not part.isdigit()}
    return found


def _share_missing(text: str, everywhere: str, said: str) -> float:
    """The share of the meaning of `text` that is not in `said`; a name may stand anywhere around it."""
    named = names(text)
    wanted = [piece for piece in _pieces(text) if piece not in named]
    there = f"{said} {' '.join(_pieces(said))}"
    return share_missing(wanted, there) if wanted else share_missing(named, everywhere)


def _pieces(text: str) -> list[str]:
    """Words that carry meaning; of scripts that are written without spaces, pairs of characters."""
    pairs = [run[i : i + 2] for run in _CJK.findall(text) for i in range(max(1, len(run) - 1))]
    return [*(meaning(_CJK.sub(" ", text)) - {"said", "says", "according", "also"}), *pairs]


# ── Asking the reader ─────────────────────────────────────────────────────────────────────────────────────────────


def _read_back(text: str, cited: Sequence[Source], read: Read) -> bool:
    """Where the sources give several numbers, the reader must find the same when the sentence is made a question."""
    if len(quantities(" ".join(source.text for source in cited))) < 2:
        return True
    passages = [_passage_of(source) for source in cited]
    for found in _QUANTITY.finditer(text):
        spans = read(_asked(text, found), passages)
        best = quantities(spans[0].text) if spans else set()
        if best and _quantity(found) not in best:
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
