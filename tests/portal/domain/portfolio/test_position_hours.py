"""Hours and days of deliveries: hand-counted, over clock changes, and equal to the volumes of the ledger."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.calendars import CALENDARS
from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.legs import expand
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.position_hours import (
    Spread,
    day_keys,
    hour_grid,
    hour_keys,
    hourly,
    in_periods,
)
from portal.domain.portfolio.profile_hours import calendar_of
from portal.domain.portfolio.trade import Event, Kind, Profile

DE = CALENDARS["DE_LU"]
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
SHAPE = {"weekday": [0.5] * 8 + [1.5] * 12 + [0.0] * 4, "weekend": [1.0] * 24}


def book_of(**changes: list) -> Book:
    """Forwards of 10 MW base through March 2027, with ``changes`` by field."""
    n = max((len(values) for values in changes.values()), default=1)
    usual = {
        "trade_id": np.arange(n) + 1,
        "curve": np.full(n, 1),
        "curve2": np.full(n, -1),
        "kind": np.full(n, Kind.FORWARD_PHYSICAL),
        "profile": np.full(n, Profile.BASE),
        "event": np.full(n, list(Event).index(Event.NEW)),
        "side": np.ones(n),
        "quantity": np.full(n, 10.0),
        "is_capacity": np.full(n, True),
        "delivery_start": np.full(n, np.datetime64("2027-03-01")),
        "delivery_end": np.full(n, np.datetime64("2027-04-01")),
    }
    given_arrays = {**usual, **{name: np.array(values) for name, values in changes.items()}}
    arrays = {
        name: np.asarray(given_arrays.get(name, np.zeros(n)), dtype=kind) for name, kind in DTYPES.items()
    }
    return Book(**arrays, details={i + 1: {"shape": SHAPE} for i in range(n)})


def spread(book: Book, lines: int = 1) -> Spread:
    n = len(book)
    return Spread(np.arange(n) % lines, lines, np.ones(n), np.ones(n))


def test_a_day_of_23_and_one_of_25_hours():
    assert len(hour_grid(DE, SPRING, date(2027, 3, 29)).day) == 23
    keys, labels = hour_keys((DE,), AUTUMN, date(2027, 11, 1))
    assert (len(keys), keys[3]) == (25, "2027-10-31T03")
    assert labels[2:4] == ("31 Oct 02:00 CEST", "31 Oct 02:00 CET")
    assert hour_keys((DE, CALENDARS["GB"]), AUTUMN, date(2027, 11, 1))[1][0] == "31 Oct H01"
    assert day_keys(SPRING, date(2027, 3, 30)) == (("2027-03-28", "2027-03-29"), ("Sun 28 Mar", "Mon 29 Mar"))


def test_profiles_by_hand():
    book = book_of(profile=[Profile.BASE, Profile.PEAK, Profile.OFFPEAK, Profile.SHAPED], side=[1, -1, 1, 1])
    found = hourly(book, DE, date(2027, 3, 1), spread(book, 4))
    grid = hour_grid(DE, date(2027, 3, 1), date(2027, 4, 1))
    assert found.shape == (4, 2, 743)
    assert (found[0, 0] == 10.0).all()
    assert found[1, 1].sum() == -10.0 * 12 * 23
    assert np.allclose(found[2, 0], np.where(grid.peak, 0.0, 10.0))
    monday = grid.day == 0
    assert found[3, 0][monday].tolist() == [5.0] * 8 + [15.0] * 12 + [0.0] * 4
    spring = grid.day == 27
    assert (spring.sum(), found[3, 0][spring].sum()) == (23, 230.0)


def test_a_volume_is_spread_evenly_over_its_part_of_the_month():
    book = book_of(
        quantity=[743.0, 240.0],
        is_capacity=[False, False],
        delivery_start=["2027-03-01", "2027-03-01"],
        delivery_end=["2027-04-01", "2027-03-11"],
    )
    found = hourly(book, DE, date(2027, 3, 1), spread(book, 2))
    assert np.allclose(found[0, 0], 1.0)
    assert np.allclose(found[1, 0][:240], 1.0)
    assert np.allclose(found[1, 0][240:], 0.0)


def test_days_are_sums_of_hours_also_over_two_months():
    book = book_of(delivery_end=["2027-05-01"])
    out = np.zeros((1, 2, 61))
    for at, (month, end) in enumerate(
        [(date(2027, 3, 1), date(2027, 4, 1)), (date(2027, 4, 1), date(2027, 5, 1))]
    ):
        volumes = hourly(book, DE, month, spread(book))
        offset = np.arange((end - month).days) + 31 * at
        out += in_periods(volumes, hour_grid(DE, month, end), offset, by_day=True, periods=61)
    assert out[0, 0].tolist() == [240.0] * 27 + [230.0] + [240.0] * 33
    assert not out[0, 1].any()


CURVES = CurveTerms(
    id=np.array([1, 2, 3]),
    code=("DE", "TTF", "NBP"),
    commodity=("power", "gas", "gas"),
    unit=("EUR/MWh", "EUR/MWh", "GBp/therm"),
    currency=("EUR", "EUR", "GBP"),
    timezone=("Europe/Berlin", "Europe/Amsterdam", "Europe/London"),
    money=np.array([1.0, 1.0, 0.01]),
    mwh=np.array([1.0, 1.0, 0.0293071]),
    peak=np.array([-1, -1, -1]),
    simulated=np.zeros(3, np.bool_),
)


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2]))
def test_hours_add_up_to_the_volumes_of_the_ledger(seed, curve):
    rng = np.random.default_rng(seed)
    n = 8
    start = np.datetime64("2027-01-01") + rng.integers(0, 330, n)
    book = book_of(
        profile=rng.integers(0, 4, n) if curve == 0 else [Profile.BASE] * n,
        side=rng.choice([-1, 1], n),
        quantity=rng.integers(1, 100, n),
        is_capacity=rng.random(n) < 0.7,
        delivery_start=start,
        delivery_end=start + rng.integers(1, 120, n),
        curve=[curve + 1] * n,
    )
    months = np.arange(np.datetime64("2027-01"), np.datetime64("2028-06"))
    legs = expand(book, CURVES, months)
    calendar = calendar_of(CURVES.timezone[curve], CURVES.commodity[curve])
    spreads = replace(spread(book, n), energy=np.full(n, CURVES.mwh[curve]))
    for at, month in enumerate(months):
        found = hourly(book, calendar, month.astype("M8[D]").item(), spreads).sum(axis=(1, 2))
        ledger = np.bincount(legs.trade[legs.month == at], legs.volume[legs.month == at], n)
        assert found == pytest.approx(ledger, abs=1e-6)
