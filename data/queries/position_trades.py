"""The trades behind a cell of a position: what each holds of it, with its terms under both clocks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Subquery, Table, any_, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from data.models.access import Portfolio
from data.models.market import Curve
from data.models.portfolio import Counterparty, Trade
from data.queries.clocked import latest
from data.queries.positions import LEDGER, Selection, conditions, stands
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.table import GridQuery

OWN = aliased(Curve)  # of the trade, whose unit its price has; a second leg is held on another curve
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
    price_unit: str
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


@dataclass(frozen=True, slots=True)
class CellSums:
    """Over all pages of a cell: rows, trades, and volumes in native units (added as they are) and in MWh."""

    rows: int = 0
    long: float = 0.0
    short: float = 0.0
    long_mwh: float = 0.0
    short_mwh: float = 0.0
    trades: int = 0


def cell_trades(
    session: Session, *, clocks: Clocks, chosen: Selection, query: GridQuery, trade_id: int | None = None
) -> tuple[list[CellTrade], CellSums]:
    """Return the trades behind a cell (or ``trade_id`` alone), largest first unless sorted otherwise, with sums."""
    rows = _with_terms(_cell(clocks, chosen, trade_id), clocks)
    if query.text:
        names = (rows.c.external_id, rows.c.kind, rows.c.book, rows.c.counterparty, rows.c.hub)
        rows = (
            select(rows)
            .where(or_(*(name.icontains(query.text, autoescape=True) for name in names)))
            .subquery()
        )
    r = rows.c
    sums = [
        func.coalesce(func.sum(column).over(), 0.0) for column in (r.long, r.short, r.long_mwh, r.short_mwh)
    ]
    page = (
        select(rows, func.count().over(), *sums)
        .order_by(_order(rows, query), r.trade_id, r.hub)
        .offset(query.offset)
        .limit(query.limit)
    )
    read = session.execute(page).all()
    if not read:
        return [], CellSums()
    return [CellTrade(*row[:-5]) for row in read], CellSums(*read[0][-5:])


def _order(rows: Subquery, query: GridQuery) -> ColumnElement[Any]:
    """Return the order asked for; a column that cannot be sorted by is refused."""
    energy = func.coalesce(rows.c.long_mwh, rows.c.short_mwh)  # of no side for carbon
    both = func.coalesce(rows.c.long_mwh, 0.0) + func.coalesce(rows.c.short_mwh, 0.0)
    volume = case((energy.is_(None), rows.c.long + rows.c.short), else_=both)
    if query.sort is None:
        return func.abs(volume).desc()
    if query.sort != "volume" and query.sort not in _SORTS:
        raise DomainError(
            f"This table cannot be sorted by '{query.sort[:40]}'. Choose one of its columns.",
            column=query.sort,
        )
    column = volume if query.sort == "volume" else rows.c[query.sort]
    return column.desc().nullslast() if query.descending else column.asc().nullslast()


def _cell(clocks: Clocks, chosen: Selection, trade_id: int | None) -> Subquery:
    """Return what each trade holds of a cell, by curve; what was taken back in full is left out."""
    c = LEDGER.c

    def side(column: ColumnElement[Any], sign: int) -> ColumnElement[Any]:
        return func.coalesce(func.sum(column).filter(c.side == sign), 0.0)

    one = [] if trade_id is None else [c.trade_id == trade_id]
    return (
        select(
            c.trade_id,
            c.curve_id,
            side(c.volume, 1).label("long"),
            side(c.volume, -1).label("short"),
            func.sum(c.volume_mwh).filter(c.side == 1).label("long_mwh"),
            func.sum(c.volume_mwh).filter(c.side == -1).label("short_mwh"),
        )
        .where(*conditions(clocks, chosen), *one)
        .group_by(c.trade_id, c.curve_id)
        .having(stands())
        .subquery()
    )


def trades_by_number(session: Session, *, clocks: Clocks, numbers: Collection[int]) -> dict[int, CellTrade]:
    """Return trades by number with their terms under both clocks, each on its own curve, with volumes of 0."""
    wanted = TRADES.c.trade_id == any_(cast(sorted(numbers), ARRAY(BigInteger)))
    newest = latest(TRADES, clocks, key=("trade_id",), day="effective_on", where=(wanted,)).subquery()
    query: Any = (
        select(newest.c.trade_id, *_terms(newest))
        .join(Portfolio, Portfolio.id == newest.c.portfolio_id)
        .join(Counterparty, Counterparty.id == newest.c.counterparty_id)
        .join(Curve, Curve.id == newest.c.curve_id)
        .join(OWN, OWN.id == newest.c.curve_id)
    )
    return {row[0]: CellTrade(*(*row, 0.0, 0.0, None, None)) for row in session.execute(query)}


def _terms(newest: Subquery) -> list[Any]:
    """Return the columns of :class:`CellTrade` that do not depend on the cell, after the number of the trade."""
    n = newest.c
    return [
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
        OWN.unit.label("price_unit"),
        n.recorded_at,
    ]


def _with_terms(found: Subquery, clocks: Clocks) -> Subquery:
    """Return the rows of a cell with the terms of each trade under both clocks."""
    numbers = TRADES.c.trade_id.in_(select(found.c.trade_id))
    newest = latest(TRADES, clocks, key=("trade_id",), day="effective_on", where=(numbers,)).subquery()
    f = found.c
    return (
        select(f.trade_id, *_terms(newest), f.long, f.short, f.long_mwh, f.short_mwh)
        .join(newest, newest.c.trade_id == f.trade_id)
        .join(Portfolio, Portfolio.id == newest.c.portfolio_id)
        .join(Counterparty, Counterparty.id == newest.c.counterparty_id)
        .join(Curve, Curve.id == f.curve_id)
        .join(OWN, OWN.id == newest.c.curve_id)
        .subquery()
    )
