"""A figure as a button: its text, and the colour of its direction."""

import pytest

from components.number import shown
from portal.core.metrics import Metric, Shown

MONEY = Metric("test.money", "Money", "EUR", "words", "m", "nowhere", decimals=0, signed=True)
SHARE = Metric("test.share", "Share", "%", "words", "s", "nowhere", decimals=1, signed=True, percent=True)


@pytest.mark.parametrize(
    ("metric", "value", "direction"),
    [
        (MONEY, -1e-9, ""),
        (MONEY, 0.4, ""),
        (MONEY, -0.6, "down"),
        (MONEY, 12.0, "up"),
        (SHARE, 0.0004, ""),
        (SHARE, -0.002, "down"),
    ],
)
def test_what_reads_as_zero_has_no_direction(metric: Metric, value: float, direction: str):
    assert shown(Shown(metric, value, metric.unit)).className.split()[1:] == (
        [direction] if direction else []
    )
