"""The page of alerts: the open ones, who has taken notice, the messages about them, and those that are over."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import MATCH, Input, Output, State, ctx, html, no_update, set_props
from dash.development.base_component import Component

from callbacks.monitoring.alerts import deliveries
from callbacks.monitoring.alerts.ids import Ids
from components.alerts import alert_card, link_words
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, body_id, section
from components.shell import ALERTS
from components.states import empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import alert_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.monitoring import alert_tables, alerts, delivery_tables
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
BUSY_MILLISECONDS = 15_000


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``signature`` says which alerts are open and how, and how messages stand."""

    clocks: Clocks
    content: list[Component]
    signature: list[str]
    state: dict[str, str]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; ``message`` opens one message."""
    clocks, actor = clock_service.resolve(query), current_actor()
    state = {"message": str(query.get("message", ""))[:20]}
    return View(clocks, draw(state, clocks, actor), _signature(alerts.alerts(actor), actor), state)


def _signature(found: list[alerts.Alert], actor: Actor) -> list[str]:
    open_ones = [f"{one.id} {one.severity} {one.acknowledged_by} {one.message}" for one in found]
    return [*open_ones, *delivery_tables.signature(actor)]


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the counts, the open alerts, the messages, and the alerts that are over."""
    found = alerts.alerts(actor)
    over = alert_tables.cleared_table(PAGE, actor)
    shown: list[Component] = [html.Div(id=Ids.NOTE, role="status")]
    shown += deliveries.opened(str(filters.get("message") or ""), actor)
    shown.append(_tiles(actor))
    shown.append(
        section("Open", [_card(one) for one in found])
        if found
        else empty(
            "Nothing is open", "What needs you appears here, and as a number at the top of every page."
        )
    )
    table: Component = (
        data_grid(Ids.CLEARED, over, clocks=clocks.query(), query=PAGE, caption="Alerts that are over")
        if over.rows
        else notice("No alert has been raised and cleared yet.")
    )
    return [*shown, *deliveries.sections(clocks, actor), section("Over", [table])]


def _tiles(actor: Actor) -> Component:
    found = alert_tables.figures(actor)
    params = {"moment": found.moment.isoformat()}
    waits = "Somebody should look at them" if found.waiting else ""
    return kpi_row(
        [
            kpi_tile("Open", Shown(metrics.OPEN, found.open, "alerts", params)),
            kpi_tile(
                "Not acknowledged", Shown(metrics.WAITING, found.waiting, "alerts", params), alert=waits
            ),
            kpi_tile("Over, last 7 days", Shown(metrics.CLEARED, found.cleared, "alerts", params)),
        ]
    )


def _card(one: alerts.Alert) -> Component:
    return alert_card(
        one.id, severity=one.severity, title=one.title, rule=one.rule_title, message=one.message, link=one.link,
        raised_at=one.raised_at, acknowledged_by=one.acknowledged_by, acknowledged_at=one.acknowledged_at,
        may_acknowledge=one.may_acknowledge,
    )  # fmt: skip


@grid(Ids.CLEARED, title="Alerts that are over", permission=Permission.SIGNED_IN)
def load_cleared(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the alerts that are over, as sorted, filtered and paged."""
    return alert_tables.cleared_table(query, actor)


def _redraw(pair: Mapping[str, str] | None, state: Mapping[str, Any] | None, actor: Actor) -> list[str]:
    clocks = clock_service.resolve(read_filters(pair or {}))
    set_props(body_id(Ids.BODY), {"children": draw(read_filters(state or {}), clocks, actor)})
    found = alerts.alerts(actor)
    set_props(ALERTS, {"children": link_words(len(found))})
    return _signature(found, actor)


@guarded_callback(
    Output(Ids.SEEN, "data"),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.SEEN, "data"),
    State(PAGE_CLOCKS, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,
    polling=True,
    prevent_initial_call=True,
)
def refresh(
    _ticks: int | None, seen: list[str] | None, pair: dict[str, str], state: dict[str, str] | None
) -> Any:
    """Draw the page anew when an alert came, went or was acknowledged, or a message moved on."""
    actor = current_actor()
    if _signature(alerts.alerts(actor), actor) == seen:
        return no_update
    return _redraw(pair, state, actor)


@guarded_callback(
    Input({"type": "alert-acknowledge", "alert": MATCH}, "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,  # the right to answer for the alert is checked with it
    prevent_initial_call=True,
)
def acknowledge(clicks: int | None, pair: dict[str, str], state: dict[str, str] | None) -> None:
    """Take notice of an alert in the reader's name."""
    if not clicks:
        return
    actor = current_actor()
    try:
        found = alerts.acknowledge(int(ctx.triggered_id["alert"]), actor)
        words = f"You have acknowledged: {found.title}."
    except Conflict as problem:  # somebody was faster; the page shows who
        words = problem.message
    set_props(Ids.SEEN, {"data": _redraw(pair, state, actor)})
    set_props(Ids.NOTE, {"children": html.P(words, className="es-note")})


@guarded_callback(
    Input({"type": "delivery-retry", "message": MATCH, "place": MATCH}, "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,  # the service asks whose message it is
    prevent_initial_call=True,
)
def retry(clicks: int | None, pair: dict[str, str], state: dict[str, str] | None) -> None:
    """Have a message that was given up sent again."""
    if not clicks:
        return
    actor = current_actor()
    try:
        found = delivery_tables.retry(int(ctx.triggered_id["message"]), actor)
        words = f"Message {found.id} is sent again: {found.subject}."
    except (Conflict, NotFound) as problem:  # it moved on meanwhile; the page shows where
        words = problem.message
    set_props(Ids.SEEN, {"data": _redraw(pair, state, actor)})
    set_props(Ids.NOTE, {"children": html.P(words, className="es-note")})
