"""The figures that a sign-off stands for, of every portfolio at once, under one pair of clocks.

They are those of a portfolio with all below it, so whoever may see the portfolio finds the same ones, and what
is signed does not depend on who signs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries import risk as risk_queries
from data.queries import sign_offs as queries
from data.queries.portfolios import Node
from data.queries.risk import RunRow
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.arrays import BoolArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio import valuation_metrics
from portal.domain.portfolio.market import STALE
from portal.domain.portfolio.rollup import total
from portal.domain.portfolio.trade import Event
from portal.domain.risk import figure_metrics
from portal.domain.risk.limits.limit import conditions
from portal.domain.signoff import metrics
from portal.domain.signoff.frozen import Figure
from portal.domain.signoff.quality import stale_share
from portal.services.portfolio.valuation import Profits, ValuedBook, profits_in
from portal.services.recent import Recent
from portal.services.risk.limit_breaches import BreachView, breaches_in
from portal.services.risk.limits import Version, versions_in

LEVELS = {"var": 0.99, "expected_shortfall": 0.975}
"""At which level each figure of risk is signed."""
METHOD = "historical"
DAY = "dtd"
_CANCELLED = list(Event).index(Event.CANCELLED)


@dataclass(frozen=True, eq=False)
class DayFigures:
    """The figures of a day by code of the portfolio; ``simulated`` tells whether any rests on simulated data."""

    clocks: Clocks
    by_node: Mapping[str, tuple[Figure, ...]]
    simulated: bool


_recent: Recent[tuple[object, ...], DayFigures] = Recent(24)


def figures_in(work: UnitOfWork, clocks: Clocks) -> DayFigures:
    """Return the figures of every portfolio; what was found before is used again until something new is recorded."""
    nodes = tuple(portfolio_queries.tree(work.session))
    moment = queries.newest(work.session) if clocks.live else (clocks.known_at,)
    key = (clocks.as_of, *moment, nodes, str(work.session.get_bind().engine.url))
    return _recent.get(key, lambda: _compute(work, clocks, nodes))


def _compute(work: UnitOfWork, clocks: Clocks, nodes: Sequence[Node]) -> DayFigures:
    profits = profits_in(work, clocks, SYSTEM, periods=(DAY,))
    run, measured = _risk(work, clocks, nodes)
    versions = versions_in(work, clocks, SYSTEM)
    breaches = breaches_in(work, clocks, SYSTEM, versions)
    found: dict[str, tuple[Figure, ...]] = {}
    for node in nodes:
        below = portfolio_queries.subtree(nodes, node.code)
        found[node.code] = (
            *_value_figures(profits, node, below),
            *_risk_figures(run, measured, node, clocks),
            _breaches(breaches, versions, node, below),
        )
    return DayFigures(clocks, found, profits.now.simulated or (run is not None and run.simulated))


def _value_figures(profits: Profits, node: Node, below: Sequence[Node]) -> list[Figure]:
    now, left = profits.now, profits.left[DAY]
    ids = [one.id for one in below]
    here: BoolArray1D = np.isin(now.book.portfolio, ids)
    gone: BoolArray1D = np.isin(left.book.portfolio, ids)
    day = total(np.concatenate([profits.by_trade[DAY][here], profits.lost(DAY)[gone]]))
    alive = here & (now.book.event != _CANCELLED)
    lost = alive & now.valuation.is_missing
    params = {"portfolio": node.code}
    known = valuation_metrics
    return [
        Figure("value", known.VALUE.id, "Value", total(now.valuation.total_eur[here]), "EUR", params),
        Figure("pnl_day", known.DTD.id, "P&L of the day", day, "EUR", params),
        Figure("trades", known.COUNTED.id, "Trades", float(alive.sum()), known.COUNTED.unit, params),
        Figure("without_value", known.WITHOUT_VALUE.id, "Trades without a value", float(lost.sum()),
               known.WITHOUT_VALUE.unit, params),
        Figure("stale", metrics.STALE_SHARE.id, "Rests on stale inputs", share_of(now, alive), "fraction", params),
    ]  # fmt: skip


def is_poor(found: ValuedBook) -> BoolArray1D:
    """Return which trades need an input that is stale or missing, shape (n,)."""
    poor: BoolArray1D = (found.valuation.status >= STALE) | (found.valuation.lacks != 0)
    return poor


def share_of(found: ValuedBook, chosen: BoolArray1D) -> float | None:
    """Return the share of the volume of some trades that rests on stale or missing inputs."""
    poor = is_poor(found)[chosen].tolist()
    return stale_share(found.valuation.notional_eur[chosen].tolist(), poor)


def _risk(
    work: UnitOfWork, clocks: Clocks, nodes: Sequence[Node]
) -> tuple[RunRow | None, dict[tuple[int, str], float]]:
    """Return the newest run of the day or before, and its figures by node and measure."""
    runs = risk_queries.newest_runs(work.session, clocks=clocks, method=METHOD, most=1)
    if not runs:
        return None, {}
    rows = risk_queries.metrics_of(
        work.session, clocks=clocks, portfolios=[node.id for node in nodes], measures=list(LEVELS),
        run_id=runs[0].id,
    )  # fmt: skip
    kept = {
        (row.portfolio_id, row.measure): row.value
        for row in rows
        if abs(row.level - LEVELS[row.measure]) < 1e-9
    }
    return runs[0], kept


def _risk_figures(
    run: RunRow | None, measured: Mapping[tuple[int, str], float], node: Node, clocks: Clocks
) -> list[Figure]:
    out = []
    for measure, metric in figure_metrics.BY_MEASURE.items():
        level = LEVELS[measure]
        value = measured.get((node.id, measure))
        params: dict[str, str | int | float | None] = {"portfolio": node.code, "level": level}
        if run is not None:
            params["run"] = run.id
        note = _about_run(run, clocks) if value is not None else "No run of risk had been made."
        out.append(
            Figure(measure, metric.id, f"{metric.title}, {100 * level:g} %", value, "EUR", params, note)
        )
    return out


def _about_run(run: RunRow | None, clocks: Clocks) -> str:
    if run is None or run.as_of == clocks.as_of:
        return ""
    return f"From the run of {run.as_of:%Y-%m-%d}, the newest by then."


def _breaches(
    breaches: Sequence[BreachView], versions: Sequence[Version], node: Node, below: Sequence[Node]
) -> Figure:
    count = len(open_breaches(breaches, versions, {one.code for one in below}))
    return Figure(
        "breaches", metrics.BREACHES.id, metrics.BREACHES.title, float(count), metrics.BREACHES.unit,
        {"portfolio": node.code},
    )  # fmt: skip


def open_breaches(
    breaches: Sequence[BreachView], versions: Sequence[Version], codes: set[str]
) -> list[BreachView]:
    """Return the breaches that are not closed, of limits that look at none but the portfolios ``codes``."""
    looks: dict[str, set[str]] = {}
    for version in versions:
        named = {condition.metric.node for condition in conditions(version.limit.terms)}
        looks.setdefault(version.code, {version.node.code}).update(code for code in named if code)
    return [
        view
        for view in breaches
        if not view.is_closed and view.node.code in codes and looks.get(view.code, set()) <= codes
    ]
