"""The parts of messages: one that was given up, and one with its attempts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.states import badge
from portal.core import format as text

TONES = {"waiting": "neutral", "sending": "info", "sent": "good", "dead": "bad", "dropped": "neutral"}
OUTCOMES = {"sent": ("arrived", "good"), "failed": ("failed", "bad"), "lost": ("unknown", "warn")}


def retry_id(message: int, place: str) -> dict[str, Any]:
    """Return the id of a button that has a message sent again."""
    return {"type": "delivery-retry", "message": message, "place": place}


def dead_card(
    message: int, *, subject: str, to: str, error: str, attempts: int, written_at: datetime, may_retry: bool,
    link: str,
) -> html.Div:  # fmt: skip
    """Return the card of a message that is not tried any more: what, to whom, why, and the button."""
    tried = f"after {attempts} attempts" if attempts != 1 else "after the first attempt"
    return html.Div(
        [
            html.Div(
                [
                    badge("given up", "bad"),
                    html.H3(dcc.Link(subject, href=link)),
                    _retry(message, subject, "list") if may_retry else None,
                ],
                className="es-alert-head",
            ),
            html.P(error),
            html.P(f"To {to} · written {text.moment(written_at)} · {tried}", className="es-note"),
        ],
        className="es-alert-card es-alert-warning",
    )


def _number(named: Any) -> str:
    """Return the number of an attachment, with its formats where it has some."""
    if not isinstance(named, Mapping):
        return str(named)
    formats = ", ".join(str(one).upper() for one in named.get("formats", ()))
    return f"{named.get('id', '')} ({formats})" if formats else str(named.get("id", ""))


def message_card(
    message: int, *, subject: str, text_of: str, to: str, words: str, state: str, error: str, attempt: int,
    most_attempts: int, written_at: datetime, not_before: datetime, sent_at: datetime | None,
    attachment: Mapping[str, Any], may_retry: bool, attempts: Sequence[tuple[int, str, str, datetime]],
) -> html.Div:  # fmt: skip
    """Return a message with its facts and attempts; ``attempts`` are number, outcome, error and time."""
    rows: list[tuple[str, Any]] = [("To", to), ("Written", text.moment(written_at))]
    if state == "waiting":
        rows.append(("Sent not before", text.moment(not_before)))
    if sent_at is not None:
        rows.append(("Arrived", text.moment(sent_at)))
    if state in ("waiting", "sending", "dead"):
        rows.append(("Attempts", f"{attempt} of {most_attempts}"))
    if attachment:
        rows.append(("With", ", ".join(f"{kind} {_number(named)}" for kind, named in attachment.items())))
    if error:
        rows.append(("Why", error))
    return html.Div(
        [
            html.Div(
                [
                    badge(words, TONES[state]),
                    html.H3(subject),
                    _retry(message, subject, "one") if may_retry else None,
                ],
                className="es-alert-head",
            ),
            html.Dl(
                [part for name, value in rows for part in (html.Dt(name), html.Dd(value))],
                className="es-facts",
            ),
            html.P(text_of, className="es-message-text") if text_of else None,
            html.Ol([_attempt(*one) for one in attempts], className="es-message-attempts")
            if attempts
            else None,
        ],
        className="es-message",
    )


def _attempt(number: int, outcome: str, error: str, at: datetime) -> html.Li:
    words, tone = OUTCOMES[outcome]
    said: list[Component | str] = [badge(words, tone), f" Attempt {number}, {text.moment(at)}"]
    return html.Li([*said, f". {error}" if error else "."])


def _retry(message: int, subject: str, place: str) -> html.Button:
    return html.Button(
        "Send again", id=retry_id(message, place), type="button", className="btn btn-sm btn-outline-secondary",
        **attributes({"aria-label": f"Send message {message} again: {subject}"}),
    )  # fmt: skip
