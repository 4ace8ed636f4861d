"""Why the value of the books changed between two days: both states loaded, revalued cause by cause, kept a while.

A period is one step from its start to its end, however long it is. Both states are read with the same ``known_at``, so
that a correction recorded since then changes both.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from data.queries.explain import last_change
from data.queries.marks import stamp
from data.queries.portfolios import Node, subtree
from data.queries.trades import load_book
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray1D, IntArray1D
from portal.core.clock import EARLIEST, Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.book import Book, concatenate
from portal.domain.portfolio.explain import Combined, Explanation, State, combine
from portal.domain.portfolio.explain import explain as explain_books
from portal.domain.portfolio.explain_price import PriceCells, price_cells
from portal.domain.portfolio.explain_terms import Sensitivities, sensitivities
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.rollup import PERIODS as TO_DATE
from portal.domain.portfolio.rollup import period_start
from portal.domain.portfolio.valuation import Valuation, value_book
from portal.services.portfolio.books import visible_nodes
from portal.services.portfolio.valuation import market_of
from portal.services.recent import Recent

SINCE = "since"
PERIODS = {**TO_DATE, SINCE: "Since a day"}
SETTLED = timedelta(minutes=1)  # rows of an import are recorded within it
LONG = 40  # days; from here on a period is said to be one long step


@dataclass(frozen=True, eq=False)
class Whole:
    """The explanation of all books that somebody sees, with what it was made from."""

    start: State
    end: State
    valued: tuple[Valuation, Valuation]
    found: Explanation
    cells: PriceCells
    terms: Sensitivities
    notional: FloatArray1D  # (r,) EUR, of the end, else of the start


@dataclass(frozen=True, eq=False)
class Explained:
    """An explanation seen from one node of the portfolio tree, or from one trade of it.

    ``nodes`` are those that the actor sees, parents first; ``node`` is None where all of them are meant.
    """

    clocks: Clocks
    since: date
    nodes: tuple[Node, ...]
    node: Node | None
    trade: int | None
    whole: Whole

    @cached_property
    def rows(self) -> BoolArray1D:
        """Which rows of the explanation are looked at, shape (r,)."""
        pairs = self.whole.found.pairs
        chosen: BoolArray1D = np.isin(pairs.portfolio, self.books_below(self.node))
        if self.trade is not None:
            chosen = chosen & (pairs.trade_id == self.trade)
        return chosen

    @property
    def known(self) -> BoolArray1D:
        """The rows looked at that have a value, shape (r,)."""
        known: BoolArray1D = self.rows & self.whole.found.known
        return known

    @cached_property
    def combined(self) -> Combined:
        """The lines of what is looked at, as one group."""
        return combine(self.whole.found, np.where(self.rows, 0, -1).astype(np.int64), 1)

    @property
    def simulated(self) -> bool:
        """Whether a curve that one of the trades is marked on is simulated."""
        curves = self.whole.end.market.curves
        books = (self.whole.start.book, self.whole.end.book)
        used = np.unique(np.concatenate([ids for book in books for ids in (book.curve, book.curve2)]))
        return bool(curves.simulated[np.isin(curves.id, used)].any())

    @property
    def top(self) -> Node | None:
        """The node looked at; where all are meant, the one that all others lie below, if there is one."""
        known = {node.id for node in self.nodes}
        roots = [node for node in self.nodes if node.parent_id not in known]
        return self.node or (roots[0] if len(roots) == 1 else None)

    def children(self) -> tuple[Node, ...]:
        """The nodes right below the top; the topmost ones where there are several."""
        known, top = {node.id for node in self.nodes}, self.top
        if top is None:
            return tuple(node for node in self.nodes if node.parent_id not in known)
        return tuple(node for node in self.nodes if node.parent_id == top.id)

    def books_below(self, node: Node | None) -> list[int]:
        """Ids of a node and of all below it; of all where it is None."""
        if node is None:
            return [one.id for one in self.nodes]
        return [one.id for one in subtree(self.nodes, node.code)]

    def group_of(self, nodes: tuple[Node, ...]) -> IntArray1D:
        """The position in ``nodes`` of the node that each row lies below; -1 for none, shape (r,)."""
        out = np.full(len(self.whole.found.pairs), -1, dtype=np.int64)
        for at, node in enumerate(nodes):
            out[np.isin(self.whole.found.pairs.portfolio, self.books_below(node))] = at
        return np.where(self.rows, out, -1)


_found: Recent[tuple[object, ...], Whole] = Recent(6)


def start_day(period: str, as_of: date, chosen: date | None = None) -> date:
    """Return the day at whose end a period starts.

    Raises
    ------
    DomainError
        A chosen day is missing.
    """
    if period != SINCE:
        return period_start(as_of, period)
    if chosen is None:
        raise DomainError("Choose the day from which the P&L is to be explained.")
    return chosen


def explain(
    clocks: Clocks, actor: Actor, since: date, portfolio: str | None = None, *, trade: int | None = None
) -> Explained:
    """Explain the P&L from the end of ``since`` to the end of ``clocks.as_of``.

    Raises
    ------
    NotPermitted
        The actor may not see portfolios.
    NotFound
        There is no such portfolio or trade among those that the actor sees.
    DomainError
        ``since`` is not before ``as_of``, or there is no trade at either end.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return explain_in(work, clocks, actor, since, portfolio, trade=trade)


def explain_in(
    work: UnitOfWork,
    clocks: Clocks,
    actor: Actor,
    since: date,
    portfolio: str | None = None,
    *,
    trade: int | None = None,
) -> Explained:
    """Explain the same within a transaction.

    Raises
    ------
    NotFound, DomainError
        As :func:`explain`.
    """
    if since.year < EARLIEST:
        raise DomainError(f"No P&L starts in the year {since.year}. Choose a day from {EARLIEST} on.")
    if since >= clocks.as_of:
        raise DomainError(
            f"The start {since:%Y-%m-%d} is not before the valuation day {clocks.as_of:%Y-%m-%d}. "
            "Choose an earlier start, or a later valuation day.",
            since=since.isoformat(),
        )
    nodes = tuple(visible_nodes(work, actor))
    books = tuple(node.id for node in nodes)
    url = str(work.session.get_bind().engine.url)
    key = (clocks.as_of, since, _moment(work, clocks), books, url)
    whole = _found.get(key, lambda: _explain(work, clocks, since, books))
    if not len(whole.found.pairs):
        raise DomainError(
            f"Your books hold no trade on {since:%Y-%m-%d} or on {clocks.as_of:%Y-%m-%d}. Enter or import trades, "
            "or choose another day."
        )
    node = next((one for one in nodes if one.code == portfolio), None)
    if portfolio and node is None:
        raise NotFound(f"There is no portfolio '{portfolio[:40]}' among those that you may see.")
    seen = Explained(clocks, since, nodes, node, trade, whole)
    if trade is not None and not seen.rows.any():
        raise NotFound(
            f"Trade {trade} is not in {node.name if node else 'your books'} between these days. "
            "Go back to the portfolio."
        )
    return seen


def _moment(work: UnitOfWork, clocks: Clocks) -> object:
    """What a result of these clocks depends on: the newest trade and import, or a moment that lies before them."""
    changed = last_change(work.session)
    is_after = changed is None or clocks.known_at >= changed + SETTLED
    return stamp(work.session) if clocks.live or is_after else clocks.known_at


def _explain(work: UnitOfWork, clocks: Clocks, since: date, books: tuple[int, ...]) -> Whole:
    both = (replace(clocks, as_of=since), clocks)
    before, after = (load_book(work.session, clocks=at, portfolios=books) for at in both)
    every = concatenate(before, after)  # the same curves and months for both days
    first, last = (market_of(work, at, every) for at in both)
    opening, closing = value_book(before, first), value_book(after, last, greeks=False)
    start, end = State(before, first, opening), State(after, last, closing)
    found = explain_books(start, end, _native)
    cells = price_cells(found, opening.legs, opening.to_eur, first, last)
    terms = sensitivities(found, cells, start, end, opening, _native)
    notional = _notional(found, (opening, closing))
    return Whole(start, end, (opening, closing), found, cells, terms, notional)


def _native(book: Book, market: Market) -> FloatArray1D:
    return value_book(book, market, greeks=False).total


def _notional(found: Explanation, valued: tuple[Valuation, Valuation]) -> FloatArray1D:
    """Notional of each row in EUR, of the end, else of the start; 0 where neither is known."""
    out = np.zeros(len(found.pairs))
    for valuation, at in zip(valued, (found.pairs.at_start, found.pairs.at_end), strict=True):
        there = np.flatnonzero(at >= 0)
        notional = np.abs(valuation.notional_eur[at[there]])
        out[there] = np.where(np.isfinite(notional), notional, out[there])
    return out
