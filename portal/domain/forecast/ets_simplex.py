"""Exponential smoothing fitted as R's ``forecast::ets`` does: states of a decomposition, then a bounded simplex search.

API: ``fit_by_simplex(y, spec, period) -> EtsFit``.
"""

from collections.abc import Callable

import numpy as np

from portal.core.arrays import FloatArray1D
from portal.domain.forecast.exponential import EtsFit, EtsSpec, EtsStates, EtsWeights
from portal.domain.market.decomposition import decompose_classically

LEAST, MOST = 1e-4, 0.9999  # of weights
PHI_LEAST, PHI_MOST = 0.8, 0.98
MAX_EVALUATIONS = 2000
_INFEASIBLE = 1e35
_TINY = 1e-10


def fit_by_simplex(y: FloatArray1D, spec: EtsSpec, period: int = 1) -> EtsFit:
    """Fit by the simplex search, at most 2,000 evaluations.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Complete series of two seasons at least.
    spec : EtsSpec
        The model.
    period : int, default 1
        Steps in a season.

    Returns
    -------
    EtsFit
        The best point of the search, whether it had converged or not.

    References
    ----------
    Hyndman, Koehler, Snyder and Grose (2002), "A state space framework for automatic forecasting using exponential
    smoothing methods", International Journal of Forecasting 18; Nash (1990), Compact Numerical Methods, algorithm 19.
    """
    seats = period if spec.season != "N" else 1
    values = y.tolist()

    def objective(vector: FloatArray1D) -> float:
        read = _read(vector, spec, seats)
        return _INFEASIBLE if read is None else _run(values, spec, *read)[0]

    best = _simplex(objective, _start(y, spec, seats))
    read = _read(best, spec, seats)
    weights, states = read if read is not None else (EtsWeights(LEAST), EtsStates(values[0]))
    _, last, fitted = _run(values, spec, weights, states)
    errors = y - fitted
    return EtsFit(
        spec, weights, last, errors / fitted if spec.error == "M" else errors, fitted, len(best) + 1
    )


def _start(y: FloatArray1D, spec: EtsSpec, seats: int) -> FloatArray1D:
    """Small weights, and the states of a decomposition and of a line through the first values."""
    alpha = LEAST + 0.2 * (MOST - LEAST) / seats
    vector = [alpha]
    if spec.trend != "N":
        vector.append(LEAST + 0.1 * (alpha - LEAST))
    if spec.season != "N":
        vector.append(LEAST + 0.05 * (1.0 - alpha - LEAST))
    if spec.trend == "Ad":
        vector.append(PHI_LEAST + 0.99 * (PHI_MOST - PHI_LEAST))
    flat, effects = y, np.empty(0)
    if spec.season != "N":
        times = spec.season == "M"
        season = decompose_classically(y, seats, "multiplicative" if times else "additive").seasonal
        effects = season[1:seats][::-1]
        flat = y / np.maximum(season, 1e-2) if times else y - season
        if times:
            effects = np.maximum(effects, 1e-2)
            if effects.sum() > seats:
                effects = effects / (effects + 1e-2).sum()
    head = flat[: min(max(10, 2 * seats), len(flat))]
    if spec.trend == "N":
        vector.append(float(head.mean()))
    else:
        slope, base = np.polyfit(np.arange(1, len(head) + 1), head, 1).tolist()
        vector += [base, slope]
    return np.concatenate([vector, effects])


def _read(vector: FloatArray1D, spec: EtsSpec, seats: int) -> tuple[EtsWeights, EtsStates] | None:
    """Weights and initial states of a vector; None outside of what is allowed."""
    rest = iter(vector.tolist())
    alpha = next(rest)
    beta = next(rest) if spec.trend != "N" else 0.0
    gamma = next(rest) if spec.season != "N" else 0.0
    phi = next(rest) if spec.trend == "Ad" else 1.0
    level = next(rest)
    trend = next(rest) if spec.trend != "N" else 0.0
    season = list(rest)
    legal = LEAST <= alpha <= MOST
    legal &= spec.trend == "N" or LEAST <= beta <= min(alpha, MOST)
    legal &= spec.trend != "Ad" or PHI_LEAST <= phi <= PHI_MOST
    if spec.season != "N":
        legal &= LEAST <= gamma <= min(1.0 - alpha, MOST)
        season.append(seats * (spec.season == "M") - sum(season))  # effects add up to nothing, or to one each
        legal &= spec.season == "A" or min(season) >= 0.0
    if not legal:
        return None
    return EtsWeights(alpha, beta, gamma, phi), EtsStates(level, trend, tuple(reversed(season)))


def _run(
    values: list[float], spec: EtsSpec, weights: EtsWeights, states: EtsStates
) -> tuple[float, EtsStates, FloatArray1D]:
    """Minus twice the likelihood, the states after the last value, and the one-step forecasts."""
    alpha, beta, gamma, phi = weights.alpha, weights.beta, weights.gamma, weights.phi
    level, trend = states.level, states.trend
    adds, times, relative = spec.season == "A", spec.season == "M", spec.error == "M"
    season, seats = list(states.season) or [0.0], len(states.season) or 1
    squares, fitted, seat = 0.0, [], 0
    for value in values:
        base = level + phi * trend
        effect = season[seat]
        mean = base * effect if times else base + effect
        fitted.append(mean)
        error = value - mean
        squares += (error / mean) ** 2 if relative and mean else error * error
        over = error / effect if times and effect > _TINY else error
        level = base + alpha * over
        trend = phi * trend + beta * over
        if times:
            season[seat] = effect + gamma * error / (base or _TINY)
        elif adds:
            season[seat] = effect + gamma * error
        seat = seat + 1 if seat + 1 < seats else 0
    path = np.array(fitted)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        objective = len(values) * float(np.log(squares))
        objective += 2.0 * float(np.log(np.abs(path)).sum()) if relative else 0.0
    last = EtsStates(level, trend, tuple(season[seat:] + season[:seat]) if adds or times else ())
    return objective, last, path


def _simplex(objective: Callable[[FloatArray1D], float], start: FloatArray1D) -> FloatArray1D:
    """Least point found by the simplex of Nelder and Mead, with the step and the stops of R's ``optim``."""

    def value_at(point: FloatArray1D) -> float:
        found = objective(point)
        return found if np.isfinite(found) else _INFEASIBLE

    n = len(start)
    step = 0.1 * float(np.abs(start).max()) or 0.1
    corners = np.vstack([start, start + step * np.eye(n)])
    values = np.array([value_at(corner) for corner in corners])
    spent, near = n + 1, np.sqrt(np.finfo(np.float64).eps)
    close = near * (abs(values[0]) + near)
    while spent <= MAX_EVALUATIONS:
        low, high = int(values.argmin()), int(values.argmax())
        if values[high] <= values[low] + close:
            break
        centre = (corners.sum(axis=0) - corners[high]) / n
        mirrored = 2.0 * centre - corners[high]
        reached = value_at(mirrored)
        spent += 1
        if reached < values[low]:
            further = 2.0 * mirrored - centre
            beyond = value_at(further)
            spent += 1
            better = beyond < reached
            corners[high], values[high] = (further, beyond) if better else (mirrored, reached)
            continue
        worse = reached >= values[high]
        if not worse:
            corners[high], values[high] = mirrored, reached
        inner = 0.5 * (corners[high] + centre)
        within = value_at(inner)
        spent += 1
        if within < values[high]:
            corners[high], values[high] = inner, within
        elif worse:  # draw all corners towards the best
            corners = 0.5 * (corners + corners[low])
            values = np.array(
                [values[low] if at == low else value_at(corner) for at, corner in enumerate(corners)]
            )
            spent += n
    return np.asarray(corners[int(values.argmin())])
