"""Risk > Sizing: how large positions may be, by volatility, growth or equal risk, and what hedges a portfolio best."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.risk_sizing import share_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.portfolios import portfolio_choices
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.risk import sizing_metrics as metrics
from portal.domain.risk.sizing.rules import Rule
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk import runs
from portal.services.risk import sizing as service
from portal.services.risk import sizing_tables as tables
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.sizing import CURVES, PORTFOLIOS, Sizing, SizingAsk
from portal.web.actor import current_actor
from portal.web.views import body, grid

__all__ = ["EVERYTHING", "OF_OPTIONS", "RULE_OPTIONS", "Ids", "view"]

OF_OPTIONS = [(CURVES, "Curves"), (PORTFOLIOS, "Portfolios")]
RULE_OPTIONS = [(str(rule), rule.label) for rule in Rule]


class Ids(StrEnum):
    """Names of the page's parts."""

    BODY = "risk-sizing"
    SIZES = "risk-sizing-sizes"
    SHARES = "risk-sizing-shares"
    HEDGE = "risk-sizing-hedge"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of assets, portfolios and curves."""

    clocks: Clocks
    assets: list[tuple[str, str]]
    portfolios: list[tuple[str, str]]
    curves: list[tuple[str, str]]
    ask: SizingAsk
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    run = runs.newest(clocks, actor)
    curves = [(code, code) for code in service.curve_codes(run)] if run else []
    books = portfolio_choices(list_portfolios(actor))
    try:
        ask = SizingAsk.of_filters(query)
    except DomainError:
        ask = SizingAsk()
    return View(
        clocks,
        list(dict([*curves, *books]).items()),
        [(EVERYTHING, "All that you may see"), *books],
        curves,
        ask,
        draw(ask.params(), clocks, actor),
    )


def _found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Sizing | None:
    return service.sizing(SizingAsk.of_filters(filters), clocks, actor)


def _there(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Sizing:
    found = _found(filters, clocks, actor)
    if found is None:
        raise NotFound("There is no run of risk by then. Choose a later day, or start a run.")
    return found


@grid(Ids.SIZES, title="Sizes", permission=Permission.RISK_READ)
def size_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return one row for each asset."""
    return sort_rows(tables.size_table(_there(filters, clocks, actor)), query)


@grid(Ids.SHARES, title="Weights and shares of risk", permission=Permission.RISK_READ)
def share_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same rows behind the picture."""
    return sort_rows(tables.size_table(_there(filters, clocks, actor)), query)


@grid(Ids.HEDGE, title="Minimum-variance hedge", permission=Permission.RISK_READ)
def hedge_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the hedge."""
    return sort_rows(tables.hedge_table(_there(filters, clocks, actor)), query)


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return sizes with their shares of risk, and the hedge; what cannot be is said."""
    try:
        found = _found(filters, clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [notice(refusal.message, kind="warn")]
    if found is None:
        words = (
            f"No historical run of risk stands as of {clocks.as_of:%Y-%m-%d} or before. Start one, choose a later "
            "day, or load the demo desk."
        )
        return [empty("No run yet", words)]
    parts: list[Component] = []
    for make in (_sizes, _hedge):
        try:
            parts += make(found, clocks)
        except DomainError as refusal:
            parts.append(notice(refusal.message, kind="warn"))
    return parts


def _sizes(found: Sizing, clocks: Clocks) -> list[Component]:
    table, params = tables.size_table(found), found.ask.params()
    ask, sizes = found.ask, found.sizes
    run = found.run.row
    goal = ask.capital * ask.target
    tiles = [
        kpi_tile(
            "Volatility of all, a year",
            Shown(metrics.VOLATILITY, sizes.volatility, "EUR", tables.params_of(found)),
            detail=f"target {goal:,.0f} EUR",
        ),
        kpi_tile(
            "Of the target",
            Shown(metrics.OF_TARGET, sizes.volatility / goal, "", tables.params_of(found)),
            detail="whole lots and limits hold it back" if sizes.volatility < 0.95 * goal else "",
        ),
    ]
    shown = data_grid(
        Ids.SIZES, table, clocks=clocks.query(), params=params, searchable=False, caption="Sizes"
    )
    names = [asset.code for asset in found.assets]
    return [
        kpi_row(tiles),
        section(f"Sizes: {ask.rule.label}", [shown], note=_note(found)),
        chart_card(
            "Weight and share of risk",
            share_figure(names, sizes.weights, sizes.shares),
            grid=Ids.SHARES,
            clocks=clocks.query(),
            params=params,
            note=f"From the covariance of {run.scenarios:,} scenarios of run {run.id}, as of {run.as_of:%Y-%m-%d}.",
            simulated=run.simulated,
        ),
    ]


def _note(found: Sizing) -> str:
    if tables.is_kelly(found):
        sure = int(sum(abs(found.mean) > 2 * found.mean_error))
        return (
            f"Kelly rests on means, which {len(found.run.label):,} scenarios hardly tell: {sure} of "
            f"{len(found.assets)} are more than two standard errors from zero. It is held to the volatility target; "
            "half of Kelly keeps three quarters of the growth."
        )
    return "Weights are shares of the volatility that each has by itself; limits cut single assets."


def _hedge(found: Sizing, clocks: Clocks) -> list[Component]:
    table = tables.hedge_table(found)
    shown = data_grid(
        Ids.HEDGE,
        table,
        clocks=clocks.query(),
        params=found.ask.params(),
        searchable=False,
        caption="Minimum-variance hedge",
    )
    note = f"One lot is {found.hedge_lot.unit}. Least variance over the scenarios; past moves may not repeat."
    return [section("Minimum-variance hedge", [shown], note=note)]
