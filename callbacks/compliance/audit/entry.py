"""One entry of the audit log: its fields, its hash, and whether it follows from the one before."""

import json

from dash import dcc, html
from dash.development.base_component import Component

from components.page import section
from components.states import badge
from portal.services.compliance.audit_log import PATH, EntryView


def entry_card(found: EntryView) -> html.Section:
    """Return the card of an entry."""
    row, content = found.row, found.content
    facts: list[tuple[str, Component | str]] = [
        ("At", f"{row.at:%Y-%m-%d %H:%M:%S.%f} UTC"),
        ("Who", found.who if found.who == row.actor_ref else f"{found.who} ({row.actor_ref})"),
        ("What happened", html.Span([row.action, " ", _outcome(row.outcome)])),
        ("To what", f"{row.object_kind} {found.object_name}"),
        ("Session", html.Code(content.get("session") or "none")),
        ("Source", html.Code(content.get("source") or "none")),
        ("Hash before", html.Code(found.before)),
        ("Hash", html.Code(bytes(row.hash).hex())),
        ("Chain", _chain(found)),
        ("Checkpoint", _covered(found)),
    ]
    terms = [part for name, value in facts for part in (html.Dt(name), html.Dd(value))]
    return section(
        f"Entry {row.seq:,}",
        [
            html.Dl(terms, className="es-facts"),
            html.Pre(
                json.dumps(content.get("detail") or {}, indent=1, ensure_ascii=False), className="es-code"
            ),
            html.Details(
                [html.Summary("As it is hashed"), html.Pre(row.entry, className="es-code es-entry-text")]
            ),
            html.Div(
                [
                    dcc.Link("Entry before", href=f"{PATH}?entry={row.seq - 1}", className="es-row-link")
                    if row.seq > 1
                    else None,
                    dcc.Link("Entry after", href=f"{PATH}?entry={row.seq + 1}", className="es-row-link"),
                ],
                className="es-actions",
            ),
        ],
        note="Session and source are digests: they tell entries of one session or place, but name neither.",
    )


def _outcome(outcome: str) -> Component:
    return badge(outcome, "good" if outcome == "done" else "warn")


def _chain(found: EntryView) -> Component:
    if found.follows:
        return badge("follows from the entry before", "good")
    return badge("does not follow: it or the entry before was changed", "bad")


def _covered(found: EntryView) -> str:
    signed = found.covered_by
    if signed is None:
        return "Not yet: the next one covers it."
    return (
        f"Covered by the one of {signed.recorded_at:%Y-%m-%d %H:%M:%S} UTC over {signed.entries:,} entries."
    )
