"""Figures of machines, databases and queues, read out of the samples of a short window.

``Readings`` hold the points of each series in the window, oldest first, by metric and labels.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from portal.domain.monitoring.samples import Point, increase, rate

Readings = Mapping[tuple[str, str], Sequence[Point]]


def newest(found: Readings, metric: str) -> float | None:
    """Return the newest value of a metric, added up over its labels; None without any."""
    return _over_labels(found, metric, math.fsum)


def largest(found: Readings, metric: str) -> float | None:
    """Return the largest of the newest values of a metric over its labels; None without any."""
    return _over_labels(found, metric, max)


def smallest(found: Readings, metric: str) -> float | None:
    """Return the smallest of the newest values of a metric over its labels; None without any."""
    return _over_labels(found, metric, min)


def share(found: Readings, part: str, whole: str) -> float | None:
    """Return the newest value of one metric as a fraction of that of another; None where either is missing or zero."""
    above, below = newest(found, part), newest(found, whole)
    return above / below if above is not None and below else None


def share_of_growth(found: Readings, hits: str, misses: str) -> float | None:
    """Return what fraction of two counters' growth in the window is that of the first; None where nothing grew.

    Parameters
    ----------
    found : Readings
        Readings of two counters, in the same unit.
    hits, misses : str
        Names of the counters.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> at = datetime(2026, 11, 20, tzinfo=UTC)
    >>> def two(first, last): return [Point(at, first), Point(at + timedelta(minutes=1), last)]
    >>> share_of_growth({("hit", ""): two(10, 100), ("miss", ""): two(0, 10)}, "hit", "miss")
    0.9
    """
    grown = [_growth(found, hits), _growth(found, misses)]
    known = [value for value in grown if value is not None]
    whole = math.fsum(known)
    return known[0] / whole if len(known) == 2 and whole > 0 else None


def growth_per_second(found: Readings, metric: str) -> float | None:
    """Return how fast a counter grew over the window, per second, added up over its labels; None with one reading."""
    rates = [rate(points) for (name, _), points in sorted(found.items()) if name == metric]
    known = [value for value in rates if value is not None]
    return math.fsum(known) if known else None


def _growth(found: Readings, metric: str) -> float | None:
    grown = [
        increase([point.value for point in points]) for (name, _), points in found.items() if name == metric
    ]
    known = [value for value in grown if value is not None]
    return math.fsum(known) if known else None


def _over_labels(found: Readings, metric: str, join: Callable[[Sequence[float]], float]) -> float | None:
    """Join the values of the newest moment of a metric: a label that is gone since does not count."""
    points = [series[-1] for (name, _), series in sorted(found.items()) if name == metric and series]
    if not points:
        return None
    moment = max(point.at for point in points)
    return join([point.value for point in points if point.at == moment])
