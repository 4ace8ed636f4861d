"""The cards of the overview: each group with its sentence, its figures and its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.overview.home import said
from callbacks.overview.home.ids import Ids
from callbacks.overview.home.tree import tree
from components.chart import chart_card
from components.charts.risk_overview import trend_figure
from components.feeds import time_tile
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.format import moment, percent
from portal.core.metrics import Shown
from portal.core.table import GridQuery, Table
from portal.domain.compliance import case_metrics
from portal.domain.compliance import overview_metrics as compliance_metrics
from portal.domain.monitoring import feed_metrics, slo_metrics
from portal.domain.overview import sentences
from portal.domain.overview.amounts import short_money
from portal.domain.portfolio import valuation_metrics
from portal.domain.portfolio.rollup import PERIODS
from portal.domain.risk import figure_metrics, limit_metrics
from portal.domain.risk.reading import Measure
from portal.services.compliance import case_tables
from portal.services.market import overview as market
from portal.services.monitoring import slo_view
from portal.services.overview import tables
from portal.services.overview.gaps import gap_table
from portal.services.overview.home import Home
from portal.services.overview.looks import Look
from portal.services.risk import limit_tables
from portal.services.risk.overview import stale_days
from portal.services.signoff import tables as signoff_tables

SHORT = GridQuery(limit=6)
TREND = 60  # days of the picture
TITLES = {"dtd": "P&L today", "mtd": "P&L this month", "ytd": "P&L this year"}


def link(text: str, path: str, clocks: Clocks, **params: str) -> dcc.Link:
    """Return the way to the page that says more, under the same clocks."""
    return dcc.Link(
        text, href=f"{path}?{urlencode({**params, **clocks.query()})}", className="es-link es-more"
    )


def words(text: str) -> html.P:
    """Return the sentence of a group."""
    return html.P(text, className="es-lead es-said")


@dataclass(frozen=True, eq=False)
class HomeCards:
    """The parts of the page; each is None where the reader may not see it, or there is nothing to say."""

    home: Home
    earlier: Look | None = None

    @property
    def clocks(self) -> Clocks:
        """The pair of the page."""
        return self.home.clocks

    def headline(self) -> Component | None:
        """The figures that are read first: P&L of three periods, risk against limit, what waits."""
        tiles = [*self._profits(), *self._risks(), *self._waiting()]
        return kpi_row(tiles) if tiles else None

    def since(self) -> Component | None:
        """What changed since the reader last looked, with the way back to what was shown then."""
        if self.earlier is None:
            return None
        told = sentences.changes(self.earlier.changes(self.home), moment(self.earlier.at))
        back = link("Show it as it was then", "/", self.earlier.clocks)
        return section("Since you last looked", [words(told), back])

    def _profits(self) -> list[Component]:
        found = self.home.profits
        if found is None:
            return []
        made: list[Component] = []
        for period in PERIODS:
            value = found.total(period)
            metric = valuation_metrics.BY_PERIOD[period]
            since = f"since the close of {found.since[period]:%Y-%m-%d}"
            made.append(kpi_tile(TITLES[period], Shown(metric, value, "EUR", {}), detail=since))
        return made

    def _risks(self) -> list[Component]:
        found = self.home.risk
        if found is None:
            return []
        run, level = found.runs.get(found.ask.method), found.ask.level
        late = f"run of {run.as_of:%Y-%m-%d}" if run and stale_days(found) else ""
        made: list[Component] = []
        for measure in (Measure.VAR, Measure.ES):
            row = found.figure(found.ask.method, str(measure), level)
            params: dict[str, str | int | float | None] = {}
            if row:
                params = {"run": row.run_id, "portfolio": found.node.code, "level": level}
            shown = Shown(figure_metrics.BY_MEASURE[str(measure)], row.value if row else None, "EUR", params)
            text, is_over = self._against(measure)
            text = f"{found.node.name}: {text}" if found.is_part else text
            made.append(
                kpi_tile(
                    f"{said.of_level(measure, level)}, 1 day", shown, detail=text, stale=late,
                    alert=text if is_over else "",
                )
            )  # fmt: skip
        return made

    def _against(self, measure: Measure) -> tuple[str, bool]:
        """Return how much of its limit a figure uses, in words, and whether that is more than all of it.

        Where only another confidence level has a limit, the words name that level.
        """
        part = self.home.binding(str(measure))
        if part is None:
            return "no limit of its own", False
        used, hard = percent(part.use, 0), short_money(part.condition.hard)
        if self.home.is_on_level(part):
            return (
                (f"over its limit: {used} of {hard}", True)
                if part.use > 1
                else (f"{used} of {hard} limit", False)
            )
        name = said.of_level(measure, part.condition.metric.level)
        if part.use > 1:
            return f"{name} is over its limit: {used} of {hard}", True
        return f"{name} uses {used} of its limit of {hard}", False

    def _waiting(self) -> list[Component]:
        found = self.home.limits
        made: list[Component] = []
        if found is not None:
            over = [held for held in found.held if held.status.word == "breach"]
            shown = Shown(
                limit_metrics.COUNT, float(len(over)), "", {"portfolio": found.portfolio, "status": "breach"}
            )
            text = f"of {len(found.held)} in force"
            made.append(
                kpi_tile("Limits broken", shown, detail=text, alert=f"{text}: see below" if over else "")
            )
        queue = said.queue_of(self.home)
        if queue is not None and self.home.compliance is not None:
            shown = self.home.compliance.tiles()[compliance_metrics.SCORE]
            made.append(kpi_tile("Compliance score", shown, detail="of 100"))
            if self.home.opens_cases:
                figure = queue.figure(case_metrics.OPEN)
                made.append(kpi_tile("Undecided cases", figure, detail="of compliance"))
        return [*made, *self._ready()]

    def _ready(self) -> list[Component]:
        found = self.home.chain
        made: list[Component] = []
        if found is not None and found.has_pack:
            eta = found.eta()
            shown = Shown(
                feed_metrics.ETA, eta, "", {"day": found.day.isoformat(), "moment": found.moment.isoformat()}
            )
            state = "complete" if found.is_complete else "never complete" if found.given_up else "expected"
            alert = "" if found.is_complete else state if found.given_up else ""
            text = f"{found.at(eta):%H:%M}" if eta is not None else ""
            made.append(
                time_tile("Numbers of the day", shown, text, detail=f"{state}, {found.day}", alert=alert)
            )
        up = next((one for one in self.home.promises if one.objective.code == "availability"), None)
        if up is not None:
            params = {"objective": up.objective.code, "moment": up.moment.isoformat()}
            shown = Shown(slo_metrics.ATTAINED, up.attained(), "", params)
            made.append(kpi_tile("Availability", shown, detail=f"promised {percent(up.objective.objective)}"))
        return made

    def causes(self) -> Component | None:
        """The sentence of the period and the tree that opens down to the trade."""
        home = self.home
        if home.seen is None:
            reason = home.why.get("seen")
            return section("Why the value changed", [notice(reason)]) if reason else None
        parts: list[Component] = [words(said.profit(home))]
        if home.seen.known.any():
            parts.append(tree(home.seen, home.since.isoformat()))
        lost = int((home.seen.rows & ~home.seen.known).sum())
        if lost:
            parts.append(
                notice(
                    f"{lost} {'trade' if lost == 1 else 'trades'} without a value on one of the days "
                    f"{'is' if lost == 1 else 'are'} in no sum.",
                    kind="warn",
                )
            )
        parts.append(
            link("All causes, methods and bands", "/portfolio/explain", self.clocks, period=home.period)
        )
        return section(
            f"Why: {PERIODS[home.period].lower()}",
            parts,
            note="Largest first; each node opens to the next, down to the trade. Parts add up to their whole.",
            width="two-thirds",
        )

    def days(self) -> Component | None:
        """P&L of the last days against what was forecast."""
        found = self.home.risk
        if found is None or not len(found.days["day"]):
            return None
        days = {name: column[-TREND:] for name, column in found.days.items()}
        names = [str(day) for day in days["day"].astype("datetime64[D]")]
        figure = trend_figure(
            names, days["hypothetical"], days["value_at_risk"], days["expected_shortfall"],
            found.exceptions[-TREND:], keep=found.node.code,
        )  # fmt: skip
        figure["layout"]["height"] = 280
        whose = f", {found.node.name}" if found.is_part else ""
        return chart_card(
            f"P&L of the last {len(names)} days against its forecast in EUR{whose}",
            figure,
            grid=Ids.DAYS,
            clocks=self.clocks.query(),
            note="Of the positions of the day before. A diamond is a loss above the VaR forecast.",
            simulated=any(run.simulated for run in found.runs.values()),
            width="third",
        )

    def risk(self) -> Component | None:
        """VaR and ES in words, the curves that carry them, and the limits that are used most."""
        home = self.home
        if home.risk is None:
            return None
        return section(
            "What could be lost",
            [
                words(said.risk(home)),
                self._grid(Ids.CARRIED, tables.carried_table(SHORT, home), "What carries it"),
                link("Drill down", "/risk/drill", self.clocks),
            ],
            note="Curves by what they add to the expected shortfall; less than nothing takes away from it.",
            width="half",
        )

    def limits(self) -> Component | None:
        """Limits and breaches in words and rows."""
        found = self.home.limits
        if found is None:
            return None
        parts: list[Component] = [words(said.limits(self.home))]
        if found.held:
            parts.append(
                self._grid(
                    Ids.LIMITS,
                    tables.short_limits(limit_tables.limit_table(SHORT, found)),
                    "Limits used most",
                )
            )
        if found.open_breaches:
            table = tables.short_breaches(limit_tables.breach_table(SHORT, found.open_breaches, self.clocks))
            parts += [html.H3("Open breaches"), self._grid(Ids.BREACHES, table, "Open breaches")]
        parts.append(link("All limits", "/risk/limits", self.clocks))
        return section("Limits and breaches", parts, note="The worst first.", width="half")

    def adjustments(self) -> Component | None:
        """What people put beside the figures above; none of it is in them."""
        found = self.home.adjustments
        if not found:
            return None
        table = signoff_tables.adjustment_table(SHORT, found, self.clocks)
        grid = data_grid(
            "adjustments", table, clocks=self.clocks.query(), params={"portfolio": "all"}, query=SHORT,
            searchable=False, caption="Adjustments",
        )  # fmt: skip
        parts = [grid, link("Sign-off", "/sign-off", self.clocks)]
        return section("Adjustments", parts, note=signoff_tables.BESIDE)

    def cases(self) -> Component | None:
        """Score and cases in words; the cases by their deadline for those who may read them."""
        found = self.home.compliance
        if found is None:
            return None
        parts: list[Component] = [words(said.cases(self.home))]
        if found.open_cases and self.home.opens_cases:
            table = case_tables.queue_table(SHORT, found.open_cases, self.clocks)
            parts.append(self._grid(Ids.CASES, table, "Cases that wait"))
        if self.home.opens_cases:
            parts.append(link("Compliance", "/compliance", self.clocks))
        return section("Compliance", parts, width="half")

    def movers(self) -> Component | None:
        """Prices that moved most, and those that are late."""
        quotes = self.home.quotes
        if not quotes:
            return None
        parts: list[Component] = [
            words(said.movers(self.home)),
            self._grid(Ids.MOVERS, market.movers(quotes, SHORT, self.clocks), "Biggest moves"),
        ]
        late = market.late(quotes, SHORT, self.clocks)
        if late.rows:
            parts += [html.H3("Late prices"), self._grid(Ids.LATE, late, "Late prices")]
        note = "Size: the day's change over the series' own 20-day volatility, so that gas and power compare."
        return section("What moved", parts, note=note, width="half")

    def forecasts(self) -> Component | None:
        """Forecasts beside the prices."""
        if not self.home.gaps:
            return None
        table = gap_table(GridQuery(), self.home.gaps, self.clocks)
        note = "Prices of the day: the median four weeks ahead; hourly power: the mean of the next day."
        parts = [
            words(said.forecasts(self.home)),
            self._grid(Ids.GAPS, table, "Forecast against price"),
            link("All forecasts", "/forecast", self.clocks),
        ]
        return section("Forecast against curve", parts, note=note, width="half")

    def operations(self) -> Component | None:
        """Readiness of the day's numbers and the promises of the portal."""
        home = self.home
        if home.chain is None:
            return None
        parts: list[Component] = [words(f"{said.readiness(home)} {said.availability(home)}")]
        if home.promises:
            query = GridQuery()
            params = {"moment": home.moment.isoformat()}
            table = slo_view.table(home.promises, query)
            parts.append(self._grid(Ids.PROMISES, tables.promised(table), "Promises", params))
        parts.append(link("Monitoring", "/monitoring/feeds", self.clocks))
        return section("Is everything running", parts, width="half")

    def _grid(self, name: Ids, table: Table, caption: str, params: dict[str, Any] | None = None) -> Component:
        return data_grid(
            name, table, clocks=self.clocks.query(), params=params or {}, query=SHORT, searchable=False,
            caption=caption,
        )  # fmt: skip

    def all(self) -> Sequence[Component]:
        """All parts that there are, in the order in which they are read on a phone."""
        cases = self.cases()
        # Without the cases it is two lines, which leave no hole in the grid beside the shortest card.
        first, last = (cases, None) if self.home.opens_cases else (None, cases)
        made = [
            self.headline(),
            self.since(),
            self.causes(),
            self.days(),
            self.adjustments(),
            self.limits(),
            self.risk(),
            first,
            self.movers(),
            self.forecasts(),
            self.operations(),
            last,
        ]
        return [part for part in made if part is not None]
