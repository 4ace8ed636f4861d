"""What is wrong with the demo data on purpose, so that the data-quality page and the second clock have work to do.

The kinds are always the same; the days are drawn from the seed and counted back from the last day. Each is listed in
the report of the load's batch. What was first published wrong is kept in both versions: see :class:`Correction`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data.demo.bars import Bars
from data.demo.calendar import Days
from data.demo.forwards import CurveHistory
from data.demo.instruments import DAILY, DEMO_ASSESSMENTS

LATE_DAYS = 4  # trading days that the assessments lag
STOPPED, STOPPED_DAYS = "ZTP", 11
STUCK, STUCK_DAYS = "PROPANE", 9
GAPS = (("JET", 35, 60, 3), ("PEG", 150, 220, 5), ("DUBAI", 10, 20, 1))  # code, drawn between, days missing
SPIKES = (
    ("NAPHTHA", 12, 20, 1.38),
    ("PSV", 28, 45, 0.62),
    ("PVB", 80, 120, 10.0),
)  # the last is a slipped decimal
CURVE_GAPS = (("API2", 22, 40),)
STOPPED_CURVE, STOPPED_CURVE_DAYS = "POWER_ES", 3  # what is marked on it is stale
# First published wrong: kind, code, drawn between (days back), factor on the first version.
WRONG = (
    ("daily", "TTF", 5, 9, 1.034),
    ("daily", "BRENT", 18, 26, 0.986),
    ("daily", "EUA", 40, 60, 1.022),
    ("hourly", "DE_LU", 9, 14, 1.60),
    ("system", "DE_LU", 15, 24, 0.96),
)


@dataclass(frozen=True, slots=True)
class Blemish:
    """One thing that is wrong: its kind, the series, and the first and last day concerned."""

    kind: str
    code: str
    first: np.datetime64
    last: np.datetime64

    def to_json(self) -> dict[str, str]:
        """Return it as text, for the report of the batch."""
        return {"kind": self.kind, "code": self.code, "first": str(self.first), "last": str(self.last)}


@dataclass(frozen=True, slots=True)
class Correction:
    """A day first published wrong by ``factor`` and corrected the morning after.

    ``kind`` says what is concerned: ``daily`` a settle with its curve, ``hourly`` the evening hours of a delivery day,
    ``system`` the load of a zone.
    """

    kind: str
    code: str
    day: np.datetime64
    factor: float


def _back(rng: np.random.Generator, nearest: int, farthest: int) -> int:
    """Return a position from the end, -1 being the last day."""
    return -1 - int(rng.integers(nearest, farthest))


def _keep(bars: Bars, keep: NDArray[np.bool_]) -> Bars:
    return Bars(*(getattr(bars, name)[keep] for name in ("day", "open", "high", "low", "settle", "volume")))


def _missing(bars: Bars, gone: Days) -> Bars:
    return _keep(bars, ~np.isin(bars.day, gone))


def _spike(bars: Bars, day: np.datetime64, factor: float, tick_digits: int = 4) -> Bars:
    """Return ``bars`` whose settle of ``day`` is off by ``factor``; high and low follow, so the bar stays lawful."""
    settle = np.where(bars.day == day, np.round(bars.settle * factor, tick_digits), bars.settle)
    return replace(bars, settle=settle, high=np.maximum(bars.high, settle), low=np.minimum(bars.low, settle))


def _stuck(bars: Bars, count: int) -> Bars:
    """Return ``bars`` whose last ``count`` days repeat the settle before them, without volume."""
    frozen = np.arange(len(bars.day)) >= len(bars.day) - count
    value = bars.settle[-count - 1]
    parts = {name: np.where(frozen, value, getattr(bars, name)) for name in ("open", "high", "low", "settle")}
    return replace(bars, **parts, volume=np.where(frozen, 0.0, bars.volume))


def spoil_bars(bars: dict[str, Bars], days: Days, rng: np.random.Generator) -> Iterator[Blemish]:
    """Spoil the daily bars in place and yield what was done."""
    for code, nearest, farthest, factor in SPIKES:
        day = days[_back(rng, nearest, farthest)]
        bars[code] = _spike(bars[code], day, factor)
        yield Blemish("spike", code, day, day)
    for code, nearest, farthest, count in GAPS:
        end = len(days) + _back(rng, nearest, farthest)
        gone = days[end - count + 1 : end + 1]
        bars[code] = _missing(bars[code], gone)
        yield Blemish("gap", code, gone[0], gone[-1])
    bars[STUCK] = _stuck(bars[STUCK], STUCK_DAYS)
    yield Blemish("stuck", STUCK, days[-STUCK_DAYS], days[-1])
    bars[STOPPED] = _missing(bars[STOPPED], days[-STOPPED_DAYS:])
    yield Blemish("stopped", STOPPED, days[-STOPPED_DAYS], days[-1])
    for spec in DAILY:
        if spec.source == DEMO_ASSESSMENTS:
            bars[spec.code] = _missing(bars[spec.code], days[-LATE_DAYS:])
            yield Blemish("late source", spec.code, days[-LATE_DAYS], days[-1])


def spoil_curves(curves: dict[str, CurveHistory], days: Days, rng: np.random.Generator) -> Iterator[Blemish]:
    """Mark days of curves as never published and yield which."""
    for code, nearest, farthest in CURVE_GAPS:
        row = len(days) + _back(rng, nearest, farthest)
        curves[code].published[row] = False
        yield Blemish("curve gap", code, days[row], days[row])
    curves[STOPPED_CURVE].published[-STOPPED_CURVE_DAYS:] = False
    yield Blemish("curve stopped", STOPPED_CURVE, days[-STOPPED_CURVE_DAYS], days[-1])


def corrections(days: Days, rng: np.random.Generator) -> tuple[Correction, ...]:
    """Return the days that were first published wrong."""
    return tuple(
        Correction(kind, code, days[_back(rng, nearest, farthest)], factor)
        for kind, code, nearest, farthest, factor in WRONG
    )
