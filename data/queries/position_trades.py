"""The trades behind a cell of a position: what each holds of it, with its terms under both clocks."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, Table, func, or_, select
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.market import Curve
from data.models.portfolio import Counterparty, Trade
from data.queries.clocked import latest
from data.queries.positions import LEDGER, Selection, conditions, stands
from portal.core.clock import Clocks
from portal.core.table import GridQuery

TRADES: Table = Trade.__table__  # type: ignore[assignment]  # a mapped class has a Table here


@dataclass(frozen=True, slots=True)
class CellTrade:
    """What one trade holds of a cell on one curve; volumes in the unit of the curve and in MWh (None: no energy)."""

    trade_id: int
    version: int
    external_id: str
    kind: str
    book: str
    counterparty: str
    hub: str
    unit: str
    simulated: bool
    trade_date: date
    delivery_start: date
    delivery_end: date
    quantity: float
    quantity_unit: str
    price: float | None
    recorded_at: datetime
    long: float
    short: float
    long_mwh: float | None
    short_mwh: float | None


_SORTS = frozenset(
    {
        "trade_id",
        "external_id",
        "kind",
        "book",
        "counterparty",
        "hub",
        "trade_date",
        "delivery_start",
        "quantity",
        "price",
    }
)


def cell_trades(
    session: Session, *, clocks: Clocks, chosen: Selection, query: GridQuery
) -> tuple[list[CellTrade], int, tuple[float, float]]:
    """Return the trades behind a cell, largest first unless sorted otherwise, with their number.

    The last value is the sum over all pages of (long, short), in MWh where every row is energy, else in native units.
    """
    found = _cell(clocks, chosen)
    rows = _with_terms(found, clocks)
    if query.text:
        needle = f"%{query.text}%"
        names = (rows.c.external_id, rows.c.kind, rows.c.book, rows.c.counterparty, rows.c.hub)
        matched = select(rows).where(or_(*(name.ilike(needle) for name in names))).subquery()
        rows = matched
    size = func.abs(rows.c.long + rows.c.short)
    keys = {**{name: rows.c[name] for name in _SORTS}, "volume": rows.c.long + rows.c.short}
    first = keys.get(query.sort or "", size)
    order = first.desc().nullslast() if query.descending or query.sort is None else first.asc().nullslast()
    page = (
        select(rows, func.count().over(), func.sum(rows.c.long).over(), func.sum(rows.c.short).over())
        .order_by(order, rows.c.trade_id, rows.c.hub)
        .offset(query.offset)
        .limit(query.limit)
    )
    read = session.execute(page).all()
    if not read:
        return [], 0, (0.0, 0.0)
    return [CellTrade(*row[:-3]) for row in read], int(read[0][-3]), (float(read[0][-2]), float(read[0][-1]))


def _cell(clocks: Clocks, chosen: Selection) -> Subquery:
    """Return what each trade holds of a cell, by curve; what was taken back in full is left out."""
    c = LEDGER.c

    def side(column: ColumnElement[Any], sign: int) -> ColumnElement[Any]:
        return func.coalesce(func.sum(column).filter(c.side == sign), 0.0)

    return (
        select(
            c.trade_id,
            c.curve_id,
            side(c.volume, 1).label("long"),
            side(c.volume, -1).label("short"),
            func.sum(c.volume_mwh).filter(c.side == 1).label("long_mwh"),
            func.sum(c.volume_mwh).filter(c.side == -1).label("short_mwh"),
        )
        .where(*conditions(clocks, chosen))
        .group_by(c.trade_id, c.curve_id)
        .having(stands())
        .subquery()
    )


def _with_terms(found: Subquery, clocks: Clocks) -> Subquery:
    """Return the rows of a cell with the terms of each trade under both clocks."""
    numbers = TRADES.c.trade_id.in_(select(found.c.trade_id))
    newest = latest(TRADES, clocks, key=("trade_id",), day="effective_on", where=(numbers,)).subquery()
    n = newest.c
    return (
        select(
            found.c.trade_id,
            n.version,
            n.external_id,
            n.kind,
            Portfolio.code.label("book"),
            Counterparty.code.label("counterparty"),
            Curve.code.label("hub"),
            Curve.unit,
            Curve.simulated,
            n.trade_date,
            n.delivery_start,
            n.delivery_end,
            n.quantity,
            n.quantity_unit,
            func.coalesce(n.price, n.strike).label("price"),
            n.recorded_at,
            found.c.long,
            found.c.short,
            found.c.long_mwh,
            found.c.short_mwh,
        )
        .join(newest, n.trade_id == found.c.trade_id)
        .join(Portfolio, Portfolio.id == n.portfolio_id)
        .join(Counterparty, Counterparty.id == n.counterparty_id)
        .join(Curve, Curve.id == found.c.curve_id)
        .subquery()
    )
