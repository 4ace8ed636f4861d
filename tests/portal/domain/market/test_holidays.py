"""The days off of the desk."""

from datetime import date

from portal.domain.market.business_days import shift_business_days
from portal.domain.market.holidays import desk_holidays


def test_the_closing_days_of_target():
    found = sorted(desk_holidays(date(2024, 1, 1), date(2025, 12, 31)))
    assert [f"{day:%m-%d}" for day in found] == [
        "01-01", "03-29", "04-01", "05-01", "12-25", "12-26",
        "01-01", "04-18", "04-21", "05-01", "12-25", "12-26",
    ]  # fmt: skip


def test_only_days_of_the_range_count():
    assert desk_holidays(date(2026, 12, 26), date(2026, 12, 26)) == {date(2026, 12, 26)}
    assert desk_holidays(date(2026, 6, 1), date(2026, 6, 30)) == frozenset()
    assert desk_holidays(date(1999, 1, 1), date(2001, 12, 31)) == frozenset()


def test_easter_makes_two_business_days_out_of_six():
    off = desk_holidays(date(2026, 4, 1), date(2026, 4, 30))
    assert shift_business_days(date(2026, 4, 2), 1, off) == date(2026, 4, 7)
