"""Labels have one spelling, counters survive a new start, and what is no number is no sample."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.samples import Point, Sample, finite, increase, labels_text, rate, read_labels

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NAMES = st.from_regex(r"\A[a-zA-Z_][a-zA-Z0-9_]{0,8}\Z")


def test_labels_are_sorted_and_none_are_nothing():
    assert labels_text({"quantile": "0.95", "kind": "page"}) == "kind=page,quantile=0.95"
    assert labels_text({}) == ""
    assert read_labels("") == {}


@given(st.dictionaries(NAMES, st.text(max_size=12), max_size=4))
def test_labels_come_back_whatever_they_hold(labels):
    assert read_labels(labels_text(labels)) == labels


@pytest.mark.parametrize("text", ["kind", "=1", "a=1;b", "9a=1", "a=\\"])
def test_what_is_no_labels_is_refused(text):
    if text == "a=1;b":  # a semicolon is a character like another
        assert read_labels(text) == {"a": "1;b"}
        return
    with pytest.raises(ValueError, match="are no labels"):
        read_labels(text)


def test_what_is_no_number_is_left_out():
    values = (1.0, float("nan"), float("inf"), float("-inf"), 0.0)
    assert [one.value for one in finite(Sample("a", "b_total", "", AT, value) for value in values)] == [
        1.0,
        0.0,
    ]


@pytest.mark.parametrize(
    ("values", "grown"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param([5.0], None, id="one"),
        pytest.param([5.0, 5.0], 0.0, id="still"),
        pytest.param([5.0, 9.0], 4.0, id="grows"),
        pytest.param([10.0, 14.0, 3.0, 5.0], 9.0, id="starts-anew"),
        pytest.param([10.0, 0.0], 0.0, id="starts-anew-at-nothing"),
    ],
)
def test_increase_of_a_counter(values, grown):
    assert increase(values) == grown


def test_rate_is_growth_by_time_and_unknown_without_time():
    points = [Point(AT, 10.0), Point(AT + timedelta(seconds=20), 30.0)]
    assert rate(points) == 1.0
    assert rate(points[:1]) is None
    assert rate([]) is None
    assert rate([points[0], points[0]]) is None
