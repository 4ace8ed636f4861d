"""The one question about the portal: whether it is time to ask, and what was answered."""

from typing import Any

from dash import Input, Output, State, html, no_update

from components import survey as parts
from components.states import notice
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Permission
from portal.services.monitoring import survey
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback


@guarded_callback(
    Output(parts.SLOT, "children"),
    Output(parts.ASKED, "data"),
    Input(parts.TICK, "n_intervals"),
    State("_pages_location", "pathname"),
    permission=Permission.SIGNED_IN,
    polling=True,
    prevent_initial_call=True,
)
def ask(_ticks: int | None, page: str | None) -> tuple[Any, Any]:
    """Put the question when it is time."""
    number = survey.ask(current_actor(), str(read_filters({"page": page}).get("page") or ""))
    return (no_update, no_update) if number is None else (parts.survey_card(), number)


@guarded_callback(
    Output(parts.SLOT, "children", allow_duplicate=True),
    Output(parts.SAID, "children"),
    Input(parts.SEND, "n_clicks"),
    State(parts.SCORE, "value"),
    State(parts.COMMENT, "value"),
    State(parts.ASKED, "data"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def answer(clicks: int | None, score: Any, comment: str | None, asked: Any) -> tuple[Any, Any]:
    """Store the answer and say thank you."""
    if not clicks:
        return no_update, no_update
    try:
        said = read_filters({"score": score, "comment": comment, "asked": asked})
        number, chosen = (said[name] if isinstance(said[name], int) else 0 for name in ("asked", "score"))
        survey.answer(number, current_actor(), chosen, str(said["comment"] or ""))
    except Conflict as refusal:
        return html.P(refusal.message, className="es-survey es-note", role="status"), no_update
    except DomainError as refusal:
        return no_update, notice(refusal.message, kind="warn")
    return html.P("Thank you.", className="es-survey es-note", role="status"), no_update


@guarded_callback(
    Output(parts.SLOT, "children", allow_duplicate=True),
    Input(parts.LATER, "n_clicks"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def leave(clicks: int | None) -> Any:
    """Take the question away; it rests as if it had been answered."""
    return None if clicks else no_update
