"""The form that proposes another value of a parameter, and the replay that it shows before anything is stored."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.rules.ids import Ids
from components.kpi import kpi_row, kpi_tile
from components.states import notice
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.table import Cell, GridQuery, Table
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.base import Trust
from portal.domain.compliance.parameter_values import read_value, written
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import OneParameter
from portal.services.compliance.parameter_changes import MOST_TRADES, Draft, Trial, draft_text

TITLES = {
    "now": ("Fires now", "with the values in force"),
    "then": ("Would fire", "with the proposed value"),
    "new": ("New", "only with the proposed value"),
    "gone": ("Gone", "only with the values in force"),
}


def form(found: OneParameter) -> Component:
    """Return the form, filled with the value in force."""
    like = found.current or found.history[-1]
    fields = [
        _labelled("New value", dbc.Textarea(
            id=Ids.VALUE, value=written(like.value), size="sm", rows=_rows(like.value), maxLength=4000,
            className="es-mono",
        ), "es-control-wide"),
        _labelled("In force from", dbc.Input(
            id=Ids.FROM, type="date", size="sm", value=found.book.clocks.as_of.isoformat()
        )),
        _labelled("Until (not included)", dbc.Input(id=Ids.UNTIL, type="date", size="sm", value="")),
        _labelled("Source", dbc.Input(
            id=Ids.SOURCE, value="", placeholder="such as 17 CFR 150.2", size="sm", type="text", maxlength=200
        )),
        _labelled("Known from", dbc.Select(
            id=Ids.TRUST, size="sm", value=Trust.VERIFIED.value,
            options=[{"value": item.value, "label": item.label.capitalize()} for item in Trust],
        )),
    ]  # fmt: skip
    reason = dbc.Textarea(
        id=Ids.REASON, size="sm", rows=2, maxLength=1000, placeholder="Why? The second person decides by it."
    )
    button = html.Button("Replay it", id=Ids.TRY, type="button", className="btn btn-sm btn-outline-primary")
    return html.Section(
        html.Details(
            [
                html.Summary("Propose another value"),
                notice("First see what it would have done; nothing is stored before you propose it."),
                html.Div(fields, className="es-repair-cells"),
                html.Div([_labelled("Reason", reason, "es-control-wide es-change-wide")], className="es-change-why"),
                html.Div(button, className="es-repair-buttons"),
                html.Div(id=Ids.TRIED, role="status"),
                html.Div(id=Ids.PROPOSED, role="status"),
            ],
            className="es-change-form",
        ),
        className="es-section es-full",
    )  # fmt: skip


def _rows(value: Any) -> int:
    return 1 if not isinstance(value, (dict, list)) else 4


def _labelled(label: str, control: Any, class_name: str = "") -> html.Label:
    return html.Label(
        [html.Span(label, className="es-control-label"), control],
        className=f"es-control {class_name}".strip(),
    )


def read_form(code: str, fields: Mapping[str, str]) -> Draft:
    """Return what the form says.

    Raises
    ------
    DomainError
        The value or a day cannot be read.
    """
    return Draft(
        code, read_value(fields["value"]), _day(fields["from"], "in force from"), _day(fields["until"], "until"),
        fields["source"], fields["trust"], fields["reason"],
    )  # fmt: skip


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(f"'{text[:20]}' is no day for '{name}'. Write it as 2026-01-31.") from None


def replayed(draft: Draft, found: Trial, clocks: Clocks) -> list[Component]:
    """Return what a change would have done, and the button that proposes exactly this change."""
    text, replay = draft_text(draft), found.as_json()
    parts: list[Component] = [html.P(_span(found), className="es-note")]
    if replay["counts"]:
        params: dict[str, Cell] = {"draft": text}
        parts += [
            _tiles(replay, text),
            data_grid(
                Ids.REPLAY, tables.replay_table(GridQuery(), replay, params), clocks=clocks.query(),
                params={"draft": text}, searchable=False,
            ),
        ]  # fmt: skip
    parts += _changed(replay)
    if found.examples:
        told = "; ".join(f"{rule}: {title}" for rule, title in found.examples[:5])
        parts.append(
            notice(
                f"{len(found.examples)} examples would be answered otherwise, such as {told}.", kind="warn"
            )
        )
    return [*parts, _propose(text)]


def _span(found: Trial) -> str:
    if not found.rules:
        return "No rule of the engine reads this value, so there is nothing to replay."
    cut = f" Only the newest {MOST_TRADES:,} trades were taken." if found.is_cut else ""
    return (
        f"{found.trades:,} trades and {found.records:,} other cases from {found.since} to {found.until}, asked of "
        f"{', '.join(found.rules)}.{cut}"
    )


def _tiles(replay: Mapping[str, Any], text: str) -> Component:
    return kpi_row(
        [
            kpi_tile(
                title,
                tables.figure(
                    metrics.REPLAY,
                    float(sum(item[which] for item in replay["counts"])),
                    draft=text,
                    which=which,
                ),
                detail=detail,
            )
            for which, (title, detail) in TITLES.items()
        ]
    )


def _changed(replay: Mapping[str, Any]) -> list[Component]:
    """The first cases that would be judged otherwise."""
    if not replay["changed"]:
        return [notice("No case of these days would have been judged otherwise.")] if replay["rules"] else []
    rows = [
        html.Li(f"{item['day']}, {item['subject']}: {item['rule']} {_move(item['before'], item['after'])}")
        for item in replay["changed"][:10]
    ]
    more = len(replay["changed"]) - len(rows)
    return [
        html.H3("Judged otherwise"),
        html.Ul([*rows, html.Li(f"and {more} more") if more else None], className="es-reasons"),
    ]


def _move(before: str, after: str) -> str:
    if before and after:
        return f"would be {after} in place of {before}"
    return f"would fire ({after})" if not before else f"would not fire any more ({before})"


def _propose(text: str) -> Component:
    return html.Div(
        [
            dcc.Store(id=Ids.DRAFT, data={"draft": text}),
            html.Button("Propose it", id=Ids.PROPOSE, type="button", className="btn btn-sm btn-primary"),
            html.Span("A second person must approve it before it counts.", className="es-note"),
        ],
        className="es-repair-buttons",
    )


def replay_rows(query: GridQuery, found: Trial, text: str) -> Table:
    """Return the rows behind the replay of a change."""
    return tables.replay_table(query, found.as_json(), {"draft": text})
