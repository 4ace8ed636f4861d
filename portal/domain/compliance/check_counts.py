"""What the figures of Compliance > Checks are: counts of records, the share that was evaluated, the margin to a limit.

API: ``total``, ``coverage``, ``margin``.
"""

from collections.abc import Iterable, Mapping


def total(counts: Iterable[int]) -> float:
    """How many records there are.

    Parameters
    ----------
    counts : iterable of int
        Records by rule and day.

    Returns
    -------
    float
        Their sum.
    """
    return float(sum(counts))


def coverage(counts: Iterable[Mapping[str, int]]) -> float | None:
    """Share of the questions to rules that could be answered.

    Parameters
    ----------
    counts : iterable of mapping
        ``evaluated`` and ``data_gap`` of each rule in one run.

    Returns
    -------
    float or None
        ``evaluated / (evaluated + data_gap)``; None when nothing was asked.
    """
    rows = list(counts)
    evaluated = sum(row["evaluated"] for row in rows)
    asked = evaluated + sum(row["data_gap"] for row in rows)
    return evaluated / asked if asked else None


def margin(measured: float | None, limit: float | None) -> float | None:
    """Return how far a value is from its limit.

    Parameters
    ----------
    measured, limit : float or None
        In one unit.

    Returns
    -------
    float or None
        ``limit - measured``: negative when the value is above; None where either is unknown.
    """
    return None if measured is None or limit is None else limit - measured
