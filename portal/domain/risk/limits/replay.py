"""A proposed limit over the days of the past: how often it would have warned or been broken, before it is saved.

API: ``replay(terms, values, days) -> Replay``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D
from portal.domain.market.errors import InsufficientHistory
from portal.domain.market.series import require_same_length
from portal.domain.risk.limits.limit import Terms
from portal.domain.risk.limits.use import Status, judge_days


@dataclass(frozen=True)
class Spell:
    """Days of one kind that follow each other.

    Attributes
    ----------
    first, last : date
        Both included.
    days : int
        How many of the days of the history.
    """

    first: date
    last: date
    days: int


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Replay:
    """How a limit would have fared.

    Attributes
    ----------
    days : ndarray of shape (n,), datetime64[D]
        Days of the history.
    status : ndarray of shape (n,), int8
        Members of `Status`.
    use : ndarray of shape (n,)
        Share of the limit; NaN without data.
    warnings, breaches, without_data : int
        Days of each kind.
    longest_breach, longest_warning : Spell or None
        Longest run of days in breach, and of days in warning or breach; None without one.
    first_breach, last_breach : date or None
        Ends of the time in which it was broken.
    worst_use : float
        Largest share of the limit; NaN without any data.
    worst_day : date or None
        Its day.
    sentences : tuple of str
        The same in words.
    """

    days: DateArray1D
    status: NDArray[np.int8]
    use: FloatArray1D
    warnings: int
    breaches: int
    without_data: int
    longest_breach: Spell | None
    longest_warning: Spell | None
    first_breach: date | None
    last_breach: date | None
    worst_use: float
    worst_day: date | None
    sentences: tuple[str, ...]


def replay(terms: Terms, values: Mapping[str, ArrayLike], days: DateArray1D) -> Replay:
    """Judge every day of a history under terms that did not hold then.

    Parameters
    ----------
    terms : Condition, AllOf or AnyOf
        The proposal.
    values : mapping of str to array_like of shape (n,) or (n, k)
        By ``Metric.key``, NaN where there is no data; positions along the last axis for netting bases.
    days : ndarray of shape (n,), datetime64[D]
        Days, oldest first.

    Returns
    -------
    Replay
        Counts, runs and the worst day.

    Raises
    ------
    InsufficientHistory
        There is no day.
    BadParameter
        A metric of the limit has no values.
    LengthMismatch
        Values and days differ in number.
    """
    stamps = np.asarray(days, dtype="datetime64[D]")
    if not len(stamps):
        raise InsufficientHistory(
            "There is no history to replay the limit over; run the measures for past days first.",
            have=0,
            need=1,
        )
    judged = judge_days(terms, values)
    require_same_length(stamps, judged.use, "days and values of the limit")
    broken, known = judged.status == Status.BREACH, ~np.isnan(judged.use)
    at = np.flatnonzero(broken)
    worst = int(np.argmax(np.where(known, judged.use, -np.inf))) if known.any() else None
    found = Replay(
        days=stamps,
        status=judged.status,
        use=judged.use,
        warnings=int(np.sum(judged.status == Status.WARNING)),
        breaches=len(at),
        without_data=int(np.sum(judged.status == Status.NO_DATA)),
        longest_breach=_longest(broken, stamps),
        longest_warning=_longest(judged.status >= Status.WARNING, stamps),
        first_breach=stamps[at[0]].item() if at.size else None,
        last_breach=stamps[at[-1]].item() if at.size else None,
        worst_use=float("nan") if worst is None else float(judged.use[worst]),
        worst_day=None if worst is None else stamps[worst].item(),
        sentences=(),
    )
    return replace(found, sentences=tuple(_sentences(found)))


def _longest(inside: BoolArray1D, days: DateArray1D) -> Spell | None:
    """The longest run of True; the first of several."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    starts, ends = edges[::2], edges[1::2]
    if not starts.size:
        return None
    best = int(np.argmax(ends - starts))
    return Spell(days[starts[best]].item(), days[ends[best] - 1].item(), int(ends[best] - starts[best]))


def _sentences(found: Replay) -> list[str]:
    n = len(found.days)
    if found.without_data == n:
        return [f"None of the {_days(n)} has the data to judge this limit."]
    said = []
    if not found.breaches:
        said.append(f"The limit would not have been broken on any of {_days(n - found.without_data)}.")
    else:
        share = 100.0 * found.breaches / (n - found.without_data)
        said.append(
            f"The limit would have been broken on {_days(found.breaches)} of {n - found.without_data:,} "
            f"({share:.3g} %), first on {found.first_breach} and last on {found.last_breach}."
        )
    if found.longest_breach is not None and found.longest_breach.days > 1:
        said.append(
            f"The longest breach would have lasted {_days(found.longest_breach.days)}, "
            f"from {found.longest_breach.first} to {found.longest_breach.last}."
        )
    if found.warnings:
        said.append(f"It would have warned on another {_days(found.warnings)}.")
    if found.worst_day is not None and np.isfinite(found.worst_use):
        said.append(
            f"At most {100.0 * found.worst_use:.1f} % of it would have been used, on {found.worst_day}."
        )
    if found.without_data:
        said.append(f"{_days(found.without_data).capitalize()} could not be judged for lack of data.")
    return said


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
