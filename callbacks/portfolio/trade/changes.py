"""What the buttons of a trade's page do: propose a change, decide about one, take one back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, dcc, no_update
from dash.development.base_component import Component

from callbacks.portfolio.trade.cards import content
from callbacks.portfolio.trade.ids import CELL, TRADES_PATH, Ids, names_a_number
from components.states import notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.portfolio import amendments, trade_detail
from portal.services.portfolio.amendments import Request
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback


@guarded_callback(
    Output(Ids.PROPOSED, "children"),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input(Ids.AMEND, "n_clicks"),
    Input(Ids.CANCEL, "n_clicks"),
    State(Ids.STATE, "data"),
    State(Ids.EFFECTIVE, "value"),
    State(Ids.REASON, "value"),
    State({"type": CELL, "column": ALL}, "value"),
    State({"type": CELL, "column": ALL}, "id"),
    permission=Permission.TRADE_ENTER,
    prevent_initial_call=True,
    running=[(Output(Ids.AMEND, "disabled"), True, False), (Output(Ids.CANCEL, "disabled"), True, False)],
)
def propose(
    amends: int | None,
    cancels: int | None,
    state: Mapping[str, Any] | None,
    effective: str | None,
    reason: str | None,
    texts: Sequence[str | None],
    ids: Sequence[Mapping[str, str]],
) -> Any:
    """Propose the change and show that it waits."""
    if not (amends or cancels):
        return no_update, no_update  # the form was drawn, nobody clicked
    actor = current_actor()
    try:
        known = read_filters(state or {})
        said = read_filters({"effective": effective, "reason": reason})
        request = _request(known, said["effective"], said["reason"])
        if ctx.triggered_id == Ids.CANCEL:
            amendments.propose_cancellation(request, actor)
        else:
            cells = {str(item["column"]): str(text or "") for item, text in zip(ids, texts, strict=True)}
            amendments.propose_amendment(request, cells, actor)
    except (DomainError, Conflict, NotFound, NotPermitted) as refusal:
        return notice(refusal.message, kind="warn"), no_update
    clocks = clock_service.resolve(read_filters(known.get("clocks") or {}))
    return no_update, _again(
        "The proposal was made. It waits for a second person.", request.trade_id, clocks, actor
    )


def _request(known: Mapping[str, Any], effective: str | None, reason: str | None) -> Request:
    if not names_a_number(known.get("id")) or not isinstance(known.get("version"), int):
        raise DomainError("The form does not say which trade it changes. Open the trade again.")
    try:
        day = date.fromisoformat(effective or "")
    except ValueError:
        raise DomainError("Say from which day the change is in effect, such as 2026-01-31.") from None
    return Request(int(str(known["id"])), known["version"], day, str(reason or ""))


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input(Ids.APPROVE, "n_clicks"),
    Input(Ids.REJECT, "n_clicks"),
    State(Ids.PROPOSAL, "data"),
    State(Ids.NOTE, "value"),
    permission=Permission.PORTFOLIO_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
    running=[(Output(Ids.APPROVE, "disabled"), True, False), (Output(Ids.REJECT, "disabled"), True, False)],
)
def decide(approvals: int | None, rejections: int | None, proposal: object, note: str | None) -> Any:
    """Approve or reject the proposal and show what became of it."""
    if not (approvals or rejections):
        return no_update, no_update
    actor = current_actor()
    try:
        number = _proposal_number(proposal)
        words = str(read_filters({"note": note})["note"] or "")
        if ctx.triggered_id == Ids.REJECT:
            trade_id = amendments.reject(number, words, actor)
            said = "The proposal was rejected; the trade stays as it is."
        else:
            stored = amendments.approve(number, words, actor)
            trade_id = stored.trade_id or 0
            said = f"Approved: the trade is at version {stored.version} now."
    except (DomainError, Conflict, NotFound, NotPermitted) as refusal:
        return notice(refusal.message, kind="warn"), no_update
    return no_update, _again(said, trade_id, clock_service.resolve({}), actor)


@guarded_callback(
    Output(Ids.DECIDED, "children", allow_duplicate=True),
    Output({"type": "body", "body": Ids.BODY.value}, "children", allow_duplicate=True),
    Input(Ids.WITHDRAW, "n_clicks"),
    State(Ids.PROPOSAL, "data"),
    permission=Permission.PORTFOLIO_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def take_back(clicks: int | None, proposal: object) -> Any:
    """Withdraw one's own proposal."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    try:
        trade_id = amendments.withdraw(_proposal_number(proposal), actor)
    except (DomainError, Conflict, NotFound, NotPermitted) as refusal:
        return notice(refusal.message, kind="warn"), no_update
    return no_update, _again("The proposal was withdrawn.", trade_id, clock_service.resolve({}), actor)


def _proposal_number(proposal: object) -> int:
    if not names_a_number(proposal):
        raise DomainError("The form does not say which proposal it decides about. Open the trade again.")
    return int(str(proposal))


def _again(said: str, trade_id: int, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page anew, under a sentence about what was done."""
    try:
        found = trade_detail.detail(trade_id, clocks, actor)
    except NotFound:  # it was moved into a book that this person does not see
        return [notice(said), dcc.Link("Back to the trades", href=TRADES_PATH, className="es-link")]
    return [notice(said), *content(found, clocks, actor)]
