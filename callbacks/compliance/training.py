"""Compliance > Training: what everybody reads and acknowledges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import ALL, Input, Output, ctx, html, no_update
from dash.development.base_component import Component

from components.page import section
from components.states import badge, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError
from portal.core.format import moment
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import training
from portal.services.compliance.training import Acknowledged
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback
from portal.web.views import body

READ = "training-read"


class Ids(StrEnum):
    """The body and where an answer is said."""

    BODY = "compliance-training"
    SAID = "compliance-training-said"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address."""
    clocks = clock_service.resolve(query)
    return View(clocks, draw({}, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return every course with whether its reader acknowledged it."""
    said = html.Div(id=Ids.SAID, role="status")
    return [said, *(_course(item, live=clocks.live) for item in training.of_actor(actor, clocks))]


def _course(item: Acknowledged, *, live: bool) -> Component:
    course = item.course
    parts: list[Component] = [html.Ul([html.Li(point) for point in course.points])]
    if item.at is not None:
        parts.append(html.P([badge("acknowledged", "good"), f" {moment(item.at)}"], className="es-note"))
    elif live:
        part: Any = {"type": READ, "course": course.code}
        label = "I have read this and keep to it"
        parts.append(html.Button(label, id=part, type="button", className="btn btn-sm btn-primary"))
    return section(course.title, parts, note=f"Version {course.version}")


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input({"type": READ, "course": ALL}, "n_clicks"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def acknowledge(clicks: Sequence[int | None]) -> tuple[Any, Any]:
    """Store that somebody read a course."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        training.acknowledge(str(pressed["course"]), actor)
        return no_update, [notice("Thank you. It is stored."), *draw({}, clock_service.resolve({}), actor)]
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
