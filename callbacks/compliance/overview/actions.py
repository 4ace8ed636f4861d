"""What the buttons of Compliance > Overview do: take an obligation over, finish or skip it."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.overview.ids import STEP, Ids
from callbacks.compliance.overview.page import again
from components.states import notice
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.domain.compliance.obligations import Step
from portal.services.compliance import obligations
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "step": ALL}, "n_clicks"),
    State(Ids.WHICH, "value"),
    State(Ids.NOTE, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None], which: str | None, note: str | None, state: Mapping[str, Any] | None
) -> tuple[Any, Any]:
    """Take the step of the button that was pressed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        said = read_filters({"which": which or "", "note": note or ""})
        number = str(said["which"])
        if not number.isdecimal() or len(number) > 15:
            raise DomainError("Choose an obligation from the list.")
        done = obligations.take_step(int(number), Step(str(pressed["step"])), actor, str(said["note"]))
        return no_update, again(f"{done.row.title}: {_words(done)}.", read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def _words(view: obligations.ObligationView) -> str:
    return str(view.status) if not view.is_open else f"taken over by {view.standing.owner}"
