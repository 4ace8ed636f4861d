"""The cards of Risk > Drill-down for one figure."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from callbacks.risk.drill.ids import Ids
from components.chart import chart_card
from components.charts.risk_drill import component_figure, heat_figure
from components.kpi import kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.format import number
from portal.core.metrics import Shown
from portal.core.table import GridQuery, Table
from portal.domain.risk import figure_metrics as metrics
from portal.domain.risk.reading import Measure
from portal.domain.risk.uncertainty import read_tail
from portal.services.risk import drill_tables as tables
from portal.services.risk.cuts import REST
from portal.services.risk.drill import SPLITS, Drill
from portal.services.risk.runs import METHODS


@dataclass(frozen=True, eq=False)  # a run holds arrays
class DrillCards:
    """The parts of the page for one figure."""

    found: Drill

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return self.found.ask.params() | {"by": self.found.by, "without": ",".join(self.found.left_out)}

    @cached_property
    def _base(self) -> dict[str, Any]:
        return tables.base_params(self.found)

    def tiles(self) -> list[html.Div]:
        """The figure, what it would be without some of it, diversification, and what convexity adds."""
        figure, found = self.found.figure, self.found
        metric = metrics.BY_MEASURE[str(found.ask.measure)]
        title = f"{found.ask.measure.label} {100 * found.ask.level:g} %"
        tiles = [kpi_tile(title, Shown(metric, figure.value, "EUR", self._base), detail=self._band())]
        if found.without is not None:
            difference = found.without - figure.value
            tiles.append(
                kpi_tile(
                    "Without what is left out",
                    Shown(
                        metrics.WITHOUT,
                        found.without,
                        "EUR",
                        self._base | {"without": ",".join(found.left_out)},
                    ),
                    detail=f"{number(difference, 0, signed=True)} EUR",
                    move=-difference,
                )
            )
        if found.below:
            alone = sum(figure.alone(np.ascontiguousarray(figure.run.node_pnl[:, at])) for at in found.below)
            tiles.append(
                kpi_tile(
                    "Diversification",
                    Shown(metrics.DIVERSIFICATION, alone - figure.value, "EUR", self._base),
                    detail=f"of {number(alone, 0)} EUR side by side",
                )
            )
        _, convexity = figure.by_factor()
        tiles.append(
            kpi_tile(
                "From convexity",
                Shown(metrics.COMPONENT, convexity, "EUR", self._base | {"by": "kind", "key": REST}),
                detail="what full revaluation adds",
            )
        )
        return tiles

    def _band(self) -> str:
        figure = self.found.figure
        if figure.is_normal:
            return "of a normal distribution"
        tail = read_tail(figure.pnl, figure.level, figure.run.weight)
        band = tail.var_interval if figure.measure is Measure.VAR else tail.es_interval
        if band.low is None or band.high is None:
            return f"{figure.reading.observations:.1f} scenarios in the tail"
        return f"95 % band {number(band.low, 0)} to {number(band.high, 0)}"

    def notes(self) -> Component:
        """Which run this is."""
        row = self.found.figure.run.row
        kind = "directions" if self.found.figure.is_normal else "scenarios"
        return notice(
            f"{METHODS[row.method]}, run {row.id} as of {row.as_of:%Y-%m-%d}: {row.scenarios:,} {kind}, "
            f"{row.trades:,} trades"
            + (f", {row.missing:,} without a value left out" if row.missing else "")
            + f"; horizon of {row.params.get('horizon_days', 1)} business day."
        )

    def nodes(self) -> Component | None:
        """The portfolios below."""
        if not self.found.below:
            return None
        query = GridQuery()
        return section(
            "By portfolio",
            [self._grid(Ids.NODES, tables.node_table(query, self.found), query, "Risk by portfolio", False)],
            note="Components add up to the figure. A click on a portfolio opens it; a component below zero hedges.",
        )

    def heat(self) -> Component:
        """Portfolios by groups of factors."""
        nodes, groups, parts = self.found.heat
        return chart_card(
            f"Components by portfolio and {SPLITS[self.found.by].lower()} in EUR",
            heat_figure(nodes, groups, parts),
            extra=html.Span(className="es-scrolls"),
            grid=Ids.HEAT,
            clocks=self.found.clocks.query(),
            params=self.params,
            simulated=self.found.figure.run.row.simulated,
        )

    def bars(self) -> Component:
        """Groups of factors as bars."""
        names, parts = self.found.groups
        return chart_card(
            f"Components by {SPLITS[self.found.by].lower()} in EUR",
            component_figure(names, parts),
            grid=Ids.BARS,
            clocks=self.found.clocks.query(),
            params=self.params,
            simulated=self.found.figure.run.row.simulated,
            width="third",
        )

    def groups(self) -> Component:
        """Groups of factors as rows."""
        query = GridQuery(limit=12)
        return section(
            f"By {SPLITS[self.found.by].lower()}",
            [self._grid(Ids.GROUPS, tables.group_table(query, self.found), query, "Risk by factor", True)],
            note="Convexity is what the full revaluation of options, storage and swing adds to exposure times move.",
            width="two-thirds",
        )

    def trades(self) -> Component:
        """The trades that add most."""
        query = GridQuery(limit=15)
        return section(
            "By trade",
            [self._grid(Ids.TRADES, tables.trade_table(query, self.found), query, "Risk by trade", True)],
            note="Those that add most, or hedge most, come first. All trades together add up to the figure.",
        )

    def _grid(self, name: str, table: Table, query: GridQuery, caption: str, searchable: bool) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=searchable,
            caption=caption,
        )  # fmt: skip
