"""The cards of Risk > Overview for one portfolio."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.risk.overview.ids import Ids
from components.chart import chart_card
from components.charts.risk_overview import method_figure, trend_figure
from components.kpi import kpi_tile
from components.page import section
from components.states import badge
from components.table import data_grid
from portal.core.format import number
from portal.core.metrics import Shown
from portal.core.table import GridQuery
from portal.domain.risk import figure_metrics, overview_metrics
from portal.domain.risk.badge import Grade
from portal.domain.risk.reading import Measure
from portal.services.risk import overview_tables as tables
from portal.services.risk.overview import Overview, day_rows, stale_days
from portal.services.risk.runs import METHODS

TONES = {Grade.A: "good", Grade.B: "good", Grade.C: "warn", Grade.D: "bad"}


@dataclass(frozen=True, eq=False)  # the overview holds arrays
class OverviewCards:
    """The parts of the page for one overview."""

    found: Overview

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return self.found.ask.params() | {"portfolio": self.found.node.code}

    def tiles(self) -> list[html.Div]:
        """Both figures, spread of methods, exceptions, and the grade."""
        found, level = self.found, self.found.ask.level
        run = found.runs.get(found.ask.method)
        late = f"run of {run.as_of:%Y-%m-%d}" if run and stale_days(found) else ""
        tiles = [self._figure(measure, late) for measure in (Measure.ES, Measure.VAR)]
        values = found.by_method(str(found.ask.measure), level)
        own: dict[str, str | int | float | None] = {
            "portfolio": found.node.code,
            "method": found.ask.method,
            "level": level,
        }
        tiles.append(
            kpi_tile(
                "Spread of methods",
                Shown(
                    overview_metrics.SPREAD,
                    tables.spread(values),
                    "",
                    own | {"measure": str(found.ask.measure)},
                ),
                detail=f"{len(values)} methods",
            )
        )
        tests = found.backtest
        expected = f"{tests.expected:.1f} expected in {tests.n} days" if tests else "no backtest yet"
        count = float(found.exceptions.sum()) if tests else None
        alert = f"{tests.light.zone} zone: {expected}" if tests and tests.light.zone.value == "red" else ""
        tiles.append(
            kpi_tile(
                "Exceptions",
                Shown(overview_metrics.EXCEPTIONS, count, "days", own),
                detail=expected,
                alert=alert,
            )
        )
        return tiles

    def _figure(self, measure: Measure, late: str) -> html.Div:
        found, level = self.found, self.found.ask.level
        row = found.figure(found.ask.method, str(measure), level)
        metric = figure_metrics.BY_MEASURE[str(measure)]
        params: dict[str, str | int | float | None] = {}
        if row:
            params = {"run": row.run_id, "portfolio": found.node.code, "level": level}
        band = ""
        if row and row.low is not None and row.high is not None:
            band = f"95 % band {number(row.low, 0)} to {number(row.high, 0)}"
        title = f"{measure.label} {100 * level:g} %, 1 day"
        return kpi_tile(
            title,
            Shown(metric, row.value if row else None, "EUR", params),
            detail=f"of {found.node.name}" if found.is_part else band or METHODS[found.ask.method],
            stale=late,
        )

    def methods(self) -> Component:
        """Figures by method."""
        query = GridQuery()
        return section(
            "By method",
            [self._grid(Ids.METHODS, tables.method_table(query, self.found), query, "Risk by method")],
            note="Losses are positive. A click on a run opens its drill-down.",
        )

    def method_bars(self) -> Component:
        """The measure chosen by all methods."""
        table = tables.method_table(GridQuery(limit=None), self.found)
        records = table.records()
        key = "es" if self.found.ask.measure is Measure.ES else "var"
        figure = method_figure(
            [str(row["method"]) for row in records],
            [float(row[key]) for row in records],  # type: ignore[arg-type]  # a number column
            [row["low"] for row in records],  # type: ignore[misc]  # number or nothing
            [row["high"] for row in records],  # type: ignore[misc]
        )
        return chart_card(
            f"{self.found.ask.measure.label} by method",
            figure if records else None,
            grid=Ids.BARS,
            clocks=self.found.clocks.query(),
            params=self.params,
            simulated=table.simulated,
            width="third",
        )

    @cached_property
    def _days(self) -> list[dict[str, Any]]:
        return day_rows(self.found)

    def trend(self) -> Component:
        """P&L by day against what was forecast."""
        found = self.found
        days = found.days
        figure = trend_figure(
            [row["day"].isoformat() for row in self._days],
            days["hypothetical"],
            days["value_at_risk"],
            days["expected_shortfall"],
            found.exceptions,
            keep=found.node.code,
        )
        return chart_card(
            "P&L of each day against its forecast in EUR",
            figure if self._days else None,
            grid=Ids.TREND,
            clocks=found.clocks.query(),
            params=self.params,
            note="The P&L is that of the positions of the day before; forecasts are made from sensitivities and the "
            "last 250 days. An exception is a loss above the VaR forecast.",
            simulated=any(run.simulated for run in found.runs.values()),
            width="two-thirds",
            advice="No day has been backtested yet. The worker computes them after the demo desk was loaded.",
        )

    def below(self) -> Component | None:
        """Figures of the portfolios right below."""
        query = GridQuery()
        table = tables.node_table(query, self.found)
        if not table.rows:
            return None
        return section(
            "Portfolios below",
            [self._grid(Ids.BELOW, table, query, "Risk by portfolio")],
            note="Each by itself: they add up to more than the whole, since losses do not come on the same days.",
            width="half",
        )

    def badge(self) -> Component:
        """The grade with its reasons."""
        found = self.found.badge
        return section(
            "How far to trust this",
            [
                html.P(
                    [badge(f"Grade {found.grade}", TONES[found.grade]), " the worst of the answers below"],
                    className="es-grade",
                ),
                html.Ul(
                    [
                        html.Li([badge(str(item.grade), TONES[item.grade]), " ", item.sentence])
                        for item in found.reasons
                    ],
                    className="es-reasons",
                ),
            ],
            note="From A to D: do methods agree, did forecasts hold, are marks fresh, is the tail thick enough.",
            width="half",
        )

    def _grid(self, name: str, table: Any, query: GridQuery, caption: str) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=False,
            caption=caption,
        )  # fmt: skip
