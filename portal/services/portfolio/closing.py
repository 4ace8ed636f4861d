"""Closing days: the end-of-day value of every book, computed for many days at once and kept."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from data.queries import book_values as queries
from data.queries import portfolios as portfolio_queries
from data.queries.book_values import BookDay
from data.queries.market_days import MarketDays
from data.queries.trades import Versions, load_versions
from data.session import UnitOfWork
from data.writes import book_values as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.market.business_days import business_days
from portal.domain.portfolio.legs import months_of
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import Event
from portal.domain.portfolio.valuation import expiries_of, value_book
from portal.services.portfolio.books import visible_nodes

AT_ONCE = 130  # days whose quotes are held in memory together
MOST_DAYS = 5000
_CANCELLED = list(Event).index(Event.CANCELLED)

Told = Callable[[float, str], None]


def close_days(
    first: date,
    last: date,
    actor: Actor,
    *,
    known_at: datetime | None = None,
    recorded_at: datetime | None = None,
    tell: Told | None = None,
) -> int:
    """Value every book at the end of every business day from ``first`` to ``last``, store that, return the rows stored.

    All days are valued as known at ``known_at`` (now by default). ``recorded_at`` is stored as the moment of the run
    (now by default); the rows are seen from then on. ``tell`` hears the share done.

    Raises
    ------
    NotPermitted
        The actor may not repair data, which is the right to compute history anew.
    DomainError
        ``last`` lies before ``first``, or too many days are asked for at once.
    """
    actor.require(Permission.DATA_REPAIR)
    days: list[date] = business_days(first, last + timedelta(days=1)).tolist()
    if not days or len(days) > MOST_DAYS:
        raise DomainError(
            f"From {first} to {last} there are {len(days)} business days. Ask for 1 to {MOST_DAYS} of them.",
            first=str(first),
            last=str(last),
        )
    with UnitOfWork(write=True) as work:
        return close_in(work, days, known_at=known_at, recorded_at=recorded_at, tell=tell)


def close_in(
    work: UnitOfWork,
    days: Sequence[date],
    *,
    known_at: datetime | None = None,
    recorded_at: datetime | None = None,
    tell: Told | None = None,
) -> int:
    """Do the same for rising ``days`` within a transaction: for a loader, which acts for nobody."""
    moment = known_at or clock.now()
    stamp = recorded_at or clock.now()
    versions = load_versions(work.session, known_at=moment)
    books = [node.id for node in portfolio_queries.tree(work.session)]
    stored = 0
    for begin in range(0, len(days), AT_ONCE):
        part = days[begin : begin + AT_ONCE]
        rows = [
            row
            for market in _markets(work, versions, part, moment)
            for row in _closed(versions, market, books, stamp)
        ]
        stored += writes.append(work.session, rows)
        if tell is not None:
            tell((begin + len(part)) / len(days), f"Valued the books up to {part[-1]}")
    return stored


def _markets(
    work: UnitOfWork, versions: Versions, days: Sequence[date], known_at: datetime
) -> Iterator[Market]:
    book = versions.on(days[-1])
    months = months_of(versions.book)
    here = np.datetime64(days[-1], "M")
    curves = np.unique(np.concatenate([versions.book.curve, versions.book.curve2[versions.book.curve2 >= 0]]))
    expiries = np.unique(np.concatenate([expiries_of(versions.book), expiries_of(book)]), axis=0)
    return iter(
        MarketDays(
            work.session,
            clocks=Clocks(days[-1], known_at, live=False),
            days=days,
            first_month=months[0] if len(months) else here,
            last_month=months[-1] if len(months) else here,
            curve_ids=curves.tolist(),
            expiries=expiries,
        )
    )


def _closed(
    versions: Versions, market: Market, books: Sequence[int], recorded_at: datetime
) -> list[Mapping[str, Any]]:
    """Return the rows of one day: one for each book that ever had a trade by then."""
    book = versions.on(market.as_of)
    found = value_book(book, market, greeks=False)
    place = np.searchsorted(np.array(sorted(books), dtype=np.int64), book.portfolio)
    ordered, n = sorted(books), len(books)
    known = ~found.is_missing
    alive = book.event != _CANCELLED

    def by_book(values: Any, rows: Any) -> list[float]:
        sums: list[float] = np.bincount(place[rows], values[rows], n).tolist()
        return sums

    ones = np.ones(len(book))
    sums = zip(
        ordered,
        by_book(found.unrealised_eur, known),
        by_book(found.realised_eur, known),
        by_book(ones, alive),
        by_book(ones, alive & ~known),
        by_book(ones, ones > 0),
        strict=True,
    )
    return [
        {
            "portfolio_id": portfolio, "as_of": market.as_of, "recorded_at": recorded_at, "currency": market.reporting,
            "unrealised": unrealised, "realised": realised, "trades": int(trades), "missing": int(missing),
        }
        for portfolio, unrealised, realised, trades, missing, ever in sums
        if ever
    ]  # fmt: skip


def history(
    clocks: Clocks, actor: Actor, *, portfolio: str | None = None, first: date | None = None
) -> dict[str, list[BookDay]]:
    """Return the stored values of each book that the actor may see, by code, oldest first.

    Raises
    ------
    NotPermitted
        The actor may not read portfolios.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return history_in(work, clocks, actor, portfolio=portfolio, first=first)


def history_in(
    work: UnitOfWork, clocks: Clocks, actor: Actor, *, portfolio: str | None = None, first: date | None = None
) -> dict[str, list[BookDay]]:
    """Return the same within a transaction."""
    nodes = visible_nodes(work, actor)
    if portfolio:
        nodes = portfolio_queries.subtree(nodes, portfolio)
    codes = {node.id: node.code for node in nodes}
    rows = queries.history(work.session, clocks=clocks, portfolios=list(codes), first=first)
    found: dict[str, list[BookDay]] = {}
    for row in rows:
        found.setdefault(codes[row.portfolio_id], []).append(row)
    return found
