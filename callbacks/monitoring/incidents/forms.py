"""The forms of an incident: take it, give it, put it off, say something, resolve it, write what was learnt."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from callbacks.monitoring.incidents.cards import labelled, select_of
from callbacks.monitoring.incidents.ids import field_id, step_id
from components.page import section
from portal.domain.monitoring.incidents import Step
from portal.services.monitoring.incidents import POSTMORTEM, Detail

WAITS = {
    "60": "1 hour", "240": "4 hours", "720": "12 hours", "1440": "1 day", "4320": "3 days", "10080": "7 days",
}  # fmt: skip
"""For how long an incident is put off: minutes, and in words."""


def acting(found: Detail) -> list[Component]:
    """What its reader may do with an incident at this moment."""
    view = found.view
    if not view.may_answer:
        return []
    if view.is_resolved:
        return [
            _learnt(found),
            section("Comment", [_words(found, "What you want to add"), _buttons(_comment(found))]),
        ]
    return [section("What now", [*_taking(found), *_saying(found), *_giving(found)])]


def _taking(found: Detail) -> list[Component]:
    view, buttons = found.view, []
    if view.row.state == "open":
        buttons.append(_button(found, Step.ACKNOWLEDGED, "Acknowledge: I deal with it", "btn-primary"))
    if view.is_snoozed:
        buttons.append(_button(found, Step.RESUMED, "Take it up again", "btn-outline-secondary"))
    return [_buttons(*buttons)] if buttons else []


def _saying(found: Detail) -> list[Component]:
    return [
        _words(found, "A comment, why it can wait, or what was done"),
        html.Div(
            [
                labelled(
                    "Put it off for", select_of(field_id(found.view.id, "wait"), list(WAITS.items()), "240")
                )
            ],
            className="es-repair-cells",
        ),
        _buttons(
            _comment(found),
            _button(found, Step.SNOOZED, "Put off", "btn-outline-secondary"),
            _button(found, Step.RESOLVED, "Resolve", "btn-outline-secondary"),
        ),
    ]


def _giving(found: Detail) -> list[Component]:
    others = {user: name for user, name in found.owners.items() if user != found.view.row.owner}
    if not others:
        return []
    part = select_of(field_id(found.view.id, "owner"), list(others.items()), next(iter(others)))
    return [
        html.Div([labelled("Who should have it", part)], className="es-repair-cells"),
        _buttons(_button(found, Step.ASSIGNED, "Give it", "btn-outline-secondary")),
    ]


def _learnt(found: Detail) -> Component:
    """The form of the post-mortem, with the last version in it."""
    written = [event.body for event in found.events if event.step == Step.POSTMORTEM]
    last = written[-1] if written else {}
    areas = [
        labelled(
            title,
            dbc.Textarea(
                id=field_id(found.view.id, name),
                size="sm",
                rows=3,
                maxlength=2000,
                value=str(last.get(name) or ""),
            ),
            wide=True,
        )
        for name, title in POSTMORTEM.items()
    ]
    summary = "Write another version" if written else "Write what was learnt"
    form = html.Details(
        [
            html.Summary(summary),
            html.Div(areas, className="es-incident-learnt"),
            _buttons(_button(found, Step.POSTMORTEM, "Save the post-mortem", "btn-primary")),
        ],
        className="es-change-form",
    )
    return section("Post-mortem", [*learnt(found), form])


def learnt(found: Detail) -> Sequence[Component]:
    """The last version of the post-mortem, to be read."""
    written = [event for event in found.events if event.step == Step.POSTMORTEM]
    if not written:
        return [html.P("Nobody has written what was learnt yet.", className="es-note")]
    last = written[-1]
    parts: list[Component] = []
    for name, title in POSTMORTEM.items():
        parts += [html.H3(title), html.P(str(last.body.get(name) or ""), className="es-incident-words")]
    return [
        html.Div(parts, className="es-incident-note"),
        html.P(f"Written by {last.by}.", className="es-note"),
    ]


def _words(found: Detail, hint: str) -> Component:
    part = dbc.Textarea(
        id=field_id(found.view.id, "text"), size="sm", rows=3, maxlength=2000, placeholder=hint
    )
    return html.Div([labelled("Words", part, wide=True)], className="es-change-why")


def _comment(found: Detail) -> Component:
    return _button(found, Step.COMMENT, "Comment", "btn-outline-secondary")


def _button(found: Detail, step: Step, words: str, look: str) -> Component:
    return html.Button(words, id=step_id(found.view.id, step), type="button", className=f"btn btn-sm {look}")


def _buttons(*found: Component) -> Component:
    return html.Div(list(found), className="es-repair-buttons es-case-buttons")
