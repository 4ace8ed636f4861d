"""The cards of Risk > Stress."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.risk.stress.asking import Asking
from callbacks.risk.stress.grids import MOST_TRADES
from callbacks.risk.stress.ids import Ids
from components.chart import chart_card
from components.charts.pnl_waterfall import waterfall_figure
from components.charts.stress import bars_figure, matrix_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.format import number
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.portfolio.rollup import total
from portal.domain.risk import stress_metrics as metrics
from portal.domain.risk.stress.reverse import Crossing
from portal.services.risk import stress_catalogue as catalogue
from portal.services.risk import stress_tables as tables
from portal.services.risk.stress import ALL, SPLITS, Stressed
from portal.services.risk.stress_catalogue import OWN
from portal.services.risk.stress_likely import likely

LONGEST_LINK = 3000  # characters of an address that carries shocks


@dataclass(frozen=True, eq=False)  # results hold arrays
class StressCards:
    """The parts of the page for what is asked, under one pair of clocks."""

    found: Stressed
    asking: Asking
    clocks: Clocks
    actor: Actor

    @property
    def params(self) -> dict[str, Any]:
        """What the grids are asked with; they show the scenario that the page shows."""
        return {**self.asking.params(), "scenario": self.found.chosen}

    def tiles(self) -> Component:
        """The scenario looked at, the worst and the best one, and what is left out."""
        found = self.found
        known = [code for code in found.entries if found.impact(code) is not None]
        worst, best = min(known, key=found.total), max(known, key=found.total)
        where = "all your books" if found.ask.portfolio == ALL else found.ask.portfolio
        tiles = [
            kpi_tile(found.entry.scenario.title, self._pnl(found.chosen), detail=where),
            kpi_tile("Worst scenario", self._pnl(worst), detail=found.entries[worst].scenario.title),
            kpi_tile("Best scenario", self._pnl(best), detail=found.entries[best].scenario.title),
        ]
        lost = int((found.result.lost & found.rows).sum())
        if lost:
            shown = self._shown(metrics.LOST, float(lost), "trades")
            tiles.append(kpi_tile("Without a value there", shown, detail="in no sum", alert="in no sum"))
        if found.unshocked:
            first = found.unshocked[0]
            shown = self._shown(
                metrics.UNSHOCKED, first.money_eur, "EUR", factor=f"{first.kind}: {first.name}"
            )
            tiles.append(kpi_tile("Most money left unshocked", shown, detail=f"{first.name}, {first.kind}"))
        return kpi_row(tiles)

    def _pnl(self, code: str) -> Shown:
        return Shown(metrics.PNL, self.found.total(code), "EUR", self.found.ask.params(code))

    def _shown(self, metric: Metric, value: float | None, unit: str, **more: Any) -> Shown:
        return Shown(metric, value, unit, {**self.found.ask.params(self.found.chosen), **more})

    def matrix(self) -> Component:
        """All scenarios by portfolio."""
        found = self.found
        place = {node.code: at for at, node in enumerate(found.found.nodes)}
        at = [place[node.code] for node in found.nodes]
        titles = [found.entries[code].scenario.title for code in found.by_node]
        pnl = np.array([values[at] for values in found.by_node.values()]).reshape(len(titles), len(at))
        refused = [
            f"{found.entries[code].scenario.title}: {why}"
            for code, why in found.refused.items()
            if code != OWN
        ]
        return chart_card(
            "Profit or loss by scenario and portfolio",
            matrix_figure(titles, [node.code for node in found.nodes], pnl, keep=found.ask.portfolio),
            grid=Ids.MATRIX,
            clocks=self.clocks.query(),
            params=self.params,
            simulated=found.found.simulated,
            note="Every trade valued anew in the market of the scenario; nothing else happens, no time passes. Colours "
            "compare within a portfolio. The table opens scenarios.",
            source=" ".join(refused),
            extra=html.Div("brown: a loss, green: a gain", className="es-stress-heat es-note"),
        )

    def story(self) -> Component:
        """What the scenario is, where its moves come from, and what one may do with it."""
        entry, scenario = self.found.entry, self.found.entry.scenario
        kind = "saved" if entry.is_saved else "typed" if scenario.code == OWN else scenario.kind
        parts: list[Component] = [html.P(scenario.narrative)] if scenario.narrative else []
        if scenario.source:
            parts.append(html.P(f"Moves: {scenario.source}.", className="es-source"))
        line = catalogue.as_text(scenario)
        link = f"/risk/stress?{urlencode({'portfolio': self.found.ask.portfolio, 'scenario': OWN, 'shocks': line})}"
        links: list[Component] = []
        if scenario.code != OWN and len(line) <= 2000 and len(link) <= LONGEST_LINK:
            links.append(dcc.Link("Edit a copy of it", href=link, className="es-link"))
        if entry.is_saved and self.actor.can(Permission.RISK_RUN):
            links.append(
                html.Button("Retire", id=Ids.RETIRE, value=scenario.code, type="button", className="es-link")
            )
        parts.append(html.Div([*links, html.Span(id=Ids.RETIRED, role="status")], className="es-actions"))
        title = html.H2([scenario.title, " ", badge(kind, "info")])
        return html.Section([title, *parts], className="es-section es-full")

    def nodes(self) -> Component:
        """The scenario by portfolio; a click opens one."""
        table = tables.nodes_table(GridQuery(limit=None), self.found, self.clocks)
        pnl = np.array(table.column("pnl"), dtype=np.float64)
        links = [str(target) for target in table.column("address")]
        names = [str(code) for code in table.column("portfolio")]
        return self._chart(
            "By portfolio", bars_figure(names, pnl, links=links, total=len(names) > 1), Ids.NODES, width="half",
            note="A click on a bar opens the portfolio." if len(names) > 1 else "",
        )  # fmt: skip

    def parts(self) -> Component:
        """The scenario by commodity, curve or kind."""
        split = self.asking.split
        table = tables.parts_table(GridQuery(limit=None), self.found, split)
        pnl, names = (
            np.array(table.column("pnl"), dtype=np.float64),
            [str(name) for name in table.column("part")],
        )
        note = "" if split == "kind" else "A trade with two legs counts where its first leg does."
        return self._chart(
            f"By {SPLITS[split].lower()}", bars_figure(names, pnl), Ids.PARTS, width="half", note=note
        )

    def layers(self) -> Component | None:
        """What each layer adds on top of those before it; nothing for a scenario of one layer."""
        layers = self.found.entry.scenario.layers
        if len(layers) < 2:
            return None
        added = np.array([total(step[self.found.rows]) for step in self.found.steps])
        drawn = waterfall_figure([layer.title for layer in layers], added, height=340)
        return self._chart(
            "Layer on layer",
            drawn,
            Ids.LAYERS,
            note="Layers apply in this order, each on what the one before left.",
        )

    def _chart(self, title: str, drawn: Any, name: str, *, width: str = "full", note: str = "") -> Component:
        return chart_card(
            title, drawn, grid=name, clocks=self.clocks.query(), params=self.params, width=width, note=note,
            simulated=self.found.found.simulated,
        )  # fmt: skip

    def trades(self) -> list[Component]:
        """The trades that lose most, and those that gain most."""
        query = GridQuery(limit=MOST_TRADES)
        out: list[Component] = []
        for title, name, best in (("Largest losses", Ids.WORST, False), ("Largest gains", Ids.BEST, True)):
            table = tables.trades_table(query, self.found, best=best, most=MOST_TRADES)
            out.append(section(title, [self._grid(name, table, query, f"{title} by trade")]))
        return out

    def shocks(self) -> Component:
        """The shocks, in the order in which they apply."""
        query = GridQuery(limit=40)
        return section(
            "Shocks, in their order",
            [self._grid(Ids.SHOCKS, tables.shocks_table(GridQuery(limit=40), self.found), query, "Shocks")],
            note="Within a layer: prices, slopes, seasons, volatilities, correlations, exchange rates, zero rates. "
            "Months count from the month of the valuation day.",
        )

    def unshocked(self) -> Component:
        """What the scenario does not move although money rests on it."""
        query = GridQuery(limit=10)
        table = tables.unshocked_table(query, self.found)
        shown: Component = notice("The scenario moves every factor that money of this portfolio rests on.")
        if table.rows:
            shown = self._grid(Ids.UNSHOCKED, table, query, "Factors left unshocked")
        note = "Factors that stay as they are although money rests on them: what the figure leaves out."
        return section("Left unshocked", [shown], note=note)

    def reverse(self) -> Component:
        """How far the scenario must go until it costs the loss asked for."""
        try:
            loss = self.asking.loss_eur()
            crossing = self.found.reverse(loss) if loss is not None else None
        except DomainError as refusal:
            return section("What would break us", [notice(refusal.message, kind="warn")])
        if loss is None or crossing is None:
            advice = (
                "State a loss under 'Find what costs' above, such as 100m: this finds the smallest multiple "
            )
            return section("What would break us", [notice(f"{advice}of this scenario that costs it.")])
        shown = self._shown(metrics.MULTIPLE, crossing.multiple, "times", loss=loss)
        tiles: list[Component] = []
        if crossing.multiple is not None:
            detail = f"costs {number(loss, 0)} EUR"
            tiles = [kpi_row([kpi_tile(f"{self.found.entry.scenario.title}, times", shown, detail=detail)])]
        said = [notice(text, kind=kind) for text, kind in _verdict(crossing, loss)]
        table = tables.trials_table(GridQuery(), crossing)
        return section("What would break us", [*tiles, *said, self._trials(table)])

    def _trials(self, table: Table) -> Component:
        return html.Details(
            [
                html.Summary("Multiples that were valued"),
                self._grid(Ids.TRIALS, table, GridQuery(), "Reverse stress"),
            ],
            className="es-change-form",
        )

    def likely(self) -> Component | None:
        """Which move of all factors costs the loss asked for most likely; nothing when none is asked for."""
        title = "The most likely way to lose it"
        try:
            loss = self.asking.loss_eur()
            if loss is None:
                return None
            found = likely(self.found, self.clocks, self.actor, loss)
        except DomainError as refusal:
            return section(title, [notice(refusal.message)]) if self.asking.loss_is_read() else None
        query = GridQuery(limit=12)
        far, deviation = found.crossing, number(found.direction.deviation, 0)
        run = f"Of run {found.row.id}: {len(found.moves):,} scenarios, one standard deviation is {deviation} EUR."
        if far.multiple is None:
            said: Component = notice(f"{far.reached:.1f} standard deviations do not cost as much. {run}")
        else:
            asked: dict[str, str | float] = {"portfolio": self.found.ask.portfolio, "loss": loss}
            shown = Shown(metrics.LIKELY, far.multiple, "", asked)
            said = kpi_row(
                [kpi_tile("Standard deviations away", shown, detail=f"costs {number(far.loss_at, 0)} EUR")]
            )
        table = tables.likely_table(query, self.found, found, loss)
        note = (
            "Of all moves that cost as much, the one nearest to today in the covariance of past moves, found to first "
            f"order and walked by full revaluation. {run}"
        )
        shown_rows = self._grid(Ids.LIKELY, table, query, "Moves on the most likely way")
        return section(title, [said, shown_rows], note=note)

    def save(self) -> Component | None:
        """The form that keeps what is typed, for those who may."""
        if OWN not in self.found.entries or not self.actor.can(Permission.RISK_RUN):
            return None
        fields = [
            dbc.Input(id=Ids.TITLE, placeholder="Title", size="sm", type="text", maxlength=catalogue.LONGEST_TITLE),
            dbc.Input(
                id=Ids.NARRATIVE, placeholder="What happens", size="sm", type="text",
                maxlength=catalogue.LONGEST_NARRATIVE,
            ),
            html.Button("Save scenario", id=Ids.SAVE, type="button", className="btn btn-sm btn-outline-primary"),
            html.Div(id=Ids.SAVED, role="status"),
        ]  # fmt: skip
        return section(
            "Keep your own scenario",
            [html.Div(fields, className="es-save")],
            note="Everybody who reads risk sees it. The same title makes the next version; earlier ones stay.",
        )

    def _grid(self, name: str, table: Table, query: GridQuery, caption: str) -> Component:
        return data_grid(
            name,
            table,
            clocks=self.clocks.query(),
            params=self.params,
            query=query,
            searchable=False,
            caption=caption,
        )


def _verdict(crossing: Crossing, loss: float) -> list[tuple[str, str]]:
    """Say in words what the search found."""
    if crossing.multiple is None:
        what = f"{'loses' if crossing.loss_at > 0.0 else 'gains'} {number(abs(crossing.loss_at), 0)} EUR"
        reached = f"At {crossing.reached:.2f} times the scenario, the furthest that was tried or can be, the portfolio"
        return [(f"{reached} {what}. No multiple up to there costs {number(loss, 0)} EUR.", "info")]
    said = [(f"There the loss is {number(crossing.loss_at, 0)} EUR, by full revaluation.", "info")]
    if not crossing.monotone:
        words = "The loss does not rise all the way there, so a smaller multiple between two steps may cost as much."
        said.append((words, "warn"))
    return said
