"""The nightly run: both methods, the missing days of the backtest, one run a night of data, and its schedule."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from data.queries import risk as queries
from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks, now
from portal.domain.monitoring.cron import CronLine
from portal.domain.portfolio.terms import TradeVersion
from portal.services import jobs
from portal.services.portfolio import ledger
from portal.services.risk import nightly
from tests.helpers.market import add_instrument
from tests.helpers.trades import add_desk, add_level, terms

DAYS = [day.item() for day in np.busday_offset("2025-06-02", range(264), roll="forward")]
MONTHS = [date(2025 + at // 12, at % 12 + 1, 1) for at in range(6, 30)]


@pytest.fixture(scope="module")
def desk(module_database: str) -> None:
    """A year of one curve and one trade, and a day of prices that says which day is the newest."""
    add_desk()
    found = 30 * np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.02, len(DAYS))))
    for day, price in zip(DAYS, found.tolist(), strict=True):
        add_level("TTF", day, price, MONTHS)
    add_instrument("DAYS", [(DAYS[-1], 1.0)])
    made = terms(
        "one", quantity=1000.0, quantity_unit="MWh", delivery_start=date(2026, 12, 1), trade_date=DAYS[0],
        delivery_end=date(2027, 1, 1), price=31.5,
    )  # fmt: skip
    item = TradeVersion(
        terms=made, effective_on=DAYS[0], recorded_by="tess", version=1, event="new", trade_id=None,
        recorded_at=now(),
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        ledger.record(work, [item])


def test_a_night_makes_runs_and_the_missing_day(desk):
    job_id = jobs.submit("risk.nightly", {"window": 120}, SYSTEM)
    assert jobs.run(job_id) == "done", jobs.job(job_id, SYSTEM).error
    result = jobs.job(job_id, SYSTEM).result
    clocks = Clocks(DAYS[-1], now() + timedelta(minutes=1))
    with UnitOfWork() as work:
        made = queries.newest_by_method(work.session, clocks=clocks)
        known = queries.days_known(work.session)
    assert {row.id for row in made.values()} == set(result["runs"])
    assert set(made) == {"historical", "parametric"}
    assert {row.job_id for row in made.values()} == {job_id}
    assert known == (DAYS[-1], DAYS[-1])
    assert result["days"] > 0
    again = jobs.submit("risk.nightly", {"window": 120}, SYSTEM)
    assert again == job_id, "the same data has one run"


def test_days_that_were_missed_are_made_up_for(desk):
    with UnitOfWork() as work:
        before = queries.days_known(work.session)
    assert before == (DAYS[-1], DAYS[-1])
    for number, day in enumerate((DAYS[-1] + timedelta(days=3), DAYS[-1] + timedelta(days=4))):
        add_level("TTF", day, 30.0 + number, MONTHS)
    add_instrument("LATER", [(DAYS[-1] + timedelta(days=4), 1.0)])
    job_id = jobs.submit("risk.nightly", {"methods": ["parametric"], "window": 120}, SYSTEM)
    assert job_id
    jobs.run(job_id)
    assert jobs.job(job_id, SYSTEM).error == ""
    with UnitOfWork() as work:
        assert queries.days_known(work.session)[1] == DAYS[-1] + timedelta(days=4)


def test_it_is_due_after_the_data_of_a_business_day_have_settled():
    declared = jobs.all_schedules()["risk.nightly"]
    assert declared == nightly.SCHEDULE
    line = CronLine(declared.cron, declared.timezone)
    friday = datetime(2026, 3, 6, 18, tzinfo=UTC)
    assert line.next_after(friday) == datetime(2026, 3, 6, 19, 15, tzinfo=UTC)
    assert line.next_after(datetime(2026, 3, 6, 19, 15, tzinfo=UTC)) == datetime(
        2026, 3, 9, 19, 15, tzinfo=UTC
    )
