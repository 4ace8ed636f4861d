"""The watchlist and the history of one instrument."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import isnan
from urllib.parse import urlencode

import numpy as np

from data.queries import market as queries
from data.queries.market import Bars, Series
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import metrics
from portal.domain.market.annualisation import observations_per_year
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.returns import change, percent_change
from portal.domain.market.volatility import VolatilityReading, price_volatility

VOL_WINDOW = 20
SPARK_DAYS = 20
LOOK_BACK = 70  # calendar days that hold at least VOL_WINDOW + 1 business days, whatever the holidays

WATCH_COLUMNS = (
    Column("code", "Instrument", link="href"),
    Column("name", "Name"),
    Column("last", "Last", "number", metric=metrics.LAST.id, unit_from="unit"),
    Column("unit", "Unit"),
    Column("change", "Change", "number", metric=metrics.CHANGE.id, signed=True, unit_from="unit"),
    Column(
        "change_pct",
        "Change %",
        "percent",
        metric=metrics.CHANGE_PCT.id,
        signed=True,
        help="Not shown over a price at or below zero",
    ),
    Column("spark", "20 days", "spark"),
    Column(
        "vol", "Vol 20 d", "percent", decimals=1, metric=metrics.VOL.id, help="Annualised, of log returns"
    ),
    Column(
        "vol_abs",
        "Vol abs.",
        "number",
        metric=metrics.VOL_ABSOLUTE.id,
        unit_from="unit",
        help="Of 20 days, annualised, in the unit of the price; where prices can be negative",
    ),
    Column("age", "Age", "integer", unit="days"),
    Column("status", "Feed", "badge"),
    Column("kind", "Data", "badge"),
    Column("source", "Source"),
    Column("day", "Day", "date"),
    Column("href", "Address", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Quote:
    """The newest price of an instrument and what moved; ``previous`` is the observation before it."""

    instrument: InstrumentRow
    day: date | None
    last: float | None
    previous: float | None
    recent: tuple[float, ...]
    volatility: VolatilityReading | None
    late: bool

    @property
    def change(self) -> float | None:
        """Latest less previous price, in the instrument's unit."""
        return change(self.last, self.previous)

    @property
    def change_pct(self) -> float | None:
        """Relative change as a fraction; None over a price at or below zero."""
        return percent_change(self.last, self.previous)


@dataclass(frozen=True, slots=True)
class History:
    """Daily bars of one instrument, and the settles of those it is compared with."""

    instrument: InstrumentRow
    bars: Bars
    others: tuple[tuple[InstrumentRow, Series], ...]


def quotes(
    clocks: Clocks, actor: Actor, *, commodity: str = "", text: str = "", codes: Sequence[str] | None = None
) -> list[Quote]:
    """Return the quotes of the instruments asked for, in two queries."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        rows = queries.instruments(work.session, commodity=commodity, text=text, codes=codes)
        ids = [row.id for row in rows]
        recent = queries.daily_settles(
            work.session, clocks=clocks, instrument_ids=ids, first=queries.window_start(clocks, LOOK_BACK)
        )
        silent = [row.id for row in rows if row.id not in recent]
        old = queries.last_prices(work.session, clocks=clocks, instrument_ids=silent) if silent else {}
    return [build_quote(row, recent.get(row.id), old.get(row.id), clocks) for row in rows]


def build_quote(
    row: InstrumentRow,
    series: Series | None,
    old: tuple[date, float] | None,
    clocks: Clocks,
    *,
    window: int = VOL_WINDOW,
) -> Quote:
    """Return the quote of prices that were read: of ``series``, or of the one ``old`` price of a silent instrument.

    The watchlist and the passports both come through here, so that their figures are the same.
    """
    if series is None:
        day, last = old or (None, None)
        return Quote(row, day, last, None, (), None, late=_late(row, day, clocks))
    settles = series.settle
    volatility = (
        price_volatility(settles, window=window, periods_per_year=observations_per_year(series.day))
        if len(settles) > window
        else None
    )
    previous = float(settles[-2]) if len(settles) > 1 else None
    return Quote(
        row,
        series.day[-1],
        float(settles[-1]),
        previous,
        tuple(settles[-SPARK_DAYS:].tolist()),
        volatility,
        late=_late(row, series.day[-1], clocks),
    )


def _late(row: InstrumentRow, day: date | None, clocks: Clocks) -> bool:
    """Tell whether business time since the end of ``day`` exceeds the source's promise."""
    if day is None:
        return True
    return int(np.busday_count(day, clocks.as_of)) * 24 > row.sla_hours


def watchlist(query: GridQuery, clocks: Clocks, actor: Actor, *, commodity: str = "") -> Table:
    """Return the watchlist as a table; the text filter runs in SQL, the order over what was computed."""
    found = quotes(clocks, actor, commodity=commodity, text=query.text)
    table = Table(
        WATCH_COLUMNS,
        [_watch_row(quote, clocks) for quote in found],
        simulated=any(quote.instrument.simulated for quote in found),
        extra=parameters(found),
    )
    return sort_rows(table, replace(query, text=""))


def _watch_row(quote: Quote, clocks: Clocks) -> tuple[Cell, ...]:
    row, vol = quote.instrument, quote.volatility
    age = None if quote.day is None else (clocks.as_of - quote.day).days
    return (
        row.code,
        row.name,
        quote.last,
        row.unit,
        quote.change,
        quote.change_pct,
        list(quote.recent),
        vol.value if vol and vol.relative else None,
        vol.value if vol and not vol.relative else None,
        age,
        "late" if quote.late else "on time",
        "simulated" if row.simulated else "real",
        row.source,
        quote.day,
        address(quote, clocks),
    )


def address(quote: Quote, clocks: Clocks) -> str:
    """Return the address of the instrument's page under the same clocks."""
    return f"/market/instrument/{quote.instrument.code}?{urlencode(clocks.query())}"


def parameters(quotes: Sequence[Quote]) -> dict[str, dict[str, dict[str, str | int]]]:
    """Return the passport parameters of each row of a grid whose first column is the instrument's code."""
    return {
        "params": {q.instrument.code: {"instrument": q.instrument.code, "window": VOL_WINDOW} for q in quotes}
    }


def instrument_choices(actor: Actor) -> list[InstrumentRow]:
    """Return all instruments, for pickers."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return queries.instruments(work.session)


def commodities(actor: Actor) -> list[str]:
    """Return the commodities that have instruments."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return queries.commodities(work.session)


def history(
    code: str, clocks: Clocks, actor: Actor, *, first: date | None = None, compare: Sequence[str] = ()
) -> History:
    """Return the daily bars of ``code`` from ``first`` on, and the settles of ``compare``.

    Raises
    ------
    NotFound
        There is no instrument ``code``.
    DomainError
        More than five instruments to compare with.
    """
    actor.require(Permission.MARKET_READ)
    if len(compare) > 5:
        raise DomainError("A comparison takes up to five instruments. Take some out.", count=len(compare))
    with UnitOfWork() as work:
        rows = {row.code: row for row in queries.instruments(work.session, codes=[code, *compare])}
        for wanted in (code, *compare):
            if wanted not in rows:
                raise NotFound(
                    f"There is no instrument '{wanted}'. Choose one from Market > Prices.", instrument=wanted
                )
        bars = queries.bars(work.session, clocks=clocks, instrument_id=rows[code].id, first=first)
        others = [rows[other] for other in compare if other != code]
        series = (
            queries.daily_settles(
                work.session, clocks=clocks, instrument_ids=[row.id for row in others], first=first
            )
            if others
            else {}
        )
    return History(rows[code], bars, tuple((row, series[row.id]) for row in others if row.id in series))


BAR_COLUMNS = (
    Column("day", "Day", "date"),
    Column("open", "Open", "number"),
    Column("high", "High", "number"),
    Column("low", "Low", "number"),
    Column("settle", "Settle", "number"),
    Column("volume", "Volume", "integer"),
)


def bar_table(query: GridQuery, clocks: Clocks, actor: Actor, *, code: str, first: date | None) -> Table:
    """Return the bars of an instrument as a table, newest first unless sorted otherwise."""
    found = history(code, clocks, actor, first=first)
    bars, unit = found.bars, found.instrument.unit
    columns = tuple(
        replace(column, unit=unit, decimals=price_decimals(unit))
        if column.key in ("open", "high", "low", "settle")
        else column
        for column in BAR_COLUMNS
    )
    numbers = (bars.open, bars.high, bars.low, bars.settle, bars.volume)
    cells = [[None if isnan(value) else value for value in array.tolist()] for array in numbers]
    rows = list(zip(bars.day, *cells, strict=True))
    asked = query if query.sort else replace(query, sort="day", descending=True)
    return sort_rows(Table(columns, rows, simulated=found.instrument.simulated), asked)


def compare_table(
    query: GridQuery, clocks: Clocks, actor: Actor, *, codes: Sequence[str], first: date | None
) -> Table:
    """Return the settles of several instruments side by side, one row for each day that any of them has."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        rows = queries.instruments(work.session, codes=codes)
        found = queries.daily_settles(
            work.session, clocks=clocks, instrument_ids=[row.id for row in rows], first=first
        )
    by_day = [
        dict(zip(found[row.id].day, found[row.id].settle.tolist(), strict=True)) if row.id in found else {}
        for row in rows
    ]
    days = sorted(set().union(*by_day))
    columns = (
        Column("day", "Day", "date"),
        *(
            Column(row.code, row.code, "number", unit=row.unit, decimals=price_decimals(row.unit))
            for row in rows
        ),
    )
    table = Table(
        columns,
        [(day, *(settles.get(day) for settles in by_day)) for day in days],
        simulated=any(row.simulated for row in rows),
    )
    return sort_rows(table, query if query.sort else replace(query, sort="day", descending=True))
