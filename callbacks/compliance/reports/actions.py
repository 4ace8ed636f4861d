"""What the buttons of Compliance > Reports do: release, reject, and note what became of a released file."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.reports.ids import DECIDE, Ids
from callbacks.compliance.reports.page import again
from components.states import notice
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.compliance import reports as service
from portal.services.compliance.reports import State as Stage
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input({"type": DECIDE, "report": ALL, "decision": ALL}, "n_clicks"),
    State(Ids.NOTE, "value"),
    State(Ids.SUBJECTS, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def decide(
    clicks: Sequence[int | None], note: str | None, subjects: str | None, state: Mapping[str, Any] | None
) -> Any:
    """Decide about the open report; a refusal is said beside the button."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    actor = current_actor()
    try:
        said = read_filters({"note": note, "subjects": subjects})
        names = [item.strip() for item in str(said["subjects"] or "").split(",") if item.strip()]
        decision = Stage(str(pressed["decision"]))
        found = service.decide(
            int(pressed["report"]), decision, str(said["note"] or ""), actor,
            subjects=names if decision is Stage.REFUSED else (),
        )  # fmt: skip
        body = again(f"Report {found.line.id} is {found.state} now.", read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
    return no_update, body
