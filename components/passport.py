"""The passport of a figure: value, clocks, formula, parameters, steps, rows, sources, receipt."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from dash import html
from dash.development.base_component import Component

from components.number import tone
from components.pin import pin_figure_button
from components.states import badge, notice
from components.table import data_grid
from portal.core import format as text
from portal.core.canonical import moment
from portal.core.format import figure_text
from portal.core.passport import Evaluation, Passport, Step
from portal.core.table import GridQuery, Table

ROWS_GRID = "passport-rows"
ROWS_SHOWN = 50
FRACTION = "fraction"


def pinned(passport: Passport) -> dict[str, str]:
    """Return the passport's clocks to the microsecond, so that its rows and its receipt are of one moment."""
    return {"as_of": passport.clocks.as_of.isoformat(), "known_at": moment(passport.clocks.known_at)}


def receipt_address(passport: Passport) -> str:
    """Return the address of the receipt of what is shown."""
    asked = {"metric": passport.metric.id, "params": json.dumps(dict(passport.params), sort_keys=True)}
    return "/export/receipt.json?" + urlencode({**asked, **pinned(passport)})


def passport_panel(
    passport: Passport, rows: Table, *, may_export: bool, discussion: Component | None = None, said: int = 0
) -> list[Component]:
    """Return the content of the panel; ``rows`` are the first of the rows behind the value.

    ``discussion`` is what people say about the figure, ``said`` how many comments that holds.
    """
    found = passport.evaluation
    formula = [html.P(passport.metric.formula), html.Div(passport.metric.symbols, className="es-formula")]
    parts: list[Component] = [_head(passport)]
    if found.note and found.value is not None:
        parts.append(notice(found.note))
    parts += [
        _facts(_about(passport)),
        _block("Formula", formula),
        _block("Parameters", [_facts(_parameters(passport))]),
    ]
    if found.steps:
        parts.append(_block("Steps", [_steps(found.steps)]))
    if discussion is not None:
        parts.insert(1, _discussion(discussion, said))
    parts += [
        _block("Rows behind it", [_rows(passport, rows)]),
        _block("Source and licence", [_sources(found)]),
        _foot(passport, may_export=may_export),
    ]
    return parts


def _block(title: str, children: Sequence[Component]) -> html.Section:
    return html.Section([html.H3(title), *children], className="es-passport-block")


def _discussion(discussion: Component, said: int) -> html.Details:
    """Return what people say about the figure, folded away so that the figure comes first."""
    words = "Discuss" if not said else f"Discuss: {said} comment" + ("s" if said > 1 else "")
    return html.Details(
        [html.Summary(words), discussion], className="es-passport-block es-passport-talk", open=bool(said)
    )


def _facts(pairs: Sequence[tuple[str, str]]) -> html.Dl:
    return html.Dl(
        [part for name, said in pairs for part in (html.Dt(name), html.Dd(said))], className="es-facts"
    )


def _unit(unit: str) -> str:
    """Return a unit as it stands behind a figure: a fraction is shown in percent, which its text says."""
    return unit.removeprefix(FRACTION).strip()


def _head(passport: Passport) -> html.Div:
    metric, found = passport.metric, passport.evaluation
    figure: Component
    if found.value is None:
        figure = html.Span("no data", className="es-empty-number")
    else:
        figure = html.Span(
            figure_text(metric, found.value, found.unit),
            className=tone(found.value, signed=metric.signed and metric.coloured).strip(),
        )
    return html.Div(
        [
            html.H2(metric.title),
            html.Div(found.subject, className="es-note"),
            html.Div([figure, html.Span(_unit(found.unit), className="es-unit")], className="es-kpi-value"),
            html.P(found.note) if found.value is None and found.note else None,
            html.Div(
                [
                    badge("simulated", "sim", title="The rows come from a generator")
                    if found.simulated
                    else None,
                    badge("late", "bad", title=found.late) if found.late else None,
                ],
                className="es-passport-badges",
            ),
            pin_figure_button(f"{metric.title}, {found.subject}", _held(passport)),
        ],
        className="es-passport-head",
    )


def _held(passport: Passport) -> str:
    """Return what names the figure, as its button does."""
    return json.dumps({"metric": passport.metric.id, "params": dict(passport.params)}, sort_keys=True)


def _about(passport: Passport) -> list[tuple[str, str]]:
    found, clocks = passport.evaluation, passport.clocks
    pairs = [
        ("As of", text.day(clocks.as_of)),
        ("Known at", f"{clocks.known_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Freshness", freshness(found, clocks.as_of)),
    ]
    if found.value is not None:
        pairs.append(("Unrounded", f"{found.value!r} {found.unit}".strip()))
    if found.simulated:
        pairs.append(("Data", "Simulated: made by a generator, not observed in a market."))
    return pairs


def freshness(found: Evaluation, as_of: date) -> str:
    """Return in words how old the rows are, when they were recorded, and what is late."""
    if found.newest is None and found.recorded_at is not None:
        return f"Newest row recorded {text.moment(found.recorded_at)}."
    if found.newest is None:
        return "The rows have no day." if found.inputs.rows else "No row was recorded for these clocks."
    age = as_of - found.newest
    behind = "the valuation day" if age <= timedelta() else f"{text.age(age.days)} before the valuation day"
    recorded = f", recorded {text.moment(found.recorded_at)}" if found.recorded_at else ""
    return f"Newest row of {found.newest:%Y-%m-%d}, {behind}{recorded}." + (
        f" {found.late}." if found.late else ""
    )


def _parameters(passport: Passport) -> list[tuple[str, str]]:
    return [(p.title, str(passport.params.get(p.name))) for p in passport.parameters]


def step_text(step: Step) -> str:
    """Return the value of a step with its unit; a fraction in percent, other numbers to ten digits."""
    if step.value is None:
        return text.NO_DATA
    if isinstance(step.value, str):
        return f"{step.value} {step.unit}".strip()
    if step.unit.startswith(FRACTION):
        return f"{_digits(step.value * 100)} % {_unit(step.unit)}".strip()
    return f"{_digits(step.value)} {step.unit}".strip()


def _digits(value: float) -> str:
    return f"{value:,.10g}".replace("-", text.MINUS)


def _steps(steps: Sequence[Step]) -> html.Table:
    rows = [
        html.Tr([html.Th(step.name, scope="row"), html.Td(step_text(step), className="es-right")])
        for step in steps
    ]
    return html.Table(html.Tbody(rows), className="es-table es-steps")


def _rows(passport: Passport, rows: Table) -> Component:
    if not rows.rows:
        return html.P("There are none for these clocks.")
    return data_grid(
        ROWS_GRID,
        rows,
        clocks=pinned(passport),
        params={"metric": passport.metric.id, "params": dict(passport.params)},
        query=GridQuery(limit=ROWS_SHOWN),
        searchable=False,
        caption=f"Rows behind {passport.metric.title} of {passport.evaluation.subject}",
    )


def _sources(found: Evaluation) -> Component:
    if not found.sources:
        return html.P("No source, since there is no row.")
    return html.Ul([html.Li(f"{s.name}: {s.licence}") for s in found.sources], className="es-plain-list")


def _foot(passport: Passport, *, may_export: bool) -> html.Div:
    download = html.A(
        "Download receipt",
        href=receipt_address(passport),
        download="",
        className="btn btn-sm btn-outline-secondary",
    )
    return html.Div(
        [
            download if may_export else html.Span("Receipts need the right to export.", className="es-note"),
            html.P(
                [
                    "Check it with ",
                    html.Code("enerscope verify receipt FILE"),
                    ". Definition: ",
                    html.Code(passport.anchor),
                    f", computed by {passport.metric.computed_by}.",
                ],
                className="es-note",
            ),
        ],
        className="es-passport-foot",
    )
