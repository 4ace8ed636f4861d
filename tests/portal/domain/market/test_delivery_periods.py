"""Names of delivery periods, and volumes that add up exactly."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.market.calendars import CALENDARS
from portal.domain.market.delivery_periods import months_of, parse_period, split_volume, volume_mwh
from portal.domain.market.errors import BadParameter


@pytest.mark.parametrize(
    ("text", "label", "first", "end"),
    [
        ("2026-03-29", "2026-03-29", "2026-03-29", "2026-03-30"),
        ("2026-12", "2026-12", "2026-12-01", "2027-01-01"),
        ("2026q4", "2026-Q4", "2026-10-01", "2027-01-01"),
        ("Sum-26", "Sum-26", "2026-04-01", "2026-10-01"),
        ("Winter 2026", "Win-26", "2026-10-01", "2027-04-01"),
        ("Cal-27", "Cal-27", "2027-01-01", "2028-01-01"),
        ("2027", "Cal-27", "2027-01-01", "2028-01-01"),
    ],
)
def test_names(text, label, first, end):
    period = parse_period(text)
    assert (period.label, period.first.isoformat(), period.end.isoformat()) == (label, first, end)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-Q5", "2026-02-30", "Spring-26", "26"])
def test_other_texts_are_refused(text):
    with pytest.raises(BadParameter, match="is not a delivery period"):
        parse_period(text)


def test_months_of_a_season():
    assert [m.label for m in months_of(parse_period("Win-26"))][:4] == [
        "2026-10",
        "2026-11",
        "2026-12",
        "2027-01",
    ]
    assert parse_period("2026-Q1").days == 90
    with pytest.raises(BadParameter, match="whole months"):
        months_of(parse_period("2026-03-29"))


def test_power_times_hours():
    assert volume_mwh(10, parse_period("2026-03"), CALENDARS["DE_LU"]) == 7430
    assert volume_mwh(Decimal("2.5"), parse_period("2026-10-25"), CALENDARS["DE_LU"]) == Decimal("62.5")
    assert volume_mwh(10, parse_period("2026-03-28"), CALENDARS["DE_LU"], "peak") == 0


@given(
    st.decimals(-500, 500, places=3), st.integers(2020, 2030), st.sampled_from(["base", "peak", "offpeak"])
)
def test_months_add_up_to_the_year_exactly(power, year, block):
    calendar, whole = CALENDARS["DE_LU"], parse_period(str(year))
    months = [volume_mwh(power, month, calendar, block) for month in months_of(whole)]
    quarters = [volume_mwh(power, parse_period(f"{year}-Q{q}"), calendar, block) for q in range(1, 5)]
    assert sum(months) == volume_mwh(power, whole, calendar, block) == sum(quarters)


@given(
    st.integers(-(10**9), 10**9).map(lambda n: Decimal(n) / 1000),
    st.lists(st.integers(0, 745), min_size=1, max_size=30).filter(any),
)
def test_a_split_adds_up_and_is_fair(total, weights):
    parts = split_volume(total, weights)
    assert sum(parts) == total
    exact = [float(total) * w / sum(weights) for w in weights]
    assert all(abs(float(part) - share) < 0.001 + 1e-6 for part, share in zip(parts, exact, strict=True))
    assert all(part == 0 for part, w in zip(parts, weights, strict=True) if w == 0)


def test_split_by_hand():
    assert split_volume(Decimal("1.00"), [1, 1, 1], Decimal("0.01")) == (
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    )


def test_split_refusals():
    with pytest.raises(BadParameter, match="one is positive"):
        split_volume(Decimal(1), [0, 0])
    with pytest.raises(BadParameter, match="one is positive"):
        split_volume(Decimal(1), [2, -1])
    with pytest.raises(BadParameter, match="not a multiple"):
        split_volume(Decimal("0.0001"), [1])


def test_periods_are_days():
    assert parse_period("2026-03-29").first == date(2026, 3, 29)
