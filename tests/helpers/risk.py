"""A small run of risk for tests: three trades in three books, four factors, and as many scenarios as asked for."""

from datetime import UTC, date, datetime

import numpy as np

from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.revaluation.linear import linear_outcome
from portal.domain.risk.revaluation.outcome import Outcome, effective_moves
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet, ScenarioSet, Shock
from portal.domain.risk.scenarios.market_factors import market_factors
from portal.services.portfolio.valuation import valued_in
from portal.services.risk import making, runs, store
from portal.services.risk.runs import Run
from tests.helpers.trades import ids

DAY = date(2026, 7, 14)


def small_factors() -> FactorSet:
    """Two months of Brent, its volatility, and the dollar."""
    return FactorSet(
        as_of=DAY,
        kind=np.array([0, 0, 1, 2], np.int8),
        curve=np.array([1, 1, 1, -1]),
        tenor=np.array([1, 2, 0, 0]),
        currency=("USD", "USD", "USD", "USD"),
        label=("BRENT +1", "BRENT +2", "BRENT volatility", "EUR per USD"),
        unit=("USD/bbl", "USD/bbl", "relative", "relative"),
        level=np.array([70.0, 71.0, 1.0, 1.0]),
        shock=(Shock.RELATIVE,) * 4,
        shift=np.zeros(4),
    )


def small_outcome(scenarios: ScenarioSet) -> Outcome:
    """Three trades in GAS_EU, POWER_DE and OIL; the second is revalued."""
    books = ids("portfolios")
    rest = np.random.default_rng(11).normal(0, 5, (1, len(scenarios)))
    return Outcome(
        trade_id=np.array([1, 2, 3]),
        portfolio=np.array([books["GAS_EU"], books["POWER_DE"], books["OIL"]]),
        value=np.array([10.0, -5.0, 3.0]),
        row=np.array([0, 0, 1, 2]),
        column=np.array([0, 1, 1, 3]),
        exposure=np.array([100.0, -50.0, 20.0, 3.0]),
        rest_row=np.array([1]),
        rest=rest.astype(np.float32),
        moves=effective_moves(scenarios.factors, scenarios.moves),
    )


def add_run(
    count: int = 200,
    method: str = "historical",
    as_of: date = DAY,
    money: dict[str, dict[str, float]] | None = None,
) -> tuple[int, Outcome]:
    """Store a run of ``count`` scenarios with its figures, and return its id and outcome.

    ``money`` is what rests on all, stale and proxied marks, by node.
    """
    moves = np.random.default_rng(3).normal(size=(count, 4)) * [2.0, 1.5, 0.02, 0.01]
    label = tuple(str(day) for day in np.busday_offset("2024-01-01", range(count), roll="forward"))
    scenarios = ScenarioSet(small_factors(), moves, label, np.full(count, 1 / count), method)
    outcome = small_outcome(scenarios)
    months = np.array(["2026-08-01"] * 3, "M8[D]")
    terms = store.TradeTerms(np.zeros(3, np.int8), np.array([1, 1, 1]), months, np.ones(3, np.int64))
    row = {
        "as_of": as_of, "known_at": datetime(2026, 7, 14, 20, tzinfo=UTC), "method": method,
        "params": {"horizon_days": 1}, "fingerprint": "f", "code_version": "1", "scenarios": count, "trades": 3,
        "missing": 0, "currency": "EUR", "simulated": False, "facts": {"notes": [], "money": money or {}},
        "seconds": 0.1, "run_by": "system",
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        run_id = store.save(work, scenarios, outcome, terms, row)
        writes.insert_metrics(work.session, making.metric_rows(runs.load_in(work, run_id, SYSTEM)))
    return run_id, outcome


def add_valued_run(clocks: Clocks, count: int = 250, method: str = "historical") -> Run:
    """Store a run in which all trades of the database are revalued in drawn scenarios, and return it."""
    with UnitOfWork() as work:
        valued = valued_in(work, clocks, SYSTEM)
    factors = market_factors(valued.market)
    size = np.where(factors.kind == FactorKind.PRICE, 0.02 * np.abs(factors.level), 0.005)
    moves = np.random.default_rng(5).normal(size=(count, len(factors))) * size
    label = tuple(str(day) for day in np.busday_offset("2024-01-01", range(count), roll="forward"))
    scenarios = ScenarioSet(factors, moves, label, np.full(count, 1 / count), method)
    make = linear_outcome if method == "parametric" else revalue
    outcome = make(valued.book, valued.market, valued.valuation, factors, moves)
    book = valued.book.take(np.searchsorted(valued.book.trade_id, outcome.trade_id))
    terms = store.TradeTerms(book.kind, book.curve, book.delivery_start, book.counterparty)
    row = {
        "as_of": clocks.as_of, "known_at": datetime(2026, 7, 15, 20, tzinfo=UTC), "method": method,
        "params": {"horizon_days": 1}, "fingerprint": "v", "code_version": "1", "scenarios": count,
        "trades": len(outcome.trade_id), "missing": 0, "currency": "EUR", "simulated": False,
        "facts": {"notes": [], "money": {}}, "seconds": 0.1, "run_by": "system",
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        run_id = store.save(work, scenarios, outcome, terms, row)
        writes.insert_metrics(work.session, making.metric_rows(runs.load_in(work, run_id, SYSTEM)))
    return load_run(run_id)


def load_run(run_id: int) -> Run:
    """Return a run as the system sees it."""
    return runs.load(run_id, SYSTEM)
