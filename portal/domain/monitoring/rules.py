"""When a rule fires: a condition that holds long enough, and is over when another one does.

All rules are a pair of conditions at the moments of looking: *broken* and *recovered*. They are never both true, and
neither is where nothing is known. A rule begins to fire when it has been broken at every look for its time, and ends
when it has been recovered at every look for its time (:func:`firing`); between the two it stays as it is, which is
what hysteresis means. What the monitor finds look by look, from the state it left, is what a replay over the same
samples finds.

References
----------
Prometheus documentation, "Alerting rules": ``for`` and ``keep_firing_for``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D

OPERATORS = (">", ">=", "<", "<=")


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds at each look.

    Attributes
    ----------
    broken, recovered : ndarray of shape (m,), bool
        Whether the rule is broken, and whether what it tells of is over; never both.
    reading : ndarray of shape (m,)
        What was compared; NaN where nothing is known.
    """

    broken: BoolArray1D
    recovered: BoolArray1D
    reading: FloatArray1D


def beyond(reading: FloatArray1D, operator: str, level: float) -> BoolArray1D:
    """Return where a reading is beyond a level.

    Parameters
    ----------
    reading : ndarray of shape (m,)
        What was measured; NaN where nothing is known.
    operator : str
        One of ``>``, ``>=``, ``<``, ``<=``.
    level : float
        In the unit of the reading.

    Returns
    -------
    ndarray of shape (m,), bool
        False where nothing is known.

    Raises
    ------
    ValueError
        There is no such operator.
    """
    compare = {">": np.greater, ">=": np.greater_equal, "<": np.less, "<=": np.less_equal}
    if operator not in compare:
        raise ValueError(f"'{operator}' is not one of {', '.join(OPERATORS)}.")
    found: BoolArray1D = compare[operator](reading, level)  # a comparison with NaN is false
    return found


def threshold(
    reading: FloatArray1D, operator: str, level: float, clear_level: float | None = None
) -> Conditions:
    """Judge a reading against a level, with hysteresis.

    Parameters
    ----------
    reading : ndarray of shape (m,)
        What was measured; NaN where nothing is known.
    operator : str
        One of ``>``, ``>=``, ``<``, ``<=``.
    level : float
        The rule is broken beyond it.
    clear_level : float, optional
        It is over only when the reading is no more beyond this one; by default ``level``.

    Returns
    -------
    Conditions
        Broken, recovered, and the reading.

    Examples
    --------
    >>> found = threshold(np.array([0.95, 0.85, 0.75, np.nan]), ">", 0.9, 0.8)
    >>> found.broken, found.recovered
    (array([ True, False, False, False]), array([False, False,  True, False]))
    """
    broken = beyond(reading, operator, level)
    least = level if clear_level is None else clear_level
    recovered = ~np.isnan(reading) & ~beyond(reading, operator, least) & ~broken
    return Conditions(broken, recovered, reading)


def absence(age: FloatArray1D, longest_seconds: float) -> Conditions:
    """Judge the age of the newest sample.

    Parameters
    ----------
    age : ndarray of shape (m,), seconds
        Age of the newest sample; NaN before there was one.
    longest_seconds : float, seconds
        A sample may be this old.

    Returns
    -------
    Conditions
        Broken where the newest sample is older; neither broken nor recovered before there was one, because what was
        never there cannot be missed.
    """
    return threshold(age, ">", longest_seconds)


def held(moments: FloatArray1D, condition: BoolArray1D, seconds: float) -> BoolArray1D:
    """Return where a condition has been true at every look for a time.

    Parameters
    ----------
    moments : ndarray of shape (m,), seconds
        When somebody looked, rising.
    condition : ndarray of shape (m,), bool
        What was found.
    seconds : float, seconds
        For how long it must hold; 0 asks only for now.

    Returns
    -------
    ndarray of shape (m,), bool
        True where it is true and has been since at least ``seconds`` before. One look that does not know begins anew.

    Examples
    --------
    >>> held(np.array([0.0, 60.0, 120.0, 180.0]), np.array([True, True, False, True]), 60.0)
    array([False,  True, False, False])
    """
    places = np.arange(len(moments))
    last_false = np.maximum.accumulate(np.where(condition, -1, places)) if len(moments) else places
    began = moments[np.minimum(last_false + 1, len(moments) - 1)] if len(moments) else moments
    found: BoolArray1D = condition & (moments - began >= seconds)
    return found


def firing(
    moments: FloatArray1D, found: Conditions, *, for_seconds: float = 0.0, keep_seconds: float = 0.0,
    is_firing: bool = False, clears_unknown: bool = False,
) -> BoolArray1D:  # fmt: skip
    """Return whether a rule fires at each look.

    Parameters
    ----------
    moments : ndarray of shape (m,), seconds
        When somebody looked, rising.
    found : Conditions
        What was found.
    for_seconds, keep_seconds : float, seconds, default 0
        How long it must be broken until it fires, and recovered until it is over.
    is_firing : bool, default False
        Whether it fired before the first look.
    clears_unknown : bool, default False
        Where nothing is known it counts as recovered; else it stays as it is.

    Returns
    -------
    ndarray of shape (m,), bool
        True while it fires.
    """
    recovered = found.recovered | (np.isnan(found.reading) & ~found.broken if clears_unknown else False)
    begins, ends = held(moments, found.broken, for_seconds), held(moments, recovered, keep_seconds)
    places = np.arange(len(moments))
    last_begin = np.maximum.accumulate(np.where(begins, places, -1)) if len(moments) else places
    last_end = np.maximum.accumulate(np.where(ends, places, -1)) if len(moments) else places
    untouched = (last_begin == -1) & (last_end == -1)
    return np.where(untouched, is_firing, last_begin > last_end)


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that a rule fired.

    Attributes
    ----------
    begin : float, seconds since 1970 UTC
        The first look at which it fired.
    end : float or None, seconds since 1970 UTC
        The first look at which it was over; None while it fires at the last look.
    worst : float
        The reading that is farthest from well during it; NaN when nothing was known.
    """

    begin: float
    end: float | None
    worst: float


def episodes(
    moments: FloatArray1D, fires: BoolArray1D, reading: FloatArray1D, *, falling: bool = False
) -> list[Episode]:
    """Return each time that a rule fired.

    Parameters
    ----------
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When somebody looked, rising.
    fires : ndarray of shape (m,), bool
        Whether it fired.
    reading : ndarray of shape (m,)
        What was measured; NaN where nothing was known.
    falling : bool, default False
        Low readings are the bad ones.

    Returns
    -------
    list of Episode
        In order of time.
    """
    edges = np.diff(np.concatenate([[False], fires, [False]]).astype(np.int8))
    begins, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    found = []
    for first, past in zip(begins.tolist(), ends.tolist(), strict=True):
        known = reading[first:past][~np.isnan(reading[first:past])]
        worst = float("nan") if not len(known) else float(known.min() if falling else known.max())
        found.append(
            Episode(float(moments[first]), float(moments[past]) if past < len(moments) else None, worst)
        )
    return found


def firing_seconds(found: list[Episode], until: float) -> float:
    """Return how long a rule fired altogether.

    Parameters
    ----------
    found : list of Episode
        The times that it fired.
    until : float, seconds since 1970 UTC
        The end of what was looked at, for one that still fires.

    Returns
    -------
    float
        Seconds.
    """
    return float(sum((until if one.end is None else one.end) - one.begin for one in found))
