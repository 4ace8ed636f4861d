"""The compliance score: how much of what was checked is in order, by weight.

API: ``Part``, ``score(parts)``, ``points_lost(part, parts)``, ``share(number, of)``, ``total(numbers)``.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the score: ``open`` breaches among ``evaluated`` questions, each of a ``weight``."""

    name: str
    weight: float
    open: int
    evaluated: int


def score(parts: Sequence[Part]) -> float | None:
    """Return the score in points, 100 when nothing is open; None when nothing was evaluated.

    Parameters
    ----------
    parts : sequence of Part
        Blocks, flags and late reports.

    Returns
    -------
    float or None
        100 x (1 - sum of weight x open / sum of weight x evaluated), not below 0.
    """
    weighed = sum(part.weight * part.evaluated for part in parts)
    if weighed <= 0:
        return None
    return max(0.0, 100.0 * (1.0 - sum(part.weight * part.open for part in parts) / weighed))


def points_lost(part: Part, parts: Sequence[Part]) -> float | None:
    """Return the points that the open breaches of one part cost; None when nothing was evaluated."""
    weighed = sum(item.weight * item.evaluated for item in parts)
    return 100.0 * part.weight * part.open / weighed if weighed > 0 else None


def share(number: int, of: int) -> float | None:
    """Return ``number`` as a fraction of ``of``; None when there is nothing to take a share of."""
    return number / of if of > 0 else None


def total(numbers: Sequence[int]) -> float:
    """Return the sum."""
    return float(sum(numbers))
