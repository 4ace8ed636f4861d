"""Market > Curve build: quoted products, the smooth curve without arbitrage, what it leaves of each quote."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from dash import Input, Output, State, html, no_update
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.curve_build import Bar, build_figure, history_figure, residual_figure
from components.controls import filter_id
from components.format import moment
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, section
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio.curvebuild import build_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.market import curve_build as service
from portal.services.market import curve_build_tables as tables
from portal.services.market.curve_build import BuildView, CurveRow
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

PREFERRED = "TTF"
ROWS = GridQuery(limit=30)
SHAPE_OPTIONS = list(service.SHAPES.items())


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "market-curve-build"
    DAYS = "market-curve-build-days"
    RESIDUALS = "market-curve-build-residuals"
    PRODUCTS = "market-curve-build-products"
    GAPS = "market-curve-build-gaps"
    MONTHS = "market-curve-build-months"
    HISTORY = "market-curve-build-history"
    STORE = "market-curve-build-store"
    OUTCOME = "market-curve-build-outcome"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    curves: list[CurveRow]
    filters: dict[str, Any]
    content: list[Component]
    may_store: bool


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = service.build_choices(actor)
    codes = [row.code for row in choices]
    asked = query.get("curve", "")
    first = PREFERRED if PREFERRED in codes or not codes else codes[0]
    shape = query.get("shape", "")
    filters = {
        "curve": asked if asked in codes else first,
        "shape": shape if shape in service.SHAPES else "smooth",
    }
    content = draw(filters, clocks, actor) if codes else [_no_quotes()]
    return View(clocks, choices, filters, content, bool(codes) and actor.can(Permission.DATA_IMPORT))


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, the curve, residuals, products, gaps, months and the stored history."""
    code = str(filters.get("curve") or "")
    try:
        found = service.build_view(code, clocks, actor, shape=str(filters.get("shape") or "smooth"))
    except (DomainError, NotFound) as refusal:
        return [empty("No curve from these quotes", refusal.message)]
    if found is None:
        return [
            empty(
                f"No quotes of {code}",
                "None were recorded for these clocks. Choose a later day in the header.",
            )
        ]
    cards = _Cards(found, clocks)
    return [
        cards.stored(),
        kpi_row(cards.tiles()),
        cards.curve(),
        cards.residuals(),
        cards.products(),
        cards.months(),
        cards.gaps(),
        cards.history(),
    ]


def _no_quotes() -> Component:
    return empty(
        "No quoted products", "Load the demo desk with `enerscope demo load`, or record product quotes."
    )


@dataclass(frozen=True, eq=False)  # curves hold arrays
class _Cards:
    """The parts of the page for one built curve."""

    found: BuildView
    clocks: Clocks

    @property
    def params(self) -> dict[str, str]:
        return {
            "curve": self.found.row.code,
            "shape": "settled" if self.found.settled_on else "smooth",
        }

    @property
    def source(self) -> str:
        row = self.found.row
        return f"Source: {row.source} ({row.licence}), quotes of {self.found.day:%Y-%m-%d}"

    def stored(self) -> Component:
        """Say whether the fit shown is the stored one."""
        found = self.found
        if found.is_stored and found.stored_at is not None:
            return notice(f"The residuals of this curve are stored since {moment(found.stored_at)}.")
        if found.stored:
            return notice(
                "Quotes were corrected after the fit of this day was stored; store it again.", kind="warn"
            )
        return notice("The fit of this day is not stored for these clocks.", kind="warn")

    def tiles(self) -> list[html.Div]:
        """Front, next year, largest residual, largest gap."""
        found, curve, unit = self.found, self.found.curve, self.found.row.unit
        stale = f"late: newest quotes are of {found.day:%Y-%m-%d}" if found.late else ""
        tiles = []
        years = [product for product in curve.products if product.startswith("Cal")]
        for product in [str(month) for month in curve.months[:1]] + years[:1]:
            item = Shown(metrics.BUILT_PRICE, curve.price(product), unit, {**self.params, "product": product})
            tiles.append(
                kpi_tile(
                    product_label(product), item, detail=f"from quotes of {found.day:%Y-%m-%d}", stale=stale
                )
            )
        worst = product_label(curve.products[int(np.abs(curve.residual).argmax())])
        residual = Shown(metrics.LARGEST_RESIDUAL, found.largest_residual, unit, self.params)
        tiles.append(
            kpi_tile("Largest residual", residual, detail=f"{worst}, of {len(curve.products)} products")
        )
        gap = Shown(metrics.LARGEST_GAP, found.largest_gap, unit, self.params)
        about = (
            product_label(curve.products[curve.gaps[0].whole])
            if curve.gaps
            else "no product has quoted parts"
        )
        tiles.append(kpi_tile("Largest arbitrage gap", gap, detail=about))
        return tiles

    def curve(self) -> Component:
        """Quotes over their delivery and the smooth curve."""
        found, curve = self.found, self.found.curve
        last = curve.end - 1
        middle = curve.first + (last - curve.first) // 2
        bars = [
            Bar(
                product_label(product),
                tables.kind_of(product),
                str(curve.first[i]),
                str(middle[i]),
                str(last[i]),
                float(curve.quoted[i]),
                float(curve.residual[i]),
            )
            for i, product in enumerate(curve.products)
        ]
        drawn = build_figure(
            np.datetime_as_string(curve.days).tolist(),
            curve.daily.tolist(),
            bars,
            unit=found.row.unit,
            keep=f"{found.row.code} build",
        )
        bridged = "" if curve.covered.all() else " Days that no product covers are bridged."
        if found.settled_on:
            bridged += f" Between quotes the curve has the shape of the curve settled on {found.settled_on:%Y-%m-%d}."
        return chart_card(
            f"{found.row.name.removesuffix(', forward curve')}: quotes and smooth curve in {found.row.unit}",
            drawn,
            grid=Ids.DAYS,
            clocks=self.clocks.query(),
            params=self.params,
            note=f"Each bar is a quoted product over its delivery; its mean on the curve is its quote less its "
            f"residual.{bridged}",
            simulated=found.row.simulated,
            source=self.source,
            width="two-thirds",
        )

    def residuals(self) -> Component:
        """Residual and gap of each product."""
        found, curve = self.found, self.found.curve
        order = tables.in_order(found)
        drawn = residual_figure(
            [product_label(product) for _, product in order],
            [float(curve.residual[i]) for i, _ in order],
            [None if np.isnan(curve.gap[i]) else float(curve.gap[i]) for i, _ in order],
            unit=found.row.unit,
            keep=f"{found.row.code} residuals",
        )
        return chart_card(
            "Residual to every quote",
            drawn,
            grid=Ids.RESIDUALS,
            clocks=self.clocks.query(),
            params=self.params,
            note="The smallest changes that make all quotes hold together.",
            simulated=found.row.simulated,
            width="third",
        )

    def products(self) -> Component:
        """The table of quotes."""
        table = tables.product_table(self.found, ROWS)
        note = f"In {self.found.row.unit}. Residual: quote less built price."
        return self._grid(Ids.PRODUCTS, "Quoted products", table, note)

    def gaps(self) -> Component:
        """The table of wholes against their parts."""
        title = "Arbitrage between quotes"
        note = "A whole against the fewest quoted products that it consists of, before the repair."
        if not self.found.curve.gaps:
            said = notice(
                "No quoted product consists of other quoted products, so none can contradict another."
            )
            return section(title, [said], note=note, width="half")
        return self._grid(Ids.GAPS, title, tables.gap_table(self.found, ROWS), note)

    def months(self) -> Component:
        """The months of the curve."""
        query = GridQuery(limit=14)
        note = f"In {self.found.row.unit}; hours weigh for power, days else."
        return self._grid(
            Ids.MONTHS, "Months on the curve", tables.month_table(self.found, query), note, query
        )

    def history(self) -> Component:
        """The stored fits over three months."""
        found, history = self.found, self.found.history
        drawn = history_figure(
            [fit.day.isoformat() for fit in history],
            [fit.residual for fit in history],
            [fit.gap for fit in history],
            unit=found.row.unit,
            keep=f"{found.row.code} history",
        )
        return chart_card(
            "Stored fits: largest residual and gap by day",
            drawn if history else None,
            grid=Ids.HISTORY,
            clocks=self.clocks.query(),
            params=self.params,
            note="From what was stored, not computed again. A jump of the gap is a quote out of line.",
            simulated=found.row.simulated,
            width="half",
            advice="No fit was stored in the last three months for these clocks.",
        )

    def _grid(self, name: Ids, title: str, table: Table, note: str, query: GridQuery = ROWS) -> Component:
        shown = data_grid(
            name,
            table,
            clocks=self.clocks.query(),
            params=self.params,
            query=query,
            caption=f"{title} of {self.found.row.name}",
        )
        return section(title, [shown], note=note, width="half")


def _again(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> BuildView:
    """Return the curve for the parameters of a grid; without quotes there are no rows to ask for."""
    code = str(filters.get("curve") or "")
    found = service.build_view(code, clocks, actor, shape=str(filters.get("shape") or "smooth"))
    if found is None:
        raise NotFound(f"There are no product quotes of {code} for these clocks.", curve=code)
    return found


@grid(Ids.DAYS, title="Smooth daily curve", permission=Permission.MARKET_READ)
def load_days(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the daily prices behind the picture."""
    return tables.day_table(_again(filters, clocks, actor), query)


@grid(Ids.RESIDUALS, title="Residuals to the quotes", permission=Permission.MARKET_READ)
@grid(Ids.PRODUCTS, title="Quoted products", permission=Permission.MARKET_READ)
def load_products(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the quoted products with their residuals."""
    return tables.product_table(_again(filters, clocks, actor), query)


@grid(Ids.GAPS, title="Arbitrage gaps", permission=Permission.MARKET_READ)
def load_gaps(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the wholes against their parts."""
    return tables.gap_table(_again(filters, clocks, actor), query)


@grid(Ids.MONTHS, title="Months on the curve", permission=Permission.MARKET_READ)
def load_months(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the months of the curve."""
    return tables.month_table(_again(filters, clocks, actor), query)


@grid(Ids.HISTORY, title="Stored fits", permission=Permission.MARKET_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the stored fits by day."""
    return tables.history_table(_again(filters, clocks, actor), query)


@guarded_callback(
    Output(Ids.OUTCOME, "children"),
    Output(filter_id(Ids.BODY, "curve"), "value"),
    Input(Ids.STORE, "n_clicks"),
    State(filter_id(Ids.BODY, "curve"), "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.DATA_IMPORT,
    prevent_initial_call=True,
    running=[(Output(Ids.STORE, "disabled"), True, False)],
)
def store(clicks: int | None, curve: str | None, pair: Mapping[str, str]) -> tuple[Any, Any]:
    """Store the fit shown, say so, and draw the body again, which then shows it as stored."""
    if not clicks:
        return no_update, no_update
    try:
        rows = service.store_fit(
            str(curve or ""), clock_service.resolve(read_filters(pair or {})), current_actor()
        )
    except (DomainError, NotFound, Conflict) as refusal:
        return notice(refusal.message, kind="warn"), no_update
    if not rows:
        return notice("This fit is stored already; nothing was added."), no_update
    return notice(f"Stored the fit of {rows} products."), curve
