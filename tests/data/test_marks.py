"""A market read from the database: newest quotes and how far to trust them, fixings, settlements, the other marks."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
from sqlalchemy import text

from data.queries.marks import load_market
from data.session import UnitOfWork
from portal.core.clock import Clocks, now
from portal.domain.portfolio.market import INTERPOLATED, MISSING, QUOTED, ROLLED, STALE
from tests.helpers.market import add_curve, add_curve_day, add_instrument, add_rates, evening

FRIDAY, MONDAY, TUESDAY = date(2026, 3, 6), date(2026, 3, 9), date(2026, 3, 10)


def market(as_of=TUESDAY, known_at=None, first="2026-02", last="2026-07", **asked):
    with UnitOfWork() as work:
        return load_market(
            work.session, clocks=Clocks(as_of, known_at or now()), first_month=np.datetime64(first, "M"),
            last_month=np.datetime64(last, "M"), **asked,
        )  # fmt: skip


def run(statement, *rows):
    with UnitOfWork(write=True) as work:
        for row in rows:
            work.session.execute(text(statement), row)


def day_number(day):
    return int(np.datetime64(day, "D").astype(np.int64))


def test_marks_are_quoted_rolled_stale_or_missing(database):
    add_curve(
        "TTF",
        {
            date(2026, 2, 25): [("2026-03", 28.0), ("2026-04", 29.0)],
            MONDAY: [("2026-04", 30.0), ("2026-05", 31.0), ("2026-06", 32.0)],
            TUESDAY: [("2026-04", 33.0), ("2026-06", 34.0, "interpolated")],
        },
    )
    found = market().marks
    assert found.status[0].tolist() == [MISSING, ROLLED, QUOTED, STALE, INTERPOLATED, MISSING]
    np.testing.assert_array_equal(found.price[0], [np.nan, 28.0, 33.0, 31.0, 34.0, np.nan])
    assert found.quoted_on[0, 3] == np.datetime64(MONDAY)
    assert str(found.months[0]) == "2026-02"


def test_a_curve_is_stale_after_one_business_day(database):
    add_curve("TTF", {FRIDAY: [("2026-04", 30.0)]})
    assert market(MONDAY).marks.status[0, 2] == QUOTED
    assert market(TUESDAY).marks.status[0, 2] == STALE
    assert market(TUESDAY).marks.price[0, 2] == 30.0
    assert market(date(2026, 3, 5)).marks.status[0, 2] == MISSING


def test_a_correction_counts_from_when_it_was_recorded(database):
    curve = add_curve("TTF", {TUESDAY: [("2026-04", 30.0)]})
    add_curve_day(curve, TUESDAY, [("2026-04", 31.0)], datetime(2026, 3, 11, tzinfo=UTC))
    assert market().marks.price[0, 2] == 31.0
    assert market(known_at=evening(TUESDAY)).marks.price[0, 2] == 30.0
    assert market(known_at=evening(MONDAY)).marks.status[0, 2] == MISSING


def test_curves_that_are_not_wanted_have_terms_but_no_marks(database):
    one = add_curve("TTF", {TUESDAY: [("2026-04", 30.0)]})
    add_curve("THE", {TUESDAY: [("2026-04", 30.0)]})
    found = market(curve_ids=[one])
    assert found.curves.code == ("TTF", "THE")
    assert found.marks.status[:, 2].tolist() == [QUOTED, MISSING]


def test_fixings_are_summed_by_month_and_weekends_tell_how_many_there_will_be(database):
    gas = add_curve("TTF", {TUESDAY: [("2026-04", 30.0)]})
    power = add_curve("POWER_DE", {TUESDAY: [("2026-04", 80.0)]}, commodity="power", timezone="Europe/Berlin")
    add_instrument(
        "TTF", [(date(2026, 2, 27), 20.0), (MONDAY, 21.0), (TUESDAY, 23.0), (date(2026, 3, 11), 99.0)]
    )
    add_instrument("POWER_DE", [(date(2026, 3, 7), 50.0), (date(2026, 3, 8), 10.0)])
    run("UPDATE curves SET instrument_code = code WHERE id = :id", {"id": gas}, {"id": power})
    found = market().fixings
    assert found.total[:, :2].tolist() == [[20.0, 44.0], [0.0, 60.0]]
    assert found.count[:, :2].tolist() == [[1.0, 2.0], [0.0, 2.0]]
    assert found.expected[:, 1].tolist() == [22.0, 31.0]


def test_a_settlement_is_the_newest_quote_up_to_the_expiry(database):
    curve = add_curve("TTF", {FRIDAY: [("2026-04", 30.0)], TUESDAY: [("2026-04", 35.0)]})
    month = int(np.datetime64("2026-04", "M").astype(np.int64))
    keys = [(curve, month, day_number(day)) for day in (MONDAY, TUESDAY, date(2026, 3, 11))]
    found = market(expiries=np.array([*keys, (curve, month + 1, day_number(MONDAY))]))
    assert found.fixings.final == {keys[0]: 30.0, keys[1]: 35.0}


def test_volatilities_rates_correlations_and_exchange_rates(database):
    ttf = add_curve("TTF", {TUESDAY: [("2026-04", 30.0)]})
    brent = add_curve("BRENT", {TUESDAY: [("2026-04", 70.0)]}, unit="USD/bbl", commodity="crude")
    at = {"at": evening(MONDAY), "day": MONDAY}
    vols = [
        at | {"curve": ttf, "month": date(2026, month, 1), "node": node, "vol": vol}
        for month, node, vol in [(4, -1.0, 0.5), (4, 0.0, 0.4), (4, 1.0, 0.6), (5, -1.0, 0.3), (5, 1.0, 0.5)]
    ]
    run("INSERT INTO vol_points VALUES (:curve, :day, :month, :node, :at, :vol, 'black76', 0)", *vols)
    rates = [at | {"tenor": tenor, "rate": rate} for tenor, rate in [(1, 0.02), (12, 0.03)]]
    run("INSERT INTO rate_points VALUES ('EUR', :day, :tenor, :at, :rate, 0)", *rates)
    run(
        "INSERT INTO correlation_marks VALUES (:one, :two, :day, :at, :value, 0)",
        {"one": ttf, "two": brent, "day": FRIDAY, "at": evening(FRIDAY), "value": 0.2},
        at | {"one": ttf, "two": brent, "value": 0.3},
    )
    add_rates("EUR", "USD", {FRIDAY: 1.2, MONDAY: 1.25})
    found = market()
    assert found.vols[ttf].moneyness.tolist() == [-1.0, 0.0, 1.0]
    np.testing.assert_allclose(found.vols[ttf].vol, [[0.5, 0.4, 0.6], [0.3, 0.4, 0.5]])
    assert not found.vols[ttf].is_normal
    assert found.vols[ttf].day == MONDAY
    assert found.rates["EUR"].years.tolist() == [1 / 12, 1.0]
    assert found.rates["EUR"].rate.tolist() == [0.02, 0.03]
    assert found.correlations == {(ttf, brent): 0.3}
    assert found.correlation_days == {(ttf, brent): MONDAY}
    assert found.fx == {"EUR": 1.0, "USD": pytest.approx(0.8)}
    assert list(market(FRIDAY).fx.values()) == [pytest.approx(1 / 1.2), 1.0]


def test_hours_of_power_zones_are_base_peak_and_the_rest(database):
    add_curve("POWER_DE", {}, commodity="power", timezone="Europe/Berlin")
    hours = market(first="2026-03", last="2026-03").hours
    assert hours[("Europe/Berlin", "base")].tolist() == [743.0]
    assert hours[("Europe/Berlin", "peak")].tolist() == [264.0]
    assert hours[("Europe/Berlin", "offpeak")].tolist() == [479.0]


def test_an_empty_database_gives_an_empty_market(database):
    found = market()
    assert found.marks.price.shape == (0, 6)
    assert found.fx == {"EUR": 1.0}
