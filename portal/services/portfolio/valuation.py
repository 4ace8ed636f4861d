"""The value of the books that an actor may see, on the day asked for and on the days that profits count from."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries.marks import load_market, stamp
from data.queries.portfolios import Node
from data.queries.trades import load_book
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import months_of, positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.rollup import PERIODS, Gap, gaps, period_pnl, period_start, roll_up, total
from portal.domain.portfolio.valuation import Valuation, expiries_of, value_book
from portal.services.portfolio.books import visible_nodes
from portal.services.recent import Recent

LIVE_SECONDS = 60.0  # a result of live clocks may be shown again, unless trades or prices came in
_Key = tuple[object, ...]
_recent: Recent[_Key, "ValuedBook"] = Recent(8)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ValuedBook:
    """Trades with their market and their values.

    ``nodes`` are those asked for, each above those below it; the trades are those of these nodes. ``clocks`` are the
    ones that the values belong to.
    """

    clocks: Clocks
    book: Book
    market: Market
    valuation: Valuation
    nodes: tuple[Node, ...]

    @cached_property
    def node_of(self) -> IntArray1D:
        """Position among ``nodes`` of each trade's node, shape (n,)."""
        ids = np.array([node.id for node in self.nodes], dtype=np.int64)
        order = np.argsort(ids)
        return np.asarray(order[np.searchsorted(ids[order], self.book.portfolio)], dtype=np.int64)

    @cached_property
    def parents(self) -> IntArray1D:
        """Position of the node above each node, -1 for none, shape (p,)."""
        place = {node.id: at for at, node in enumerate(self.nodes)}
        return np.array([place.get(node.parent_id or 0, -1) for node in self.nodes], dtype=np.int64)

    def by_node(self, values: FloatArray) -> FloatArray:
        """Return the sums of ``values`` of trades by node, shape (p,) or (p, k); NaN is left out."""
        return roll_up(self.parents, self.node_of, values)

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing or stale, with the money that rests on it."""
        return gaps(self.book, self.market, self.valuation)

    @property
    def simulated(self) -> bool:
        """Whether a curve that a trade is marked on is simulated."""
        used = np.unique(self.valuation.legs.curve)
        return bool(self.market.curves.simulated[used].any())

    def narrowed(self, code: str) -> "ValuedBook":
        """Return the part below the node ``code``.

        Raises
        ------
        NotFound
            There is no such node among those that the actor may see.
        """
        nodes = tuple(portfolio_queries.subtree(self.nodes, code))
        if not nodes:
            raise NotFound(
                f"There is no portfolio '{code}' that you may see. Choose one from the tree on Portfolio > Valuation.",
                portfolio=code,
            )
        kept = np.isin(self.book.portfolio, [node.id for node in nodes])
        return replace(self, book=self.book.take(kept), valuation=self.valuation.take(kept), nodes=nodes)


def valued(clocks: Clocks, actor: Actor, *, portfolio: str | None = None, greeks: bool = True) -> ValuedBook:
    """Return the trades that ``actor`` may see, in ``portfolio`` (a code) or everywhere, with their values.

    What was computed a moment ago is used again as long as no trade and no import has come in since.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    NotFound
        There is no such portfolio, or the actor may not see it.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        found = valued_in(work, clocks, actor, greeks=greeks)
    return found.narrowed(portfolio) if portfolio else found


def valued_in(work: UnitOfWork, clocks: Clocks, actor: Actor, *, greeks: bool = True) -> ValuedBook:
    """Return the same within a transaction, of all that the actor may see."""
    nodes = tuple(visible_nodes(work, actor))
    key = (clocks.as_of, _moment(work, clocks), nodes, greeks)  # whole nodes: one may hang elsewhere by now
    return _recent.get(key, lambda: _value(work, clocks, nodes, greeks))


def before(clocks: Clocks, period: str) -> Clocks:
    """Return the clocks that the profit of ``period`` counts from."""
    return replace(clocks, as_of=period_start(clocks.as_of, period))


@dataclass(frozen=True, eq=False)
class Profits:
    """Profit or loss of each trade of ``now`` by period, in the reporting currency: arrays of shape (n,).

    A trade without a value on one of the two days is NaN and left out of sums. One that came from another book since
    brings all of its value; ``left`` holds those that went to another book, as they were, with the nodes of ``now``:
    their books lose that value.
    """

    now: ValuedBook
    since: Mapping[str, date]
    by_trade: Mapping[str, FloatArray1D]
    left: Mapping[str, ValuedBook]

    def lost(self, period: str) -> FloatArray1D:
        """Return what each trade of ``left`` takes away, shape (k,)."""
        return -self.left[period].valuation.total_eur

    def by_node(self, period: str) -> FloatArray1D:
        """Return the sums of a period by node, shape (p,)."""
        return self.now.by_node(self.by_trade[period]) + self.left[period].by_node(self.lost(period))

    def total(self, period: str) -> float:
        """Return the sum of a period over all trades."""
        return total(np.concatenate([self.by_trade[period], self.lost(period)]))


def profits(clocks: Clocks, actor: Actor, *, portfolio: str | None = None) -> Profits:
    """Return the values of the day and the profits of the day, the month and the year.

    Raises
    ------
    NotPermitted, NotFound
        As :func:`valued`.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return profits_in(work, clocks, actor, portfolio=portfolio)


def profits_in(
    work: UnitOfWork,
    clocks: Clocks,
    actor: Actor,
    *,
    portfolio: str | None = None,
    periods: tuple[str, ...] = (),
) -> Profits:
    """Return the same within a transaction, of ``periods`` (all by default)."""
    now = valued_in(work, clocks, actor)
    now = now.narrowed(portfolio) if portfolio else now
    by_trade: dict[str, FloatArray1D] = {}
    left: dict[str, ValuedBook] = {}
    for period in periods or tuple(PERIODS):
        then = valued_in(work, before(clocks, period), actor, greeks=False)
        stays = _stays(then.book, now.book)
        by_trade[period] = period_pnl(
            now.book.trade_id,
            now.valuation.total_eur,
            then.book.trade_id[stays],
            then.valuation.total_eur[stays],
        )
        gone = ~stays & np.isin(then.book.portfolio, [node.id for node in now.nodes])
        taken = then.book.take(gone), then.valuation.take(gone)
        left[period] = replace(then, book=taken[0], valuation=taken[1], nodes=now.nodes)
    since = {period: period_start(clocks.as_of, period) for period in by_trade}
    return Profits(now, since, by_trade, left)


def _stays(then: Book, now: Book) -> BoolArray1D:
    """Tell which trades of an earlier book are in the same portfolio of the later one, shape (k,)."""
    at = positions_in(now.trade_id, then.trade_id)
    stays: BoolArray1D = at >= 0
    stays[stays] = now.portfolio[at[stays]] == then.portfolio[stays]
    return stays


def _moment(work: UnitOfWork, clocks: Clocks) -> _Key:
    """Return what a result of these clocks depends on: their moment, or for live ones the newest trade and import."""
    database = str(work.session.get_bind().engine.url)
    if not clocks.live:
        return clocks.known_at, database
    return (*stamp(work.session), int(time.monotonic() / LIVE_SECONDS), database)


def _value(work: UnitOfWork, clocks: Clocks, nodes: tuple[Node, ...], greeks: bool) -> ValuedBook:
    session = work.session
    book = load_book(session, clocks=clocks, portfolios=[node.id for node in nodes])
    market = market_of(work, clocks, book)
    return ValuedBook(clocks, book, market, value_book(book, market, greeks=greeks), nodes)


def market_of(work: UnitOfWork, clocks: Clocks, book: Book) -> Market:
    """Return the market that ``book`` is valued in: its curves and months, and no others."""
    months = months_of(book)
    here = np.datetime64(clocks.as_of, "M")
    first, last = (months[0], months[-1]) if len(months) else (here, here)
    curves = set(np.unique(book.curve).tolist()) | set(book.curve2[book.curve2 >= 0].tolist())
    return load_market(
        work.session,
        clocks=clocks,
        first_month=first,
        last_month=last,
        curve_ids=curves if len(book) else [],
        expiries=expiries_of(book),
    )
