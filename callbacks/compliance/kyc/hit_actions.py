"""What the buttons of a hit do."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.kyc.ids import DECIDE, Ids
from callbacks.compliance.kyc.page import again
from components.states import notice
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.compliance import screening_hits
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_DONE = {
    "proposed-clear": "It waits for a second person now.",
    "cleared": "The hit is cleared.",
    "confirmed": "The hit is confirmed and the counterparty suspended.",
    "returned": "The hit is open again.",
}


@guarded_callback(
    Output(Ids.SAID, "children", allow_duplicate=True),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input({"type": DECIDE, "hit": ALL, "decision": ALL}, "n_clicks"),
    State(Ids.REASON, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def decide(
    clicks: Sequence[int | None], reason: str | None, state: Mapping[str, Any] | None
) -> tuple[Any, Any]:
    """Decide the hit that is open."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        decision = str(pressed["decision"])
        screening_hits.decide(int(pressed["hit"]), decision, str(reason or ""), actor)
        return no_update, again(_DONE[decision], read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
