"""The pair of clocks of a view, from its URL."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from data.queries import market as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks, parse_clocks
from portal.core.errors import DomainError


def resolve(query: Mapping[str, Any]) -> Clocks:
    """Return the clocks that ``query`` (URL parameters) asks for; by default the newest day in the data, known now.

    A ``known_at`` in the future pins nothing, since rows may still be recorded before it: it counts as now.

    Raises
    ------
    DomainError
        ``as_of`` or ``known_at`` cannot be read.
    """
    asked = parse_clocks(query.get("as_of") or None, query.get("known_at") or None, latest=latest_day())
    return asked if asked.known_at <= clock.now() else Clocks(asked.as_of, clock.now(), live=True)


def latest_day() -> date:
    """Return the newest day that has prices, never later than today; today when there are none."""
    today = clock.now().date()
    with UnitOfWork() as work:
        return queries.newest_day(work.session, until=today) or today


def day_of(given: object) -> date:
    """Return a day that a form sent.

    Raises
    ------
    DomainError
        It is no day.
    """
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise DomainError(f"'{str(given)[:20]}' is no day. Write it as 2026-01-31.") from None
