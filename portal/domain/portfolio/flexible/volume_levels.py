"""Volumes at which a storage is computed.

Before every period the value is a concave broken line in the volume. Its corners are volumes from which moves at full
rate lead to an end of the range: straight ones, which only rise or only fall, and mixed ones. Between computed volumes
the value is taken as a straight line, which loses what a corner between them is worth, so corners are what is computed:
the straight ones always, with the volumes that straight moves reach from the start; the mixed ones, of which there can
be many, as far as there is room. When all volumes of a contract are multiples of one unit this is that lattice and
nothing is lost.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.flexible.facility import Facility

LEVELS = 41  # volumes before a period up to which mixed corners are added
MOST_LEVELS = 241  # and up to which straight ones are kept
LEVELS_KEPT = 256  # contracts whose volumes are kept for the next scenario of prices

Levels = list[FloatArray1D]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Stage:
    """The volumes of one period and how far they can be moved, whatever prices are.

    Attributes
    ----------
    before, after : ndarray of shape (b,) and (a,)
        Volumes before and after the period, rising.
    gap : ndarray of shape (a,)
        From a volume after the period to the next one; 0 for the last.
    stay, lowest, highest : ndarray of shape (b,)
        Of each volume before: its place among those after when nothing is moved (-1 below the first, whence one must
        inject), when all that is possible is withdrawn, and when it is injected.
    """

    before: FloatArray1D
    after: FloatArray1D
    gap: FloatArray1D
    stay: FloatArray1D
    lowest: FloatArray1D
    highest: FloatArray1D


def stages(facility: Facility, count: int = LEVELS) -> list[Stage]:
    """The volumes to compute with, period by period.

    Parameters
    ----------
    facility : Facility
        The contract.
    count : int, default 41
        As for ``volume_levels``.

    Returns
    -------
    list of Stage
        One for each of the ``m`` periods; kept for the next scenario of prices.
    """
    return _kept_stages(*_key(facility), max(int(count), 2))


@lru_cache(maxsize=LEVELS_KEPT)
def _kept_stages(rise: bytes, fall: bytes, low: bytes, high: bytes, count: int) -> list[Stage]:
    levels = _kept_levels(rise, fall, low, high, count)
    found = []
    for k, (up, down) in enumerate(zip(np.frombuffer(rise), np.frombuffer(fall), strict=True)):
        before, after = levels[k], levels[k + 1]
        index = np.arange(len(after), dtype=np.float64)
        stay = np.interp(before, after, index, left=-1.0)
        lowest, highest = (np.interp(before + move, after, index) for move in (-down, up))
        found.append(Stage(before, after, np.append(np.diff(after), 0.0), stay, lowest, highest))
    return found


def volume_levels(facility: Facility, count: int = LEVELS) -> Levels:
    """Choose the volumes to compute with.

    Parameters
    ----------
    facility : Facility
        The contract.
    count : int, default 41
        Volumes before a period up to which mixed corners are added.

    Returns
    -------
    list of ndarray
        Rising volumes before each period and at the end, ``m + 1`` arrays from ``low`` to ``high``.
    """
    return _kept_levels(*_key(facility), max(int(count), 2))


def _key(facility: Facility) -> tuple[bytes, bytes, bytes, bytes]:
    return facility.rise.tobytes(), facility.fall.tobytes(), facility.low.tobytes(), facility.high.tobytes()


@lru_cache(maxsize=LEVELS_KEPT)
def _kept_levels(rise: bytes, fall: bytes, low: bytes, high: bytes, count: int) -> Levels:
    rises, falls, lows, highs = (np.frombuffer(part, dtype=np.float64) for part in (rise, fall, low, high))
    straight = [
        _chain(lows[::-1], highs[::-1], -rises[::-1])[
            ::-1
        ],  # from which rising alone leads to an end of the range
        _chain(lows[::-1], highs[::-1], falls[::-1])[::-1],
        _chain(lows, highs, rises),  # to which rising alone leads
        _chain(lows, highs, -falls),
    ]
    mixed = _mixed(rises, falls, lows, highs, count)
    levels = []
    for k in range(len(lows)):
        certain = _thinned(_distinct(np.concatenate([chain[k] for chain in straight])), MOST_LEVELS)
        both = _distinct(np.concatenate([certain, mixed[k]]))
        if len(both) > count:
            room = count - len(certain)
            both = _distinct(np.concatenate([certain, _thinned(mixed[k], room)])) if room > 2 else certain
        levels.append(both)
    return levels


def _chain(low: FloatArray1D, high: FloatArray1D, step: FloatArray1D) -> Levels:
    """Volumes that one kind of move makes of the ends of the ranges so far, and the ends of the range itself."""
    levels = [_distinct(np.array([low[0], high[0]]))]
    for k, move in enumerate(step, 1):
        moved = levels[-1] + move
        inside = moved[(moved > low[k]) & (moved < high[k])]
        levels.append(_distinct(np.concatenate([inside, [low[k], high[k]]])))
    return levels


def _mixed(
    rise: FloatArray1D, fall: FloatArray1D, low: FloatArray1D, high: FloatArray1D, count: int
) -> Levels:
    """Corners of the value by all moves, thinned where they are too many, from the last period back."""
    levels = [_distinct(np.array([low[-1], high[-1]]))]
    for k in range(len(rise) - 1, -1, -1):
        after = levels[-1]
        corners = np.concatenate([after, after - rise[k], after + fall[k], [low[k], high[k]]])
        levels.append(_thinned(_distinct(np.clip(corners, low[k], high[k])), count))
    return levels[::-1]


def _distinct(values: FloatArray1D) -> FloatArray1D:
    """Sorted values without near repeats; the ends stay."""
    ordered = np.sort(values)
    gap = 1e-9 * max(abs(ordered[0]), abs(ordered[-1]), 1e-300)
    distinct: FloatArray1D = ordered[np.concatenate([[True], np.diff(ordered) > gap])]
    return distinct


def _thinned(values: FloatArray1D, count: int) -> FloatArray1D:
    """At most ``count`` of the values, denser where they are dense, with both ends."""
    if len(values) <= count:
        return values
    place = np.concatenate([[0.0], np.cumsum(np.sqrt(np.diff(values)))])
    wanted = np.linspace(0.0, place[-1], count)
    above = np.clip(np.searchsorted(place, wanted), 1, len(values) - 1)
    nearest = np.where(wanted - place[above - 1] < place[above] - wanted, above - 1, above)
    thinned: FloatArray1D = values[np.unique(nearest)]
    return thinned
