"""Risk > Earnings: what deliveries may bring in by period, betas, concentration, and how the books have done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.earnings import at_risk_figure, result_figure
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
from portal.domain.risk.at_risk import BUCKETS
from portal.domain.risk.book_performance import FEW_DAYS
from portal.services import clocks as clock_service
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk import earnings as service
from portal.services.risk import earnings_tables as tables
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.earnings import SPANS, WITH_SCENARIOS, Earnings, EarningsAsk
from portal.services.risk.performance import Performance, performance
from portal.services.risk.runs import LEVELS
from portal.web.actor import current_actor
from portal.web.views import body, grid

__all__ = ["EVERYTHING", "OPTIONS", "Ids", "draw", "view"]

OPTIONS = {
    "method": list(WITH_SCENARIOS.items()),
    "level": [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS],
    "bucket": list(BUCKETS.items()),
    "span": list(SPANS.items()),
}
ASSUMED = (
    "Forward prices move as in the scenarios, scaled by the root of the business days until the middle of the delivery "
    "month; options, storage and swing count with their exposure. Cash is taken as paid in the period, earnings "
    "are fair values of all positions until its end, margin is that of physical deliveries, storage and swing with "
    "hedges on the same curves. Volumes do not change."
)


class Ids(StrEnum):
    """Names of the page's parts."""

    BODY = "risk-earnings"
    PERIODS = "risk-earnings-periods"
    AT_RISK = "risk-earnings-chart"
    BETAS = "risk-earnings-betas"
    CARRIERS = "risk-earnings-carriers"
    BOOKS = "risk-earnings-books"
    DAYS = "risk-earnings-days"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of portfolios."""

    clocks: Clocks
    portfolios: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    nodes = portfolio_choices(list_portfolios(actor), everything=EVERYTHING)
    try:
        filters = EarningsAsk.of(query).params()
    except DomainError:
        filters = EarningsAsk().params()
    return View(clocks, nodes, filters, draw(filters, clocks, actor))


def _run(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Earnings:
    found = service.earnings(EarningsAsk.of(filters), clocks, actor)
    if found is None:
        raise NotFound("There is no run of risk by then. Choose a later day, or start a run.")
    return found


@grid(Ids.PERIODS, title="At risk by delivery", permission=Permission.RISK_READ)
def period_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the measures of each period."""
    return sort_rows(tables.period_table(_run(filters, clocks, actor)), query)


@grid(Ids.AT_RISK, title="At risk by delivery", permission=Permission.RISK_READ)
def chart_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the same rows behind the picture."""
    return sort_rows(tables.period_table(_run(filters, clocks, actor)), query)


@grid(Ids.BETAS, title="Betas", permission=Permission.RISK_READ)
def beta_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the betas to all curves."""
    return sort_rows(tables.beta_table(_run(filters, clocks, actor)), query)


@grid(Ids.CARRIERS, title="Concentration", permission=Permission.RISK_READ)
def carrier_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return how concentrated the risk is."""
    found = _run(filters, clocks, actor)
    return sort_rows(tables.concentration_table(found, service.names()), query)


@grid(Ids.BOOKS, title="Performance by portfolio", permission=Permission.RISK_READ)
def book_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the statistics of portfolios."""
    ask = EarningsAsk.of(filters)
    return sort_rows(tables.book_table(ask, performance(ask, clocks, actor)), query)


@grid(Ids.DAYS, title="Result by day", permission=Permission.RISK_READ)
def day_rows(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the results by day."""
    ask = EarningsAsk.of(filters)
    return sort_rows(tables.day_table(ask, performance(ask, clocks, actor)[0]), query)


@body(Ids.BODY, permission=Permission.RISK_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return what may come in by period, betas and concentration of a run, and performance from the closes."""
    try:
        ask = EarningsAsk.of(filters)
        found = service.earnings(ask, clocks, actor)
        books = performance(ask, clocks, actor)
    except (DomainError, NotFound) as refusal:
        return [notice(refusal.message, kind="warn")]
    return [
        *_or_sentence(lambda: _of_run(ask, found, clocks)),
        *_or_sentence(lambda: _of_books(ask, books, clocks)),
    ]


def _or_sentence(make: Callable[[], list[Component]]) -> list[Component]:
    """Return a part of the page, or the sentence that says why it cannot be."""
    try:
        return make()
    except DomainError as refusal:
        return [notice(refusal.message, kind="warn")]


def _of_run(ask: EarningsAsk, found: Earnings | None, clocks: Clocks) -> list[Component]:
    if found is None:
        words = (
            f"No run of this method stands as of {clocks.as_of:%Y-%m-%d} or before, so nothing is at risk by delivery. "
            "Start one on Risk overview, choose a later day, or another method."
        )
        return [empty("No run yet", words)]
    row, params = found.figure.run.row, ask.params()
    if not found.shown:
        return [empty("No delivery", f"Run {row.id} has no exposure to a forward price in this portfolio.")]
    bars = {title: found.measures[name][: found.shown] for name, title in _BARS}
    return [
        _tiles(found),
        chart_card(
            "At risk by period of delivery",
            at_risk_figure(found.periods.period[: found.shown], bars),
            grid=Ids.AT_RISK, clocks=clocks.query(), params=params, simulated=row.simulated, note=ASSUMED,
        ),
        _grid(Ids.PERIODS, "At risk by period of delivery", tables.period_table(found), clocks, params,
              note=f"At {100 * ask.risk.level:g} %, from {row.scenarios:,} scenarios of run {row.id}, as of "
                   f"{row.as_of:%Y-%m-%d}."),
        _grid(Ids.CARRIERS, "Concentration of risk", tables.concentration_table(found, service.names()), clocks, params,
              note=f"Components of the expected shortfall at {100 * ask.risk.level:g} %."),
        _grid(Ids.BETAS, "Betas to the nearest delivery of each curve", tables.beta_table(found), clocks, params,
              note="EUR that the portfolio gains with the curve up by 1 of its unit, over the scenarios."),
    ]  # fmt: skip


_BARS = (("cash", "Cash flow"), ("earnings", "Earnings"), ("margin", "Gross margin"))


def _tiles(found: Earnings) -> Component:
    first = found.periods.period[0]
    return kpi_row(
        [
            kpi_tile(
                f"{item.title}, {first}",
                Shown(item, float(found.measures[name][0]), "EUR", tables.period_params(found, first)),
                detail=detail,
            )
            for (name, item), detail in zip(
                tables.MEASURES,
                ("deliveries of the period", _tax(found), "after hedges", "physical side alone"),
                strict=True,
            )
        ]
    )


def _tax(found: Earnings) -> str:
    return f"after {100 * found.ask.tax:g} % tax" if found.ask.tax else "before tax"


def _of_books(ask: EarningsAsk, books: Sequence[Performance], clocks: Clocks) -> list[Component]:
    top, params = books[0], ask.params()
    if top.figures is None:
        words = (
            "The books of this portfolio have fewer than two stored closes in these days, or never moved. Closes are "
            "made by `enerscope` imports and the demo load; choose more days or another portfolio."
        )
        return [empty("No results yet", words)]
    days = [str(stamp) for stamp in top.closes.day.tolist()]
    return [
        *_stat_tiles(ask, top),
        chart_card(
            f"Running result and drawdown: {top.name}",
            result_figure(days, top.path, top.below, keep=f"{top.code}{ask.span}"),
            grid=Ids.DAYS, clocks=clocks.query(), params=params, note=_worst(top, days),
        ),
        _grid(Ids.BOOKS, "Performance by portfolio", tables.book_table(ask, books), clocks, params, note=_warning(top)),
    ]  # fmt: skip


def _stat_tiles(ask: EarningsAsk, top: Performance) -> list[Component]:
    titles, found, params = dict(tables.STATS), top.figures, tables.book_params(ask, top.code)

    def tile(name: str, detail: str = "") -> Component:
        item = titles[name]
        return kpi_tile(item.title, Shown(item, getattr(found, name), item.unit, params), detail=detail)

    money = [
        tile("result", f"{top.days} days"),
        tile("annual_return", f"of {ask.capital:,.0f} EUR"),
        tile("max_drawdown", "from the highest point"),
        tile("drawdown_now", "today below it"),
    ]
    ratios = [
        tile("sharpe", "no free rate"),
        tile("sharpe_error", "twice as much on both sides"),
        tile("chance", "skewness and tails counted"),
        tile("sortino", "losing days alone"),
    ]
    return [kpi_row(money), kpi_row(ratios)]


def _worst(top: Performance, days: Sequence[str]) -> str:
    found = top.figures
    if found is None or found.max_drawdown == 0.0:
        return "The running result never fell below its start or a peak."
    return f"The largest drawdown went from {days[found.peak]} to {days[found.trough]}."


def _warning(top: Performance) -> str:
    few = f"Only {top.days} days: ratios say next to nothing. " if top.days < FEW_DAYS else ""
    return (
        f"{few}From stored closes: realised and unrealised, new deals and amendments included, before cost of capital. "
        "Ratios are of a year of 252 days and take days as independent; marks that lag make them look better."
    )


def _grid(
    name: str, title: str, table: Table, clocks: Clocks, params: Mapping[str, Any], note: str
) -> Component:
    shown = data_grid(name, table, clocks=clocks.query(), params=params, searchable=False, caption=title)
    return section(title, [shown], note=note)
