"""Metrics of daily prices: the rows behind them, read with their provenance or taken out of a receipt.

``from_settles`` turns a function of prices into an evaluator, so that a new metric of this kind is the metric's entry
and one function: see ``docs/adding/metric.md``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from data.queries import market as queries
from data.queries import passports as rows_behind
from data.queries.market import Series
from data.queries.passports import PriceRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Source
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.market.instruments import InstrumentRow
from portal.services.evaluation import ROUNDING, evaluates
from portal.services.market.prices import LOOK_BACK, VOL_WINDOW, Quote, build_quote

INSTRUMENT = Parameter("instrument", "Instrument")
WINDOW = Parameter("window", "Days in the window", "integer", default=VOL_WINDOW, low=2, high=1000)

INPUT_COLUMNS = (
    Column("instrument", "Instrument"),
    Column("day", "Day", "date"),
    Column("level", "Level", help="A day's price, or the interval of a day that it was made from"),
    Column("start", "Interval from", "moment"),
    Column("value", "Value", "number", decimals=4, unit_from="unit"),
    Column("unit", "Unit"),
    Column("intervals", "Intervals", "integer", help="Intervals that a day's price was rolled up from"),
    Column("recorded_at", "Recorded", "moment"),
    Column("source", "Source"),
    Column("batch", "Import", "integer"),
    Column("file", "File"),
)


@dataclass(frozen=True, slots=True)
class Settles:
    """Daily prices of some instruments: all rows of the look-back, or the newest one of a silent instrument."""

    clocks: Clocks
    first: date
    instruments: tuple[InstrumentRow, ...]
    rows: tuple[PriceRow, ...]

    def of(self, code: str) -> list[PriceRow]:
        """Return the days of ``code`` oldest first."""
        return [row for row in self.rows if row.instrument == code and row.start is None]

    def quote(self, *, window: int = VOL_WINDOW) -> Quote:
        """Return the quote of the only instrument, made as the watchlist makes it."""
        (instrument,) = self.instruments
        days, series = self.of(instrument.code), self.series(instrument.code)
        old = (days[-1].day, days[-1].value) if days and not series.day else None
        return build_quote(instrument, series if series.day else None, old, self.clocks, window=window)

    def series(self, code: str) -> Series:
        """Return the prices of ``code`` within the look-back."""
        recent = [row for row in self.of(code) if row.day >= self.first]
        return Series(
            tuple(row.day for row in recent), np.array([row.value for row in recent], dtype=np.float64)
        )

    def aligned(self) -> tuple[list[date], dict[str, list[float]]]:
        """Return the days on which every instrument has a price, and the prices of each on them."""
        prices = {i.code: {row.day: row.value for row in self.of(i.code)} for i in self.instruments}
        days = sorted(set.intersection(*(set(found) for found in prices.values()))) if prices else []
        return days, {code: [found[day] for day in days] for code, found in prices.items()}

    def units(self) -> dict[str, str]:
        """Return the unit of each instrument."""
        return {instrument.code: instrument.unit for instrument in self.instruments}


Compute = Callable[[Settles, Params], Outcome]


def one_instrument(params: Params) -> tuple[str, ...]:
    """Return the instrument that the parameters name."""
    return (str(params["instrument"]),)


def usual_first(params: Params, clocks: Clocks) -> date:
    """Return the first day to read: the watchlist's, or earlier for a wider window (holidays included)."""
    window = params.get("window", VOL_WINDOW)
    days = max(LOOK_BACK, int(window) * 7 // 5 + 42) if isinstance(window, int) else LOOK_BACK
    return queries.window_start(clocks, days)


def from_settles(
    metric_id: str,
    *,
    parameters: Sequence[Parameter] = (INSTRUMENT,),
    codes: Callable[[Params], Sequence[str]] = one_instrument,
    first: Callable[[Params, Clocks], date] = usual_first,
    days: int | None = None,
    tolerance: float = ROUNDING,
) -> Callable[[Compute], Compute]:
    """Register the decorated function of daily prices as the evaluator of ``metric_id``.

    ``codes`` names the instruments to read, ``first`` the day from which on. ``days`` keeps the newest days only, when
    no more are behind the value; the intervals that they were rolled up from are shown then, too. ``tolerance`` is the
    relative difference that another machine may make.
    """

    def register(compute: Compute) -> Compute:
        def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:
            found = _from_records(records, codes(params), clocks, first(params, clocks))
            return compute(found, params)

        @evaluates(
            metric_id,
            permission=Permission.MARKET_READ,
            parameters=parameters,
            replay=replay,
            tolerance=tolerance,
        )
        def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
            found = _read(work, codes(params), clocks, first(params, clocks), days)
            return _evaluation(found, compute(found, params))

        return compute

    return register


def _read(work: UnitOfWork, codes: Sequence[str], clocks: Clocks, first: date, days: int | None) -> Settles:
    known = {row.code: row for row in queries.instruments(work.session, codes=codes)}
    for code in codes:
        if code not in known:
            raise NotFound(
                f"There is no instrument '{code}'. Choose one from Market > Prices.", instrument=code
            )
    ids = [row.id for row in known.values()]
    rows = rows_behind.price_rows(work.session, clocks=clocks, instrument_ids=ids, first=first)
    heard = {row.instrument for row in rows}
    silent = [row.id for row in known.values() if row.code not in heard]
    if silent:
        rows += rows_behind.newest_price_rows(work.session, clocks=clocks, instrument_ids=silent)
    if days is not None:
        rows = [row for code in known for row in [r for r in rows if r.instrument == code][-days:]]
        for instrument in known.values():
            rolled = {
                row.day: row.recorded_at
                for row in rows
                if row.instrument == instrument.code and row.start is None and row.intervals > 1
            }
            rows += rows_behind.interval_rows(work.session, instrument_id=instrument.id, versions=rolled)
    return Settles(clocks, first, tuple(known[code] for code in codes), tuple(sorted(rows, key=_order)))


def _order(row: PriceRow) -> tuple[str, date, datetime]:
    return row.instrument, row.day, row.start or datetime.min.replace(tzinfo=UTC)


def _evaluation(found: Settles, outcome: Outcome) -> Evaluation:
    simulated = any(instrument.simulated for instrument in found.instruments)
    sources = dict.fromkeys(Source(row.source_code, row.source, row.licence) for row in found.rows)
    late = [
        f"{i.name} is late: {i.source} promises it within {i.sla_hours:g} business hours"
        for i in found.instruments
        if _is_late(found, i)
    ]
    return Evaluation(
        subject=", ".join(f"{i.name} ({i.code})" for i in found.instruments),
        value=outcome.value,
        unit=outcome.unit,
        inputs=Table(INPUT_COLUMNS, [_cells(row) for row in found.rows], simulated=simulated),
        steps=outcome.steps,
        sources=tuple(sources),
        newest=max((row.day for row in found.rows), default=None),
        recorded_at=max((row.recorded_at for row in found.rows), default=None),
        late="; ".join(late),
        note=outcome.note,
    )


def _is_late(found: Settles, instrument: InstrumentRow) -> bool:
    own = Settles(found.clocks, found.first, (instrument,), found.rows)
    return own.quote().late


def _cells(row: PriceRow) -> tuple[Any, ...]:
    return (
        row.instrument,
        row.day,
        "day" if row.start is None else "interval",
        row.start,
        row.value,
        row.unit,
        row.intervals if row.intervals > 1 else None,
        row.recorded_at,
        row.source_code,
        row.batch_id,
        row.file_name,
    )


def _from_records(
    records: Sequence[Mapping[str, Any]], codes: Sequence[str], clocks: Clocks, first: date
) -> Settles:
    rows = tuple(_row_of(record) for record in records)
    units = {row.instrument: row.unit for row in rows}
    return Settles(clocks, first, tuple(_bare(code, units.get(code, "")) for code in codes), rows)


def _row_of(record: Mapping[str, Any]) -> PriceRow:
    start = record["start"]
    return PriceRow(
        instrument=str(record["instrument"]),
        day=date.fromisoformat(record["day"]),
        start=None if start is None else datetime.fromisoformat(start),
        value=float(record["value"]),
        unit=str(record["unit"]),
        intervals=int(record["intervals"] or 1),
        recorded_at=datetime.fromisoformat(record["recorded_at"]),
        source_code=str(record["source"]),
        source="",
        licence="",
        batch_id=int(record["batch"]),
        file_name=str(record["file"]),
    )


def _bare(code: str, unit: str) -> InstrumentRow:
    """Return an instrument of which only what a receipt says is known."""
    return InstrumentRow(
        id=0,
        code=code,
        name=code,
        commodity="",
        unit=unit,
        currency="",
        timezone="UTC",
        granularity="daily",
        source_code="",
        source="",
        licence="",
        simulated=False,
        sla_hours=0.0,
    )
