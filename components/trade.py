"""The parts of a trade's page: its terms, its versions as differences, the form of a change, and the decision."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.states import badge, notice

Difference = tuple[str, str, str]
"""Label, text before and text after."""

EVENT_BADGES = {"New": "good", "Amended": "info", "Cancelled": "bad", "Matured": "neutral"}


def facts(pairs: Sequence[tuple[str, Component | str]]) -> html.Dl:
    """Return labels and values, two columns on a wide screen."""
    return html.Dl(
        [html.Div([html.Dt(label), html.Dd(value)]) for label, value in pairs], className="es-trade-facts"
    )


def differences(rows: Sequence[Difference]) -> html.Div:
    """Return what changed, term by term."""
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in ("Term", "Before", "After")]))
    body = html.Tbody(
        [
            html.Tr(
                [
                    html.Th(label, scope="row"),
                    html.Td(html.Del(before) if before != "–" else before, className="es-diff-before"),
                    html.Td(html.Ins(after) if after != "–" else after, className="es-diff-after"),
                ]
            )
            for label, before, after in rows
        ]
    )
    return html.Div(html.Table([head, body], className="es-diff"), className="es-diff-box")


def version_item(
    title: str, event: str, facts_line: str, reason: str, rows: Sequence[Difference], *, note: str = ""
) -> html.Li:
    """Return one version of the history; ``facts_line`` says who and when, ``note`` what is special about it."""
    return html.Li(
        [
            html.Div(
                [html.Strong(title), badge(event, EVENT_BADGES.get(event, "neutral"))],
                className="es-version-head",
            ),
            html.P(facts_line, className="es-note"),
            html.P(["Reason: ", html.Q(reason)], className="es-version-reason") if reason else None,
            differences(rows) if rows else None,
            html.P(note, className="es-note") if note else None,
        ],
        className="es-version",
    )


def version_list(items: Sequence[html.Li]) -> html.Ol:
    """Return the versions, the newest first."""
    return html.Ol(list(items), className="es-versions", reversed=True)


def change_form(
    values: Mapping[str, str],
    labels: Mapping[str, str],
    choices: Mapping[str, Sequence[str]],
    *,
    cell_ids: Mapping[str, Any],
    ids: Mapping[str, str],
    state: Mapping[str, Any],
    effective: str,
) -> html.Details:
    """Return the form that proposes an amendment or a cancellation; ``ids`` names effective, reason and the buttons."""
    inputs = [
        _labelled(labels.get(name, name), _cell(cell_ids[name], name, value, choices), wide=name == "details")
        for name, value in values.items()
    ]
    reason = dbc.Textarea(
        id=ids["reason"],
        size="sm",
        rows=2,
        maxLength=1000,
        placeholder="Why? The second person decides by it.",
    )
    day = dbc.Input(id=ids["effective"], type="date", value=effective, size="sm")
    return html.Details(
        [
            html.Summary("Amend or cancel this trade"),
            notice("A change waits until a second person approves it. Until then the trade stays as it is."),
            html.Div(inputs, className="es-repair-cells"),
            html.Div(
                [_labelled("In effect from", day), _labelled("Reason", reason, wide=True)],
                className="es-change-why",
            ),
            html.Div(
                [
                    html.Button(
                        "Propose amendment",
                        id=ids["amend"],
                        type="button",
                        className="btn btn-sm btn-primary",
                    ),
                    html.Button(
                        "Propose cancellation",
                        id=ids["cancel"],
                        type="button",
                        className="btn btn-sm btn-outline-danger",
                    ),
                ],
                className="es-repair-buttons",
            ),
            dcc.Store(id=ids["state"], data=dict(state)),
        ],
        className="es-change-form",
    )


def _cell(cell_id: Any, name: str, value: str, choices: Mapping[str, Sequence[str]]) -> Any:
    if name in choices:
        options = [{"value": option, "label": option} for option in choices[name]]
        return dbc.Select(id=cell_id, value=value, options=options, size="sm")
    if name == "details":
        return dbc.Textarea(id=cell_id, value=value, size="sm", rows=4, className="es-code")
    kind = "date" if name in ("expiry", "delivery_start", "delivery_end") else "text"
    return dbc.Input(id=cell_id, value=value, size="sm", type=kind)


def _labelled(label: str, control: Any, *, wide: bool = False) -> html.Label:
    wider = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className="es-control" + wider)


def decision_buttons(
    *, ids: Mapping[str, str], proposal: int, may_decide: bool, may_withdraw: bool, said: str
) -> html.Div:
    """Return the note and buttons of a decision; ``said`` tells those who may not decide why.

    All inputs exist for everybody, hidden where they are not offered: their callbacks check the right again.
    """
    note = dbc.Input(
        id=ids["note"], placeholder="Note to the other person (needed to reject)", size="sm", maxLength=1000
    )
    return html.Div(
        [
            html.P(said, className="es-note") if said else None,
            html.Div(_labelled("Note", note, wide=True), hidden=not may_decide),
            html.Div(
                [
                    html.Button(
                        "Approve",
                        id=ids["approve"],
                        type="button",
                        className="btn btn-sm btn-primary",
                        hidden=not may_decide,
                    ),
                    html.Button(
                        "Reject",
                        id=ids["reject"],
                        type="button",
                        className="btn btn-sm btn-outline-danger",
                        hidden=not may_decide,
                    ),
                    html.Button(
                        "Withdraw",
                        id=ids["withdraw"],
                        type="button",
                        className="btn btn-sm btn-outline-secondary",
                        hidden=not may_withdraw,
                    ),
                ],
                className="es-repair-buttons",
            ),
            dcc.Store(id=ids["proposal"], data=proposal),
        ],
        className="es-decision",
    )
