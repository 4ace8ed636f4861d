"""The cards of Market > Curves for one curve: tiles, pictures and tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from callbacks.market.curves.ids import ROWS, Ids
from components.chart import chart_card
from components.charts.curve import Line, curve_figure, product_figure, replay_figure, spread_map_figure
from components.kpi import kpi_tile
from components.page import section
from components.replay import replay_bar
from components.states import notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.core.table import GridQuery, Table
from portal.domain.market import curve_metrics as metrics
from portal.domain.market.curve_products import curve_structure, parse_product, product_label
from portal.domain.market.curves import ForwardCurve
from portal.services.market import curve_tables as tables
from portal.services.market import curves as service
from portal.services.market.curves import CurveView, ProductHistory


@dataclass(frozen=True, eq=False)  # curves hold arrays
class CurveCards:
    """The parts of the page for one curve, inputs and clocks."""

    found: CurveView
    filters: Mapping[str, Any]
    clocks: Clocks

    @property
    def kind(self) -> str:
        """The delivery periods chosen."""
        return str(self.filters.get("view") or "month")

    @property
    def compare(self) -> list[str]:
        """The days compared with."""
        return list(self.filters.get("compare") or [])

    @property
    def keep(self) -> str:
        """A zoom lasts while this text stays the same."""
        return f"{self.found.row.code} {self.kind}"

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return {
            "curve": self.found.row.code,
            "compare": ",".join(self.compare),
            "view": self.kind,
            "range": str(self.filters.get("range") or "1y"),
        }

    @property
    def source(self) -> str:
        """The source line below a picture."""
        return f"Source: {self.found.row.source} ({self.found.row.licence})"

    def notices(self) -> list[Component]:
        """Say which comparisons have no day."""
        if not self.found.missing:
            return []
        words = ", ".join(service.AGO.get(key, key) for key in self.found.missing)
        return [notice(f"{self.found.row.code} has no curve for: {words}.", kind="warn")]

    def tiles(self) -> list[html.Div]:
        """Front, next year, moves of the front, prompt spread, structure."""
        found, row = self.found, self.found.row
        front = found.fixed("M1")
        stale = f"late: newest curve is of {found.shown.as_of:%Y-%m-%d}" if found.late else ""
        name = product_label(front)
        tiles = [
            kpi_tile(
                f"Front, {name}",
                self._price("M1"),
                detail=f"settled {found.shown.as_of:%Y-%m-%d}",
                stale=stale,
            )
        ]
        years = service.products_of(found, "year")
        if years:
            tiles.append(kpi_tile(years[0].label, self._price(years[0].key), detail=self._weighting()))
        tiles += [
            kpi_tile(
                f"{name} on the {ago}",
                Shown(
                    metrics.FORWARD_CHANGE[ago],
                    tables.change(found, front, ago),
                    row.unit,
                    {"curve": row.code, "product": front},
                ),
                detail=f"since {other.as_of:%Y-%m-%d}" if (other := found.other(ago)) else "no earlier curve",
            )
            for ago in ("day", "week")
        ]
        if len(found.shown) > 1:
            second = found.fixed("M2")
            tiles.append(
                kpi_tile(
                    f"{name} less {product_label(second)}",
                    Shown(
                        metrics.CALENDAR_SPREAD,
                        tables.spread_value(found, front, second, found.shown),
                        row.unit,
                        {"curve": row.code, "near": front, "far": second},
                    ),
                    detail="prompt calendar spread",
                )
            )
        slope = curve_structure(found.shown)
        word = "Structure" if slope is None else "Contango" if slope > 0 else "Backwardation"
        tiles.append(
            kpi_tile(
                word,
                Shown(metrics.CURVE_STRUCTURE, slope, "", {"curve": row.code}),
                detail="M12 over M1",
            )
        )
        return tiles

    def _price(self, key: str) -> Shown:
        row = self.found.row
        return Shown(
            metrics.FORWARD_PRICE, self.found.product(key), row.unit, {"curve": row.code, "product": key}
        )

    def _weighting(self) -> str:
        return "weighted by delivery hours" if self.found.row.commodity == "power" else "weighted by days"

    def curve(self) -> Component:
        """The curve against earlier days, by the chosen delivery period."""
        found = self.found
        products = service.products_of(found, self.kind)
        status = [service.product_status(found, product) for product in products]
        others = [item for item in found.others if item.key in self.compare]
        drawn = (
            curve_figure(
                self._line(found.shown, f"{found.shown.as_of} (shown)"),
                status,
                [self._line(item.curve, item.label) for item in others],
                unit=found.row.unit,
                steps=self.kind != "month",
                keep=self.keep,
            )
            if products
            else None
        )
        partial = service.partial_products(found, self.kind)
        note = f"Mean of the months, {self._weighting()}. " if self.kind != "month" else ""
        if partial:
            note += f"Not shown, since a month of it is not on the curve: {', '.join(partial)}."
        return chart_card(
            f"{found.row.name.removesuffix(', forward curve')}: forward curve in {found.row.unit}",
            drawn,
            grid=Ids.NODES,
            clocks=self.clocks.query(),
            params=self.params,
            note=note,
            simulated=found.row.simulated,
            source=self.source,
            width="two-thirds",
        )

    def _line(self, curve: ForwardCurve, name: str) -> Line:
        """Return the prices of one day's curve over the months or whole periods that it has."""
        products = service.products_of(self.found, self.kind, curve)
        return Line(
            name,
            [str(product.months[0].astype("datetime64[D]")) for product in products],
            [str((product.months[-1] + 1).astype("datetime64[D]")) for product in products],
            [self.found.product(product.key, curve) for product in products],
        )

    def spread_map(self) -> Component:
        """Calendar spreads of all pairs; a click on a cell draws its history."""
        matrix = tables.spread_matrix(self.found, self.kind)
        drawn = (
            spread_map_figure(matrix.keys, matrix.value, unit=self.found.row.unit, keep=self.keep)
            if len(matrix.keys) > 1
            else None
        )
        return chart_card(
            "Calendar spreads",
            drawn,
            grid=Ids.MAP,
            clocks=self.clocks.query(),
            params=self.params,
            note="Near less far; green is backwardation. Click a cell for its history.",
            simulated=self.found.row.simulated,
            width="third",
            advice="The curve has fewer than two deliveries of this length.",
        )

    def replay(self) -> Component:
        """Earlier curves, one after the other, with the path of the front contract."""
        frames = self.found.frames
        prices = np.concatenate([frame.prices for frame in frames])
        months = np.concatenate([frame.months for frame in frames])
        last = frames[-1]
        days = [frame.day.isoformat() for frame in frames]
        drawn = replay_figure(
            days,
            np.array([frame.prices[0] for frame in frames]),
            {
                "day": days[-1],
                "x": [str(m.astype("datetime64[D]")) for m in last.months],
                "y": last.prices,
            },
            unit=self.found.row.unit,
            low=float(np.nanmin(prices)),
            high=float(np.nanmax(prices)),
            until=str((months.max() + 1).astype("datetime64[D]")),
            keep=f"{self.keep} {days[0]}",
        )
        steps = [
            (frame.day.isoformat(), [str(month) for month in frame.months], frame.prices.tolist())
            for frame in frames
        ]
        return chart_card(
            "How the curve moved",
            drawn if len(frames) > 1 else None,
            grid=Ids.REPLAY,
            clocks=self.clocks.query(),
            params=self.params,
            note="Play, or drag the slider (arrow keys work too). Grey: the front contract so far.",
            simulated=self.found.row.simulated,
            source=self.source,
            width="half",
            extra=replay_bar(steps),
            advice="There is one curve in this range only. Choose a longer range.",
        )

    def history(self, found: ProductHistory) -> Component:
        """One product, or one less another, over the range."""
        drawn = (
            product_figure(
                [str(day) for day in found.day],
                found.price,
                name=found.title,
                unit=found.row.unit,
                zero=bool(found.far),
                keep=f"{found.row.code} {found.title} {self.filters.get('range')}",
            )
            if len(found.day)
            else None
        )
        rolling = any(parse_product(key).rank for key in (found.near, found.far) if key)
        return chart_card(
            f"History of {found.title} in {found.row.unit}",
            drawn,
            grid=Ids.HISTORY,
            clocks=self.clocks.query(),
            params={**self.params, "near": found.near, "far": found.far},
            note="A rolling contract jumps on the day it changes its delivery month." if rolling else "",
            simulated=found.row.simulated,
            source=self.source,
            width="half",
            advice="There is no day in this range on which every month of it had a price. Choose a longer range.",
        )

    def products(self) -> Component:
        """The monitor of all products."""
        query = GridQuery(limit=ROWS)
        return self._grid(Ids.PRODUCTS, "Products", tables.product_table(self.found, query), query)

    def spreads(self) -> Component:
        """The calendar spreads that are watched."""
        query = GridQuery(limit=ROWS)
        return self._grid(Ids.SPREADS, "Calendar spreads", tables.spread_table(self.found, query), query)

    def _grid(self, name: Ids, title: str, table: Table, query: GridQuery) -> Component:
        return section(
            title,
            [
                data_grid(
                    name,
                    table,
                    clocks=self.clocks.query(),
                    params=self.params,
                    query=query,
                    caption=f"{title} of {self.found.row.name}",
                )
            ],
            note=f"In {self.found.row.unit}; changes are at the same delivery.",
            width="half",
        )
