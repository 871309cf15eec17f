"""Made-up lists and sentences that tell the same of several things, and questions about one of them.

In: names from real articles, and paragraphs to stand around. Out: examples whose answer is told of the thing that is
asked about, or of its neighbours alone. As in `qa.training.tables` the values are drawn: the thing must be looked up.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.chunk import sentences
from qa.training.data import Example
from qa.training.facts import ATTRIBUTES, KEYS, QUESTIONS, STATEMENTS, Attribute, not_told

_PER_TEXT = 3  # questions
_UNANSWERABLE = 0.4  # of the questions: of another thing, of another attribute, or of what is told of others alone
_ASKED_BACK = 0.2  # of the answerable ones: which thing has this value
_BY_YEAR = 0.15  # of the texts: the same thing in several years
_LEFT_OUT = 0.12  # of what could be told
_SURROUNDED = 0.5  # of the texts
_BULLETS = ("- ", "- ", "{}. ", "• ", "")
_LINES = (
    "{key}: {value} {name}",
    "{key}: {value}",
    "{key}, {value} {name}",
    "{key} ({name}: {value})",
    "{value} {name}: {key}",
)
_OF_YEAR = ("what was {owner}'s {name} in {key}", "what was the {name} of {owner} in {key}", "{owner} {name} {key}")
_TOLD_OF_YEAR = ("in {key} {owner}'s {name} was {value}", "{owner}'s {name} was {value} in {key}")
_ASKED_BACK_AS = ("which {kind} has {name} of {value}", "which {kind} has {value} {name}", "whose {name} is {value}")
_VERBS = frozenset("Founded Opened Built Established Since Due Published Delivered Starts Opens".split())
_CHANGING = [
    a
    for a in ATTRIBUTES
    if a.names[0] in ("Population", "Employees", "Members", "Weight", "Price", "Revenue", "Growth")
]
_MOST_IN_ONE_SENTENCE = 4
_START, _END = "\2", "\3"  # around what is asked for, until its place is known; no article holds them


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is told: for each thing a value of each attribute, empty where it is not."""

    kind: str  # of thing
    owner: str  # of what is told year by year; else empty
    attributes: Sequence[Attribute]
    names: Sequence[str]  # of the attributes, one each
    rows: Sequence[Sequence[str]]  # the thing, then its values


def parallels(names: Sequence[Sequence[str]], around: Sequence[str], rng: random.Random, count: int) -> list[Example]:
    """`count` questions, a few for each text. `names`: groups of names that belong together, at least four each."""
    made: list[Example] = []
    while len(made) < count:
        made += _questions(rng.choice(names), rng.choice(around), rng)
    return made[:count]


def _questions(names: Sequence[str], around: str, rng: random.Random) -> list[Example]:
    facts, seed = _drawn(names, rng), rng.random()
    title = rng.choice(("", "", f"{facts.kind}s", rng.choice(names)))
    before, after = _surroundings(around, rng) if rng.random() < _SURROUNDED else ("", "")
    made = []
    for _ in range(_PER_TEXT):
        question, marked = _asked(facts, names, rng)
        text = "".join((before, _told(marked, random.Random(seed)), after))  # told in the same words each time
        start, end = text.find(_START), text.find(_END) - 1  # none where it is not told in these words
        text = text.replace(_START, "").replace(_END, "")
        made.append(Example(question, text, title, ((start, end),) if start >= 0 else (), teacher_share=0.0))
    return made


def _drawn(names: Sequence[str], rng: random.Random) -> _Facts:
    keys = rng.sample(names, min(len(names), rng.choice((2, 2, 3, 3, 4, 5, 6, 8))))
    kind = rng.choice(KEYS)
    attributes, owner = rng.sample(ATTRIBUTES, rng.choice((1, 1, 1, 2, 2, 3))), ""
    if rng.random() < _BY_YEAR:
        first, kind, owner = rng.randint(1990, 2022), "Year", rng.choice(names)
        keys, attributes = [str(first + number) for number in range(len(keys[:4]))], [rng.choice(_CHANGING)]
    others = [name for name in names if name not in keys and name != owner]
    rows = [[key] for key in keys]
    for row in rows:
        row += ["" if rng.random() < _LEFT_OUT else a.draw(rng, others or names) for a in attributes]
    return _Facts(kind, owner, attributes, [rng.choice(a.names) for a in attributes], rows)


def _asked(facts: _Facts, names: Sequence[str], rng: random.Random) -> tuple[str, _Facts]:
    """A question, and the facts with what it asks for marked, if they hold it."""
    row, at = rng.randrange(len(facts.rows)), rng.randrange(len(facts.attributes))
    key, value, attribute, name = facts.rows[row][0], facts.rows[row][at + 1], facts.attributes[at], facts.names[at]
    if rng.random() < _UNANSWERABLE or not value:
        told = {word for each in facts.rows for word in each}
        others = [other for other in names if not any(other in word for word in told)]
        if value and others and rng.random() < 0.6:
            key = str(int(key) + rng.choice((-12, -9, 9, 12))) if facts.owner else rng.choice(others)
        elif value:
            attribute = rng.choice(not_told(facts.attributes))
            name = rng.choice(attribute.names)
        marked = facts
    else:
        values = [each[at + 1] for each in facts.rows]
        if values.count(value) == 1 and not facts.owner and rng.random() < _ASKED_BACK:
            template = rng.choice(_ASKED_BACK_AS)
            return template.format(kind=facts.kind.lower(), name=name.lower(), value=value), _marked(facts, row, 0)
        marked = _marked(facts, row, at + 1)
    if facts.owner:
        return rng.choice(_OF_YEAR).format(owner=facts.owner, key=key, name=name.lower()), marked
    besides = {other.lower() for other in facts.names} - {name.lower()}
    fitting = [question for question in QUESTIONS + attribute.questions * 3 if besides.isdisjoint(question.split())]
    return rng.choice(fitting).format(key=key, name=name.lower()), marked


def _marked(facts: _Facts, row: int, at: int) -> _Facts:
    rows = [list(each) for each in facts.rows]
    rows[row][at] = f"{_START}{rows[row][at]}{_END}"
    return _Facts(facts.kind, facts.owner, facts.attributes, facts.names, rows)


def _told(facts: _Facts, rng: random.Random) -> str:
    if facts.owner:
        return rng.choice((_in_sentences, _from_to))(facts, rng)
    if len(facts.rows) > _MOST_IN_ONE_SENTENCE:
        return rng.choice((_listed, _in_sentences))(facts, rng)
    in_turn = () if _VERBS.intersection(facts.names) else (_in_turn,)  # which has no place for "opened"
    told: str = rng.choice((_listed, _listed, _in_sentences, _in_one_sentence, *in_turn))(facts, rng)
    return told


def _listed(facts: _Facts, rng: random.Random) -> str:
    """A line for each thing, below a heading or what introduces it."""
    line, bullet, gap = rng.choice(_LINES), rng.choice(_BULLETS), rng.choice(("\n", "\n", "\n\n"))
    lines = []
    for number, (key, *values) in enumerate(facts.rows, 1):
        pieces = [(name, value) for name, value in zip(facts.names, values, strict=True) if value]
        if not pieces or ("{name}" not in line and pieces[0][0] != facts.names[0]):  # the heading names the first
            continue
        name, value = pieces[0]
        rest = [rng.choice((f"{value} {name.lower()}", f"{name.lower()} {value}")) for name, value in pieces[1:]]
        lines.append(bullet.format(number) + ", ".join([line.format(key=key, name=name.lower(), value=value), *rest]))
    plural = re.sub("ys$", "ies", f"{facts.kind.lower()}s")
    heading = f"{facts.names[0]} by {facts.kind.lower()}"
    above = rng.choice(("", f"The {plural}", heading, f"These are the {plural}:")) if "{name}" in line else heading
    return (above + rng.choice(("\n", "\n\n")) if above else "") + gap.join(lines)


def _in_sentences(facts: _Facts, rng: random.Random) -> str:
    """A sentence for each fact, or two in one."""
    clauses = _clauses(facts, rng)
    text = ""
    for number, clause in enumerate(clauses):
        if number and rng.random() < 0.35:
            text += rng.choice((", and ", "; ", ", while ", ", but ")) + clause
        else:
            text += (". " if number else "") + _capital(clause)
    return text + "."


def _clauses(facts: _Facts, rng: random.Random) -> list[str]:
    ways = [
        rng.choice(_TOLD_OF_YEAR if facts.owner else (*_plainly(name), *attribute.told, *attribute.told))
        for name, attribute in zip(facts.names, facts.attributes, strict=True)
    ]
    return [
        way.format(owner=facts.owner, key=key, name=name.lower(), value=value)
        for key, *values in facts.rows
        for way, name, value in zip(ways, facts.names, values, strict=True)
        if value
    ]


def _in_one_sentence(facts: _Facts, rng: random.Random) -> str:
    """Such as "A has 3 berths, B 4 and C 5." Of each attribute one."""
    said = []
    for at, (attribute, name) in enumerate(zip(facts.attributes, facts.names, strict=True), 1):
        told = [(row[0], row[at]) for row in facts.rows if row[at]]
        if not told:
            continue
        way = rng.choice(
            [way for way in (*_plainly(name), *attribute.told) if way.index("{key}") < way.index("{value}")]
        )
        first = way.format(key=told[0][0], name=name.lower(), value=told[0][1])
        said.append(_capital(_enumerated([first, *(f"{key} {value}" for key, value in told[1:])])) + ".")
    return " ".join(said)


def _in_turn(facts: _Facts, rng: random.Random) -> str:
    """Such as "The length of A, B and C is 3, 4 and 5 km respectively." Of each attribute one."""
    said = []
    for at, name in enumerate(facts.names, 1):
        told = [(row[0], row[at]) for row in facts.rows if row[at]]
        if told:
            keys, values = (_enumerated(each) for each in zip(*told, strict=True))
            end = ", respectively" if rng.random() < 0.7 else ""
            said.append(f"The {name.lower()} of {keys} is {values}{end}.")
    return " ".join(said)


def _from_to(facts: _Facts, rng: random.Random) -> str:
    """Such as "A's length went from 3 km in 2001 to 4 km in 2002"."""
    told = [(row[0], row[1]) for row in facts.rows if row[1]]
    if len(told) < 2:
        return _in_sentences(facts, rng)
    (year, value), *others = told[::-1] if rng.random() < 0.3 else told
    verb, name = rng.choice(("rose", "fell", "went", "changed")), facts.names[0].lower()
    if others[-1][0] < year:
        return (
            f"{facts.owner}'s {name} {verb} to {value} in {year} from "
            + _enumerated([f"{v} in {y}" for y, v in others])
            + "."
        )
    return (
        f"{facts.owner}'s {name} {verb} from {value} in {year} to "
        + _enumerated([f"{v} in {y}" for y, v in others])
        + "."
    )


def _plainly(name: str) -> tuple[str, ...]:
    return () if name in _VERBS else STATEMENTS


def _enumerated(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1])))


def _capital(clause: str) -> str:
    at = clause.startswith(_START)
    return clause[:at] + clause[at : at + 1].upper() + clause[at + 1 :]


def _surroundings(paragraph: str, rng: random.Random) -> tuple[str, str]:
    """Some sentences of another article before and after."""
    places = sentences(paragraph)
    at = rng.randint(0, len(places))
    before, after = (" ".join(paragraph[a:b] for a, b in some) for some in (places[:at][-3:], places[at:][:3]))
    gap = rng.choice((" ", "\n\n", "\n\n"))
    return before and before + gap, after and gap + after
