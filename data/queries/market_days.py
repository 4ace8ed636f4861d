"""The markets of many days, read in a few queries and replayed day by day.

The market of the first day is read as any market is; each day after it takes what was recorded for that day on top. So
the market of a day equals the one that ``load_market`` reads for it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.queries import mark_spans as spans
from data.queries.curve_terms import CurveRow, curve_rows
from data.queries.mark_rows import RateRow
from data.queries.marks import (
    REPORTING,
    Expiries,
    exchange,
    exchange_days,
    load_market,
    with_peaks,
    zero_curves,
)
from portal.core.arrays import DateArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import STALE, Market, Marks, VolSurface
from portal.domain.portfolio.marking import judged

_Bounds = NDArray[np.int64]


class MarketDays:
    """Markets of rising days up to ``clocks.as_of``, all known at ``clocks.known_at``."""

    def __init__(
        self,
        session: Session,
        *,
        clocks: Clocks,
        days: Sequence[date],
        first_month: np.datetime64,
        last_month: np.datetime64,
        curve_ids: Sequence[int],
        expiries: Expiries,
    ) -> None:
        self._days = list(days)
        opening = replace(clocks, as_of=self._days[0])
        self._market = load_market(
            session, clocks=opening, first_month=first_month, last_month=last_month, curve_ids=curve_ids,
            expiries=expiries,
        )  # fmt: skip
        first = self._days[0] + timedelta(days=1)
        curves = self._market.curves
        peaks = curves.id[curves.peak[np.isin(curves.id, curve_ids) & (curves.peak >= 0)]].tolist()
        wanted = sorted({*curve_ids, *peaks})
        currencies = sorted(set(curves.currency))
        stored = curve_rows(session)
        self._nodes = spans.nodes_between(session, clocks, wanted, first)
        self._fixings = spans.fixings_between(session, clocks, _codes(stored, wanted), first)
        self._fixed_curves = _fixed_curves(session, stored, wanted)
        self._vols = spans.vol_points_between(session, clocks, wanted, first)
        self._rates = _by_day(spans.rates_between(session, clocks, currencies, first))
        self._fx = _by_day(spans.fx_between(session, clocks, currencies, REPORTING, first))
        self._correlations = spans.correlations_between(session, clocks, first)
        self._expiries = with_peaks(expiries, curves)
        self._open()

    def __iter__(self) -> Iterator[Market]:
        """Yield the market of each day."""
        yield self._market
        before = self._days[0]
        for day in self._days[1:]:
            self._advance(before, day)
            before = day
            yield self._market

    def _open(self) -> None:
        """Take the matrices of the first day as the state that days are added to."""
        marks, fixings = self._market.marks, self._market.fixings
        self._price, self._quoted_on = marks.price.copy(), marks.quoted_on.copy()
        self._status = np.where(marks.status >= STALE, np.int8(0), marks.status).astype(np.int8)
        known = np.where(np.isnat(marks.quoted_on), np.datetime64("0001-01-01", "D"), marks.quoted_on)
        newest = known.max(axis=1) if known.shape[1] else np.zeros(0, "M8[D]")
        self._newest = np.where(newest > np.datetime64("0001-01-01", "D"), newest, np.datetime64("NaT", "D"))
        self._total, self._count = fixings.total.copy(), fixings.count.copy()
        self._final = dict(fixings.final)

    def _advance(self, before: date, day: date) -> None:
        """Add what was recorded for the days after ``before`` up to ``day``."""
        at = np.datetime64(before, "D"), np.datetime64(day, "D")
        self._settle(*at)
        self._fix(*at)
        market = self._market
        rates, marked = (
            _last(self._fx, before, day),
            [row for row in self._correlations if before < row[0] <= day],
        )
        self._market = replace(
            market,
            as_of=day,
            marks=Marks(
                market.marks.months,
                self._price.copy(),
                self._quoted_on.copy(),
                judged(self._status, self._quoted_on, self._newest, day),
            ),
            fixings=replace(
                market.fixings, total=self._total.copy(), count=self._count.copy(), final=dict(self._final)
            ),
            vols={**market.vols, **self._surfaces(*at)},
            rates={**market.rates, **zero_curves(_last(self._rates, before, day))},
            fx={**market.fx, **exchange(rates, market.reporting)},
            fx_days={**market.fx_days, **exchange_days(rates, market.reporting)},
            correlations={**market.correlations, **{(one, two): value for _, one, two, value in marked}},
            correlation_days={**market.correlation_days, **{(one, two): on for on, one, two, _ in marked}},
        )

    def _settle(self, before: np.datetime64, day: np.datetime64) -> None:
        """Apply the quotes of the days, and settle what expires on the way at the quotes up to its expiry."""
        expiry = self._expiries[:, 2].astype("datetime64[D]") if len(self._expiries) else np.zeros(0, "M8[D]")
        due = (expiry > before) & (expiry <= day)
        for moment in np.unique(np.append(expiry[due], day)):
            self._quote(before, moment)
            before = moment
            for key in self._expiries[due & (expiry == moment)].tolist():
                price = self._mark_of(key[0], key[1])
                if np.isfinite(price):
                    self._final[(key[0], key[1], key[2])] = price

    def _mark_of(self, curve_id: int, month: int) -> float:
        months, ids = self._market.marks.months, self._market.curves.id
        row, column = int(np.searchsorted(ids, curve_id)), month - int(months[0].astype(np.int64))
        inside = row < len(ids) and ids[row] == curve_id and 0 <= column < len(months)
        return float(self._price[row, column]) if inside else float("nan")

    def _quote(self, before: np.datetime64, day: np.datetime64) -> None:
        nodes = self._nodes
        rows = _between(nodes.day, before, day)
        curve = positions_in(self._market.curves.id, nodes.curve_id[rows])
        known = curve >= 0
        np.maximum.at(self._newest_numbers(), curve[known], nodes.day[rows][known].astype(np.int64))
        months = self._market.marks.months
        month = (nodes.month[rows] - months[0]).astype(np.int64)
        inside = known & (month >= 0) & (month < len(months))
        at = curve[inside], month[inside]  # rows rise by day, so the newest quote is written last
        self._price[at] = nodes.price[rows][inside]
        self._quoted_on[at] = nodes.day[rows][inside]
        self._status[at] = nodes.status[rows][inside]

    def _newest_numbers(self) -> IntArray1D:
        """The newest days as numbers in the same memory; NaT is the lowest of them."""
        return self._newest.view(np.int64)

    def _fix(self, before: np.datetime64, day: np.datetime64) -> None:
        rows = _between(self._fixings.day, before, day)
        months = self._market.marks.months
        month = (self._fixings.day[rows].astype("datetime64[M]") - months[0]).astype(np.int64)
        for instrument, at, price in zip(
            self._fixings.instrument_id[rows].tolist(),
            month.tolist(),
            self._fixings.settle[rows].tolist(),
            strict=True,
        ):
            if 0 <= at < len(months):
                self._total[self._fixed_curves[instrument], at] += price
                self._count[self._fixed_curves[instrument], at] += 1.0

    def _surfaces(self, before: np.datetime64, day: np.datetime64) -> dict[int, VolSurface]:
        """Return the newest surface of each curve that has one on these days."""
        vols = self._vols
        rows = _between(vols.day, before, day)
        found: dict[int, VolSurface] = {}
        curve, on = vols.curve_id[rows], vols.day[rows]
        edges = np.flatnonzero((np.diff(curve) != 0) | (np.diff(on).astype(np.int64) != 0)) + 1
        for at in np.split(np.arange(rows.start, rows.stop), edges):
            if len(at):
                months, row = np.unique(vols.month[at], return_inverse=True)
                nodes, column = np.unique(vols.moneyness[at], return_inverse=True)
                vol = np.full((len(months), len(nodes)), np.nan)
                vol[row, column] = vols.vol[at]
                for line in vol[np.isnan(vol).any(axis=1)]:
                    known = np.isfinite(line)
                    line[~known] = np.interp(nodes[~known], nodes[known], line[known])
                found[int(vols.curve_id[at[0]])] = VolSurface(
                    months, nodes, vol, bool(vols.is_normal[at[0]]), vols.day[at[0]].item()
                )
        return found


def _between(days: DateArray1D, before: np.datetime64, day: np.datetime64) -> slice:
    """Return the rows after ``before`` up to ``day``; ``days`` rise."""
    begin, end = np.searchsorted(days, [before, day], side="right")
    return slice(int(begin), int(end))


def _codes(stored: Sequence[CurveRow], wanted: Sequence[int]) -> list[str]:
    return sorted({row.instrument_code for row in stored if row.id in wanted and row.instrument_code})


def _fixed_curves(
    session: Session, stored: Sequence[CurveRow], wanted: Sequence[int]
) -> dict[int, list[int]]:
    """Return the positions of the curves that the price of each instrument (id) fixes."""
    ids = spans.instrument_ids(session, _codes(stored, wanted))
    found: dict[int, list[int]] = {}
    for at, row in enumerate(stored):
        if row.id in wanted and row.instrument_code in ids:
            found.setdefault(ids[row.instrument_code], []).append(at)
    return found


def _by_day(rows: Sequence[Any]) -> dict[date, list[Any]]:
    found: dict[date, list[Any]] = {}
    for row in rows:
        found.setdefault(row.day, []).append(row)
    return found


def _last(rows: dict[date, list[Any]], before: date, day: date) -> list[Any]:
    """Return the newest row of each key after ``before`` up to ``day``: a curve of a day is whole."""
    kept: dict[Any, list[Any]] = {}
    at = before + timedelta(days=1)
    while at <= day:
        today: dict[Any, list[Any]] = {}
        for row in rows.get(at, ()):
            key = row.currency if isinstance(row, RateRow) else (row.base, row.quote)
            today.setdefault(key, []).append(row)
        kept |= today
        at += timedelta(days=1)
    return [row for group in kept.values() for row in group]
