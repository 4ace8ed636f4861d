"""Scenarios that replay history: plain, weighted by age, and filtered to tomorrow's volatility.

API: ``historical(prepared, ask)``, ``age_weighted(prepared, ask)``, ``filtered(prepared, ask)``.

A horizon of h days scales one-day moves by the square root of h before they meet today's level (a GARCH forecast by its
own cumulated variance); moves that overlap are not used.
"""

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.risk.scenarios.ask import Method, ScenarioAsk
from portal.domain.risk.scenarios.factors import ScenarioSet
from portal.domain.risk.scenarios.filtered import Ewma, Filtered, filter_moves, scaled
from portal.domain.risk.scenarios.garch_buckets import bucket_volatility
from portal.domain.risk.scenarios.native import absolute_moves
from portal.domain.risk.scenarios.prepared import Prepared
from portal.domain.risk.scenarios.weights import age_weights, effective_scenarios

AGE_DECAY, VOLATILITY_DECAY = 0.995, 0.94


def historical(prepared: Prepared, ask: ScenarioAsk) -> ScenarioSet:
    """Replay every day of the window with equal weight.

    Parameters
    ----------
    prepared : Prepared
        Complete moves.
    ask : ScenarioAsk
        Horizon.

    Returns
    -------
    ScenarioSet
        One scenario a day, labelled by it.
    """
    return _replayed(prepared, ask, prepared.native * np.sqrt(ask.horizon_days))


def age_weighted(prepared: Prepared, ask: ScenarioAsk) -> ScenarioSet:
    """Replay every day of the window with weights that fall with age.

    Parameters
    ----------
    prepared : Prepared
        Complete moves.
    ask : ScenarioAsk
        Horizon and decay.

    Returns
    -------
    ScenarioSet
        One scenario a day; the facts say how many equally weighted ones would be as good.
    """
    decay = AGE_DECAY if ask.decay is None else ask.decay
    weight = age_weights(len(prepared.native), decay)
    effective = effective_scenarios(weight)
    note = (
        f"The weight of a day falls by {1.0 - decay:.2%} with each day of age: the {len(weight)} scenarios count as "
        f"much as {effective:.0f} of equal weight."
    )
    moves = prepared.native * np.sqrt(ask.horizon_days)
    return _replayed(
        prepared, ask, moves, weight, {"decay": decay, "effective_scenarios": effective}, (note,)
    )


def filtered(prepared: Prepared, ask: ScenarioAsk) -> ScenarioSet:
    """Replay the days of the window at the volatility forecast for tomorrow.

    Parameters
    ----------
    prepared : Prepared
        Complete moves; days before the window start the filter and are dropped.
    ask : ScenarioAsk
        EWMA or GARCH, decay, caps, horizon.

    Returns
    -------
    ScenarioSet
        At most ``window`` scenarios; facts and notes report the ratios that were cut.
    """
    names = prepared.factors.label
    notes: tuple[str, ...] = ()
    if ask.method is Method.FILTERED_GARCH:
        found = bucket_volatility(prepared.factors, prepared.native, ask.horizon_days)
        burn = max(0, len(prepared.native) - ask.window)
        result = scaled(prepared.native, found.volatility, burn=burn, caps=ask.caps, names=names)
        growth: FloatArray1D | float = found.horizon_growth
        facts, notes = found.facts, found.notes
    else:
        decay = VOLATILITY_DECAY if ask.decay is None else ask.decay
        burn = min(Ewma().burn, len(prepared.native) // 2)
        result = filter_moves(
            prepared.native, Ewma(min(decay, 1.0 - 1e-12), burn), caps=ask.caps, names=names
        )
        growth, facts = float(np.sqrt(ask.horizon_days)), {"decay": decay}
    facts = {**facts, **_cap_facts(result), "burn_in_days": burn}
    if burn:
        notes = (*notes, f"The first {burn} days start the filter and make no scenarios.")
    sentences = (*notes, *((result.note(names),) if result.note(names) else ()))
    late = Prepared(
        prepared.factors, prepared.day[result.kept :], result.moves, prepared.facts, prepared.notes
    )
    return _replayed(late, ask, result.moves * growth, None, facts, sentences)


def _cap_facts(result: Filtered) -> dict[str, object]:
    return {"capped_ratios": int(result.capped.sum()), "capped_share": result.capped_share}


def _replayed(
    prepared: Prepared,
    ask: ScenarioAsk,
    native: FloatArray2D,
    weight: FloatArray1D | None = None,
    facts: dict[str, object] | None = None,
    notes: tuple[str, ...] = (),
) -> ScenarioSet:
    n = len(native)
    return ScenarioSet(
        factors=prepared.factors,
        moves=absolute_moves(prepared.factors, native),
        label=tuple(str(day) for day in prepared.day),
        weight=np.full(n, 1.0 / n) if weight is None else weight,
        method=ask.method.value,
        horizon_days=ask.horizon_days,
        facts={**prepared.facts, **(facts or {}), "scenarios": n},
        notes=(*prepared.notes, *notes),
    )
