"""The cards of Forecast > Models: tiles, versions, proposals that wait, trials, and the choice of two to compare."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.forecast.models.ids import DECIDE, EVERY, WORDS, Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, empty
from components.table import BADGES, data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.metrics import Shown
from portal.core.table import GridQuery
from portal.domain.forecast import model_metrics as metrics
from portal.domain.forecast.gate import Gate
from portal.domain.forecast.stages import Stage, Step
from portal.services.forecast import model_tables as tables
from portal.services.forecast import registry
from portal.services.forecast.experiments import TrialView
from portal.services.forecast.registry import VersionView

BUTTONS = {
    Step.PROPOSED: ("Propose as champion", "btn-primary"),
    Step.WITHDRAWN: ("Withdraw", "btn-outline-secondary"),
    Step.APPROVED: ("Approve", "btn-primary"),
    Step.REJECTED: ("Reject", "btn-outline-danger"),
    Step.ROLLED_BACK: ("Roll back to this version", "btn-outline-danger"),
}


@dataclass(frozen=True)
class ModelCards:
    """The parts of the page for the versions and trials of a target, or of all."""

    target: str
    versions: Sequence[VersionView]
    trials: Sequence[TrialView]
    clocks: Clocks
    actor: Actor

    @property
    def params(self) -> dict[str, Any]:
        """What the grids are asked with."""
        return {"target": self.target}

    def tiles(self) -> Component:
        """Champions, proposals that wait, trials and those that failed."""
        waits = sum(view.standing.waits for view in self.versions)
        failed = sum(view.row.status == "failed" for view in self.trials)
        targets = {view.target for view in self.versions}
        champions = sum(view.stage is Stage.CHAMPION for view in self.versions)
        return kpi_row(
            [
                kpi_tile("Champions", self._versions("champion", champions), detail=f"of {len(targets)} with versions"),
                kpi_tile(
                    "Waiting", self._versions("waits", waits),
                    detail="nothing to decide" if not waits else "for a second person",
                ),
                kpi_tile(
                    "Candidates",
                    self._versions("candidate", sum(view.stage is Stage.CANDIDATE for view in self.versions)),
                    detail="registered from finished trials",
                ),
                kpi_tile("Trials", self._trials("all", len(self.trials)), detail="every one is counted"),
                kpi_tile("Failed trials", self._trials("failed", failed), detail="kept with their reason"),
            ]
        )  # fmt: skip

    def _versions(self, stage: str, count: int) -> Shown:
        return Shown(metrics.VERSIONS, float(count), "versions", {"target": self.target, "stage": stage})

    def _trials(self, status: str, count: int) -> Shown:
        return Shown(metrics.TRIALS, float(count), "trials", {"target": self.target, "status": status})

    def registered(self) -> Component:
        """All versions, champions first."""
        if not self.versions:
            return empty(
                "No version yet",
                "A version is registered from every trial that finishes. Train models above, or choose another target.",
            )
        table = tables.version_table(GridQuery(), self.versions, self.clocks)
        return section(
            "Versions",
            [
                data_grid(
                    Ids.VERSIONS, table, clocks=self.clocks.query(), params=self.params, caption="Model versions"
                )
            ],
            note="The champion of each target is served; the others stand by. A click on a version opens its evidence, "
            "its gate and what was decided.",
        )  # fmt: skip

    def waiting(self) -> Component | None:
        """Proposals that wait for somebody."""
        waiting = [view for view in self.versions if view.standing.waits]
        if not waiting:
            return None
        items = [
            html.Li(
                [
                    dcc.Link(f"{view.target} {view.name}", href=tables.address_of(view.id, self.clocks)),
                    f", proposed by {view.standing.proposed_by} on {moment(_last(view, Step.PROPOSED))}",
                ]
            )
            for view in waiting
        ]
        return section(
            "Proposals that wait", [html.Ul(items)], note="Somebody else than the proposer decides."
        )

    def tried(self) -> Component | None:
        """All trials, also those that failed."""
        if not self.trials:
            return None
        table = tables.trial_table(GridQuery(limit=20), self.trials, self.clocks)
        return section(
            "Experiments",
            [
                data_grid(
                    Ids.TRIALS, table, clocks=self.clocks.query(), params=self.params, query=GridQuery(limit=20),
                    caption="Trials",
                )
            ],
            note="Every trial of every sweep, also those that failed: what looks best of many was chosen among many.",
        )  # fmt: skip

    def choose(self, first: int = 0, second: int = 0, shown: Sequence[Component] = ()) -> Component | None:
        """The choice of two finished trials of one target, and what was compared last."""
        finished = [view for view in self.trials if view.row.status == "finished"]
        if len(finished) < 2:
            return None
        if self.target == EVERY and not first:
            newest = finished[0].row.target
            finished = [view for view in finished if view.row.target == newest]
        options = [
            {
                "value": str(view.id),
                "label": f"{view.id}: {view.row.target} {view.row.model} ({tables.params_text(view.row.params)})",
            }
            for view in finished
        ]
        known = [option["value"] for option in options]
        chosen = [
            str(first) if str(first) in known else known[0],
            str(second) if str(second) in known else known[-1],
        ]
        selects = [
            html.Label(
                [
                    html.Span(label, className="es-label"),
                    dbc.Select(id=name, options=options, value=value, size="sm"),
                ],
                className="es-control es-control-wide",
            )
            for label, name, value in zip(
                ("Trial A", "Trial B"), (Ids.FIRST.value, Ids.SECOND.value), chosen, strict=True
            )
        ]
        button = html.Button(
            "Compare", id=Ids.SHOW, type="button", className="btn btn-sm btn-outline-primary"
        )
        return section(
            "Compare two trials",
            [html.Div([*selects, button], className="es-model-fields"), html.Div(list(shown), id=Ids.COMPARED)],
            note="Parameters, data and scores side by side. Choose a target above to see only its trials.",
        )  # fmt: skip


def _last(view: VersionView, step: Step) -> Any:
    return next((item.recorded_at for item in reversed(view.decisions) if item.step == step.value), None)


def gate_card(gate: Gate, view: VersionView) -> Component:
    """Return the demands of the gate with what was found."""
    words = "passes the gate" if gate.passed else "does not pass the gate"
    items = [
        html.Li(
            [badge("met" if reason.passed else "not met", "good" if reason.passed else "bad"), " ", reason.sentence]
        )
        for reason in gate.reasons
    ]  # fmt: skip
    note = "As things stand now; a proposal and an approval ask it again and keep what it said."
    return section(f"{view.name} {words}", [html.Ul(items, className="es-gate")], note=note)


def decide_card(view: VersionView, gate: Gate, clocks: Clocks, actor: Actor) -> Component:
    """Return the buttons that this person has, with a line for the reason."""
    steps = registry.may(view, actor, passed=gate.passed) if clocks.live else ()
    if not steps:
        said = (
            "In a view of the past nothing can be decided."
            if not clocks.live
            else "There is nothing here that you may decide: it takes the right, a version that passes the gate, and "
            "somebody else than the proposer."
        )
        return html.Div(html.P(said, className="es-note"), id=Ids.DECIDED)
    note = dbc.Input(
        id={"type": WORDS, "version": view.id}, size="sm", maxLength=1000,
        placeholder="Reason (needed to reject and to roll back)",
    )  # fmt: skip
    buttons = [
        html.Button(
            BUTTONS[step][0], id={"type": DECIDE, "version": view.id, "step": step.value}, type="button",
            className=f"btn btn-sm {BUTTONS[step][1]}",
        )
        for step in steps
    ]  # fmt: skip
    return html.Div(
        [
            html.Div(id=Ids.DECIDED, role="status"),
            html.Label(
                [html.Span("Reason", className="visually-hidden"), note], className="es-decision-note"
            ),
            html.Div(buttons, className="es-repair-buttons"),
        ],
        className="es-decision",
    )


def timeline(view: VersionView) -> Component:
    """Return what happened to a version, the newest first."""
    items = []
    for step in reversed(view.decisions):
        passed = step.gate.get("passed")
        gate = "" if passed is None else f"; the gate was {'passed' if passed else 'not passed'}"
        words = f"{Step(step.step).label.capitalize()} by {step.decided_by}, {moment(step.recorded_at)}{gate}"
        items.append(
            html.Li([words, html.Span(f" · {step.comment}", className="es-note") if step.comment else None])
        )
    return section("Decisions", [html.Ol(items, className="es-timeline")], note="Appended, never changed.")


def stage_badge(view: VersionView) -> Component:
    """Return the stage of a version as a badge."""
    return badge(view.stage.value, BADGES.get(view.stage.value, "neutral"))
