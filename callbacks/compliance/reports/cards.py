"""The cards of Compliance > Reports."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.reports.ids import DECIDE, Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, empty, notice
from components.table import BADGES, data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import day, moment
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.compliance import report_metrics as metrics
from portal.domain.compliance.base import Trust
from portal.domain.compliance.reports.layout import Layout
from portal.services.compliance import report_tables as tables
from portal.services.compliance import reports as service
from portal.services.compliance.report_funnel import EVERY, FATES
from portal.services.compliance.reports import NEXT, Standing, State

PAGE = GridQuery(limit=25)
WORDS = {
    State.RELEASED: ("Release", "btn-primary"),
    State.REJECTED: ("Reject", "btn-outline-danger"),
    State.SUBMITTED: ("Note as submitted", "btn-primary"),
    State.ACCEPTED: ("Accepted by the receiver", "btn-primary"),
    State.REFUSED: ("Refused by the receiver", "btn-outline-danger"),
}


def tiles(kind: str, found: list[Standing]) -> Component:
    """Files of the kind, and those that wait for somebody."""
    counted = {state: sum(item.state is state for item in found) for state in State}
    released = counted[State.RELEASED]
    items = (
        ("Files", EVERY, len(found), "of this kind"),
        ("Wait for release", State.DRAFT.value, counted[State.DRAFT], "by a second person"),
        ("To be submitted", State.RELEASED.value, released, "outside the portal"),
        ("Refused", State.REFUSED.value, counted[State.REFUSED], "by the receiver"),
    )
    return kpi_row(
        [
            kpi_tile(
                title,
                Shown(metrics.FILES, float(count), "files", {"kind": kind, "state": state}),
                detail=said,
            )
            for title, state, count, said in items
        ]
    )


def about(layout: Layout) -> Component:
    """What the chosen report is: law, form, when it is due, how sure its layout is."""
    pairs: list[tuple[str, Component | str]] = [
        ("Law", layout.law),
        ("Rule", layout.rule),
        ("Template", f"{layout.version}, {layout.media.value.upper()}, {len(layout.fields)} fields"),
        ("Due", layout.deadline or "no date of its own"),
        ("Layout known", Trust(layout.trust).label),
        (
            "Schema",
            html.A("own schema (XSD)", href=f"/export/report-schema/{layout.kind}.xsd", download=""),
        ),
    ]
    note = [notice(layout.note)] if layout.note else []
    return section(layout.title, [facts(pairs), *note])


@dataclass(frozen=True)
class FileCards:
    """The parts of one file."""

    found: Standing
    clocks: Clocks
    actor: Actor

    @property
    def params(self) -> dict[str, Any]:
        """What the grids are asked with."""
        return {"report": self.found.line.id, "kind": self.found.line.kind}

    def head(self) -> Component:
        """What the file is, with its download and the decision that it waits for."""
        line = self.found.line
        last = date.fromordinal(line.period_end.toordinal() - 1)
        state = self.found.state.value
        until = "" if last == line.period_start else f" to {day(last)}"
        pairs: list[tuple[str, Component | str]] = [
            ("Period", f"{day(line.period_start)}{until}"),
            ("Made", f"{moment(line.recorded_at)} by {line.made_by}"),
            ("Data known at", moment(line.known_at)),
            ("Template", line.template_version),
            ("Checked against", line.schema_note),
            ("Parameters", line.parameters_sha256[:16]),
            ("SHA-256", html.Code(line.sha256, className="es-hash")),
            *([("Replaces", self._link(line.replaces))] if line.replaces else []),
            *([("Replaced by", self._link(self.found.replaced_by))] if self.found.replaced_by else []),
        ]  # fmt: skip
        marks = [badge(state, BADGES.get(state, "neutral"))]
        if line.simulated:
            marks.append(badge("simulated", "sim"))
        title = html.Div(
            [html.Strong(line.file_name, className="es-file-name"), *marks], className="es-version-head"
        )
        get = html.A(
            "Download",
            href=f"/export/report/{line.id}",
            download="",
            className="btn btn-sm btn-outline-primary",
        )
        return section(
            f"Report {line.id}", [title, facts(pairs), *self._said(), html.P(get), self._decision()]
        )

    def _link(self, number: int | None) -> Component:
        address = tables.address_of(self.clocks, kind=self.found.line.kind, report=number)
        return dcc.Link(f"report {number}", href=address)

    def _said(self) -> list[Component]:
        return [
            html.P(
                [
                    f"{item.decision.capitalize()} by {item.by}, {moment(item.recorded_at)}",
                    *_quoted(item.note),
                ],
                className="es-note",
            )
            for item in self.found.decisions
        ]

    def _decision(self) -> Component:
        """Buttons for what may be decided next; they stay in the page, hidden, for their callback."""
        line, state = self.found.line, self.found.state
        first = state is State.DRAFT
        need = Permission.COMPLIANCE_APPROVE if first else Permission.COMPLIANCE_DECIDE
        own = first and line.made_by == self.actor.username
        steps = NEXT.get(state, ()) if self.clocks.live and self.actor.can(need) and not own else ()
        buttons = [
            html.Button(
                WORDS[step][0], id={"type": DECIDE, "report": line.id, "decision": step.value}, type="button",
                className=f"btn btn-sm {WORDS[step][1]}",
            )
            for step in steps
        ]  # fmt: skip
        note = dbc.Input(
            id=Ids.NOTE, size="sm", maxLength=2000, placeholder="Note (needed to reject or refuse)"
        )
        refused = dbc.Input(
            id=Ids.SUBJECTS,
            size="sm",
            maxLength=2000,
            placeholder="Rows that the receiver refused, by commas",
        )
        waits = "You made it: a second person releases it." if own else ""
        return html.Div(
            [
                html.P(waits, className="es-note", hidden=not waits),
                html.Div(note, hidden=not steps),
                html.Div(refused, hidden=State.REFUSED not in steps),
                html.Div(buttons, className="es-repair-buttons", hidden=not steps),
                html.Div(id=Ids.DECIDED, role="status"),
            ],
            className="es-decision",
        )

    def funnel(self) -> Component:
        """What became of everything looked at."""
        line = self.found.line
        shown = kpi_row(
            [
                kpi_tile(
                    title,
                    Shown(
                        metrics.ROWS,
                        float(line.facts.get(name, 0)),
                        "rows",
                        {"report": line.id, "fate": name},
                    ),
                    alert="see below" if name == "rejected" and line.rejected else "",
                )
                for name, title in FATES.items()
            ]
        )
        left = line.facts.get("left_out")
        grid = (
            [self._grid(Ids.FUNNEL, tables.funnel_table(GridQuery(), self.found), "Funnel")] if left else []
        )
        return section("What became of the rows", [shown, *grid])

    def reasons(self) -> Component | None:
        """Refused rows with their reasons."""
        if not self.found.line.rejected:
            return None
        lines = service.rows(self.found.line.id, self.actor, status="rejected")
        table = tables.reason_table(PAGE, lines, self.found.line.kind, self.clocks)
        note = (
            "None of these is in the file. Correct the facts named, choose 'Only refused rows' above and make the "
            "report again."
        )
        return section("Refused rows", [self._grid(Ids.REASONS, table, "Refused rows", PAGE)], note=note)

    def rows(self) -> Component:
        """A preview of the rows."""
        number = self.found.line.id
        lines = service.rows(number, self.actor, limit=PAGE.limit)
        if not lines:
            return empty(
                "No rows", "Nothing in this period is in the scope of the report. Choose another period."
            )
        total = service.count_rows(number, self.actor)
        table = tables.row_table(self.found, lines, self.clocks, total)
        note = "A click on the number of a row says of each of its cells where it comes from and how it is checked."
        return section("Preview", [self._grid(Ids.ROWS, table, "Rows", PAGE)], note=note)

    def cells(self, seq: int) -> Component:
        """The explanation of every cell of one row."""
        line = service.one_row(self.found.line.id, seq, self.actor)
        query = GridQuery(limit=100)
        grid = data_grid(
            Ids.CELLS, tables.cell_table(query, self.found.layout, line), clocks=self.clocks.query(),
            params={**self.params, "row": seq}, query=query, caption="Cells of the row",
        )  # fmt: skip
        back = dcc.Link("All rows", href=tables.address_of(self.clocks, **self.params))
        return section(f"Row {seq}: {line.subject}, {line.status}", [html.P(back), grid])

    def _grid(self, name: str, table: Any, caption: str, query: GridQuery | None = None) -> Component:
        return data_grid(
            name,
            table,
            clocks=self.clocks.query(),
            params=self.params,
            query=query or GridQuery(),
            caption=caption,
        )


def _quoted(note: str) -> list[Component | str]:
    return [": ", html.Q(note)] if note else []


def files(kind: str, found: list[Standing], clocks: Clocks) -> Component:
    """The files of a kind."""
    if not found:
        return empty("No file yet", "Choose a period above and press 'Make the report'.")
    params: Mapping[str, Any] = {"kind": kind}
    grid = data_grid(
        Ids.FILES, tables.file_table(PAGE, found, clocks), clocks=clocks.query(), params=params, query=PAGE,
        caption="Files of the report",
    )  # fmt: skip
    return section("Files", [grid], note="The newest first. The portal makes files; it does not submit them.")
