"""Risk > Overview: the figure of a portfolio by every method, its history, exceptions, and how far to trust it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries import risk as queries
from data.queries.portfolios import Node
from data.queries.risk import DayColumns, MetricRow, RunRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.risk.backtests.run import Backtest, run_backtest
from portal.domain.risk.badge import Badge, Evidence, grade
from portal.services.portfolio.books import topmost, visible_nodes
from portal.services.risk.ask import RiskAsk
from portal.services.risk.runs import ALL, METHODS

TREND_DAYS = 366
LEAST_DAYS = 20  # below it nothing is said of a backtest


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Overview:
    """What is known of one node; ``node`` is the one asked for, else the topmost that may be seen."""

    ask: RiskAsk
    clocks: Clocks
    nodes: tuple[Node, ...]
    node: Node
    runs: Mapping[str, RunRow]
    figures: tuple[MetricRow, ...]
    days: DayColumns

    def figure(
        self, method: str, measure: str, level: float, portfolio_id: int | None = None
    ) -> MetricRow | None:
        """Return one stored figure of the newest run of a method."""
        run = self.runs.get(method)
        key = portfolio_id or self.node.id
        return next(
            (
                row
                for row in self.figures
                if run is not None
                and row.run_id == run.id
                and (row.portfolio_id, row.measure) == (key, measure)
                and abs(row.level - level) < 1e-9
            ),
            None,
        )

    def by_method(self, measure: str, level: float) -> dict[str, float]:
        """Return the figure of every method that has one, in the order of the methods."""
        found = {method: self.figure(method, measure, level) for method in METHODS if method in self.runs}
        return {method: row.value for method, row in found.items() if row is not None}

    @property
    def is_part(self) -> bool:
        """Whether all was asked for, and the reader may see more than ``node`` and what is below it."""
        return self.ask.portfolio == ALL and len(topmost(self.nodes)) > 1

    @property
    def below(self) -> list[Node]:
        """The nodes right below."""
        return [node for node in self.nodes if node.parent_id == self.node.id]

    @cached_property
    def exceptions(self) -> BoolArray1D:
        """On which days the loss was above the forecast, shape (n,)."""
        found: BoolArray1D = -self.days["hypothetical"] > self.days["value_at_risk"]
        return found

    @cached_property
    def backtest(self) -> Backtest | None:
        """The tests of the days; None when there are too few."""
        days = self.days
        if len(days["day"]) < LEAST_DAYS:
            return None
        return run_backtest(
            days["hypothetical"], days["value_at_risk"], days["expected_shortfall"], level=self.ask.level
        )

    @cached_property
    def badge(self) -> Badge:
        """How far the figure can be trusted."""
        run = self.runs.get(self.ask.method) or next(iter(self.runs.values()))
        money: Mapping[str, float] = run.facts.get("money", {}).get(self.node.code, {})
        found = self.backtest
        weights = {"age_weighted": 0.46}  # 500 days with a decay of 0.995 tell as much as 230 equal ones
        return grade(
            Evidence(
                var_by_method={
                    METHODS[code]: value for code, value in self.by_method("var", self.ask.level).items()
                },
                level=self.ask.level,
                scenarios=int(run.scenarios * weights.get(run.method, 1.0)),
                zone=found.light.zone if found else None,
                backtest_days=found.n if found else 0,
                p_values={"Kupiec": found.failures.p_value, "Christoffersen": found.runs.p_value}
                if found
                else {},
                total=float(money.get("all", 0.0)),
                stale=float(money.get("stale", 0.0)),
                proxied=float(money.get("proxied", 0.0)),
            )
        )


def overview(ask: RiskAsk, clocks: Clocks, actor: Actor) -> Overview | None:
    """Return the overview of a node; None when there is no run by then, or no node that may be seen.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such portfolio among those that the actor may see.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return overview_in(work, ask, clocks, actor)


def overview_in(work: UnitOfWork, ask: RiskAsk, clocks: Clocks, actor: Actor) -> Overview | None:
    """Return the same within a transaction."""
    nodes = tuple(visible_nodes(work, actor))
    runs = queries.newest_by_method(work.session, clocks=clocks)
    if not nodes or not runs:
        return None
    chosen = nodes[0] if ask.portfolio == ALL else next((n for n in nodes if n.code == ask.portfolio), None)
    if chosen is None:
        raise NotFound(
            f"There is no portfolio '{ask.portfolio}' that you may see. Choose one from the list of portfolios.",
            portfolio=ask.portfolio,
        )
    shown = [node.id for node in portfolio_queries.subtree(nodes, chosen.code)]
    figures = [
        row
        for run in runs.values()
        for row in queries.metrics_of(work.session, clocks=clocks, portfolios=shown, run_id=run.id)
    ]
    backtested = ask.method if ask.method in BACKTESTED else "historical"
    days = queries.days_between(
        work.session, clocks=clocks, portfolios=[chosen.id], method=backtested, level=ask.level,
        first=clocks.as_of - timedelta(days=TREND_DAYS),
    )  # fmt: skip
    return Overview(ask, clocks, nodes, chosen, runs, tuple(figures), days)


BACKTESTED = ("historical", "age_weighted", "filtered_ewma", "parametric")


def stale_days(found: Overview) -> int:
    """Return how many calendar days lie between the run of the method asked for and the valuation day."""
    run = found.runs.get(found.ask.method)
    return (found.clocks.as_of - run.as_of).days if run else 0


def day_rows(found: Overview) -> list[dict[str, Any]]:
    """Return the days of the trend as records, oldest first."""
    days = found.days
    names = ("value_at_risk", "expected_shortfall", "hypothetical", "actual")
    return [
        {"day": _day(days["day"][at]), "exception": bool(found.exceptions[at])}
        | {name: float(days[name][at]) for name in names}
        for at in range(len(days["day"]))
    ]


def _day(value: np.datetime64) -> date:
    found: date = value.astype("datetime64[D]").item()
    return found
