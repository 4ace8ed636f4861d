"""All tests of expected shortfall of one series of forecasts, and what cannot be tested of it.

API: ``judge_shortfall(pnl, var, es, p, scale=..., tail=...) -> (ShortfallTests | None, notes)``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.series import as_vector, require_same_length
from portal.domain.risk.backtests import acerbi_szekely, acerbi_szekely_null, du_escanciano, fz_loss
from portal.domain.risk.backtests.base import LikelihoodRatio, exceptions
from portal.domain.risk.backtests.exceedance_residuals import ResidualTest, exceedance_residuals

TEST_LEVEL = 0.05
_NOTHING = 1e-12  # of the largest amount: an ES below it is that of a book at rest


@dataclass(frozen=True)
class ShortfallTests:
    """Tests of expected shortfall, over the days that have a positive ES forecast.

    Attributes
    ----------
    days : int
        Days tested.
    exceptions : int
        Exceptions among them.
    z1, z1_p_value : float
        Acerbi-Szekely Z1 and its p value given the number of exceptions.
    z2, z2_p_value, z2_critical : float
        Acerbi-Szekely Z2, its p value and the value below which it rejects.
    unconditional : MeanTest
        Du-Escanciano test of the mean cumulative violation.
    conditional : LikelihoodRatio
        Du-Escanciano test of their dependence.
    residuals : ResidualTest
        McNeil-Frey residuals.
    standardised_residuals : ResidualTest or None
        The same over a volatility forecast, when one was given.
    fz0_mean : float
        Mean FZ0 loss, to compare models by.
    """

    days: int
    exceptions: int
    z1: float
    z1_p_value: float
    z2: float
    z2_p_value: float
    z2_critical: float
    unconditional: du_escanciano.MeanTest
    conditional: LikelihoodRatio
    residuals: ResidualTest
    standardised_residuals: ResidualTest | None
    fz0_mean: float


def judge_shortfall(
    pnl: FloatArray1D,
    var: FloatArray1D,
    es: FloatArray1D,
    p: float,
    *,
    scale: FloatLike1D | None = None,
    tail: str = "normal",
) -> tuple[ShortfallTests | None, tuple[str, ...]]:
    """Test ES over the days that have a positive one.

    Parameters
    ----------
    pnl : ndarray of shape (n,)
        P&L of each day, complete.
    var, es : ndarray of shape (n,)
        Forecasts made before that day, positive losses, complete.
    p : float
        Probability of an exception that the model promises.
    scale : array_like of shape (n,), optional
        Volatility forecasts, to standardise exceedance residuals with.
    tail : str, default "normal"
        Shape of losses under which Z1 and Z2 are judged.

    Returns
    -------
    tuple
        The tests, None when no day can be tested; and sentences on what was left out or looks wrong.

    Raises
    ------
    BadParameter
        The tail is unknown, or a scale is not above zero on an exception.
    SeriesHasNaN
        A scale is missing.
    LengthMismatch
        The scale has another length.
    """
    largest = max(float(np.max(np.abs(each))) for each in (pnl, var, es))
    usable, notes = es > _NOTHING * largest, []
    if p > acerbi_szekely_null.HALF:
        return None, (
            f"ES is not tested at a confidence of {1.0 - p:.4g}: the tests are of tails, from 0.5 on.",
        )
    left_out, below = int(len(es) - usable.sum()), int(np.sum(es[usable] < var[usable]))
    if left_out:
        reason = "an ES of 0 or less and are left out of the tests of ES, which divide by it"
        notes.append(f"{left_out} of {len(es)} days have {reason}.")
    if below:
        notes.append(
            f"On {below} of {len(es)} days ES is below VaR, which cannot be: look at how they were made."
        )
    if not usable.any():
        return None, tuple(notes)
    volatility = None
    if scale is not None:
        volatility = as_vector(scale, "volatility forecasts")
        require_same_length(pnl, volatility, "P&L and volatility forecasts")
        volatility = volatility[usable]
    return _tests(pnl[usable], var[usable], es[usable], p, volatility, tail), tuple(notes)


def _tests(
    pnl: FloatArray1D,
    var: FloatArray1D,
    es: FloatArray1D,
    p: float,
    volatility: FloatArray1D | None,
    tail: str,
) -> ShortfallTests:
    count, n = int(exceptions(pnl, var).sum()), len(pnl)
    first, second = acerbi_szekely.z1(pnl, var, es), acerbi_szekely.z2(pnl, var, es, p)
    violations = du_escanciano.cumulative_violations(du_escanciano.tail_probability(pnl, var, es, p), p)
    return ShortfallTests(
        days=n,
        exceptions=count,
        z1=first,
        z1_p_value=acerbi_szekely_null.z1_p_value(first, count, p, tail=tail),
        z2=second,
        z2_p_value=acerbi_szekely_null.z2_p_value(second, n, p, tail=tail),
        z2_critical=acerbi_szekely_null.z2_critical(n, p, test_level=TEST_LEVEL, tail=tail),
        unconditional=du_escanciano.unconditional(violations, p),
        conditional=du_escanciano.conditional(violations, p),
        residuals=exceedance_residuals(pnl, var, es),
        standardised_residuals=None if volatility is None else exceedance_residuals(pnl, var, es, volatility),
        fz0_mean=float(np.mean(fz_loss.fz0_losses(pnl, var, es, p))),
    )
