"""Positions that the ledger does not hold: delta-equivalents out of a valuation, hours and days out of the trades."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data.queries.positions import NOTHING, Entries, Selection
from data.queries.trades import load_book
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.market.calendars import DeliveryCalendar
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.position_hours import Spread, day_keys, hour_grid, hour_keys, hourly, in_periods
from portal.domain.portfolio.positions import ENERGY_UNITS
from portal.domain.portfolio.profile_hours import calendar_of
from portal.domain.portfolio.trade import OPTIONAL, Event, Kind
from portal.services.portfolio.position_ask import CARBON, TOTAL, Ask, Desk
from portal.services.portfolio.valuation import valued_in

_CANCELLED = list(Event).index(Event.CANCELLED)
_OPTIONAL = np.array([kind in OPTIONAL for kind in Kind])
CHUNK = 1000  # trades whose hours are held in memory at a time
_KINDS = {kind.key: int(kind) for kind in Kind}


@dataclass(frozen=True)
class Deltas:
    """Delta-equivalent entries with the number of the trade of each; ``unvalued`` counts trades without a delta."""

    entries: Entries
    trade: IntArray1D
    unvalued: int


def deltas(work: UnitOfWork, desk: Desk, chosen: Selection, clocks: Clocks, actor: Actor) -> Deltas:
    """Return the delta of every leg of the books in ``chosen``; legs without a mark are left out and counted."""
    found = valued_in(work, clocks, actor)
    legs, book, curves = found.valuation.legs, found.book, found.market.curves
    sizes = _sizes(desk, curves.id)
    entries = Entries(
        portfolio=book.portfolio[legs.trade],
        curve=curves.id[legs.curve] if len(legs.trade) else legs.curve,
        counterparty=book.counterparty[legs.trade],
        kind=book.kind[legs.trade].astype(np.int64),
        side=np.where(legs.delta < 0.0, -1, 1).astype(np.int64),
        month=found.market.marks.months[legs.month] if len(legs.month) else np.zeros(0, "datetime64[M]"),
        volume=legs.delta,
        mwh=legs.delta * (sizes[legs.curve] if len(legs.curve) else legs.delta),
    )
    here = _within(entries, chosen)
    lost = here & np.isnan(legs.delta)
    kept = here & (np.abs(np.nan_to_num(legs.delta)) > NOTHING)
    trade = book.trade_id[legs.trade]
    return Deltas(entries.take(kept), trade[kept], len(np.unique(trade[lost])))


def _sizes(desk: Desk, ids: IntArray1D) -> FloatArray1D:
    """Return MWh in one unit of volume of each curve, NaN for carbon."""
    known = dict(zip(desk.terms.id.tolist(), desk.terms.mwh.tolist(), strict=True))
    return np.array([known.get(key, np.nan) for key in ids.tolist()])


def _within(entries: Entries, chosen: Selection) -> BoolArray1D:
    """Tell which entries a selection means."""
    here = np.isin(entries.portfolio, list(chosen.portfolios))
    for values, wanted in (
        (entries.curve, chosen.curves),
        (entries.counterparty, chosen.counterparties),
        (entries.kind, None if chosen.kinds is None else {_KINDS[kind] for kind in chosen.kinds}),
    ):
        if wanted is not None:
            here &= np.isin(values, list(wanted))
    if chosen.side is not None:
        here &= entries.side == chosen.side
    if chosen.first is not None:
        here &= entries.month >= np.datetime64(chosen.first, "M")
    if chosen.last is not None:
        here &= entries.month <= np.datetime64(chosen.last, "M")
    within: BoolArray1D = here
    return within


@dataclass(frozen=True)
class Delivered:
    """Trades that deliver in a range, and the hours or days of it.

    ``keys`` and ``labels`` name the periods; ``calendar`` is the market of each trade.
    """

    book: Book
    first: date
    end: date
    keys: tuple[str, ...]
    labels: tuple[str, ...]
    calendar: IntArray1D
    calendars: tuple[DeliveryCalendar, ...]
    scale: FloatArray1D
    energy: FloatArray1D
    by_day: bool

    def volumes(self, line: IntArray1D, lines: int) -> FloatArray:
        """Return the volumes of the trades, each added to its line: shape (lines, 2, periods), bought and sold."""
        out = np.zeros((lines, 2, len(self.keys)))
        place = {key: at for at, key in enumerate(self.keys)}
        month = self.first
        while month < self.end:
            after = (month + timedelta(days=31)).replace(day=1)
            days = [month + timedelta(days=number) for number in range((after - month).days)]
            offset = np.array([place[f"{day}" if self.by_day else f"{day}T00"] for day in days], np.int64)
            for at, calendar in enumerate(self.calendars):
                rows = np.flatnonzero(self.calendar == at)
                spread = Spread(line[rows], lines, self.scale[rows], self.energy[rows])
                found = hourly(self.book.take(rows), calendar, month, spread)
                grid = hour_grid(calendar, month, after)
                out += in_periods(found, grid, offset, by_day=self.by_day, periods=len(self.keys))
            month = after
        return out

    def taken(self, rows: IntArray1D) -> "Delivered":
        """Return the same of some trades."""
        return replace(
            self,
            book=self.book.take(rows),
            calendar=self.calendar[rows],
            scale=self.scale[rows],
            energy=self.energy[rows],
        )

    def none(self) -> "Delivered":
        """Return the same without trades."""
        return self.taken(np.zeros(0, np.int64))


def delivered(work: UnitOfWork, desk: Desk, ask: Ask, chosen: Selection, clocks: Clocks) -> Delivered:
    """Return the obligations in ``chosen`` over its months, by the hours or days that ``ask`` wants.

    Raises
    ------
    DomainError
        The range has no end, or native units differ.
    """
    if chosen.first is None or chosen.last is None:
        raise DomainError("Hours and days are shown for a few months: choose them under From and To.")
    end = (chosen.last + timedelta(days=31)).replace(day=1)
    book = load_book(work.session, clocks=clocks, portfolios=sorted(chosen.portfolios))
    book = book.take(_delivers(book, chosen, end))
    carbon = np.array([desk.curves[key].commodity == CARBON for key in book.curve.tolist()], np.bool_)
    if ask.unit in ENERGY_UNITS:
        book = book.take(~carbon)
    elif ask.unit == "t":
        book = book.take(carbon)
    energy = _sizes(desk, book.curve)
    markets = [
        calendar_of(desk.curves[key].timezone, desk.curves[key].commodity) for key in book.curve.tolist()
    ]
    calendars = tuple(dict.fromkeys(markets))
    place = {calendar: at for at, calendar in enumerate(calendars)}
    by_day = ask.tenor == "day"
    keys, labels = day_keys(chosen.first, end) if by_day else hour_keys(calendars, chosen.first, end)
    return Delivered(
        book,
        chosen.first,
        end,
        keys,
        labels,
        np.array([place[market] for market in markets], np.int64),
        calendars,
        energy / ENERGY_UNITS[ask.unit] if ask.unit in ENERGY_UNITS else np.ones(len(book)),
        energy,
        by_day,
    )


def _delivers(book: Book, chosen: Selection, end: date) -> BoolArray1D:
    """Tell which trades are obligations that deliver in the months of ``chosen``."""
    here = ~_OPTIONAL[book.kind] & (book.event != _CANCELLED)
    here &= (book.delivery_start < np.datetime64(end, "D")) & (
        book.delivery_end > np.datetime64(chosen.first, "D")
    )
    if chosen.curves is not None:
        here &= np.isin(book.curve, list(chosen.curves))
    if chosen.counterparties is not None:
        here &= np.isin(book.counterparty, list(chosen.counterparties))
    if chosen.kinds is not None:
        here &= np.isin(book.kind, [_KINDS[kind] for kind in chosen.kinds])
    if chosen.side is not None:
        here &= book.side == chosen.side
    delivers: BoolArray1D = here
    return delivers


def period_volumes(
    work: UnitOfWork, desk: Desk, ask: Ask, chosen: Selection, clocks: Clocks, key: str
) -> Mapping[int, tuple[float, float, int]]:
    """Return what each trade delivers in one hour or day: bought and sold in the unit asked for, and its curve."""
    found = delivered(work, desk, ask, chosen, clocks)
    if key != TOTAL and key not in found.keys:
        raise DomainError(
            f"There is no delivery '{key[:40]}' in these months. Open the table again.", period=key
        )
    held: dict[int, tuple[float, float, int]] = {}
    at = slice(None) if key == TOTAL else slice(found.keys.index(key), found.keys.index(key) + 1)
    for start in range(0, len(found.book), CHUNK):
        part = found.taken(np.arange(start, min(start + CHUNK, len(found.book))))
        volumes = part.volumes(np.arange(len(part.book)), len(part.book))[:, :, at].sum(axis=2)
        for row in np.flatnonzero(np.abs(volumes).sum(axis=1) > 0.0).tolist():
            held[int(part.book.trade_id[row])] = (
                float(volumes[row, 0]),
                float(volumes[row, 1]),
                int(part.book.curve[row]),
            )
    return held
