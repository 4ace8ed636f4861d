"""A new value of a parameter is of the kind of the one that it replaces."""

import pytest

from portal.domain.compliance.errors import BadParameterError
from portal.domain.compliance.parameter_values import check_value, read_value, written


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("60", 60),
        (" 47.6 ", 47.6),
        ("09-30", "09-30"),
        ("2026-06-03", "2026-06-03"),
        ('{"single": 1, "all": 2}', {"single": 1, "all": 2}),
        ('["bank", "insurer"]', ["bank", "insurer"]),
    ],
)
def test_what_is_typed_is_read_and_written_again(text, value):
    assert read_value(text) == value
    assert read_value(written(value)) == value


@pytest.mark.parametrize("text", ["", "  ", "{single: 1}", "[1, NaN]", "x" * 4001])
def test_what_cannot_be_read(text):
    with pytest.raises(BadParameterError):
        read_value(text)


@pytest.mark.parametrize(
    ("value", "like"),
    [
        ("sixty", 60),
        (True, 60),
        (float("inf"), 60),
        (-1, 60),
        ("13-01", "09-30"),
        ("02-30", "09-30"),
        ("soon", "2026-06-03"),
        ({"single": 1}, {"single": 1, "all": 2}),
        ({"single": 1, "all": "two"}, {"single": 1, "all": 2}),
        ([], ["bank"]),
        ([1], ["bank"]),
        ([{"limit": 1}], [{"limit": 1, "close_business_days_before_ltd": 3}]),
    ],
)
def test_another_kind_is_refused(value, like):
    with pytest.raises(BadParameterError) as refusal:
        check_value(value, like)
    assert refusal.value.message.endswith(".")


@pytest.mark.parametrize(
    ("value", "like"),
    [(0, 60), (0.1, 1), ("02-29", "09-30"), (None, 5), (5, None), ({"a": 1, "b": 2}, {"a": 3}), (-2, -1)],
)
def test_the_same_kind_is_taken(value, like):
    check_value(value, like)
