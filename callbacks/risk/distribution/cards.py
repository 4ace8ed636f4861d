"""The cards of Risk > Distribution for one run and portfolio."""

from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.risk.distribution.ids import Ids
from components.chart import chart_card
from components.charts.risk_distribution import histogram_figure, scenario_figure
from components.page import section
from components.table import data_grid
from portal.core.table import GridQuery, Table
from portal.domain.risk.reading import Measure
from portal.services.risk import distribution as service
from portal.services.risk.cuts import Figure
from portal.services.risk.distribution import Distribution
from portal.services.risk.runs import METHODS


@dataclass(frozen=True, eq=False)  # a run holds arrays
class DistributionCards:
    """The parts of the page for one run and portfolio."""

    found: Distribution

    @property
    def _scenario(self) -> str:
        return self.found.figure.run.label[self.found.scenario]

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return self.found.ask.params() | {"scenario": self._scenario}

    def histogram(self) -> Component:
        """P&L of all scenarios."""
        found, source = self.found, self.found.figure
        var, es = (Figure(source.run, source.code, measure, found.ask.level).value for measure in Measure)
        edges, share = found.bins
        return chart_card(
            f"P&L of {len(source.pnl):,} scenarios, VaR and expected shortfall at {100 * found.ask.level:g} %",
            histogram_figure(edges, share, var=var, es=es),
            grid=Ids.BINS,
            clocks=found.clocks.query(),
            params=self.params,
            simulated=found.simulated,
        )

    def levels(self) -> Component:
        """Both figures at every level."""
        query = GridQuery()
        return section(
            "By level",
            [self._grid(Ids.LEVELS, service.level_table(query, self.found), query, "Risk by level", False)],
            note="Fewer than five observations beyond a level carry little: read the band, not the figure.",
        )

    def worst(self) -> Component:
        """The worst scenarios."""
        query = GridQuery(limit=13)
        return section(
            "Worst scenarios",
            [self._grid(Ids.WORST, service.worst_table(query, self.found), query, "Worst scenarios", False)],
            note="A click opens a scenario below. Of a history its name is the day whose moves it repeats.",
            width="half",
        )

    def scenario(self) -> Component:
        """One scenario by curve."""
        names, parts = self.found.groups
        return chart_card(
            f"What {self._scenario} would do, by curve in EUR",
            scenario_figure(names, parts),
            grid=Ids.PARTS,
            clocks=self.found.clocks.query(),
            params=self.params,
            simulated=self.found.simulated,
            width="half",
        )

    def trades(self) -> Component:
        """The trades that move most in the scenario."""
        query = GridQuery(limit=12)
        return section(
            f"Trades on {self._scenario}",
            [
                self._grid(
                    Ids.TRADES, service.trade_table(query, self.found), query, "Trades in the scenario", True
                )
            ],
            note="The largest gains and losses of single trades, up to 200 of them.",
            width="half",
        )

    def notes(self) -> Component:
        """How the scenarios were made."""
        row = self.found.figure.run.row
        lines = [
            f"{METHODS[row.method]}: run {row.id}, as of {row.as_of:%Y-%m-%d}, by {row.run_by}.",
            f"{row.trades:,} trades, {row.missing:,} without a value are left out.",
            "Prices, volatilities, exchange and zero rates of a scenario move together; correlations stay as marked.",
            "No time passes: the figures are of moves alone.",
            *[str(note) for note in row.facts.get("notes", [])],
        ]
        return section(
            "How the scenarios were made", [html.Ul([html.Li(line) for line in lines])], width="half"
        )

    def _grid(self, name: str, table: Table, query: GridQuery, caption: str, searchable: bool) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=searchable,
            caption=caption,
        )  # fmt: skip
