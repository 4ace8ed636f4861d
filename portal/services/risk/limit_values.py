"""What limits are held against: figures of the newest runs, losses in stress scenarios, and their history by day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import limits as queries
from data.queries import risk as risk_queries
from data.queries.limits import FigureRow
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.risk.limits.limit import Limit, Metric, conditions
from portal.domain.risk.limits.use import Judgement, judge
from portal.domain.risk.stress.catalogue import LIBRARY
from portal.services.portfolio.books import visible_nodes
from portal.services.risk import stress
from portal.services.risk.overview import BACKTESTED
from portal.services.risk.runs import METHODS

MAIN_METHOD = "historical"
MEASURES = {
    "expected_shortfall": "Expected shortfall",
    "var": "Value at risk",
    "volatility": "Volatility",
    "daily_pnl": "P&L of the day",
}
"""Measures that a limit may look at, beside ``stress:CODE``; of a P&L the loss counts."""
WITH_LEVEL = frozenset({"expected_shortfall", "var"})
STRESS = "stress:"
HISTORY_DAYS = 366
_FORECASTS = {"var": "value_at_risk", "expected_shortfall": "expected_shortfall", "daily_pnl": "hypothetical"}


@dataclass(frozen=True)
class Reading:
    """One value with where it comes from; ``run_id`` and ``as_of`` None when it is of no run or there is none."""

    value: float | None
    run_id: int | None = None
    as_of: date | None = None


@dataclass(frozen=True)
class Standing:
    """How one limit stands; ``readings`` by the key of the metric."""

    limit: Limit
    judgement: Judgement
    readings: Mapping[str, Reading]

    @property
    def reading(self) -> Reading:
        """The reading that decides."""
        return self.readings[self.judgement.deciding.condition.metric.key]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Past:
    """Values of the metrics of a limit by day, shape (n,) each, NaN where there is none."""

    day: DateArray1D
    values: Mapping[str, FloatArray1D]


def judge_in(work: UnitOfWork, clocks: Clocks, limits: Sequence[Limit]) -> list[Standing]:
    """Hold limits against the newest figures under the clocks."""
    readings = readings_in(work, clocks, limits)
    return [
        Standing(limit, judge(limit.terms, {key: item.value for key, item in found.items()}), found)
        for limit, found in zip(limits, readings, strict=True)
    ]


def readings_in(work: UnitOfWork, clocks: Clocks, limits: Iterable[Limit]) -> list[dict[str, Reading]]:
    """Return the newest value of every metric of each limit, by its key."""
    source = _Source(work, clocks)
    return [
        {
            condition.metric.key: source.read(condition.metric, condition.metric.node or limit.node)
            for condition in conditions(limit.terms)
        }
        for limit in limits
    ]


class _Source:
    """Reads what is asked once; stress scenarios are only valued when some limit looks at one."""

    def __init__(self, work: UnitOfWork, clocks: Clocks) -> None:
        self._work, self._clocks = work, clocks
        self._ids = {node.code: node.id for node in visible_nodes(work, SYSTEM)}
        self._runs: dict[tuple[str, int], dict[tuple[int, str, float], FigureRow]] = {}
        self._stress: dict[tuple[str, str], float] | None = None
        self._days: dict[int, Reading] = {}

    def read(self, metric: Metric, node: str) -> Reading:
        """Return the newest value of a metric at a node."""
        key = self._ids.get(node)
        if key is None:
            return Reading(None)
        if metric.measure.startswith(STRESS):
            return self._stressed(metric.measure.removeprefix(STRESS), node)
        if metric.measure == "daily_pnl":
            return self._pnl(key)
        row = self._figures(metric).get((key, metric.measure, round(metric.level or 0.0, 9)))
        return Reading(None) if row is None else Reading(row.value, row.run_id, row.as_of)

    def _figures(self, metric: Metric) -> dict[tuple[int, str, float], FigureRow]:
        asked = metric.method or MAIN_METHOD, metric.horizon_days or 1
        if asked not in self._runs:
            given = {"clocks": self._clocks, "method": asked[0], "horizon_days": asked[1]}
            run = queries.newest_run(self._work.session, **given)  # type: ignore[arg-type]  # one of each kind
            rows = (
                queries.figures(
                    self._work.session, clocks=self._clocks, method=asked[0], horizon_days=asked[1],
                    portfolios=list(self._ids.values()), run_id=run,
                )
                if run is not None
                else []
            )  # fmt: skip
            self._runs[asked] = {(row.portfolio_id, row.measure, round(row.level, 9)): row for row in rows}
        return self._runs[asked]

    def _stressed(self, scenario: str, node: str) -> Reading:
        if self._stress is None:
            self._stress = _stress_pnl(self._work, self._clocks)
        value = self._stress.get((scenario, node))
        return Reading(value, None, self._clocks.as_of if value is not None else None)

    def _pnl(self, key: int) -> Reading:
        if key not in self._days:
            past = risk_queries.days_between(
                self._work.session, clocks=self._clocks, portfolios=[key], method=MAIN_METHOD, level=0.975,
                first=self._clocks.as_of - timedelta(days=14),
            )  # fmt: skip
            known = len(past["day"])
            self._days[key] = (
                Reading(float(past["hypothetical"][-1]), None, past["day"][-1].item())
                if known
                else Reading(None)
            )
        return self._days[key]


def _stress_pnl(work: UnitOfWork, clocks: Clocks) -> dict[tuple[str, str], float]:
    try:
        found = stress.stress_in(work, clocks, SYSTEM, stress.Ask())
    except DomainError:  # no trade on the day: there is no value, which is said of the limit
        return {}
    codes = [node.code for node in found.found.nodes]
    return {
        (scenario, code): float(value)
        for scenario, values in found.by_node.items()
        for code, value in zip(codes, values.tolist(), strict=True)
    }


def past_in(
    work: UnitOfWork, clocks: Clocks, limit: Limit, nodes: Sequence[Node], *, days: int = HISTORY_DAYS
) -> Past:
    """Return the history of the metrics of a limit over the last ``days`` calendar days.

    Forecasts of the backtest for its methods, figures of stored runs for the others; a stress scenario has none.
    """
    first = clocks.as_of - timedelta(days=days)
    ids = {node.code: node.id for node in nodes}
    found: dict[str, dict[date, float]] = {}
    for condition in conditions(limit.terms):
        metric = condition.metric
        key = ids.get(metric.node or limit.node)
        found[metric.key] = {} if key is None else _history(work, clocks, metric, key, first)
    every = sorted({day for values in found.values() for day in values})
    return Past(
        np.array(every, "M8[D]"),
        {
            key: np.array([values.get(day, np.nan) for day in every], np.float64)
            for key, values in found.items()
        },
    )


def _history(work: UnitOfWork, clocks: Clocks, metric: Metric, key: int, first: date) -> dict[date, float]:
    method = metric.method or MAIN_METHOD
    if metric.measure.startswith(STRESS):
        return {}
    backtested = method in BACKTESTED and (metric.horizon_days or 1) == 1
    if metric.measure in _FORECASTS and (backtested or metric.measure == "daily_pnl"):
        found = risk_queries.days_between(
            work.session, clocks=clocks, portfolios=[key], first=first, level=metric.level or 0.975,
            method=method if metric.measure != "daily_pnl" else MAIN_METHOD,
        )  # fmt: skip
        column = found[_FORECASTS[metric.measure]]
        return dict(zip(found["day"].astype("M8[D]").tolist(), column.tolist(), strict=True))
    rows = queries.figures(
        work.session, clocks=clocks, method=method, horizon_days=metric.horizon_days or 1, portfolios=[key],
        first=first,
    )  # fmt: skip
    level = metric.level or 0.0
    return {
        row.as_of: row.value
        for row in rows
        if row.measure == metric.measure and abs(row.level - level) < 1e-9
    }


def scenario_choices() -> list[tuple[str, str]]:
    """Return the built-in stress scenarios that a limit may look at, by code and title."""
    return [(code, scenario.title) for code, scenario in LIBRARY.items()]


def simulated_in(work: UnitOfWork, clocks: Clocks) -> bool:
    """Tell whether the newest run rests on simulated prices; the days of the backtest rest on the same."""
    newest = risk_queries.newest_runs(work.session, clocks=clocks, most=1)
    return bool(newest and newest[0].simulated)


def words(metric: Metric) -> str:
    """Return a metric as people read it on a page."""
    name = metric.measure
    if name.startswith(STRESS):
        said = f"Loss in scenario {name.removeprefix(STRESS)}"
    else:
        said = "Loss of the day" if name == "daily_pnl" else MEASURES.get(name, name)
    if metric.level is not None:
        said += f" {100 * metric.level:g} %"
    if metric.horizon_days not in (None, 1):
        said += f", {metric.horizon_days} days"
    if metric.measure in MEASURES and metric.measure != "daily_pnl":
        said += f", {METHODS.get(metric.method or MAIN_METHOD, metric.method or '').lower()}"
    return said if metric.node is None else f"{said}, of {metric.node}"
