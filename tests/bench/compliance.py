"""The rules of compliance: over 200,000 trades from database to stored records, and on one deal before it is made.

Each trade of the book has a fact of its own beside its terms, and counterparties have papers, onboarding and limits,
so that the rules of every regime of the demo desk are asked and most of them answer.
"""

import time
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.services.compliance import checks, facts, pretrade, rulebook
from portal.services.portfolio import what_if
from portal.services.portfolio.what_if import Question
from tests.bench.report import Figure, middle, percentile
from tests.bench.stage import Stage
from tests.helpers import databases

TRADES, SECONDS, MILLISECONDS = 200_000, 60.0, 50.0
DEALS = "buy 25 MW POWER_DE_LU Cal-27 @ 84.20\nsell 50 MW TTF Q1-27 @ 31\nsell 20,000 bbl BRENT Jun-27 @ 70"
_OWN = text(
    "INSERT INTO trade_facts (trade_id, recorded_at, facts, recorded_by) "
    "SELECT trade_id, recorded_at, jsonb_build_object('trade', jsonb_build_object('executed_at', "
    "to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'))), 'Bench' FROM trades WHERE version = 1"
)


def measure(stage: Stage, *, rounds: int, quick: bool, only: str = "") -> list[Figure]:
    """Return the figures of the book and of the deal."""
    count = TRADES // 10 if quick else TRADES
    found: list[Figure] = []
    with databases.connected(stage.book(count)):
        if only in ("", "book"):
            found += _book(count)
        if only in ("", "pretrade"):
            found += _pretrade(max(100, 20 * rounds))
    return found


def _clocks() -> Clocks:
    with UnitOfWork() as work:
        day = work.session.scalar(text("SELECT max(trade_date) FROM curve_points"))
    return Clocks(day, clock.now(), live=False)


def _book(count: int) -> Iterator[Figure]:
    """Yield what one night takes: all records new, and a second night that finds the same."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text("TRUNCATE trade_facts, surveillance_hits, compliance_records, compliance_runs")
        )
        work.session.execute(_OWN)
    group, subject = "compliance, book", f"{count:,} trades"
    for name in ("first night, all records new", "second night, nothing new"):
        began = time.perf_counter()
        done = checks.run(_clocks(), kind="nightly")
        yield Figure(group, subject, name, time.perf_counter() - began, "s", target=SECONDS * count / TRADES)
        yield Figure(group, subject, f"{name}: records stored", done.stored, "")


def _pretrade(asks: int) -> Iterator[Figure]:
    """Yield what all rules on one deal take, with what questions share at hand."""
    clocks = _clocks()
    with UnitOfWork() as work:
        began = time.perf_counter()
        book, desk = rulebook.load(work, clocks), facts.load(work, clocks)
        shared = time.perf_counter() - began
        question = Question.of(DEALS, what_if.books(SYSTEM)[0])
        deals = [terms for _, terms, _ in what_if.candidates_in(work, question, clocks, SYSTEM)]
    took = []
    for number in range(asks):
        terms = replace(deals[number % len(deals)], quantity=float(number + 1))
        began = time.perf_counter()
        pretrade.judge(terms, book, desk, clock.now(), reference=80.0)
        took.append(1000 * (time.perf_counter() - began))
    group, subject = "compliance, pre-trade", "all rules on one deal"
    yield Figure(group, subject, "verdict, p50", middle(took), "ms", target=MILLISECONDS)
    yield Figure(group, subject, "verdict, p95", percentile(took, 95), "ms", target=MILLISECONDS)
    yield Figure(group, subject, "what questions share, read once a minute", 1000 * shared, "ms")
