"""Positions: a pivot of the ledger by any two dimensions, its overview by month and limit, and the trades of a cell."""

from collections.abc import Mapping
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
from portal.domain.portfolio.position_periods import axis_of_periods
from portal.domain.portfolio.positions import (
    ENERGY_UNITS,
    Axis,
    Pivot,
    axis_of_codes,
    axis_of_one,
    axis_of_tree,
    limit_use,
    pivot,
)
from portal.domain.portfolio.trade import LABELS, Kind
from portal.services.portfolio.position_ask import (
    CARBON,
    SIDES,
    UNITS,
    Ask,
    Desk,
    load_desk,
    read,
    selection,
)

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


@dataclass(frozen=True)
class PivotView:
    """A pivot with its unit; ``row_units`` where each row has a unit of its own (then there is no total row)."""

    ask: Ask
    desk: Desk
    table: Pivot
    unit: str
    row_units: tuple[str, ...] | None = None
    notice: str = ""
    simulated: bool = False


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
    """Return the pivot that ``ask`` means, by one grouped statement over the ledger.

    Raises
    ------
    NotFound
        The portfolio or commodity is not there, or not visible.
    DomainError
        What is asked for is not among the choices.
    """
    actor.require(Permission.PORTFOLIO_READ)
    ask = read(ask.params())
    with UnitOfWork() as work:
        desk = load_desk(work, actor)
        entries = load_entries(work, ask, clocks, selection(desk, ask, clocks), _wanted(ask))
    return make_pivot(desk, ask, entries)


def _wanted(ask: Ask) -> frozenset[str]:
    return frozenset({_NEEDS[ask.rows], _NEEDS[ask.columns], *(["curve"] if ask.unit == "native" else [])})


def load_entries(
    work: UnitOfWork, ask: Ask, clocks: Clocks, chosen: Selection, by: frozenset[str]
) -> Entries:
    """Return the position grouped ``by``."""
    values = ("mwh",) if ask.unit in ENERGY_UNITS else ("volume",)
    return queries.sums(work.session, clocks=clocks, chosen=chosen, by=by, values=values)


def make_pivot(desk: Desk, ask: Ask, entries: Entries) -> PivotView:
    """Return entries as a pivot in the unit asked for; volumes of several units are never added."""
    volume, kept = in_unit(entries, ask.unit)
    entries, volume = entries.take(kept), volume[kept]
    rows, columns = axis(desk, ask, entries, ask.rows), axis(desk, ask, entries, ask.columns)
    table = pivot(rows, columns, volume, entries.side < 0)
    simulated = any(curve.simulated for curve in desk.curves.values())
    if ask.unit != "native":
        return PivotView(ask, desk, table, UNITS[ask.unit], simulated=simulated)
    units = np.array([volume_unit(desk.curves[key].unit) for key in entries.curve.tolist()])
    every = sorted(set(units.tolist()))
    if len(every) <= 1:
        return PivotView(ask, desk, table, every[0] if every else "", simulated=simulated)
    own = [set(units[rows.roll[at][rows.code] > 0].tolist()) for at in range(len(rows))]
    if all(len(unit) == 1 for unit in own):
        labels = tuple(next(iter(unit)) for unit in own)
        return PivotView(ask, desk, table, "", labels, simulated=simulated)
    told = f"Volumes in {', '.join(every)} cannot be added up. Put hubs in the rows, or choose one commodity."
    nothing = make_pivot(desk, ask, entries.take(np.zeros(len(entries), np.bool_)))
    return replace(nothing, notice=told)


def in_unit(entries: Entries, unit: str) -> tuple[FloatArray1D, BoolArray1D]:
    """Return the volumes in ``unit``, and which entries have one; carbon is no energy."""
    if unit in ENERGY_UNITS:
        energy = entries.mwh / ENERGY_UNITS[unit]
        return energy, np.isfinite(energy)
    return entries.volume, np.isfinite(entries.volume)


def axis(desk: Desk, ask: Ask, entries: Entries, dimension: str) -> Axis:
    """Return one side of a pivot of entries."""
    if dimension == "portfolio":
        nodes = desk.under(ask.portfolio)
        return axis_of_tree(entries.portfolio, [(n.id, n.parent_id, n.code, n.name) for n in nodes])
    if dimension == "tenor":
        return axis_of_periods(entries.month, ask.tenor)
    values, names = _named(desk, entries, dimension)
    return axis_of_codes(values, names)


def _named(desk: Desk, entries: Entries, dimension: str) -> tuple[np.ndarray, Mapping[int, tuple[str, str]]]:
    if dimension == "book":
        return entries.portfolio, {node.id: (node.code, node.name) for node in desk.nodes}
    if dimension == "commodity":
        rows = sorted(desk.curves.values(), key=lambda row: row.commodity)
        return entries.curve, {row.id: (row.commodity, row.commodity.capitalize()) for row in rows}
    if dimension == "hub":
        ordered = sorted(desk.curves.values(), key=lambda row: (row.commodity, row.code))
        return entries.curve, {row.id: (row.code, row.code) for row in ordered}
    if dimension == "counterparty":
        return entries.counterparty, {key: (row.code, row.name) for key, row in desk.counterparties.items()}
    if dimension == "kind":
        return entries.kind, {int(kind): (kind.key, LABELS[kind]) for kind in Kind}
    return entries.side, SIDES


def overview(ask: Ask, clocks: Clocks, actor: Actor) -> Overview:
    """Return totals, the position by delivery, and net volumes of books against their limits, by month.

    Raises
    ------
    NotFound
        The portfolio or commodity is not there, or not visible.
    """
    actor.require(Permission.PORTFOLIO_READ)
    ask = read(ask.params())
    with UnitOfWork() as work:
        desk = load_desk(work, actor)
        whole = replace(ask, unit="native")  # carbon too: it has limits of its own
        chosen = selection(desk, whole, clocks)
        by = frozenset({"portfolio", "curve", "month"})
        entries = load_entries(work, whole, clocks, chosen, by)
        bounds = queries.limits(work.session, clocks=clocks, portfolios=chosen.portfolios)
        trades = _count_trades(work, desk, ask, clocks)
    sizes = dict(zip(desk.terms.id.tolist(), desk.terms.mwh.tolist(), strict=True))
    energy = entries.volume * np.array([sizes[key] for key in entries.curve.tolist()])
    entries = replace(entries, mwh=energy)
    return _overview(ask, desk, entries, bounds, trades)


def _count_trades(work: UnitOfWork, desk: Desk, ask: Ask, clocks: Clocks) -> int:
    return queries.trade_count(work.session, clocks=clocks, chosen=selection(desk, ask, clocks))


def _overview(ask: Ask, desk: Desk, entries: Entries, bounds: list[LimitRow], trades: int) -> Overview:
    is_carbon = np.array([desk.curves[key].commodity == CARBON for key in entries.curve.tolist()], np.bool_)
    unit, shown = _tile_unit(ask, desk, entries, is_carbon)
    volume, kept = in_unit(entries, unit)
    kept &= shown
    counted, volume = entries.take(kept), volume[kept]
    table = pivot(
        axis_of_one(len(volume)), axis_of_periods(counted.month, _monthly(ask)), volume, counted.side < 0
    )
    months, heat = heat_rows(desk, entries, bounds)
    return Overview(
        ask,
        desk,
        _unit_label(desk, counted, unit),
        float(table.long[-1, -1]),
        float(table.short[-1, -1]),
        trades,
        table,
        months,
        heat,
        _left_out(desk, entries, kept),
        any(desk.curves[key].simulated for key in np.unique(entries.curve).tolist()),
    )


def _monthly(ask: Ask) -> str:
    return ask.tenor if ask.tenor in ("quarter", "season", "year") else "month"


def _tile_unit(ask: Ask, desk: Desk, entries: Entries, is_carbon: BoolArray1D) -> tuple[str, BoolArray1D]:
    """Return the unit of the totals, GWh where native units differ, and which entries count in it."""
    if ask.unit == "t":
        return "t", is_carbon
    units = {volume_unit(desk.curves[key].unit) for key in np.unique(entries.curve).tolist()}
    if ask.unit == "native" and len(units) == 1:
        return "native", np.ones(len(entries), np.bool_)
    return ("GWh" if ask.unit == "native" else ask.unit), ~is_carbon


def _unit_label(desk: Desk, entries: Entries, unit: str) -> str:
    if unit != "native":
        return UNITS[unit]
    return volume_unit(desk.curves[int(entries.curve[0])].unit) if len(entries) else ""


def _left_out(desk: Desk, entries: Entries, kept: BoolArray1D) -> tuple[str, ...]:
    """Return the commodities that do not count in the unit."""
    return tuple(sorted({desk.curves[key].commodity for key in np.unique(entries.curve[~kept]).tolist()}))


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
