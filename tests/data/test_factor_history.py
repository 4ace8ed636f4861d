"""The history of factors read from the database, under both clocks, beside the market that it leads to."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import text

from data.queries.factor_history import load_factor_history
from data.queries.marks import load_market
from data.session import UnitOfWork
from portal.core.clock import Clocks, now
from portal.domain.risk.scenarios.factors import FactorKind
from portal.domain.risk.scenarios.market_factors import market_factors
from tests.helpers.market import add_curve, add_curve_day, add_rates, evening

FRIDAY, MONDAY, TUESDAY = date(2026, 2, 27), date(2026, 3, 2), date(2026, 3, 3)


def run(statement, *rows):
    with UnitOfWork(write=True) as work:
        for row in rows:
            work.session.execute(text(statement), row)


def add_vols(curve, day, points, model="black76"):
    run(
        "INSERT INTO vol_points (curve_id, trade_date, delivery, moneyness, recorded_at, vol, model, batch_id) "
        "VALUES (:curve, :day, :delivery, :node, :at, :vol, :model, 0)",
        *[
            {"curve": curve, "day": day, "delivery": date.fromisoformat(f"{month}-01"), "node": node, "vol": vol,
             "at": evening(day), "model": model}
            for month, node, vol in points
        ],
    )  # fmt: skip


def add_zero(currency, day, points):
    run(
        "INSERT INTO rate_points (currency, day, tenor_months, recorded_at, rate, batch_id) "
        "VALUES (:currency, :day, :tenor, :at, :rate, 0)",
        *[
            {"currency": currency, "day": day, "tenor": tenor, "rate": rate, "at": evening(day)}
            for tenor, rate in points
        ],
    )


def load(as_of=TUESDAY, known_at=None, first=date(2026, 2, 1)):
    clocks = Clocks(as_of, known_at or now())
    with UnitOfWork() as work:
        market = load_market(
            work.session, clocks=clocks, first_month=np.datetime64("2026-02"), last_month=np.datetime64("2026-08"),
        )  # fmt: skip
        factors = market_factors(market)
        return market, factors, load_factor_history(work.session, clocks=clocks, factors=factors, first=first)


@pytest.fixture
def desk(database):
    """Gas with volatilities, oil in dollars, both from Friday over the turn of the month."""
    gas = add_curve(
        "TTF",
        {
            FRIDAY: [("2026-03", 28.0), ("2026-04", 29.0), ("2026-05", 30.0)],
            MONDAY: [("2026-04", 30.5), ("2026-05", 31.0), ("2026-06", 32.0)],
            TUESDAY: [("2026-04", 33.0), ("2026-05", 34.0), ("2026-06", 35.0)],
        },
    )
    oil = add_curve(
        "BRENT",
        {
            day: [("2026-04", 60.0 + at), ("2026-05", 61.0 + at)]
            for at, day in enumerate((FRIDAY, MONDAY, TUESDAY))
        },
        unit="USD/bbl",
        commodity="crude",
    )
    add_rates("EUR", "USD", {FRIDAY: 1.25, MONDAY: 1.0, TUESDAY: 0.8})
    for at, day in enumerate((FRIDAY, MONDAY, TUESDAY)):
        add_vols(gas, day, [("2026-04", 0.0, 0.4 + 0.1 * at), ("2026-04", 1.0, 9.0), ("2026-05", 0.0, 0.2)])
        add_zero("EUR", day, [(6, 0.02), (12, 0.03 + 0.01 * at)])
        add_zero("USD", day, [(12, 0.05)])
    return gas, oil


def test_moves_are_of_one_delivery_and_end_at_the_levels_of_today(desk):
    market, factors, history = load()
    assert factors.label == (
        "TTF +1", "TTF +2", "TTF +3", "BRENT +1", "BRENT +2", "TTF volatility", "EUR per USD", "EUR zero rate",
        "USD zero rate",
    )  # fmt: skip
    assert history.day.tolist() == [MONDAY, TUESDAY]
    np.testing.assert_allclose(
        history.before,
        [
            [29.0, 30.0, np.nan, 60.0, 61.0, 0.3, 0.8, 0.025, 0.05],
            [30.5, 31.0, 32.0, 61.0, 62.0, 0.35, 1.0, 0.03, 0.05],
        ],
    )
    np.testing.assert_allclose(history.after[1], [33.0, 34.0, 35.0, 62.0, 63.0, 0.4, 1.25, 0.035, 0.05])
    prices = factors.of_kind(FactorKind.PRICE)
    np.testing.assert_array_equal(history.after[-1, prices], factors.level[prices])
    assert market.fx["USD"] == history.after[-1, 6]


def test_what_was_not_known_and_what_came_later_are_not_there(desk):
    gas, _ = desk
    add_curve_day(gas, MONDAY, [("2026-04", 99.0)], datetime(2026, 3, 10, tzinfo=UTC))
    corrected, as_known = load()[2], load(known_at=evening(TUESDAY))[2]
    assert corrected.after[0, 0] == 99.0
    assert as_known.after[0, 0] == 30.5
    _, _, earlier = load(as_of=MONDAY)
    assert earlier.day.tolist() == [MONDAY]
    assert len(load(known_at=evening(FRIDAY))[2]) == 0


def test_a_volatility_of_another_model_is_no_move(desk):
    gas, _ = desk
    wednesday = date(2026, 3, 4)
    add_curve_day(gas, wednesday, [("2026-04", 33.0), ("2026-05", 34.0), ("2026-06", 35.0)])
    add_vols(gas, wednesday, [("2026-04", 0.0, 12.0), ("2026-05", 0.0, 9.0)], model="bachelier")
    _, factors, history = load(as_of=wednesday)
    assert history.missing[:, factors.label.index("TTF volatility")].all()


def test_the_first_day_bounds_the_history(desk):
    assert load(first=MONDAY)[2].day.tolist() == [TUESDAY]
