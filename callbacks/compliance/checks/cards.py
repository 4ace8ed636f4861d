"""The parts of Compliance > Checks: figures, a picture by day, rules, records."""

from collections.abc import Mapping
from dataclasses import dataclass

from dash.development.base_component import Component

from callbacks.compliance.checks.ids import Ids
from components.chart import chart_card
from components.charts.compliance_checks import findings_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.format import moment
from portal.core.table import GridQuery
from portal.services.compliance import check_tables as service
from portal.services.compliance.check_tables import ACTIONS, PERIODS, Found

PAGE = GridQuery(limit=25)
HINTS = {
    "block": "stopped, or found after the fact",
    "flag": "somebody has to look",
    "gap": "blocking rules that lacked facts",
    "report": "tasks for a regulator's file",
}


@dataclass(frozen=True, slots=True)
class CheckCards:
    """What is drawn of what rules found."""

    found: Found
    asked: Mapping[str, str]

    def tiles(self) -> Component:
        """Counts by action, and how much was looked at."""
        run = self.found.run
        when = f"day {run.as_of:%Y-%m-%d}, made {moment(run.recorded_at)}" if run else "no run yet"
        seconds = f"in {run.seconds:.1f} s" if run else ""
        blocks = self.found.figure("block")
        counted = [
            kpi_tile(
                title, self.found.figure(action), detail=HINTS[action],
                alert=HINTS[action] if action == "block" and blocks.value else "",
            )
            for action, title in ACTIONS.items()
        ]  # fmt: skip
        return kpi_row(
            [
                *counted,
                kpi_tile("Checked in the last run", self.found.checked, detail=f"{when} {seconds}".strip()),
                kpi_tile("Questions answered", self.found.coverage, detail="the others lacked facts"),
            ]
        )

    def days(self) -> Component:
        """Blocks, flags and gaps by day of the event."""
        day, series = service.by_day(self.found)
        return chart_card(
            "What stopped, flagged or could not be judged", findings_figure(day, series, ACTIONS), grid=Ids.DAYS,
            clocks=self.found.clocks.query(), params=self.asked,
            note="By the day of the event. Report tasks are left out: nearly every trade has one.",
            advice="No rule stopped or flagged anything on these days.",
        )  # fmt: skip

    def rules(self) -> Component:
        """One row for each rule, those that stopped most first."""
        table = service.rules_table(self.found, PAGE)
        period = PERIODS[str(self.found.asked.days)].lower()
        return section(
            "By rule",
            [
                data_grid(
                    Ids.RULES,
                    table,
                    clocks=self.found.clocks.query(),
                    params=self.asked,
                    query=PAGE,
                    caption="Rules",
                )
            ],
            note=f"Events of the period chosen ({period}). A click on a rule shows its records below.",
        )

    def records(self, actor: Actor) -> Component:
        """The records that the inputs ask for."""
        table = service.records_table(self.asked, PAGE, self.found.clocks, actor)
        if not table.total:
            return section("Records", [empty("No record", "No rule left a record under these inputs.")])
        return section(
            "Records",
            [
                data_grid(
                    Ids.RECORDS, table, clocks=self.found.clocks.query(), params=self.asked, query=PAGE,
                    caption="Records",
                )
            ],
            note="The same finding about the same trade is recorded once. A click on its number shows the inputs used.",
        )  # fmt: skip
