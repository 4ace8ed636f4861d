"""All that a book is valued with, under a pair of clocks: quotes, fixings, volatilities, rates, exchange rates.

``load_market`` asks a handful of queries, whatever the size of the book. It knows nothing of trades: the caller says
which months they deliver in, which of their contracts have expired, and which curves they name.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.portfolio import PositionEntry
from data.queries import mark_rows as rows
from data.queries.curve_terms import CurveRow, curve_rows, terms_of
from portal.core.arrays import BoolArray1D, DateArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import CurveTerms, Fixings, Market, VolSurface, ZeroCurve
from portal.domain.portfolio.marking import Quotes, expected_fixings, mark
from portal.domain.portfolio.profile_hours import calendar_of, interval_hours

REPORTING = "EUR"
EVIDENCE, A_WEEK = (
    timedelta(days=31),
    timedelta(days=7),
)  # whole months before the first one, to tell about weekends
Expiries = NDArray[np.int64]  # (e, 3): curve id, month number since 1970, expiry day number since 1970


def stamp(session: Session) -> tuple[int | None, int | None]:
    """Return the number of the newest ledger entry and import: values of live clocks hold while it stays."""
    newest = session.execute(
        select(
            select(func.max(PositionEntry.id)).scalar_subquery(),
            select(func.max(ImportBatch.id)).scalar_subquery(),
        )
    ).one()
    return newest[0], newest[1]


def load_market(
    session: Session,
    *,
    clocks: Clocks,
    first_month: np.datetime64,
    last_month: np.datetime64,
    reporting: str = REPORTING,
    curve_ids: Collection[int] | None = None,
    expiries: Expiries | None = None,
) -> Market:
    """Return the market of ``clocks.as_of`` for deliveries from ``first_month`` to ``last_month``.

    ``curve_ids`` are the curves whose prices are wanted (all by default; the others are in the terms, without marks).
    ``expiries`` are the contracts whose final settlement is wanted; those that have not expired are passed over.
    """
    stored = curve_rows(session)
    curves = terms_of(stored)
    months = np.arange(first_month, last_month + 1) if first_month <= last_month else np.zeros(0, "M8[M]")
    wanted = np.isin(curves.id, np.fromiter(curve_ids, np.int64)) if curve_ids is not None else curves.id > 0
    wanted[curves.peak[wanted & (curves.peak >= 0)]] = True  # deliveries in peak hours are marked on them
    fixings, every_day = _fixings(session, clocks, stored, wanted, months)
    currencies = sorted(set(curves.currency))
    final = _final(session, clocks, with_peaks(expiries, curves))
    complete = Fixings(*fixings, expected_fixings(months, every_day), final)
    quotes, newest = _quotes(session, clocks, curves, wanted, months, complete)
    pairs = rows.fx_rates(session, clocks, currencies, reporting)
    correlations = rows.correlations(session, clocks)
    return Market(
        as_of=clocks.as_of,
        curves=curves,
        marks=mark(quotes, newest, months, clocks.as_of),
        fixings=complete,
        vols=surfaces(rows.vol_points(session, clocks, curves.id[wanted].tolist())),
        correlations={key: value for key, (value, _) in correlations.items()},
        rates=zero_curves(rows.rate_points(session, clocks, currencies)),
        fx=exchange(pairs, reporting),
        fx_days=exchange_days(pairs, reporting),
        correlation_days={key: day for key, (_, day) in correlations.items()},
        reporting=reporting,
        hours=hours_of(curves, months),
    )


def _quotes(
    session: Session,
    clocks: Clocks,
    curves: CurveTerms,
    wanted: BoolArray1D,
    months: DateArray1D,
    fixings: Fixings,
) -> tuple[Quotes, DateArray1D]:
    """Return the newest quotes and the newest day of each curve: the newest curves, then the months they lack."""
    days = rows.newest_days(session, clocks, curves.id[wanted].tolist())
    newest = np.array([days.get(int(key)) for key in curves.id], dtype="datetime64[D]")
    found = rows.nodes_of_days(session, clocks, days)
    on_curve = _placed(found, curves, months)
    quoted = np.zeros((len(curves.id), len(months)), dtype=np.bool_)
    quoted[on_curve.curve, on_curve.month] = True
    over = months < np.datetime64(clocks.as_of, "M")
    lacking = wanted[:, None] & ~quoted & ~(over & (fixings.count > 0.0)) & ~np.isnat(newest)[:, None]
    curve, month = np.nonzero(lacking)
    others = rows.last_nodes(session, clocks, curves.id[curve], months[month], _last_months(found))
    return _joined(on_curve, _placed(others, curves, months)), newest


def _last_months(found: rows.Nodes) -> Mapping[int, np.datetime64]:
    """Return the last month of each curve: beyond it a quote is looked for in the last weeks alone."""
    last: dict[int, np.datetime64] = {}
    for key in np.unique(found.curve_id).tolist():
        last[key] = found.month[found.curve_id == key].max()
    return last


def _placed(found: rows.Nodes, curves: CurveTerms, months: DateArray1D) -> Quotes:
    """Return nodes by their positions in the matrix; those outside of it are left out."""
    curve = positions_in(curves.id, found.curve_id)
    origin = months[0] if len(months) else np.datetime64("1970-01", "M")
    month = (found.month - origin).astype(np.int64)
    inside = (curve >= 0) & (month >= 0) & (month < len(months))
    return Quotes(
        curve[inside],
        month[inside],
        found.day[inside],
        found.price[inside],
        found.status[inside].astype(np.int8),
    )


def _joined(one: Quotes, other: Quotes) -> Quotes:
    names = ("curve", "month", "day", "price", "status")
    return Quotes(*(np.concatenate([getattr(one, name), getattr(other, name)]) for name in names))


def _fixings(
    session: Session, clocks: Clocks, stored: Sequence[CurveRow], wanted: BoolArray1D, months: DateArray1D
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], BoolArray1D]:
    """Return sum and number of fixings, shape (c, m), and which curves are fixed on weekends too."""
    total, count = np.zeros((2, len(stored), len(months)))
    every_day = np.array([row.commodity == "power" for row in stored], dtype=np.bool_)
    places: dict[str, list[int]] = {}
    for at, row in enumerate(stored):
        if wanted[at] and row.instrument_code:
            places.setdefault(row.instrument_code, []).append(at)
    if not places or not len(months):
        return (total, count), every_day
    begin = min(months[0], np.datetime64(clocks.as_of, "M")).astype("datetime64[D]").item() - EVIDENCE
    found = rows.fixings(session, clocks, list(places), begin)
    for instrument, curves in places.items():
        own = [fixed for fixed in found if fixed.instrument == instrument]
        if own and own[-1].last - own[0].first >= A_WEEK:  # else too few to tell
            every_day[curves] = any(fixed.on_weekends for fixed in own)
        for fixed in own:
            month = int((np.datetime64(fixed.month, "M") - months[0]).astype(np.int64))
            if 0 <= month < len(months):
                total[curves, month], count[curves, month] = fixed.total, fixed.count
    return (total, count), every_day


def with_peaks(expiries: Expiries | None, curves: CurveTerms) -> Expiries:
    """Return the contracts with those of the peak-load curves beside their base curves."""
    if expiries is None or not len(expiries):
        return np.zeros((0, 3), dtype=np.int64)
    at = positions_in(curves.id, expiries[:, 0])
    peak = np.where(at >= 0, curves.peak[at], -1)
    extra = expiries[peak >= 0].copy()
    extra[:, 0] = curves.id[peak[peak >= 0]]
    return np.unique(np.concatenate([expiries, extra]), axis=0)


def _final(session: Session, clocks: Clocks, expiries: Expiries) -> dict[tuple[int, int, int], float]:
    """Return the settlements of the contracts that have expired: their newest quote up to the expiry."""
    if not len(expiries):
        return {}
    today = int(np.datetime64(clocks.as_of, "D").astype(np.int64))
    over = np.unique(expiries[expiries[:, 2] <= today], axis=0)
    return rows.settlements(session, clocks, over)


def surfaces(points: Sequence[rows.VolRow]) -> dict[int, VolSurface]:
    """Return the surface of each curve from its points; a node that lacks is read off the line to its neighbours."""
    grouped: dict[int, list[rows.VolRow]] = {}
    for point in points:
        grouped.setdefault(point.curve_id, []).append(point)
    return {curve: _surface(found) for curve, found in grouped.items()}


def _surface(points: Sequence[rows.VolRow]) -> VolSurface:
    month = np.array([point.delivery for point in points], dtype="datetime64[M]")
    node = np.array([point.moneyness for point in points])
    months, row = np.unique(month, return_inverse=True)
    nodes, column = np.unique(node, return_inverse=True)
    vol = np.full((len(months), len(nodes)), np.nan)
    vol[row, column] = [point.vol for point in points]
    for line in vol:
        known = np.isfinite(line)
        if not known.all():
            line[~known] = np.interp(nodes[~known], nodes[known], line[known])
    return VolSurface(months, nodes, vol, points[0].model == "bachelier", points[0].day)


def zero_curves(points: Sequence[rows.RateRow]) -> dict[str, ZeroCurve]:
    """Return the zero curve of each currency from its points, which come by ascending tenor."""
    grouped: dict[str, list[rows.RateRow]] = {}
    for point in points:
        grouped.setdefault(point.currency, []).append(point)
    return {
        currency: ZeroCurve(
            np.array([point.tenor_months for point in found]) / 12.0,
            np.array([point.rate for point in found]),
            found[0].day,
        )
        for currency, found in grouped.items()
    }


def exchange(found: Sequence[rows.FxRow], reporting: str) -> dict[str, float]:
    """Return the reporting currency for one unit of each currency that has a rate against it, either way round."""
    fx = {row.quote: 1.0 / row.rate for row in found if row.base == reporting and row.rate > 0.0}
    return fx | {row.base: row.rate for row in found if row.quote == reporting} | {reporting: 1.0}


def exchange_days(found: Sequence[rows.FxRow], reporting: str) -> dict[str, date]:
    """Return the day of each rate by the currency that it turns into the reporting one."""
    return {row.quote if row.base == reporting else row.base: row.day for row in found}


def hours_of(curves: CurveTerms, months: DateArray1D) -> dict[tuple[str, str], NDArray[np.float64]]:
    """Return base, peak and off-peak hours of the months in the zones of power curves, shape (m,)."""
    zones = sorted(
        {zone for zone, what in zip(curves.timezone, curves.commodity, strict=True) if what == "power"}
    )
    found: dict[tuple[str, str], NDArray[np.float64]] = {}
    days = months.astype("datetime64[D]").tolist()
    ends = (months + 1).astype("datetime64[D]").tolist()
    for zone in zones:
        calendar = calendar_of(zone, "power")
        pairs = [interval_hours(calendar, first, end) for first, end in zip(days, ends, strict=True)]
        base, peak = np.array(pairs).T if pairs else np.zeros((2, 0))
        found |= {(zone, "base"): base, (zone, "peak"): peak, (zone, "offpeak"): base - peak}
    return found
