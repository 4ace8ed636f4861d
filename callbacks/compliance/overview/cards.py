"""The cards of Compliance > Overview."""

from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.overview.ids import Ids, step_id
from components.chart import chart_card
from components.charts.compliance_overview import day_figure, regime_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.table import GridQuery, Table
from portal.domain.compliance import case_metrics
from portal.domain.compliance import overview_metrics as metrics
from portal.domain.compliance.obligations import Step
from portal.services.compliance import case_tables
from portal.services.compliance import overview_tables as tables
from portal.services.compliance.case_tables import Queue
from portal.services.compliance.overview import Overview, asked

PAGE, SHORT = GridQuery(limit=12), GridQuery(limit=8)
MOST_CHOICES = 60


@dataclass(frozen=True)
class OverviewCards:
    """The parts of the page; ``state`` says which obligations are listed."""

    found: Overview
    state: str

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return {"days": str(self.found.span), "state": self.state}

    def tiles(self) -> Component:
        """Score, cases, obligations and coverage."""
        found, figures = self.found, self.found.tiles()
        queue = Queue(found.clocks, found.cases)
        overdue = queue.figure(case_metrics.LATE)
        late, run = len(found.late), found.run
        known, gaps = asked(run)
        waits = f"{overdue.value or 0:,.0f} past their time to decide"
        since = f"{known:,} of {known + gaps:,} questions, {run.as_of:%Y-%m-%d}" if run else "no run yet"
        overdue_alert, after = waits if overdue.value else "", "open after their deadline"
        return kpi_row(
            [
                kpi_tile("Compliance score", figures[metrics.SCORE], detail="of 100; its parts are below"),
                kpi_tile("Undecided cases", queue.figure(case_metrics.OPEN), detail=waits, alert=overdue_alert),
                kpi_tile("Late obligations", figures[metrics.LATE], detail=after, alert=after if late else ""),
                kpi_tile("Due within 7 days", figures[metrics.DUE_SOON], detail="to be filed or done"),
                kpi_tile("Done in time", figures[metrics.TIMELINESS], detail="of what came due within a year"),
                kpi_tile("Coverage", figures[metrics.COVERAGE], detail=since),
            ]
        )  # fmt: skip

    def deadlines(self, *, may_act: bool) -> Component:
        """Obligations by deadline, with the form that moves one on."""
        table = tables.deadline_table(PAGE, self.found, self.state)
        parts: list[Component] = [
            self._grid(Ids.DEADLINES, table, PAGE, "Deadlines", searchable=True)
            if table.rows
            else empty("Nothing here", "No obligation is in this state. Choose 'All' to see every one.")
        ]
        if may_act and self.found.obligations:
            parts.append(self._form())
        note = (
            f"Open ones that are late or due within {tables.AHEAD} days; 'All' has the whole year. "
            "A deadline ends with its day in the zone of its regime."
        )
        return section("Deadlines", parts, note=note if self.state == tables.OPEN else "", width="two-thirds")

    def _form(self) -> Component:
        still = [view for view in self.found.obligations if view.is_open][:MOST_CHOICES]
        options = [
            {"value": str(view.row.id), "label": f"{view.row.due_at:%Y-%m-%d}  {view.row.title}"}
            for view in still
        ]
        which = dbc.Select(
            id=Ids.WHICH, size="sm", options=options, value=options[0]["value"] if options else None
        )
        note = dbc.Input(
            id=Ids.NOTE,
            size="sm",
            type="text",
            maxlength=2000,
            placeholder="Where the evidence is, or why it is skipped",
        )
        words = (
            (Step.OWNED, "Take over", "btn-outline-secondary"),
            (Step.DONE, "Done", "btn-primary"),
            (Step.SKIPPED, "Skip", "btn-outline-danger"),
        )
        buttons = [
            html.Button(label, id=step_id(step.value), type="button", className=f"btn btn-sm {look}")
            for step, label, look in words
        ]
        return html.Details(
            [
                html.Summary("Take over, finish or skip one"),
                html.Div(
                    [_labelled("Obligation", which), _labelled("What was done, or why not", note)],
                    className="es-change-why",
                ),
                html.Div(buttons, className="es-repair-buttons"),
                html.Div(id=Ids.SAID, role="status"),
            ],
            className="es-change-form",
        )  # fmt: skip

    def score(self) -> Component:
        """What takes points off, and by which formula."""
        query = GridQuery()
        weights = "Weights: " + ", ".join(f"{part.name.lower()} {part.weight:g}" for part in self.found.parts)
        return section(
            "Parts of the score",
            [
                self._grid(Ids.PARTS, tables.part_table(query, self.found), query, "Parts of the score"),
                html.P("100 (1 - sum of weight × open / sum of weight × evaluated)", className="es-note"),
            ],
            note=f"{weights}. Open: undecided cases by what opened them, and obligations that are late. Evaluated: "
            "questions of the newest run to rules that can block or flag, and obligations that came due within a year.",
            width="third",
        )

    def cases(self) -> Component:
        """The undecided cases with the least time left."""
        if not self.found.open_cases:
            return section("Open cases", [empty("No open case", "Everything that was found is decided.")])
        table = case_tables.queue_table(SHORT, self.found.open_cases, self.found.clocks)
        link = dcc.Link("All cases", href="/compliance/cases", className="es-link")
        return section(
            "Open cases",
            [self._grid(Ids.CASES, table, SHORT, "Open cases"), link],
            note="By the time left to decide.",
        )

    def charts(self) -> list[Component]:
        """Findings by day and by regime."""
        by_day = tables.day_table(GridQuery(limit=None), self.found)
        by_regime = tables.regime_table(GridQuery(limit=None), self.found)
        days = [str(day) for day in by_day.column("day")]
        names = [str(code) for code in by_regime.column("regime")]
        clocks, advice = self.found.clocks.query(), "No rule blocked or flagged anything within these days."
        return [
            chart_card(
                "Findings by day of the event",
                day_figure(days, _counts(by_day), keep=str(self.found.span)) if days else None, grid=Ids.DAYS,
                clocks=clocks, params=self.params, width="half", advice=advice,
            ),
            chart_card(
                "Findings by regime", regime_figure(names, _counts(by_regime)) if names else None, grid=Ids.REGIMES,
                clocks=clocks, params=self.params, width="half", advice=advice,
            ),
        ]  # fmt: skip

    def coverage(self) -> Component:
        """Which rules lacked facts."""
        run = self.found.run
        if run is None:
            return section(
                "Coverage by rule",
                [empty("No run yet", "The rules run every night; start a run under Compliance > Checks.")],
            )
        table = tables.coverage_table(PAGE, self.found)
        return section(
            "Coverage by rule",
            [self._grid(Ids.COVERAGE, table, PAGE, "Coverage by rule", searchable=True)],
            note=f"Run {run.id} over {run.subjects:,} trades and positions as of {run.as_of:%Y-%m-%d}, the least "
            "covered first. A rule that lacks facts is never passed in silence: one that can block flags the trade.",
        )

    def _grid(
        self, name: str, table: Table, query: GridQuery, caption: str, *, searchable: bool = False
    ) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=searchable,
            caption=caption,
        )  # fmt: skip


def _counts(table: Table) -> dict[str, list[int]]:
    return {action: [int(str(cell)) for cell in table.column(action)] for action in tables.ACTIONS}


def _labelled(label: str, control: Any) -> html.Label:
    return html.Label(
        [html.Span(label, className="es-label"), control],
        className="es-control es-control-wide es-change-wide",
    )
