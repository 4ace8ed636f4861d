"""How books have done by the day: result, volatility, Sharpe and Sortino ratio, drawdown, and how much of it is luck.

API: ``BookPerformance``, ``book_performance(pnl, capital)``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.domain.market.errors import BadParameter
from portal.domain.risk.drawdown import falls, running, worst_stretch
from portal.domain.risk.inputs import as_pnl
from portal.domain.risk.performance.base import PERIODS
from portal.domain.risk.performance.deflated import probabilistic_sharpe
from portal.domain.risk.performance.summary import summarise

FEW_DAYS = 60
"""Below so many days a ratio says next to nothing."""


@dataclass(frozen=True)
class BookPerformance:
    """Figures of n days; money in EUR, None where one does not exist.

    Attributes
    ----------
    result : float
        Sum of all days.
    annual_return : float
        Mean day times 252, over the capital.
    volatility : float
        Deviation of a day (divisor n - 1) times the root of 252, EUR.
    sharpe, sharpe_error : float or None
        Mean over deviation of a day times the root of 252, without a free rate; its standard error.
    chance : float or None
        Chance that the true ratio is above zero, given skewness and tails.
    sortino : float or None
        Mean over the root mean square of the days with a loss, times the root of 252.
    hit_rate : float
        Share of days with a gain.
    profit_factor : float or None
        Sum of gains over sum of losses.
    best_day, worst_day : float
        EUR.
    max_drawdown, drawdown_now : float
        Deepest fall of the running result from its peak, and the present one; EUR, not negative.
    peak, trough : int
        Days (counted from 0, the start) between which the deepest one lies.
    skewness, excess_kurtosis : float or None
        Of the days.
    """

    result: float
    annual_return: float
    volatility: float
    sharpe: float | None
    sharpe_error: float | None
    chance: float | None
    sortino: float | None
    hit_rate: float
    profit_factor: float | None
    best_day: float
    worst_day: float
    max_drawdown: float
    drawdown_now: float
    peak: int
    trough: int
    skewness: float | None
    excess_kurtosis: float | None


def book_performance(pnl: ArrayLike, capital: float) -> BookPerformance:
    """Judge the daily results of books.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        Result of each day, EUR, oldest first.
    capital : float
        EUR that returns are a share of; the ratios do not depend on it.

    Returns
    -------
    BookPerformance
        All figures.

    Raises
    ------
    BadParameter
        The capital is not above zero, or smaller than the loss of one day.
    InsufficientHistory
        Fewer than two days.
    SeriesHasNaN
        A day is missing.

    References
    ----------
    Lo (2002), "The statistics of Sharpe ratios", Financial Analysts Journal 58. Bailey and Lopez de Prado (2012), "The
    Sharpe ratio efficient frontier", J. Risk 15.

    Examples
    --------
    >>> found = book_performance([2.0, -1.0, 3.0, -2.0], 1000.0)
    >>> found.result, found.max_drawdown, found.drawdown_now, found.hit_rate
    (2.0, 2.0, 2.0, 0.5)
    """
    if not capital > 0.0:
        raise BadParameter(
            f"Returns need a capital above zero, not {capital:g}.", name="capital", value=capital
        )
    values = as_pnl(pnl)
    found = summarise(values / capital)
    below = falls(running(values))
    worst = worst_stretch(below)
    n, root = len(values), float(np.sqrt(PERIODS))
    daily = None if found.sharpe is None else found.sharpe / root
    skewness, tails = found.skewness or 0.0, 3.0 + (found.excess_kurtosis or 0.0)
    possible = daily is not None and 1.0 - skewness * daily + 0.25 * (tails - 1.0) * daily**2 > 0.0
    certain = possible and tails >= 1.0 + skewness**2
    return BookPerformance(
        result=float(values.sum()),
        annual_return=float(values.mean()) * PERIODS / capital,
        volatility=found.annual_volatility * capital,
        sharpe=found.sharpe,
        sharpe_error=None if daily is None else root * float(np.sqrt((1.0 + 0.5 * daily**2) / n)),
        chance=probabilistic_sharpe(daily, n, skewness=skewness, kurtosis=tails)
        if certain and daily is not None
        else None,
        sortino=found.sortino,
        hit_rate=found.hit_rate,
        profit_factor=found.profit_factor,
        best_day=float(values.max()),
        worst_day=float(values.min()),
        max_drawdown=worst.depth,
        drawdown_now=float(below[-1]),
        peak=worst.peak,
        trough=worst.trough,
        skewness=found.skewness,
        excess_kurtosis=found.excess_kurtosis,
    )
