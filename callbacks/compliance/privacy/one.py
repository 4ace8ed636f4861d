"""One request: its clock, what is held of the person, what would be erased or kept, the decision, what happened."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.privacy.cards import PAGE, button, buttons, labelled
from callbacks.compliance.privacy.ids import Ids, field_id
from components.number import shown
from components.page import section
from components.states import badge, notice
from components.table import data_grid
from components.trade import facts
from portal.core.clock import Clocks
from portal.core.format import day, moment
from portal.domain.compliance.record_classes import SUBJECTS, Way
from portal.services.compliance import privacy_tables as tables
from portal.services.compliance.privacy import KINDS, Detail
from portal.services.compliance.privacy_tables import class_title

TONES = {"received": "warn", "proposed": "info", "done": "good"}
TITLES = {
    "extended": "Extended by two months",
    "exported": "Export taken",
    "proposed": "Erasure proposed",
    "approved": "Erasure approved",
    "rejected": "Proposal rejected",
    "done": "Answered",
}
LABELS = {
    "propose": ("Propose the erasure", "btn-primary"),
    "approve": ("Approve and erase", "btn-danger"),
    "reject": ("Reject", "btn-outline-secondary"),
    "answer": ("The person has the export", "btn-primary"),
    "extend": ("Extend by two months", "btn-outline-secondary"),
}


def one_request(found: Detail, clocks: Clocks) -> list[Component]:
    """Return the page of a request."""
    parts = [
        _head(found, clocks),
        _deciding(found),
        _inventory(found, clocks),
        _outcome(found),
        _happened(found),
    ]
    return [part for part in parts if part is not None]


def _head(found: Detail, clocks: Clocks) -> Component:
    request, row = found.request, found.request.row
    left = tables.days_left(request, clocks.known_at)
    marks = [badge(tables.STATES[request.state], TONES[request.state])]
    if request.state != "done" and left.value is not None and left.value < 0:
        marks.append(badge("late", "bad"))
    pairs: list[tuple[str, Component | str]] = [
        ("Asks for", KINDS[row.kind]),
        ("Who", SUBJECTS[row.subject_kind]),
        ("Pseudonym", html.Code(row.subject_ref)),
        ("Received", day(row.received_on)),
        ("To be answered by", f"{moment(row.due_at)} (GL-GD-01{', extended' if row.extended else ''})"),
        ("Time left" if request.state != "done" else "Time that was left", html.Span([shown(left), " d"])),
        ("Entered by", row.recorded_by),
    ]
    if row.note:
        pairs.append(("How it came", row.note))
    heading = html.Div(
        [html.H2(f"Request {row.id}: {KINDS[row.kind].lower()}"), *marks], className="es-version-head"
    )
    back = dcc.Link(
        "Back to all requests", href=f"{tables.PATH}?{urlencode(clocks.query())}", className="es-link"
    )
    return html.Section([heading, facts(pairs), html.P(back)], className="es-section es-full es-case-head")


def _deciding(found: Detail) -> Component | None:
    """What this reader may do; who proposed an erasure does not approve it."""
    request, number = found.request, found.request.row.id
    parts: list[Component] = []
    if request.state == "proposed" and "approve" not in found.steps:
        parts.append(
            notice("A second person who manages privacy decides about it, not the one who proposed it.")
        )
    steps = [step for step in LABELS if step in found.steps]
    if steps:
        words = dbc.Textarea(
            id=field_id(number, "reason"), size="sm", rows=2, maxLength=2000,
            placeholder="How the person was identified, or why; without the name",
        )  # fmt: skip
        parts.append(html.Div([labelled("Reason", words, wide=True)], className="es-change-why"))
        parts.append(buttons(*(button(number, step, *LABELS[step]) for step in steps)))
    if "export" in found.steps:
        link = html.A(
            "Download all that is held of the person (JSON)", href=f"/export/person/{number}.json", download="",
            className="es-link",
        )  # fmt: skip
        parts.append(
            html.P([link, html.Span(" The download is noted in the audit log.", className="es-note")])
        )
    return section("Answer", parts) if parts else None


def _inventory(found: Detail, clocks: Clocks) -> Component:
    if not found.is_known:
        words = "Nobody knows any more whom this request is about: the pseudonym was erased."
        return section("What is held", [html.P(words, className="es-note")])
    number = found.request.row.id
    table = tables.inventory_table(PAGE, number, found.items)
    grid = data_grid(
        Ids.INVENTORY, table, clocks=clocks.query(), params={"request": str(number)}, query=PAGE,
        caption="What is held of the person",
    )  # fmt: skip
    return section(
        "What is held, and what may go",
        [grid],
        note="As of now. What a duty or a legal hold keeps is not erased but restricted (GL-GD-02, GL-RT-01).",
    )


def _outcome(found: Detail) -> Component | None:
    if not found.request.outcome:
        return None
    items = [_fate(item) for item in found.request.outcome]
    return section("What was done", [html.Ul(items, className="es-case-evidence")])


def _fate(item: Mapping[str, Any]) -> Component:
    is_kept = item["done"] == "restricted"
    until = f" until {item['until']}" if item.get("until") else ""
    words = f"{class_title(str(item['class']))}: " + (
        f"restricted{until}. {item['reason']}" if is_kept else f"{Way(str(item['done'])).label}."
    )
    return html.Li([words, " ", badge("kept" if is_kept else "erased", "warn" if is_kept else "good")])


def _happened(found: Detail) -> Component:
    row = found.request.row
    items = [
        _event(TITLES.get(event.step, event.step), f"{moment(event.recorded_at)} by {event.by}", event.body)
        for event in reversed(found.request.events)
    ]
    items.append(_event("Received", f"{moment(row.recorded_at)} by {row.recorded_by}", {}))
    return section(
        "What happened", [html.Ol(items, className="es-versions", reversed=True)], note="The newest first."
    )


def _event(title: str, who: str, body: Mapping[str, Any]) -> Component:
    words = str(body.get("reason") or "")
    return html.Li(
        [
            html.Div([html.Strong(title)], className="es-version-head"),
            html.P(who, className="es-note"),
            html.P(html.Q(words), className="es-version-reason") if words else None,
        ],
        className="es-version",
    )
