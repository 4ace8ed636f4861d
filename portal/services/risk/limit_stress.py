"""What a stress scenario would have cost on days of the past: the books of the day, in the market of the day, stressed.

Nothing of that is stored, so it is computed when it is asked for, on every twentieth business day, by full revaluation.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import portfolios as portfolio_queries
from data.queries.market_days import MarketDays
from data.queries.marks import stamp
from data.queries.portfolios import Node
from data.queries.trades import Versions, load_versions
from data.session import UnitOfWork
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.market.business_days import business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import months_of
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.valuation import expiries_of, value_book
from portal.domain.risk.stress.impact import impact
from portal.domain.risk.stress.shocks import Layer
from portal.services.recent import Recent
from portal.services.risk.stress_catalogue import entries_in

EVERY = 20
"""Business days between two revaluations."""


@dataclass(frozen=True)
class StressedDays:
    """P&L of each book in one scenario by day, EUR; days that the scenario cannot be applied on are left out."""

    day: tuple[date, ...]
    by_book: tuple[Mapping[int, float], ...]

    def pnl_of(self, nodes: Sequence[Node], node: int) -> dict[date, float]:
        """Return the P&L of a node (id) with all below it, by day."""
        code = next((item.code for item in nodes if item.id == node), "")
        below = {item.id for item in portfolio_queries.subtree(nodes, code)}
        return {
            day: float(sum(value for book, value in found.items() if book in below))
            for day, found in zip(self.day, self.by_book, strict=True)
        }


_recent: Recent[tuple[object, ...], StressedDays] = Recent(64)


def sampled(clocks: Clocks, first: date) -> list[date]:
    """Return every twentieth business day up to the valuation day, rising, which is the last of them."""
    days = business_days(first, clocks.as_of + timedelta(days=1), desk_holidays(first, clocks.as_of))
    found: list[date] = days[::-1][::EVERY].tolist()
    return found[::-1]


def stressed_days(work: UnitOfWork, clocks: Clocks, scenario: str, first: date) -> StressedDays:
    """Return what a scenario would have cost since ``first``; empty where there is no such scenario or no trade."""
    moment = stamp(work.session) if clocks.live else (clocks.known_at,)
    database = str(work.session.get_bind().engine.url)
    key = (database, moment, clocks.as_of, first, scenario)
    return _recent.get(key, lambda: _stressed_days(work, clocks, scenario, sampled(clocks, first)))


def _stressed_days(work: UnitOfWork, clocks: Clocks, scenario: str, days: Sequence[date]) -> StressedDays:
    versions = load_versions(work.session, known_at=clocks.known_at)
    if not len(versions.book) or not days:
        return StressedDays((), ())
    found: dict[date, Mapping[int, float]] = {}
    layers: tuple[Layer, ...] | None = None
    wanted = set(days)
    for market in _markets(work, versions, clocks, days):
        if market.as_of not in wanted:
            continue
        if layers is None:
            entry = entries_in(work, clocks, market).get(scenario)
            if entry is None:
                break
            layers = entry.scenario.layers
        book = versions.on(market.as_of)
        if len(book):
            with suppress(DomainError):  # a scenario that the prices of a day refuse says nothing of that day
                gain = impact(book, value_book(book, market, greeks=False), market, layers).pnl
                found[market.as_of] = _by_book(book, gain)
    return StressedDays(tuple(found), tuple(found.values()))


def _by_book(book: Book, gain: FloatArray1D) -> dict[int, float]:
    books, place = np.unique(book.portfolio, return_inverse=True)
    sums = np.bincount(place.ravel(), np.nan_to_num(gain), len(books))
    return dict(zip(books.tolist(), sums.tolist(), strict=True))


def _markets(work: UnitOfWork, versions: Versions, clocks: Clocks, days: Sequence[date]) -> Iterator[Market]:
    """Markets of all days from the first of ``days`` to the last: each is the one before it with a day on top."""
    months = months_of(versions.book)
    curves = np.unique(np.concatenate([versions.book.curve, versions.book.curve2[versions.book.curve2 >= 0]]))
    return iter(
        MarketDays(
            work.session,
            clocks=clocks,
            days=business_days(days[0], days[-1] + timedelta(days=1)).tolist(),
            first_month=months[0],
            last_month=months[-1],
            curve_ids=curves.tolist(),
            expiries=expiries_of(versions.book),
        )
    )
