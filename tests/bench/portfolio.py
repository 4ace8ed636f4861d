"""The books: 100,000 trades from database to values, positions of 200,000, and why the demo desk's value changed.

Everything is measured round by round beside its baseline, so that both met the same machine. The options are priced
again by QuantLib in a loop; their values must agree before their times are compared.
"""

import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
import pandas as pd
from sqlalchemy import text

from data.queries import portfolios as tree_queries
from data.queries import positions as queries
from data.queries import trades as trade_queries
from data.queries.positions import Selection
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.portfolio import flexible_contracts, valuation
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.flexible_part import contracts_of
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.rollup import PERIODS, period_start
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valued_rows import Parts
from portal.services.portfolio import explain as explaining
from portal.services.portfolio import position_ask, positions
from portal.services.portfolio.position_ask import Ask
from portal.services.portfolio.valuation import market_of
from tests.bench import quantlib_loop
from tests.bench.large_book import TRADES
from tests.bench.report import Figure, middle, percentile
from tests.bench.stage import Stage
from tests.helpers import databases

Made = TypeVar("Made")
QUANTLIB_RATIO = 20.0
AGREE = {"spread_greeks": 0.01}  # of the larger price: Kirk's formula is no exact value
EXACT = 1e-9
READ_ALL, EVERY_COALITION = "pandas: read all, group", "every trade in 64 coalitions"
COALITIONS = 64
MARKETS = 100
PIVOTS = {
    "portfolio by month": (Ask(), frozenset({"portfolio", "month"})),
    "hub by year, native units": (
        Ask(rows="hub", columns="tenor", tenor="year", unit="native"),
        frozenset({"curve", "month"}),
    ),
    "counterparty by instrument": (
        Ask(rows="counterparty", columns="kind"),
        frozenset({"counterparty", "kind"}),
    ),
    "book by hub, rights too, all months": (
        Ask(rows="book", columns="hub", first="all", count="notional"),
        frozenset({"portfolio", "curve"}),
    ),
}


def measure(stage: Stage, *, rounds: int, quick: bool, only: str = "") -> list[Figure]:
    """Return the figures of valuation, positions and P&L explain."""
    count = TRADES // 10 if quick else TRADES
    found: list[Figure] = []
    if only in ("", "value"):
        with databases.connected(stage.book(count)):
            found += _value(count, rounds)
    if only in ("", "positions"):
        with databases.connected(stage.book(2 * count)):
            found += _positions(2 * count, rounds)
    if only in ("", "explain"):
        with databases.connected(stage.demo()):
            found += _explain(rounds)
    return found


def timed(make: Callable[[], Made]) -> tuple[float, Made]:
    """Return the seconds that ``make`` took, and what it made."""
    began = time.perf_counter()
    made = make()
    return time.perf_counter() - began, made


def _clocks() -> Clocks:
    with UnitOfWork() as work:
        day = work.session.scalar(text("SELECT max(trade_date) FROM curve_points"))
    return Clocks(day, clock.now(), live=False)


def _book_and_market(clocks: Clocks) -> tuple[Book, Market, float, float]:
    with UnitOfWork() as work:
        ids = [node.id for node in tree_queries.tree(work.session)]
        reading, book = timed(lambda: trade_queries.load_book(work.session, clocks=clocks, portfolios=ids))
        marking, market = timed(lambda: market_of(work, clocks, book))
    return book, market, reading, marking


def _naive_read(clocks: Clocks) -> pd.DataFrame:
    """Read all versions as rows, and keep the newest of each trade."""
    with UnitOfWork() as work:
        rows = pd.read_sql("SELECT * FROM trades", work.session.connection())
    rows = rows[(rows.effective_on <= clocks.as_of) & (rows.recorded_at <= clocks.known_at)]
    return rows.sort_values(["trade_id", "version"]).drop_duplicates("trade_id", keep="last")


def _value(count: int, rounds: int) -> Iterator[Figure]:
    clocks = _clocks()
    flexible_contracts.forget()
    book, market, reading, marking = _book_and_market(clocks)
    first, _ = timed(lambda: valuation.value_book(book, market))
    cold = reading + marking + first
    parts: dict[str, list[float]] = {"read": [], "market": [], "valuation": [], "whole": [], "pandas": []}
    for _ in range(rounds):
        book, market, reading, marking = _book_and_market(clocks)
        valuing, valued = timed(lambda: valuation.value_book(book, market))  # noqa: B023  (called at once)
        whole = reading + marking + valuing
        rows, _ = timed(lambda: _naive_read(clocks))
        for name, seconds in zip(parts, (reading, marking, valuing, whole, rows), strict=True):
            parts[name].append(seconds)
    group, subject = "portfolio, value", f"{count:,} trades"
    yield Figure(group, subject, "trades without a value", int(valued.is_missing.sum()), "")
    read_rows = middle(parts["pandas"])
    yield Figure(
        group, subject, "read the trades, p50", middle(parts["read"]), "s", read_rows, "pandas: read all"
    )
    yield Figure(group, subject, "read the market, p50", middle(parts["market"]), "s")
    yield Figure(group, subject, "value with greeks, p50", middle(parts["valuation"]), "s")
    yield Figure(group, subject, "database to result, p50", middle(parts["whole"]), "s", target=2.0)
    yield Figure(group, subject, "database to result, worst", max(parts["whole"]), "s", target=2.0)
    yield Figure(group, subject, "database to result, first of a process", cold, "s", target=2.0)
    yield from _flexible(book, market)
    yield from _options(book, market)


def _flexible(book: Book, market: Market) -> Iterator[Figure]:
    """Yield what storage and swing contracts take by themselves, when their result is and is not remembered."""
    chosen = book.take((book.kind == Kind.STORAGE) | (book.kind == Kind.SWING))
    flexible_contracts.forget()
    cold, _ = timed(lambda: valuation.value_book(chosen, market))
    warm, _ = timed(lambda: valuation.value_book(chosen, market))
    subject = f"{len(chosen)} storage and swing"
    yield Figure("portfolio, value", subject, "first valuation", cold, "s")
    yield Figure("portfolio, value", subject, "again in the same market", warm, "s", cold, "first valuation")
    together, alone = _many_markets(chosen, market)
    yield Figure(
        "portfolio, value", subject, "a market, of 100 at once", together, "s", alone, "each by itself"
    )


def _many_markets(book: Book, market: Market) -> tuple[float, float]:
    """Return the seconds that storage and swing take a market: in a batch, and one by one."""
    rows, _ = valuation.value_legs(book, market, greeks=False)
    rng, together, alone = np.random.default_rng(1), 0.0, 0.0
    for contract in contracts_of(rows, Parts(len(rows.legs))):
        free = contract.free_months
        if free is None:
            continue
        moves = np.exp(0.02 * rng.standard_normal((MARKETS, len(free.at))))
        curves = rows.forward(free.at) * moves
        if not np.isfinite(curves).all():
            continue
        seconds, values = timed(lambda: free.terms.scenarios(curves, free.times, free.factor))  # noqa: B023
        few, single = timed(lambda: [free.terms.whole(c, free.times, free.factor).value for c in curves[:5]])  # noqa: B023
        if not np.allclose(values[:5], single, rtol=EXACT):
            raise SystemExit("Storage or swing is worth something else in a batch than by itself.")
        together, alone = together + seconds / MARKETS, alone + few / len(single)
    return together, alone


def _options(book: Book, market: Market) -> Iterator[Figure]:
    """Yield our engines and QuantLib's over the same options, each kind and all together."""
    group, ours, theirs, priced = "portfolio, options with greeks", 0.0, 0.0, 0
    runs = []
    for _ in range(4):
        with quantlib_loop.watched() as calls:
            valuation.value_book(book, market)
        runs.append(calls)
    for name, label in quantlib_loop.LABELS.items():
        seconds, number, gap = quantlib_loop.looped(name, calls)
        if gap > AGREE.get(name, EXACT):
            raise SystemExit(f"QuantLib values options ({label}) otherwise: by {gap:.2g} of their price.")
        mine = middle([run.seconds.get(name, 0.0) for run in runs[1:]])  # the first one warms up
        ours, theirs, priced = ours + mine, theirs + seconds, priced + number
        yield Figure(
            group, f"{number:,} months, {label}", "engine", mine, "s", seconds, "QuantLib, one by one"
        )
    target = theirs / QUANTLIB_RATIO
    yield Figure(
        group, f"all {priced:,} months", "engines", ours, "s", theirs, "QuantLib, one by one", target
    )


def _positions(count: int, rounds: int) -> Iterator[Figure]:
    """Yield the grouped sums behind a pivot, and the whole pivot; the baseline reads all rows and groups them."""
    clocks = _clocks()
    reading, rows = timed(_ledger)
    for name, (ask, by) in PIVOTS.items():
        in_sql, in_all, grouped = [], [], []
        for number in range(rounds + 1):
            with UnitOfWork() as work:
                chosen = position_ask.selection(position_ask.load_desk(work, SYSTEM), ask, clocks)
                values = ("volume",) if ask.unit == "native" else ("mwh",)
                seconds, _ = timed(
                    lambda: queries.sums(work.session, clocks=clocks, chosen=chosen, by=by, values=values)  # noqa: B023
                )
            whole, _ = timed(lambda: positions.pivot_view(ask, clocks, SYSTEM))  # noqa: B023
            naive, _ = timed(lambda: _grouped(rows, by, chosen, clocks))  # noqa: B023
            if number:  # the first view of a pivot is planned and compiled
                in_sql.append(1000 * seconds)
                in_all.append(1000 * whole)
                grouped.append(1000 * naive)
        group, subject, naive = "portfolio, positions", f"{count:,} trades", middle(grouped)
        everything = 1000 * reading + naive
        yield Figure(group, subject, f"{name}: sums, p50", middle(in_sql), "ms", everything, READ_ALL, 200.0)
        yield Figure(
            group, subject, f"{name}: sums, p95", percentile(in_sql, 95), "ms", everything, READ_ALL, 200.0
        )
        yield Figure(group, subject, f"{name}: whole pivot, p50", middle(in_all), "ms", everything, READ_ALL)
        yield Figure(
            group, subject, f"{name}: sums again", middle(in_sql), "ms", naive, "pandas: group rows in memory"
        )
    yield Figure(group, subject, "entries of the ledger", len(rows), "")


def _ledger() -> pd.DataFrame:
    with UnitOfWork() as work:
        return pd.read_sql("SELECT * FROM portfolio_positions", work.session.connection())


def _grouped(rows: pd.DataFrame, by: frozenset[str], chosen: Selection, clocks: Clocks) -> pd.DataFrame:
    """Return the same sums by pandas, from all rows of the ledger."""
    kept = (rows.effective_on <= clocks.as_of) & (rows.recorded_at <= clocks.known_at)
    kept &= rows.portfolio_id.isin(chosen.portfolios)
    if chosen.first is not None:
        kept &= rows.month >= chosen.first
    if not chosen.optional:
        kept &= ~rows.is_optional
    keys = [{"kind": "kind", "month": "month"}.get(name, f"{name}_id") for name in sorted(by)]
    return rows[kept].groupby([*keys, "side"])[["volume", "volume_mwh"]].sum()


def _explain(rounds: int) -> Iterator[Figure]:
    """Yield the explanations of the demo desk; the baseline revalues every trade in every coalition of causes."""
    clocks = _clocks()
    for period in PERIODS:
        since = period_start(clocks.as_of, period)
        flexible_contracts.forget()
        took: list[float] = []
        for _ in range(rounds + 1):
            with UnitOfWork() as work:  # below the door that remembers results for a while
                ids = tuple(node.id for node in tree_queries.tree(work.session))
                seconds, seen = timed(lambda: explaining._explain(work, clocks, since, ids))  # noqa: B023
            took.append(seconds)
        end = seen.end
        one = middle(
            [timed(lambda: valuation.value_book(end.book, end.market, greeks=False))[0] for _ in range(3)]  # noqa: B023
        )
        naive, target = COALITIONS * one, 3.0 if period == "dtd" else None
        live = int((end.book.delivery_end > np.datetime64(clocks.as_of)).sum())
        group, subject = "portfolio, explain", f"{period.upper()}, {live:,} live of {len(end.book):,} trades"
        yield Figure(group, subject, "explain, p50", middle(took[1:]), "s", naive, EVERY_COALITION, target)
        yield Figure(group, subject, "explain, first", took[0], "s", naive, EVERY_COALITION, target)
