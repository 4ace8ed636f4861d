"""Making a run: the market and the books of a pair of clocks, scenarios, revaluation, figures of every node; stored."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from time import perf_counter
from typing import Any

import numpy as np

from data.queries import risk as queries
from data.queries.factor_history import load_factor_history
from data.queries.marks import stamp
from data.session import UnitOfWork
from data.writes import risk as writes
from portal import VERSION
from portal.core.actor import SYSTEM
from portal.core.arrays import FloatArray1D
from portal.core.canonical import digest
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.portfolio.market import PROXIED, STALE
from portal.domain.risk.measures.volatility import volatility
from portal.domain.risk.reading import Measure, read
from portal.domain.risk.revaluation.full import revalue
from portal.domain.risk.revaluation.linear import linear_outcome
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.ask import ScenarioAsk
from portal.domain.risk.scenarios.build import build_covariance, build_scenarios, days_needed
from portal.domain.risk.scenarios.directions import as_directions
from portal.domain.risk.scenarios.factors import ScenarioSet
from portal.domain.risk.scenarios.market_factors import market_factors
from portal.domain.risk.uncertainty import read_tail
from portal.services.portfolio.valuation import ValuedBook, valued_in
from portal.services.risk import store
from portal.services.risk.concentrations import concentration_of
from portal.services.risk.cuts import NORMAL_METHODS, Figure
from portal.services.risk.runs import LEVELS, Run
from portal.services.risk.store import StoredRun, TradeTerms

Report = Callable[[float, str], None]
SPARE_DAYS = 40  # calendar days beyond the window: holidays, and days that are dropped


def make_run(
    clocks: Clocks,
    ask: ScenarioAsk,
    *,
    report: Report | None = None,
    job_id: int | None = None,
    run_by: str = "system",
) -> int:
    """Revalue all books in the scenarios of ``ask``, store the run with its figures, and return its id.

    Nothing is stored unless all of it is.

    Raises
    ------
    DomainError
        There are no trades, too little history, or a factor or trade cannot be used; the sentence names it.
    """
    begun, tell = perf_counter(), report or _silent
    with UnitOfWork() as work:
        tell(0.01, "Valuing the books")
        valued = valued_in(work, clocks, SYSTEM)
        if not len(valued.book):
            raise DomainError(
                f"There are no trades as of {clocks.as_of}, so there is no risk to measure. Choose a later day, or "
                "enter trades.",
                as_of=str(clocks.as_of),
            )
        tell(0.05, "Reading the history of the factors")
        scenarios = _scenarios(work, valued, clocks, ask, tell)
        fingerprint = digest(_question(ask, clocks) | {"data": list(stamp(work.session)), "code": VERSION})
    tell(0.15, f"Revaluing {len(valued.book):,} trades in {len(scenarios):,} scenarios")
    given = valued.book, valued.market, valued.valuation, scenarios.factors, scenarios.moves
    outcome = (
        linear_outcome(*given)
        if ask.method in NORMAL_METHODS
        else revalue(*given, report=lambda share, words: tell(0.15 + 0.75 * share, words))
    )
    terms = _terms(valued, outcome)
    tell(0.92, "Storing scenario P&L and figures")
    row = {
        "job_id": job_id,
        "as_of": clocks.as_of,
        "known_at": clocks.known_at,
        "method": str(ask.method),
        "params": _question(ask, clocks),
        "fingerprint": fingerprint,
        "code_version": VERSION,
        "scenarios": len(scenarios),
        "trades": len(outcome.trade_id),
        "missing": int(valued.valuation.is_missing.sum()),
        "currency": valued.market.reporting,
        "simulated": valued.simulated,
        "facts": _facts(valued, scenarios),
        "seconds": round(perf_counter() - begun, 3),
        "run_by": run_by,
    }
    with UnitOfWork(write=True) as work:
        run_id = store.save(work, scenarios, outcome, terms, row)
        found = queries.run_by_id(work.session, run_id)
        if found is None:
            raise DomainError(f"Run {run_id} could not be read back.")
        stored = StoredRun(found, scenarios.factors, scenarios.label, scenarios.weight, outcome, terms)
        writes.insert_metrics(work.session, metric_rows(Run(stored, valued.nodes)))
    tell(1.0, f"Run {run_id} is stored")
    return run_id


def _question(ask: ScenarioAsk, clocks: Clocks) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(ask).items()} | {"as_of": clocks.as_of.isoformat()}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, str) else value


def _scenarios(
    work: UnitOfWork, valued: ValuedBook, clocks: Clocks, ask: ScenarioAsk, tell: Report
) -> ScenarioSet:
    used = np.unique(valued.valuation.legs.curve)
    factors = market_factors(valued.market, curve_ids=valued.market.curves.id[used].tolist())
    first = clocks.as_of - timedelta(days=days_needed(ask) * 7 // 5 + SPARE_DAYS)
    history = load_factor_history(work.session, clocks=clocks, factors=factors, first=first)
    tell(0.10, "Making scenarios")
    if ask.method in NORMAL_METHODS:
        return as_directions(build_covariance(history, factors, ask))
    return build_scenarios(history, factors, ask)


def _terms(valued: ValuedBook, outcome: Outcome) -> TradeTerms:
    at = np.searchsorted(valued.book.trade_id, outcome.trade_id)
    book = valued.book.take(at)
    return TradeTerms(book.kind, book.curve, book.delivery_start, book.counterparty)


def _facts(valued: ValuedBook, scenarios: ScenarioSet) -> dict[str, Any]:
    """What a reader must know: notes of the scenarios, and the money that rests on poor marks by node."""
    found = valued.valuation
    money = np.where(np.isfinite(found.notional_eur), found.notional_eur, 0.0)
    by_node = {
        name: valued.by_node(np.where(chosen, money, 0.0)).tolist()
        for name, chosen in (
            ("all", np.ones(len(money), dtype=np.bool_)),
            ("stale", (found.status == STALE) & ~found.is_missing),
            ("proxied", found.status == PROXIED),
            ("missing", found.is_missing),
        )
    }
    nodes = [node.code for node in valued.nodes]
    money_of = {code: {name: by_node[name][at] for name in by_node} for at, code in enumerate(nodes)}
    return {**dict(scenarios.facts), "notes": list(scenarios.notes), "money": money_of}


def metric_rows(run: Run) -> list[Mapping[str, Any]]:
    """Return VaR, expected shortfall and its concentrations of every node at every level, and volatility."""
    rows: list[Mapping[str, Any]] = []
    normal = run.row.method in NORMAL_METHODS
    for at, node in enumerate(run.nodes):
        pnl: FloatArray1D = np.ascontiguousarray(run.node_pnl[:, at])
        base = {"run_id": run.row.id, "portfolio_id": node.id}
        deviation = (
            float(np.sqrt(run.weight @ (pnl * pnl))) if normal else float(volatility(pnl, weights=run.weight))
        )
        rows.append(base | _figure("volatility", 0.0, deviation))
        for level in LEVELS:
            if normal:
                for measure in Measure:
                    value = read(pnl, measure, level, weights=run.weight, normal=True).value
                    rows.append(base | _figure(str(measure), level, value))
            else:
                tail = read_tail(pnl, level, run.weight)
                var, es = tail.var_interval, tail.es_interval
                rows.append(base | _figure(str(Measure.VAR), level, tail.tail.var, var.low, var.high))
                rows.append(base | _figure(str(Measure.ES), level, tail.tail.es, es.low, es.high))
            shortfall = Figure(run, node.code, Measure.ES, level)
            rows += [
                base | _figure(f"concentration_{by}", level, concentration_of(shortfall, by))
                for by in ("trade", "curve", "counterparty")
            ]
    return rows


def _figure(
    measure: str, level: float, value: float, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    return {"measure": measure, "level": level, "value": value, "low": low, "high": high}


def _silent(_share: float, _words: str) -> None:
    """Take progress when nobody listens."""
