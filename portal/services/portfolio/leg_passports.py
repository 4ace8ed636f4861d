"""How each figure of one delivery month of a trade is computed again: from the leg that it is part of."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Table
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Kind
from portal.services.evaluation import Replay, evaluates
from portal.services.portfolio.quotes import quote_behind, sources_of
from portal.services.portfolio.valuation import valued_in
from portal.services.portfolio.valuation_legs import (
    AVERAGED,
    LEG_COLUMNS,
    NO_VALUE,
    TradeLegs,
    leg_rows,
)

PARAMETERS = (
    Parameter("trade", "Trade", "integer", low=1),
    Parameter("curve", "Curve"),
    Parameter("month", "Delivery month"),
)
LEG_METRICS: Mapping[str, tuple[Metric, str]] = {
    "volume": (metrics.LEG_VOLUME, "volume_unit"),
    "mark": (metrics.LEG_MARK, "unit"),
    "fixed": (metrics.LEG_FIXED, ""),
    "vol": (metrics.LEG_VOLATILITY, "vol_unit"),
    "unrealised": (metrics.LEG_UNREALISED, "currency"),
    "realised": (metrics.LEG_REALISED, "currency"),
    "delta": (metrics.LEG_DELTA, "volume_unit"),
}
"""By column of a leg: its metric, and the column that holds its unit (none: a fraction)."""
_VALUED = ("unrealised", "realised", "delta")
SUM_ROUNDING = 1e-9  # relative; the page multiplies the same factors in another order


def leg_outcome(key: str, record: Mapping[str, Any]) -> Outcome:
    """Return one figure of a leg from its row."""
    unit = LEG_METRICS[key][1]
    value = record[key]
    return Outcome(
        None if value is None else float(value),
        str(record[unit] or "") if unit else "fraction",
        note="" if value is not None else NO_VALUE,
    )


def averaged(key: str, record: Mapping[str, Any]) -> float | None:
    """Return a figure of a leg that settles on the mean of its fixings from the leg's other cells; None for others."""
    names = ("volume", "fixed", "rate", "years", "money", "agreed")
    if record["rule"] != AVERAGED or record[key] is None or any(record[name] is None for name in names):
        return None
    volume, share, rate, years, money, agreed = (float(record[name]) for name in names)
    paid = volume * exp(-rate * years)
    if key == "delta":
        return paid * (1.0 - share)
    weight, price = (share, record["fixing"]) if key == "realised" else (1.0 - share, record["mark"])
    return 0.0 if weight == 0.0 else paid * weight * (float(price) - agreed) * money


def _replay(key: str) -> Replay:
    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        wanted = (params["curve"], params["month"])
        record = next(one for one in records if (one["curve"], one["month"]) == wanted)
        found = leg_outcome(key, record)
        again = averaged(key, record) if key in _VALUED else None
        return found if again is None else replace(found, value=again)

    return replay


def _rows_behind(key: str, legs: TradeLegs, curve: str, month: str) -> list[tuple[Cell, ...]]:
    """Return the leg alone, or with those that decide its value too: of its month, of a contract with rights all."""
    flexible = ("Kind", Kind.STORAGE.label, "") in legs.terms or ("Kind", Kind.SWING.label, "") in legs.terms
    own = [row for row in legs.rows if row[:2] == (curve, month)]
    if key not in _VALUED or not own:
        return own
    return [*own, *(row for row in legs.rows if row not in own and (flexible or row[1] == month))]


def _register(key: str) -> None:
    @evaluates(
        LEG_METRICS[key][0].id,
        permission=Permission.PORTFOLIO_READ,
        parameters=PARAMETERS,
        replay=_replay(key),
        tolerance=SUM_ROUNDING,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = valued_in(work, clocks, actor)
        legs = leg_rows(found, int(params["trade"] or 0))
        curve, month = str(params["curve"]), str(params["month"])
        rows = _rows_behind(key, legs, curve, month)
        if not rows:
            raise NotFound(
                f"Trade {params['trade']} delivers nothing on {curve[:40]} in {month[:10]}. Open the figure again "
                "from its page.",
                trade=params["trade"],
            )
        table = Table(LEG_COLUMNS, rows, simulated=legs.simulated)
        record = table.records()[0]
        outcome = leg_outcome(key, record)
        quote = quote_behind(work, found.market, clocks, _place(found.market, curve, month))
        return Evaluation(
            f"{legs.subject}, {curve} {month}",
            outcome.value,
            outcome.unit,
            table,
            tuple(Step(name, value, unit) for name, value, unit in legs.terms),
            sources_of([quote] if quote else []),
            newest=quote.trade_date if quote else found.market.as_of,
            recorded_at=quote.recorded_at if quote else None,
            late=legs.late if record["status"] == "stale" else "",
            note=outcome.note or legs.note,
        )


def _place(market: Market, curve: str, month: str) -> tuple[int, int]:
    """Return the positions of a leg's curve and month."""
    return market.curves.code.index(curve), int(np.flatnonzero(market.marks.months.astype(str) == month)[0])


for _key in LEG_METRICS:
    _register(_key)
