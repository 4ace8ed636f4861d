"""Risk > Backtests: forecasts of every method held against what happened, for a portfolio over any period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries import risk as queries
from data.queries.portfolios import Node
from data.queries.risk import CommentRow, DayColumns
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.risk.backtests.base import exceptions
from portal.domain.risk.backtests.run import Backtest, run_backtest
from portal.domain.risk.daily_forecasts import METHODS as BACKTESTED
from portal.services.portfolio.books import topmost, visible_nodes
from portal.services.risk.ask import EVERYTHING, RiskAsk
from portal.services.risk.runs import ALL, METHODS

TITLES = {code: METHODS[code] for code in BACKTESTED}
KINDS = {"hypothetical": "Hypothetical", "actual": "Actual"}
USUAL_DAYS = 250  # as a traffic light counts them
LEAST_DAYS = 20  # below it nothing is said of a backtest
REACH = USUAL_DAYS * 8 // 5  # calendar days that surely hold the usual days
Day = date | None


@dataclass(frozen=True, slots=True)
class BacktestAsk:
    """The backtest that is asked for; without ``first`` and ``last`` it is the last 250 days of the view."""

    portfolio: str = ALL
    method: str = "historical"
    level: float = 0.975
    kind: str = "hypothetical"
    first: Day = None
    last: Day = None

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "BacktestAsk":
        """Read the parameters of an address, page or passport; what is missing takes its default.

        Raises
        ------
        DomainError
            One of them cannot be; the sentence names the choices.
        """
        method = str(given.get("method") or BACKTESTED[0])
        if method not in TITLES:
            raise DomainError(
                f"The method '{method[:40]}' is not backtested day by day. Choose one of {', '.join(BACKTESTED)}.",
                method=method[:40],
            )
        kind = str(given.get("pnl") or "hypothetical")
        if kind not in KINDS:
            raise DomainError(f"There is no P&L '{kind[:40]}'. Choose one of {', '.join(KINDS)}.")
        base = RiskAsk.of({name: given.get(name) for name in ("portfolio", "method", "level")})
        first, last = _day(given.get("first"), "first day"), _day(given.get("last"), "last day")
        if first and last and last < first:
            raise DomainError(
                f"The period ends on {last}, before it begins on {first}. Choose a later last day."
            )
        return cls(base.portfolio, method, base.level, kind, first, last)

    def params(self) -> dict[str, str]:
        """Return the parameters that restore this, as texts."""
        return {
            "portfolio": self.portfolio or EVERYTHING,
            "method": self.method,
            "level": f"{self.level:g}",
            "pnl": self.kind,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }


def _day(given: Any, name: str) -> Day:
    try:
        return date.fromisoformat(str(given)) if given else None
    except ValueError:
        raise DomainError(
            f"The {name} '{str(given)[:40]}' is no day. Write it as YYYY-MM-DD, for example 2026-01-31."
        ) from None


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Series:
    """Forecasts and P&L of one node by one method, arrays of shape (n,), oldest first, complete."""

    day: DateArray1D
    pnl: FloatArray1D
    var: FloatArray1D
    es: FloatArray1D
    missing: IntArray1D

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def hits(self) -> BoolArray1D:
        """On which days the loss was above the forecast."""
        return exceptions(self.pnl, self.var)

    def dates(self) -> list[date]:
        """Return the days."""
        found: list[date] = self.day.astype("M8[D]").astype(object).tolist()
        return found

    def test(self, level: float) -> Backtest | None:
        """Return all tests; None when there are too few days."""
        if len(self) < LEAST_DAYS:
            return None
        return _tested(self.pnl.tobytes(), self.var.tobytes(), self.es.tobytes(), level)


@lru_cache(maxsize=256)
def _tested(pnl: bytes, var: bytes, es: bytes, level: float) -> Backtest:
    """Test once what the body, its tables and its picture all ask for."""
    return run_backtest(*(np.frombuffer(each) for each in (pnl, var, es)), level=level)


@dataclass(frozen=True, eq=False)
class Backtested:
    """What is known of one node and those below it over one period; ``first`` and ``last`` are its ends."""

    ask: BacktestAsk
    clocks: Clocks
    nodes: tuple[Node, ...]
    node: Node
    days: DayColumns
    first: Day
    last: Day
    comments: tuple[CommentRow, ...]
    simulated: bool

    @property
    def is_part(self) -> bool:
        """Whether all was asked for, and the reader may see more than ``node`` and what is below it."""
        return self.ask.portfolio == ALL and len(topmost(self.nodes)) > 1

    @property
    def shown(self) -> list[Node]:
        """The node and those below it, parents first."""
        return portfolio_queries.subtree(list(self.nodes), self.node.code)

    def series(self, node: Node | None = None, method: str = "") -> Series:
        """Return forecasts and P&L of a node by a method within the period; days without a value are left out."""
        days = self.days
        kept = (days["portfolio_id"] == (node or self.node).id) & (
            days["method"] == (method or self.ask.method)
        )
        for name in (self.ask.kind, "value_at_risk", "expected_shortfall"):
            kept &= np.isfinite(days[name])
        if self.first is None or self.last is None:
            kept &= False
        else:
            kept &= (days["day"] >= np.datetime64(self.first)) & (days["day"] <= np.datetime64(self.last))
        return Series(
            days["day"][kept],
            days[self.ask.kind][kept],
            days["value_at_risk"][kept],
            days["expected_shortfall"][kept],
            days["missing"][kept],
        )

    @cached_property
    def chosen(self) -> Series:
        """The series that is looked at."""
        return self.series()

    @cached_property
    def tests(self) -> Backtest | None:
        """All tests of it; None when there are too few days."""
        return self.chosen.test(self.ask.level)

    def params(self, node: Node | None = None, method: str = "") -> dict[str, str | float]:
        """Return what pins down the figures of a series for their passports."""
        return {
            "portfolio": (node or self.node).code,
            "method": method or self.ask.method,
            "level": self.ask.level,
            "pnl": self.ask.kind,
            "first": self.first.isoformat() if self.first else "",
            "last": self.last.isoformat() if self.last else "",
        }

    def said(self, day: date) -> list[CommentRow]:
        """Return what was said about the node on a day, newest first."""
        return [row for row in self.comments if row.portfolio_id == self.node.id and row.day == day]


def backtest(ask: BacktestAsk, clocks: Clocks, actor: Actor) -> Backtested | None:
    """Return the backtest of a node with the nodes below it; None when nobody has a node to look at.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such portfolio among those that the actor may see.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return backtest_in(work, ask, clocks, actor)


def backtest_in(
    work: UnitOfWork, ask: BacktestAsk, clocks: Clocks, actor: Actor, *, alone: bool = False
) -> Backtested | None:
    """Return the same within a transaction; ``alone`` leaves out the nodes below and the other methods."""
    nodes = tuple(visible_nodes(work, actor))
    if not nodes:
        return None
    node = node_of(nodes, ask.portfolio)
    ids = [node.id] if alone else [each.id for each in portfolio_queries.subtree(list(nodes), node.code)]
    until = min(ask.last or clocks.as_of, clocks.as_of)
    days = queries.days_between(
        work.session, clocks=clocks, portfolios=ids, level=ask.level,
        method=ask.method if alone else None, first=ask.first or until - timedelta(days=REACH),
    )  # fmt: skip
    first, last = _period(days, node, ask, until)
    runs = queries.newest_runs(work.session, clocks=clocks, most=1)
    said = queries.comments(work.session, clocks=clocks, portfolios=[node.id], first=first)
    simulated = any(run.simulated for run in runs)
    return Backtested(ask, clocks, nodes, node, days, first, last, tuple(said), simulated)


def node_of(nodes: tuple[Node, ...], code: str) -> Node:
    """Return the node called ``code``, or the topmost one for all, among those that somebody may see."""
    if code == ALL:
        return nodes[0]
    found = next((node for node in nodes if node.code == code), None)
    if found is None:
        raise NotFound(
            f"There is no portfolio '{code[:40]}' that you may see. Choose one from the list of portfolios.",
            portfolio=code[:40],
        )
    return found


def _period(days: DayColumns, node: Node, ask: BacktestAsk, until: date) -> tuple[Day, Day]:
    """Return the first and last day within what was asked for: all of them, or the last 250."""
    mine = (days["portfolio_id"] == node.id) & (days["method"] == ask.method)
    found = days["day"][mine & (days["day"] <= np.datetime64(until))]
    if not len(found):
        return None, None
    begin = 0 if ask.first is not None else max(0, len(found) - USUAL_DAYS)
    first, last = found[[begin, -1]].astype("M8[D]").astype(object).tolist()
    return first, last
