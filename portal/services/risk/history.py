"""The days of the backtest: what each method forecast for the next day, and what came; computed in order, then kept.

Of each pair of neighbouring business days the positions of the first are valued on both. The hypothetical P&L is that
of these positions as they were; the actual one is that of the same trades as they stood on the second day, amendments
and cancellations included, new deals left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.queries import portfolios as portfolio_queries
from data.queries.factor_history import load_factor_history
from data.queries.market_days import MarketDays
from data.queries.trades import Versions, load_versions
from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core import clock
from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import months_of, positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.rollup import roll_up
from portal.domain.portfolio.valuation import Valuation, expiries_of, value_book
from portal.domain.risk.daily_forecasts import forecasts
from portal.domain.risk.revaluation.exposures import exposures
from portal.domain.risk.revaluation.outcome import effective_moves
from portal.domain.risk.scenarios.factors import FactorSet
from portal.domain.risk.scenarios.market_factors import market_factors
from portal.domain.risk.scenarios.market_moves import price_cells
from portal.domain.risk.scenarios.native import absolute_moves, native_moves, shocks_of_history
from portal.domain.risk.scenarios.proxies import complete_moves
from portal.services.risk.runs import LEVELS

WINDOW = 250  # days of history behind each forecast
LEAST_WINDOW = 200
AT_ONCE = 65  # days whose rows are stored together
SPARE_DAYS = 40
Report = Callable[[float, str], None]


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Past:
    """Complete native moves of the factors, shape (n, k), by day."""

    factors: FactorSet
    day: DateArray1D
    moves: FloatArray2D

    def before(self, day: date, window: int) -> FloatArray2D:
        """The moves of the last days up to ``day``."""
        end = int(np.searchsorted(self.day, np.datetime64(day, "D"), side="right"))
        return self.moves[max(0, end - window) : end]


@dataclass(frozen=True, eq=False)
class _Close:
    """The books at the end of a day."""

    market: Market
    book: Book
    valuation: Valuation


def fill_days(
    days: Sequence[date],
    *,
    known_at: datetime | None = None,
    recorded_at: datetime | None = None,
    window: int = WINDOW,
    report: Report | None = None,
) -> int:
    """Forecast and settle the days after the first of rising business ``days``, store that, return the rows stored.

    Days without enough history for a forecast are left out.

    Raises
    ------
    DomainError
        Fewer than two days, or no trades on any of them.
    """
    if len(days) < 2:
        raise DomainError(
            "A backtest needs two business days at least: one to forecast on, one to compare with."
        )
    tell, moment = report or _silent, known_at or clock.now()
    with UnitOfWork() as work:
        versions = load_versions(work.session, known_at=moment)
        if not len(versions.book):
            raise DomainError(
                "There are no trades, so there is nothing to forecast. Enter or import trades first."
            )
        nodes = portfolio_queries.tree(work.session)
        markets = _markets(work, versions, days, moment)
        past: _Past | None = None
        rows: list[Mapping[str, Any]] = []
        stored, before = 0, None
        parents, place = _tree(nodes)
        for at, market in enumerate(markets):
            if past is None:
                past = _past(work, market, Clocks(days[-1], moment, live=False), days[0], window)
            book = versions.on(market.as_of)
            if before is not None:
                made = _day(before, market, book, past, window, (parents, place))
                rows += [row | {"recorded_at": recorded_at or clock.now()} for row in made]
            before = _Close(market, book, value_book(book, market))
            if len(rows) and (at % AT_ONCE == 0 or at == len(days) - 1):
                stored += _store(rows)
                rows = []
            tell((at + 1) / len(days), f"Backtested up to {market.as_of}")
    return stored


def _store(rows: Sequence[Mapping[str, Any]]) -> int:
    with UnitOfWork(write=True) as work:
        return writes.insert_days(work.session, rows)


def _tree(nodes: Sequence[portfolio_queries.Node]) -> tuple[IntArray1D, Mapping[int, int]]:
    place = {node.id: at for at, node in enumerate(nodes)}
    return np.array([place.get(node.parent_id or 0, -1) for node in nodes], dtype=np.int64), place


def _markets(
    work: UnitOfWork, versions: Versions, days: Sequence[date], known_at: datetime
) -> Iterator[Market]:
    months = months_of(versions.book)
    curves = np.unique(np.concatenate([versions.book.curve, versions.book.curve2[versions.book.curve2 >= 0]]))
    return iter(
        MarketDays(
            work.session,
            clocks=Clocks(days[-1], known_at, live=False),
            days=days,
            first_month=months[0],
            last_month=months[-1],
            curve_ids=curves.tolist(),
            expiries=expiries_of(versions.book),
        )
    )


def _past(work: UnitOfWork, market: Market, clocks: Clocks, first: date, window: int) -> _Past:
    used = np.flatnonzero((market.marks.price == market.marks.price).any(axis=1))
    factors = market_factors(market, curve_ids=market.curves.id[used].tolist())
    begin = first - timedelta(days=window * 7 // 5 + SPARE_DAYS)
    history = load_factor_history(work.session, clocks=clocks, factors=factors, first=begin)
    factors = shocks_of_history(factors, history)
    found = complete_moves(native_moves(history, factors), factors, history.day)
    return _Past(factors, history.day[found.kept], found.moves)


def _day(
    before: _Close,
    market: Market,
    book: Book,
    past: _Past,
    window: int,
    tree: tuple[IntArray1D, Mapping[int, int]],
) -> list[dict[str, Any]]:
    """The rows of one day: forecasts of the day before, and the P&L of this one, by node."""
    parents, place = tree
    native = past.before(before.market.as_of, window)
    if len(native) < min(window, LEAST_WINDOW):
        return []
    after = value_book(before.book, market, greeks=False)
    gain = after.total_eur - before.valuation.total_eur
    node = np.array([place[key] for key in before.book.portfolio.tolist()], dtype=np.int64)
    hypothetical = roll_up(parents, node, gain)
    actual = hypothetical + roll_up(parents, node, _amended(before, market, book, after))
    lost = roll_up(parents, node, (~np.isfinite(gain)).astype(np.float64))
    factors, exposure, gamma = _sensitivities(before, past.factors, node, parents)
    moves = effective_moves(factors, absolute_moves(factors, native))
    found = forecasts(moves, exposure, gamma)
    return [
        {
            "portfolio_id": key, "day": market.as_of, "method": method, "level": level,
            "value_at_risk": float(values[at, n, 0]), "expected_shortfall": float(values[at, n, 1]),
            "hypothetical": float(hypothetical[at]), "actual": float(actual[at]), "missing": int(lost[at]),
        }
        for method, values in found.items()
        for key, at in place.items()
        for n, level in enumerate(LEVELS)
    ]  # fmt: skip


def _amended(before: _Close, market: Market, book: Book, after: Valuation) -> FloatArray1D:
    """What amendments and cancellations of the day add to each trade of the day before, EUR, shape (n,)."""
    extra = np.zeros(len(before.book))
    at = positions_in(book.trade_id, before.book.trade_id)
    changed = np.flatnonzero((at >= 0) & (book.version[np.maximum(at, 0)] != before.book.version))
    if len(changed):
        now = value_book(book.take(at[changed]), market, greeks=False).total_eur
        difference = now - after.total_eur[changed]
        extra[changed] = np.where(np.isfinite(difference), difference, 0.0)
    return extra


def _sensitivities(
    before: _Close, reference: FactorSet, node: IntArray1D, parents: IntArray1D
) -> tuple[FactorSet, FloatArray2D, FloatArray2D]:
    """Return the factors at the levels of the day, and exposures and gammas of nodes to them, shape (p, k)."""
    market, valuation, p, k = before.market, before.valuation, len(parents), len(reference)
    today = market_factors(market, curve_ids=np.unique(reference.curve[reference.curve >= 0]).tolist())
    levels = dict(zip(_keys(today), today.level.tolist(), strict=True))
    # a factor that the day does not have cannot be held; its level only scales an exposure of zero
    level = np.array(
        [levels.get(key, own) for key, own in zip(_keys(reference), reference.level.tolist(), strict=True)]
    )
    factors = replace(reference, as_of=market.as_of, level=level)
    found = exposures(before.book, market, valuation, factors)
    flat = np.bincount(node[found.row] * k + found.column, found.exposure, p * k).reshape(p, k)
    legs = valuation.legs
    worth = market.curves.money * np.array([market.fx.get(name, np.nan) for name in market.curves.currency])
    column = price_cells(market, factors)[legs.curve, legs.month]
    amount = np.where(legs.gamma == 0.0, 0.0, legs.gamma * worth[legs.curve])
    kept = np.flatnonzero((column >= 0) & np.isfinite(amount) & (amount != 0.0))
    bent = np.bincount(node[legs.trade[kept]] * k + column[kept], amount[kept], p * k).reshape(p, k)
    return factors, _rolled(parents, flat), _rolled(parents, bent)


def _rolled(parents: IntArray1D, sums: NDArray[Any]) -> FloatArray2D:
    return roll_up(parents, np.arange(len(parents)), np.asarray(sums, np.float64))


def _keys(factors: FactorSet) -> list[tuple[int, int, int, str]]:
    return list(
        zip(
            factors.kind.tolist(),
            factors.curve.tolist(),
            factors.tenor.tolist(),
            factors.currency,
            strict=True,
        )
    )


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""
