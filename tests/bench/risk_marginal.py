"""Risk of a candidate deal beside a large book: what the page of what-ifs takes, from typed text to the figures.

The book holds a fifth of options; the run holds 1,000 scenarios of the demo desk's history. Each round asks for another
deal, through the functions that the page calls: the deal is read, priced, hedged, revalued in all scenarios, and value
at risk and expected shortfall of every portfolio above it are read with it. The baseline is the least that numpy needs
for the risk alone: exposures of the deal times moves, and one sort for each figure.
"""

import time
from collections.abc import Iterator

import numpy as np
from sqlalchemy import text

from callbacks.portfolio import what_if as page
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.risk.scenarios.ask import ScenarioAsk
from portal.services.portfolio.what_if import Question, evaluate
from portal.services.risk import making, runs
from portal.services.risk.marginal import marginal, marginal_table
from tests.bench.report import Figure, middle, percentile
from tests.bench.stage import Stage
from tests.helpers import databases

TRADES, SCENARIOS, LEVEL = 50_000, 1_000, 0.975
TARGET = 1.0
DEALS = (
    "buy {0} MW TTF Q1-27 @ 31",
    "sell {0} MW POWER_DE_LU Cal-27 @ 84",
    "buy {0},000 bbl BRENT Mar-27 put strike 62 premium 1.9 expiry 2027-01-26",
    "sell {0},000 bbl BRENT Jun-27 @ 70",
)


def measure(stage: Stage, *, rounds: int, quick: bool) -> list[Figure]:
    """Return the seconds that the risk of a deal takes."""
    count = TRADES // 10 if quick else TRADES
    with databases.connected(stage.book(count)):
        return list(_measured(max(20, 2 * rounds)))


def _measured(asks: int) -> Iterator[Figure]:
    clocks = _with_run()
    run = runs.newest(clocks, SYSTEM)
    if run is None:
        raise RuntimeError("The run that was just made is not there.")
    book = next(node.code for node in run.nodes if node.is_book)
    risk, whole, bare = [], [], []
    for number in range(asks + 1):
        lines = DEALS[number % len(DEALS)].format(5 + number)
        answer = evaluate(Question((lines,), book), clocks, SYSTEM)
        began = time.perf_counter()
        found = marginal(answer, clocks, SYSTEM, level=LEVEL)
        if found is None or len(marginal_table(found).rows) < 2:
            raise RuntimeError("The risk of the deal is not shown.")
        between = time.perf_counter()
        page.draw({"deals": lines, "book": book, "level": str(LEVEL)}, clocks, SYSTEM)
        ended = time.perf_counter()
        pnl, moves = found.pnl[:, 0], run.outcome.moves
        base, exposure = run.pnl(), np.zeros(moves.shape[1])
        exposure[:3] = 1.0
        least = time.perf_counter()
        for values in (base, base + moves @ exposure, base, base + pnl):
            np.sort(values)
        if number:  # the first reads the run and values the book
            risk.append(between - began)
            whole.append(ended - between)
            bare.append(time.perf_counter() - least)
    subject = f"{run.row.trades:,} trades x {run.row.scenarios:,} scenarios"
    name = "risk of a candidate deal"
    yield Figure("risk", subject, f"{name}, median", middle(risk), "s", middle(bare), "numpy: dot, sorts")
    yield Figure("risk", subject, f"{name}, p95", percentile(risk, 95), "s", target=TARGET)
    yield Figure("risk", subject, "what-if page with it, median", middle(whole), "s")
    yield Figure("risk", subject, "what-if page with it, p95", percentile(whole, 95), "s", target=TARGET)


def _with_run() -> Clocks:
    """Make a run of the newest day unless the kept database holds one."""
    with UnitOfWork() as work:
        day = work.session.scalar(text("SELECT max(trade_date) FROM curve_points"))
        there = work.session.scalar(
            text("SELECT count(*) FROM risk_runs WHERE as_of = :day AND run_by = 'bench'"), {"day": day}
        )
    if not there:
        making.make_run(Clocks(day, clock.now(), live=False), ScenarioAsk(window=SCENARIOS), run_by="bench")
    return Clocks(day, clock.now(), live=False)
