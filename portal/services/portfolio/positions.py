"""Positions: a pivot of the ledger by any two dimensions, its overview by month and limit, and the trades of a cell."""

from dataclasses import dataclass, replace

import numpy as np

from data.queries import positions as queries
from data.queries.curve_terms import volume_unit
from data.queries.positions import Entries, LimitRow, Selection
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.portfolio.position_limits import limit_use
from portal.domain.portfolio.position_periods import axis_of_periods
from portal.domain.portfolio.positions import ENERGY_UNITS, Pivot, axis_of_codes, axis_of_one, pivot
from portal.services.portfolio.position_arrays import Delivered, delivered, deltas
from portal.services.portfolio.position_ask import (
    CARBON,
    PERIODIC,
    UNITS,
    Ask,
    Desk,
    countable,
    effective,
    load_desk,
    read,
    selection,
    upright,
)
from portal.services.portfolio.position_pivots import PivotView, by_period, in_unit, make_pivot, period_pivot

_NEEDS = {
    "portfolio": "portfolio",
    "book": "portfolio",
    "commodity": "curve",
    "hub": "curve",
    "tenor": "month",
    "counterparty": "counterparty",
    "kind": "kind",
    "side": "side",
}
_HELD = frozenset({"portfolio", "curve", "month", "side"})  # what the overview's sums are grouped by


@dataclass(frozen=True)
class HeatRow:
    """One book in one commodity: net volume and share of the limit by month, in MWh (carbon: t of CO2)."""

    book: str
    commodity: str
    net: FloatArray1D
    limit: float
    use: FloatArray1D


@dataclass(frozen=True)
class Overview:
    """The numbers above the pivot, the position by delivery, and the heat map."""

    ask: Ask
    desk: Desk
    unit: str
    long: float
    short: float
    trades: int
    by_tenor: Pivot
    months: tuple[str, ...]
    heat: tuple[HeatRow, ...]
    left_out: tuple[str, ...]
    simulated: bool

    @property
    def worst(self) -> tuple[HeatRow, str, float] | None:
        """Return the row, the month and the share of the limit that is used most; None without limits."""
        found = [
            (row, self.months[at], float(row.use[at]))
            for row in self.heat
            if np.isfinite(row.use).any()
            for at in [int(np.nanargmax(np.where(np.isinf(row.use), 1e300, row.use)))]
        ]
        return max(found, key=lambda item: item[2], default=None)


def choices(actor: Actor) -> Desk:
    """Return what the inputs of the page offer to ``actor``."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return load_desk(work, actor)


def pivot_view(ask: Ask, clocks: Clocks, actor: Actor) -> PivotView:
    """Return the pivot that ``ask`` means: one grouped statement over the ledger, or hours, days or deltas of trades.

    Raises
    ------
    NotFound
        The portfolio or commodity is not there, or not visible.
    DomainError
        What is asked for is not among the choices.
    """
    actor.require(Permission.PORTFOLIO_READ)
    ask, told = effective(read(ask.params()), clocks)
    with UnitOfWork() as work:
        return _pivot(work, load_desk(work, actor), ask, told, clocks, actor)


def _pivot(work: UnitOfWork, desk: Desk, ask: Ask, told: str, clocks: Clocks, actor: Actor) -> PivotView:
    chosen = selection(desk, ask, clocks)
    if ask.tenor in PERIODIC and "tenor" in (ask.rows, ask.columns):
        ask = upright(ask)
        return period_pivot(desk, ask, delivered(work, desk, ask, chosen, clocks), told)
    if ask.count == "delta":
        found = deltas(work, desk, chosen, clocks, actor)
        return replace(make_pivot(desk, ask, found.entries), unvalued=found.unvalued)
    values = ("mwh",) if ask.unit in ENERGY_UNITS else ("volume",)
    entries = queries.sums(work.session, clocks=clocks, chosen=chosen, by=_wanted(ask), values=values)
    return replace(make_pivot(desk, ask, entries), told=told)


def page_view(ask: Ask, clocks: Clocks, actor: Actor) -> tuple[PivotView, Overview]:
    """Return the pivot and the overview under one snapshot; a pivot that the overview's sums hold is not read again.

    Raises
    ------
    NotFound, DomainError
        As :func:`pivot_view`.
    """
    actor.require(Permission.PORTFOLIO_READ)
    asked = read(ask.params())
    ask, told = effective(asked, clocks)
    with UnitOfWork() as work:
        desk = load_desk(work, actor)
        entries, periods, found = _overview(work, desk, asked, clocks, actor)
        if periods is not None and "tenor" in (ask.rows, ask.columns) and ask.unit == found.ask.unit:
            return period_pivot(desk, upright(ask), periods, told), found
        held = ask.count != "delta" and ask.tenor not in PERIODIC and _wanted(ask) <= _HELD
        if not held:
            return _pivot(work, desk, ask, told, clocks, actor), found
    here = _between(entries, selection(desk, ask, clocks))
    if ask.unit == "t":
        here &= _is_carbon(desk, entries)
    return make_pivot(desk, ask, entries.take(here)), found


def _wanted(ask: Ask) -> frozenset[str]:
    return frozenset({_NEEDS[ask.rows], _NEEDS[ask.columns], *(["curve"] if ask.unit == "native" else [])})


def overview(ask: Ask, clocks: Clocks, actor: Actor) -> Overview:
    """Return totals, the position by delivery, and net volumes of books against their limits, by month.

    Raises
    ------
    NotFound
        The portfolio or commodity is not there, or not visible.
    """
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        return _overview(work, load_desk(work, actor), read(ask.params()), clocks, actor)[2]


def _overview(
    work: UnitOfWork, desk: Desk, asked: Ask, clocks: Clocks, actor: Actor
) -> tuple[Entries, Delivered | None, Overview]:
    """Return the overview with the sums by book, hub, month and side, and the hours or days, that it was made of."""
    ask, _ = effective(asked, clocks)
    shown = selection(desk, ask, clocks)
    every = replace(asked, unit="native", count=ask.count)  # carbon too: it has limits of its own
    entries = _entries(work, desk, selection(desk, every, clocks), ask, clocks, actor)
    bounds = queries.limits(work.session, clocks=clocks, portfolios=shown.portfolios)
    within = _between(entries, shown)
    unit, counts = _tile_unit(ask, desk, entries, within)
    ask = replace(ask, unit=unit)
    trades = _count(work, desk, countable(desk, ask, shown), ask, clocks, actor)
    periods = delivered(work, desk, ask, shown, clocks) if ask.tenor in PERIODIC else None
    made = _made(ask, desk, entries, within & counts, within, bounds, trades, periods)
    return entries, periods, made


def _between(entries: Entries, chosen: Selection) -> BoolArray1D:
    """Tell which entries deliver in the months of a selection."""
    within = np.ones(len(entries), np.bool_)
    for bound, keep in ((chosen.first, np.greater_equal), (chosen.last, np.less_equal)):
        if bound is not None:
            within &= keep(entries.month, np.datetime64(bound, "M"))
    return within


def _entries(
    work: UnitOfWork, desk: Desk, every: Selection, ask: Ask, clocks: Clocks, actor: Actor
) -> Entries:
    """Return the position by book, hub, month and side."""
    if ask.count == "delta":
        return deltas(work, desk, every, clocks, actor).entries
    by = ("portfolio", "curve", "month")
    entries = queries.sums(work.session, clocks=clocks, chosen=every, by=by, values=("volume",))
    sizes = dict(zip(desk.terms.id.tolist(), desk.terms.mwh.tolist(), strict=True))
    return replace(entries, mwh=entries.volume * np.array([sizes[key] for key in entries.curve.tolist()]))


def _count(work: UnitOfWork, desk: Desk, shown: Selection, ask: Ask, clocks: Clocks, actor: Actor) -> int:
    """Return the number of trades that hold a volume in what is shown."""
    if ask.count == "delta":
        return len(np.unique(deltas(work, desk, shown, clocks, actor).trade))
    return queries.trade_count(work.session, clocks=clocks, chosen=shown)


def _made(
    ask: Ask,
    desk: Desk,
    entries: Entries,
    counts: BoolArray1D,
    within: BoolArray1D,
    bounds: list[LimitRow],
    trades: int,
    periods: Delivered | None,
) -> Overview:
    volume, kept = in_unit(entries, ask.unit)
    kept &= counts
    counted, volume = entries.take(kept), volume[kept]
    tenor = "month" if ask.tenor in PERIODIC else ask.tenor
    table = pivot(axis_of_one(len(volume)), axis_of_periods(counted.month, tenor), volume, counted.side < 0)
    months, heat = heat_rows(desk, entries, bounds)
    return Overview(
        ask,
        desk,
        _unit_label(desk, counted, ask.unit),
        float(table.long[-1, -1]),
        float(table.short[-1, -1]),
        trades,
        table if periods is None else by_period(periods),
        months,
        heat,
        _left_out(desk, entries.take(within & ~kept)),
        any(desk.curves[key].simulated for key in np.unique(entries.curve).tolist()),
    )


def _tile_unit(ask: Ask, desk: Desk, entries: Entries, within: BoolArray1D) -> tuple[str, BoolArray1D]:
    """Return the unit of the totals, GWh where native units differ, and which entries count in it."""
    is_carbon = _is_carbon(desk, entries)
    if ask.unit == "t":
        return "t", is_carbon
    units = {volume_unit(desk.curves[key].unit) for key in np.unique(entries.curve[within]).tolist()}
    if ask.unit == "native" and len(units) == 1:
        return "native", np.ones(len(is_carbon), np.bool_)
    return ("GWh" if ask.unit == "native" else ask.unit), ~is_carbon


def _is_carbon(desk: Desk, entries: Entries) -> BoolArray1D:
    return np.array([desk.curves[key].commodity == CARBON for key in entries.curve.tolist()], np.bool_)


def _unit_label(desk: Desk, entries: Entries, unit: str) -> str:
    if unit != "native":
        return UNITS[unit]
    return volume_unit(desk.curves[int(entries.curve[0])].unit) if len(entries) else ""


def _left_out(desk: Desk, entries: Entries) -> tuple[str, ...]:
    """Return the commodities that do not count in the unit."""
    return tuple(sorted({desk.curves[key].commodity for key in np.unique(entries.curve).tolist()}))


def heat_rows(
    desk: Desk, entries: Entries, bounds: list[LimitRow]
) -> tuple[tuple[str, ...], tuple[HeatRow, ...]]:
    """Return net volumes of each book in each commodity by month, against the limit of the book in it."""
    codes = {node.id: node.code for node in desk.nodes}
    limit = {(codes.get(row.portfolio_id, ""), row.commodity): row.limit for row in bounds}
    commodity = np.array([desk.curves[key].commodity for key in entries.curve.tolist()], dtype=object)
    tonnes = commodity == CARBON
    volume = np.where(tonnes, entries.volume, entries.mwh)
    known = np.isfinite(volume)
    entries, volume, commodity = entries.take(known), volume[known], commodity[known]
    pairs = [(codes[p], c) for p, c in zip(entries.portfolio.tolist(), commodity.tolist(), strict=True)]
    order = {node.code: at for at, node in enumerate(desk.nodes)}
    lines = sorted(set(pairs), key=lambda pair: (order[pair[0]], pair[1]))
    place = {pair: at for at, pair in enumerate(lines)}
    rows = axis_of_codes(
        np.array([place[pair] for pair in pairs], np.int64), {at: (str(at), "") for at in range(len(lines))}
    )
    columns = axis_of_periods(entries.month, "month")
    net: FloatArray2D = pivot(rows, columns, volume, entries.side < 0).measure("net")[:-1, :-1]
    bound = np.array([limit.get(pair, np.nan) for pair in lines])
    use = limit_use(net, bound[:, None])
    return columns.keys, tuple(
        HeatRow(book, name, net[at], float(bound[at]), use[at]) for at, (book, name) in enumerate(lines)
    )
