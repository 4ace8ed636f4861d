"""Last trading days of core referenced contracts, against days that are known."""

from datetime import date

import pytest

from portal.domain.compliance.contracts import days_before, last_trading_day
from portal.domain.compliance.working_days import WorkingDays

HOLIDAYS = WorkingDays(
    holidays=frozenset(
        {date(2026, 5, 25), date(2026, 7, 3), date(2026, 9, 7), date(2026, 11, 26), date(2026, 12, 25)}
    )
)


@pytest.mark.parametrize(
    ("contract", "month", "day"),
    [
        ("CL", date(2026, 4, 1), date(2026, 3, 20)),  # the 25th is a Wednesday
        (
            "CL",
            date(2026, 11, 1),
            date(2026, 10, 20),
        ),  # the 25th is a Sunday: three days before Friday the 23rd
        ("CL", date(2027, 1, 1), date(2026, 12, 21)),  # the 25th is a holiday: three days before the 24th
        ("NG", date(2026, 4, 1), date(2026, 3, 27)),
        ("NG", date(2026, 6, 1), date(2026, 5, 27)),
        ("RB", date(2026, 6, 1), date(2026, 5, 29)),
        ("HO", date(2026, 11, 1), date(2026, 10, 30)),
    ],
)
def test_last_trading_day(contract: str, month: date, day: date) -> None:
    assert last_trading_day(contract, month, HOLIDAYS) == day


def test_days_left_reach_zero_on_the_day_itself() -> None:
    month = date(2026, 4, 1)
    left = [days_before("CL", month, date(2026, 3, day), HOLIDAYS) for day in (17, 18, 19, 20, 23)]
    assert left == [3, 2, 1, 0, -1]
