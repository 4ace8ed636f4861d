"""Thresholds of a detector: typed, replayed over ninety days, and proposed to a second person."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL as EVERY
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from callbacks.compliance.surveillance.ids import THRESHOLD, Ids, parameter_of, threshold_id
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, section
from components.states import badge, notice
from portal.core.actor import Actor
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import surveillance, surveillance_tuning
from portal.services.compliance import surveillance_tables as tables
from portal.services.compliance.surveillance import Replayed
from portal.services.compliance.surveillance_page import ALL, SurveillancePage
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

MOST_ROWS = 12
WORDS = {"now": "Now", "then": "Then", "new": "New", "gone": "Gone"}
DETAILS = {
    "now": "with those in force", "then": "with these", "new": "would be added", "gone": "would be missed",
}  # fmt: skip


def threshold_form(found: SurveillancePage, actor: Actor) -> Component:
    """Return the form of the chosen detector, or how to get it."""
    code = found.ask.detector
    if code == ALL:
        return section(
            "Thresholds",
            [notice("Choose a detector above to see its thresholds and to try others on ninety days.")],
        )
    detector = surveillance.find_detector(code)
    cells = [
        _labelled(
            f"{item.title}{f', {item.unit}' if item.unit else ''}",
            dbc.Input(
                id=threshold_id(item.parameter), value=f"{found.thresholds[item.parameter]:g}", size="sm",
                type="text", inputMode="decimal",
            ),
        )
        for item in detector.thresholds
    ]  # fmt: skip
    parts: list[Component] = [
        dcc.Store(id=Ids.DETECTOR, data=code),
        html.Div(cells, className="es-repair-cells"),
        html.Div(
            html.Button("Try over 90 days", id=Ids.TRY, type="button", className="btn btn-sm btn-primary"),
            className="es-repair-actions",
        ),
        html.Div(id=Ids.TRIED, role="status"),
    ]
    if not (actor.can(Permission.COMPLIANCE_DECIDE) and found.clocks.live):
        parts.append(html.P("Thresholds are proposed by compliance, in a view of now.", className="es-note"))
    return section(
        f"Thresholds: {detector.title}",
        parts,
        note="House policy. A change counts once a second person has approved it under Rules.",
    )


def _labelled(label: str, control: Component, *, wide: bool = False) -> html.Label:
    return html.Label(
        [html.Span(label, className="es-label"), control],
        className="es-control" + (" es-control-wide" if wide else ""),
    )


def tried(found: Replayed, draft: Mapping[str, float], *, may_propose: bool) -> list[Component]:
    """Return what a replay says: four counts, the hits that change, and the form that proposes it."""
    text = surveillance_tuning.draft_text(draft)
    counts = kpi_row(
        [
            kpi_tile(WORDS[which], item, detail=DETAILS[which])
            for which, item in tables.replay_figures(found, text)
        ]
    )
    changed = tables.replay_rows(found)
    items = [
        html.Li(
            [badge(word, "warn" if word == "new" else "neutral"),
             f" {hit.started_at:%Y-%m-%d} {hit.subject}, {hit.contract}: {hit.message}"]
        )
        for word, hit in changed[:MOST_ROWS]
    ]  # fmt: skip
    parts: list[Component] = [html.P(f"{found.first} to {found.last}", className="es-note"), counts]
    if items:
        parts.append(html.Ul(items))
        if len(changed) > MOST_ROWS:
            parts.append(html.P(f"and {len(changed) - MOST_ROWS} more", className="es-note"))
    else:
        parts.append(notice("These thresholds find the same hits as those in force."))
    if may_propose:
        parts += _proposal(text)
    return parts


def _proposal(text: str) -> list[Component]:
    words = dbc.Textarea(
        id=Ids.REASON, size="sm", rows=2, maxLength=1000, placeholder="The other person decides by it"
    )
    return [
        dcc.Store(id=Ids.DRAFT, data={"draft": text}),
        html.Div([_labelled("Why?", words, wide=True)], className="es-change-why"),
        html.Div(
            html.Button(
                "Propose these thresholds", id=Ids.PROPOSE, type="button", className="btn btn-sm btn-outline-primary"
            ),
            className="es-repair-actions",
        ),
        html.Div(id=Ids.PROPOSED, role="status"),
    ]  # fmt: skip


@guarded_callback(
    Output(Ids.TRIED, "children"),
    Input(Ids.TRY, "n_clicks"),
    State({"type": THRESHOLD, "parameter": EVERY}, "value"),
    State({"type": THRESHOLD, "parameter": EVERY}, "id"),
    State(Ids.DETECTOR, "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.COMPLIANCE_READ,
    prevent_initial_call=True,
    running=[(Output(Ids.TRY, "disabled"), True, False)],
)
def try_it(
    clicks: int | None,
    values: Sequence[Any],
    ids: Sequence[dict[str, str]],
    detector: str | None,
    pair: Mapping[str, str] | None,
) -> Any:
    """Show what the thresholds of the form would have found."""
    if not clicks:
        return no_update
    actor = current_actor()
    try:
        clocks = clock_service.resolve(read_filters(pair or {}))
        given = {parameter_of(item): value for item, value in zip(ids, values, strict=True)}
        draft = surveillance_tuning.read_values(str(detector), read_filters(given))
        found = surveillance.replay(str(detector), draft, clocks, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    return tried(found, draft, may_propose=clocks.live and actor.can(Permission.COMPLIANCE_DECIDE))


@guarded_callback(
    Output(Ids.PROPOSED, "children"),
    Input(Ids.PROPOSE, "n_clicks"),
    State(Ids.DRAFT, "data"),
    State(Ids.REASON, "value"),
    State(Ids.DETECTOR, "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.COMPLIANCE_DECIDE,
    prevent_initial_call=True,
    running=[(Output(Ids.PROPOSE, "disabled"), True, False)],
)
def propose(
    clicks: int | None,
    kept: Mapping[str, Any] | None,
    reason: str | None,
    detector: str | None,
    pair: Mapping[str, str] | None,
) -> Any:
    """Propose exactly what was replayed."""
    if not clicks:
        return no_update
    actor = current_actor()
    try:
        clocks = clock_service.resolve(read_filters(pair or {}))
        text = str(read_filters(kept or {}).get("draft") or "")
        draft = surveillance_tuning.read_draft_text(str(detector), text)
        said = str(read_filters({"reason": reason})["reason"] or "")
        numbers = surveillance_tuning.propose(str(detector), draft, said, clocks.as_of, clocks, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    listed = ", ".join(str(number) for number in numbers)
    return notice(f"Proposed as {listed}. A second person approves it under Compliance, Rules.")
