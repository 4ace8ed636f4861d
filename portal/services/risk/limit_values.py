"""What limits are held against: figures of the newest runs, P&L, drawdowns, stress losses and positions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from data.queries import limits as queries
from data.queries import risk as risk_queries
from data.queries.limits import FigureRow
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.risk.limits.limit import Limit, Metric, conditions
from portal.domain.risk.limits.position import POSITION, read_position
from portal.domain.risk.limits.use import Judgement, judge
from portal.services.portfolio.books import visible_nodes
from portal.services.risk import stress
from portal.services.risk.book_days import DRAWDOWN_REACH, WINDOW, closes_in, trailing_drawdown
from portal.services.risk.limit_measures import MAIN_METHOD, STRESS, Subject, subjects_in
from portal.services.risk.limit_positions import positions_in
from portal.services.risk.stress import Stressed


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
        self._nodes = visible_nodes(work, SYSTEM)
        self._ids = {node.code: node.id for node in self._nodes}
        self._runs: dict[tuple[str, int], dict[tuple[int, str, float], FigureRow]] = {}
        self._days: dict[int, Reading] = {}

    def read(self, metric: Metric, node: str) -> Reading:
        """Return the newest value of a metric at a node."""
        key = self._ids.get(node)
        if key is None:
            return Reading(None)
        if metric.measure.startswith(STRESS):
            return self._stressed(metric.measure.removeprefix(STRESS), node)
        if metric.measure.startswith(POSITION):
            return self._position(metric, node)
        if metric.measure == "daily_pnl":
            return self._pnl(key)
        if metric.measure == "max_drawdown":
            return self._drawdown(node)
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

    @cached_property
    def _books(self) -> Stressed | None:
        """All books beside the scenarios; None without a trade on the day, which is said of the limit."""
        try:
            return stress.stress_in(self._work, self._clocks, SYSTEM, stress.Ask())
        except DomainError:
            return None

    def _stressed(self, scenario: str, node: str) -> Reading:
        found = self._books
        impact = found.impact(scenario) if found is not None and scenario in found.entries else None
        if found is None or impact is None:
            return Reading(None)
        codes = [item.code for item in found.found.nodes]
        return Reading(float(found.found.by_node(impact.pnl)[codes.index(node)]), None, self._clocks.as_of)

    @cached_property
    def _subjects(self) -> dict[str, Subject]:
        return subjects_in(self._work)

    def _position(self, metric: Metric, node: str) -> Reading:
        subject = self._subjects.get(read_position(metric.measure).of)
        if subject is None:
            return Reading(None)
        day = np.array([self._clocks.as_of], "M8[D]")
        found = positions_in(self._work, self._clocks, subject, self._nodes, node, metric, day)
        return Reading(float(found[0]), None, self._clocks.as_of)

    def _drawdown(self, node: str) -> Reading:
        found = closes_in(
            self._work, self._clocks, self._nodes, node, first=self._clocks.as_of - DRAWDOWN_REACH
        )
        if not len(found.pnl):
            return Reading(None)
        value = float(trailing_drawdown(found.pnl[-WINDOW:])[-1])
        return Reading(value, None, found.pnl_day[-1].item())

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


def simulated_in(work: UnitOfWork, clocks: Clocks) -> bool:
    """Tell whether the newest run rests on simulated prices; the days of the backtest rest on the same."""
    newest = risk_queries.newest_runs(work.session, clocks=clocks, most=1)
    return bool(newest and newest[0].simulated)
