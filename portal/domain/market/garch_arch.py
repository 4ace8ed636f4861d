"""Fitting through the library ``arch``, with restarts, forecasts and a scale that its optimiser likes."""

from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import FitFailed, NoSuchModel
from portal.domain.market.garch_model import Engine, GarchFit, GarchSpec

SIMULATIONS = 10_000
_SEED = 20_200_420
_STARTING_WEIGHTS = ((0.05, 0.90), (0.10, 0.85), (0.15, 0.70))  # alpha and beta


def fit_with_arch(returns: FloatArray1D, spec: GarchSpec, horizon: int, starts: int) -> GarchFit:
    """Fit with the library; returns far from percent are scaled for its optimiser, and scaled back.

    Parameters
    ----------
    returns : ndarray of shape (n,)
        Complete returns.
    spec : GarchSpec
        Model.
    horizon : int
        Days to forecast.
    starts : int
        Starting points to try, 1 to 4.

    Returns
    -------
    GarchFit
        The best fit, in the unit of the returns.

    Raises
    ------
    NoSuchModel
        The library does not have this specification.
    FitFailed
        No start led to a fit.
    """
    spread = float(np.std(returns))
    # the library's optimiser wants variances between about 1 and 1000
    unit = 1.0 if 0.1 <= spread <= 100.0 else spread
    model = _arch_model(returns / unit, spec)
    best = _best_arch_fit(model, spec, starts)
    simulated = spec.vol.upper() not in {"GARCH", "ARCH", "HARCH", "FIGARCH"} or spec.power != 2.0
    forecast = _arch_forecast(best, horizon, simulated=simulated and horizon > 1)
    factors = _unit_factors(spec, best.params, unit)
    params = {name: float(value) * factors[name] for name, value in best.params.items()}
    if spec.vol.upper() == "EGARCH":
        kept = sum(value for name, value in params.items() if name.startswith("beta["))
        params["omega"] += 2.0 * float(np.log(unit)) * (1.0 - kept)
    errors = {name: float(value) * factors[name] for name, value in best.std_err.items()}
    residuals = np.asarray(best.resid, dtype=np.float64)
    volatility = np.asarray(best.conditional_volatility, dtype=np.float64)
    used = int(np.isfinite(residuals).sum())
    return GarchFit(
        spec, Engine.ARCH, params, errors, float(best.loglikelihood) - used * float(np.log(unit)), len(returns),
        residuals * unit, (volatility * unit) ** 2, forecast * unit**2, best.convergence_flag == 0,
        simulated=simulated and horizon > 1,
    )  # fmt: skip


def _arch_model(returns: FloatArray1D, spec: GarchSpec) -> Any:
    from arch import arch_model

    build: Any = arch_model  # its literals are narrower than what it reads
    try:
        model = build(
            returns, mean=spec.mean, lags=spec.lags, vol=spec.vol, p=spec.p, o=spec.o, q=spec.q, power=spec.power,
            dist=spec.dist, rescale=False,
        )  # fmt: skip
    except (ValueError, TypeError) as cause:
        raise NoSuchModel(f"There is no volatility model {spec.title}: {cause}", model=spec.title) from cause
    # a simulated forecast of the same fit must be the same tomorrow
    model.distribution = type(model.distribution)(seed=np.random.default_rng(_SEED))
    return model


def _best_arch_fit(model: Any, spec: GarchSpec, starts: int) -> Any:
    """Fit from the library's own start, then from ours, and keep the highest likelihood."""
    options: list[FloatArray1D | None] = [None]
    best: Any = None
    for attempt in range(max(1, starts)):
        if attempt >= len(options):
            break
        try:
            found = model.fit(disp="off", show_warning=False, starting_values=options[attempt])
        except (ValueError, np.linalg.LinAlgError) as cause:
            if best is not None:
                continue
            raise FitFailed(
                f"{spec.title} could not be fitted to these returns ({cause}); choose a simpler model or a longer "
                "period.",
                model=spec.title,
            ) from cause
        if attempt == 0:
            options += _arch_starts(found.params, spec)
        if best is None or found.loglikelihood > best.loglikelihood:
            best = found
    return best


def _arch_starts(params: Any, spec: GarchSpec) -> list[FloatArray1D]:
    """Further starting vectors: other weights of the recursion, same long-run level, rest as fitted."""
    if spec.vol.upper() not in {"GARCH", "ARCH", "EGARCH", "APARCH"}:
        return []
    groups = {
        name: [n for n in params.index if n.startswith(f"{name}[")] for name in ("alpha", "gamma", "beta")
    }
    logarithmic = spec.vol.upper() == "EGARCH"
    kept = params[groups["beta"]].sum()
    if not logarithmic:
        kept += params[groups["alpha"]].sum() + 0.5 * params[groups["gamma"]].sum()
    level = params["omega"] / max(1.0 - kept, 1e-3)
    vectors = []
    for alpha, beta in _STARTING_WEIGHTS:
        shares = {"alpha": alpha, "gamma": -alpha / 2 if logarithmic else alpha / 2, "beta": beta}
        start = params.copy()
        for name, members in groups.items():
            start[members] = shares[name] / max(len(members), 1)
        used = (
            beta
            if logarithmic
            else alpha + 0.25 * alpha * bool(groups["gamma"]) + beta * bool(groups["beta"])
        )
        start["omega"] = level * (1.0 - used)
        vectors.append(start.to_numpy(dtype=np.float64))
    return vectors


def _arch_forecast(fit: Any, horizon: int, *, simulated: bool) -> FloatArray1D:
    options: dict[str, Any] = {"horizon": horizon, "reindex": False}
    if simulated:
        options |= {
            "method": "simulation",
            "simulations": SIMULATIONS,
            "random_state": np.random.RandomState(_SEED),
        }
    return np.asarray(fit.forecast(**options).variance.to_numpy()[-1], dtype=np.float64)


def _unit_factors(spec: GarchSpec, params: Any, unit: float) -> dict[str, float]:
    """What each parameter is multiplied with when the returns are multiplied with ``unit``."""
    power = float(params.get("delta", spec.power)) if spec.vol.upper() == "APARCH" else spec.power
    factors = dict.fromkeys(params.index, 1.0)
    factors |= {name: unit for name in ("mu", "Const") if name in factors}
    if spec.vol.upper() != "EGARCH" and "omega" in factors:
        factors["omega"] = unit**power
    return factors
