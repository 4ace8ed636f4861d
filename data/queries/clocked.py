"""The two clocks in SQL: the newest version of each fact that was known by then.

Every read of a fact table goes through :func:`latest` or :func:`known_by`, so that no query can forget a clock.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Date, DateTime, Double, FromClause, Integer, MetaData, Select, Table, select
from sqlalchemy.dialects.postgresql import distinct_on

from portal.core.clock import Clocks

_views = MetaData()

PRICE_DAILY = Table(
    "price_daily",
    _views,
    Column("instrument_id", Integer),
    Column("day", Date),
    Column("recorded_at", DateTime(timezone=True)),
    Column("open", Double),
    Column("high", Double),
    Column("low", Double),
    Column("settle", Double),
    Column("volume", Double),
    Column("n", Integer),
)
"""One row for each version of each day of each instrument: see :mod:`data.timeseries`."""


def latest(
    facts: FromClause, clocks: Clocks, *, key: Sequence[str], day: str, where: Sequence[Any] = ()
) -> Select[Any]:
    """Return a select of the newest versions of ``facts`` by ``key``, up to ``clocks``, ordered by ``key``.

    ``day`` names the column that ``as_of`` bounds; it may be a date, or a moment (then the whole day counts, UTC).
    """
    columns = facts.c
    keys = [columns[name] for name in key]
    return (
        known_by(facts, clocks, day=day, where=where)
        .ext(distinct_on(*keys))
        .order_by(*keys, columns["recorded_at"].desc())
    )


def known_by(facts: FromClause, clocks: Clocks, *, day: str, where: Sequence[Any] = ()) -> Select[Any]:
    """Return a select of all versions of ``facts`` up to ``clocks``, for readers who need to know what was known when.

    ``day`` is as in :func:`latest`.
    """
    columns = facts.c
    bound = columns[day] <= clocks.as_of
    if isinstance(columns[day].type, DateTime):
        bound = columns[day] < datetime.combine(clocks.as_of + timedelta(days=1), time(), UTC)
    return select(facts).where(bound, columns["recorded_at"] <= clocks.known_at, *where)
