"""One door to all scenarios and to the covariance behind parametric figures.

API: ``build_scenarios(history, factors, ask) -> ScenarioSet``, ``build_covariance(...) -> Covariance``,
``days_needed(ask)``.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.ask import Method, ScenarioAsk
from portal.domain.risk.scenarios.components import deviations
from portal.domain.risk.scenarios.covariance import Estimate, estimate, overlapping, shrinkage_note
from portal.domain.risk.scenarios.factors import FactorSet, ScenarioSet, Shock
from portal.domain.risk.scenarios.historical import age_weighted, filtered, historical
from portal.domain.risk.scenarios.history import FactorHistory
from portal.domain.risk.scenarios.monte_carlo import monte_carlo
from portal.domain.risk.scenarios.prepared import Prepared, prepare

FILTER_START = 100  # days before the window that settle a filter

_METHODS: Mapping[Method, Callable[[Prepared, ScenarioAsk], ScenarioSet]] = {
    Method.HISTORICAL: historical,
    Method.AGE_WEIGHTED: age_weighted,
    Method.FILTERED_EWMA: filtered,
    Method.FILTERED_GARCH: filtered,
    Method.MONTE_CARLO_NORMAL: monte_carlo,
    Method.MONTE_CARLO_T: monte_carlo,
    Method.MONTE_CARLO_JUMP: monte_carlo,
}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Covariance:
    """Covariance of the absolute moves of k factors over a horizon, with mean 0.

    Attributes
    ----------
    factors : FactorSet
        What moves.
    matrix : ndarray of shape (k, k)
        In products of the units of the factors, at today's levels. A relative factor moves by its level times its
        percentage: first order, exact for none of the larger moves.
    horizon_days : int
        Business days that it spans.
    facts, notes
        As for a :class:`ScenarioSet`.
    """

    factors: FactorSet
    matrix: FloatArray2D
    horizon_days: int
    facts: Mapping[str, Any]
    notes: tuple[str, ...]


def days_needed(ask: ScenarioAsk) -> int:
    """Days of history to load for an ask.

    Parameters
    ----------
    ask : ScenarioAsk
        Method and window.

    Returns
    -------
    int
        The window, and what a filter needs before it.
    """
    filters = ask.method in (Method.FILTERED_EWMA, Method.FILTERED_GARCH)
    return ask.window + (FILTER_START if filters else 0)


def build_scenarios(
    history: FactorHistory, factors: FactorSet, ask: ScenarioAsk, *, forced: Collection[int] = ()
) -> ScenarioSet:
    """Make the scenarios that are asked for.

    Parameters
    ----------
    history : FactorHistory
        Moves of the factors, nothing in it later than the day of their levels.
    factors : FactorSet
        Factors with today's levels.
    ask : ScenarioAsk
        Method and parameters.
    forced : collection of int
        Ids of curves whose shock type a user chose (see ``forced_shocks``); the others follow their history.

    Returns
    -------
    ScenarioSet
        Complete moves with labels, weights, facts and notes; its factors carry the shock types that were used.

    Raises
    ------
    BadParameter
        The method is parametric, which has a covariance and no scenarios; or a history that is ahead of the levels.
    InsufficientHistory, NonPositivePrices, SeriesHasNaN, LengthMismatch
        As said by the steps; each names its factor.
    """
    make = _METHODS.get(ask.method)
    if make is None:
        raise BadParameter(
            f"The method {ask.method} has a covariance and no scenarios; ask build_covariance for it.",
            name="method",
            value=ask.method.value,
        )
    _refuse_tomorrow(history, factors)
    found = make(prepare(history, factors, ask, forced=forced, extra=days_needed(ask) - ask.window), ask)
    return replace(found, notes=(*found.notes, *_horizon_note(ask)))


def build_covariance(
    history: FactorHistory, factors: FactorSet, ask: ScenarioAsk, *, forced: Collection[int] = ()
) -> Covariance:
    """Estimate the covariance for parametric figures.

    Parameters
    ----------
    history, factors, ask, forced
        As for :func:`build_scenarios`; the method of the ask does not matter.

    Returns
    -------
    Covariance
        Of moves over the horizon, which grow with its square root.

    Raises
    ------
    BadParameter, InsufficientHistory, NonPositivePrices, SeriesHasNaN, LengthMismatch
        As for :func:`build_scenarios`.
    """
    _refuse_tomorrow(history, factors)
    prepared = prepare(history, factors, ask, forced=forced)
    found = _estimated(prepared, ask)
    relative = np.array([shock is not Shock.ABSOLUTE for shock in prepared.factors.shock], dtype=np.bool_)
    size = np.where(relative, prepared.factors.level + prepared.factors.shift, 1.0)
    matrix = found.matrix * np.outer(size, size) * ask.horizon_days
    facts = {**prepared.facts, "covariance": ask.covariance.value, "shrinkage": found.shrinkage}
    notes = list(prepared.notes)
    if found.shrinkage:
        notes.append(shrinkage_note(found.shrinkage))
    elif len(prepared.native) < 2 * len(prepared.factors):
        notes.append(
            f"{len(prepared.native)} days are fewer than twice the {len(prepared.factors)} factors: the risk of a book "
            "is that of the window, but single correlations are unreliable."
        )
    return Covariance(prepared.factors, matrix, ask.horizon_days, facts, (*notes, *_horizon_note(ask)))


def _estimated(prepared: Prepared, ask: ScenarioAsk) -> Estimate:
    """Return the covariance of native moves: variances of single days, correlations of the days that are asked for."""
    spanned = overlapping(prepared.native, ask.correlation_days)
    found = estimate(spanned, ask.covariance, decay=ask.decay)
    if ask.correlation_days == 1:
        return found
    shown = np.sqrt(np.diag(found.matrix))
    ratio = deviations(prepared.native, ask.covariance, ask.decay) / np.where(shown > 0.0, shown, 1.0)
    return Estimate(found.matrix * np.outer(ratio, ratio), found.shrinkage)


def _horizon_note(ask: ScenarioAsk) -> tuple[str, ...]:
    if ask.horizon_days == 1:
        return ()
    if ask.method is Method.FILTERED_GARCH:
        return (
            f"Moves span {ask.horizon_days} business days by the variance that GARCH forecasts for them.",
        )
    return (f"Moves of one day are scaled to {ask.horizon_days} business days by the root of their number.",)


def _refuse_tomorrow(history: FactorHistory, factors: FactorSet) -> None:
    if len(history) and history.day[-1] > np.datetime64(factors.as_of, "D"):
        raise BadParameter(
            f"The history goes to {history.day[-1]}, but the levels are of {factors.as_of}: that would look ahead. "
            "Load it up to the valuation day.",
            name="history",
            value=str(history.day[-1]),
        )
