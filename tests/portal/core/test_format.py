"""Numbers as people read them."""

import math
from datetime import date

import pytest

from portal.core import format as text


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "expected"),
    [
        (1234567.891, 2, False, "1,234,567.89"),
        (-36.98, 2, False, "−36.98"),
        (5.0, 1, True, "+5.0"),
        (-0.001, 2, True, "0.00"),
        (0.0, 2, True, "0.00"),
        (None, 2, False, "–"),
        (math.nan, 2, False, "–"),
        (math.inf, 0, False, "–"),
    ],
)
def test_number(value, decimals, signed, expected):
    assert text.number(value, decimals, signed=signed) == expected


def test_percent_day_and_age():
    assert text.percent(0.1254) == "12.5 %"
    assert text.percent(None) == "–"
    assert text.day(date(2024, 12, 31)) == "2024-12-31"
    assert [text.age(days) for days in (None, 0, 1, 3, 400, 2000)] == [
        "–",
        "today",
        "1 day",
        "3 days",
        "13 months",
        "5 years",
    ]
