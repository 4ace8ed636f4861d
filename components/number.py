"""A metric on screen: the figure itself is the button that opens its passport."""

import json

from dash import html

from components.attributes import attributes
from portal.core.format import NO_DATA, figure_text
from portal.core.metrics import Metric, Params, Shown


def tone(value: float | None, *, signed: bool) -> str:
    """Return the class that colours a signed figure by its direction."""
    if not signed or not value:
        return ""
    return " up" if value > 0 else " down"


def _as_read(item: Shown) -> float | None:
    """Return the value in the digits that are shown, so that what reads as zero has no direction."""
    if item.value is None:
        return None
    metric = item.metric
    return round(item.value, metric.decimals + 2 if metric.percent else metric.decimals if metric.unit else 6)


def passport_button(
    metric: Metric, text: str, params: Params, *, class_name: str = "", value: float | None = None
) -> html.Button:
    """Return ``text`` as a button that opens the passport of ``metric`` for ``params``.

    ``value`` is the figure in all its digits, for files that are written from the screen.

    The click is handled by one listener in the browser, so that a grid of numbers needs no callback of its own.
    """
    return html.Button(
        text,
        type="button",
        className=f"es-num {class_name}".strip(),
        title=f"{metric.title}: open formula and rows",
        **attributes(
            {"data-passport": json.dumps({"metric": metric.id, "params": dict(params)}, sort_keys=True)}
            | ({} if value is None else {"data-value": repr(float(value))})
        ),
    )


def shown(item: Shown) -> html.Button | html.Span:
    """Return a metric's value as a passport button; an empty value is plain text that says so."""
    text = figure_text(item.metric, item.value, item.unit)
    if text == NO_DATA:
        return html.Span(
            "no data", className="es-empty-number", title=item.note or "No value for these clocks"
        )
    return passport_button(
        item.metric,
        text,
        item.params,
        class_name=tone(_as_read(item), signed=item.metric.signed and item.metric.coloured),
        value=item.value,
    )
