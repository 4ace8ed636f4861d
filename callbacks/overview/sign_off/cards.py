"""Overview > Sign-off of all portfolios: figures, the table of days, who signed what, and the adjustments."""

from dataclasses import dataclass
from datetime import date

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.overview.sign_off.ids import Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.metrics import Shown
from portal.core.table import GridQuery
from portal.domain.signoff import metrics
from portal.services.signoff import signoff_passports, tables
from portal.services.signoff.standing import STATES, Cell, Standing

TONES = {"due": "neutral", "prepared": "info", "reviewed": "info", "approved": "good", "reopened": "warn"}
VERBS = {"prepared": "Prepare", "reviewed": "Review", "approved": "Approve"}
MOST = 8


@dataclass(frozen=True, slots=True)
class Cards:
    """The parts of the page."""

    found: Standing
    actor: Actor

    def all(self) -> list[Component]:
        """All parts in their order."""
        return [self.tiles(), *self.waiting(), self.matrix(), self.signed(), adjustments_card(self.found)]

    def tiles(self) -> Component:
        """How many are due, approved, and would be found differently."""
        differs = self._count("differs")
        return kpi_row(
            [
                kpi_tile("Wait for you", self._shown("yours"), detail="that you may sign next"),
                kpi_tile(
                    "Not approved", self._shown("due"), detail=f"in {len(self.found.days)} business days"
                ),
                kpi_tile("Approved", self._shown("approved"), detail="by three people each"),
                kpi_tile(
                    "Would differ now",
                    self._shown("differs"),
                    detail="all signed figures stand",
                    alert="something was recorded since" if differs else "",
                ),
            ]
        )

    def _count(self, state: str) -> float:
        return signoff_passports.count_of(self.found, state)

    def _shown(self, state: str) -> Shown:
        return Shown(metrics.COUNTED, self._count(state), metrics.COUNTED.unit, {"state": state})

    def waiting(self) -> list[Component]:
        """What the reader may sign next, the newest day first."""
        cells = self.found.waiting()
        if not cells:
            return []
        items = [html.Li(self._task(cell)) for cell in cells[:MOST]]
        more = f"And {len(cells) - MOST} more in the table below." if len(cells) > MOST else ""
        return [section("Waits for you", [html.Ul(items, className="es-sign-tasks")], note=more)]

    def _task(self, cell: Cell) -> list[Component | str]:
        verb = VERBS[next(step for step in cell.mine if step in VERBS)]
        where = tables.address(cell.node.code, self._pair(cell.day))
        marks: list[Component | str] = [badge(STATES[cell.state], TONES[cell.state])]
        if cell.differs:
            marks.append(badge("differs now", "warn"))
        words = f"{verb} {cell.node.code}, {cell.day:%a %d %b %Y}"
        return [dcc.Link(words, href=where, className="es-sign-task"), *marks]

    def _pair(self, day: date) -> dict[str, str]:
        return {**self.found.clocks.query(), "as_of": day.isoformat()}

    def matrix(self) -> Component:
        """Portfolios by day."""
        days = self.found.days
        head = html.Tr(
            [html.Th("Portfolio", scope="col"), *(html.Th(f"{day:%a %d %b}", scope="col") for day in days)]
        )
        rows = [
            html.Tr(
                [
                    html.Th(
                        "\u2003" * (node.depth - self.found.nodes[0].depth) + node.code, scope="row", title=node.name
                    ),
                    *(html.Td(self._cell(self.found.cell(node.code, day))) for day in days),
                ]
            )
            for node in self.found.nodes
        ]  # fmt: skip
        table = html.Table([html.Thead(head), html.Tbody(rows)], className="es-table es-sign-matrix")
        return section(
            "Portfolios by day",
            [html.Div(table, className="es-table-scroll", tabIndex=0)],
            note="Due every business day are the portfolios that hold others; a book can be signed too. "
            "A click opens the figures of that day.",
        )

    def _cell(self, cell: Cell) -> Component:
        words = cell.state if cell.is_due or cell.signed else "–"
        marks: list[Component] = [badge(words, TONES[cell.state]) if words != "–" else html.Span(words)]
        if cell.altered:
            marks.append(badge("altered", "bad"))
        elif cell.differs:
            marks.append(badge("differs", "warn"))
        title = f"{cell.node.code} on {cell.day:%Y-%m-%d}: {STATES[cell.state]}"
        where = tables.address(cell.node.code, self._pair(cell.day))
        return dcc.Link(marks, href=where, className="es-sign-cell", title=title)

    def signed(self) -> Component:
        """Who signed what."""
        table = tables.signed_table(GridQuery(), self.found)
        if not table.rows:
            return section("Who signed", [notice("Nobody has signed anything in these days.")])
        grid = data_grid(Ids.SIGNED, table, clocks=self.found.clocks.query(), caption="Sign-offs")
        return section("Who signed", [grid], note="With the digest of the figures that the three stand for.")


def adjustments_card(found: Standing) -> Component:
    """The adjustments of the last days."""
    table = tables.adjustment_table(GridQuery(), found.adjustments, found.clocks)
    if not table.rows:
        return section("Adjustments", [notice("Nobody has put an adjustment beside a figure of these days.")])
    grid = data_grid(
        Ids.ADJUSTMENTS,
        table,
        clocks=found.clocks.query(),
        params={"portfolio": "all"},
        caption="Adjustments",
    )
    return section("Adjustments", [grid], note=tables.BESIDE)
