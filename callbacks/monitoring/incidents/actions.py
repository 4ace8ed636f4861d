"""What the buttons of Monitoring > Incidents do, and how the page notices what others do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from dash import ALL, Input, Output, State, ctx, dcc, html, no_update, set_props

from callbacks.monitoring.incidents.forms import WAITS
from callbacks.monitoring.incidents.ids import FIELD, STEP, Ids
from callbacks.monitoring.incidents.page import again, draw, signature
from components.page import body_id
from components.states import notice
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.domain.monitoring.incidents import Step
from portal.services import clocks as clock_service
from portal.services.monitoring import incident_tables as tables
from portal.services.monitoring import incident_views
from portal.services.monitoring import incidents as service
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}
Said = Mapping[str, str]
Act = Callable[[int, Actor, Said, int | None], object]


def _snooze(number: int, actor: Actor, said: Said, seen: int | None) -> object:
    wait = said.get("wait", "")
    if wait not in WAITS:
        raise DomainError("Choose for how long it can wait.")
    until = clock.now() + timedelta(minutes=int(wait))
    return service.snooze(number, actor, until, said.get("text", ""), seen=seen)


ACTS: Mapping[Step, tuple[Act, str]] = {
    Step.ACKNOWLEDGED: (lambda n, who, _said, seen: service.acknowledge(n, who, seen=seen), "is yours now"),
    Step.ASSIGNED: (
        lambda n, who, said, seen: service.assign(n, who, said.get("owner", ""), seen=seen), "has an owner now",
    ),
    Step.SNOOZED: (_snooze, "is put off"),
    Step.RESUMED: (lambda n, who, _said, seen: service.wake(n, who, seen=seen), "is taken up again"),
    Step.COMMENT: (lambda n, who, said, _seen: service.comment(n, who, said.get("text", "")), "has your comment"),
    Step.RESOLVED: (
        lambda n, who, said, seen: service.resolve(n, who, said.get("text", ""), seen=seen), "is resolved",
    ),
    Step.POSTMORTEM: (
        lambda n, who, said, seen: service.write_postmortem(n, who, said, seen=seen), "has your post-mortem",
    ),
}  # fmt: skip
"""What each button does, and what is said after it."""


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Output(Ids.SEEN, "data"),
    Input({"type": STEP, "incident": ALL, "step": ALL, "place": ALL}, "n_clicks"),
    State({"type": FIELD, "incident": ALL, "name": ALL}, "value"),
    State({"type": FIELD, "incident": ALL, "name": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,  # also runs when buttons are drawn; the service asks for the right to answer
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None],
    values: Sequence[Any],
    ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> tuple[Any, Any, Any]:
    """Take the step of the button that was pressed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update, no_update  # buttons were only drawn
    actor, shown = current_actor(), read_filters(state or {})
    try:
        step, number = Step(str(pressed["step"])), int(pressed["incident"])
        act, done = ACTS[step]
        typed = {
            part["name"]: value for part, value in zip(ids, values, strict=True) if part["incident"] == number
        }
        said = {name: str(value or "") for name, value in read_filters(typed).items()}
        seen = shown.get("seen") if pressed["place"] == "page" else None
        act(number, actor, said, seen if isinstance(seen, int) else None)
        drawn = again(f"Incident {number} {done}.", shown, actor)
        return no_update, drawn, signature(str(shown.get("incident") or ""), actor)
    except Conflict as refusal:
        link = html.A("Show it as it stands now", href=_here(shown))
        return notice_with(refusal.message, link), no_update, no_update
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update, no_update


def notice_with(words: str, link: Any) -> html.Div:
    """Return a warning with a link behind it."""
    return html.Div([words, " ", link], className="es-notice es-notice-warn", role="note")


def _here(state: Mapping[str, Any]) -> str:
    number = str(state.get("incident") or "")
    pair = state.get("clocks")
    clocks = {str(name): str(value) for name, value in pair.items()} if isinstance(pair, Mapping) else {}
    return tables.address(int(number), clocks) if number.isdecimal() else tables.PATH


@guarded_callback(
    Output(Ids.SEEN, "data", allow_duplicate=True),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.SEEN, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,
    polling=True,
    prevent_initial_call=True,
)
def refresh(_ticks: int | None, seen: list[str] | None, state: Mapping[str, Any] | None) -> Any:
    """Draw the queue anew when it changed; over an open incident, where somebody may be writing, only say so."""
    actor, shown = current_actor(), read_filters(state or {})
    asked = str(shown.get("incident") or "")
    now = signature(asked, actor)
    if now == seen:
        return no_update
    if asked:
        link = html.A("Show it", href=_here(shown))
        set_props(Ids.NEWS, {"children": notice_with("Something has happened to this incident.", link)})
        return now
    pair = shown.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    set_props(body_id(Ids.BODY), {"children": draw(shown, clocks, actor)})
    return now


@guarded_callback(
    Output(Ids.OPENED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input(Ids.OPEN, "n_clicks"),
    State(Ids.TITLE, "value"),
    State(Ids.AREA, "value"),
    State(Ids.SEVERITY, "value"),
    State(Ids.SERVICE, "value"),
    State(Ids.TEXT, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.SIGNED_IN,  # the service asks for the right to answer for what it is about
    prevent_initial_call=True,
    running=[(Output(Ids.OPEN, "disabled"), True, False)],
)
def open_one(clicks: int | None, *given: Any) -> tuple[Any, Any]:
    """Open an incident that no rule found."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    *fields, state = given
    names = ("title", "area", "severity", "service", "text")
    try:
        said = {
            name: str(value or "")
            for name, value in read_filters(dict(zip(names, fields, strict=True))).items()
        }
        if said["area"] not in incident_views.areas_for(actor) or said["severity"] not in service.SEVERITIES:
            raise DomainError("Choose what it is about, and how bad it is.")
        number = service.open_by_hand(
            actor, Permission(said["area"]), said["title"], said["text"], said["severity"], said["service"]
        )
        href = tables.address(number)
        link = dcc.Link(f"Incident {number}", href=href, className="es-row-link")
        done = html.Div([link, " was opened."], className="es-notice es-notice-info", role="note")
        return done, again(f"Incident {number} was opened.", read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
