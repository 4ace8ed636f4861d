"""What limits would have been held against by day: forecasts, stored runs, P&L, drawdowns, positions, stress losses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import limits as queries
from data.queries import risk as risk_queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.domain.market.business_days import business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.risk.limits.limit import Limit, Metric, conditions
from portal.domain.risk.limits.position import POSITION, read_position
from portal.services.risk.book_days import DRAWDOWN_REACH, closes_in, trailing_drawdown
from portal.services.risk.limit_measures import MAIN_METHOD, STRESS, subjects_in
from portal.services.risk.limit_positions import positions_in
from portal.services.risk.limit_stress import stressed_days
from portal.services.risk.overview import BACKTESTED

HISTORY_DAYS = 366
HOW = (
    "Forecasts of the backtest by day; stored runs for what has none, drawdowns from the closes, positions from the "
    "ledger. A stress loss is revalued on every 20th business day, with the books and market of that day, and stands "
    "until the next."
)
"""What a history is made of, for those who look at it."""
_FORECASTS = {"var": "value_at_risk", "expected_shortfall": "expected_shortfall", "daily_pnl": "hypothetical"}


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Past:
    """Values of the metrics of a limit by day, shape (n,) each, NaN where there is none."""

    day: DateArray1D
    values: Mapping[str, FloatArray1D]


def past_in(
    work: UnitOfWork,
    clocks: Clocks,
    limit: Limit,
    nodes: Sequence[Node],
    *,
    days: int = HISTORY_DAYS,
    stress: bool = True,
) -> Past:
    """Return the history of the metrics of a limit over the last ``days`` calendar days.

    Forecasts of the backtest for its methods, figures of stored runs for the others; drawdowns from stored closes,
    positions from the ledger. A stress loss is revalued on single days and stands until the next of them; ``stress``
    False leaves it out, since that takes seconds.
    """
    first = clocks.as_of - timedelta(days=days)
    ids = {node.code: node.id for node in nodes}
    found: dict[str, dict[date, float]] = {}
    for condition in conditions(limit.terms):
        metric = condition.metric
        where = metric.node or limit.node
        if where not in ids or (metric.measure.startswith(STRESS) and not stress):
            found[metric.key] = {}
        else:
            found[metric.key] = _history(work, clocks, metric, (nodes, where, ids[where]), first)
    every = sorted({day for values in found.values() for day in values})
    stressed = {c.metric.key for c in conditions(limit.terms) if c.metric.measure.startswith(STRESS)}
    return Past(
        np.array(every, "M8[D]"),
        {key: _on(every, values, carried=key in stressed) for key, values in found.items()},
    )


def _on(every: Sequence[date], values: Mapping[date, float], *, carried: bool) -> FloatArray1D:
    """Return values on all days, NaN where there is none; ``carried`` ones stand until the next."""
    out = np.array([values.get(day, np.nan) for day in every], np.float64)
    if carried and values:
        last = np.maximum.accumulate(np.where(np.isnan(out), 0, np.arange(len(out))))
        out = out[last]
    return out


_Where = tuple[Sequence[Node], str, int]  # the nodes that may be seen, and the code and id of the one meant


def _history(
    work: UnitOfWork, clocks: Clocks, metric: Metric, where: _Where, first: date
) -> dict[date, float]:
    nodes, code, key = where
    if metric.measure.startswith(STRESS):
        return stressed_days(work, clocks, metric.measure.removeprefix(STRESS), first).pnl_of(nodes, key)
    if metric.measure.startswith(POSITION):
        return _positions(work, clocks, metric, where, first)
    if metric.measure == "max_drawdown":
        closes = closes_in(work, clocks, nodes, code, first=first - DRAWDOWN_REACH)
        pairs = zip(closes.pnl_day.tolist(), trailing_drawdown(closes.pnl).tolist(), strict=True)
        return {day: value for day, value in pairs if day >= first}
    return _figures(work, clocks, metric, key, first)


def _positions(
    work: UnitOfWork, clocks: Clocks, metric: Metric, where: _Where, first: date
) -> dict[date, float]:
    nodes, code, _ = where
    subject = subjects_in(work).get(read_position(metric.measure).of)
    days = business_days(first, clocks.as_of + timedelta(days=1), desk_holidays(first, clocks.as_of))
    if subject is None or not len(days):
        return {}
    found = positions_in(work, clocks, subject, nodes, code, metric, days)
    return dict(zip(days.tolist(), found.tolist(), strict=True))


def _figures(work: UnitOfWork, clocks: Clocks, metric: Metric, key: int, first: date) -> dict[date, float]:
    method = metric.method or MAIN_METHOD
    backtested = method in BACKTESTED and (metric.horizon_days or 1) == 1
    if metric.measure in _FORECASTS and (backtested or metric.measure == "daily_pnl"):
        found = risk_queries.days_between(
            work.session, clocks=clocks, portfolios=[key], first=first, level=metric.level or 0.975,
            method=method if metric.measure != "daily_pnl" else MAIN_METHOD,
        )  # fmt: skip
        column = found[_FORECASTS[metric.measure]]
        return dict(zip(found["day"].astype("M8[D]").tolist(), column.tolist(), strict=True))
    rows = queries.figures(
        work.session, clocks=clocks, method=method, horizon_days=metric.horizon_days or 1, portfolios=[key],
        first=first,
    )  # fmt: skip
    level = metric.level or 0.0
    return {
        row.as_of: row.value
        for row in rows
        if row.measure == metric.measure and abs(row.level - level) < 1e-9
    }
