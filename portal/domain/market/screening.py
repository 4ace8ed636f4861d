"""Spikes of a long series, judged against the steps of their own time.

API: ``screen_spikes(prices, threshold=...) -> tuple[ScreenedSpike, ...]``, over ``quality.find_spikes``.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.market.quality import MAD_TO_SD, SPIKE_Z, find_spikes

STRETCH = 260  # about a year: what is usual in one year is a spike in another


@dataclass(frozen=True)
class ScreenedSpike:
    """A step far outside of the usual ones of its stretch, with its neighbours.

    Attributes
    ----------
    position : int
        Position of the price after the step.
    before, price : float
        The prices around the step, in their unit.
    after : float or None
        The next price; None for the newest one.
    z : float
        Robust standard deviations between the step and the median step.
    relative : bool
        Whether log steps were judged (all prices positive) or absolute ones.
    reverted : bool
        Whether the next step took back at least half of it: a bad tick rather than a new level.
    """

    position: int
    before: float
    price: float
    after: float | None
    z: float
    relative: bool
    reverted: bool


def screen_spikes(prices: FloatArray1D, *, threshold: float = SPIKE_Z) -> tuple[ScreenedSpike, ...]:
    """Spikes in steps of the log price where all prices are positive, else of the price.

    Parameters
    ----------
    prices : ndarray of shape (n,)
        Prices without NaN, oldest first.
    threshold : float, default 8.0
        Robust standard deviations from which a step is a spike.

    Returns
    -------
    tuple of ScreenedSpike
        In order. Each stretch of about a year, counted back from the newest price, is judged by its own median and
        deviation. Fewer than 20 steps have no usual one and therefore no spike.

    Raises
    ------
    BadParameter
        The threshold is not positive.
    """
    relative = bool(len(prices) and np.all(prices > 0.0))
    levels = np.log(prices) if relative else prices
    found: list[ScreenedSpike] = []
    for start, stop in _suspect_stretches(np.diff(levels), threshold):
        for spike in find_spikes(levels[start : stop + 1], threshold=threshold):
            at = start + spike.position
            reverted = spike.reverted
            if at == stop and at + 1 < len(levels):  # its way back lies in the next stretch
                reverted = _takes_back(spike.step, float(levels[at + 1] - levels[at]))
            if found and found[-1].reverted and found[-1].position == at - 1:
                continue  # the way back itself
            after = float(prices[at + 1]) if at + 1 < len(prices) else None
            found.append(
                ScreenedSpike(
                    at, float(prices[at - 1]), float(prices[at]), after, spike.z, relative, reverted
                )
            )
    return tuple(found)


def _takes_back(step: float, following: float) -> bool:
    return step * following < 0.0 and abs(following) >= abs(step) / 2.0


def _suspect_stretches(steps: FloatArray1D, threshold: float) -> list[tuple[int, int]]:
    """First step and end of the stretches that may hold a spike; all stretches are judged in one pass.

    The stretches are of equal length, counted back from the newest step; what is left at the beginning is one more.
    """
    rest = len(steps) % STRETCH
    borders = [*([0] if rest else []), *range(rest, len(steps) + 1, STRETCH)]
    pairs = list(pairwise(borders))
    whole = steps[rest:].reshape(-1, STRETCH)
    centre = np.median(whole, axis=1, keepdims=True)
    distance = np.abs(whole - centre)
    scale = MAD_TO_SD * np.median(distance, axis=1)
    calm = (distance.max(axis=1, initial=0.0) < threshold * scale) & (scale > 0.0)
    keep = [True] * bool(rest) + (~calm).tolist()
    return [pair for pair, wanted in zip(pairs, keep, strict=True) if wanted]
