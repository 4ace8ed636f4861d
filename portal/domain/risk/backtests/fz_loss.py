"""The FZ0 loss of VaR and ES forecasts: one number to rank models by, and whether a difference is more than chance.

API: ``fz0_losses(pnl, var, es, p)``, ``rank_models(losses)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import require_complete, require_same_length
from portal.domain.risk.backtests.acerbi_szekely import require_positive_es
from portal.domain.risk.backtests.base import check_probability, check_shortfalls


@dataclass(frozen=True)
class ModelRank:
    """One model in a ranking, best first.

    Attributes
    ----------
    name : str
        The model.
    mean_loss : float
        Mean FZ0 loss; smaller is better.
    behind : float
        By how much it is above the best.
    p_value : float
        Two-sided Diebold-Mariano p value of that difference; 1 for the best one. With more than two models this is a
        multiple comparison, and must be shown as one.
    """

    name: str
    mean_loss: float
    behind: float
    p_value: float


def fz0_losses(pnl: FloatLike1D, var: FloatLike1D, es: FloatLike1D, p: float) -> FloatArray1D:
    """Fissler-Ziegel loss of degree 0 of each day.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L of each day.
    var, es : array_like of shape (n,)
        VaR and ES forecasts made before that day, positive losses in the same unit.
    p : float
        Probability of an exception that the model promises.

    Returns
    -------
    ndarray of shape (n,)
        Losses without unit; their differences between models do not depend on the unit of the P&L.

    Raises
    ------
    BadParameter
        An ES forecast is 0 or negative, or ``p`` is not inside (0, 1).
    SeriesHasNaN
        A value is missing.
    LengthMismatch
        The lengths differ.

    References
    ----------
    Patton, Ziegel and Chen (2019), "Dynamic semiparametric models for expected shortfall", J. Econometrics 211(2).

    Examples
    --------
    >>> fz0_losses([0.0, -3.0], [1.0, 1.0], [1.0, 1.0], 0.5).tolist()
    [0.0, 4.0]
    """
    check_probability(p)
    made, forecast, shortfall = check_shortfalls(pnl, var, es)
    require_positive_es(shortfall)
    beyond = np.maximum(-made - forecast, 0.0)
    return beyond / (p * shortfall) + forecast / shortfall + np.log(shortfall) - 1.0


def rank_models(losses: Mapping[str, FloatArray1D]) -> tuple[ModelRank, ...]:
    """Order models by their mean loss, each tested against the best.

    Parameters
    ----------
    losses : mapping of str to ndarray of shape (n,)
        Daily losses of each model over the same days.

    Returns
    -------
    tuple of ModelRank
        Best first.

    Raises
    ------
    BadParameter
        No model, or no day.
    SeriesHasNaN
        A loss is missing.
    LengthMismatch
        Models were judged over different days.

    References
    ----------
    Diebold and Mariano (1995), "Comparing predictive accuracy", J. Business & Economic Statistics 13(3); Harvey,
    Leybourne and Newbold (1997), "Testing the equality of prediction mean squared errors", Int. J. Forecasting 13(2).
    """
    if not losses or not all(len(values) for values in losses.values()):
        raise BadParameter(
            "A ranking needs the losses of at least one model over at least one day.", name="losses"
        )
    first = next(iter(losses.values()))
    for name, values in losses.items():
        require_same_length(first, values, f"losses of {name} and of the other models")
        require_complete(values, f"losses of {name}")
    means = {name: float(np.mean(values)) for name, values in losses.items()}
    order = sorted(means, key=lambda name: (means[name], name))
    best = order[0]
    return tuple(
        ModelRank(name, means[name], means[name] - means[best], _diebold_mariano(losses[name] - losses[best]))
        for name in order
    )


def _diebold_mariano(difference: FloatArray1D) -> float:
    """Two-sided p value of a mean difference of one-day forecasts, with Harvey's factor."""
    n, mean = len(difference), float(np.mean(difference))
    spread = float(np.mean((difference - mean) ** 2))
    if n < 2 or mean == 0.0:
        return 1.0
    if spread == 0.0:
        return 0.0
    statistic = mean / np.sqrt(spread / n) * np.sqrt((n - 1) / n)
    return float(2.0 * stdtr(n - 1, -abs(statistic)))
