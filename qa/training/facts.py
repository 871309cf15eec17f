"""What made-up tables, lists and sentences tell of things: attributes with drawn values, and the questions for them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_MONTHS = "January February March April May June July August September October November December".split()
QUESTIONS = (
    "what is the {name} of {key}",
    "what is {key}'s {name}",
    "{name} of {key}",
    "{key} {name}",
    "{name} {key}",
)
STATEMENTS = ("the {name} of {key} is {value}",)

Draw = Callable[[random.Random, Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Attribute:
    """What may be told of a thing: its names, how a value is drawn, how people ask for it and how articles tell it."""

    names: tuple[str, ...]
    draw: Draw
    questions: tuple[str, ...]  # beside QUESTIONS
    told: tuple[str, ...]  # beside STATEMENTS


def _name(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choice(names)


def _count(low: int, high: int) -> Draw:
    def draw(rng: random.Random, _names: Sequence[str]) -> str:
        value = rng.randint(low, high) if rng.random() < 0.5 else rng.randint(low, max(low, high // 20))
        return f"{value:,}" if rng.random() < 0.5 else str(value)

    return draw


def _money(rng: random.Random, _names: Sequence[str]) -> str:
    value = rng.choice((f"{rng.uniform(0.5, 99):.1f}", f"{rng.uniform(1, 900):.2f}", f"{rng.randint(2, 950_000):,}"))
    return rng.choice(("{}", "{}", "${}", "€{}", "{} euros", "{} million", "£{}m", "{} yuan")).format(value)


def _share(rng: random.Random, _names: Sequence[str]) -> str:
    return rng.choice(("{:.1f}%", "{:.0f}%", "{:.1f} %", "{:.1f}")).format(rng.uniform(-20, 99))


def _year(rng: random.Random, _names: Sequence[str]) -> str:
    return str(rng.randint(1820, 2026))


def _date(rng: random.Random, _names: Sequence[str]) -> str:
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2010, 2027)
    name = _MONTHS[month - 1]
    return rng.choice(
        (f"{year}-{month:02}-{day:02}", f"{day} {name} {year}", f"{name} {day}, {year}", f"{day} {name[:3]}")
    )


def _time(rng: random.Random, _names: Sequence[str]) -> str:
    return f"{rng.randint(6, 22):02}:{rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50)):02}"


def _measure(*units: str) -> Draw:
    def draw(rng: random.Random, _names: Sequence[str]) -> str:
        value = rng.choice((f"{rng.uniform(0.2, 60):.1f}", str(rng.randint(2, 900)), f"{rng.randint(1000, 90_000):,}"))
        return f"{value} {rng.choice(units)}" if rng.random() < 0.6 else value

    return draw


def _one_of(words: str) -> Draw:
    values = words.split("/")
    return lambda rng, _names: rng.choice(values)


ATTRIBUTES = (
    Attribute(
        ("Population", "Inhabitants", "Residents"),
        _count(300, 9_000_000),
        ("how many {name} does {key} have", "how many people live in {key}"),
        ("{key} has {value} {name}", "{value} people live in {key}"),
    ),
    Attribute(
        ("Employees", "Staff", "Headcount"),
        _count(3, 90_000),
        ("how many {name} does {key} have", "how many people work at {key}"),
        ("{key} has {value} {name}", "{key} employs {value} people", "{value} people work at {key}"),
    ),
    Attribute(
        ("Members", "Pupils", "Students", "Visitors", "Beds", "Rooms", "Seats", "Units", "Vehicles", "Orders"),
        _count(2, 40_000),
        ("how many {name} does {key} have", "how many {name} in {key}", "number of {name} {key}"),
        ("{key} has {value} {name}", "there are {value} {name} in {key}", "{key}, with {value} {name}"),
    ),
    Attribute(
        ("Area", "Length", "Height", "Distance", "Depth"),
        _measure("km", "m", "km2", "miles", "ha"),
        ("how large is {key}", "what {name} does {key} have"),
        ("{key} has {name} of {value}",),
    ),
    Attribute(
        ("Weight", "Capacity", "Output", "Production", "Load"),
        _measure("t", "kg", "MW", "litres", "tonnes"),
        ("what {name} does {key} have", "how much {name} does {key} have"),
        ("{key} has {name} of {value}",),
    ),
    Attribute(
        ("Mayor", "Director", "CEO", "Head", "Author", "Coach", "Speaker", "Owner", "Contact", "Captain"),
        _name,
        ("who is the {name} of {key}", "who is {key}'s {name}", "{name} of {key}?"),
        ("{value} is the {name} of {key}", "{key}'s {name} is {value}", "{value}, the {name} of {key}"),
    ),
    Attribute(
        ("Founded", "Opened", "Built", "Established", "Since"),
        _year,
        ("when was {key} {name}", "what year was {key} {name}", "in which year was {key} {name}"),
        ("{key} was {name} in {value}", "{key}, {name} in {value}"),
    ),
    Attribute(
        ("Date", "Due", "Deadline", "Start", "Published", "Delivered"),
        _date,
        ("when is {key}", "what is the date for {key}", "when is the {name} of {key}"),
        ("{key} is set for {value}", "the {name} for {key} is {value}", "{key} follows on {value}"),
    ),
    Attribute(
        ("Time", "Starts", "Departure", "Arrival", "Opens"),
        _time,
        ("at what time is {key}", "when does {key} start", "what time {key}"),
        ("{key} is at {value}", "{key} {name} at {value}"),
    ),
    Attribute(
        ("Price", "Cost", "Fee", "Fare", "Rent", "Salary"),
        _money,
        ("how much is {key}", "how much does {key} cost", "what does {key} cost"),
        ("{key} costs {value}", "the {name} for {key} is {value}", "{key} has a {name} of {value}"),
    ),
    Attribute(
        ("Revenue", "Budget", "Sales", "Turnover", "Profit", "Exports", "Imports", "Spending", "Debt", "Investment"),
        _money,
        (
            "how high is the {name} of {key}",
            "how much {name} did {key} have",
            "what was the {name} of {key}",
            "what were the {name} in {key}",
        ),
        ("{key} had {name} of {value}", "{key} reported {name} of {value}", "{name} in {key} came to {value}"),
    ),
    Attribute(
        ("Growth", "Share", "Change", "Margin", "Rate", "Turnout", "Unemployment", "Inflation"),
        _share,
        ("what was the {name} in {key}", "how high is the {name} of {key}", "what percentage {name} for {key}"),
        ("{name} in {key} was {value}", "{key} had {name} of {value}"),
    ),
    Attribute(
        ("Country", "Region", "City", "Headquarters", "Location", "Venue", "Club", "Party", "Supplier", "Client"),
        _name,
        (
            "where is {key}",
            "which {name} is {key} in",
            "what {name} does {key} belong to",
            "which {name} for {key}",
        ),
        ("the {name} for {key} is {value}", "{key}'s {name} is {value}"),
    ),
    Attribute(
        ("Status", "State", "Phase", "Result"),
        _one_of("open/closed/in progress/delayed/approved/cancelled/planned/won/lost/pending"),
        ("what is the status of {key}", "is {key} open or closed"),
        ("{key} is {value}", "the {name} of {key} is {value}"),
    ),
    Attribute(
        ("Colour", "Material", "Type", "Category"),
        _one_of("red/blue/green/steel/oak/concrete/public/private/grant/loan/hydro/solar/wind/freight/retail"),
        ("what {name} is {key}", "which {name} is {key}"),
        ("the {name} of {key} is {value}", "{key} is {value}"),
    ),
    Attribute(
        ("Goals", "Points", "Wins", "Score", "Rank", "Matches", "Medals"),
        _count(0, 120),
        ("how many {name} did {key} get", "how many {name} does {key} have", "what {name} did {key} reach"),
        ("{key} has {value} {name}", "{key} got {value} {name}", "{key} reached {value} {name}"),
    ),
)
_WHEN = tuple(attribute for attribute in ATTRIBUTES if attribute.names[0] in ("Founded", "Date", "Time"))
KEYS = (
    "Name Town City Company Port Project Product School Team Player Country Item Bridge Hotel Site Station Title"
    " Department Event Ship"
).split()


def not_told(told: Sequence[Attribute]) -> list[Attribute]:
    """The attributes that are not among them, nor answered by one: a date answers "when", as a time does."""
    tells_when = any(attribute in _WHEN for attribute in told)
    return [each for each in ATTRIBUTES if each not in told and not (tells_when and each in _WHEN)]
