"""Trading days, contract months and local hours."""

import csv
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.demo import calendar

SHARED = Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).parents[4] / "shared"))
CONTRACTS = SHARED / "data" / "reference" / "contract_calendar.csv"


@pytest.mark.parametrize(
    ("year", "easter"),
    [
        (2019, date(2019, 4, 21)),
        (2024, date(2024, 3, 31)),
        (2025, date(2025, 4, 20)),
        (2038, date(2038, 4, 25)),
    ],
)
def test_easter(year, easter):
    assert calendar.easter_sunday(year) == easter


def test_business_days_leave_out_weekends_and_holidays():
    days = calendar.business_days(date(2024, 12, 23), date(2025, 1, 3)).astype(object).tolist()
    assert days == [date(2024, 12, day) for day in (23, 24, 26, 27, 30, 31)] + [
        date(2025, 1, 2),
        date(2025, 1, 3),
    ]


@pytest.mark.parametrize(
    ("day", "rolled"),
    [
        (date(2026, 11, 21), date(2026, 11, 20)),
        (date(2026, 11, 20), date(2026, 11, 20)),
        (date(2026, 4, 3), date(2026, 4, 2)),  # Good Friday
    ],
)
def test_last_business_day(day, rolled):
    assert calendar.last_business_day(day) == rolled


@pytest.mark.parametrize(
    ("rule", "month", "last"),
    [
        ("brent", "2025-03", "2025-01-31"),
        ("wti", "2025-01", "2024-12-19"),
        ("month-end", "2025-06", "2025-05-30"),
        ("gas-us", "2025-02", "2025-01-29"),
        ("gas-eu", "2025-02", "2025-01-30"),
        ("lng", "2025-03", "2025-02-14"),
        ("gasoil", "2025-01", "2025-01-10"),
        ("in-month", "2025-05", "2025-05-30"),
    ],
)
def test_expiry(rule, month, last):
    assert calendar.expiry(rule, np.array([month], dtype="datetime64[M]"))[0] == np.datetime64(last)


@pytest.mark.parametrize(
    ("exchange", "rule"),
    [("cmewti", "wti"), ("cmeng", "gas-us"), ("cmerbob", "month-end"), ("icegasoil", "gasoil")],
)
def test_expiry_against_exchange_calendars(exchange, rule):
    if not CONTRACTS.exists():
        pytest.skip(f"the reference calendar {CONTRACTS.name} is not beside the repository")
    with CONTRACTS.open(newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["exchange_code"] == exchange and row["year"] >= "2017"
        ]
    months = np.array([f"{row['year']}-{int(row['month']):02d}" for row in rows], dtype="datetime64[M]")
    real = np.array([row["last_trade"] for row in rows], dtype="datetime64[D]")
    late = np.abs((calendar.expiry(rule, months) - real).astype(int))
    # The demo knows three holidays; Thanksgiving and its like move a contract by a day, with a weekend by three.
    assert np.mean(late == 0) > 0.9
    assert late.max() <= 4


def test_a_contract_is_first_on_its_last_day():
    days = calendar.business_days(date(2025, 1, 30), date(2025, 2, 3))
    front = calendar.listed("brent", days, 2).delivery[:, 0].astype(str).tolist()
    assert front == ["2025-03", "2025-03", "2025-04"]


@pytest.mark.parametrize(("day", "hours"), [("2025-03-30", 23), ("2025-10-26", 25), ("2025-06-01", 24)])
def test_days_of_clock_changes(day, hours):
    span = calendar.local_hours("Europe/Berlin", date(2025, 1, 1), date(2025, 12, 31))
    here = span.day == np.datetime64(day)
    assert here.sum() == hours
    assert len(span) == 8760
    assert np.all(np.diff(span.ts) == np.timedelta64(1, "h"))
