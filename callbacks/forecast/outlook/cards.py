"""The cards of Forecast for one target."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import numpy as np
from dash import html
from dash.development.base_component import Component

from callbacks.forecast.outlook.ids import Ids
from callbacks.forecast.outlook.tiles import OutlookTiles
from components.chart import chart_card
from components.charts.forecast_fan import driver_figure, fan_figure, past_figure
from components.page import section
from components.states import badge, notice
from components.table import data_grid
from portal.core.arrays import FloatArray1D
from portal.core.table import GridQuery
from portal.domain.forecast.base import LEVELS
from portal.domain.forecast.fan import quantile_at
from portal.domain.forecast.local_days import SLOTS
from portal.services.forecast import outlook_tables as tables
from portal.services.forecast.outlook import HIGH, LOW, Outlook, Past, keys
from portal.services.forecast.pipeline import Evidence, stages

BANDS = {0.95: (0.025, 0.975), 0.8: (LOW, HIGH), 0.5: (0.25, 0.75)}
STATES = {"done": ("done", "good"), "look": ("look", "warn"), "missing": ("missing", "neutral")}
ALL_ROWS = GridQuery(limit=None)


@dataclass(frozen=True, eq=False)  # the outlook holds arrays
class OutlookCards:
    """The parts of the page for one target; ``now`` is the moment from which the gate is counted."""

    found: Outlook
    evidence: Evidence
    back: str
    now: datetime

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        return {"target": self.found.target.code, "back": self.back}

    @property
    def hourly(self) -> bool:
        """Whether the steps are hours."""
        return self.found.target.per_day == SLOTS

    def notices(self) -> list[Component]:
        """What must be said before anything is read off the page."""
        found = self.found
        said: list[Component] = []
        if found.problem:
            said.append(notice(found.problem, kind="warn"))
        elif found.served is None:
            said.append(
                notice(
                    "No forecast is served for this target yet: the chart shows the seasonal naive, computed now "
                    "and not stored. Train models on Forecast > Models; a version that two people approved is served."
                )
            )
        elif found.served.run.reason:
            said.append(notice(f"Fallback: {found.served.run.reason}", kind="warn"))
        if found.late_days > 3 and found.served is not None:
            said.append(
                notice(
                    f"This forecast is as of {found.served.run.as_of}, {found.late_days} days before the day of the "
                    "page.",
                    kind="warn",
                )
            )
        return said

    def tiles(self) -> list[Component]:
        """Gate, blocks, interval, model and how it held."""
        return OutlookTiles(self.found, self.now).tiles()

    def fan(self) -> Component:
        """History, median, bands, naive, and what has arrived."""
        found = self.found
        return chart_card(
            found.target.title,
            self._fan_figure(),
            grid=Ids.FAN,
            clocks=found.clocks.query(),
            params=self.params,
            note="Bands hold 50, 80 and 95 % of what may happen, by the model. The 50 % band lies between served "
            "quantiles (20 to 30, 70 to 80 %) in a straight line. The seasonal naive is what every model must beat.",
            simulated=found.target.simulated,
            advice="No value is known for these clocks. Choose a later day, or import the series.",
        )

    def _fan_figure(self) -> dict[str, Any]:
        found = self.found
        common: dict[str, Any] = {"unit": found.target.unit, "hourly": self.hourly, "keep": found.target.code}
        if found.served is not None:
            one = found.served
            first = keys(found.target, one.values)[0]
            known = found.history.at < first
            past = _texts(found.local(found.history.at[known])), found.history.value[known]
            bands = {share: (one.quantile(low), one.quantile(high)) for share, (low, high) in BANDS.items()}
            return fan_figure(
                past, _texts(found.steps), one.median, bands, naive=one.naive, actual=one.actual, **common
            )
        past = _texts(found.local(found.history.at)), found.history.value
        ahead = found.preview
        if ahead is None:
            nothing = np.zeros(0)
            return fan_figure(past, [], nothing, {}, naive=nothing, actual=nothing, served=False, **common)
        bands = {
            share: (quantile_at(ahead.quantiles, LEVELS, low), quantile_at(ahead.quantiles, LEVELS, high))
            for share, (low, high) in BANDS.items()
        }
        after = _texts(ahead.stamp)
        missing = np.full(len(after), np.nan)
        return fan_figure(
            past, after, ahead.mean, bands, naive=ahead.mean, actual=missing, served=False, **common
        )

    def pipeline(self) -> Component:
        """The eight steps with their states."""
        items = [
            html.Li(
                [
                    html.Div([html.H3(stage.title), badge(*STATES[stage.state])], className="es-stage-head"),
                    *(html.P(sentence) for sentence in stage.sentences),
                ],
                className=f"es-stage es-stage-{stage.state}",
            )
            for stage in stages(self.found, self.evidence)
        ]
        return section(
            "How this forecast came to be", [html.Ol(items, className="es-stages")],
            note="Each step as it stands for this target under the clocks of the page.",
        )  # fmt: skip

    def drivers(self) -> Component | None:
        """What moved the forecast, by the model's own measure."""
        one = self.found.served
        told = tables.drivers(one.run.facts) if one is not None else {}
        if not told:
            return None
        return chart_card(
            "What drives the forecast",
            driver_figure([_named(name) for name in told], list(told.values())),
            grid=Ids.DRIVERS,
            clocks=self.found.clocks.query(),
            params=self.params,
            note="Weights as the model tells them: they say what it listens to, not what causes what.",
            simulated=self.found.target.simulated,
            width="half",
        )

    def values(self) -> Component | None:
        """The served steps as numbers."""
        if self.found.served is None:
            return None
        table = tables.value_table(ALL_ROWS, self.found)
        return section(
            "By hour" if self.hourly else "By day",
            [self._grid(Ids.VALUES, table, "Forecast by step")],
            note="Quantiles by probability. A click on a number opens its formula and rows.",
        )

    def history(self) -> Component | None:
        """Earlier forecasts against what happened."""
        parts = tables.first_steps(self.found)
        if not parts:
            return None
        x = [
            text
            for one, keep in parts
            for text in _texts(self.found.local(keys(self.found.target, one.values)[keep]))
        ]
        actual, median, low, high, naive = (
            np.concatenate([pick(one)[keep] for one, keep in parts]) for pick in _PICKS
        )
        return chart_card(
            "Earlier forecasts and what happened",
            past_figure(
                x,
                actual,
                median,
                (low, high),
                naive=naive,
                unit=self.found.target.unit,
                keep=self.found.target.code,
            ),
            grid=Ids.PAST,
            clocks=self.found.clocks.query(),
            params=self.params,
            note="Each value beside the last forecast that was served before it.",
            simulated=self.found.target.simulated,
            width="full" if not self._told else "half",
        )

    @cached_property
    def _told(self) -> bool:
        one = self.found.served
        return bool(one is not None and tables.drivers(one.run.facts))

    def runs(self) -> Component | None:
        """Earlier forecasts one by one."""
        if not self.found.past:
            return None
        table = tables.run_table(GridQuery(), self.found)
        return section("Served before", [self._grid(Ids.RUNS, table, "Earlier forecasts", GridQuery())])

    def _grid(self, name: str, table: Any, caption: str, query: GridQuery = ALL_ROWS) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=query, searchable=False,
            caption=caption,
        )  # fmt: skip


_PICKS: tuple[Callable[[Past], FloatArray1D], ...] = (
    lambda one: one.actual,
    lambda one: one.median,
    lambda one: one.quantile(LOW),
    lambda one: one.quantile(HIGH),
    lambda one: one.naive,
)


def _texts(stamps: Any) -> list[str]:
    """Return stamps as the ISO text that a date axis reads."""
    return [str(stamp)[:16] for stamp in stamps.astype("datetime64[s]")]


def _named(name: str) -> str:
    return name.replace("_", " ")
