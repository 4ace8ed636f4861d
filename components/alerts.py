"""The parts of Monitoring > Alerts: a card for each open alert, and the link to them in the frame."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import badge
from portal.core import format as text

PAGE = "/monitoring/alerts"
TONES = {"info": "info", "warning": "warn", "critical": "bad"}


def acknowledge_id(alert: int) -> dict[str, Any]:
    """Return the id of the button that acknowledges an alert."""
    return {"type": "alert-acknowledge", "alert": alert}


def link_words(count: int) -> str:
    """Return the text of the link in the frame."""
    return "Alerts" if count == 0 else f"Alerts {count:,}"


def alert_card(
    alert: int, *, severity: str, title: str, rule: str, message: str, link: str, raised_at: datetime,
    acknowledged_by: str, acknowledged_at: datetime | None, may_acknowledge: bool,
) -> html.Div:  # fmt: skip
    """Return the card of an open alert: what happened, since when, who has taken notice, what can be done."""
    told = f"{rule} · raised {text.moment(raised_at)}"
    if acknowledged_at is not None:
        told += f" · acknowledged by {acknowledged_by} {text.moment(acknowledged_at)}"
    return html.Div(
        [
            html.Div(
                [
                    badge(severity, TONES[severity]),
                    html.H3(title),
                    *_buttons(alert, title, link, may_acknowledge),
                ],
                className="es-alert-head",
            ),
            html.P(message),
            html.P(told, className="es-note"),
        ],
        className=f"es-alert-card es-alert-{severity}",
    )


def _buttons(alert: int, title: str, link: str, may_acknowledge: bool) -> Sequence[Component]:
    found: list[Component] = []
    if may_acknowledge:
        found.append(
            html.Button(
                "Acknowledge", id=acknowledge_id(alert), type="button",
                className="btn btn-sm btn-outline-secondary",
                **attributes({"aria-label": f"Acknowledge alert {alert}: {title}"}),
            )
        )  # fmt: skip
    if link:
        found.append(dcc.Link("Open", href=link, className="btn btn-sm btn-primary", title=f"Open: {title}"))
    return [html.Span(found, className="es-alert-buttons")]
