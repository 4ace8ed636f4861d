"""The pair of clocks of a view, from its address and the data."""

from datetime import UTC, date, datetime

from portal.core import clock
from portal.services import clocks
from tests.helpers.market import add_instrument

DAY = date(2024, 3, 4)


def test_default_is_the_newest_day_known_now(database):
    add_instrument("BRENT", [(DAY, 80.0)])
    found = clocks.resolve({})
    assert (found.as_of, found.live) == (DAY, True)


def test_address_decides(database):
    found = clocks.resolve({"as_of": "2024-03-01", "known_at": "2024-03-02T12:00:00Z"})
    assert (found.as_of, found.known_at) == (date(2024, 3, 1), datetime(2024, 3, 2, 12, tzinfo=UTC))
    assert not found.live


def test_moment_in_the_future_pins_nothing(database):
    found = clocks.resolve({"known_at": "2190-01-01T00:00:00Z"})
    assert found.live
    assert found.known_at <= clock.now()


def test_without_prices_it_is_today(database, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 3, 5, 23, 59, 59, tzinfo=UTC))
    assert clocks.latest_day() == date(2026, 3, 5)
