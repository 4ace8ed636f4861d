"""One version: its evidence, what the gate says to it, what was decided, and how it does since it is served."""

from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.forecast.models.cards import decide_card, gate_card, stage_badge, timeline
from callbacks.forecast.models.compare import terms_section
from callbacks.forecast.models.ids import PATH, Ids
from callbacks.forecast.models.serve import served_section
from components.chart import chart_card
from components.charts.forecast_models import step_figure
from components.kpi import kpi_row, kpi_tile
from components.states import badge
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Shown
from portal.domain.forecast import model_metrics as metrics
from portal.services.forecast import experiments, registry
from portal.services.forecast import model_tables as tables
from portal.services.forecast.registry import VersionView


def one_version(number: str, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the parts of the page of one version.

    Raises
    ------
    NotFound
        There is no such version under these clocks.
    """
    if not (number.isascii() and number.isdecimal() and len(number) < 16):
        raise NotFound(f"There is no version '{number[:20]}'. Choose one from the list.", version=number[:20])
    view = registry.version(int(number), actor, clocks=clocks)
    gate = registry.gate(view.id, actor)
    return [
        _heading(view, clocks),
        decide_card(view, gate, clocks, actor),
        kpi_row(_tiles(view)),
        gate_card(gate, view),
        _curve(view, clocks, actor),
        timeline(view),
        served_section(view.target, clocks, actor),
        terms_section(experiments.trial(view.experiment_id, actor)),
    ]


def _heading(view: VersionView, clocks: Clocks) -> Component:
    marks = [stage_badge(view)]
    if view.standing.waits:
        marks.append(badge(f"proposed by {view.standing.proposed_by}", "warn"))
    if view.trial.simulated:
        marks.append(badge("simulated", "sim", title="Made by the demo generator"))
    pair = clocks.query()
    links = [
        dcc.Link("All versions", href=f"{PATH}?{_query(pair)}", className="es-link"),
        dcc.Link(
            "What is served", href=f"/forecast?{_query({'target': view.target, **pair})}", className="es-link"
        ),
    ]  # fmt: skip
    words = f"{tables.params_text(view.params)}. Registered by {view.registered_by}." + (
        f" {view.row.note}" if view.row.note else ""
    )
    return html.Section(
        [
            html.Div([html.H2(f"{view.target} · {view.name}"), *marks], className="es-version-head"),
            html.P(words, className="es-note"),
            html.P([links[0], " · ", links[1]]),
        ],
        className="es-section es-full",
    )


def _query(pairs: dict[str, str]) -> str:
    return urlencode(pairs)


def _tiles(view: VersionView) -> list[Component]:
    found, unit = view.metrics, tables.unit_of(view.target)
    trial: dict[str, str | int | float | None] = {"trial": view.experiment_id}

    def score(code: str, shown_unit: str) -> Shown:
        return Shown(metrics.SCORE, tables.number(found.get(code)), shown_unit, trial | {"score": code})

    return [
        kpi_tile("MAE", score("mae", unit), detail=f"over {view.trial.origins} origins"),
        kpi_tile("rMAE", score("rmae", ""), detail="1 is the seasonal naive"),
        kpi_tile("Pinball", score("pinball", unit), detail="mean over all quantiles"),
        kpi_tile(
            "In the 80 % interval",
            Shown(metrics.COVERAGE, tables.number(found.get("coverage_80")), "", trial),
            detail="80 % is right",
        ),
        kpi_tile(
            "Chance of no gain",
            Shown(metrics.GAIN_P, tables.number(found.get("gain_p")), "", trial),
            detail="Diebold-Mariano",
        ),
    ]


def _curve(view: VersionView, clocks: Clocks, actor: Actor) -> Component:
    steps, errors, naive = tables.step_errors(experiments.stored(view.experiment_id, actor))
    figure = step_figure(
        steps.tolist(), [(view.name, errors)], naive, unit=tables.unit_of(view.target), keep=str(view.id)
    )
    return chart_card(
        "Error by step ahead",
        figure,
        grid=Ids.STEPS,
        clocks=clocks.query(),
        params={"first": view.experiment_id},
        simulated=view.trial.simulated,
        note="Mean absolute error of the medians over all origins of its trial.",
    )
