"""The cards of Risk > Backtests for one portfolio, method, level and period."""

from dataclasses import dataclass
from functools import cached_property

from dash import html
from dash.development.base_component import Component

from callbacks.risk.backtests.ids import Ids
from components.chart import chart_card
from components.charts.backtest import cumulative_figure, history_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.table import data_grid
from portal.core.format import number
from portal.core.metrics import Metric, Shown
from portal.core.table import GridQuery, Table
from portal.domain.risk import backtest_metrics as metrics
from portal.domain.risk.backtests.run import Backtest
from portal.domain.risk.backtests.shortfall import TEST_LEVEL
from portal.services.risk import backtest_tables as tables
from portal.services.risk.backtest_tests import BY_CODE
from portal.services.risk.backtests import KINDS, TITLES, Backtested

PAGE = GridQuery(limit=25)
TOO_FEW = "Too few exceptions for this test"


@dataclass(frozen=True, eq=False)  # the backtest holds arrays
class BacktestCards:
    """The parts of the page that tell how forecasts held; ``made`` are the tests of the series that is looked at."""

    found: Backtested
    made: Backtest
    day: str

    @property
    def params(self) -> dict[str, str]:
        """What the grids of the page are asked with."""
        return self.found.ask.params() | {"portfolio": self.found.node.code}

    def tiles(self) -> Component:
        """Exceptions, the zone, the tests of VaR and those of ES."""
        made = self.made
        least, most = made.accepted
        outside = "" if least <= made.exceptions <= most else f"{least} to {most} are accepted"
        light = made.light
        chance = f"chance of so many or more: {100 * light.type1_probability:.2g} %"
        tiles = [
            self._tile(
                "Exceptions", metrics.EXCEPTIONS, float(made.exceptions),
                f"{made.expected:.1f} expected in {made.n} days", unit="days", alert=outside,
            ),
            self._tile(
                f"Multiplier, {light.zone.value} zone", metrics.MULTIPLIER, light.multiplier_frtb, chance,
                alert=chance if light.zone.value == "red" else "",
            ),
            *(self._p(title, code) for title, code in (
                ("Kupiec p value", "kupiec"), ("Coverage p value", "coverage"),
                ("ES Z2 p value", "z2"), ("ES mean p value", "du_mean"),
            )),
        ]  # fmt: skip
        return kpi_row(tiles)

    def _tile(
        self, title: str, metric: Metric, value: float | None, detail: str, *, unit: str = "", alert: str = ""
    ) -> html.Div:
        return kpi_tile(title, Shown(metric, value, unit, self.found.params()), detail=detail, alert=alert)

    def _p(self, title: str, code: str) -> html.Div:
        test = BY_CODE[code]
        value, statistic = test.p(self.made), test.statistic(self.made)
        item = Shown(metrics.P_VALUE, value, "", self.found.params() | {"test": code}, TOO_FEW)
        told = "" if statistic is None else f", statistic {number(statistic, 2)}"
        rejects = value is not None and value < TEST_LEVEL
        return kpi_tile(
            title, item, detail=TOO_FEW if value is None else f"accepted{told}",
            alert=f"rejected{told}" if rejects else "",
        )  # fmt: skip

    def findings(self) -> Component:
        """What was found and what cannot be concluded."""
        said = [html.Li(text) for text in self.made.findings]
        lost = int((self.found.chosen.missing > 0).sum())
        if lost:
            days = "1 day" if lost == 1 else f"{lost} days"
            most = int(self.found.chosen.missing.max())
            said.append(
                html.Li(f"On {days} up to {most:,} trades had no value; they are left out of the P&L.")
            )
        return section("What this says", [html.Ul(said, className="es-reasons")], width="third")

    @cached_property
    def _days(self) -> list[str]:
        return [day.isoformat() for day in self.found.chosen.dates()]

    def history(self) -> Component:
        """P&L of each day over its forecasts."""
        series, found = self.found.chosen, self.found
        hit = [day for day, is_hit in zip(self._days, series.hits.tolist(), strict=True) if is_hit]
        figure = history_figure(
            self._days, series.pnl, series.var, series.es, series.hits,
            [tables.address(found, day=day) for day in hit], chosen=self.day, keep=found.node.code,
        )  # fmt: skip
        return chart_card(
            f"{KINDS[found.ask.kind]} P&L against the forecasts of the day before",
            figure,
            grid=Ids.HISTORY,
            clocks=found.clocks.query(),
            params=self.params,
            note="A diamond is an exception: a loss above the VaR forecast. A click opens it below.",
            source=f"{found.node.name}, {TITLES[found.ask.method].lower()} at {100 * found.ask.level:g} %, "
            f"{found.first} to {found.last}. Forecasts are made from sensitivities and the 250 days before.",
            simulated=found.simulated,
            width="two-thirds",
        )

    def cumulative(self) -> Component:
        """Exceptions as they add up, by method, against the zones."""
        days, counts, bounds = tables.cumulative(self.found)
        figure = cumulative_figure(
            [day.isoformat() for day in days], counts, *bounds, keep=self.found.node.code
        )
        return chart_card(
            "Exceptions so far, by method",
            figure,
            grid=Ids.CUMULATIVE,
            clocks=self.found.clocks.query(),
            params=self.params,
            note="Dotted: the count at which the yellow and the red zone begin after so many days.",
            simulated=self.found.simulated,
            width="third",
        )

    def tests(self) -> Component:
        """Every test."""
        table = tables.tests_table(GridQuery(), self.found)
        note = (
            f"A p value below {TEST_LEVEL:g} rejects the method. With too few exceptions some tests have no power: "
            "they can neither accept nor reject."
        )
        return section(
            "Tests", [self._grid(Ids.TESTS, table, GridQuery(), "Tests")], note=note, width="two-thirds"
        )

    def methods(self) -> Component:
        """All methods over the same days."""
        table = tables.method_table(GridQuery(), self.found)
        note = "Over the same days. Among methods that pass, a lower FZ0 score is the better forecast of VaR and ES."
        return section("Methods", [self._grid(Ids.METHODS, table, GridQuery(), "Methods")], note=note)

    def nodes(self) -> Component | None:
        """Exceptions and zones of the node and those below."""
        table = tables.node_table(PAGE, self.found)
        if len(self.found.shown) < 2:
            return None
        note = "Exceptions of the period with the zone of the traffic light, for the portfolio and each below it."
        return section(
            "Portfolios and methods",
            [self._grid(Ids.NODES, table, PAGE, "Portfolios and methods")],
            note=note,
        )

    def _grid(self, name: str, table: Table, query: GridQuery, caption: str) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=False,
            caption=caption,
        )  # fmt: skip
