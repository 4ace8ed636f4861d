"""The cards of Forecast > Accuracy for one target, score and cut."""

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from callbacks.forecast.accuracy.ids import Ids
from components.chart import chart_card
from components.charts.accuracy import calibration_figure, pit_figure, profile_figure
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.table import data_grid
from portal.core.format import number, percent
from portal.core.metrics import Metric, Shown
from portal.core.table import GridQuery, Table
from portal.domain.forecast import accuracy_metrics as metrics
from portal.domain.forecast.leaderboard import SIGNIFICANCE, Leader
from portal.domain.forecast.scores import score_of
from portal.services.forecast import accuracy_details as details
from portal.services.forecast import accuracy_tables as tables
from portal.services.forecast.accuracy import CUTS, Accuracy

ALL_ROWS = GridQuery()
_EDGE = 0.05  # coverage so far off is marked on its tile


@dataclass(frozen=True, eq=False)  # the comparison holds arrays
class AccuracyCards:
    """The parts of the page."""

    found: Accuracy

    @property
    def params(self) -> dict[str, str]:
        """What the grids of the page are asked with."""
        return self.found.ask.params() | {"target": self.found.subject.code}

    @property
    def row(self) -> Leader | None:
        """The row of the chosen model."""
        return self.found.board.row(self.found.chosen.label)

    def tiles(self) -> Component | None:
        """Score, gain, its p value, coverage, width, and the value in money of the chosen model."""
        row, found = self.row, self.found
        if row is None:
            return None
        score = score_of(found.ask.score)
        naive = found.board.row(found.naive.label)
        beside = None if naive is None else naive.score
        weak = "" if row.significant or row.code == found.naive.label else "not more than luck explains"
        covered = row.scores["coverage_80"]
        off = covered is not None and abs(covered - 0.8) > _EDGE
        tiles = [
            self._tile(
                f"{score.title}, {row.code}", tables.metric_of(score.code), row.score,
                f"seasonal naive {number(beside, 2)}", unit=tables.unit_of(found, score.code), score=score.code,
            ),
            self._tile(
                "Gain over the naive", metrics.GAIN, row.gain if row.dm else None, "lower mean loss", alert=weak
            ),
            self._tile(
                "P value of the gain", metrics.P_GAIN, row.p_adjusted, f"significant below {SIGNIFICANCE:g}",
                alert=weak,
            ),
            self._tile(
                "Coverage of 80 %", metrics.COVERAGE, covered, "should be near 80 %", score="coverage_80",
                alert="" if not off else "too narrow" if (covered or 0.0) < 0.8 else "too wide",
            ),
            self._tile(
                "Width of 80 %", metrics.LOSS, row.scores["width_80"], "mean width of the interval",
                unit=found.subject.unit, score="width_80",
            ),
            self._money(),
        ]  # fmt: skip
        return kpi_row([tile for tile in tiles if tile is not None])

    def _tile(
        self, title: str, metric: Metric, value: float | None, detail: str, *, unit: str = "", alert: str = "",
        score: str = "",
    ) -> html.Div:  # fmt: skip
        more = {"score": score} if score else {}
        params = self.found.params(self.found.chosen) | more
        return kpi_tile(title, Shown(metric, value, unit, params), detail=detail, alert=alert)

    def _money(self) -> html.Div | None:
        worth = details.worth(self.found, self.found.chosen)
        if worth is None:
            return None
        money = self.found.subject.money
        told = "on the seasonal naive's decisions" if worth.captured is None else (
            f"{percent(worth.captured, 0)} of what perfect foresight gains"
        )  # fmt: skip
        item = Shown(metrics.VALUE, worth.gain, money, details.money_params(self.found, self.found.chosen))
        return kpi_tile(f"Value at {worth.origins} origins", item, detail=told)

    def findings(self) -> Component:
        """How the tests are to be read, and what failed."""
        found = self.found
        said = [found.board.sentence]
        said += [f"{row.code}: {row.note}" for row in found.board.rows if row.note]
        if found.failed:
            trials = "1 further trial" if found.failed == 1 else f"{found.failed} further trials"
            said.append(
                f"{trials} failed as of that day and cannot be ranked; they are on Forecast > Models."
            )
        made = details.calibration(found)
        if made is not None:
            said.append(
                f"{made.outside} of {len(made.levels)} quantiles of {found.chosen.label} lie outside of the band that "
                f"luck explains ({made.n:,} values, worth {made.effective:,} independent ones)."
            )
        return section("What this says", [html.Ul([html.Li(text) for text in said], className="es-reasons")])

    def leaders(self) -> Component:
        """The leaderboard."""
        found = self.found
        row = found.naive.row
        note = (
            f"{CUTS[found.ask.cells]}: {len(found.naive.made.origins)} origins, data as of {row.as_of}. Ranked by "
            f"{score_of(found.ask.score).title}. Grey: no gain over the seasonal naive beyond luck."
        )
        table = tables.leader_table(ALL_ROWS, found)
        return section("Leaderboard", [self._grid(Ids.LEADERS, table, "Leaderboard")], note=note)

    def steps(self) -> Component:
        """Error by step of the horizon."""
        return self._profile(Ids.STEPS, "step", "Error by step of the horizon", tables.step_title(self.found))

    def hours(self) -> Component | None:
        """Error by local hour; none for a daily target."""
        if self.found.naive.made.per_day == 1:
            return None
        return self._profile(Ids.HOURS, "hour", "Error by hour of the day", "hour, local time")

    def months(self) -> Component:
        """Error by month."""
        return self._profile(Ids.MONTHS, "month", "Error by month", "")

    def _profile(self, grid: str, by: str, title: str, x_title: str) -> Component:
        found = self.found
        made, score = tables.profile(found, by), score_of(found.ask.score)
        unit = tables.unit_of(found, score.code)
        figure = profile_figure(
            [group.title for group in made.groups], made.values, baseline=found.naive.label, x_title=x_title,
            y_title=f"{score.title}, {unit}" if unit else score.title, keep=f"{found.subject.code} {by}",
        )  # fmt: skip
        return self._chart(title, figure, grid, width="half")

    def regimes(self) -> Component:
        """Horizon and regimes."""
        note = (
            "Calm or volatile, low or high: by the season before the origin, as it was known there, against the median "
            "origin. A click ranks the models on these forecasts alone."
        )
        table = tables.regime_table(ALL_ROWS, self.found)
        return section(
            "By horizon and regime", [self._grid(Ids.REGIMES, table, "By horizon and regime")], note=note
        )

    def versus(self) -> Component:
        """Tests between models."""
        note = (
            "Diebold-Mariano (DM): is one better on the whole; positive: the chosen one. Giacomini-White (GW): "
            "can it be told beforehand who will be better. Not corrected for the number of pairs."
        )
        table = tables.versus_table(ALL_ROWS, self.found)
        beside = (
            "full" if self.found.naive.made.per_day == 1 else "half"
        )  # a daily target has no chart of hours to stand beside
        return section(
            "Tests between models", [self._grid(Ids.VERSUS, table, "Tests")], note=note, width=beside
        )

    def calibration(self) -> Component:
        """Reliability of the quantiles."""
        made, name = details.calibration(self.found), self.found.chosen.label
        figure = None if made is None else calibration_figure(
            made.levels, made.observed, made.lower, made.upper, keep=self.found.subject.code
        )  # fmt: skip
        note = "How often what happened lay below each quantile. A diamond lies outside of the band that luck explains."
        return self._chart(f"Calibration, {name}", figure, Ids.CALIBRATION, width="half", note=note)

    def pit(self) -> Component:
        """Tenths of the forecast."""
        made = details.calibration(self.found)
        figure = None if made is None else pit_figure(made.pit, keep=self.found.subject.code)
        note = (
            "Each tenth should hold 10 %. A U: the forecast is too narrow; a hump: too wide; a slope: biased."
        )
        return self._chart(
            f"Where it fell, {self.found.chosen.label}", figure, Ids.PIT, width="half", note=note
        )

    def intervals(self) -> Component:
        """Coverage and width."""
        table = details.interval_table(ALL_ROWS, self.found)
        note = "Among forecasts that cover as they should, the narrow one is the sharp one."
        return section(
            f"Coverage and width, {self.found.chosen.label}",
            [self._grid(Ids.INTERVALS, table, "Intervals")],
            note=note,
            width="half",
        )

    def value(self) -> Component | None:
        """The money of a decision; none where no trade follows from a forecast."""
        rule = details.rule(self.found)
        if rule is None:
            return None
        table = details.value_table(ALL_ROWS, self.found)
        return section(
            f"Value in money: {rule.title.lower()}", [self._grid(Ids.VALUE, table, "Value")], note=rule.sentence,
            width="half",
        )  # fmt: skip

    def _chart(
        self, title: str, figure: dict[str, object] | None, grid: str, *, width: str, note: str = ""
    ) -> Component:
        return chart_card(
            title, figure, grid=grid, clocks=self.found.clocks.query(), params=self.params, note=note,
            simulated=self.found.simulated, width=width, advice="There are too few forecasts with a known value.",
        )  # fmt: skip

    def _grid(self, name: str, table: Table, caption: str) -> Component:
        return data_grid(
            name, table, clocks=self.found.clocks.query(), params=self.params, query=ALL_ROWS, searchable=False,
            caption=caption,
        )  # fmt: skip
