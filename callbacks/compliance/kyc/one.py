"""One counterparty: what it is, what it lacks, owners, documents, hits, what happened, and the next steps."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.kyc.forms import adding, deciding, entering
from callbacks.compliance.kyc.ids import Ids
from components.page import section
from components.states import badge, notice
from components.trade import facts
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.permissions import Permission
from portal.domain.compliance.onboarding import DOCUMENTS
from portal.services.compliance.kyc import STATUSES
from portal.services.compliance.kyc_files import PartyFile
from portal.services.compliance.kyc_tables import PATH, address_of
from portal.services.compliance.screening_hits import STATES, HitView

TONES = {"approved": "good", "pending": "warn", "rejected": "bad", "expired": "bad"}
RISK_TONES = {"low": "neutral", "medium": "info", "high": "warn"}
HIT_TONES = {"open": "warn", "proposed": "info", "cleared": "good", "confirmed": "bad"}
STEPS = {
    "registered": "Registered", "facts": "Facts entered", "document": "Document added", "owner": "Owner entered",
    "screened": "Screened", "submitted": "Submitted", "approved": "Approved", "rejected": "Rejected",
    "suspended": "Suspended", "reopened": "Opened again", "training": "Training acknowledged", "comment": "Comment",
}  # fmt: skip


def one_party(found: PartyFile, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the page of a counterparty; in a view of the past nothing can be changed."""
    parts = [
        html.Div(id=Ids.SAID, role="status"), _head(found, clocks), deciding(found), _owners(found, actor),
        _documents(found), _hits(found, clocks), entering(found), adding(found), _history(found),
    ]  # fmt: skip
    return [part for part in parts if part is not None]


def back(clocks: Clocks) -> Component:
    """Return the way to all counterparties."""
    link = dcc.Link("All counterparties", href=f"{PATH}?{urlencode(clocks.query())}", className="es-link")
    return html.P(link)


def _head(found: PartyFile, clocks: Clocks) -> Component:
    row, status, standing = found.view.row, found.view.status, found.view.standing
    given: Mapping[str, Any] = found.facts
    marks = [
        badge(STATUSES[status.status].lower(), TONES[status.status]),
        badge(f"{status.risk} risk", RISK_TONES.get(status.risk, "neutral")),
        badge("simulated", "sim", title="A made-up company") if row.simulated else None,
    ]
    pairs: list[tuple[str, Component | str]] = [
        ("Why", status.reason),
        ("Kind", row.kind),
        ("Country", row.country),
        ("LEI", row.lei or "none"),
        ("Approved since", moment(status.approved_at) if status.approved_at else "never, or not now"),
        ("Last review", str(status.last_review or "none")),
        ("Next review", str(status.next_review or "none")),
        ("Work", standing.state.value if standing else "not begun"),
        ("Training of the contact", "acknowledged" if standing and standing.trained else "open"),
        ("Contact", str(given.get("contact") or "nobody")),
        ("Purpose", str(given.get("purpose") or "not entered")),
        ("Senior approval", str(given.get("senior_approval") or "none")),
    ]
    heading = html.Div([html.H2(f"{row.code}: {row.name}"), *marks], className="es-version-head")
    return html.Section([heading, facts(pairs), back(clocks)], className="es-section es-full es-case-head")


def _owners(found: PartyFile, actor: Actor) -> Component:
    if not found.owners:
        return section("Owners and control", [html.P("No owner was entered yet.", className="es-note")])
    head = html.Tr([html.Th(text) for text in ("Owner", "Of", "Share", "Country", "Born", "What we know")])
    rows = [
        html.Tr(
            [
                html.Td(f"{owner.code}: {owner.name}"), html.Td(owner.owner_of), html.Td(f"{owner.pct:g} %"),
                html.Td(owner.country), html.Td(str(owner.birth_date or "–")),
                html.Td(
                    [
                        badge("identified", "good") if owner.identified else badge("not identified", "bad"),
                        badge("controls", "info") if owner.has_control else None,
                        badge("PEP", "warn", title="Politically exposed person") if owner.is_pep else None,
                    ]
                ),
            ]
        )
        for owner in found.owners
    ]  # fmt: skip
    masked = not actor.can(Permission.PERSONAL_READ)
    note = (
        "Names and birth dates of people are masked: you do not have the right to see them." if masked else ""
    )
    table = html.Table([html.Thead(head), html.Tbody(rows)], className="es-table")
    return section("Owners and control", [html.Div(table, className="es-table-scroll")], note=note)


def _documents(found: PartyFile) -> Component:
    items = []
    for kind, title in DOCUMENTS.items():
        newest = next((row for row in found.documents if row.kind == kind), None)
        if newest is None:
            items.append((title, badge("missing", "bad")))
            continue
        ends = f", valid to {newest.expires_on}" if newest.expires_on else ""
        said = f"{newest.file_name}, {newest.recorded_at:%Y-%m-%d}{ends}"
        items.append((title, html.Span([said, " ", html.Code(newest.sha256[:12], title=newest.sha256)])))
    return section("Documents", [facts(items)])


def _hits(found: PartyFile, clocks: Clocks) -> Component | None:
    if not found.hits:
        return None
    rows = [
        html.Li(
            [
                dcc.Link(
                    f"Hit {view.row.id}", href=address_of(clocks, hit=str(view.row.id)), className="es-link"
                ),
                _likeness(view),
                badge(STATES[view.state].lower(), HIT_TONES[view.state]),
            ]
        )
        for view in found.hits
    ]
    return section("Screening", [html.Ul(rows)])


def _likeness(view: HitView) -> str:
    row = view.row
    return f": {row.party} and '{row.detail.get('listed_name')}' on {row.detail.get('list')}, {row.score:.1f} of 100 "


def _history(found: PartyFile) -> Component:
    if not found.events:
        return section("What happened", [notice("Nobody has begun its onboarding.")])
    rows = []
    for event in reversed(found.events[-60:]):
        said = str(event.body.get("reason") or event.body.get("text") or event.body.get("kind") or "")
        if event.step == "owner":
            said = str(event.body.get("code") or "")
        rows.append(
            html.Li(
                [
                    html.Span(f"{event.recorded_at:%Y-%m-%d %H:%M} ", className="es-note"),
                    html.Strong(STEPS[event.step]),
                    f" by {event.by}" + (f": {said}" if said else ""),
                ]
            )
        )
    return section("What happened", [html.Ul(rows, className="es-timeline")])
