"""A table of positions: entries by two dimensions in one unit, whatever they were read from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from data.queries.curve_terms import volume_unit
from data.queries.positions import Entries
from portal.core.arrays import BoolArray1D, FloatArray1D, IntArray1D
from portal.domain.portfolio.position_periods import axis_of_periods
from portal.domain.portfolio.positions import (
    ENERGY_UNITS,
    Axis,
    Pivot,
    axis_of_codes,
    axis_of_labels,
    axis_of_one,
    axis_of_tree,
    pivot,
    rolled,
)
from portal.domain.portfolio.trade import LABELS, Kind
from portal.services.portfolio.position_arrays import Delivered
from portal.services.portfolio.position_ask import SIDES, UNITS, Ask, Desk


@dataclass(frozen=True)
class PivotView:
    """A pivot with its unit; ``row_units`` where each row has a unit of its own (then there is no total row).

    ``notice`` says why there is nothing, ``told`` what is shown instead of what was asked. ``unvalued`` counts trades
    that are not in it, since they have no delta without a mark.
    """

    ask: Ask
    desk: Desk
    table: Pivot
    unit: str
    row_units: tuple[str, ...] | None = None
    notice: str = ""
    told: str = ""
    simulated: bool = False
    unvalued: int = 0


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


def _named(desk: Desk, entries: Entries, dimension: str) -> tuple[IntArray1D, Mapping[int, tuple[str, str]]]:
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


def period_pivot(desk: Desk, ask: Ask, found: Delivered, told: str = "") -> PivotView:
    """Return deliveries by hour or day and the other dimension of ``ask``; hours run down the rows."""
    other = ask.columns if ask.rows == "tenor" else ask.rows
    lines = axis(desk, ask, _as_entries(found), other)
    table = by_period(found, lines)
    if ask.rows == "tenor":
        table = Pivot(table.columns, table.rows, table.long.T, table.short.T, table.filled.T)
    simulated = any(desk.curves[key].simulated for key in np.unique(found.book.curve).tolist())
    units = sorted({volume_unit(desk.curves[key].unit) for key in np.unique(found.book.curve).tolist()})
    if ask.unit == "native" and len(units) > 1:
        empty = by_period(found.none(), axis(desk, ask, _as_entries(found.none()), other))
        words = (
            f"Volumes in {', '.join(units)} cannot be added up. Choose one commodity, or a unit of energy."
        )
        return PivotView(ask, desk, empty, "", notice=words)
    unit = next(iter(units), "") if ask.unit == "native" else UNITS[ask.unit]
    return PivotView(ask, desk, table, unit, told=told, simulated=simulated)


def by_period(found: Delivered, lines: Axis | None = None) -> Pivot:
    """Return deliveries by ``lines`` (one for all by default) and by hour or day."""
    lines = axis_of_one(len(found.book)) if lines is None else lines
    volumes = found.volumes(lines.code, lines.roll.shape[1])
    periods = axis_of_labels(np.arange(len(found.keys)), found.keys, found.labels)
    filled = np.abs(volumes).sum(axis=1) > 0.0
    return rolled(lines, periods, volumes[:, 0], volumes[:, 1], filled)


def _as_entries(found: Delivered) -> Entries:
    """Return the trades as entries without volumes, so that they can be named like those of the ledger."""
    book, nothing = found.book, np.zeros(len(found.book))
    whole = {
        name: getattr(book, name).astype(np.int64)
        for name in ("portfolio", "curve", "counterparty", "kind", "side")
    }
    return Entries(**whole, month=book.delivery_start.astype("datetime64[M]"), volume=nothing, mwh=nothing)
