"""Swing and American options on a binomial tree: the independent check of the other engines for one lognormal price.

An American or Bermudan option is a swing with one right, so one recursion serves both.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from portal.core.arrays import FloatArray, FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.flexible.swing_contract import SwingTerms, check_swing
from portal.domain.portfolio.flexible.terms import check_amount


def tree_value(
    spot: float,
    years: float,
    vol: float,
    rate: float,
    *,
    tree_steps: int,
    exercise_steps: Sequence[int],
    strike: float,
    rights: int = 1,
    unit_volume: float = 1.0,
    cooldown: int = 0,
    min_rights: int = 0,
    is_call: bool = True,
    carry: float = 0.0,
) -> float:
    """Value of a swing, or with one right of a Bermudan or American option, on the tree of Cox, Ross and Rubinstein.

    Parameters
    ----------
    spot : float
        Price today, positive.
    years : float
        Time to the end of the tree, act/365F, positive.
    vol : float
        Annual volatility, decimal, positive.
    rate : float
        Continuous discount rate.
    tree_steps : int
        Steps of the tree, at least 1.
    exercise_steps : sequence of int
        Rising steps, from 0 to ``tree_steps``, at which a right can be used.
    strike : float
        Price per unit.
    rights, min_rights : int
        Most and least rights that are used; by default one, which may lapse.
    unit_volume : float, default 1.0
        Volume of one right.
    cooldown : int, default 0
        Exercise steps that are blocked after a right is used.
    is_call : bool, default True
        Receive the volume (call) or deliver it (put).
    carry : float, default 0.0
        Drift of the price: 0 for a futures price, ``rate`` for a share without dividend.

    Returns
    -------
    float
        Discounted value.

    Raises
    ------
    BadParameter
        A number is out of its range, the steps do not rise, or they are too coarse for the drift.
    InfeasibleContract
        More rights must be used than can be.

    References
    ----------
    Cox, Ross and Rubinstein (1979), Option pricing: a simplified approach, Journal of Financial Economics 7;
    Jaillet, Ronn and Tompaidis (2004), Valuation of commodity-based swing options, Management Science 50(7).
    """
    for name, number, what in (("spot", spot, "spot"), ("years", years, "time"), ("vol", vol, "volatility")):
        check_amount(number, name, f"{what} of the tree", positive=True)
    dates = _check_dates(exercise_steps, tree_steps)
    terms = check_swing(
        len(dates),
        strike=strike,
        rights=rights,
        unit_volume=unit_volume,
        cooldown=cooldown,
        min_rights=min_rights,
        is_call=is_call,
    )
    dt = years / tree_steps
    up = float(np.exp(vol * np.sqrt(dt)))
    chance = (float(np.exp(carry * dt)) - 1.0 / up) / (up - 1.0 / up)
    if not 0.0 < chance < 1.0:
        raise BadParameter(
            f"{tree_steps} steps are too few for a drift of {carry:g} and a volatility of {vol:g}: the chance of a "
            f"rise would be {chance:g}. Take more steps.",
            name="tree_steps",
            value=tree_steps,
        )
    factor = float(np.exp(-rate * dt))
    return _roll_back(terms, spot * up ** np.arange(-tree_steps, tree_steps + 1.0), dates, factor, chance)


def _check_dates(exercise_steps: Sequence[int], tree_steps: int) -> list[int]:
    dates = [int(step) for step in exercise_steps]
    rising = all(a < b for a, b in itertools.pairwise(dates))
    if tree_steps < 1 or not dates or not rising or dates[0] < 0 or dates[-1] > tree_steps:
        raise BadParameter(
            f"The exercise steps must rise and lie between 0 and the {tree_steps} steps of the tree.",
            name="exercise_steps",
            value=dates,
        )
    return dates


def _roll_back(
    terms: SwingTerms, prices: FloatArray1D, dates: list[int], factor: float, chance: float
) -> float:
    """Backward through the tree; ``prices`` are those of all its levels, lowest first."""
    steps, number = len(prices) // 2, len(dates)
    allowed = terms.allowed(number)
    values: FloatArray = np.zeros((dates[-1] + 1, terms.cooldown + 1, terms.rights + 1))
    for step in range(dates[-1], -1, -1):
        if step < dates[-1]:
            values = factor * (chance * values[1:] + (1.0 - chance) * values[:-1])
        if number and dates[number - 1] == step:
            number -= 1
            payoff = terms.sign * (prices[steps - step : steps + step + 1 : 2] - terms.strike)
            use, wait = payoff[:, None] + values[:, -1, 1:], values[:, 0, :-1]
            choice = ((use > wait) | ~allowed[number + 1, 0, :-1]) & allowed[number + 1, -1, 1:]
            here = np.empty_like(values)
            here[:, 1:] = values[:, :-1]
            here[:, 0] = values[:, 0]
            here[:, 0, :-1] = np.where(choice, use, wait)
            values = here
    return terms.unit_volume * float(values[0, 0, 0])
