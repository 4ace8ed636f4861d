"""From raw rows to a complete series on a regular grid: what is refused, what is filled, and what is said of it.

API: ``prepare(target, at, value) -> Prepared``, ``POLICY``.

Gaps are filled from the past alone (an hour from the same hour a week before, a business day from the day before), so
that a filled value before an origin cannot know what came after it. Filled values are flagged and never scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, IntArray1D
from portal.domain.forecast.errors import UnfitSeries
from portal.domain.forecast.level_shift import level_shift
from portal.domain.forecast.local_days import SLOTS, hours_of_days, wall_clock
from portal.domain.forecast.targets import Target
from portal.domain.market.errors import InsufficientHistory, LengthMismatch

MOST_MISSING = 0.30
LEAST_DAYS, LEAST_HOURLY_DAYS = 30, 14
WHOLE_DAY = 18  # slots with which the newest day counts as arrived
GAPS_NAMED = 12
POLICY = {
    24: "A missing hour takes the value of the same hour a week before (in the first week a day before); the missing "
    "hour of the spring clock change is the mean of its neighbours, the doubled hour in autumn the mean of both.",
    1: "A business day without a value (a holiday among them) keeps the value of the day before.",
}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Prepared:
    """A complete series.

    Attributes
    ----------
    y : ndarray of shape (n,)
        Values, in the unit of the target.
    stamp : ndarray of shape (n,), datetime64[s]
        Starts of the slots on the wall clock of the target's zone.
    filled : ndarray of shape (n,), bool
        Where there was no value.
    facts : mapping
        What was found and done: ``observations``, ``duplicates``, ``contradicting``, ``missing``, ``missing_share``,
        ``gaps``, ``clock_changes``, ``level_shift``, ``left_out``, ``policy`` and ``sentences`` for the reader.
    """

    y: FloatArray1D
    stamp: DateArray1D
    filled: BoolArray1D
    facts: dict[str, Any]


def prepare(target: Target, at: DateArray1D, value: FloatArray1D) -> Prepared:
    """Check raw values and put them on the grid of a target.

    Parameters
    ----------
    target : Target
        Says the grid: 24 slots a local day, or business days.
    at : ndarray of shape (n,), datetime64
        Starts of intervals in UTC (hourly targets; quarter hours are averaged), or days; in any order.
    value : ndarray of shape (n,)
        Values in the unit of the target; NaN or infinite where missing.

    Returns
    -------
    Prepared
        The series from its first complete day to its newest day that has arrived.

    Raises
    ------
    InsufficientHistory
        Fewer than 30 business days, or 14 days of hours.
    UnfitSeries
        More than 30 % is missing, or all values are equal.
    """
    if len(at) != len(value):
        raise LengthMismatch(
            f"{target.title} has {len(at)} stamps and {len(value)} values.", first=len(at), second=len(value)
        )
    known = np.isfinite(value)
    moments, values, facts = _without_duplicates(at[known], np.asarray(value, dtype=np.float64)[known])
    facts["observations"] = int(known.sum())
    _require_enough(target, moments)
    grid = (
        _hourly(target, moments, values, facts) if target.per_day == SLOTS else _daily(moments, values, facts)
    )
    return _finished(target, *grid, facts=facts)


def _without_duplicates(
    at: DateArray1D, value: FloatArray1D
) -> tuple[DateArray1D, FloatArray1D, dict[str, Any]]:
    """Return each stamp once, rising; of several values the last one given counts."""
    order = np.argsort(at, kind="stable")
    at, value = at[order], value[order]
    last = np.append(at[1:] != at[:-1], True) if at.size else np.zeros(0, dtype=bool)
    twice = np.flatnonzero(~last)
    unlike = int((value[twice] != value[twice + 1]).sum())
    return at[last], value[last], {"duplicates": len(twice), "contradicting": unlike}


def _require_enough(target: Target, at: DateArray1D) -> None:
    days = len(np.unique(at.astype("datetime64[D]")))
    least = LEAST_HOURLY_DAYS if target.per_day == SLOTS else LEAST_DAYS
    if days < least:
        raise InsufficientHistory(
            f"{target.title} has values on {days} days, but a forecast needs at least {least}. Import a longer "
            "history, or choose a later valuation day.",
            have=days,
            need=least,
        )


_Grid = tuple[DateArray1D, FloatArray1D, BoolArray1D, int]


def _hourly(target: Target, at: DateArray1D, value: FloatArray1D, facts: dict[str, Any]) -> _Grid:
    """Return stamps, values with NaN in the gaps, slots of the spring change, and how far back a gap looks."""
    local = wall_clock(at, target.timezone)
    first, last = (local[i].astype("datetime64[D]") for i in (0, -1))
    slot = ((local - first.astype("datetime64[s]")) // np.timedelta64(1, "h")).astype(np.int64)
    size = (int((last - first).astype(int)) + 1) * SLOTS
    count = np.bincount(slot, minlength=size)
    y = np.full(size, np.nan)
    y[count > 0] = np.bincount(slot, weights=value, minlength=size)[count > 0] / count[count > 0]
    stamp = first.astype("datetime64[s]") + np.arange(size) * np.timedelta64(1, "h")
    spring = _spring(first, last, target.timezone, size)
    inner = np.flatnonzero(spring)
    y[inner] = 0.5 * (y[inner - 1] + y[inner + 1])  # both are of the same local day
    facts["clock_changes"] = [str(stamp[i].astype("datetime64[D]")) for i in inner]
    begin, end = _whole_days(target, y, facts)
    return stamp[begin:end], y[begin:end], spring[begin:end], SLOTS * 7


def _spring(first: np.datetime64, last: np.datetime64, timezone: str, size: int) -> BoolArray1D:
    """Return the slots that no hour belongs to."""
    _, slot = hours_of_days(first.astype(object), last.astype(object), timezone)
    spring: BoolArray1D = np.bincount(slot, minlength=size) == 0
    return spring


def _whole_days(target: Target, y: FloatArray1D, facts: dict[str, Any]) -> tuple[int, int]:
    """Return the range from the first complete day to the newest that has arrived."""
    present = np.isfinite(y).reshape(-1, SLOTS).sum(axis=1)
    complete = np.flatnonzero(present == SLOTS)
    arrived = np.flatnonzero(present >= WHOLE_DAY)
    if not complete.size:
        raise UnfitSeries(
            f"{target.title} has no day on which all 24 hours have a value; there is nothing to fill its gaps from. "
            "Import the missing hours.",
            complete=0,
        )
    facts["left_out"] = int(present[: complete[0]].sum() + present[arrived[-1] + 1 :].sum())
    return int(complete[0]) * SLOTS, (int(arrived[-1]) + 1) * SLOTS


def _daily(at: DateArray1D, value: FloatArray1D, facts: dict[str, Any]) -> _Grid:
    """Return business days from the first to the last that has a value; weekends are left out."""
    day = at.astype("datetime64[D]")
    working = np.is_busday(day)
    facts["left_out"], facts["clock_changes"] = int((~working).sum()), []
    day, value = day[working], value[working]
    grid = np.arange(day[0], day[-1] + 1)
    grid = grid[np.is_busday(grid)]
    y = np.full(len(grid), np.nan)
    y[np.searchsorted(grid, day)] = value
    return grid.astype("datetime64[s]"), y, np.zeros(len(grid), dtype=bool), 1


def _finished(
    target: Target,
    stamp: DateArray1D,
    y: FloatArray1D,
    made: BoolArray1D,
    back: int,
    *,
    facts: dict[str, Any],
) -> Prepared:
    gap = ~np.isfinite(y)
    share = float(gap.mean())
    if share > MOST_MISSING:
        raise UnfitSeries(
            f"{100 * share:.0f} % of the values of {target.title} between {_day(stamp[0])} and {_day(stamp[-1])} are "
            "missing; at most 30 % may be filled. Import the missing days, or forecast another series.",
            missing=int(gap.sum()),
            share=share,
        )
    _fill(y, np.flatnonzero(gap), back)
    if float(np.ptp(y)) == 0.0:
        raise UnfitSeries(
            f"All {len(y)} values of {target.title} are {y[0]:g} {target.unit}; there is nothing to learn from a "
            "constant series. Check its source.",
            value=float(y[0]),
        )
    facts |= {
        "missing": int(gap.sum()),
        "missing_share": share,
        "gaps": _gaps(stamp, np.flatnonzero(gap)),
        "level_shift": level_shift(y[-target.window :], stamp[-target.window :], target.per_day),
        "policy": POLICY[target.per_day],
    }
    facts["sentences"] = _sentences(target, facts)
    return Prepared(y, stamp, gap | made, facts)


def _fill(y: FloatArray1D, missing: IntArray1D, back: int) -> None:
    """Fill in place, oldest first, so that a long gap repeats what was filled before it."""
    day = min(SLOTS, back)
    for at in missing.tolist():
        y[at] = y[at - back] if at >= back else y[at - day] if at >= day else y[at - 1]


def _gaps(stamp: DateArray1D, missing: IntArray1D) -> list[dict[str, Any]]:
    """Return the longest gaps, oldest first."""
    if not missing.size:
        return []
    cut = np.flatnonzero(np.diff(missing) > 1) + 1
    runs: Sequence[IntArray1D] = np.split(missing, cut)
    longest = sorted(runs, key=len, reverse=True)[:GAPS_NAMED]
    return [
        {"first": str(stamp[run[0]]), "last": str(stamp[run[-1]]), "slots": len(run)}
        for run in sorted(longest, key=lambda run: int(run[0]))
    ]


def _day(stamp: np.datetime64) -> str:
    return str(stamp.astype("datetime64[D]"))


def _sentences(target: Target, facts: dict[str, Any]) -> list[str]:
    """Say what was found, for the reader of the forecast."""
    said = []
    slot = "hours" if target.per_day == SLOTS else "business days"
    if facts["duplicates"]:
        unlike = facts["contradicting"]
        twice = f", {unlike} of them with another value" if unlike else ""
        said.append(f"{facts['duplicates']} stamps came twice{twice}: the last value given counts.")
    if facts["missing"]:
        said.append(
            f"{facts['missing']} {slot} without a value ({100 * facts['missing_share']:.1f} %) were filled. "
            f"{POLICY[target.per_day]} Filled values are never scored."
        )
    if facts["clock_changes"]:
        said.append(f"{len(facts['clock_changes'])} spring clock changes were bridged.")
    if facts["left_out"]:
        what = "of incomplete days at the ends" if target.per_day == SLOTS else "on weekends"
        said.append(f"{facts['left_out']} values {what} were left out.")
    if facts["level_shift"]:
        found = facts["level_shift"]
        said.append(
            f"The level shifted around {found['day']}, from about {found['before']:g} to {found['after']:g} "
            f"{target.unit}; it was left as it is. A shorter training window forgets what was before it."
        )
    return said
