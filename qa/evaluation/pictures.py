"""Results -> drawings as SVG text: is the confidence true, what refusing buys, what a library costs by its size.

Knows no files. A drawing brings its own background, and turns dark where the reader's screen is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from qa.evaluation.metrics import Bin
from qa.evaluation.record import Result

DRAWN = {"squad2": "SQuAD 2.0, paragraph given", "open": "open library"}  # part -> its name in the drawings

_SIDE, _LEFT, _TOP, _BELOW = 300, 64, 62, 60  # of a panel's square and the room around it, in pixels
_STYLE = """<style>
  text { font: 13px system-ui, sans-serif; fill: #1f2328 } .quiet { fill: #59636e } .title { font-weight: 600 }
  .ground { fill: #ffffff } .grid { stroke: #d1d9e0 } .ideal { stroke: #59636e; stroke-dasharray: 4 4 }
  .line { fill: none; stroke-width: 2.5 } .s0 { stroke: #0969da } .f0 { fill: #0969da } .s1 { stroke: #bc4c00 }
  .f1 { fill: #bc4c00 } .dot { fill-opacity: .55; stroke-width: 1.5 } .paper { stroke-dasharray: 3 5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 } .ground { fill: #151b23 } .grid { stroke: #3d444d }
    .ideal { stroke: #9198a1 } .s0 { stroke: #4493f8 } .f0 { fill: #4493f8 } .s1 { stroke: #f0883e }
    .f1 { fill: #f0883e }
  }
</style>"""

Point = tuple[float, float]  # both between 0 and 1
Tick = tuple[float, str]  # where on the axis, between 0 and 1, and what stands there

_PERCENT: tuple[Tick, ...] = tuple((quarter / 4, f"{25 * quarter} %") for quarter in range(5))


def reliability(results: Mapping[str, Result]) -> str:
    """One panel for each drawn part: a dot for each bin of confidence, the larger the more questions fall into it."""
    panels = []
    for number, (part, name) in enumerate(DRAWN.items()):
        if part in results:
            result = results[part]
            error = result.forced["ece"] if result.forced else None
            note = f"{result.asked:,} questions" + ("" if error is None else f", calibration error {error:.3f}")
            body = [_line([(0.0, 0.0), (1.0, 1.0)], "ideal"), *_dots(result.reliability, number)]
            panels.append(_panel(name, note, ("confidence", "share right"), body))
    return picture("Reliability: the confidence of an answer against the share of such answers that are right", panels)


def risk_coverage(results: Mapping[str, Result]) -> str:
    """Two panels with a curve for each drawn part: of its answers, and of its decisions."""
    answers, decisions = [], []
    for number, part in enumerate(part for part in DRAWN if part in results):
        result = results[part]
        answers += [_curve(result.forced_curve, number), *_threshold(result, number), _legend(DRAWN[part], number)]
        decisions += [_curve(result.decisions_curve, number), _legend(DRAWN[part], number)]
    axes = "surest share of all questions", "share right"
    return picture(
        "Risk and coverage: the share right among the surest questions",
        [
            _panel("Answers", "every question answered; dot: where it begins to refuse", axes, answers),
            _panel("Decisions", "a refusal is right where there is no answer", axes, decisions),
        ],
    )


@dataclass(frozen=True, slots=True)
class Series:
    """A curve: (size, value) as measured, and one more that was estimated."""

    name: str
    points: Sequence[tuple[float, float]]
    further: tuple[float, float] | None = None


def growth_panel(title: str, unit: str, curves: Sequence[Series]) -> str:
    """Curves over the size of a library, both axes by powers of ten."""
    points = [point for curve in curves for point in (*curve.points, *filter(None, [curve.further]))]
    right, up = (_powers([point[axis] for point in points]) for axis in (0, 1))

    def placed(point: tuple[float, float]) -> Point:
        return _along(point[0], right), _along(point[1], up)

    body = []
    for number, curve in enumerate(curves):
        measured = [placed(point) for point in curve.points]
        body += [_line(measured, f"line s{number}"), *(_dot(point, 4.0, number) for point in measured)]
        body += [_line([measured[-1], placed(curve.further)], f"line paper s{number}")] if curve.further else []
        body.append(_legend(curve.name, number, y=24))
    ticks = [
        (_along(10**power, powers), _power(power))
        for powers in (right, up)
        for power in range(powers[0], powers[1] + 1)
    ]
    across = right[1] - right[0] + 1
    return _panel(title, f"{unit}; dashed: estimated", ("passages", unit), body, ticks[:across], ticks[across:])


def _powers(values: Sequence[float]) -> tuple[int, int]:
    """The powers of ten that an axis for these values begins and ends with."""
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def _along(value: float, powers: tuple[int, int]) -> float:
    return (math.log10(value) - powers[0]) / (powers[1] - powers[0])


def _power(power: int) -> str:
    """1,000,000 as 1M, one thousandth as 0.001."""
    for least, mark in ((6, "M"), (3, "k")):
        if power >= least:
            return f"{10 ** (power - least)}{mark}"
    return f"{10**power:g}"


def _threshold(result: Result, number: int) -> list[str]:
    """A dot where the assistant stops answering: the share answered, and the share right of it."""
    precision, answered = result.metrics["precision"], result.metrics["answered"]
    if precision is None or answered is None:
        return []
    return [_dot((answered / result.asked, precision), 6.0, number)]


def _curve(shares: Sequence[float], number: int) -> str:
    return _line([((place + 1) / len(shares), share) for place, share in enumerate(shares)], f"line s{number}")


def _dots(bins: Sequence[Bin], number: int) -> list[str]:
    total = sum(one.count for one in bins)
    return [_dot((one.probability, one.right), 3 + 30 * (one.count / total) ** 0.5, number) for one in bins]


def _dot(at: Point, radius: float, number: int) -> str:
    x, y = _pixels(at)
    return f'<circle class="dot f{number} s{number}" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def _line(points: Sequence[Point], kind: str) -> str:
    pixels = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(_pixels, points))
    return f'<polyline class="{kind}" fill="none" points="{pixels}"/>'


def _legend(name: str, number: int, *, y: float = _SIDE - 34) -> str:
    y += 20 * number
    mark = f'<line class="line s{number}" x1="12" y1="{y - 4}" x2="32" y2="{y - 4}"/>'
    return f'{mark}<text x="38" y="{y}">{escape(name)}</text>'


def _pixels(point: Point) -> Point:
    return point[0] * _SIDE, (1 - point[1]) * _SIDE


def _panel(
    title: str,
    note: str,
    axes: tuple[str, str],
    body: Sequence[str],
    across: Sequence[Tick] = _PERCENT,
    up: Sequence[Tick] = _PERCENT,
) -> str:
    """A square with ticks `across` and `up`; its origin is the upper left corner of the square."""
    grid = []
    for at, words_there in ((place * _SIDE, label) for place, label in across):
        grid.append(f'<path class="grid" d="M{at:.1f} 0V{_SIDE}"/>')
        grid.append(f'<text class="quiet" x="{at:.1f}" y="{_SIDE + 18}" text-anchor="middle">{words_there}</text>')
    for at, words_there in (((1 - place) * _SIDE, label) for place, label in up):
        grid.append(f'<path class="grid" d="M0 {at:.1f}H{_SIDE}"/>')
        grid.append(f'<text class="quiet" x="-8" y="{at + 4:.1f}" text-anchor="end">{words_there}</text>')
    middle = _SIDE / 2
    words = [
        f'<text class="title" x="0" y="-30">{escape(title)}</text>',
        f'<text class="quiet" x="0" y="-11">{escape(note)}</text>',
        f'<text x="{middle}" y="{_SIDE + 42}" text-anchor="middle">{escape(axes[0])}</text>',
        f'<text transform="translate(-48 {middle}) rotate(-90)" text-anchor="middle">{escape(axes[1])}</text>',
    ]
    return "\n".join([*grid, *words, *body])


def picture(title: str, panels: Sequence[str]) -> str:
    step = _LEFT + _SIDE + 28
    width, height = step * len(panels), _TOP + _SIDE + _BELOW
    placed = [
        f'<g transform="translate({step * number + _LEFT} {_TOP})">\n{panel}\n</g>'
        for number, panel in enumerate(panels)
    ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">'
    ground = '<rect class="ground" width="100%" height="100%" rx="6"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", _STYLE, ground, *placed, "</svg>", ""])
