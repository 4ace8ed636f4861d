"""How much of a Sharpe ratio is luck: too few returns, fat tails, and the best of many trials.

API: ``probabilistic_sharpe``, ``expected_best_sharpe``, ``deflated_sharpe``. All ratios are of one period, not of a
year.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from portal.domain.market.errors import BadParameter, InsufficientHistory


def probabilistic_sharpe(
    sharpe: float, n: int, *, skewness: float = 0.0, kurtosis: float = 3.0, benchmark: float = 0.0
) -> float:
    """Return the chance that the true Sharpe ratio is above a benchmark.

    Parameters
    ----------
    sharpe : float
        Sample Sharpe ratio of one period.
    n : int
        Returns behind it.
    skewness, kurtosis : float
        Of the returns; the raw kurtosis, 3 for a normal distribution.
    benchmark : float, default 0
        Sharpe ratio of one period to beat.

    Returns
    -------
    float
        Probability.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    BadParameter
        No distribution has these moments.

    References
    ----------
    Bailey and Lopez de Prado (2012), "The Sharpe ratio efficient frontier", J. Risk 15.
    """
    if n < 2:
        raise InsufficientHistory(
            f"A Sharpe ratio needs at least 2 returns, but there are {n}.", have=n, need=2
        )
    spread = 1.0 - skewness * sharpe + 0.25 * (kurtosis - 1.0) * sharpe**2
    if not spread > 0.0 or kurtosis < 1.0 + skewness**2:
        raise BadParameter(
            f"No returns have skewness {skewness:g} and kurtosis {kurtosis:g}; the raw kurtosis is needed, 3 when "
            "normal.",
            name="kurtosis",
            value=kurtosis,
        )
    return float(ndtr((sharpe - benchmark) * np.sqrt((n - 1.0) / spread)))


def expected_best_sharpe(variance_of_trials: float, trials: int) -> float:
    """Return the Sharpe ratio that the best of many worthless trials is expected to show.

    Parameters
    ----------
    variance_of_trials : float
        Variance of the Sharpe ratios of all trials, of one period.
    trials : int
        Independent trials.

    Returns
    -------
    float
        Sharpe ratio of one period; 0 for a single trial.

    Raises
    ------
    BadParameter
        No trial, or a negative variance.

    References
    ----------
    Bailey and Lopez de Prado (2014), "The deflated Sharpe ratio", J. Portfolio Management 40.
    """
    if trials < 1 or not variance_of_trials >= 0.0:
        raise BadParameter(
            f"Luck is judged from one trial or more and the variance of their Sharpe ratios, not {trials} and "
            f"{variance_of_trials:g}.",
            name="trials",
            value=trials,
        )
    if trials == 1:
        return 0.0
    first, second = ndtri(1.0 - 1.0 / trials), ndtri(1.0 - 1.0 / (trials * np.e))
    return float(np.sqrt(variance_of_trials) * ((1.0 - np.euler_gamma) * first + np.euler_gamma * second))


def deflated_sharpe(
    sharpe: float,
    n: int,
    variance_of_trials: float,
    trials: int,
    *,
    skewness: float = 0.0,
    kurtosis: float = 3.0,
) -> float:
    """Return the chance that a Sharpe ratio picked from many trials is more than luck.

    Parameters
    ----------
    sharpe : float
        Sample Sharpe ratio of one period of the trial that was picked.
    n : int
        Returns behind it.
    variance_of_trials : float
        Variance of the Sharpe ratios of all trials, of one period.
    trials : int
        Independent trials; every one that was tried, not only those that were kept.
    skewness, kurtosis : float
        Of the returns; the raw kurtosis, 3 for a normal distribution.

    Returns
    -------
    float
        Probability.

    Raises
    ------
    InsufficientHistory
        Fewer than two returns.
    BadParameter
        Moments, trials or variance that cannot be.

    References
    ----------
    Bailey and Lopez de Prado (2014), "The deflated Sharpe ratio", J. Portfolio Management 40.

    Examples
    --------
    >>> year = 250
    >>> found = deflated_sharpe(2.5 / year**0.5, 1250, 0.5 / year, 100, skewness=-3.0, kurtosis=10.0)
    >>> round(found, 4)
    0.9004
    """
    best = expected_best_sharpe(variance_of_trials, trials)
    return probabilistic_sharpe(sharpe, n, skewness=skewness, kurtosis=kurtosis, benchmark=best)
