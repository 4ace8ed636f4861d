"""What the buttons of Compliance > Rules do: replay and propose a value, decide about one."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.rules.form import read_form, replayed
from callbacks.compliance.rules.ids import DECIDE, NOTE, Ids
from callbacks.compliance.rules.page import PARAMETER, again
from components.page import PAGE_CLOCKS
from components.states import notice
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.compliance import parameter_changes as service
from portal.services.compliance.parameter_changes import Decision, read_draft_text
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_FIELDS = ("value", "from", "until", "source", "trust", "reason")
_BODY = {"type": "body", "body": Ids.BODY.value}
_DONE = {
    Decision.APPROVED: "approved; it is in force",
    Decision.REJECTED: "rejected",
    Decision.WITHDRAWN: "withdrawn",
}


@guarded_callback(
    Output(Ids.TRIED, "children"),
    Input(Ids.TRY, "n_clicks"),
    State(Ids.VALUE, "value"),
    State(Ids.FROM, "value"),
    State(Ids.UNTIL, "value"),
    State(Ids.SOURCE, "value"),
    State(Ids.TRUST, "value"),
    State(Ids.REASON, "value"),
    State(Ids.STATE, "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.COMPLIANCE_DECIDE,
    prevent_initial_call=True,
    running=[(Output(Ids.TRY, "disabled"), True, False)],
)
def try_it(clicks: int | None, *given: Any) -> Any:
    """Show what the value of the form would have done, and offer to propose it."""
    if not clicks:
        return no_update
    *fields, state, pair = given
    try:
        texts = read_filters(dict(zip(_FIELDS, fields, strict=True)))
        code = str(read_filters(state or {}).get("rule") or "").removeprefix(PARAMETER)
        draft = read_form(code, {name: str(texts[name] or "") for name in _FIELDS})
        clocks = clock_service.resolve(read_filters(pair or {}))
        return replayed(draft, service.trial(draft, clocks, current_actor()), clocks)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")


@guarded_callback(
    Output(Ids.PROPOSED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input(Ids.PROPOSE, "n_clicks"),
    State(Ids.DRAFT, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_DECIDE,
    prevent_initial_call=True,
    running=[(Output(Ids.PROPOSE, "disabled"), True, False)],
)
def propose(clicks: int | None, kept: Mapping[str, Any] | None, state: Mapping[str, Any] | None) -> Any:
    """Propose exactly what was replayed."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    try:
        known = read_filters(state or {})
        draft = read_draft_text(str(read_filters(kept or {}).get("draft") or ""))
        number = service.propose(draft, clock_service.resolve(_clocks(known)), actor)
        said = f"The value of {draft.code} was proposed as number {number}. It waits for a second person."
        return no_update, again(said, known, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def _clocks(state: Mapping[str, Any]) -> Mapping[str, Any]:
    pair = state.get("clocks")
    return pair if isinstance(pair, Mapping) else {}


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": DECIDE, "proposal": ALL, "decision": ALL}, "n_clicks"),
    State({"type": NOTE, "proposal": ALL}, "value"),
    State({"type": NOTE, "proposal": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def decide(
    clicks: Sequence[int | None],
    notes: Sequence[str | None],
    ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> Any:
    """Approve, reject or withdraw a proposed value."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    actor = current_actor()
    number = int(pressed["proposal"])
    said = next((note for note, item in zip(notes, ids, strict=True) if item["proposal"] == number), None)
    try:
        decision = Decision(str(pressed["decision"]))
        row = service.decide(number, decision, str(read_filters({"note": said})["note"] or ""), actor)
        known = read_filters(state or {})
        return no_update, again(f"Proposal {number} for {row.code} is {_DONE[decision]}.", known, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
