"""The cards of Portfolio > Positions: tiles, pivot, position by delivery, heat map of limits."""

from dataclasses import dataclass, replace

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.portfolio.positions.ids import Ids
from components.chart import chart_card
from components.charts.position_bars import bars_figure
from components.charts.position_heatmap import HeatLine, heatmap_figure, heatmap_legend
from components.kpi import kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.table import GridQuery
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio import position_metrics as metrics
from portal.domain.portfolio.position_limits import AMBER_FROM, OVER_FROM
from portal.domain.portfolio.position_periods import TENORS
from portal.domain.portfolio.positions import Measure, measured
from portal.services.portfolio import position_tables as tables
from portal.services.portfolio.position_ask import CARBON, COUNTS, DIMENSIONS, TOTAL, Ask
from portal.services.portfolio.position_pivots import PivotView
from portal.services.portfolio.positions import HeatRow, Overview

WHOLE = GridQuery(limit=100)
HEAT_MONTHS = 24  # as many as can be read side by side


@dataclass(frozen=True)
class PositionCards:
    """The parts of the page for one view and its clocks."""

    ask: Ask
    found: Overview
    clocks: Clocks

    @property
    def keep(self) -> str:
        """A zoom lasts while this text stays the same."""
        return f"{self.ask.portfolio} {self.ask.tenor} {self.ask.unit} {self.ask.commodity}"

    def notices(self, view: PivotView) -> list[Component]:
        """Say what the figures do not hold."""
        told = [view.told] if view.told else []
        if self.found.left_out and self.ask.unit != "t":
            words = ", ".join(self.found.left_out)
            told.append(
                f"Positions in {words} are not in these figures: they are no energy. Choose the unit t CO₂ for them."
            )
        if self.ask.unit == "native" and self.found.unit == "GWh" and not view.notice:
            told.append("The totals are in GWh, since native units differ.")
        if view.unvalued:
            told.append(
                f"Left out for want of a mark, and so of a delta: {view.unvalued} of the trades. "
                "Portfolio > Valuation lists what is missing."
            )
        if view.notice:
            return [*(notice(text) for text in told), notice(view.notice, kind="warn")]
        return [notice(text) for text in told]

    def tiles(self) -> list[html.Div]:
        """Net, gross, long, short, number of trades, most used limit."""
        found, unit = self.found, self.found.unit
        params = {**tables.tile_ask(found).params(), "row": TOTAL, "column": TOTAL}
        words = {
            Measure.NET: COUNTS[self.found.ask.count].lower(),
            Measure.GROSS: "long and short added",
            Measure.LONG: "bought",
            Measure.SHORT: "sold",
        }
        tiles = [
            kpi_tile(
                metrics.POSITION[measure].title,
                Shown(metrics.POSITION[measure], self._total(measure), unit, params),
                detail=detail,
            )
            for measure, detail in words.items()
        ]
        tiles.append(
            kpi_tile(
                "Trades",
                Shown(metrics.POSITION_TRADES, float(found.trades), "", params),
                detail="that hold a volume",
            )
        )
        return [*tiles, self._worst()]

    def _total(self, measure: Measure) -> float:
        long, short = np.array(self.found.long), np.array(self.found.short)
        return float(measured(long, short, measure)) + 0.0

    def _worst(self) -> html.Div:
        worst = self.found.worst
        if worst is None:
            none = Shown(metrics.LIMIT_USE, None, "", note="No limit is set for these books")
            return kpi_tile("Most used limit", none, detail="no limit is set")
        row, month, use = worst
        state = "over the limit" if use > OVER_FROM else "near the limit" if use >= AMBER_FROM else "calm"
        return kpi_tile(
            "Most used limit",
            Shown(metrics.LIMIT_USE, use, "", tables.heat_params(self.found.ask, row, month)),
            detail=f"{row.book} · {row.commodity} · {product_label(month)}: {state}",
            alert=f"{row.book} · {row.commodity} · {product_label(month)}: {state}"
            if use > OVER_FROM
            else "",
        )

    def pivot(self, view: PivotView) -> Component:
        """The table; each figure opens its passport, the arrow beside it its trades."""
        names = DIMENSIONS[view.ask.rows], DIMENSIONS[view.ask.columns].lower()
        title = f"{names[0]} by {names[1]}"
        if not view.table.rows.keys:
            return section(
                title, [empty("No positions", "Choose other months, or another portfolio or unit.")]
            )
        table = tables.pivot_table(view, WHOLE, self.clocks)
        return section(
            title,
            [
                data_grid(
                    Ids.PIVOT,
                    table,
                    clocks=self.clocks.query(),
                    params=self.ask.params(),
                    query=WHOLE,
                    caption=title,
                )
            ],
            note="A figure opens its formula and rows, the arrow beside it the trades it is made of.",
        )

    def tenor(self) -> Component:
        """Long and short by delivery; a click on a bar opens its trades."""
        table = self.found.by_tenor
        ask = tables.tile_ask(self.found)
        drawn = (
            bars_figure(
                table.columns.labels,
                table.long[-1, :-1],
                table.short[-1, :-1],
                unit=self.found.unit,
                address=[
                    tables.address(ask, self.clocks, row=TOTAL, column=key) for key in table.columns.keys
                ],
                keep=self.keep,
            )
            if len(table.columns)
            else None
        )
        return chart_card(
            f"Position by {TENORS[ask.tenor].lower()} of delivery in {self.found.unit}",
            drawn,
            grid=Ids.TENOR,
            clocks=self.clocks.query(),
            params=self.ask.params(),
            note="Click a bar for its trades.",
            simulated=self.found.simulated,
            advice="No trade delivers in these months.",
        )

    def heat(self) -> Component:
        """Books against their limits by month; a click on a cell opens its trades."""
        months = self.found.months[:HEAT_MONTHS]
        lines = [self._line(row) for row in self.found.heat if np.isfinite(row.net[:HEAT_MONTHS]).any()]
        later = len(self.found.months) - len(months)
        more = (
            f" {later} later months are in its table; choose one under From to see it here." if later else ""
        )
        return chart_card(
            "Books against their limits",
            heatmap_figure([product_label(month) for month in months], lines, keep=self.keep)
            if lines
            else None,
            grid=Ids.HEAT,
            clocks=self.clocks.query(),
            params=self.ask.params(),
            note=f"Net GWh (carbon: kt of CO₂) of each book in each commodity. Click a cell for its trades.{more}",
            simulated=self.found.simulated,
            extra=heatmap_legend(),
            advice="No trade delivers in these months.",
        )

    def _line(self, row: HeatRow) -> HeatLine:
        ask, unit = tables.heat_ask(self.found.ask, row), "kt CO₂" if row.commodity == CARBON else "GWh"
        ask = replace(ask, unit="t" if row.commodity == CARBON else "GWh")
        return HeatLine(
            f"{row.book} · {row.commodity}",
            row.net[:HEAT_MONTHS] / 1e3,
            row.use[:HEAT_MONTHS],
            row.limit / 1e3,
            unit,
            [
                tables.address(ask, self.clocks, row=row.book, column=month)
                for month in self.found.months[:HEAT_MONTHS]
            ],
        )


def opened() -> dcc.Store:
    """Return where the browser notes the cell that a click opened."""
    return dcc.Store(id=Ids.OPENED)
