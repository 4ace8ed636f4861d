"""Days of the backtest: forecasts equal those made by hand on the day, and P&L is that of the books."""

from datetime import date

import numpy as np
import pytest

from data.queries import risk as queries
from data.session import UnitOfWork
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError
from portal.domain.portfolio.terms import TradeVersion
from portal.domain.risk.tail import sample_es, sample_var
from portal.services.portfolio import ledger
from portal.services.risk import history
from tests.helpers.trades import add_desk, add_level, ids, terms

DAYS = [day.item() for day in np.busday_offset("2025-06-02", range(264), roll="forward")]
MONTHS = [date(2025 + at // 12, at % 12 + 1, 1) for at in range(6, 30)]
VOLUME = 1000.0


@pytest.fixture(scope="module")
def prices(module_database):
    add_desk()
    found = 30 * np.exp(np.cumsum(np.random.default_rng(5).normal(0, 0.02, len(DAYS))))
    for day, price in zip(DAYS, found.tolist(), strict=True):
        add_level("TTF", day, price, MONTHS)
    enter("one", DAYS[0])
    return found


def enter(name, day, *, version=1, event="new", trade_id=None, price=31.5):
    made = terms(
        name, quantity=VOLUME, quantity_unit="MWh", delivery_start=date(2026, 12, 1), trade_date=DAYS[0],
        delivery_end=date(2027, 1, 1), price=price,
    )  # fmt: skip
    item = TradeVersion(
        terms=made, effective_on=day, recorded_by="tess", version=version, event=event, trade_id=trade_id,
        recorded_at=now(),
    )  # fmt: skip
    with UnitOfWork(write=True) as work:
        return ledger.record(work, [item])[0].trade_id


def columns(**more):
    books = list(ids("portfolios").values())
    with UnitOfWork() as work:
        return queries.days_between(work.session, clocks=Clocks(DAYS[-1], now()), portfolios=books, **more)


def test_days_are_forecast_and_settled(prices):
    days = DAYS[-6:]
    second = enter("two", days[2])  # a new deal counts from the next day on
    enter("two", days[4], version=2, event="amended", trade_id=second, price=20.0)
    stored = history.fill_days(days)
    assert stored == 5 * len(ids("portfolios")) * 4 * 3
    found = columns(method="historical", level=0.975)
    book = found["portfolio_id"] == ids("portfolios")["GAS_EU"]
    moved = np.diff(prices)[-5:] * VOLUME
    held = np.array([1.0, 1.0, 2.0, 2.0, 2.0])
    np.testing.assert_array_equal(found["day"][book], np.array(days[1:], "M8[D]"))
    np.testing.assert_allclose(found["hypothetical"][book], moved * held, rtol=1e-9)
    amended = np.array([0.0, 0.0, 0.0, 11.5 * VOLUME, 0.0])
    np.testing.assert_allclose(found["actual"][book], moved * held + amended, rtol=1e-9)
    past = np.diff(np.log(prices))[:-5][-history.WINDOW :]
    pnl = prices[-6] * VOLUME * np.expm1(past)
    assert found["value_at_risk"][book][0] == pytest.approx(float(sample_var(pnl, 0.975)), rel=1e-9)
    assert found["expected_shortfall"][book][0] == pytest.approx(float(sample_es(pnl, 0.975)), rel=1e-9)
    desk = found["portfolio_id"] == ids("portfolios")["DESK"]
    np.testing.assert_allclose(found["value_at_risk"][desk], found["value_at_risk"][book], rtol=1e-12)
    power = found["portfolio_id"] == ids("portfolios")["POWER"]
    assert not found["hypothetical"][power].any()


def test_forecast_does_not_look_ahead(prices):
    history.fill_days(DAYS[-3:-1])
    before = columns(method="filtered_ewma", level=0.95)
    add_level("BRENT", DAYS[-1], 70.0, MONTHS)
    history.fill_days(DAYS[-3:])
    after = columns(method="filtered_ewma", level=0.95)
    same = after["day"] == np.datetime64(DAYS[-2])
    np.testing.assert_array_equal(
        after["value_at_risk"][same], before["value_at_risk"][before["day"] == np.datetime64(DAYS[-2])]
    )


def test_one_day_or_no_trades_are_refused(database):
    with pytest.raises(DomainError, match="two business days"):
        history.fill_days([DAYS[-1]])
    with pytest.raises(DomainError, match="no trades"):
        history.fill_days(DAYS[-2:])
