"""The findings about the data as tables: feeds, gaps, spikes, standing prices, contradicting bars, coverage."""

from datetime import date
from math import isnan
from urllib.parse import urlencode

from portal.core.clock import Clocks
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import quality_metrics as metrics
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.quality import check_bars
from portal.domain.market.screening import ScreenedSpike
from portal.services.market.quality import Feeds, Findings

_CODE = Column("code", "Instrument", link="href")
_NAME = Column("name", "Name")
_UNIT = Column("unit", "Unit")
_HREF = Column("href", "Address", hidden=True)

FEED_COLUMNS = (
    Column("feed", "Feed", hidden=True),
    Column("source", "Source"),
    Column("dataset", "Data"),
    Column("status", "Newest row", "badge"),
    Column("age", "Age", "number", unit="business h", decimals=0, metric=metrics.FEED_AGE.id),
    Column("promise", "Promised", "number", unit="business h", decimals=0),
    Column("newest", "Newest day", "date"),
    Column("recorded_at", "Recorded", "moment"),
    Column("series", "Series", "integer"),
    Column("late", "Late series", "integer"),
    Column("names", "Which are late"),
    Column("kind", "Kind", "badge"),
    Column("licence", "Licence"),
)
GAP_COLUMNS = (
    _CODE,
    Column("first", "First missing", "date"),
    Column("last", "Last missing", "date"),
    Column("missing", "Missing", "integer", unit="days"),
    Column("state", "State", "badge", help="Open: reaches to the valuation day"),
    Column("before", "Price before", "number", unit_from="unit"),
    Column("after", "Price after", "number", unit_from="unit"),
    _UNIT,
    _NAME,
    Column("source", "Source"),
    _HREF,
)
SPIKE_COLUMNS = (
    _CODE,
    Column("day", "Day", "date"),
    Column("before", "Day before", "number", unit_from="unit"),
    Column("price", "Price", "number", unit_from="unit"),
    Column("after", "Day after", "number", unit_from="unit"),
    _UNIT,
    Column(
        "step", "Step", "percent", decimals=1, signed=True, help="Not shown over a price at or below zero"
    ),
    Column(
        "z",
        "Robust |z|",
        "number",
        decimals=1,
        help="Distance of the step from the median step, over 1.4826 MAD",
    ),
    Column("verdict", "Looks like", "badge"),
    _NAME,
    Column("source", "Source"),
    _HREF,
)
STILL_COLUMNS = (
    _CODE,
    Column("first", "From", "date"),
    Column("last", "To", "date"),
    Column("length", "Equal prices", "integer"),
    Column("price", "Price", "number", unit_from="unit"),
    _UNIT,
    _NAME,
    Column("source", "Source"),
    _HREF,
)
BAR_COLUMNS = (
    _CODE,
    Column("day", "Day", "date"),
    Column("open", "Open", "number", unit_from="unit"),
    Column("high", "High", "number", unit_from="unit"),
    Column("low", "Low", "number", unit_from="unit"),
    Column("settle", "Settle", "number", unit_from="unit"),
    _UNIT,
    Column("reason", "What contradicts"),
    _HREF,
)


ENDED_FROM = 100_000.0  # business hours, 45 years: the promise of a source whose series have ended


def address(row: InstrumentRow, clocks: Clocks, day: date | None = None) -> str:
    """Return the address of the instrument's page under the same clocks; ``day`` widens its range to reach that day."""
    age = 0 if day is None else (clocks.as_of - day).days
    reach = next((key for key, days in (("3m", 80), ("1y", 350), ("3y", 1080)) if age <= days), "max")
    more = {} if day is None else {"range": reach}
    return f"/market/instrument/{row.code}?{urlencode({**clocks.query(), **more})}"


def feed_table(query: GridQuery, found: Feeds) -> Table:
    """Return the age of every dataset of every source against its promise."""
    rows: list[tuple[Cell, ...]] = []
    passports: dict[str, dict[str, str]] = {}
    moment = {"moment": found.moment.isoformat()}
    for feed in found.feeds:
        key = f"{feed.source_code} {feed.dataset}"
        passports[key] = {**moment, "source": feed.source_code, "dataset": feed.dataset}
        judged = feed.staleness
        ended = judged.sla_hours >= ENDED_FROM
        status = "late" if judged.late else "ended" if ended else "on time"
        promise = None if ended else judged.sla_hours
        kind = "simulated" if feed.simulated else "real"
        named = ", ".join(feed.late[:6]) + (f" and {len(feed.late) - 6} more" if len(feed.late) > 6 else "")
        rows.append(
            (
                key, feed.source, feed.dataset, status, judged.age_hours, promise, feed.newest,
                feed.recorded_at, feed.series, len(feed.late), named, kind, feed.licence,
            )
        )  # fmt: skip
    note = f"judged at {found.moment:%Y-%m-%d %H:%M} UTC; weekends do not count"
    return sort_rows(Table(FEED_COLUMNS, rows, note=note, extra={"params": passports}), query)


def gap_table(query: GridQuery, found: Findings, clocks: Clocks) -> Table:
    """Return the missing days, the newest first unless sorted otherwise."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.code, item.gap.first, item.gap.last, item.gap.missing, "open" if item.open else "closed", item.before,
            item.after, row.unit, row.name, row.source, address(row, clocks, item.gap.first),
        )
        for item in found.gaps
        for row in (item.instrument,)
    ]  # fmt: skip
    return _table(GAP_COLUMNS, rows, found, query)


def spike_table(query: GridQuery, found: Findings, clocks: Clocks) -> Table:
    """Return the spikes with the prices around them, the newest first unless sorted otherwise."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.code, item.day, spike.before, spike.price, spike.after, row.unit,
            spike.price / spike.before - 1.0 if spike.before > 0 else None, abs(spike.z), _verdict(spike), row.name,
            row.source, address(row, clocks, item.day),
        )
        for item in found.spikes
        for row, spike in ((item.instrument, item.spike),)
    ]  # fmt: skip
    return _table(SPIKE_COLUMNS, rows, found, query)


def _verdict(spike: ScreenedSpike) -> str:
    if spike.reverted:
        return "bad tick"
    return "new level" if spike.after is not None else "too new to tell"


def still_table(query: GridQuery, found: Findings, clocks: Clocks) -> Table:
    """Return the runs of equal prices, the newest first unless sorted otherwise."""
    rows: list[tuple[Cell, ...]] = [
        (
            row.code, item.first, item.last, item.run.length, item.run.price, row.unit, row.name, row.source,
            address(row, clocks, item.first),
        )
        for item in found.still
        for row in (item.instrument,)
    ]  # fmt: skip
    return _table(STILL_COLUMNS, rows, found, query)


def bar_table(query: GridQuery, found: Findings, clocks: Clocks) -> Table:
    """Return the bars that contradict themselves, the newest first unless sorted otherwise."""
    rows: list[tuple[Cell, ...]] = []
    for item in found.bars:
        bar, row = item.bar, item.instrument
        nan = float("nan")
        cells = [nan if value is None else value for value in (bar.open, bar.high, bar.low, bar.settle)]
        reasons = " ".join(fault.reason for fault in check_bars(*([cell] for cell in cells)))
        prices = [None if isnan(cell) else cell for cell in cells]
        rows.append((row.code, bar.day, *prices, row.unit, reasons, address(row, clocks, bar.day)))
    return _table(BAR_COLUMNS, rows, found, query)


def coverage_table(query: GridQuery, found: Findings) -> Table:
    """Return the share of expected days that each instrument has, one column for each month."""
    months = found.months.astype(str).tolist()
    columns = (
        Column("code", "Instrument"),
        *(Column(month, month, "percent", decimals=0) for month in months),
    )
    rows: list[tuple[Cell, ...]] = [
        (row.code, *(None if isnan(value) else value for value in shares))
        for row, shares in zip(found.instruments, found.coverage.tolist(), strict=True)
    ]
    return _table(columns, rows, found, query)


def _table(
    columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], found: Findings, query: GridQuery
) -> Table:
    simulated = any(row.simulated for row in found.instruments)
    return sort_rows(Table(columns, rows, simulated=simulated), query)
