"""Two trials side by side: what they were asked, on which data, and how they scored."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.forecast.models.ids import Ids
from components.chart import chart_card
from components.charts.forecast_models import step_figure
from components.page import section
from components.states import notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.table import GridQuery
from portal.services.forecast import experiments
from portal.services.forecast import model_tables as tables
from portal.services.forecast.experiments import TrialView


def compared(first: int, second: int, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the terms that differ, every score with its difference, and errors by step ahead."""
    one, two = (experiments.trial(number, actor) for number in (first, second))
    stored = [experiments.stored(number, actor) for number in (first, second)]
    asked = {"first": first, "second": second}
    steps, errors, naive = tables.step_errors(stored[0])
    other_steps, other, _naive = tables.step_errors(stored[1])
    same = one.row.target == two.row.target
    names = [f"A: {one.row.model}", f"B: {two.row.model}"]
    curve = step_figure(
        steps.tolist() if len(steps) >= len(other_steps) else other_steps.tolist(),
        list(zip(names, (errors, other), strict=True)) if same else [(names[0], errors)],
        naive,
        unit=tables.unit_of(one.row.target),
        keep=f"{first} {second}",
    )
    warning = (
        None
        if same
        else notice("These trials have different targets: their errors do not compare.", kind="warn")
    )
    parts: list[Any] = [
        warning,
        side_by_side(first, second, terms(one, two)),
        data_grid(
            Ids.COMPARE,
            tables.compare_table(GridQuery(), one, two),
            clocks=clocks.query(),
            params=asked,
            searchable=False,
            caption="Scores of two trials",
        ),
        chart_card(
            "Error by step ahead",
            curve,
            grid=Ids.STEPS,
            clocks=clocks.query(),
            params=asked,
            simulated=one.row.simulated,
            note="The naive is that at the origins of A.",
        ),
    ]
    return [part for part in parts if part is not None]


def side_by_side(first: int, second: int, rows: list[tuple[str, str, str]]) -> Component:
    """Return what two trials were asked, in columns; what differs is marked."""
    heads = ("Term", f"A: trial {first}", f"B: trial {second}")
    body = [
        html.Tr(
            [html.Th(label, scope="row"), html.Td(a), html.Td(b)], className="" if a == b else "es-differs"
        )
        for label, a, b in rows
    ]
    head = html.Thead(html.Tr([html.Th(text, scope="col") for text in heads]))
    return html.Div(
        html.Table([head, html.Tbody(body)], className="es-diff es-side"), className="es-diff-box"
    )


def terms(one: TrialView, two: TrialView) -> list[tuple[str, str, str]]:
    """Return what both trials were asked, in words: label, A, B."""
    labels = _terms(one)
    return [(label, value, other) for (label, value), (_same, other) in zip(labels, _terms(two), strict=True)]


def _terms(view: TrialView) -> list[tuple[str, str]]:
    row = view.row
    step, count = row.splits.get("step", "–"), row.splits.get("count", "–")
    return [
        ("Target", row.target),
        ("Model", row.model),
        ("Parameters", tables.params_text(row.params)),
        ("Data until", f"{row.as_of}"),
        ("Training window", f"{row.train_first} to {row.train_last}"),
        ("Origins", f"{count}, {step} values apart"),
        ("Failed origins", f"{len(row.facts.get('failures', {}))}"),
        ("Data hash", row.data_hash[:16] or "–"),
        ("Features", f"{row.feature_set} v{row.feature_version}" if row.feature_set else "none"),
        ("Code version", row.code_version),
        ("Seconds", f"{row.seconds:.1f}"),
        ("By", f"{row.run_by}, {moment(row.recorded_at)}"),
    ]


def terms_section(view: TrialView) -> Component:
    """Return what one trial was asked."""
    rows = [html.Div([html.Dt(label), html.Dd(value)]) for label, value in _terms(view)]
    return section("Evidence", [html.Dl(rows, className="es-trade-facts")], note=f"Trial {view.id}.")
