"""One limit in force: what it says, how it stands, and its use by day."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.risk.limits.ids import PATH, Ids
from components.chart import chart_card
from components.charts.limits import history_figure
from components.kpi import kpi_row, kpi_tile
from components.states import badge
from components.table import BADGES
from portal.core.clock import Clocks
from portal.core.metrics import Shown
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.use import Status
from portal.services.risk import limit_tables as tables
from portal.services.risk.limit_history import HOW
from portal.services.risk.limit_page import Held


def one_limit(held: Held, clocks: Clocks, asked: Mapping[str, Any]) -> list[Component]:
    """Return the heading, the tiles and the history of a limit; its grid is asked with ``asked``."""
    return [_heading(held, clocks), kpi_row(_tiles(held)), _history(held, clocks, asked)]


def _heading(held: Held, clocks: Clocks) -> Component:
    row, word = held.version.row, tables.STATUS_WORDS[held.status]
    return html.Section(
        [
            html.Div(
                [html.H2(f"{row.code} · {row.title}"), badge(word, BADGES.get(word, "neutral"))],
                className="es-version-head",
            ),
            html.P(tables.terms_words(held.version), className="es-limit-terms"),
            html.P(held.standing.judgement.sentence, className="es-note"),
            dcc.Link("All limits", href=f"{PATH}?{urlencode(clocks.query())}", className="es-link"),
        ],
        className="es-section es-full",
    )


def _tiles(held: Held) -> list[html.Div]:
    judged = held.standing.judgement
    params: dict[str, str | int | float | None] = {"limit": held.version.row.id}
    condition, as_of = judged.deciding.condition, held.standing.reading.as_of
    word = tables.STATUS_WORDS[judged.status]
    return [
        kpi_tile(
            "Used",
            Shown(metrics.USE, tables.known(judged.use), "", params),
            detail=word,
            alert=word if judged.status is Status.BREACH else "",
        ),
        kpi_tile(
            "Value",
            Shown(metrics.VALUE, tables.known(judged.deciding.value), condition.unit, params),
            detail=f"as of {as_of}" if as_of else "no run yet",
        ),
        kpi_tile(
            "Headroom",
            Shown(metrics.HEADROOM, tables.known(judged.deciding.headroom), condition.unit, params),
            detail="to the hard tier",
        ),
        kpi_tile(
            "Hard tier",
            Shown(metrics.TIER, condition.hard, condition.unit, params | {"tier": "hard"}),
            detail="the limit itself",
        ),
        kpi_tile(
            "Soft tier",
            Shown(metrics.TIER, condition.soft, condition.unit, params | {"tier": "soft"}),
            detail="warns from here",
        ),
    ]


def _history(held: Held, clocks: Clocks, asked: Mapping[str, Any]) -> Component:
    condition = held.standing.judgement.deciding.condition
    figure = history_figure(
        [str(stamp) for stamp in held.past.day.tolist()],
        held.days.use,
        soft=condition.soft / condition.hard if condition.hard else 1.0,
        keep=held.version.code,
    )
    return chart_card(
        "Use by day in % of the hard tier",
        figure,
        grid=Ids.DAYS,
        clocks=clocks.query(),
        simulated=held.simulated,
        params=asked,
        note=f"Under today's terms. {HOW} Dashed: the hard tier, and the soft one below.",
        advice="No day has been measured yet for what this limit looks at.",
    )
