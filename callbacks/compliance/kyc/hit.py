"""One hit: both names as they were compared, what tells them apart, and its decision."""

from collections.abc import Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.kyc.ids import Ids, decide_id
from callbacks.compliance.kyc.one import HIT_TONES, back
from callbacks.compliance.kyc.parts import button, buttons, words
from components.number import shown
from components.page import section
from components.states import badge, notice
from components.trade import facts
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.domain.compliance import kyc_metrics as metrics
from portal.services.compliance.kyc_tables import address_of
from portal.services.compliance.screening_hits import STATES, HitView

_FIELDS = {"type": "Type", "country": "Country", "birth_year": "Birth year"}
_SAID = {
    "proposed-clear": "Proposed to clear", "cleared": "Cleared", "confirmed": "Confirmed", "returned": "Returned",
}  # fmt: skip


def one_hit(view: HitView, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of a hit."""
    parts = [
        html.Div(id=Ids.SAID, role="status"), _head(view, clocks), _compared(view), _deciding(view, clocks, actor),
        _decisions(view),
    ]  # fmt: skip
    return [part for part in parts if part is not None]


def _head(view: HitView, clocks: Clocks) -> Component:
    row, detail = view.row, view.row.detail
    score = Shown(metrics.SCORE, row.score, "points", {"hit": row.id, "moment": clocks.known_at.isoformat()})
    party = row.party.partition("/")[0]
    pairs: list[tuple[str, Component | str]] = [
        ("Score", html.Span([shown(score), " of 100"])),
        ("Counterparty", dcc.Link(party, href=address_of(clocks, party=party), className="es-link")),
        ("List", f"{detail.get('list')}, entry {row.entry}"),
        ("Found", moment(row.recorded_at)),
    ]
    if view.case_id is not None:
        href = f"/compliance/cases?case={view.case_id}"
        pairs.append(("Case", dcc.Link(f"Case {view.case_id}", href=href, className="es-link")))
    title = html.H2(f"Hit {row.id}: {row.party} and '{detail.get('listed_name')}'")
    heading = html.Div(
        [title, badge(STATES[view.state].lower(), HIT_TONES[view.state])], className="es-version-head"
    )
    return html.Section([heading, facts(pairs), back(clocks)], className="es-section es-full es-case-head")


def _compared(view: HitView) -> Component:
    detail: Mapping[str, Any] = view.row.detail
    rows = [_line("Name, as compared", detail.get("ours"), detail.get("theirs"), "")]
    for key, title in _FIELDS.items():
        ours, theirs = detail.get("compared", {}).get(key, (None, None))
        told = "differs" if key in view.differences else "same" if ours == theirs and ours else "not known"
        rows.append(_line(title, ours, theirs, told))
    head = html.Tr([html.Th(text) for text in ("", "Ours", "On the list", "")])
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="es-table")
    note = (
        f"Likeness of spelling {detail.get('spelling', 0):.1f}, of sound {detail.get('sound', 0):.1f}; the higher "
        f"counts. {len(view.differences)} strong differences; 2 let it be cleared."
    )
    return section("What was compared", [html.Div(table, className="es-table-scroll")], note=note)


def _line(title: str, ours: Any, theirs: Any, told: str) -> Component:
    tones = {"differs": "warn", "same": "neutral", "not known": "neutral"}
    mark = badge(told, tones[told]) if told else ""
    cells = [html.Th(title, scope="row"), *(html.Td(str(item) if item else "–") for item in (ours, theirs))]
    return html.Tr([*cells, html.Td(mark)])


def _deciding(view: HitView, clocks: Clocks, actor: Actor) -> Component | None:
    if (
        not clocks.live
        or view.state not in ("open", "proposed")
        or not actor.can(Permission.COMPLIANCE_DECIDE)
    ):
        return None
    number, shown_buttons = view.row.id, list[Component]()
    if view.state == "open" and view.may_clear:
        shown_buttons.append(button(decide_id(number, "proposed-clear"), "Propose to clear", "btn-primary"))
    approves = actor.can(Permission.COMPLIANCE_APPROVE) and view.proposed_by != actor.username
    if view.state == "proposed" and approves:
        shown_buttons += [
            button(decide_id(number, "cleared"), "Clear", "btn-primary"),
            button(decide_id(number, "returned"), "Return"),
        ]
    shown_buttons.append(button(decide_id(number, "confirmed"), "Confirm: it is them", "btn-outline-danger"))
    why = words(Ids.REASON.value, "Reason", "What was compared, and with what")
    parts: list[Component] = [why, buttons(*shown_buttons)]
    if view.state == "open" and not view.may_clear:
        parts.insert(
            0, notice("Fewer than two strong differences are known: it cannot be cleared.", kind="warn")
        )
    if view.state == "proposed" and not approves:
        parts.insert(0, notice("A second person who may approve clears it, not the one who proposed it."))
    return section("Decision", parts)


def _decisions(view: HitView) -> Component | None:
    if not view.decisions:
        return None
    rows = [
        html.Li(
            [
                html.Span(f"{row.recorded_at:%Y-%m-%d %H:%M} ", className="es-note"),
                html.Strong(_SAID[row.decision]), f" by {row.by}: ", html.Q(row.reason),
            ]
        )
        for row in reversed(view.decisions)
    ]  # fmt: skip
    return section("What was said", [html.Ul(rows, className="es-timeline")])
