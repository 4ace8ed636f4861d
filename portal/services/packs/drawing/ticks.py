"""Where the ticks of an axis stand and what they say, chosen as the browser does for the room there is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil, floor, isfinite, log10
from typing import Any

from portal.core.format import MINUS
from portal.services.packs.drawing import d3
from portal.services.packs.drawing.axis import Axis
from portal.services.packs.drawing.canvas import measured
from portal.services.packs.drawing.values import at_day, listed, moments, said

GAP = 7.0  # points between the words of neighbours
_ROOM_UP, _ROOM_ACROSS = 25.0, 46.0  # points for one tick
_LEAST_UP, _LEAST_ACROSS = 16.0, 28.0  # the same where there is room for few
_STEPS = (
    [("s", n) for n in (1, 5, 15, 30)] + [("m", n) for n in (1, 2, 5, 10, 15, 30)]
    + [("h", n) for n in (1, 2, 3, 6, 12)] + [("d", n) for n in (1, 2, 4, 7, 14)]
    + [("M", n) for n in (1, 2, 3, 6)] + [("Y", n) for n in (1, 2, 5, 10, 20, 50, 100)]
)  # fmt: skip
_DAYS = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "M": 30.4, "Y": 365.25}
_SIZES = {"S": "s", "L": "s", "f": "s", "M": "m", "H": "h", "I": "h", "d": "d", "e": "d", "j": "d", "a": "d",
          "A": "d", "b": "M", "B": "M", "m": "M", "y": "Y", "Y": "Y"}  # fmt: skip
_ORDER = "smhdMY"


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: its position on the axis and what it says."""

    at: float
    text: str


def ticks(axis: Axis, length: float, size: float) -> list[Tick]:
    """Return the ticks of an axis of ``length`` points whose words have ``size`` points."""
    if axis.spec.get("showticklabels") is False and axis.spec.get("showgrid") is False:
        return []
    if axis.spec.get("tickvals") is not None:
        return _given(axis)
    if axis.kind == "category":
        return _categories(axis, length, size)
    low, high = sorted((axis.low, axis.high))
    if not (isfinite(low) and isfinite(high)) or low == high:
        return []
    if axis.kind == "date":
        return _dates(axis, low, high, length, size)
    if axis.kind == "log":
        return _logarithms(axis, low, high, length)
    return _linear(axis, low, high, length, size)


def _most(axis: Axis, length: float) -> int:
    usual, least = (_ROOM_ACROSS, _LEAST_ACROSS) if axis.is_across else (_ROOM_UP, _LEAST_UP)
    most = max(2, int(length / usual), min(4, int(length / least)))
    asked = int(axis.spec.get("nticks") or 0)
    return min(most, asked) if asked else most


def _given(axis: Axis) -> list[Tick]:
    raw = listed(axis.spec["tickvals"])
    texts = axis.spec.get("ticktext")
    names = [said(one) for one in listed(texts)] if texts is not None else None
    places = axis.place(raw)
    low, high = sorted((axis.low, axis.high))
    spare = 1e-9 * (high - low)
    return [
        Tick(float(at), names[number] if names and number < len(names) else _named(axis, value))
        for number, (at, value) in enumerate(zip(places, raw, strict=True))
        if isfinite(at) and low - spare <= at <= high + spare
    ]


def _named(axis: Axis, value: Any) -> str:
    form = str(axis.spec.get("tickformat") or "")
    if axis.kind == "date":
        return d3.moment(form or "%-d %b %Y", at_day(float(moments([value])[0])))
    if axis.kind == "category":
        return said(value)
    return d3.number(form or "~g", float(value))


def _categories(axis: Axis, length: float, size: float) -> list[Tick]:
    """Return every category, or each n-th where not all have room."""
    count = len(axis.categories)
    low, high = sorted((axis.low, axis.high))
    pitch = length / max(high - low, 1e-9)
    every = int(axis.spec.get("dtick") or 1)
    # upright or smaller words, each on a line of its own, need this much of their usual size
    least = (0.62 if axis.spec.get("dtick") == 1 else 0.7) * size
    every = max(every, ceil(least / pitch - 1e-9))
    asked = int(axis.spec.get("nticks") or 0)
    if asked and not axis.is_across:
        every = max(every, ceil(count / max(asked, length / (1.6 * size))))
    return [Tick(float(at), axis.categories[at]) for at in range(0, count, every) if low <= at <= high]


def _nice(rough: float) -> float:
    base: float = 10.0 ** floor(log10(rough))
    return next(factor * base for factor in (1.0, 2.0, 5.0, 10.0) if factor * base >= rough * (1 - 1e-9))


def _multiples(low: float, high: float, step: float) -> list[float]:
    first, last = ceil(low / step - 1e-6), floor(high / step + 1e-6)
    return [round(at * step, 12) + 0.0 for at in range(first, last + 1)]


def _linear(axis: Axis, low: float, high: float, length: float, size: float) -> list[Tick]:
    asked = axis.spec.get("dtick")
    most = _most(axis, length)
    while True:
        step = float(asked) if isinstance(asked, (int, float)) else _nice((high - low) / most)
        places = _multiples(low, high, step)
        found = [Tick(at, text) for at, text in zip(places, linear_texts(axis, places, step), strict=True)]
        if asked or len(found) < 2 or not axis.is_across:
            break
        if _fits(found, length / (high - low) * step, size):
            return found
        most -= 1
    return found if asked or len(found) > 1 else _two(axis, low, high)


def _two(axis: Axis, low: float, high: float) -> list[Tick]:
    """Return ticks at the widest step that has two of them."""
    for most in range(2, 9):
        step = _nice((high - low) / most)
        places = _multiples(low, high, step)
        if len(places) > 1:
            return [Tick(at, text) for at, text in zip(places, linear_texts(axis, places, step), strict=True)]
    return []


def _fits(found: Sequence[Tick], pitch: float, size: float) -> bool:
    return len(found) < 2 or max(measured(one.text, size)[0] for one in found) + GAP <= pitch


def linear_texts(axis: Axis, places: Sequence[float], step: float) -> list[str]:
    """Return what ticks at ``places`` say: in the format of the axis, else as short as the step allows."""
    form = str(axis.spec.get("tickformat") or "")
    before, after = str(axis.spec.get("tickprefix") or ""), str(axis.spec.get("ticksuffix") or "")
    if form:
        texts = [d3.number(form, at) for at in places]
    else:
        largest = max((abs(at) for at in places), default=0.0)
        power = 0
        if largest >= 9_999.5:
            power = min(12, 3 * max(1, floor((log10(largest) - 1.0) / 3.0 + 0.5)))
        sign = {0: "", 3: "k", 6: "M", 9: "B", 12: "T"}[power]
        decimals = max(0, -floor(log10(step / 10.0**power) + 1e-9))
        while decimals < 9 and any(
            abs(round(at / 10.0**power, decimals) - at / 10.0**power) > 1e-9 for at in places
        ):
            decimals += 1
        texts = [
            f"{MINUS if at < 0 else ''}{abs(at) / 10.0**power:,.{decimals}f}{sign if at else ''}"
            for at in places
        ]
    return [f"{before}{text}{after}" for text in texts]


def _logarithms(axis: Axis, low: float, high: float, length: float) -> list[Tick]:
    most = _most(axis, length)
    tens = range(floor(low), ceil(high) + 1)
    ways: list[list[float]] = [
        [ten + log10(part) for ten in tens for part in parts]
        for parts in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,))
    ]
    inside = [[at for at in way if low - 1e-9 <= at <= high + 1e-9] for way in ways]
    chosen = next((way for way in inside if len(way) <= most), inside[-1])
    if len(chosen) < 2:  # less than a decade: as on a plain axis
        places = _multiples(10.0**low, 10.0**high, _nice((10.0**high - 10.0**low) / most))
        chosen = [log10(at) for at in places if at > 0]
    form = str(axis.spec.get("tickformat") or "")
    return [Tick(at, d3.number(form or ",.6~g", round(10.0**at, 9))) for at in chosen]


def _dates(axis: Axis, low: float, high: float, length: float, size: float) -> list[Tick]:
    form = str(axis.spec.get("tickformat") or "")
    least = max(_least(form), "d" if axis.is_daily else "s", key=_ORDER.index)
    asked = axis.spec.get("dtick")
    if isinstance(asked, str) and asked.startswith("M"):
        least = "M"
    most = _most(axis, length) + 1
    found: list[Tick] = []
    for unit, count in _STEPS:
        if _ORDER.index(unit) < _ORDER.index(least) or (high - low) / (_DAYS[unit] * count) > 40:
            continue
        places = _calendar(low, high, unit, count)
        found = [Tick(at, text) for at, text in zip(places, _date_texts(places, unit, form), strict=True)]
        fits = _fits(found, length * _DAYS[unit] * count / (high - low), size) if axis.is_across else True
        if fits and (len(found) <= most or asked):
            break
    return found


def _least(form: str) -> str:
    """Return the smallest unit that a format tells, below which ticks would say the same twice."""
    units = [_SIZES[one.lstrip("-")[:1]] for one in form.split("%")[1:] if one.lstrip("-")[:1] in _SIZES]
    return min(units, key=_ORDER.index) if units else "s"


def _calendar(low: float, high: float, unit: str, count: int) -> list[float]:
    """Return the days since 1970 of round moments between both ends."""
    if unit in "MY":
        begin, months = at_day(low), count * (12 if unit == "Y" else 1)
        at = (begin.year * 12 + begin.month - 1) // months * months
        out: list[float] = []
        while True:
            when = (datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
            if when > high + 1e-9:
                return out
            if when >= low - 1e-9:
                out.append(float(when))
            at += months
    step = _DAYS[unit] * count
    shift = 4.0 if unit == "d" and count in (7, 14) else 0.0  # weeks begin on Mondays
    return [
        float(at) * step + shift
        for at in range(ceil((low - shift) / step - 1e-6), floor((high - shift) / step + 1e-6) + 1)
    ]


def _date_texts(places: Sequence[float], unit: str, form: str) -> list[str]:
    """Return what date ticks say; without a format the day or year stands below where it changes."""
    when = [at_day(at) for at in places]
    if form:
        return [d3.moment(form, at) for at in when]
    upper, lower = {
        "Y": ("%Y", ""), "M": ("%b", "%Y"), "d": ("%-d %b", "%Y"), "h": ("%H:%M", "%-d %b %Y"),
        "m": ("%H:%M", "%-d %b %Y"), "s": ("%H:%M:%S", "%-d %b %Y"),
    }[unit]  # fmt: skip
    out, last = [], ""
    for at in when:
        below = d3.moment(lower, at)
        out.append(d3.moment(upper, at) + (f"\n{below}" if below != last and below else ""))
        last = below
    return out


def scale_ticks(spec: Any, low: float, high: float, length: float) -> list[Tick]:
    """Return the ticks of a colour scale from ``low`` to ``high`` over ``length`` points."""
    axis = Axis("y", dict(spec), low=low, high=high)
    if axis.spec.get("tickvals") is not None:
        return _given(axis)
    return _linear(axis, low, high, length, 0.0)
