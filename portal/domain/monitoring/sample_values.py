"""Samples as people read them: in which unit, which is the newest, and how much of what was read was in memory."""

from collections.abc import Sequence

from portal.domain.monitoring.samples import increase

_MEGABYTE = 1e6
_UNITS = (
    ("_bytes", "MB", 1 / _MEGABYTE),
    ("_seconds", "s", 1.0),
    ("_ratio", "%", 100.0),
    ("_celsius", "°C", 1.0),
)


def shown_unit(metric: str) -> tuple[str, float]:
    """Return the unit in which values of a metric are shown, and the factor to it.

    Parameters
    ----------
    metric : str
        Its name as Prometheus writes it; the unit ends it, before ``_total``.

    Returns
    -------
    tuple of (str, float)
        The unit ("" for a number of things) and what a stored value is multiplied with.

    Examples
    --------
    >>> shown_unit("process_cpu_seconds_total"), shown_unit("pg_locks")
    (('s', 1.0), ('', 1.0))
    """
    name = metric.removesuffix("_total")
    return next(((unit, factor) for end, unit, factor in _UNITS if name.endswith(end)), ("", 1.0))


def newest(values: Sequence[float], factor: float = 1.0) -> float | None:
    """Return the last of some values in the unit that is shown; None when there is none.

    Parameters
    ----------
    values : sequence of float
        Readings of one series, oldest first.
    factor : float, default 1
        From the stored unit to the shown one.

    Examples
    --------
    >>> newest([1e6, 3e6], 1e-6)
    3.0
    """
    return values[-1] * factor if len(values) else None


def hit_share(hits: Sequence[float], reads: Sequence[float]) -> float | None:
    """Return the share of blocks that were found in the database's memory.

    Parameters
    ----------
    hits, reads : sequence of float
        Readings of the counters of blocks found in memory, and of blocks asked of the disk, oldest first.

    Returns
    -------
    float or None
        Between 0 and 1; None when nothing was read in the time, or there are fewer than two readings.

    Examples
    --------
    >>> hit_share([0.0, 90.0], [5.0, 15.0])
    0.9
    """
    found, asked = increase(hits), increase(reads)
    if found is None or asked is None or found + asked == 0:
        return None
    return found / (found + asked)
