"""The exceptions of a backtest, the one that is looked at, and what people said about it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from callbacks.risk.backtests.ids import Ids
from components.attributes import attributes
from components.number import passport_button
from components.page import PAGE_CLOCKS, section
from components.states import badge, empty, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.format import moment, number
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.risk import backtest_metrics as metrics
from portal.services import clocks as clock_service
from portal.services.risk import backtest_comments as comments
from portal.services.risk import backtest_tables as tables
from portal.services.risk import backtests as service
from portal.services.risk.backtest_comments import CAUSES
from portal.services.risk.backtests import TITLES, BacktestAsk, Backtested
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

PAGE = GridQuery(limit=25)


def desk(found: Backtested, asked: date | None, actor: Actor, said: str = "") -> list[Component]:
    """Return the table of exceptions beside the one of day ``asked``, else the newest; ``said`` is told above it."""
    table = tables.exception_table(PAGE, found)
    if not found.chosen.hits.any():
        return [
            section(
                "Exceptions",
                [empty("No exception", "On no day of this period was the loss above the VaR forecast.")],
            )
        ]
    rows = data_grid(
        Ids.EXCEPTIONS, table, clocks=found.clocks.query(), params=found.ask.params() | {"portfolio": found.node.code},
        query=PAGE, searchable=False, caption="Exceptions",
    )  # fmt: skip
    note = "The explanation says where the loss of the day came from; a comment says why it was not forecast."
    return [
        section("Exceptions", [rows], note=note, width="two-thirds"),
        _one(found, opened(found, asked), actor, said),
    ]


def opened(found: Backtested, asked: date | None) -> date:
    """Return the exception that is looked at: the one asked for, else the newest."""
    days = found.chosen.dates()
    hits = [day for day, is_hit in zip(days, found.chosen.hits.tolist(), strict=True) if is_hit]
    return asked if asked in hits else hits[-1]


def _one(found: Backtested, day: date, actor: Actor, said: str) -> Component:
    series = found.chosen
    at = series.dates().index(day)
    pnl, var = float(series.pnl[at]), float(series.var[at])
    params = {name: value for name, value in found.params().items() if name not in ("first", "last")}
    params |= {"day": day.isoformat()}
    facts: list[Component | str] = [
        "It cost ",
        passport_button(metrics.PNL, number(-pnl, 0), params),
        " EUR where VaR promised at most ",
        passport_button(metrics.VAR, number(var, 0), params),
        f" EUR in {100 * found.ask.level:g} of 100 days. ",
        dcc.Link("Open the P&L explain of the day", href=tables.explain_address(found, day), className="es-link"),
        ".",
    ]  # fmt: skip
    about = {"day": day.isoformat(), "asked": dict(found.ask.params()) | {"portfolio": found.node.code}}
    parts = [
        html.P(facts),
        notice(said) if said else None,
        _comments(found, day),
        _form(found, actor),
        dcc.Store(id=Ids.ABOUT, data=about),
    ]
    return section(f"Exception of {day}", [part for part in parts if part is not None], width="third")


def _comments(found: Backtested, day: date) -> Component:
    said = found.said(day)
    if not said:
        return html.P("Nobody has said anything about it yet.", className="es-note")
    return html.Ul(
        [
            html.Li(
                [
                    html.Div(
                        [
                            badge(row.cause),
                            html.Strong(row.written_by),
                            html.Span(f"{moment(row.recorded_at)} · {TITLES.get(row.method, row.method)}"),
                        ],
                        className="es-comment-head",
                    ),
                    html.P(row.comment),
                ]
            )
            for row in said
        ],
        className="es-comments",
    )


def _form(found: Backtested, actor: Actor) -> Component | None:
    """The form of a comment, for those who may, as long as the view is of now."""
    if not actor.can(Permission.RISK_COMMENT):
        return None
    if not found.clocks.live:
        return notice("Comments are written in the present: take back 'known at' to write one.")
    return html.Div(
        [
            html.Label(
                [
                    html.Span("Cause", className="es-label"),
                    dbc.Select(
                        id=Ids.CAUSE,
                        options=[{"value": code, "label": label} for code, label in CAUSES.items()],
                        value="market",
                        size="sm",
                    ),
                ],
                className="es-control",
            ),
            html.Label(
                [
                    html.Span("What happened", className="es-label"),
                    dbc.Textarea(id=Ids.WORDS, rows=3, maxlength=comments.LONGEST, size="sm"),
                ],
                className="es-control es-control-wide",
            ),
            html.Button("Add comment", id=Ids.SAY, type="button", className="btn btn-sm btn-outline-primary"),
            html.Div(id=Ids.REFUSED, role="status"),
        ],
        className="es-comment-form",
        **attributes({"aria-label": "Comment on this exception"}),
    )


@guarded_callback(
    Output(Ids.DESK, "children"),
    Output(Ids.REFUSED, "children"),
    Input(Ids.SAY, "n_clicks"),
    State(Ids.ABOUT, "data"),
    State(Ids.CAUSE, "value"),
    State(Ids.WORDS, "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.RISK_COMMENT,
    prevent_initial_call=True,
    running=[(Output(Ids.SAY, "disabled"), True, False)],
)
def say(
    clicks: int | None,
    about: Mapping[str, Any] | None,
    cause: str | None,
    words: str | None,
    pair: Mapping[str, str] | None,
) -> Any:
    """Store a comment and show it among the others."""
    if not clicks:
        return no_update, no_update  # the form was drawn, nobody clicked
    actor = current_actor()
    try:
        known = read_filters(about or {})
        told = read_filters({"cause": cause, "words": words})
        day, ask = read_about(known)
        comments.say(
            ask.portfolio, day, ask.method, str(told["cause"] or ""), str(told["words"] or ""), actor
        )
        found = service.backtest(ask, clock_service.resolve(read_filters(pair or {})), actor)
    except EnerscopeError as refusal:
        return no_update, notice(refusal.message, kind="warn")
    if found is None:
        return no_update, notice("The comment was stored. Open the page again to see it.")
    return desk(found, day, actor, "Your comment was stored."), no_update


def read_about(known: Mapping[str, Any]) -> tuple[date, BacktestAsk]:
    """Return the day and the backtest that a form is about, or refuse what cannot be one with a sentence."""
    asked = known.get("asked")
    try:
        day = date.fromisoformat(str(known.get("day") or ""))
    except ValueError:
        raise DomainError("The form does not say which day it is about. Open the exception again.") from None
    return day, BacktestAsk.of(asked if isinstance(asked, Mapping) else {})
