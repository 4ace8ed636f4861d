"""What the buttons of Compliance > Cases do: take a step of a case, open one by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.cases.ids import FIELD, STEP, Ids
from callbacks.compliance.cases.page import again
from components.states import notice
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.domain.compliance.case_workflow import Step
from portal.services.compliance import cases
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}
_SAYS = {
    Step.ASSIGNED: ("owner",),
    Step.SEVERITY: ("severity", "reason"),
    Step.COMMENT: ("text",),
    Step.EVIDENCE: ("text", "ref"),
    Step.LINKED: ("kind", "ref", "text"),
    Step.PROPOSED: ("outcome", "reason"),
    Step.APPROVED: ("reason",),
    Step.RETURNED: ("reason",),
    Step.REOPENED: ("reason",),
}
"""Inputs that go with each step."""
_DONE = {
    Step.ASSIGNED: "has an owner now",
    Step.SEVERITY: "has another severity now",
    Step.COMMENT: "has your comment",
    Step.EVIDENCE: "has your evidence",
    Step.LINKED: "has your link",
    Step.PROPOSED: "waits for a second person now",
    Step.APPROVED: "is decided",
    Step.RETURNED: "is open again for who proposed its decision",
    Step.REOPENED: "is open again",
}


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "case": ALL, "step": ALL}, "n_clicks"),
    State({"type": FIELD, "case": ALL, "name": ALL}, "value"),
    State({"type": FIELD, "case": ALL, "name": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None],
    values: Sequence[Any],
    ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> tuple[Any, Any]:
    """Take the step of the button that was pressed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        step, number = Step(str(pressed["step"])), int(pressed["case"])
        typed = {
            str(part["name"]): value
            for part, value in zip(ids, values, strict=True)
            if part["case"] == number
        }
        said = read_filters({name: typed.get(name) or "" for name in _SAYS[step]})
        cases.take_step(number, step, actor, {name: str(value) for name, value in said.items()})
        return no_update, again(f"Case {number} {_DONE[step]}.", read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


@guarded_callback(
    Output(Ids.OPENED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input(Ids.OPEN, "n_clicks"),
    State(Ids.TITLE, "value"),
    State(Ids.SUBJECT, "value"),
    State(Ids.SEVERITY, "value"),
    State(Ids.TEXT, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_DECIDE,
    prevent_initial_call=True,
    running=[(Output(Ids.OPEN, "disabled"), True, False)],
)
def open_one(clicks: int | None, *given: Any) -> tuple[Any, Any]:
    """Open a case that no rule found."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    *fields, state = given
    try:
        said = read_filters(dict(zip(("title", "subject", "severity", "text"), fields, strict=True)))
        texts = {name: str(value or "") for name, value in said.items()}
        number = cases.open_by_hand(actor, **texts)
        return no_update, again(f"Case {number} was opened.", read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
