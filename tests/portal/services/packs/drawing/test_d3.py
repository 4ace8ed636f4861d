"""Numbers and moments in the formats that figures use."""

from datetime import UTC, datetime

import pytest

from portal.core.errors import DomainError
from portal.services.packs.drawing import d3


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        (".0%", 0.123, "12%"), (".1%", 0.1234, "12.3%"), (",.2~f", 1234.5, "1,234.5"), ("+.1f", 0.25, "+0.2"),
        ("+.1f", -0.26, "−0.3"), ("~s", 1500.0, "1.5k"), ("~s", 2_000_000.0, "2M"), ("~s", 0.0, "0"),
        (",.3~s", 12_345.0, "12.3k"),
        ("s", 1500.0, "1.50000k"), ("d", 4.0, "4"), (",d", 4_000.0, "4,000"), ("+,.2~f", -1234.5, "−1,234.5"),
        ("+,.2f", 3.0, "+3.00"), (".3g", 0.0012345, "0.00123"), (".4~g", 12.5, "12.5"), ("", 2.5, "2.5"),
        (".1f", -0.01, "0.0"),
        (".2e", 12345.0, "1.23e+04"), ("~s", 999_999.0, "999.999k"), (".2s", 999_999.0, "1.0M"),
    ],
)  # fmt: skip
def test_numbers(form, value, text):
    assert d3.number(form, value) == text


def test_moments_are_english():
    at = datetime(2026, 3, 4, 5, 6, 7, 80_000, tzinfo=UTC)
    assert d3.moment("%-d %b %Y", at) == "4 Mar 2026"
    assert d3.moment("%A %d %B %y, %H:%M:%S.%L", at) == "Wednesday 04 March 26, 05:06:07.080"


def test_templates():
    assert d3.filled("%{delta:+,.2f} of %{label}", {"delta": 3.0, "label": "Gas"}) == "+3.00 of Gas"
    assert d3.filled("%{z:.2f}", {"z": float("nan")}) == ""


def test_what_is_no_format_is_refused():
    with pytest.raises(DomainError):
        d3.number("nonsense", 1.0)
    with pytest.raises(DomainError):
        d3.number("x", 1.0)
