"""Weights of scenarios by age: recent days count more.

API: ``age_weights(n, lam)``, ``effective_scenarios(weights)``.
"""

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter, InsufficientHistory
from portal.domain.risk.inputs import as_weights


def age_weights(n: int, lam: float) -> FloatArray1D:
    """Return weights that fall by a factor with every day of age.

    Parameters
    ----------
    n : int
        Scenarios; the first is the oldest.
    lam : float
        Factor of one day, in (0, 1]; 1 gives equal weights.

    Returns
    -------
    ndarray of shape (n,)
        ``lam^(n - i) (1 - lam) / (1 - lam^n)`` for scenario i from 1; they sum to 1.

    Raises
    ------
    InsufficientHistory
        No scenario.
    BadParameter
        ``lam`` is not in (0, 1].

    References
    ----------
    Boudoukh, Richardson and Whitelaw (1998), "The best of both worlds", Risk 11.

    Examples
    --------
    >>> age_weights(3, 0.5).round(6).tolist()
    [0.142857, 0.285714, 0.571429]
    """
    if n < 1:
        raise InsufficientHistory("There are no scenarios to give weights to.", have=n, need=1)
    if not 0.0 < lam <= 1.0:
        raise BadParameter(
            f"The weight of a day falls by a factor above 0 and at most 1, such as 0.995; {lam:g} is not one.",
            name="lam",
            value=lam,
        )
    if lam == 1.0:
        return np.full(n, 1.0 / n)
    kept = np.log(lam)
    weights: FloatArray1D = np.exp(kept * np.arange(n - 1, -1, -1)) * (np.expm1(kept) / np.expm1(n * kept))
    return weights


def effective_scenarios(weights: ArrayLike) -> float:
    """Return how many scenarios of equal weight would be as good.

    Parameters
    ----------
    weights : array_like of shape (n,)
        Weights of scenarios.

    Returns
    -------
    float
        ``(sum w)^2 / sum w^2``, between 1 and n.

    Raises
    ------
    BadParameter
        A weight is negative.

    References
    ----------
    Kish (1965), Survey Sampling.
    """
    chances = as_weights(weights, np.size(np.asarray(weights)))
    return float(np.size(np.asarray(weights))) if chances is None else 1.0 / float(chances @ chances)
