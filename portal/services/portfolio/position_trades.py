"""Which trades hold a cell of a position, and how much: from the ledger, from deltas, or from hours and days."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.queries.position_trades import CellSums, CellTrade, cell_trades, trades_by_number
from data.queries.positions import Selection, trade_count
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.table import GridQuery
from portal.domain.portfolio.positions import ENERGY_UNITS
from portal.services.portfolio.position_arrays import deltas, period_volumes
from portal.services.portfolio.position_ask import (
    PERIODIC,
    TOTAL,
    Ask,
    Desk,
    countable,
    energy_of,
    narrow,
    selection,
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table: the keys of its lines (``*`` is a total), and one trade and hub of it alone, if any."""

    row: str = TOTAL
    column: str = TOTAL
    trade_id: int | None = None
    hub: str = TOTAL


def find_trades(
    work: UnitOfWork, desk: Desk, ask: Ask, cell: Cell, query: GridQuery, clocks: Clocks, actor: Actor
) -> tuple[list[CellTrade], CellSums]:
    """Return a page of the trades behind a cell, largest first unless sorted otherwise, with sums over all pages.

    Raises
    ------
    NotFound
        There is no such line, or the reader may not see it.
    DomainError
        There is no column to sort by of that name.
    """
    chosen = cell_selection(desk, ask, clocks, cell)
    if ask.tenor in PERIODIC and "tenor" in (ask.rows, ask.columns):
        return _page(_of_period(work, desk, ask, chosen, cell, clocks), cell, query)
    if ask.count == "delta":
        return _page(_of_delta(work, desk, chosen, clocks, actor), cell, query)
    trades, sums = cell_trades(
        work.session, clocks=clocks, chosen=chosen, query=query, trade_id=cell.trade_id
    )
    return trades, replace(sums, trades=trade_count(work.session, clocks=clocks, chosen=chosen))


def cell_selection(desk: Desk, ask: Ask, clocks: Clocks, cell: Cell) -> Selection:
    """Return which rows of the ledger are behind one cell; ``*`` is a total.

    Raises
    ------
    NotFound
        There is no such line.
    """
    chosen = narrow(desk, selection(desk, ask, clocks), ask.rows, cell.row)
    chosen = narrow(desk, chosen, ask.columns, cell.column)
    if cell.hub != TOTAL:
        chosen = narrow(desk, chosen, "hub", cell.hub)
    return countable(desk, ask, chosen)


def _of_delta(
    work: UnitOfWork, desk: Desk, chosen: Selection, clocks: Clocks, actor: Actor
) -> list[CellTrade]:
    """Return what each trade holds on each curve in deltas."""
    found = deltas(work, desk, chosen, clocks, actor)
    terms = trades_by_number(work.session, clocks=clocks, numbers=set(found.trade.tolist()))
    held: dict[tuple[int, int], list[float]] = {}
    entries = found.entries
    for number, curve, volume, mwh in zip(
        found.trade.tolist(),
        entries.curve.tolist(),
        entries.volume.tolist(),
        entries.mwh.tolist(),
        strict=True,
    ):
        sums = held.setdefault((number, curve), [0.0, 0.0, 0.0, 0.0])
        side = int(volume < 0.0)
        sums[side] += volume
        sums[2 + side] += mwh
    return [_filled(terms[number], desk, curve, sums) for (number, curve), sums in held.items()]


def _of_period(
    work: UnitOfWork, desk: Desk, ask: Ask, chosen: Selection, cell: Cell, clocks: Clocks
) -> list[CellTrade]:
    """Return what each trade delivers in one hour or day, or in all of them."""
    key = cell.row if ask.rows == "tenor" else cell.column
    unit = ask.unit if ask.unit not in ENERGY_UNITS else "MWh"
    held = period_volumes(work, desk, replace(ask, unit=unit), chosen, clocks, key)
    terms = trades_by_number(work.session, clocks=clocks, numbers=held)
    sizes = energy_of(desk.terms)
    found = []
    for number, (long, short, curve) in held.items():
        size = sizes.get(curve, np.nan)
        energy = (long, short) if unit == "MWh" else (long * size, short * size)
        native = (long / size, short / size) if unit == "MWh" else (long, short)
        found.append(_filled(terms[number], desk, curve, [*native, *energy]))
    return found


def _filled(trade: CellTrade, desk: Desk, curve: int, held: Sequence[float]) -> CellTrade:
    """Return a trade with what it holds of the cell on one curve: long and short, native and MWh."""
    row = desk.curves[curve]
    known = [None if np.isnan(energy) else energy for energy in held[2:]]
    return replace(
        trade,
        hub=row.code,
        unit=row.unit,
        simulated=row.simulated,
        long=held[0],
        short=held[1],
        long_mwh=known[0],
        short_mwh=known[1],
    )


def _page(trades: list[CellTrade], cell: Cell, query: GridQuery) -> tuple[list[CellTrade], CellSums]:
    """Filter, sort and page trades whose volumes were computed rather than stored."""
    if cell.trade_id is not None:
        trades = [trade for trade in trades if trade.trade_id == cell.trade_id]
    if query.text:
        needle = query.text.casefold()
        trades = [trade for trade in trades if needle in _texts(trade).casefold()]
    trades = _sorted(trades, query)
    sums = CellSums(
        len(trades),
        sum(trade.long for trade in trades),
        sum(trade.short for trade in trades),
        sum(trade.long_mwh or 0.0 for trade in trades),
        sum(trade.short_mwh or 0.0 for trade in trades),
        len({trade.trade_id for trade in trades}),
    )
    end = None if query.limit is None else query.offset + query.limit
    return trades[query.offset : end], sums


def _texts(trade: CellTrade) -> str:
    return f"{trade.external_id} {trade.kind} {trade.book} {trade.counterparty} {trade.hub}"


def _volume(trade: CellTrade) -> float:
    if trade.long_mwh is None and trade.short_mwh is None:
        return trade.long + trade.short
    return (trade.long_mwh or 0.0) + (trade.short_mwh or 0.0)


def _sorted(trades: list[CellTrade], query: GridQuery) -> list[CellTrade]:
    if query.sort is None:
        return sorted(trades, key=lambda trade: (-abs(_volume(trade)), trade.trade_id, trade.hub))
    if query.sort == "volume":
        return sorted(trades, key=_volume, reverse=query.descending)
    if query.sort not in CellTrade.__dataclass_fields__:
        raise DomainError(
            f"This table cannot be sorted by '{query.sort[:40]}'. Choose one of its columns.",
            column=query.sort,
        )
    name = query.sort
    known = [trade for trade in trades if getattr(trade, name) is not None]
    lost = [trade for trade in trades if getattr(trade, name) is None]
    return [*sorted(known, key=lambda trade: getattr(trade, name), reverse=query.descending), *lost]
