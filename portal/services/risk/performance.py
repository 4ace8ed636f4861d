"""How books have done by their stored closes: statistics of the daily results, and the drawdown."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.risk.book_performance import BookPerformance, book_performance
from portal.domain.risk.drawdown import falls, running
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.book_days import Closes, closes_in
from portal.services.risk.earnings import EarningsAsk
from portal.services.risk.runs import ALL

REACH = {"year": timedelta(days=366), "half": timedelta(days=183)}
LEAST_DAYS = 2


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Performance:
    """One part of the tree with its closes; ``node`` None means all that may be seen."""

    node: Node | None
    closes: Closes
    capital: float

    @property
    def code(self) -> str:
        """Code in addresses."""
        return "all" if self.node is None else self.node.code

    @property
    def name(self) -> str:
        """Name for people."""
        return "All that you may see" if self.node is None else self.node.name

    @property
    def days(self) -> int:
        """Days with a result."""
        return len(self.closes.pnl)

    @cached_property
    def figures(self) -> BookPerformance | None:
        """Statistics of the daily results; None with fewer than two days, or without any move."""
        if self.days < LEAST_DAYS or not self.closes.pnl.any():
            return None
        return book_performance(self.closes.pnl, self.capital)

    @property
    def path(self) -> FloatArray1D:
        """Running result from the first close on, shape (n + 1,), EUR."""
        return np.asarray(running(self.closes.pnl), np.float64)

    @property
    def below(self) -> FloatArray1D:
        """How far the running result stands below its peak, shape (n + 1,), EUR, not negative."""
        return np.asarray(falls(self.path), np.float64)


def performance(ask: EarningsAsk, clocks: Clocks, actor: Actor) -> tuple[Performance, ...]:
    """Return the portfolio that is asked for, then those right below it.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    NotFound
        There is no such portfolio among those that the actor may see.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        nodes = visible_nodes(work, actor)
        chosen = _node(nodes, ask.risk.portfolio)
        shown = [chosen, *_below(nodes, chosen)]
        return tuple(_of(work, ask, clocks, nodes, node) for node in shown)


def performance_in(work: UnitOfWork, ask: EarningsAsk, clocks: Clocks, actor: Actor) -> Performance:
    """Return the portfolio that is asked for within a transaction."""
    nodes = visible_nodes(work, actor)
    return _of(work, ask, clocks, nodes, _node(nodes, ask.risk.portfolio))


def first_day(ask: EarningsAsk, clocks: Clocks) -> date | None:
    """Return the first day that counts; None for all."""
    return clocks.as_of - REACH[ask.span] if ask.span in REACH else None


def _of(
    work: UnitOfWork, ask: EarningsAsk, clocks: Clocks, nodes: list[Node], node: Node | None
) -> Performance:
    code = None if node is None else node.code
    found = closes_in(work, clocks, nodes, code, first=first_day(ask, clocks))
    return Performance(node, found, ask.capital)


def _node(nodes: list[Node], code: str) -> Node | None:
    if code == ALL:
        return None
    found = next((node for node in nodes if node.code == code), None)
    if found is None:
        raise NotFound(
            f"There is no portfolio '{code[:40]}' that you may see. Choose one from the list of portfolios.",
            portfolio=code[:40],
        )
    return found


def _below(nodes: list[Node], chosen: Node | None) -> list[Node]:
    if chosen is not None:
        return [node for node in nodes if node.parent_id == chosen.id]
    ids = {node.id for node in nodes}
    tops = [node for node in nodes if node.parent_id not in ids]
    return [node for node in nodes if node.parent_id == tops[0].id] if len(tops) == 1 else tops


def day_place(found: Performance, day: str) -> int:
    """Return the position of a day among the results.

    Raises
    ------
    DomainError
        There is no close of that day.
    """
    days = [str(stamp) for stamp in found.closes.pnl_day.tolist()]
    if day not in days:
        raise DomainError(f"There is no close of '{day[:20]}'. Open the figure again from the page.")
    return days.index(day)
