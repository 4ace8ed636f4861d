"""The cards of Market > Spreads for one formula: tiles, pictures, legs."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.market.spreads.ids import Ids
from components.chart import chart_card
from components.charts.spread import distribution_figure, history_figure, legs_figure, years_figure
from components.kpi import kpi_tile
from components.page import section
from components.states import badge, empty
from components.table import data_grid
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import GridQuery
from portal.domain.market import metrics, spread_metrics
from portal.domain.market.spread_registry import STANDARD_SPREADS
from portal.services.market import spread_tables as tables
from portal.services.market.spreads import Spread


@dataclass(frozen=True, eq=False)  # a study holds arrays
class SpreadCards:
    """The parts of the page for one spread, kind and clocks."""

    found: Spread
    kind: str
    span: str
    clocks: Clocks

    @property
    def params(self) -> dict[str, Any]:
        """What the grids of the page are asked with."""
        study = self.found.study
        return {"formula": study.formula.text, "range": self.span, "window": study.window}

    @property
    def source(self) -> str:
        """The source line below a picture."""
        return "Source: " + "; ".join(self.found.sources)

    def formula(self) -> Component:
        """What is computed: words, formula, unit, rates, how bare numbers were read."""
        study = self.found.study
        standard = STANDARD_SPREADS.get(self.kind)
        lines = [f"The result is in {study.unit}."]
        lines += [f"{reading[0].upper()}{reading[1:]}." for reading in study.formula.readings]
        if study.rates:
            lines.append(
                f"Exchange rate of the day ({', '.join(study.rates)}), carried over at most 7 days without one."
            )
        return html.Section(
            [
                html.Div(
                    [
                        html.Strong(standard.title if standard else "Your formula"),
                        html.Span(standard.words, className="es-note") if standard else None,
                        badge("simulated", "sim") if self.found.simulated else None,
                    ],
                    className="es-spread-head",
                ),
                html.Code(study.formula.text, className="es-formula"),
                self._as_formula() if standard else None,
                html.P(" ".join(lines), className="es-note"),
            ],
            className="es-section",
        )

    def _as_formula(self) -> Component:
        """A link to the same spread as a formula of one's own, to be changed there."""
        query = {"kind": "custom", "formula": self.found.study.formula.text, "range": self.span}
        return dcc.Link(
            "Edit as a formula",
            href=f"/market/spreads?{urlencode({**query, **self.clocks.query()})}",
            className="es-link",
        )

    def tiles(self) -> list[html.Div]:
        """Latest, change, percentile rank, mean, z-score."""
        study, at = self.found.study, self.found.study.standing
        if at is None:
            return []
        newest = f"{study.newest:%Y-%m-%d}" if study.newest else ""
        over = f"of the last {at.n} values"
        return [
            kpi_tile(
                "Spread",
                self._shown(metrics.SPREAD, at.latest),
                detail=f"on {newest}",
                stale=f"late: {self.found.late}" if self.found.late else "",
            ),
            kpi_tile(
                "Change", self._shown(spread_metrics.SPREAD_CHANGE, at.change), detail="on the value before"
            ),
            kpi_tile(
                "Percentile rank",
                self._shown(spread_metrics.SPREAD_PERCENTILE, at.percentile, windowed=True),
                detail=over,
            ),
            kpi_tile("Mean", self._shown(spread_metrics.SPREAD_MEAN, at.mean, windowed=True), detail=over),
            kpi_tile(
                "z-score",
                self._shown(spread_metrics.SPREAD_ZSCORE, at.zscore, windowed=True),
                detail=f"against the last {at.n} values",
            ),
        ]

    def _shown(self, metric: Metric, value: float | None, *, windowed: bool = False) -> Shown:
        study = self.found.study
        params: dict[str, str | int | float | None] = {"formula": study.formula.text, "range": self.span}
        if windowed:
            params["window"] = study.window
        unit = "" if metric.percent else metric.unit or study.unit
        return Shown(metric, value, unit, params)

    def history(self) -> Component:
        """The spread with its percentile bands and z-score."""
        study = self.found.study
        keep = slice(study.shown, None)
        day = [str(one) for one in study.day[keep]]
        drawn = (
            history_figure(
                day,
                study.value[keep],
                study.bands[:, keep],
                study.zscore[keep],
                unit=study.unit,
                window=study.window,
                keep=f"{study.formula.text} {self.span}",
            )
            if day
            else None
        )
        short = len(study.value) < study.window
        return chart_card(
            f"History in {study.unit}",
            drawn,
            grid=Ids.HISTORY,
            clocks=self.clocks.query(),
            params=self.params,
            note=f"Bands and z-score need {study.window} values, not {len(study.value)}. Choose a shorter look-back."
            if short
            else "Bands and z-score look back only.",
            simulated=self.found.simulated,
            source=self.source,
            width="two-thirds",
            advice="There is no day in this range on which all legs have a price.",
        )

    def distribution(self) -> Component:
        """The look-back as a histogram, with the newest value in it."""
        study, at = self.found.study, self.found.study.standing
        drawn = (
            distribution_figure(
                study.value[-study.window :],
                latest=at.latest,
                mean=at.mean,
                percentile=at.percentile,
                unit=study.unit,
            )
            if at
            else None
        )
        return chart_card(
            "Where it stands",
            drawn,
            grid=Ids.DISTRIBUTION,
            clocks=self.clocks.query(),
            params=self.params,
            note=f"The last {at.n} values." if at else "",
            simulated=self.found.simulated,
            width="third",
        )

    def legs(self) -> Component:
        """Today's value by leg, to be recomputed by hand."""
        study = self.found.study
        if study.problem:
            return section("By leg", [empty("No split by leg", study.problem)])
        query = GridQuery()
        return section(
            f"By leg on {study.newest:%Y-%m-%d}" if study.newest else "By leg",
            [
                data_grid(
                    Ids.LEGS,
                    tables.leg_table(self.found, query),
                    clocks=self.clocks.query(),
                    params=self.params,
                    query=query,
                    searchable=False,
                    caption="Price, factor and contribution of each leg",
                )
            ],
            note="Contribution = price × factor; the contributions add up to the spread.",
        )

    def bridge(self) -> Component:
        """The contributions as a picture."""
        study = self.found.study
        drawn = (
            legs_figure(
                tables.leg_labels(study.parts),
                [part.value for part in study.parts],
                study.standing.latest,
                unit=study.unit,
            )
            if study.parts and study.standing
            else None
        )
        return chart_card(
            "From legs to spread",
            drawn,
            grid=Ids.BRIDGE,
            clocks=self.clocks.query(),
            params=self.params,
            simulated=self.found.simulated,
            width="half",
            advice=study.problem or "There is no day on which all legs have a price.",
        )

    def years(self) -> Component:
        """The years of the range over each other."""
        study = self.found.study
        laid = tables.overlay(study)
        drawn = (
            years_figure(laid.years.tolist()[-8:], laid.values[-8:], unit=study.unit)
            if np.isfinite(laid.values).any()
            else None
        )
        return chart_card(
            "Years over each other",
            drawn,
            grid=Ids.YEARS,
            clocks=self.clocks.query(),
            params=self.params,
            note="A longer range shows more years.",
            simulated=self.found.simulated,
            source=self.source,
            width="half",
        )
