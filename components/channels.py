"""The parts of Monitoring > Notifications: a card for each channel, and the form that adds or changes one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.deliveries import TONES
from components.states import badge, notice
from portal.core import format as text

Option = tuple[str, str]  # value, label
ZONES = "notification-zones"
NEW = 0
"""Stands for the channel that is being added, in the ids of the form."""
SWITCHES: Sequence[Option] = (
    ("wakes", "Critical alerts come through in quiet hours"),
    ("over", "Tell me when an alert is over"),
)


def channel_part(part: str, channel: int) -> dict[str, Any]:
    """Return the id of one part of the card of a channel."""
    return {"type": f"channel-{part}", "channel": channel}


def channel_card(
    channel: int, *, facts: Sequence[Component], form: Component, title: str, enabled: bool
) -> html.Div:
    """Return the card of a channel; ``facts`` come from :func:`channel_facts` and are drawn anew alone."""
    return html.Div(
        [
            html.Div(list(facts), id=channel_part("facts", channel)),
            html.Div(
                [
                    _button("Send a test", "test", channel, title),
                    _button("Switch off" if enabled else "Switch on", "switch", channel, title),
                    html.Details([html.Summary("Change"), form], className="es-channel-change"),
                    html.Details(
                        [
                            html.Summary("Remove"),
                            html.P(
                                "The address is forgotten; what was sent to it stays in the list.",
                                className="es-note",
                            ),
                            _button("Remove this channel", "remove", channel, title),
                        ],
                        className="es-channel-change",
                    ),
                ],
                className="es-channel-acts",
            ),
            html.Div(id=channel_part("note", channel), role="status", className="es-channel-note"),
        ],
        className="es-channel-card",
    )


def channel_facts(
    *, title: str, kind: str, address: str, enabled: bool, problem: str, told: str, quiet: str,
    last: tuple[str, str, datetime, str, str] | None,
) -> list[Component]:  # fmt: skip
    """Return what is known of a channel; ``last`` is its newest message: subject, state, when, why, address."""
    rows: list[tuple[str, Any]] = [("Told of", told), ("Quiet", quiet), ("Last message", _last(last))]
    return [
        html.Div(
            [
                html.H3(title),
                badge("on" if enabled else "off", "good" if enabled else "neutral"),
                html.Span(address if title == kind else f"{kind} {address}", className="es-channel-address"),
            ],
            className="es-channel-head",
        ),
        notice(problem, kind="warn") if problem else html.Div(hidden=True),
        html.Dl(
            [part for name, value in rows for part in (html.Dt(name), html.Dd(value))], className="es-facts"
        ),
    ]


def _last(last: tuple[str, str, datetime, str, str] | None) -> list[Any]:
    if last is None:
        return ["None yet. Send a test to see that it works."]
    subject, state, at, why, link = last
    words = {"sent": "arrived", "dead": "given up", "dropped": "not sent"}.get(state, state)
    said = f" {text.moment(at)}" + (f". {why}" if why else "")
    return [badge(words, TONES[state]), " ", dcc.Link(subject, href=link), said]


def channel_form(
    channel: int, *, kinds: Sequence[Option], label: str, hint: str, severities: Sequence[Option],
    rules: Sequence[Option], chosen: Mapping[str, Any],
) -> html.Div:  # fmt: skip
    """Return the form of a channel; without ``kinds`` it changes one, and an empty address leaves the address as it is.

    ``label`` and ``hint`` say what the address is. ``chosen`` holds title, severities, rules, quiet_from, quiet_to,
    timezone and switches.
    """
    is_new = bool(kinds)
    kind = channel_part("kind", channel)
    fields: list[Component] = [
        _labelled("Kind", _select(kind, kinds)) if is_new else dbc.Input(id=kind, type="hidden", value=""),
        html.Label(
            [
                html.Span(label, id=channel_part("label", channel), className="es-label"),
                _input("address", channel, "", placeholder=hint, longest=2000),
            ],
            className="es-control es-control-wide",
        ),
        _labelled("Name", _input("title", channel, chosen["title"], placeholder="What you call it", longest=60)),
        _group(
            "Severities",
            dbc.Checklist(
                id=channel_part("severities", channel), options=_options(severities),
                value=list(chosen["severities"]), inline=True,
            ),
        ),
        _group(
            "Rules",
            dcc.Dropdown(
                id=channel_part("rules", channel), options=_options(rules), value=list(chosen["rules"]),
                multi=True, placeholder="All",
            ),
            wide=True,
        ),
        _labelled("Quiet from", _input("from", channel, chosen["quiet_from"], kind="time")),
        _labelled("to", _input("to", channel, chosen["quiet_to"], kind="time")),
        _labelled("Time zone", _input("timezone", channel, chosen["timezone"], listed=ZONES)),
        _group(
            "Also",
            dbc.Checklist(
                id=channel_part("switches", channel), options=_options(SWITCHES), value=list(chosen["switches"])
            ),
            wide=True,
        ),
    ]  # fmt: skip
    name = "Add the channel" if is_new else "Save"
    act = html.Button(
        name, id=channel_part("save", channel), type="button", className="btn btn-sm btn-primary es-channel-save"
    )  # fmt: skip
    return html.Div([html.Div(fields, className="es-channel-fields"), act], className="es-channel-form")


def zone_list(zones: Sequence[str]) -> html.Datalist:
    """Return the time zones that the inputs of all forms offer."""
    return html.Datalist([html.Option(value=zone) for zone in zones], id=ZONES)


def _input(
    part: str, channel: int, value: str, *, placeholder: str = "", kind: str = "text", longest: int = 64,
    listed: str | None = None,
) -> dbc.Input:  # fmt: skip
    return dbc.Input(
        id=channel_part(part, channel), value=value, placeholder=placeholder, size="sm", type=kind,
        maxLength=longest, list=listed, autocomplete="off",
    )  # fmt: skip


def _select(identity: dict[str, Any], options: Sequence[Option]) -> dbc.Select:
    return dbc.Select(id=identity, options=_options(options), value=options[0][0], size="sm")


def _options(options: Sequence[Option]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in options]


def _labelled(label: str, control: Component) -> html.Label:
    return html.Label([html.Span(label, className="es-label"), control], className="es-control")


def _group(label: str, control: Component, *, wide: bool = False) -> html.Div:
    return html.Div(
        [html.Span(label, className="es-label"), control],
        className="es-control" + (" es-control-wide" if wide else ""), role="group",
        **attributes({"aria-label": label}),
    )  # fmt: skip


def _button(label: str, part: str, channel: int, title: str) -> html.Button:
    return html.Button(
        label, id=channel_part(part, channel), type="button", className="btn btn-sm btn-outline-secondary",
        **attributes({"aria-label": f"{label}: {title}"}),
    )  # fmt: skip
