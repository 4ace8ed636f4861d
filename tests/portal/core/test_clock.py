"""The pair of clocks, from and to the URL."""

from datetime import UTC, date, datetime

import pytest

from portal.core.clock import Clocks, parse_clocks
from portal.core.errors import DomainError

LATEST = date(2024, 12, 31)


def test_nothing_asked_is_the_newest_day_known_now():
    clocks = parse_clocks(None, None, latest=LATEST)
    assert clocks.as_of == LATEST
    assert clocks.live
    assert clocks.query() == {"as_of": "2024-12-31"}


@pytest.mark.parametrize("text", ["2024-03-01T12:00:00Z", "2024-03-01T12:00:00", "2024-03-01T13:00:00+01:00"])
def test_known_at_is_utc_whatever_its_spelling(text):
    clocks = parse_clocks("2024-02-29", text, latest=LATEST)
    assert clocks.known_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert clocks.query() == {"as_of": "2024-02-29", "known_at": "2024-03-01T12:00:00Z"}


def test_round_trip():
    clocks = parse_clocks("2024-02-29", "2024-03-01T12:00:00Z", latest=LATEST)
    assert parse_clocks(latest=LATEST, **clocks.query()) == clocks


@pytest.mark.parametrize(
    ("as_of", "known_at"), [("31.12.2024", None), ("2024-13-01", None), (None, "yesterday")]
)
def test_unreadable_clock_is_refused_with_advice(as_of, known_at):
    with pytest.raises(DomainError, match="YYYY-MM-DD"):
        parse_clocks(as_of, known_at, latest=LATEST)


def test_label_names_both_clocks():
    assert (
        Clocks(LATEST, datetime(2025, 1, 1, tzinfo=UTC)).label()
        == "as of 2024-12-31, known at 2025-01-01 00:00:00 UTC"
    )


@pytest.mark.parametrize(
    ("as_of", "known_at"),
    [("9999-12-31", None), ("0001-01-01", None), (None, "0001-01-01T00:00:00+14:00"), (5, None), (None, [1])],
)
def test_clock_at_the_end_of_the_calendar_is_refused(as_of, known_at):
    with pytest.raises(DomainError):
        parse_clocks(as_of, known_at, latest=LATEST)


def test_round_trip_keeps_what_was_recorded_within_the_second():
    clocks = Clocks(LATEST, datetime(2025, 1, 1, 12, 0, 0, 250, tzinfo=UTC), live=False)
    assert parse_clocks(latest=LATEST, **clocks.query()) == clocks
