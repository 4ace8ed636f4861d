"""The cards of Risk > Limits: tiles, limits with their use, proposals that wait, breaches and versions."""

from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.risk.limits.ids import DECIDE, EVERY, NOBODY, NOTE, OWNER, STEP, WORDS, Ids
from components.chart import chart_card
from components.charts.limits import use_figure
from components.kpi import kpi_row, kpi_tile
from components.number import shown
from components.page import section
from components.states import badge, empty
from components.table import data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.format import day, moment
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.approval import Decision
from portal.domain.risk.limits.breach import State, Step
from portal.domain.risk.limits.limit import conditions
from portal.domain.risk.limits.use import Status
from portal.services.risk import limit_tables as tables
from portal.services.risk.limit_breaches import BreachView
from portal.services.risk.limit_page import LimitPage
from portal.services.risk.limits import Version

STATE_TONES = {
    State.OPEN: "bad", State.ACKNOWLEDGED: "warn", State.EXPLAINED: "warn", State.APPROVED: "info",
    State.CLOSED: "good",
}  # fmt: skip
STEP_WORDS = {
    Step.ACKNOWLEDGED: "Acknowledge",
    Step.ASSIGNED: "Assign",
    Step.EXPLAINED: "Explain",
    Step.APPROVED: "Approve explanation",
    Step.REOPENED: "Send back",
    Step.CLOSED: "Close",
    Step.NOTED: "Add note",
}
MOST_CARDS = 12


@dataclass(frozen=True, eq=False)  # the page holds arrays
class LimitCards:
    """The parts of the page."""

    found: LimitPage
    actor: Actor
    limit: str = EVERY

    @property
    def params(self) -> dict[str, Any]:
        """What the grids are asked with."""
        return {"portfolio": self.found.portfolio, "limit": self.limit}

    @property
    def may_act(self) -> bool:
        """Whether anything can be changed: not in a view of the past."""
        return self.found.clocks.live

    def tiles(self) -> Component:
        """Limits in breach, near and without data, and what is late."""
        found = self.found
        late = sum(view.overdue for view in found.open_breaches)
        broken = found.count(Status.BREACH)
        tiles = [
            kpi_tile(
                "In breach",
                self._count("breach", broken),
                detail=f"of {len(found.held)} in force",
                alert=f"of {len(found.held)} in force" if broken else "",
            ),
            kpi_tile("Near the limit", self._count("warning", found.count(Status.WARNING)), detail="in the soft tier"),
            kpi_tile("Without data", self._count("no-data", found.count(Status.NO_DATA)), detail="cannot be judged"),
            kpi_tile(
                "Overdue breaches",
                Shown(metrics.OVERDUE, float(late), "breaches", {"portfolio": found.portfolio}),
                detail=f"of {len(found.open_breaches)} open",
                alert=f"of {len(found.open_breaches)} open" if late else "",
            ),
        ]  # fmt: skip
        return kpi_row(tiles)

    def _count(self, status: str, count: int) -> Shown:
        return Shown(
            metrics.COUNT, float(count), "limits", {"portfolio": self.found.portfolio, "status": status}
        )

    def table(self) -> Component:
        """Limits in force, the worst first."""
        query = GridQuery()
        table = tables.limit_table(query, self.found)
        if not table.rows:
            return empty(
                "No limit is in force",
                "A limit is in force once two others have approved it and its first day has come. Propose one below.",
            )
        return section(
            "Limits in force",
            [self._grid(Ids.TABLE, table, "Limits in force")],
            note="The worst first, held against the newest run of their method. A click on a limit opens it.",
        )

    def bars(self) -> Component | None:
        """How much of each limit is used."""
        records = tables.limit_table(GridQuery(limit=None), self.found).records()
        if not records:
            return None
        return chart_card(
            "Use of limits",
            use_figure(
                [str(row["limit"]) for row in records],
                [row["use"] for row in records],  # type: ignore[misc]  # a number or nothing
                [str(row["status"]) for row in records],
            ),
            grid=Ids.BARS,
            clocks=self.found.clocks.query(),
            simulated=self.found.simulated,
            params=self.params,
            note="The dashed line is the hard tier. Colours tell the status, which the table says in words.",
        )

    def waiting(self) -> Component | None:
        """Proposals that wait, with what they need."""
        waiting = [v for v in self.found.waiting if self.limit in (EVERY, v.code)]
        if not waiting:
            return None
        return section(
            "Proposals that wait",
            [html.Div(id=Ids.DECIDED, role="status"), *(self._proposal(version) for version in waiting)],
            note="Six eyes: two others than the proposer must approve a limit before it counts.",
        )

    def _proposal(self, version: Version) -> Component:
        row, own = version.row, version.row.proposed_by == self.actor.username
        said = {item.decided_by for item in version.decisions}
        may = (
            self.may_act
            and not own
            and self.actor.can(Permission.LIMIT_APPROVE)
            and self.actor.username not in said
        )
        names = self.found.deciders.get(row.id, {})
        left = [name for user, name in names.items() if user != row.proposed_by and user not in said]
        pairs: list[tuple[str, Component | str]] = [
            ("Portfolio", version.node.code),
            *self._tiers(version),
            ("From", day(row.effective_from)),
            ("Until", day(row.effective_to) if row.effective_to else "no end"),
            ("Decisions", tables.said(version)),
        ]
        heading = [
            html.H3(
                dcc.Link(f"{row.code} · {row.title}", href=tables.address_of(row.code, self.found.clocks))
            ),
            badge("proposed", "warn"),
        ]
        who = f"May decide: {', '.join(left)}." if left else "Nobody else who sees the portfolio may decide."
        return html.Div(
            [
                html.Div(heading, className="es-version-head"),
                html.P(tables.terms_words(version), className="es-limit-terms"),
                facts(pairs),
                html.P(["Reason: ", html.Q(row.reason)], className="es-version-reason"),
                html.P(f"{version.approval.sentence} {who}", className="es-note"),
                self._decision(version, may=may, own=own and self.may_act),
            ],
            className="es-limit-item",
        )

    def _tiers(self, version: Version) -> list[tuple[str, Component | str]]:
        """Both tiers of every condition, each with its passport."""
        every = list(conditions(version.limit.terms))
        found: list[tuple[str, Component | str]] = []
        for at, condition in enumerate(every, start=1):
            for tier, value in (("hard", condition.hard), ("soft", condition.soft)):
                item = Shown(
                    metrics.TIER, value, condition.unit,
                    {"limit": version.row.id, "tier": tier, "condition": at},
                )  # fmt: skip
                title = f"{tier.capitalize()} tier" + ("" if len(every) == 1 else f", condition {at}")
                found.append((title, html.Span([shown(item), f" {condition.unit}"])))
        return found

    def _decision(self, version: Version, *, may: bool, own: bool) -> Component:
        buttons = [
            _button("Approve", _decide(version, Decision.APPROVED), "btn-primary", hidden=not may),
            _button("Reject", _decide(version, Decision.REJECTED), "btn-outline-danger", hidden=not may),
            _button(
                "Withdraw", _decide(version, Decision.WITHDRAWN), "btn-outline-secondary", hidden=not own
            ),
        ]
        note = dbc.Input(
            id={"type": WORDS, "version": version.row.id}, size="sm", maxLength=1000,
            placeholder="Note to the others (needed to reject)",
        )  # fmt: skip
        return html.Div(
            [html.Div(note, hidden=not may), html.Div(buttons, className="es-repair-buttons")],
            className="es-decision",
        )

    def breaches(self) -> Component | None:
        """Open breaches as rows and as cards with what may be done; of one limit also those that are closed."""
        one = self.limit != EVERY
        views = [v for v in self.found.breaches if v.code == self.limit] if one else self.found.open_breaches
        if not views:
            return None
        open_ = [view for view in views if not view.is_closed][:MOST_CARDS]
        grid = self._grid(
            Ids.BREACHES, tables.breach_table(GridQuery(), views, self.found.clocks), "Breaches"
        )
        return section(
            "Breaches" if one else "Open breaches",
            [grid, html.Div(id=Ids.MOVED, role="status"), *(self._breach(view) for view in open_)],
            note="Opened, worsened and eased when limits are judged after a run; then acknowledged and explained by "
            "the owner, approved by somebody else, and closed once the value is back inside the limit. Deadlines count "
            "business days without the closing days of TARGET.",
        )

    def _breach(self, view: BreachView) -> Component:
        breach = view.breach
        due = f"{_next(breach.state)} due by {moment(breach.due)}" if breach.due else "nothing is due"
        marks: list[Component] = [
            badge(breach.state.value, STATE_TONES[breach.state]),
            badge(f"{breach.tier} tier", "bad" if breach.tier == "hard" else "warn"),
        ]
        if breach.is_over:
            marks.append(badge("back inside", "good"))
        if view.overdue:
            marks.append(badge("overdue", "bad"))
        where = tables.address_of(view.code, self.found.clocks)
        heading = html.H3(dcc.Link(f"{view.code} at {view.node.code}", href=where))
        steps = "1 step" if len(view.rows) == 1 else f"{len(view.rows)} steps"
        owner = self.found.owners.get(view.node.code, {}).get(breach.owner or "", breach.owner)
        return html.Div(
            [
                html.Div([heading, *marks], className="es-version-head"),
                html.P(f"Owner: {owner or 'nobody yet'}; {due}.", className="es-note"),
                html.Details(
                    [html.Summary(steps), html.Ol([_event(row) for row in reversed(view.rows)])],
                    className="es-change-form",
                    open=len(view.rows) < 4,
                ),
                self._steps(view),
            ],
            className="es-limit-item",
        )  # fmt: skip

    def _steps(self, view: BreachView) -> Component | None:
        steps = [step for step in STEP_WORDS if step in view.steps] if self.may_act else []
        if not steps:
            return html.P("You may read this breach; moving it on is for others.", className="es-note")
        people = self.found.owners.get(view.node.code, {})
        first = next(step for step in steps if step is not Step.ASSIGNED)
        buttons = [
            _button(
                STEP_WORDS[step],
                {"type": STEP, "breach": view.id, "step": step.value},
                "btn-primary" if step is first else "btn-outline-secondary",
            )
            for step in steps
        ]
        note = dbc.Input(
            id={"type": NOTE, "breach": view.id}, size="sm", maxLength=2000,
            placeholder="Explanation or note",
        )  # fmt: skip
        owner = dbc.Select(
            id={"type": OWNER, "breach": view.id},
            size="sm",
            value=view.breach.owner or NOBODY,
            options=[{"value": NOBODY, "label": "Owner"}]
            + [{"value": user, "label": name} for user, name in people.items()],
        )
        parts = [_named("Explanation or note", note), _named("Owner", owner)]
        return html.Div([*parts, *buttons], className="es-limit-steps es-repair-buttons")

    def versions(self) -> Component:
        """All versions of one limit."""
        found = [v for v in self.found.versions if v.code == self.limit]
        table = tables.version_table(GridQuery(), found)
        return section(
            "Versions",
            [self._grid(Ids.VERSIONS, table, "Versions of the limit")],
            note="Nothing is changed: each version was proposed, and decided by others.",
        )

    def _grid(self, name: str, table: Table, caption: str) -> Component:
        return data_grid(
            name,
            table,
            clocks=self.found.clocks.query(),
            params=self.params,
            searchable=False,
            caption=caption,
        )


def _next(state: State) -> str:
    return {
        State.OPEN: "acknowledgement",
        State.ACKNOWLEDGED: "explanation",
        State.EXPLAINED: "approval",
        State.APPROVED: "closing",
    }.get(state, "nothing")


def _event(row: Any) -> Component:
    who = "the program" if row.written_by == "system" else row.written_by
    said = f"{moment(row.recorded_at)}: {row.event} by {who}"
    if row.owner:
        said += f", owner {row.owner}"
    return html.Li([said, html.Span(f" · {row.note}", className="es-note") if row.note else None])


def _decide(version: Version, decision: Decision) -> dict[str, Any]:
    return {"type": DECIDE, "version": version.row.id, "decision": decision.value}


def _button(label: str, part: dict[str, Any], look: str, *, hidden: bool = False) -> Component:
    return html.Button(label, id=part, type="button", className=f"btn btn-sm {look}", hidden=hidden)


def _named(label: str, control: Any) -> Component:
    """Give an input a name that is not drawn."""
    return html.Label([html.Span(label, className="visually-hidden"), control])
