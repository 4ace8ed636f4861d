"""How each figure of one delivery month of a trade is computed again: from the leg that it is part of."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Table
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.market import Market
from portal.services.evaluation import evaluates
from portal.services.portfolio.quotes import quote_behind, sources_of
from portal.services.portfolio.valuation import valued_in
from portal.services.portfolio.valuation_legs import LEG_COLUMNS, NO_VALUE, leg_rows

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


def leg_outcome(key: str, record: Mapping[str, Any]) -> Outcome:
    """Return one figure of a leg from its row."""
    unit = LEG_METRICS[key][1]
    value = record[key]
    return Outcome(
        None if value is None else float(value),
        str(record[unit] or "") if unit else "fraction",
        note="" if value is not None else NO_VALUE,
    )


def _register(key: str) -> None:
    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return leg_outcome(key, records[0])

    @evaluates(
        LEG_METRICS[key][0].id, permission=Permission.PORTFOLIO_READ, parameters=PARAMETERS, replay=replay
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = valued_in(work, clocks, actor)
        legs = leg_rows(found, int(params["trade"] or 0))
        wanted = (params["curve"], params["month"])
        rows = [row for row in legs.rows if row[:2] == wanted]
        if not rows:
            raise NotFound(
                f"Trade {params['trade']} delivers nothing on {wanted[0]} in {wanted[1]}. Open the figure again from "
                "its page.",
                trade=params["trade"],
            )
        table = Table(LEG_COLUMNS, rows, simulated=legs.simulated)
        outcome = leg_outcome(key, table.records()[0])
        quote = quote_behind(work, found.market, clocks, _place(found.market, *map(str, wanted)))
        return Evaluation(
            f"{legs.subject}, {wanted[0]} {wanted[1]}",
            outcome.value,
            outcome.unit,
            table,
            tuple(Step(name, value, unit) for name, value, unit in legs.terms),
            sources_of([quote] if quote else []),
            newest=quote.trade_date if quote else None,
            recorded_at=quote.recorded_at if quote else None,
            late=legs.late if table.column("status") == ["stale"] else "",
            note=outcome.note or legs.note,
        )


def _place(market: Market, curve: str, month: str) -> tuple[int, int]:
    """Return the positions of a leg's curve and month."""
    return market.curves.code.index(curve), int(np.flatnonzero(market.marks.months.astype(str) == month)[0])


for _key in LEG_METRICS:
    _register(_key)
