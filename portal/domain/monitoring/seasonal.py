"""What is unusual for this time of the week: a robust z-score against the same hours of the weeks before.

The week is cut into buckets; each bucket has the median of its samples in the past weeks and their median absolute
deviation (MAD). Neither is moved by a few outages, which a mean and a standard deviation are. 1.4826 x MAD is the
standard deviation of a normal distribution.

The score of a value x in the bucket b is ``(x - median_b) / scale_b`` with

    scale_b = max(1.4826 max(MAD_b, M), floor |median_b|, floor A, floor_value)

where M is the median of the MAD of those buckets that moved at all (MAD above 0) and A the median of |median| of those
buckets whose median is not 0. Score and MAD are those of Iglewicz and Hoaglin; that a bucket which never moved, such as
an hour of the night without any request, borrows the scale of those that did is a choice made here: its own MAD is 0,
and a single event would be infinitely far from it.

Only whole seasons before the one of a moment are looked at, so that nothing looks ahead and a replay finds what the
monitor would have found.

References
----------
Iglewicz and Hoaglin (1993), "How to Detect and Handle Outliers", ASQC, section 3.
Rousseeuw and Croux (1993), "Alternatives to the Median Absolute Deviation", JASA 88, 1273-1283.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D

NORMAL = 1.4826
MONDAY = 4 * 86_400.0  # 1970-01-01 was a Thursday: the first Monday
WEEK = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Season:
    """How time is cut.

    Attributes
    ----------
    seconds : float, seconds
        The length of a season: a week or a day, from Monday or midnight UTC.
    bucket_seconds : float, seconds
        The length of a bucket; a season is a whole number of them.
    past : int
        How many whole seasons before are looked at.
    least : int
        A bucket with fewer samples says nothing.
    floor : float
        The scale is at least this share of the size of the bucket's median, and of that of the middle bucket whose
        median is not 0: what never moved may move a little.
    floor_value : float
        The scale is at least this, in the unit of the values.
    """

    seconds: float = WEEK
    bucket_seconds: float = 3_600.0
    past: int = 4
    least: int = 3
    floor: float = 0.02
    floor_value: float = 1e-9

    @property
    def buckets(self) -> int:
        """How many buckets a season has."""
        return round(self.seconds / self.bucket_seconds)

    def place(self, times: FloatArray1D) -> tuple[IntArray1D, IntArray1D]:
        """Return the season and the bucket of each time.

        Parameters
        ----------
        times : ndarray of shape (n,), seconds since 1970 UTC
            Moments.

        Returns
        -------
        tuple of two ndarray of shape (n,)
            Number of the season since the first Monday of 1970, and of the bucket within it.
        """
        since = times - MONDAY
        season = np.floor(since / self.seconds).astype(np.int64)
        bucket = np.floor((since - season * self.seconds) / self.bucket_seconds).astype(np.int64)
        return season, np.minimum(bucket, self.buckets - 1)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual at each look.

    Attributes
    ----------
    middle, scale : ndarray of shape (m,)
        Median and robust standard deviation (1.4826 x MAD, at least that of the middle one of the buckets that moved)
        of the bucket, in the unit of the values; NaN where history is too short.
    """

    middle: FloatArray1D
    scale: FloatArray1D


def usual(times: FloatArray1D, values: FloatArray1D, moments: FloatArray1D, season: Season) -> Usual:
    """Return what is usual at each moment, from whole seasons before its own.

    Parameters
    ----------
    times, values : ndarray of shape (n,)
        Samples, in seconds since 1970 UTC; NaN values are left out.
    moments : ndarray of shape (m,), seconds since 1970 UTC
        When somebody looks.
    season : Season
        How time is cut.

    Returns
    -------
    Usual
        Median and robust standard deviation; NaN where the bucket has fewer than ``season.least`` samples.
    """
    known = ~np.isnan(values)
    sample_season, sample_bucket = season.place(times[known])
    kept = values[known]
    look_season, look_bucket = season.place(moments)
    middle, scale = np.full(len(moments), np.nan), np.full(len(moments), np.nan)
    for one in np.unique(look_season).tolist():
        past = (sample_season < one) & (sample_season >= one - season.past)
        centre, spread = _by_bucket(sample_bucket[past], kept[past], season)
        here = look_season == one
        middle[here], scale[here] = centre[look_bucket[here]], spread[look_bucket[here]]
    return Usual(middle, scale)


def _by_bucket(bucket: IntArray1D, values: FloatArray1D, season: Season) -> tuple[FloatArray1D, FloatArray1D]:
    """Return median and robust standard deviation of each bucket, shapes (buckets,).

    The deviation of a bucket is at least that of the middle one of the buckets that moved: of a handful of samples two
    are easily alike, and where most hours are idle the middle of all buckets would not move either.
    """
    middle, count = _medians(bucket, values, season.buckets)
    away = np.abs(values - middle[bucket])
    spread, _ = _medians(bucket, away, season.buckets)
    enough = count >= season.least
    common = _median(spread[enough & (spread > 0)])
    size = np.abs(middle)
    least = np.maximum(
        season.floor * np.maximum(size, _median(size[enough & (size > 0)])), season.floor_value
    )
    scale = np.maximum(NORMAL * np.maximum(spread, common), least)
    return np.where(enough, middle, np.nan), np.where(enough, scale, np.nan)


def _median(values: FloatArray1D) -> float:
    """Return the median; 0 of nothing."""
    return float(np.median(values)) if len(values) else 0.0


def _medians(bucket: IntArray1D, values: FloatArray1D, buckets: int) -> tuple[FloatArray1D, IntArray1D]:
    """Return the median of the values of each bucket, and how many there are; sorted once for all buckets."""
    count = np.bincount(bucket, minlength=buckets).astype(np.int64)
    ranked = values[np.lexsort((values, bucket))]
    first = np.cumsum(count) - count
    some = count > 0
    if not len(values):
        return np.full(buckets, np.nan), count
    low = ranked[np.where(some, first + (count - 1) // 2, 0)]
    high = ranked[np.where(some, first + count // 2, 0)]
    return np.where(some, low + (high - low) / 2, np.nan), count


def robust_z(values: FloatArray1D, found: Usual, direction: str = "both") -> FloatArray1D:
    """Return how unusual each value is.

    Parameters
    ----------
    values : ndarray of shape (m,)
        What was measured; NaN where nothing is known.
    found : Usual
        What is usual at the same moments.
    direction : str, default ``both``
        ``above`` counts only what is high, ``below`` only what is low (as positive).

    Returns
    -------
    ndarray of shape (m,)
        Robust z-scores, positive where unusual; NaN where the value or the usual one is not known.

    Raises
    ------
    ValueError
        There is no such direction.

    Examples
    --------
    >>> robust_z(np.array([13.0, 7.0]), Usual(np.array([10.0, 10.0]), np.array([1.0, 1.0])))
    array([3., 3.])
    """
    score = (values - found.middle) / found.scale
    if direction == "both":
        return np.abs(score)
    if direction not in ("above", "below"):
        raise ValueError(f"'{direction}' is not one of both, above, below.")
    return score if direction == "above" else -score
