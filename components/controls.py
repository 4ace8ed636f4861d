"""Inputs of a page. Each belongs to a *body* (the part of the page that it redraws) and to a name in the URL."""

from collections.abc import Sequence

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes

Option = tuple[str, str]  # value, label


def filter_id(body: str, name: str) -> dict[str, str]:
    """Return the id of the input called ``name`` in ``body``; one callback listens to all of them."""
    return {"type": "filter", "body": body, "name": name}


def _labelled(label: str, control: Component, *, wide: bool = False) -> html.Label:
    """Put ``label`` above ``control``; the element ties them together for the pointer and for screen readers."""
    return html.Label(
        [html.Span(label, className="es-label"), control],
        className="es-control" + (" es-control-wide" if wide else ""),
    )


def _group(label: str, control: Component, *, wide: bool = False) -> html.Div:
    """Put ``label`` above a control that has several parts of its own."""
    return html.Div(
        [html.Span(label, className="es-label"), control],
        className="es-control" + (" es-control-wide" if wide else ""),
        role="group",
        **attributes({"aria-label": label}),
    )


def select(body: str, name: str, label: str, options: Sequence[Option], value: str) -> html.Label:
    """Return a drop-down of one value (the browser's own, so that phones and screen readers know it)."""
    return _labelled(
        label,
        dbc.Select(
            id=filter_id(body, name),
            options=[{"value": v, "label": text} for v, text in options],
            value=value,
            size="sm",
        ),
    )


def multi_select(
    body: str, name: str, label: str, options: Sequence[Option], values: Sequence[str]
) -> html.Div:
    """Return a searchable list of several values; in the URL they are joined by commas."""
    return _group(
        label,
        dcc.Dropdown(
            id=filter_id(body, name),
            options=[{"value": v, "label": text} for v, text in options],
            value=list(values),
            multi=True,
            placeholder="None",
        ),
        wide=True,
    )


def choice(body: str, name: str, label: str, options: Sequence[Option], value: str) -> html.Div:
    """Return a row of buttons of which one is pressed."""
    return _group(
        label,
        dbc.RadioItems(
            id=filter_id(body, name),
            options=[{"value": v, "label": text} for v, text in options],
            value=value,
            inline=True,
            className="es-choice",
            inputClassName="btn-check",
            labelClassName="btn btn-sm es-choice-button",
            labelCheckedClassName="active",
        ),
    )


def text(
    body: str, name: str, label: str, value: str, *, placeholder: str = "", wide: bool = False
) -> html.Label:
    """Return a text input that answers when Enter is pressed or the focus leaves it."""
    return _labelled(
        label,
        dbc.Input(
            id=filter_id(body, name),
            value=value,
            placeholder=placeholder,
            size="sm",
            debounce=True,
            type="text",
        ),
        wide=wide,
    )


def lines(
    body: str, name: str, label: str, value: str, *, placeholder: str = "", rows: int = 4
) -> html.Label:
    """Return an input of several lines that answers when the focus leaves it."""
    return _labelled(
        label,
        dbc.Textarea(
            id=filter_id(body, name),
            value=value,
            placeholder=placeholder,
            rows=rows,
            debounce=True,
            maxlength=2000,
            spellcheck=False,
            className="es-lines",
        ),
        wide=True,
    )


def day(body: str, name: str, label: str, value: str) -> html.Label:
    """Return a date input (the browser's own); the value is ISO text."""
    return _labelled(
        label, dbc.Input(id=filter_id(body, name), value=value, size="sm", debounce=True, type="date")
    )


def count(
    body: str, name: str, label: str, value: float, *, low: float, high: float, step: float = 1
) -> html.Label:
    """Return a number input bounded by ``low`` and ``high``."""
    return _labelled(
        label,
        dbc.Input(
            id=filter_id(body, name),
            value=value,
            min=low,
            max=high,
            step=step,
            size="sm",
            debounce=True,
            type="number",
        ),
    )
