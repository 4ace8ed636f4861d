"""Monitoring > Usage: how many people use the portal, what is traded with it, and how well they find that it serves."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from dash import html
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.usage import usage_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import usage_metrics as metrics
from portal.domain.monitoring.usage import LEAST_ANSWERS
from portal.domain.portfolio import valuation_metrics
from portal.domain.portfolio.rollup import PERIODS
from portal.services import clocks as clock_service
from portal.services.monitoring import survey, usage
from portal.services.monitoring.usage import Figures
from portal.services.portfolio.valuation import profits
from portal.web.actor import current_actor
from portal.web.views import body, grid


class Ids(StrEnum):
    """The body and its grid."""

    BODY = "monitoring-usage"
    DAYS = "monitoring-usage-days"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address."""
    clocks = clock_service.resolve(query)
    return View(clocks, draw({}, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return people, trading and satisfaction."""
    found = usage.figures(clocks, actor)
    return [_people(found, clocks), *_trading(found, clocks, actor), _satisfaction(found)]


def _people(found: Figures, clocks: Clocks) -> Component:
    tiles = [
        kpi_tile("Today", found.shown(metrics.DAY), detail="used the portal"),
        kpi_tile("Last 7 days", found.shown(metrics.WEEK)),
        kpi_tile("Last 30 days", found.shown(metrics.MONTH)),
        kpi_tile("Signed in", found.shown(metrics.SESSIONS), detail="in 30 days"),
    ]
    rows = found.by_day.rows
    day = [row[0] for row in rows if isinstance(row[0], date)]
    opened, people = ([int(str(row[at])) for row in rows] for at in (1, 2))
    picture = chart_card(
        "Every day",
        usage_figure(day, opened, people),
        grid=Ids.DAYS,
        clocks=clocks.query(),
        advice="Nobody has signed in within 30 days.",
        note="A person counts on each day of a session, from signing in to its last use. UTC.",
    )
    return html.Div([section("Active users", [kpi_row(tiles)]), picture], className="es-usage-part")


def _trading(found: Figures, clocks: Clocks, actor: Actor) -> list[Component]:
    """Volume and profit of the reader's books: for those who may read portfolios."""
    if not actor.can(Permission.PORTFOLIO_READ):
        words = "Volume and profit are shown to those who may read portfolios, of the books that they see."
        return [section("Trading", [notice(words)])]
    made = profits(clocks, actor)
    tiles = [
        kpi_tile("Energy traded", found.shown(metrics.ENERGY), detail="agreed in 30 days"),
        kpi_tile("Money traded", found.shown(metrics.MONEY), detail="what these trades are about"),
        *(
            kpi_tile(
                f"P&L, {title.lower()}",
                Shown(valuation_metrics.BY_PERIOD[key], made.total(key), "EUR", {"portfolio": "all"}),
                detail=f"since {made.since[key]:%Y-%m-%d}",
            )
            for key, title in PERIODS.items()
        ),
    ]
    words = (
        "Of the books that you see, on the valuation day. Revenue is not shown: the portal keeps no invoices and no "
        "deliveries as billed, and a sum of prices would only look like it. Realised money is on Portfolio > Valuation."
    )
    mark = [html.P(badge("simulated", "sim", title="Made by the demo generator"))] if found.simulated else []
    return [section("Trading", [*mark, kpi_row(tiles)], note=words)]


def _satisfaction(found: Figures) -> Component:
    score = found.shown(metrics.SATISFACTION)
    few = "" if score.value is not None else f"shown from {LEAST_ANSWERS} people on"
    tiles = [
        kpi_tile("Satisfaction", score, detail=few or "mean of 90 days"),
        kpi_tile("People who answered", found.shown(metrics.ANSWERS), detail="in 90 days"),
    ]
    words = (
        f"One question, at most once in {survey.REST_DAYS} days, never in somebody's first session; it can be left "
        "alone. Nobody is shown what somebody else answered."
    )
    return section("What people think of it", [kpi_row(tiles)], note=words)


@grid(Ids.DAYS, title="Usage by day", permission=Permission.MONITORING_READ)
def load_days(_query: GridQuery, _filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return sessions and people by day."""
    return usage.figures_by_day(clocks, actor)
