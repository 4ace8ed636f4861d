"""What moved most and what is late, from quotes that were read once."""

from collections.abc import Sequence
from math import sqrt

from portal.core.clock import Clocks
from portal.core.table import Column, GridQuery, Table, sort_rows
from portal.domain.market import metrics
from portal.services.market.prices import Quote, address, parameters

MOVER_COLUMNS = (
    Column("code", "Instrument", link="href"),
    Column("last", "Last", "number", metric=metrics.LAST.id, unit_from="unit"),
    Column("unit", "Unit"),
    Column("change", "Change", "number", metric=metrics.CHANGE.id, signed=True, unit_from="unit"),
    Column("moves", "Size", "number", unit="sd", decimals=1, metric=metrics.MOVE.id, signed=True),
    Column("spark", "20 days", "spark"),
    Column("href", "Address", hidden=True),
)
LATE_COLUMNS = (
    Column("code", "Instrument", link="href"),
    Column("day", "Last price of", "date"),
    Column("age", "Age", "integer", unit="days"),
    Column("promise", "Promised", "integer", unit="business h"),
    Column("source", "Source"),
    Column("href", "Address", hidden=True),
)


def move_size(quote: Quote) -> float | None:
    """Return the day's change in daily standard deviations of the series; None without both."""
    vol = quote.volatility
    step = quote.change if vol and not vol.relative else quote.change_pct
    if vol is None or step is None or vol.value <= 0:
        return None
    return step / (vol.value / sqrt(vol.periods_per_year))


def movers(quotes: Sequence[Quote], query: GridQuery, clocks: Clocks) -> Table:
    """Return instruments by the size of their last move, largest first; those that are late are left out."""
    sized = [(quote, move_size(quote)) for quote in quotes if not quote.late]
    sized.sort(key=lambda item: -abs(item[1] or 0.0))
    rows = [
        (q.instrument.code, q.last, q.instrument.unit, q.change, size, list(q.recent), address(q, clocks))
        for q, size in sized
        if size is not None
    ]
    return sort_rows(Table(MOVER_COLUMNS, rows, extra=parameters(quotes)), query)


def late(quotes: Sequence[Quote], query: GridQuery, clocks: Clocks) -> Table:
    """Return instruments whose newest price is older than their source promises, oldest first."""
    found = sorted(
        (quote for quote in quotes if quote.late and quote.day),
        key=lambda quote: (quote.day, quote.instrument.code),
    )
    rows = [
        (
            q.instrument.code,
            q.day,
            (clocks.as_of - q.day).days if q.day else None,
            q.instrument.sla_hours,
            q.instrument.source,
            address(q, clocks),
        )
        for q in found
    ]
    return sort_rows(Table(LATE_COLUMNS, rows), query)
