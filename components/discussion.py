"""Discussions of a figure: what was said, and the fields to say more; in the passport panel and on a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.states import badge
from portal.core.format import moment

PANEL, PAGE, NEW = "panel", "page", 0


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said."""

    by: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A discussion as it is drawn; ``anchor`` names its clocks and ``figure`` what the figure was."""

    id: int
    anchor: str
    figure: str
    comments: Sequence[Comment]
    resolved_by: str | None
    address: str


def talk_id(part: str, place: Any, thread: int | None = None) -> dict[str, Any]:
    """Return the id of a part of a discussion: ``box``, ``about``, ``said``, ``text``, ``say`` or ``resolve``."""
    found: dict[str, Any] = {"type": f"talk-{part}", "place": place}
    return found if thread is None else {**found, "thread": thread}


def talk_box(
    place: str, about: dict[str, Any], talks: Sequence[Talk], *, may_begin: bool, why: str = ""
) -> html.Div:
    """Return the part that is redrawn when somebody says something; ``about`` is what the server needs to do so."""
    return html.Div(talk_parts(place, about, talks, may_begin=may_begin, why=why), id=talk_id("box", place))


def talk_parts(
    place: str,
    about: dict[str, Any],
    talks: Sequence[Talk],
    *,
    may_begin: bool,
    said: str = "",
    why: str = "",
) -> list[Component]:
    """Return what is in the box: the discussions, a field for each, and one to begin another."""
    parts: list[Component] = [dcc.Store(id=talk_id("about", place), data=about)]
    parts.append(html.Div(said, id=talk_id("said", place), className="es-note", role="status"))
    parts += [_talk(place, talk) for talk in talks]
    if may_begin:
        begin = _field(
            place, NEW, "Say something about this figure; @name calls somebody", "Begin a discussion"
        )
        parts.append(
            html.Details([html.Summary("Begin another discussion"), begin], className="es-change-form")
            if talks
            else begin
        )
    elif why:
        parts.append(html.P(why, className="es-note"))
    return parts


def _talk(place: str, talk: Talk) -> html.Div:
    marks: list[Component | str | None] = [
        dcc.Link(f"No. {talk.id}", href=talk.address, className="es-row-link") if place == PANEL else None,
        html.Span(f"{talk.figure}, {talk.anchor}", className="es-note"),
        badge("resolved", "good", title=f"Resolved by {talk.resolved_by}") if talk.resolved_by else None,
    ]
    comments = [html.Li([_who(one), html.P(one.text, className="es-talk-words")]) for one in talk.comments]  # fmt: skip
    label = "Answer" if not talk.resolved_by else "Answer and open again"
    return html.Div(
        [
            html.Div([part for part in marks if part is not None], className="es-talk-head"),
            html.Ol(comments, className="es-talk-list"),
            _field(place, talk.id, "Answer; @name calls somebody", label, resolve=not talk.resolved_by),
        ],
        className="es-talk",
    )


def _who(one: Comment) -> html.Div:
    return html.Div(
        [html.Strong(one.by), html.Span(moment(one.at), className="es-note")], className="es-talk-who"
    )


def _field(place: str, thread: int, hint: str, label: str, *, resolve: bool = False) -> html.Div:
    text = dbc.Textarea(
        id=talk_id("text", place, thread), rows=2, size="sm", maxLength=4000, placeholder=hint, value="",
    )  # fmt: skip
    buttons = [
        html.Button(
            label, id=talk_id("say", place, thread), type="button", className="btn btn-sm btn-primary"
        )
    ]
    if resolve:
        buttons.append(
            html.Button(
                "Resolve", id=talk_id("resolve", place, thread), type="button",
                className="btn btn-sm btn-outline-secondary",
            )
        )  # fmt: skip
    return html.Div(
        [html.Label([html.Span("Comment", className="visually-hidden"), text], className="es-talk-field"),
         html.Div(buttons, className="es-repair-buttons")],
        className="es-talk-answer",
    )  # fmt: skip
