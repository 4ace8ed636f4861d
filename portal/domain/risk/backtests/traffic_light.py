"""The Basel traffic light: zones by the probability of that many exceptions, with plus factors and multipliers.

API: ``traffic_light(exceptions, n, p)``, ``zone_bounds(n, p)``.

A zone is yellow where the cumulative probability of the count (that many or fewer) reaches 95 %, red where it reaches
99.99 %; for 250 days at 99 % that is the well-known 5 and 10. Other lengths and levels use the same probabilities, and
their plus factor is that of the count in 250 days at 99 % which is as improbable.
"""

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.special import bdtr, bdtrc

from portal.domain.risk.backtests.base import check_count, check_probability

YELLOW_FROM, RED_FROM = 0.95, 0.9999
BASEL_DAYS, BASEL_P = 250, 0.01
BASEL_YELLOW, BASEL_RED = 5, 10
BASE_1996, BASE_FRTB = 3.0, 1.5
PLUS_1996 = {5: 0.40, 6: 0.50, 7: 0.65, 8: 0.75, 9: 0.85, 10: 1.00}
"""Basel Committee (January 1996), Supervisory framework for the use of backtesting, Table 2."""
PLUS_FRTB = {5: 0.20, 6: 0.26, 7: 0.33, 8: 0.38, 9: 0.42, 10: 0.50}
"""Basel Framework MAR99, added to the multiplier of 1.5 of MAR33."""


class Zone(StrEnum):
    """How a count of exceptions is judged."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class TrafficLight:
    """The judgement of one count of exceptions.

    Attributes
    ----------
    zone : Zone
        Green, yellow or red.
    cumulative_probability : float
        Probability of that many exceptions or fewer when the model is right.
    type1_probability : float
        Probability of that many exceptions or more when the model is right: a right model rejected here.
    plus_1996 : float
        Addition to the multiplier of 3.
    multiplier_1996 : float
        Multiplier with the addition, 3 to 4.
    multiplier_frtb : float
        Multiplier of the present framework, 1.5 to 2.
    first_yellow, first_red : int
        Counts at which the zones begin.
    """

    zone: Zone
    cumulative_probability: float
    type1_probability: float
    plus_1996: float
    multiplier_1996: float
    multiplier_frtb: float
    first_yellow: int
    first_red: int


def zone_bounds(n: int, p: float) -> tuple[int, int]:
    """Counts at which the yellow and the red zone begin.

    Parameters
    ----------
    n : int
        Days of the backtest.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    tuple of int
        First count in the yellow zone and first count in the red one, at most n.

    Raises
    ------
    BadParameter
        ``n`` below 1 or ``p`` not inside (0, 1).

    Examples
    --------
    >>> zone_bounds(250, 0.01), zone_bounds(250, 0.025)
    ((5, 10), (11, 17))
    """
    check_count(0, n)
    check_probability(p)

    def cumulative(count: int) -> float:
        return float(bdtr(count, n, p))

    yellow, red = (bisect_left(range(n + 1), bound, key=cumulative) for bound in (YELLOW_FROM, RED_FROM))
    return yellow, red


def traffic_light(exceptions: int, n: int = BASEL_DAYS, p: float = BASEL_P) -> TrafficLight:
    """Judge a count of exceptions as the Basel Committee does.

    Parameters
    ----------
    exceptions : int
        Days on which the loss was above VaR.
    n : int, default 250
        Days of the backtest.
    p : float, default 0.01
        Probability of an exception that the model promises.

    Returns
    -------
    TrafficLight
        Zone, probabilities, plus factor and multipliers.

    Raises
    ------
    BadParameter
        The count does not fit into ``n``, or ``p`` is not inside (0, 1).

    References
    ----------
    Basel Committee (1996), "Supervisory framework for the use of 'backtesting'", Table 2; Basel Framework MAR99.

    Examples
    --------
    >>> light = traffic_light(6)
    >>> light.zone.value, light.multiplier_1996, light.multiplier_frtb
    ('yellow', 3.5, 1.76)
    """
    check_count(exceptions, n)
    yellow, red = zone_bounds(n, p)
    cumulative = float(bdtr(exceptions, n, p))
    if exceptions >= red:
        zone, alike = Zone.RED, BASEL_RED
    elif exceptions >= yellow:
        zone, alike = Zone.YELLOW, _as_improbable(cumulative)
    else:
        zone, alike = Zone.GREEN, 0
    plus = PLUS_1996.get(alike, 0.0)
    return TrafficLight(
        zone=zone,
        cumulative_probability=cumulative,
        type1_probability=float(bdtrc(exceptions - 1, n, p)) if exceptions else 1.0,
        plus_1996=plus,
        multiplier_1996=round(BASE_1996 + plus, 12),
        multiplier_frtb=round(BASE_FRTB + PLUS_FRTB.get(alike, 0.0), 12),
        first_yellow=yellow,
        first_red=red,
    )


def _as_improbable(cumulative: float) -> int:
    """The count in the yellow zone of 250 days at 99 % whose probability is reached."""
    counts = np.arange(BASEL_YELLOW, BASEL_RED)
    # a hair of tolerance, so that the counts of the table itself find themselves
    reached = int(
        np.searchsorted(bdtr(counts, BASEL_DAYS, BASEL_P), cumulative * (1.0 + 1e-12), side="right")
    )
    return int(counts[max(reached - 1, 0)])
