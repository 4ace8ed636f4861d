"""Legs: volumes by month add up to power times hours, on days of 23 and 25 hours too."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.calendars import CALENDARS
from portal.domain.market.delivery_blocks import block_hours
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.book import empty_book
from portal.domain.portfolio.legs import expand, months_of
from portal.domain.portfolio.profile_hours import calendar_of, interval_hours, shape_hours
from portal.domain.portfolio.trade import Kind, Profile
from tests.helpers.books import book_of, option, terms_of

DE = {"commodity": "power", "timezone": "Europe/Berlin", "code": "POWER_DE_LU"}
BASE_AND_PEAK = ({**DE, "peak": 1}, {**DE, "code": "POWER_DE_LU_PEAK"})
FLAT = {"weekday": [1.0] * 24, "weekend": [1.0] * 24}


def power(**terms):
    return {"quantity": 10.0, "is_capacity": True, **terms}


def legs_of(*trades, curves=(DE,)):
    book = book_of(*trades)
    return expand(book, terms_of(*curves), months_of(book))


def test_months_where_clocks_change_have_743_and_745_hours():
    legs = legs_of(
        power(delivery_start=date(2026, 3, 1), delivery_end=date(2026, 4, 1)),
        power(delivery_start=date(2026, 10, 1), delivery_end=date(2026, 11, 1), side=-1.0),
    )
    assert legs.volume.tolist() == [7430.0, -7450.0]
    assert legs.side.tolist() == [1, -1]


def test_a_day_of_23_hours_and_one_of_25():
    legs = legs_of(
        power(delivery_start=date(2026, 3, 29), delivery_end=date(2026, 3, 30)),
        power(delivery_start=date(2026, 10, 25), delivery_end=date(2026, 10, 26)),
    )
    assert legs.volume.tolist() == [230.0, 250.0]


@given(
    start=st.dates(date(2025, 1, 1), date(2026, 12, 1)),
    days=st.integers(1, 500),
    profile=st.sampled_from([Profile.BASE, Profile.PEAK, Profile.OFFPEAK]),
    with_peak_curve=st.booleans(),
)
def test_volume_is_power_times_the_hours_of_the_whole_delivery(start, days, profile, with_peak_curve):
    end = start + timedelta(days=days)
    curves = BASE_AND_PEAK if with_peak_curve else (DE,)
    legs = legs_of(power(delivery_start=start, delivery_end=end, profile=profile), curves=curves)
    hours = block_hours(start, end, CALENDARS["DE_LU"], profile.key)
    assert legs.volume.sum() == pytest.approx(10.0 * hours, rel=1e-12, abs=1e-6)


@given(
    start=st.dates(date(2026, 1, 1), date(2026, 10, 20)),
    days=st.integers(1, 80),
    with_peak_curve=st.booleans(),
    shape=st.lists(st.floats(0.0, 3.0), min_size=48, max_size=48),
)
def test_shaped_volume_is_the_sum_over_its_hours(start, days, with_peak_curve, shape):
    end = start + timedelta(days=days)
    curves = BASE_AND_PEAK if with_peak_curve else (DE,)
    details = {"shape": {"weekday": shape[:24], "weekend": shape[24:]}}
    trade = power(delivery_start=start, delivery_end=end, profile=Profile.SHAPED, details=details)
    counts = shape_hours(CALENDARS["DE_LU"], start, end)
    expected = 10.0 * (counts.sum(axis=0) * np.array(shape).reshape(2, 24)).sum()
    assert legs_of(trade, curves=curves).volume.sum() == pytest.approx(expected, rel=1e-9, abs=1e-6)


@given(start=st.dates(date(2025, 1, 1), date(2026, 12, 1)), days=st.integers(1, 60))
def test_local_hours_of_a_range_are_its_base_and_peak_hours(start, days):
    end = start + timedelta(days=days)
    for calendar in (CALENDARS["DE_LU"], CALENDARS["GB"], CALENDARS["GAS_EU"]):
        counts = shape_hours(calendar, start, end)
        base, peak = interval_hours(calendar, start, end)
        assert counts.sum() == base
        assert counts[1].sum() == peak


def test_offpeak_and_a_flat_shape_are_replicated_by_base_and_peak():
    month = {"delivery_start": date(2026, 10, 1), "delivery_end": date(2026, 11, 1)}
    base, peak = interval_hours(CALENDARS["DE_LU"], date(2026, 10, 1), date(2026, 11, 1))
    legs = legs_of(
        power(**month, profile=Profile.OFFPEAK),
        power(**month, profile=Profile.PEAK),
        power(**month, profile=Profile.SHAPED, details={"shape": FLAT}),
        curves=BASE_AND_PEAK,
    )
    found = list(zip(legs.trade.tolist(), legs.curve.tolist(), legs.volume.tolist(), strict=True))
    assert found[:3] == [
        (0, 0, pytest.approx(10 * base)),
        (1, 1, 10 * peak),
        (2, 0, pytest.approx(10 * base)),
    ]
    assert found[3] == (0, 1, pytest.approx(-10 * peak))
    assert found[4] == (2, 1, pytest.approx(0.0, abs=1e-9))


def test_a_volume_is_for_each_month_and_a_capacity_of_gas_is_turned_into_the_unit_of_its_curve():
    nbp = {"timezone": "Europe/London", "unit": "GBp/therm", "mwh": 0.029307107}
    legs = legs_of(
        {"quantity": 500.0, "delivery_end": date(2027, 1, 1)},
        power(curve=2, delivery_start=date(2026, 11, 1), delivery_end=date(2026, 12, 1)),
        power(curve=3),
        curves=({}, nbp, {"commodity": "carbon", "mwh": np.nan}),
    )
    assert legs.volume[:3].tolist() == [500.0] * 3
    assert legs.month.tolist() == [0, 1, 2, 1, 0]
    assert legs.volume[3] == pytest.approx(7200.0 / 0.029307107)
    assert np.isnan(legs.volume[4])  # MW of carbon mean nothing


def test_gas_days_begin_at_six():
    assert calendar_of("Europe/Amsterdam", "gas").day_hour == 6
    assert calendar_of("America/New_York", "gas").day_hour == 10
    saturday = power(delivery_start=date(2026, 3, 28), delivery_end=date(2026, 3, 29))
    assert legs_of(saturday, curves=({},)).volume.tolist() == [230.0]  # clocks change before Sunday 06:00


def test_optional_kinds_have_notional_legs():
    legs = legs_of(
        option(quantity=5.0, side=-1.0, is_call=False),
        {
            "kind": Kind.SPREAD_OPTION,
            "curve": 1,
            "curve2": 2,
            "quantity": 100.0,
            "ratio1": 42.0,
            "ratio2": 1.0,
        },
        {"kind": Kind.STORAGE, "details": {"withdrawal_rate": 30.0, "capacity": 90.0}, "quantity": 2.0},
        {"kind": Kind.SWING, "quantity": 7.0, "delivery_end": date(2026, 12, 1)},
        curves=({}, {"commodity": "crude"}),
    )
    assert legs.is_optional.all()
    assert legs.volume.tolist() == [-5.0, 4200.0, 60.0, 7.0, 7.0, -100.0]
    assert legs.curve.tolist() == [0, 0, 0, 0, 0, 1]
    assert legs.second.tolist() == [False] * 5 + [True]
    assert legs.side.tolist() == [-1, 1, 1, 1, 1, -1]


def test_a_shape_without_its_hours_has_no_volume():
    legs = legs_of(power(profile=Profile.SHAPED), power())
    assert np.isnan(legs.volume[0])
    assert legs.volume[1] == 7450.0


def test_an_unknown_curve_and_months_outside_are_refused():
    book = book_of(power(curve=9))
    with pytest.raises(BadParameter, match="names a curve that is not known"):
        expand(book, terms_of(DE), months_of(book))
    with pytest.raises(BadParameter, match="outside the months"):
        expand(book_of(power()), terms_of(DE), np.array(["2026-11"], "M8[M]"))


def test_an_empty_book_has_no_legs():
    assert len(expand(empty_book(), terms_of(DE), months_of(empty_book()))) == 0
