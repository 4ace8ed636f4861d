"""Monitoring > Alert rules: save a version, switch a rule, plan and end maintenance."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dash import ALL, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component

from callbacks.monitoring.rules import form
from callbacks.monitoring.rules.ids import Ids
from callbacks.monitoring.rules.view import PAGE, base_of, draw_list
from components.page import PAGE_CLOCKS, body_id
from components.states import error
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.monitoring import alert_rules, maintenance
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_FILTERS = {"type": "filter", "body": Ids.BODY.value, "name": ALL}


@guarded_callback(
    Output(Ids.SAVED, "children"),
    Input(Ids.SAVE, "n_clicks"),
    State(_FILTERS, "value"),
    State(_FILTERS, "id"),
    State(Ids.BASE, "data"),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
    running=[(Output(Ids.SAVE, "disabled"), True, False)],
)
def save(
    clicks: int | None, values: Sequence[Any], ids: Sequence[Mapping[str, str]], kept: Mapping[str, Any]
) -> Any:
    """Store what the form says as the next version, with its replay."""
    if not clicks:
        return no_update
    actor = current_actor()
    filters = read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})
    try:
        one = form.said(filters, base_of(filters, actor))
        saved = alert_rules.save(one, actor, based_on=int(kept["version"]))
    except (DomainError, Conflict, NotFound) as problem:
        return error(problem.message, title="Not saved")
    return _done(f"Saved as version {saved.version}; it counts from the next round on. ", saved.code)


@guarded_callback(
    Output(Ids.SAVED, "children", allow_duplicate=True),
    Input(Ids.SWITCH, "n_clicks"),
    State(Ids.BASE, "data"),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
    running=[(Output(Ids.SWITCH, "disabled"), True, False)],
)
def switch(clicks: int | None, kept: Mapping[str, Any]) -> Any:
    """Switch a rule off or on."""
    if not clicks:
        return no_update
    actor, code = current_actor(), str(kept["base"])
    try:
        now = alert_rules.find(code, actor)
        found = alert_rules.switch(code, actor, enabled=not now.enabled)
    except (Conflict, NotFound) as problem:
        return error(problem.message, title="Not changed")
    return _done("It is on. " if found.enabled else "It is off; its open alerts end. ", code)


def _done(words: str, code: str) -> Component:
    """Return what was done, with links to the rule as it stands and to the list."""
    again = html.A("Open it", href=f"{PAGE}?rule={code}")
    return html.P([words, again, " · ", dcc.Link("All rules", href=PAGE)], className="es-note")


@guarded_callback(
    Output(Ids.PLANNED, "children"),
    Input(Ids.PLAN, "n_clicks"),
    State(Ids.SERVICES, "value"),
    State(Ids.BEGINS, "value"),
    State(Ids.HOURS, "value"),
    State(Ids.REASON, "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
    running=[(Output(Ids.PLAN, "disabled"), True, False)],
)
def plan(
    clicks: int | None, services: str | None, begins: str | None, hours: float | None, reason: str | None,
    pair: dict[str, str],
) -> Any:  # fmt: skip
    """Set a maintenance window."""
    if not clicks:
        return no_update
    try:
        start = datetime.fromisoformat(str(begins)).replace(tzinfo=UTC)
    except ValueError:
        return error("Say from when, such as 2026-03-04 22:00.", title="Not planned")
    try:
        end = start + timedelta(hours=float(hours or 0))
        made = maintenance.plan(
            current_actor(), str(services or "").split(","), start, end, str(reason or "")
        )
    except (DomainError, OverflowError) as problem:
        return error(str(problem), title="Not planned")
    _redraw(pair)
    return html.P(f"Planned as window {made}, until {end:%Y-%m-%d %H:%M} UTC.", className="es-note")


@guarded_callback(
    Output(Ids.PLANNED, "children", allow_duplicate=True),
    Input({"type": "window-end", "window": ALL}, "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
)
def end_window(clicks: Sequence[int | None], pair: dict[str, str]) -> Any:
    """End a maintenance window now."""
    if not any(clicks) or ctx.triggered_id is None:
        return no_update
    number = int(ctx.triggered_id["window"])
    try:
        maintenance.end(current_actor(), number)
    except Conflict as problem:
        return error(problem.message, title="Not ended")
    _redraw(pair)
    return html.P(f"Window {number} has ended.", className="es-note")


def _redraw(pair: Mapping[str, str] | None) -> None:
    clocks = clock_service.resolve(read_filters(pair or {}))
    set_props(body_id(Ids.LIST_BODY), {"children": draw_list({}, clocks, current_actor())})
