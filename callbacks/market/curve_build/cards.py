"""The cards of Market > Curve build for one built curve: tiles, pictures and tables."""

from dataclasses import dataclass

import numpy as np
from dash import html
from dash.development.base_component import Component

from callbacks.market.curve_build.ids import Ids
from components.chart import chart_card
from components.charts.curve_build import Bar, build_figure, history_figure, residual_figure
from components.kpi import kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.metrics import Shown
from portal.core.table import GridQuery, Table
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio.curvebuild import build_metrics as metrics
from portal.services.market import curve_build_tables as tables
from portal.services.market.curve_build import BuildView

ROWS = GridQuery(limit=30)


@dataclass(frozen=True, eq=False)  # curves hold arrays
class BuildCards:
    """The parts of the page for one built curve."""

    found: BuildView
    clocks: Clocks

    @property
    def params(self) -> dict[str, str]:
        """What the grids of the page are asked with."""
        return {
            "curve": self.found.row.code,
            "shape": "settled" if self.found.settled_on else "smooth",
        }

    @property
    def source(self) -> str:
        """The source line below a picture."""
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
