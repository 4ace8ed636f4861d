"""A rule applied to the samples of what it looks after: what it reads, what holds, when it fires."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D
from portal.domain.monitoring.counters import add_up, increase
from portal.domain.monitoring.rule_terms import Terms
from portal.domain.monitoring.rules import Conditions, absence, firing, threshold
from portal.domain.monitoring.seasonal import robust_z, usual
from portal.domain.monitoring.series import age_at, at_moments, mean_over, steps
from portal.domain.monitoring.slo import burn_pressure, burn_rate


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one series.

    Attributes
    ----------
    times, values : ndarray of shape (n,)
        Seconds since 1970 UTC, rising, and what was measured; no NaN.
    is_late : bool
        The series appeared while others of its metric were there: as a counter it began at zero.
    """

    times: FloatArray1D
    values: FloatArray1D
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a rule found at each look.

    Attributes
    ----------
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When it looked.
    reading : ndarray of shape (m,)
        What it compared; NaN where nothing was known.
    fires : ndarray of shape (m,), bool
        Whether it fired.
    low, high : ndarray of shape (m,) or None
        Of an anomaly the usual band in the unit of ``value``; None for other kinds.
    value : ndarray of shape (m,)
        What was measured: the reading, but of an anomaly the value whose score is the reading.
    """

    moments: FloatArray1D
    reading: FloatArray1D
    fires: BoolArray1D
    value: FloatArray1D
    low: FloatArray1D | None = None
    high: FloatArray1D | None = None


def measured(terms: Terms, series: Sequence[Samples], moments: FloatArray1D) -> FloatArray1D:
    """Return what a rule measures at each moment: a value or a rate, of one series or of several as a sum.

    Parameters
    ----------
    terms : Terms
        How it reads.
    series : sequence of Samples
        One series, or those that are added.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When it looks.

    Returns
    -------
    ndarray of shape (m,)
        In the unit of the metric, or per second; NaN where nothing is known. What an anomaly measures is a mean over
        its window. A rate leaves out what was counted over a gap longer than ``terms.stale_seconds``, which would
        read as a burst.
    """
    if terms.reading == "rate":
        parts = [
            increase(
                one.times, one.values, moments, terms.window_seconds, from_zero=one.is_late,
                gap_seconds=max(terms.stale_seconds, terms.window_seconds),
            )
            for one in series
        ]  # fmt: skip
        return add_up(parts, len(moments)) / terms.window_seconds
    if terms.kind == "anomaly":
        means = [mean_over(one.times, one.values, moments, terms.window_seconds) for one in series]
        return add_up(means, len(moments))
    return add_up(
        [at_moments(one.times, one.values, moments, terms.stale_seconds) for one in series], len(moments)
    )


def judge(
    terms: Terms, series: Sequence[Samples], moments: FloatArray1D, *, is_firing: bool = False
) -> Verdict:
    """Apply a threshold, absence or anomaly rule.

    Parameters
    ----------
    terms : Terms
        The rule; of any kind but ``burn-rate``.
    series : sequence of Samples
        One series, or those that are added.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When it looks, rising.
    is_firing : bool, default False
        Whether it fired before the first look.

    Returns
    -------
    Verdict
        What it found.
    """
    if terms.kind == "absence":
        times = np.sort(np.concatenate([one.times for one in series])) if series else np.zeros(0)
        found = absence(age_at(times, moments), terms.level)
        return _verdict(terms, found, moments, found.reading, is_firing=is_firing)
    value = measured(terms, series, moments)
    if terms.kind != "anomaly":
        found = threshold(value, terms.operator, terms.level, terms.clear_level)
        return _verdict(terms, found, moments, value, is_firing=is_firing)
    return _anomaly(terms, series, moments, value, is_firing=is_firing)


def _anomaly(
    terms: Terms, series: Sequence[Samples], moments: FloatArray1D, value: FloatArray1D, *, is_firing: bool
) -> Verdict:
    """Judge against what is usual; the past is measured hour by hour as the present is, in windows of one hour."""
    begin = min((one.times[0] for one in series if len(one.times)), default=0.0)
    end = max((one.times[-1] for one in series if len(one.times)), default=-1.0)
    past = steps(begin, end, terms.season.bucket_seconds)
    middle = terms.window_seconds / 2  # a window belongs to the hour in which most of it lies
    known = usual(past - middle, measured(terms, series, past), moments - middle, terms.season)
    found = threshold(robust_z(value, known, terms.direction), ">", terms.level, terms.clear_level)
    made = _verdict(terms, found, moments, value, is_firing=is_firing)
    reach = terms.level * known.scale
    low, high = known.middle - reach, known.middle + reach
    return Verdict(made.moments, made.reading, made.fires, value, low, high)


@dataclass(frozen=True, slots=True)
class Burn:
    """How a budget burns at each look.

    Attributes
    ----------
    verdict : Verdict
        Its reading is the pressure: above 1 a pair of windows burns too fast.
    rates : dict
        Burn rates by the length of their window in seconds, each of shape (m,).
    """

    verdict: Verdict
    rates: dict[float, FloatArray1D]


def counted(series: Sequence[Samples], moments: FloatArray1D, window_seconds: float) -> FloatArray1D:
    """Return what several counters counted together in the window that ends at each moment.

    Parameters
    ----------
    series : sequence of Samples
        Counters.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        Ends of windows.
    window_seconds : float, seconds
        Length of a window.

    Returns
    -------
    ndarray of shape (m,)
        Counts; NaN where no counter had a sample.
    """
    parts = [
        increase(one.times, one.values, moments, window_seconds, from_zero=one.is_late) for one in series
    ]
    return add_up(parts, len(moments))


def judge_burn(
    terms: Terms, good: Sequence[Samples], total: Sequence[Samples], objective: float, moments: FloatArray1D, *,
    is_firing: bool = False,
) -> Burn:  # fmt: skip
    """Apply a burn-rate rule.

    Parameters
    ----------
    terms : Terms
        The rule.
    good, total : sequence of Samples
        Counters of what went well and of all.
    objective : float
        The share that should go well.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When it looks, rising.
    is_firing : bool, default False
        Whether it fired before the first look.

    Returns
    -------
    Burn
        What it found. A window that saw fewer than ``terms.least_events`` in its long partner says nothing.
    """
    rates, pairs = {}, []
    for one in terms.windows:
        known = np.nan_to_num(counted(total, moments, one.long_seconds)) >= max(terms.least_events, 1.0)
        both = []
        for seconds in (one.long_seconds, one.short_seconds):
            all_of = counted(total, moments, seconds)
            well = np.nan_to_num(counted(good, moments, seconds))
            rates[seconds] = burn_rate(well, np.nan_to_num(all_of), objective)
            both.append(np.where(known, rates[seconds], np.nan))
        pairs.append((both[0], both[1]))
    pressure = burn_pressure(pairs, terms.windows)
    return Burn(_verdict(terms, threshold(pressure, ">", 1.0), moments, pressure, is_firing=is_firing), rates)


def _verdict(
    terms: Terms, found: Conditions, moments: FloatArray1D, value: FloatArray1D, *, is_firing: bool
) -> Verdict:
    fires = firing(
        moments, found, for_seconds=terms.for_seconds, keep_seconds=terms.keep_seconds, is_firing=is_firing,
        clears_unknown=terms.missing == "clear",
    )  # fmt: skip
    return Verdict(moments, found.reading, fires, value)
