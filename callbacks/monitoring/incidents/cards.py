"""The queue of Monitoring > Incidents: its figures, a card for each incident, and the form that opens one by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.monitoring.incidents.ids import Ids, step_id
from components.attributes import attributes
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, empty
from portal.core import format as text
from portal.core.metrics import Metric, Shown
from portal.domain.monitoring import incident_metrics as metrics
from portal.domain.monitoring.incidents import Step
from portal.services.monitoring import incident_tables as tables
from portal.services.monitoring.incident_tables import Figures
from portal.services.monitoring.incident_views import IncidentView

TONES = {"info": "info", "warning": "warn", "critical": "bad"}


def tiles(found: Figures) -> Component:
    """Open incidents, those that ask, and how quickly people were."""
    params = {"moment": found.moment.isoformat()}

    def item(metric: Metric) -> Shown:
        value = found.value(metric)
        return Shown(metric, value, metric.unit if value is not None else "", params)

    asks = "Somebody should look at them" if found.value(metrics.WAITING) else ""
    none = "none in 30 days"
    return kpi_row(
        [
            kpi_tile("Open", item(metrics.OPEN)),
            kpi_tile("Ask for attention", item(metrics.WAITING), alert=asks),
            kpi_tile(
                "Time to acknowledge",
                item(metrics.MTTA),
                detail="mean of 30 days (MTTA)" if found.value(metrics.MTTA) is not None else none,
            ),
            kpi_tile(
                "Time to resolve",
                item(metrics.MTTR),
                detail="mean of 30 days (MTTR)" if found.value(metrics.MTTR) is not None else none,
            ),
            kpi_tile("Resolved", item(metrics.RESOLVED), detail="in 30 days"),
        ]
    )


def queue_cards(shown: Sequence[IncidentView], total: int, clocks: Mapping[str, str]) -> list[Component]:
    """The incidents that are not resolved: what asks, what somebody deals with, what was put off."""
    if not total:
        return [
            empty(
                "Nothing needs anybody",
                "A limit, feed, job or service that goes wrong appears here by itself, with what it touches.",
            )
        ]
    if not shown:
        return [empty("No incident like this", "None of the open incidents fits the inputs above.")]
    groups = (
        ("Asks for attention", [one for one in shown if one.asks]),
        ("Somebody deals with it", [one for one in shown if not one.asks and not one.is_snoozed]),
        ("Put off", [one for one in shown if one.is_snoozed]),
    )
    return [section(title, [_card(one, clocks) for one in found]) for title, found in groups if found]


def _card(one: IncidentView, clocks: Mapping[str, str]) -> html.Div:
    row, href = one.row, tables.address(one.id, clocks)
    told = [f"{one.area} · since {text.moment(row.opened_at)}", standing(one)]
    buttons: list[Component] = []
    if one.may_answer and one.asks:
        label = {"aria-label": f"Acknowledge incident {one.id}: {row.title}"}
        buttons.append(
            html.Button(
                "Acknowledge", id=step_id(one.id, Step.ACKNOWLEDGED, "queue"), type="button",
                className="btn btn-sm btn-outline-secondary", **attributes(label),
            )
        )  # fmt: skip
    buttons.append(
        dcc.Link("Open", href=href, className="btn btn-sm btn-primary", title=f"Open incident {one.id}")
    )
    return html.Div(
        [
            html.Div(
                [
                    badge(row.severity, TONES[row.severity]),
                    html.H3(dcc.Link(f"{one.id} · {row.title}", href=href)),
                    html.Span(buttons, className="es-alert-buttons"),
                ],
                className="es-alert-head",
            ),
            html.P(" · ".join(told), className="es-note"),
        ],
        className=f"es-alert-card es-alert-{row.severity}",
    )


def standing(one: IncidentView, name: str = "") -> str:
    """Return in words who has an incident (``name`` of its owner) and whether its alerts are over."""
    row = one.row
    who = f"{name or row.owner} has it" if row.owner else "nobody has it"
    if one.is_snoozed:
        who += f", put off until {text.moment(row.snoozed_until)}"
    if not row.alerts:
        return f"{who} · opened by {row.opened_by}"
    if one.is_over:
        return f"{who} · all alerts are over since {text.moment(row.last_over)}"
    plural = "alert is" if row.open_alerts == 1 else "alerts are"
    return f"{who} · {row.open_alerts:,} {plural} open"


def by_hand(areas: Mapping[str, str], services: Mapping[str, str]) -> Component:
    """The form that opens an incident which no rule found."""
    fields = [
        labelled("What is wrong?", dbc.Input(id=Ids.TITLE, value="", placeholder="One plain sentence", size="sm",
                                             type="text", maxlength=200)),
        labelled("About", select_of(Ids.AREA, list(areas.items()), next(iter(areas)))),
        labelled("Severity", select_of(Ids.SEVERITY, [("critical", "Critical"), ("warning", "Warning"),
                                                      ("info", "Info")], "warning")),
        labelled("Service", select_of(Ids.SERVICE, [("", "None in particular"), *services.items()], "")),
    ]  # fmt: skip
    words = dbc.Textarea(
        id=Ids.TEXT, size="sm", rows=2, maxlength=2000, placeholder="What was seen, where and when"
    )
    return html.Section(
        html.Details(
            [
                html.Summary("Open an incident by hand"),
                html.Div(fields, className="es-repair-cells"),
                html.Div([labelled("What was seen", words, wide=True)], className="es-change-why"),
                html.Div(
                    html.Button(
                        "Open the incident", id=Ids.OPEN, type="button", className="btn btn-sm btn-primary"
                    ),
                    className="es-repair-buttons",
                ),
                html.Div(id=Ids.OPENED, role="status"),
            ],
            className="es-change-form",
        ),
        className="es-section es-full",
    )


def labelled(label: str, control: Component, *, wide: bool = False) -> html.Label:
    """Return an input under its label."""
    more = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className=f"es-control{more}")


def select_of(part: Any, options: Sequence[tuple[str, str]], value: str) -> Any:
    """Return a drop-down."""
    return dbc.Select(
        id=part, size="sm", value=value, options=[{"value": key, "label": label} for key, label in options]
    )
