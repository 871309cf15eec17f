"""Numbers, units and dates of a sentence, in a form in which they can be compared. Pure rules, English.

"4,300", "300 billion", "twelve", "5 per cent" become values; "14 March 2024" and "March 14, 2024" the same date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import TypeAlias

from index.language import FIGURES, MONTH, UPPER, YEAR
from qa.words import content_words, stands_in, words

Quantity: TypeAlias = tuple[Decimal, str]  # its value, and what makes it another one: a currency, a minus, per cent

SCALES = {"hundred": 10**2, "thousand": 10**3, "k": 10**3, "million": 10**6, "mn": 10**6, "m": 10**6}
SCALES |= {"billion": 10**9, "bn": 10**9, "trillion": 10**12, "tn": 10**12}
_TENS = [word for word, figure in FIGURES.items() if int(figure) >= 20]
_ONES = ["one", *(word for word, figure in FIGURES.items() if int(figure) < 10)]
_SPELLED_OUT = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})-(?P<unit>{'|'.join(_ONES)})|(?P<word>{'|'.join(FIGURES)}))\b", re.I
)
_QUANTITY = re.compile(
    r"(?P<sign>[$€£¥]|(?<!\w)[-−](?=\d))?\s?(?P<n>\d[\d,.]*\d|\d)"
    rf"(?:[\s-]?(?P<scale>{'|'.join(SCALES)})\b)?(?:\s?(?P<percent>%|per ?cent\b))?",
    re.IGNORECASE,
)
_MONTH = f"(?P<month>{MONTH})"
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b"),
    re.compile(rf"\b{_MONTH} (?P<day>\d{{1,2}})(?!\d)"),
    re.compile(rf"\b{_MONTH},? (?P<year>[12]\d\d\d)\b"),
)
_MEASURES = frozenset(
    "second seconds minute minutes hour hours day days week weeks month months quarter quarters year years decade"
    " decades century centuries metre metres meter meters kilometre kilometres kilometer kilometers mile miles"
    " gram grams kilo kilos kilogram kilograms ton tons tonne tonnes litre litres liter liters hectare hectares"
    " acre acres degree degrees volt volts watt watts dollar dollars euro euros pound pounds yuan yen crown crowns"
    " rupee rupees franc francs".split()
)

_SCALE = r"(?:[ \u00a0-](?:hundred|thousand|million|billion|trillion)\b)"
_ENDS_IN_A_NUMBER = re.compile(rf"(?:\d|\b(?:{'|'.join(FIGURES)})){_SCALE}?$", re.I)
_PER_CENT = r"(?:[ \u00a0]?(?:%|per ?cent\b))"
_MONEY = (
    r"(?:[ \u00a0](?:(?:U\.?S\.?|US|Australian|Canadian) )?"
    r"(?:dollars?|euros?|pounds?|yuan|yen|rupees?|francs?|crowns?|florins?)\b)"
)
_SIGN = r"(?:[ \u00a0]?(?:mph|km/h|km2|km²|km|kg|cm|mm|GHz|MHz|kHz|GB|MB|TB|kWh|kW|MW|GW|°[CF]?)(?!\w))"
_MEASURED = rf"(?:[ \u00a0](?:{'|'.join(sorted(_MEASURES, key=len, reverse=True))})\b)"
_BEHIND_A_NUMBER = re.compile(rf"{_SCALE}(?:{_PER_CENT}|{_MONEY}|{_MEASURED})?|{_PER_CENT}|{_MONEY}|{_SIGN}")
_MEASURE = re.compile(_MEASURED)
_NAMED_BY_NUMBER = re.compile(rf"(?:\b{UPPER}\w* |\w-)\d+$")  # "Apollo 11", "COVID-19"
_LOOK_BACK_CHARS = 30
_BEHIND_CHARS = 15  # an hour ends within them
_RANGE_CHARS = 60
_TIME = re.compile(  # "7:30 a.m.", of which the last dot is a part
    r"(?<![\w:.,])\d{1,2}(?:[:.]\d\d)?[ \u00a0]?(?:[ap](?:\.[ \u00a0]?m\.?|m)|o['’]clock)(?!\w)", re.IGNORECASE
)
_FIGURE = rf"(?:\d[\d,.]*\d|\d|\b(?:{'|'.join(FIGURES)})\b)"
_RANGE = re.compile(  # no "from 98 to 121", which mostly tells a change
    r"(?P<verb>\b(?:rang|vary|vari)\w* )?\b(?P<opens>(?(verb)from|between)) [$€£¥]?"
    rf"(?P<low>{_FIGURE})(?:(?:k|mn?|bn|tn)\b|{_SCALE})?(?:{_PER_CENT}|{_MONEY}|{_SIGN}|{_MEASURED})?"
    rf" (?(verb)to|and) [$€£¥]?(?P<high>{_FIGURE})",
    re.IGNORECASE,
)
_ONE_END = re.compile(  # of a range; "when" may be the beginning
    r"\b(?:when|(?:what|which) (?:time|day|date|year|decade|century)|up to|limit|maximum|minimum|upper|lower"
    r"|(?!(?:inter|for|harv|requ)est)\w{3,}est|most|least|from|to (?:what|which|how)|more than|less than)\b",
    re.IGNORECASE,
)


def with_unit(text: str, start: int, end: int, question: str) -> int:
    """Where an amount in `text` from `start` to `end` ends with what it is counted in: "62" of "62 percent".

    "Years" and "acres" belong to it unless the question names them ("how many years?").
    """
    has_hours = "many" not in words(question)  # else it may own 5 AM stations
    times = _TIME.finditer(text, start, end + _BEHIND_CHARS) if has_hours else ()
    if time := next((time for time in times if time.start() < end <= time.end()), None):
        return time.end()
    if not _ENDS_IN_A_NUMBER.search(text, start, end) or YEAR.fullmatch(text, start, end):
        return end
    behind = _BEHIND_A_NUMBER.match(text, end)
    if behind:
        return behind.end()
    measure = _MEASURE.match(text, end)
    if measure is None or _NAMED_BY_NUMBER.search(text, max(0, start - _LOOK_BACK_CHARS), end):
        return end
    if measure.group().strip().removesuffix("s") in {word.removesuffix("s") for word in words(question)}:
        return end
    return measure.end()


def whole_range(text: str, start: int, end: int, question: str) -> tuple[int, int]:
    """The range of which one end stands in `text` from `start` to `end`: "between 5 and 6 million" for "6 million".

    The place itself where there is none, or where the question asks for one end.
    """
    around = max(0, start - _RANGE_CHARS), end + _RANGE_CHARS
    for found in () if _ONE_END.search(question) else _RANGE.finditer(text, *around):
        has = [start <= found.start(side) and found.end(side) <= end for side in ("low", "high")]
        if any(has) and not all(has) and not (YEAR.fullmatch(found["low"]) and YEAR.fullmatch(found["high"])):
            return min(start, found.start("opens")), max(end, found.end())
    return start, end


def quantities(text: str) -> set[Quantity]:
    """Every number of the text, spelled-out ones too."""
    return {quantity for _, quantity in each_quantity(in_digits(text))}


def each_quantity(text: str) -> Iterable[tuple[re.Match[str], Quantity]]:
    """Those that are written in digits, with their places."""
    for found in _QUANTITY.finditer(text):
        yield found, _quantity(found)


def _quantity(found: re.Match[str]) -> Quantity:
    digits = found["n"].replace(",", "")
    try:
        value = Decimal(digits)
    except ArithmeticError:  # "1.2.3", a version or a section
        return Decimal(0), digits
    value *= SCALES[found["scale"].lower()] if found["scale"] else 1
    return value.normalize(), (found["sign"] or "").replace("−", "-") + ("%" if found["percent"] else "")


def in_digits(text: str) -> str:
    """With spelled-out numbers as digits. "One" stays, being a pronoun as often."""

    def digits(found: re.Match[str]) -> str:
        if found["word"]:
            return FIGURES[found["word"].lower()]
        return FIGURES[found["tens"].lower()][0] + str(_ONES.index(found["unit"].lower()) + 1)

    return _SPELLED_OUT.sub(digits, text)


def dates(text: str) -> set[tuple[str, str]]:
    """Days and years with their months: "14 March 2024" and "March 14, 2024" have the day, the first the year too."""
    return {
        (found["month"], found.groupdict().get("day") or found.groupdict().get("year") or "")
        for pattern in _DATES
        for found in pattern.finditer(text)
    }


def counts_otherwise(text: str, said: str) -> bool:
    """Whether a number counts what the sources do not speak of, or count differently: "7 berths" where there are 12."""
    there, counted = set(words(said)), list(_counted(said))
    if any(not stands_in(unit, there) for unit in words(text) if unit in _MEASURES):
        return True
    for thing, quantity in _counted(text):
        of_it = [other for what, other in counted if stands_in(thing, {what}) or stands_in(what, {thing})]
        if not stands_in(thing, there) or (of_it and quantity not in of_it):
            return True
    return False


def _counted(text: str) -> Iterable[tuple[str, Quantity]]:
    spelled = in_digits(text)
    for found, quantity in each_quantity(spelled):
        behind = re.match(r"\s+([a-z]{3,})", spelled[found.end() :])
        if behind and behind[1] in content_words(behind[1]):
            yield behind[1], quantity


def compared(text: str, found: re.Match[str], said: str) -> bool:
    """Whether this number of the text was compared already: it is of a date, or stands before what it counts."""
    in_date = any(found[0].strip() in day[0] for pattern in _DATES for day in pattern.finditer(text))
    return in_date or bool(set(_counted(said)) & set(_counted(text[found.start() :][:40])))
