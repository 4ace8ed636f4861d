"""What the page of a trade shows: its terms, its value, what waits, the form of a change, and its history."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from callbacks.portfolio.trade.ids import LABELS, Ids, cell_id
from components.kpi import kpi_row, kpi_tile
from components.number import passport_button
from components.page import section
from components.states import badge, notice
from components.table import data_grid, export_address
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
from portal.core.format import moment
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.portfolio.trade import Event
from portal.domain.portfolio.trade_metrics import TERM
from portal.services.portfolio import trade_detail, trade_value
from portal.services.portfolio.trade_detail import ProposalView, TradeDetail, VersionView
from portal.services.portfolio.trade_passports import stated
from portal.services.portfolio.wording import EVENTS


def content(found: TradeDetail, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of a trade."""
    parts: list[Component] = [_terms(found, clocks)]
    if found.open is not None:  # what asks for a decision comes first
        parts.append(_open_proposal(found, found.open, actor))
    parts += _value(found, clocks, actor)
    may_change = actor.can(Permission.TRADE_ENTER) and clocks.live
    if may_change and found.open is None and found.last.event != Event.CANCELLED:
        parts.append(_change(found, clocks, actor))
    parts.append(_history(found, clocks))
    told = [view for view in found.decided if view.proposal.decision != "approved" or view.proposal.note]
    if told:  # an approved one is a version of the history
        parts.append(_decided(told))
    return parts


def _terms(found: TradeDetail, clocks: Clocks) -> Component:
    current = found.current
    event = EVENTS.get(current.event, current.event)
    pairs: list[tuple[str, Component | str]] = [
        (label, _fact(found, name, text, clocks)) for name, label, text in found.terms
    ]
    pairs += [("Version", str(current.version)), ("In effect from", str(current.effective_on))]
    notes: list[Component] = []
    if current.effective_on > clocks.as_of:
        words = f"This trade takes effect on {current.effective_on}, after the valuation day {clocks.as_of}."
        notes.append(notice(words + " Positions and values do not count it yet.", kind="warn"))
    elif current.version != found.versions[-1].version.version:
        later = found.versions[-1].version
        words = f"Version {later.version} takes effect on {later.effective_on}, after the valuation day; "
        notes.append(notice(words + "shown are the terms that count by then.", kind="warn"))
    curve = found.names.curves.get(current.terms.curve_id)
    mark = [badge("simulated", "sim", title="Its prices are simulated")] if curve and curve.simulated else []
    heading = html.Div(
        [html.H2(found.title), badge(event, EVENT_BADGES.get(event, "neutral")), *mark],
        className="es-version-head",
    )
    return html.Section([heading, *notes, facts(pairs)], className="es-section es-full")


def _fact(found: TradeDetail, name: str, text: str, clocks: Clocks) -> Component | str:
    """Return a term; a number opens the versions that stated it, unless none is in effect yet."""
    is_number = stated(found.current.terms, name, "")[0] is not None
    if not is_number or found.current.effective_on > clocks.as_of:
        return text
    return passport_button(TERM, text, {"trade": found.trade_id, "term": name})


def _value(found: TradeDetail, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return what the trade is worth; nothing for a cancelled one, or before it takes effect."""
    if found.current.event == Event.CANCELLED:
        return []
    value = trade_value.trade_value(found, clocks, actor)
    if value is None:
        return []
    tiles = [kpi_tile(title, shown, detail=words, stale=value.late) for title, shown, words in value.figures]
    parts: list[Component] = [kpi_row(tiles)]
    if value.note:
        parts.append(notice(value.note, kind="warn"))
    if value.legs.rows:
        params = {"id": str(found.trade_id)}
        shown = data_grid(
            Ids.LEGS,
            value.legs,
            clocks=clocks.query(),
            params=params,
            searchable=False,
            caption="Legs of the trade",
        )
        parts.append(section("Value by delivery month", [shown]))
    return parts


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
