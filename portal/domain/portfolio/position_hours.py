"""Positions by hour and by day: the deliveries of trades spread over the hours of the energy clock.

API: ``hour_grid(calendar, first, end)``, ``hourly(book, places, spread) -> ndarray``, ``hour_keys``, ``day_keys``.

MW are delivered in every hour of the profile; a volume for a delivery month evenly over those hours of the trade's part
of the month. An hour is named by its delivery day and its place in it (``2027-03-28T02`` is the third hour), so that a
day of 23 or 25 hours has 23 or 25 of them. The hours of a month add up to the volume of the position ledger.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.calendars import DeliveryCalendar, hour_labels, intervals_of_day, local_zone
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.trade import Profile

CHUNK = 500  # shaped trades that are spread at a time


@dataclass(frozen=True)
class HourGrid:
    """The hours of a range of delivery days: arrays of shape (h,) in order of time.

    Attributes
    ----------
    day : ndarray of int64
        Day of each hour, counted from the first.
    place : ndarray of int64
        Place of the hour in its delivery day, from 0.
    local : ndarray of int64
        Local hour at its start, 0 to 23.
    weekend : ndarray of int64
        1 where it starts on a local Saturday or Sunday.
    peak : ndarray of bool
        Whether it is a peak hour.
    """

    day: IntArray1D
    place: IntArray1D
    local: IntArray1D
    weekend: IntArray1D
    peak: BoolArray1D


@lru_cache(maxsize=512)
def hour_grid(calendar: DeliveryCalendar, first: date, end: date) -> HourGrid:
    """The hours of a range of delivery days.

    Parameters
    ----------
    calendar : DeliveryCalendar
        Market.
    first, end : date
        Half-open range of delivery days.

    Returns
    -------
    HourGrid
        23, 24 or 25 hours for each day.
    """
    zone = local_zone(calendar.zone)
    rows: list[tuple[int, int, int, int, bool]] = []
    for number in range((end - first).days):
        for place, interval in enumerate(intervals_of_day(first + timedelta(days=number), calendar)):
            at = interval.start.astimezone(zone)
            peak = calendar.has_peak(at.date()) and calendar.peak_start <= at.hour < calendar.peak_end
            rows.append((number, place, at.hour, int(at.weekday() >= 5), peak))
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 5)
    table.setflags(write=False)
    return HourGrid(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4] > 0)


@dataclass(frozen=True)
class Spread:
    """What is spread over hours: arrays of shape (n,), one entry for each trade of a book.

    Attributes
    ----------
    line : ndarray of int64
        Line of the result that each trade is added to.
    lines : int
        Number of lines.
    scale : ndarray of float64
        Units of the result for one unit of volume of the trade's curve.
    energy : ndarray of float64
        MWh for one unit of volume of the trade's curve.
    """

    line: IntArray1D
    lines: int
    scale: FloatArray1D
    energy: FloatArray1D


def hourly(book: Book, calendar: DeliveryCalendar, month: date, spread: Spread) -> FloatArray:
    """Volumes of trades of one calendar by hour of one delivery month.

    Parameters
    ----------
    book : Book
        Trades; which of them are obligations is the caller's choice.
    calendar : DeliveryCalendar
        Market of all of them.
    month : date
        First day of the delivery month.
    spread : Spread
        Lines to add to, and units.

    Returns
    -------
    ndarray of shape (lines, 2, h)
        Volumes bought and sold (below zero) in each hour of ``hour_grid``.
    """
    end = (month.replace(day=28) + timedelta(days=4)).replace(day=1)
    grid, days = hour_grid(calendar, month, end), (end - month).days
    begin = np.clip((book.delivery_start - np.datetime64(month, "D")).astype(np.int64), 0, days)
    stop = np.clip((book.delivery_end - np.datetime64(month, "D")).astype(np.int64), 0, days)
    shapes = _shapes(book)
    rate = _rates(book, grid, begin, stop, shapes, spread) * book.side
    code = spread.line * 2 + (book.side < 0)
    here = (stop > begin) & np.isfinite(rate)
    flat = np.zeros((spread.lines * 2, len(grid.day)))
    for profile in (Profile.BASE, Profile.PEAK, Profile.OFFPEAK):
        rows = np.flatnonzero(here & (book.profile == profile))
        if len(rows):
            mask = {Profile.PEAK: grid.peak, Profile.OFFPEAK: ~grid.peak}.get(
                profile, np.ones_like(grid.peak)
            )
            flat += (
                _by_day(code[rows], rate[rows], begin[rows], stop[rows], (len(flat), days))[:, grid.day]
                * mask
            )
    shaped = np.flatnonzero(here & (book.profile == Profile.SHAPED))
    for start in range(0, len(shaped), CHUNK):
        rows = shaped[start : start + CHUNK]
        active = (grid.day >= begin[rows, None]) & (grid.day < stop[rows, None])
        own = shapes[rows][:, grid.weekend, grid.local]
        np.add.at(flat, code[rows], np.where(active, rate[rows, None] * own, 0.0))
    return flat.reshape(spread.lines, 2, -1)


def _by_day(
    code: IntArray1D, rate: FloatArray1D, begin: IntArray1D, stop: IntArray1D, shape: tuple[int, int]
) -> FloatArray2D:
    """Sum of the rates that are delivered on each day: shape (lines, days)."""
    change = np.zeros((shape[0], shape[1] + 1))
    np.add.at(change, (code, begin), rate)
    np.add.at(change, (code, stop), -rate)
    summed: FloatArray2D = np.cumsum(change, axis=1)[:, :-1]
    return summed


def _shapes(book: Book) -> FloatArray:
    """Multiples of shaped trades by weekday or weekend and local hour: shape (n, 2, 24); NaN where they are missing."""
    found = np.full((len(book), 2, 24), np.nan)
    for at in np.flatnonzero(book.profile == Profile.SHAPED).tolist():
        shape = book.details.get(int(book.trade_id[at]), {}).get("shape", {})
        rows = [np.asarray(shape.get(name, ()), dtype=np.float64) for name in ("weekday", "weekend")]
        if all(row.shape == (24,) for row in rows):
            found[at] = rows
    return found


def _rates(
    book: Book, grid: HourGrid, begin: IntArray1D, stop: IntArray1D, shapes: FloatArray, spread: Spread
) -> FloatArray1D:
    """Volume of each trade in one of its hours (for a shape: where its multiple is 1), in the unit of the result."""
    days = int(grid.day[-1]) + 1
    every = np.bincount(grid.day, minlength=days)
    peak = np.bincount(grid.day, weights=grid.peak, minlength=days)
    counts = {Profile.BASE: every, Profile.PEAK: peak, Profile.OFFPEAK: every - peak}
    hours = np.zeros(len(book))
    for profile, count in counts.items():
        rows = book.profile == profile
        upto = np.concatenate([[0.0], np.cumsum(count)])
        hours[rows] = (upto[stop] - upto[begin])[rows]
    table = np.zeros((days + 1, 2, 24))
    np.add.at(table, (grid.day + 1, grid.weekend, grid.local), 1.0)
    upto_shape = np.cumsum(table, axis=0)
    rows = np.flatnonzero(book.profile == Profile.SHAPED)
    hours[rows] = ((upto_shape[stop[rows]] - upto_shape[begin[rows]]) * shapes[rows]).sum(axis=(1, 2))
    with np.errstate(divide="ignore", invalid="ignore"):  # no hours of the profile: nothing is delivered
        volume = np.where(book.is_capacity, book.quantity / spread.energy, book.quantity / hours)
    rate: FloatArray1D = np.where(hours > 0.0, volume * spread.scale, 0.0)
    return rate


@lru_cache(maxsize=256)
def hour_keys(
    calendars: tuple[DeliveryCalendar, ...], first: date, end: date
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and labels of the hours of a range of delivery days.

    Parameters
    ----------
    calendars : tuple of DeliveryCalendar
        Markets; where their clocks agree the labels are local times, else places in the day (``H01`` is the first).
    first, end : date
        Half-open range of delivery days.

    Returns
    -------
    tuple of tuple of str
        Keys such as ``2027-03-28T02`` and labels; as many for a day as its longest calendar has hours.
    """
    keys: list[str] = []
    labels: list[str] = []
    for number in range((end - first).days):
        day = first + timedelta(days=number)
        texts = [hour_labels(day, calendar) for calendar in calendars]
        longest: Sequence[str] = max(texts, key=len, default=[""] * 24)
        local = len({tuple(text) for text in texts}) == 1  # also of zones that share a clock
        keys += [f"{day}T{place:02d}" for place in range(len(longest))]
        labels += [
            f"{day:%d %b} {text if local else f'H{place + 1:02d}'}" for place, text in enumerate(longest)
        ]
    return tuple(keys), tuple(labels)


def day_keys(first: date, end: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Keys and labels of a range of delivery days.

    Parameters
    ----------
    first, end : date
        Half-open range.

    Returns
    -------
    tuple of tuple of str
        Keys such as ``2027-03-28`` and labels.
    """
    days = [first + timedelta(days=number) for number in range((end - first).days)]
    return tuple(day.isoformat() for day in days), tuple(f"{day:%a %d %b}" for day in days)


def in_periods(
    volumes: FloatArray, grid: HourGrid, day_offset: NDArray[np.int64], *, by_day: bool, periods: int
) -> FloatArray:
    """Hours of one month put where they belong in a longer range of hours or days.

    Parameters
    ----------
    volumes : ndarray of shape (lines, 2, h)
        By hour of ``grid``.
    grid : HourGrid
        Hours of the month.
    day_offset : ndarray of shape (days,), int64
        Of each day of the month: the position of its first period in the range.
    by_day : bool
        Whether periods are days; else hours.
    periods : int
        Length of the range.

    Returns
    -------
    ndarray of shape (lines, 2, periods)
        Sums by period.
    """
    at = day_offset[grid.day] + (0 if by_day else grid.place)
    lines, sides, hours = volumes.shape
    out = np.zeros((periods, lines * sides))
    np.add.at(out, at, volumes.reshape(lines * sides, hours).T)
    summed: FloatArray = out.T.reshape(lines, sides, periods)
    return summed
