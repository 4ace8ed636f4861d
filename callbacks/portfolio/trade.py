"""Portfolio > Trades > one trade: its terms, its versions, and how it is changed by two people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from dash import ALL, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component

from components.format import moment
from components.page import section
from components.states import badge, empty, notice
from components.table import export_address
from components.trade import (
    EVENT_BADGES,
    change_form,
    decision_buttons,
    differences,
    facts,
    version_item,
    version_list,
)
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.portfolio.trade import Event
from portal.services import clocks as clock_service
from portal.services.portfolio import amendments, trade_detail
from portal.services.portfolio.amendments import Request
from portal.services.portfolio.trade_detail import ProposalView, TradeDetail, VersionView
from portal.services.portfolio.wording import EVENTS
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

TRADES_PATH = "/portfolio/trades"
LABELS = {
    "side": "Side", "quantity": "Quantity", "unit": "Unit", "price": "Price", "strike": "Strike", "premium": "Premium",
    "option": "Call or put", "vol_model": "Option model", "shift": "Shift", "expiry": "Expiry",
    "curve2": "Second curve", "ratio1": "Ratio, first leg", "ratio2": "Ratio, second leg", "profile": "Profile",
    "delivery_start": "Delivery from", "delivery_end": "Delivery ends before", "counterparty": "Counterparty",
    "book": "Book", "trader": "Trader", "pay_days": "Payment after (days)", "details": "Details (JSON)",
}  # fmt: skip


class Ids(StrEnum):
    """The body, its grid, and the inputs of the two forms."""

    BODY = "portfolio-trade"
    HISTORY = "portfolio-trade-history"
    STATE = "portfolio-trade-state"
    EFFECTIVE = "portfolio-trade-effective"
    REASON = "portfolio-trade-reason"
    AMEND = "portfolio-trade-amend"
    CANCEL = "portfolio-trade-cancel"
    PROPOSED = "portfolio-trade-proposed"
    PROPOSAL = "portfolio-trade-proposal"
    NOTE = "portfolio-trade-note"
    APPROVE = "portfolio-trade-approve"
    REJECT = "portfolio-trade-reject"
    WITHDRAW = "portfolio-trade-withdraw"
    DECIDED = "portfolio-trade-decided"


CELL = "portfolio-trade-cell"


def cell_id(column: str) -> dict[str, str]:
    """Return the id of the input of a column."""
    return {"type": CELL, "column": column}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    title: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the trade that ``query`` names."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    asked = query.get("id", "")
    if not _numbers_a_trade(asked):
        words = "Open a trade from the list under Portfolio > Trades."
        return View(clocks, "Trade", [empty("The link names no trade", words)])
    found = trade_detail.detail(int(asked), clocks, actor)
    return View(clocks, f"Trade {found.last.terms.external_id}", _content(found, clocks, actor))


def _numbers_a_trade(asked: object) -> bool:
    text = str(asked)
    return text.isascii() and text.isdecimal() and len(text) <= 18  # what fits the key of the table


@body(Ids.BODY, permission=Permission.PORTFOLIO_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of the trade ``id``."""
    asked = filters.get("id")
    if not _numbers_a_trade(asked):
        raise DomainError("The link names no trade. Open one from the list under Portfolio > Trades.")
    return _content(trade_detail.detail(int(str(asked)), clocks, actor), clocks, actor)


def _content(found: TradeDetail, clocks: Clocks, actor: Actor) -> list[Component]:
    parts: list[Component] = [_terms(found, clocks)]
    if found.open is not None:
        parts.append(_open_proposal(found, found.open, actor))
    elif actor.can(Permission.TRADE_ENTER) and found.last.event != Event.CANCELLED and clocks.live:
        parts.append(_change(found, clocks, actor))
    parts.append(_history(found, clocks))
    if found.decided:
        parts.append(_decided(found.decided))
    return parts


def _terms(found: TradeDetail, clocks: Clocks) -> Component:
    current = found.current
    event = EVENTS.get(current.event, current.event)
    pairs: list[tuple[str, Component | str]] = [(label, text) for _, label, text in found.terms]
    pairs.append(("Version", f"{current.version}, in effect from {current.effective_on}"))
    notes: list[Component] = []
    if current.effective_on > clocks.as_of:
        words = f"This trade takes effect on {current.effective_on}, after the valuation day {clocks.as_of}."
        notes.append(notice(words + " Positions and values do not count it yet.", kind="warn"))
    elif current.version != found.versions[-1].version.version:
        later = found.versions[-1].version
        words = f"Version {later.version} takes effect on {later.effective_on}, after the valuation day; "
        notes.append(notice(words + "shown are the terms that count by then.", kind="warn"))
    heading = html.Div(
        [html.H2(found.title), badge(event, EVENT_BADGES.get(event, "neutral"))], className="es-version-head"
    )
    return html.Section([heading, *notes, facts(pairs)], className="es-section es-full")


def _open_proposal(found: TradeDetail, waiting: ProposalView, actor: Actor) -> Component:
    proposal = waiting.proposal
    own = proposal.proposed_by == actor.username
    may_decide = actor.can(Permission.TRADE_APPROVE) and not own
    if own:
        said = "You proposed this, so a second person decides. You may withdraw it."
    elif may_decide:
        said = ""
    else:
        said = "Somebody with the right to approve trades decides about it."
    what = "Cancellation" if proposal.event == Event.CANCELLED else "Amendment"
    head = html.Div(
        [html.H2(f"{what} waits for a second person"), badge("open", "warn")], className="es-version-head"
    )
    who = f"Proposed by {proposal.proposed_by} on {moment(proposal.proposed_at)}"
    line = f"{who}, in effect from {proposal.effective_on}."
    parts: list[Component | None] = [
        head,
        html.P(line, className="es-note"),
        html.P(["Reason: ", html.Q(proposal.reason)], className="es-version-reason"),
        differences([(c.label, c.before, c.after) for c in waiting.changes]) if waiting.changes else None,
    ]
    if proposal.event == Event.CANCELLED:
        parts.append(
            html.P("The trade would hold nothing and be worth nothing from that day on.", className="es-note")
        )
    if waiting.is_stale:
        words = (
            f"The trade changed since: this was made against version {proposal.base_version}, and it is at version "
            f"{found.last.version}. It cannot be approved any more; reject or withdraw it."
        )
        parts.append(notice(words, kind="warn"))
    ids = {
        "note": Ids.NOTE,
        "approve": Ids.APPROVE,
        "reject": Ids.REJECT,
        "withdraw": Ids.WITHDRAW,
        "proposal": Ids.PROPOSAL,
    }
    buttons = decision_buttons(
        ids=ids,
        proposal=proposal.id,
        may_decide=may_decide,
        may_withdraw=own and actor.can(Permission.TRADE_ENTER),
        said=said,
    )
    outcome = html.Div(id=Ids.DECIDED, role="status")
    return html.Section([*parts, buttons, outcome], className="es-section es-full es-proposal")


def _change(found: TradeDetail, clocks: Clocks, actor: Actor) -> Component:
    form = trade_detail.form(found.trade_id, actor)
    default = max(found.last.effective_on, min(clocks.as_of, found.today))
    shown = change_form(
        form.values,
        LABELS,
        form.choices,
        cell_ids={column: cell_id(column) for column in form.values},
        ids={
            "state": Ids.STATE,
            "effective": Ids.EFFECTIVE,
            "reason": Ids.REASON,
            "amend": Ids.AMEND,
            "cancel": Ids.CANCEL,
        },
        state={"id": found.trade_id, "version": found.last.version, "clocks": clocks.query()},
        effective=default.isoformat(),
    )
    return html.Section([shown, html.Div(id=Ids.PROPOSED, role="status")], className="es-section es-full")


def _history(found: TradeDetail, clocks: Clocks) -> Component:
    items = [_version(view) for view in reversed(found.versions)]
    params = {"id": str(found.trade_id)}
    links = html.Span(
        [
            html.A(
                kind.upper(),
                href=export_address(Ids.HISTORY, kind, params, clocks.query(), GridQuery()),
                download="",
            )
            for kind in ("csv", "xlsx")
        ],
        className="es-exports",
    )
    head = html.Div([html.H2("History"), links], className="es-card-head")
    note = html.P(
        "Every version of the trade, the newest first. None is ever changed or removed.", className="es-note"
    )
    return html.Section([head, note, version_list(items)], className="es-section es-full")


def _version(view: VersionView) -> html.Li:
    v = view.version
    who = f"by {v.recorded_by}" + (f", approved by {v.approved_by}" if v.approved_by else "")
    when = f"Recorded {moment(v.recorded_at)} {who}" if v.recorded_at else who
    source = f", import {v.batch_id}" if v.batch_id else ""
    note = "" if view.counts else "Takes effect after the valuation day."
    if v.version > 1 and not view.changes and v.event != Event.CANCELLED:
        note = f"{note} No term changed.".strip()
    return version_item(
        f"Version {v.version}",
        EVENTS.get(v.event, v.event),
        f"{when}{source}. In effect from {v.effective_on}.",
        v.reason or "",
        [(change.label, change.before, change.after) for change in view.changes],
        note=note,
    )


def _decided(decided: Sequence[ProposalView]) -> Component:
    items = []
    for view in decided:
        p = view.proposal
        who = f"Proposed by {p.proposed_by} on {moment(p.proposed_at)}; {p.decision} by {p.decided_by}"
        when = f" on {moment(p.decided_at)}." if p.decided_at else "."
        note = f"Note: {p.note}" if p.note else ""
        kind = "Cancelled" if p.event == Event.CANCELLED else "Amended"
        rows = [(change.label, change.before, change.after) for change in view.changes]
        items.append(version_item(f"Proposal {p.id}", kind, who + when, p.reason, rows, note=note))
    return section(
        "Decided proposals", [version_list(items)], note="What was proposed, and what became of it."
    )


@grid(Ids.HISTORY, title="History of a trade", permission=Permission.PORTFOLIO_READ)
def load_history(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the versions of a trade term by term."""
    asked = filters.get("id")
    if not _numbers_a_trade(asked):
        raise DomainError("The link names no trade. Open one from the list under Portfolio > Trades.")
    table = trade_detail.history_table(trade_detail.detail(int(str(asked)), clocks, actor))
    return sort_rows(table, query)


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
        request = _request(known, effective, reason)
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
    if not _numbers_a_trade(known.get("id")) or not isinstance(known.get("version"), int):
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
        if ctx.triggered_id == Ids.REJECT:
            trade_id = amendments.reject(number, str(note or ""), actor)
            said = "The proposal was rejected; the trade stays as it is."
        else:
            stored = amendments.approve(number, str(note or ""), actor)
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
    if not _numbers_a_trade(proposal):
        raise DomainError("The form does not say which proposal it decides about. Open the trade again.")
    return int(str(proposal))


def _again(said: str, trade_id: int, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page anew, under a sentence about what was done."""
    try:
        found = trade_detail.detail(trade_id, clocks, actor)
    except NotFound:  # it was moved into a book that this person does not see
        return [notice(said), dcc.Link("Back to the trades", href=TRADES_PATH, className="es-link")]
    return [notice(said), *_content(found, clocks, actor)]


def list_address(clocks: Clocks) -> str:
    """Return the address of the list of trades under the same clocks."""
    return f"{TRADES_PATH}?{urlencode(clocks.query())}"
