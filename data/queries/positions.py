"""Reads of the position ledger: one grouped sum under both clocks, and the limits it is held against.

A position is ``sum(volume)`` over ``effective_on <= as_of`` and ``recorded_at <= known_at``: no version is looked for.
Rows are grouped by whole numbers before anything is joined, so that PostgreSQL adds up in parallel. Every read takes
the ids of the books that count: the ones asked for among those that the reader may see.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Table,
    any_,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from data.models.portfolio import PositionEntry, PositionLimit
from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio.trade import Kind

LEDGER: Table = PositionEntry.__table__  # type: ignore[assignment]  # a mapped class has a Table here
NOTHING = 1e-6  # volume that is left of rounding when a cancelled trade was taken back
GROUPS: Mapping[str, Any] = {
    "portfolio": LEDGER.c.portfolio_id,
    "curve": LEDGER.c.curve_id,
    "counterparty": LEDGER.c.counterparty_id,
    "kind": LEDGER.c.kind,
    "side": LEDGER.c.side,
    "month": LEDGER.c.month,
}
"""What the ledger can be grouped by."""
_KIND = {kind.key: int(kind) for kind in Kind}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows of the ledger count; None means all.

    ``portfolios`` are ids of books and never more than the reader may see. ``first`` and ``last`` are first days of
    delivery months, both included. ``optional`` adds rights (options, storage, swing) with their notional volume.
    """

    portfolios: frozenset[int]
    curves: frozenset[int] | None = None
    counterparties: frozenset[int] | None = None
    kinds: frozenset[str] | None = None
    side: int | None = None
    first: date | None = None
    last: date | None = None
    optional: bool = False


@dataclass(frozen=True)
class Entries:
    """Sums of the ledger in arrays of shape (n,); what was not grouped by is -1, ``month`` 1970-01.

    ``volume`` is in the unit of each curve, ``mwh`` the same as energy (NaN where it is none). ``side`` is 1 or -1.
    """

    portfolio: IntArray1D
    curve: IntArray1D
    counterparty: IntArray1D
    kind: IntArray1D
    side: IntArray1D
    month: DateArray1D
    volume: FloatArray1D
    mwh: FloatArray1D

    def __len__(self) -> int:
        return len(self.volume)

    def take(self, index: NDArray[Any]) -> "Entries":
        """Return the entries at ``index``, positions or a mask."""
        return Entries(**{name: getattr(self, name)[index] for name in self.__dataclass_fields__})


@dataclass(frozen=True)
class Steps:
    """What changed positions, in arrays of shape (n,): day from which it counts, curve, delivery month, volumes."""

    day: DateArray1D
    curve: IntArray1D
    month: DateArray1D
    volume: FloatArray1D
    mwh: FloatArray1D


def entries_of(columns: Mapping[str, Sequence[Any]], count: int) -> Entries:
    """Return entries from lists by name; names that are missing are filled with -1 (month 1970-01, volumes NaN)."""

    def whole(name: str) -> IntArray1D:
        return np.array(columns[name], np.int64) if name in columns else np.full(count, -1, np.int64)

    def number(name: str) -> FloatArray1D:
        return np.array(columns[name], np.float64) if name in columns else np.full(count, np.nan)

    days = np.array(columns.get("month", [0] * count), np.int64).astype("datetime64[D]")
    return Entries(
        portfolio=whole("portfolio"),
        curve=whole("curve"),
        counterparty=whole("counterparty"),
        kind=np.array([_KIND[kind] for kind in columns.get("kind", ())] or [-1] * count, np.int64),
        side=whole("side"),
        month=days.astype("datetime64[M]"),
        volume=number("volume"),
        mwh=number("mwh"),
    )


def sums(
    session: Session,
    *,
    clocks: Clocks,
    chosen: Selection,
    by: Collection[str],
    values: Collection[str] = ("volume", "mwh"),
) -> Entries:
    """Return the position grouped ``by`` (and by side), as one statement; groups of nothing are left out."""
    names = [name for name in GROUPS if name in by or name == "side"]
    summed = {"volume": LEDGER.c.volume, "mwh": LEDGER.c.volume_mwh}
    inner = (
        select(
            *(GROUPS[name].label(name) for name in names),
            *(func.sum(summed[name]).label(name) for name in values),
        )
        .where(*conditions(clocks, chosen))
        .group_by(*(GROUPS[name] for name in names))
        .subquery()
    )
    columns = [_number(inner.c.month) if name == "month" else inner.c[name] for name in names]
    rows = session.execute(select(*columns, *(inner.c[name] for name in values))).all()
    found = dict(zip([*names, *values], zip(*rows, strict=True), strict=True)) if rows else {}
    entries = entries_of(found, len(rows))
    first = entries.volume if "volume" in values else entries.mwh
    size = np.where(np.isnan(first), np.inf if "volume" in values else 0.0, np.abs(first))
    return entries.take(size > NOTHING)


def steps(session: Session, *, clocks: Clocks, chosen: Selection) -> Steps:
    """Return all that changed the position by the day from which it counts, by curve and month, in native volumes.

    ``mwh`` of the entries is the same as energy. Months before ``chosen.first`` are left out, whatever the day.
    """
    inner = (
        select(
            LEDGER.c.effective_on, LEDGER.c.curve_id, LEDGER.c.month,
            func.sum(LEDGER.c.volume).label("volume"), func.sum(LEDGER.c.volume_mwh).label("mwh"),
        )
        .where(*conditions(clocks, chosen))
        .group_by(LEDGER.c.effective_on, LEDGER.c.curve_id, LEDGER.c.month)
        .subquery()
    )  # fmt: skip
    columns = [
        _number(inner.c.effective_on),
        inner.c.curve_id,
        _number(inner.c.month),
        inner.c.volume,
        inner.c.mwh,
    ]
    rows = session.execute(select(*columns)).all()
    day, curve, month, volume, mwh = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    return Steps(
        np.array(day, np.int64).astype("datetime64[D]"),
        np.array(curve, np.int64),
        np.array(month, np.int64).astype("datetime64[D]").astype("datetime64[M]"),
        np.array(volume, np.float64),
        np.array(mwh, np.float64),
    )


def trade_count(session: Session, *, clocks: Clocks, chosen: Selection) -> int:
    """Return how many trades hold a volume."""
    held = (
        select(LEDGER.c.trade_id)
        .where(*conditions(clocks, chosen))
        .group_by(LEDGER.c.trade_id)
        .having(stands())
        .subquery()
    )
    return int(session.scalar(select(func.count()).select_from(held)) or 0)


def stands() -> ColumnElement[bool]:
    """Tell whether anything is left of a trade on either side."""
    left = [
        func.abs(func.coalesce(func.sum(LEDGER.c.volume).filter(LEDGER.c.side == s), 0.0)) for s in (1, -1)
    ]
    return func.greatest(*left) > NOTHING


def conditions(clocks: Clocks, chosen: Selection) -> list[ColumnElement[bool]]:
    """Return the conditions of both clocks, of the rights, and of what was asked."""
    c = LEDGER.c
    where: list[ColumnElement[bool]] = [
        c.effective_on <= clocks.as_of,
        c.recorded_at <= clocks.known_at,
        _among(c.portfolio_id, chosen.portfolios),
    ]
    if chosen.curves is not None:
        where.append(_among(c.curve_id, chosen.curves))
    if chosen.counterparties is not None:
        where.append(_among(c.counterparty_id, chosen.counterparties))
    if chosen.kinds is not None:
        where.append(c.kind.in_(sorted(chosen.kinds)))
    if chosen.side is not None:
        where.append(c.side == chosen.side)
    if chosen.first is not None:
        where.append(c.month >= chosen.first)
    if chosen.last is not None:
        where.append(c.month <= chosen.last)
    if not chosen.optional:
        where.append(~c.is_optional)
    return where


def _among(column: ColumnElement[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Return ``column = ANY(ids)``: one statement, and so one plan, for any number of ids."""
    return column == any_(cast(sorted(ids), ARRAY(BigInteger)))


def _number(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return a date as its number of days since 1970: ten times faster to read than a date by date."""
    return type_coerce(day - date(1970, 1, 1), Integer)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """The newest limit of a book in a commodity; MWh, for carbon tonnes of CO2."""

    portfolio_id: int
    commodity: str
    limit: float
    recorded_at: datetime
    set_by: str


def limits(session: Session, *, clocks: Clocks, portfolios: Collection[int]) -> list[LimitRow]:
    """Return the limits that were set by ``known_at``."""
    row = PositionLimit
    query = (
        select(row.portfolio_id, row.commodity, row.limit_mwh, row.recorded_at, row.set_by)
        .where(row.recorded_at <= clocks.known_at, _among(row.portfolio_id, portfolios))  # type: ignore[arg-type]
        .ext(distinct_on(row.portfolio_id, row.commodity))
        .order_by(row.portfolio_id, row.commodity, row.recorded_at.desc())
    )
    return [LimitRow(*found) for found in session.execute(query)]
