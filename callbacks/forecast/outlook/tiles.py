"""The tiles of Forecast: the next gate, what the day or the next step will be, who says so, and how it held."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from components.attributes import attributes
from components.kpi import kpi_tile
from components.states import badge
from portal.core.format import number
from portal.core.metrics import Shown
from portal.core.precision import price_decimals
from portal.domain.forecast import outlook_metrics as metrics
from portal.domain.forecast.base import model
from portal.domain.forecast.fan import block_interval, block_steps
from portal.domain.forecast.local_days import SLOTS
from portal.domain.market.calendars import local_label
from portal.services.forecast.outlook import HIGH, LOW, Outlook, Past, next_gate


@dataclass(frozen=True, eq=False)  # the outlook holds arrays
class OutlookTiles:
    """The tiles of one target; ``now`` is the moment from which the gate is counted."""

    found: Outlook
    now: datetime

    def tiles(self) -> list[Component]:
        """Gate, blocks, interval, model and how it held."""
        tiles: list[Component] = [self._gate()] if self.found.target.gate else []
        one = self.found.served
        if one is not None:
            tiles += self._blocks(one)
            tiles.append(self._model(one))
        return [*tiles, *self._held()]

    def _gate(self) -> html.Div:
        target = self.found.target
        gate = next_gate(target, self.now)
        if gate is None:
            return html.Div()
        left = int((gate - self.now).total_seconds() // 60)
        delivery = np.datetime64(local_label(gate, target.timezone)[:10]) + 1
        return html.Div(
            [
                html.Div("Next gate closure", className="es-kpi-title"),
                html.Div(
                    html.Span(
                        f"{left // 60} h {left % 60:02d} min",
                        **attributes({"data-gate": gate.isoformat() if self.found.clocks.live else ""}),
                    ),
                    className="es-kpi-value es-gate",
                ),
                html.Div(
                    f"{local_label(gate, target.timezone)} · {gate:%H:%M} UTC, for {delivery}",
                    className="es-kpi-detail",
                ),
            ],
            className="es-kpi",
        )

    def _blocks(self, one: Past) -> list[Component]:
        """Base and peak of the day, or the first and the last step, and the interval of the first of them."""
        blocks = (
            (("base", "Base"), ("peak", "Peak, 08-20"))
            if self.found.target.per_day == SLOTS
            else (("first", "Next"), ("last", "Last"))
        )
        tiles = [self._block(one, block, title) for block, title in blocks]
        ends = [self._end(one, blocks[0][0], level) for level in (LOW, HIGH)]
        return [*tiles, *ends]

    def _block(self, one: Past, block: str, title: str) -> Component:
        chosen = block_steps(self.found.steps, block)
        day = str(one.values.day[np.flatnonzero(chosen)[0]]) if chosen.any() else ""
        value = float(one.values.mean[chosen].mean()) if chosen.any() else None
        naive = one.naive[chosen]
        beside = f"naive {self._said(float(naive.mean()))}" if naive.size and np.isfinite(naive).all() else ""
        shown = Shown(metrics.BLOCK, value, one.run.unit, {"run": one.run.id, "block": block})
        return kpi_tile(f"{title}, {day}", shown, detail=beside)

    def _end(self, one: Past, block: str, level: float) -> Component:
        chosen = block_steps(self.found.steps, block)
        value = block_interval(chosen, one.values.quantiles, one.run.levels, self.found.paths, level)
        params: dict[str, str | int | float | None] = {
            "run": one.run.id,
            "block": block,
            "level": f"{level:g}",
        }
        title = "80 % interval, from" if level < 0.5 else "80 % interval, to"
        what = {"base": "of the mean of the day", "first": "of the next step"}[block]
        note = "No scenario paths were kept with this forecast, so the mean of a day has no interval."
        return kpi_tile(title, Shown(metrics.BLOCK_BAND, value, one.run.unit, params, note), detail=what)

    def _model(self, one: Past) -> Component:
        title = model(one.run.model).title
        version = f"version {self.found.version.version}" if self.found.version else "a baseline"
        wrong = bool(one.run.reason)
        word = "fallback" if wrong else "champion" if self.found.version else "baseline"
        return html.Div(
            [
                html.Div("Served by", className="es-kpi-title"),
                html.Div(
                    dcc.Link(
                        title, href=f"/forecast/models?target={one.run.target}", className="es-model-link"
                    ),
                    className="es-kpi-value es-kpi-words",
                ),
                html.Div(
                    [
                        f"{version}, as of {one.run.as_of} ",
                        badge(word, "warn" if wrong else "good" if self.found.version else "neutral"),
                    ],
                    className="es-kpi-detail",
                ),
            ],
            className="es-kpi" + (" es-alert" if wrong else ""),
        )

    def _held(self) -> list[Component]:
        found = self.found
        if not any(one.known for one in found.past):
            return []
        period = {"first": f"{found.past[0].run.as_of}", "last": f"{found.past[-1].run.as_of}"}
        params: dict[str, str | int | float | None] = {"target": found.target.code, **period}
        arrived = int(sum(np.isfinite(one.actual).sum() for one in found.past))
        naive = found.naive_error
        beside = f"seasonal naive {self._said(naive)}" if naive is not None else "no naive beside"
        detail = f"{arrived:,} values have arrived"
        return [
            kpi_tile(
                "In the 80 % band so far", Shown(metrics.COVERAGE, found.coverage, "", params), detail=detail
            ),
            kpi_tile(
                "Mean absolute error so far",
                Shown(metrics.ERROR, found.error, found.target.unit, params),
                detail=beside,
            ),
        ]

    def _said(self, value: float) -> str:
        return f"{number(value, price_decimals(self.found.target.unit))} {self.found.target.unit}"
