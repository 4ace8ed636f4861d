"""Deadlines end with their day in the zone of the regime."""

from datetime import UTC, date, datetime

import pytest

from portal.domain.compliance.base import Case
from portal.domain.compliance.deadlines import is_past, yearly
from portal.domain.compliance.parameters import shipped
from portal.domain.compliance.working_days import WorkingDays

DUE = date(2026, 3, 31)


def _case(as_of: date | datetime) -> Case:
    return Case({}, as_of, shipped(), WorkingDays())


@pytest.mark.parametrize(
    ("as_of", "regime", "expected"),
    [
        (date(2026, 3, 31), "EU-ETS", False),
        (date(2026, 4, 1), "EU-ETS", True),
        (datetime(2026, 3, 31, 21, 59, tzinfo=UTC), "EU-ETS", False),
        (datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "EU-ETS", True),
        (datetime(2026, 3, 31, 22, 30, tzinfo=UTC), "UK-ETS", False),
        (datetime(2026, 4, 1, 3, 0, tzinfo=UTC), "GY-PETROLEUM", False),
    ],
)
def test_is_past(as_of: date | datetime, regime: str, expected: bool) -> None:
    assert is_past(_case(as_of), DUE, regime) is expected


def test_yearly_takes_the_value_of_that_year() -> None:
    case = _case(date(2026, 1, 1))
    assert yearly(case, "EU-ET.surrender_due", 2023) == date(2023, 4, 30)
    assert yearly(case, "EU-ET.surrender_due", 2024) == date(2024, 9, 30)
