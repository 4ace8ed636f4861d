"""GARCH volatility: choose a specification, fit it, read its path and forecasts.

API: ``fit_garch(returns, GarchSpec(...), horizon=..., engine=...) -> GarchFit``. The engine ``arch`` is the library
(any specification that it knows: GJR, EGARCH, APARCH, FIGARCH, skewed t, AR means); ``own`` is ``garch_likelihood``
(GARCH with zero or constant mean, normal or t, with the presample rule of the published benchmark as a choice). Closed
forms for given parameters are in ``garch_forecast``.

Returns may be in any unit; percent is usual (variances are then in percent squared). State the presample rule with
every fit: it moves alpha by 5 % on the benchmark series. Compare log-likelihoods, not coefficients.
"""

from collections.abc import Mapping

import numpy as np

from portal.core.arrays import FloatArray1D, FloatLike1D
from portal.domain.market.errors import BadParameter, NoSuchModel
from portal.domain.market.garch_arch import fit_with_arch
from portal.domain.market.garch_likelihood import Shape, maximise
from portal.domain.market.garch_model import Engine, GarchFit, GarchSpec, Presample
from portal.domain.market.series import as_vector, require_complete, require_length

__all__ = ["Engine", "GarchFit", "GarchSpec", "Presample", "fit_garch"]

MIN_RETURNS = 100


def fit_garch(
    returns: FloatLike1D,
    spec: GarchSpec | None = None,
    *,
    horizon: int = 22,
    engine: Engine | str | None = None,
    starts: int = 1,
) -> GarchFit:
    """Fit a volatility model by maximum likelihood.

    Parameters
    ----------
    returns : array_like of shape (n,)
        Returns of one period each, complete, oldest first; percent is usual.
    spec : GarchSpec, optional
        Model; GARCH(1,1) with constant mean and normal shocks by default.
    horizon : int, default 22
        Days to forecast.
    engine : Engine, optional
        ``arch`` by default, ``own`` for the mean-square presample rule (only ours has it).
    starts : int, default 1
        Starting points that the engine ``arch`` tries for GARCH(1,1) and GJR, up to 4; the best fit is kept.

    Returns
    -------
    GarchFit
        Parameters, path and forecasts.

    Raises
    ------
    InsufficientHistory
        Fewer than 100 returns.
    SeriesHasNaN
        A return is missing.
    BadParameter
        The returns do not vary, or the horizon is below 1.
    NoSuchModel
        The specification is unknown to the engine.
    FitFailed
        No maximum was found.

    References
    ----------
    Bollerslev (1986), "Generalized autoregressive conditional heteroskedasticity", J. Econometrics 31.
    Fiorentini, Calzolari and Panattoni (1996), J. Applied Econometrics 11, for the benchmark and its presample rule.
    """
    spec = spec or GarchSpec()
    vector = as_vector(returns, "returns")
    require_length(vector, MIN_RETURNS, "A GARCH fit")
    require_complete(vector, "returns")
    if horizon < 1:
        raise BadParameter(
            f"The forecast horizon is 1 day or more, not {horizon}.", name="horizon", value=horizon
        )
    if not np.ptp(vector) > 0.0:
        raise BadParameter(
            "The returns are all the same: there is no volatility to fit.", name="returns", value=0.0
        )
    mean_square = spec.presample is Presample.MEAN_SQUARE
    chosen = Engine(engine) if engine is not None else Engine.OWN if mean_square else Engine.ARCH
    if mean_square and chosen is Engine.ARCH:
        raise NoSuchModel(
            "The library arch has no mean-square presample rule; use the engine own.", model="arch"
        )
    return (
        _fit_own(vector, spec, horizon)
        if chosen is Engine.OWN
        else fit_with_arch(vector, spec, horizon, starts)
    )


def _fit_own(returns: FloatArray1D, spec: GarchSpec, horizon: int) -> GarchFit:
    shape = spec.shape()
    if shape is None:
        raise NoSuchModel(
            f"Our own engine fits GARCH with a zero or constant mean and normal or t shocks, not {spec.title}; "
            "use the engine arch.",
            model=spec.title,
        )
    estimate = maximise(returns, shape)
    params = dict(zip(shape.names, estimate.parameters.tolist(), strict=True))
    forecast = _roll_forward(params, shape, estimate.residuals, estimate.variance, horizon)
    errors = dict(zip(shape.names, estimate.errors.tolist(), strict=True))
    return GarchFit(
        spec, Engine.OWN, params, errors, estimate.log_likelihood, len(returns), estimate.residuals,
        estimate.variance, forecast, estimate.converged, simulated=False,
    )  # fmt: skip


def _roll_forward(
    params: Mapping[str, float], shape: Shape, residuals: FloatArray1D, variance: FloatArray1D, horizon: int
) -> FloatArray1D:
    """Expected variances after the last day: unknown squares are replaced by their expectation."""
    squares, falls = (residuals**2).tolist(), (residuals**2 * (residuals < 0)).tolist()
    path = variance.tolist()
    for _ in range(horizon):
        expected = params["omega"]
        expected += sum(params[f"alpha[{i}]"] * squares[-i] for i in range(1, shape.p + 1))
        expected += sum(params[f"gamma[{i}]"] * falls[-i] for i in range(1, shape.o + 1))
        expected += sum(params[f"beta[{i}]"] * path[-i] for i in range(1, shape.q + 1))
        squares.append(expected)
        falls.append(0.5 * expected)
        path.append(expected)
    return np.array(path[-horizon:])
