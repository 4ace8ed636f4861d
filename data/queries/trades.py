"""A book as arrays: the trades as they stood under a pair of clocks, read in one query."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Select, Subquery, Table, Text, case, cast, func, or_, select
from sqlalchemy.orm import Session

from data.models.portfolio import Trade
from data.queries.clocked import latest
from data.queries.columnar import Packed, packed, unpack
from portal.core.arrays import DateArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.trade import Event, Kind, Profile, VolModel

TRADES: Table = Trade.__table__  # type: ignore[assignment]  # a mapped class has a Table here


def newest_trades(clocks: Clocks, *where: Any) -> Select[Any]:
    """Return a select of the newest version of each trade under both clocks, with all columns.

    ``where`` narrows the versions looked at, so it may name only what no version of a trade changes.
    """
    newest = latest(TRADES, clocks, key=("trade_id",), day="effective_on", where=where)
    return newest.order_by(TRADES.c.version.desc())  # versions of one moment


def load_book(session: Session, *, clocks: Clocks, portfolios: Collection[int]) -> Book:
    """Return the trades that stood in ``portfolios`` (ids), cancelled ones too, by ascending trade number."""
    newest = newest_trades(clocks).subquery()
    n = newest.c
    columns = _columns(newest)
    has_details = or_(n.kind.in_((Kind.STORAGE.key, Kind.SWING.key)), n.profile == Profile.SHAPED.key)
    query = select(
        packed(columns),
        cast(func.jsonb_object_agg(n.trade_id, n.details).filter(has_details), Text),
    ).where(n.portfolio_id.in_(portfolios))
    found, details = session.execute(query).one()
    arrays = unpack(columns, found)
    return _book(arrays, {int(key): terms for key, terms in json.loads(details or "{}").items()})


@dataclass(frozen=True)
class Versions:
    """All versions of trades known at a moment, by trade and version.

    ``book`` has an entry for each version, ``effective_on`` its day; ``details`` are those of each version that has
    any, by (trade_id, version).
    """

    book: Book
    effective_on: DateArray1D
    details: Mapping[tuple[int, int], Mapping[str, Any]]

    def on(self, day: date) -> Book:
        """Return the trades as they stood on ``day``."""
        known = np.flatnonzero(self.effective_on <= np.datetime64(day, "D"))
        number = self.book.trade_id[known]
        last = known[np.append(number[1:] != number[:-1], True)] if len(known) else known
        book = self.book.take(last)
        versions = zip(book.trade_id.tolist(), book.version.tolist(), strict=True)
        found = {key[0]: self.details[key] for key in versions if key in self.details} if self.details else {}
        return replace(book, details=found)


def load_versions(
    session: Session, *, known_at: datetime, portfolios: Collection[int] | None = None
) -> Versions:
    """Return all versions of the trades that are or were in ``portfolios`` (ids; all by default)."""
    where: list[Any] = [TRADES.c.recorded_at <= known_at]
    if portfolios is not None:
        where.append(TRADES.c.portfolio_id.in_(portfolios))
    rows = select(TRADES).where(*where).subquery()
    columns = [*_columns(rows), Packed("effective_on", rows.c.effective_on, "day", nullable=False)]
    arrays = unpack(columns, session.scalar(select(packed(columns))))
    order = np.lexsort((arrays["version"], arrays["trade_id"]))
    arrays = {name: array[order] for name, array in arrays.items()}
    effective = arrays.pop("effective_on")
    book = Book(**{name: arrays[name].astype(kind, copy=False) for name, kind in DTYPES.items()}, details={})
    n = rows.c
    wanted = or_(n.kind.in_((Kind.STORAGE.key, Kind.SWING.key)), n.profile == Profile.SHAPED.key)
    detailed = session.execute(select(n.trade_id, n.version, n.details).where(wanted))
    return Versions(book, effective, {(number, version): terms for number, version, terms in detailed})


def _columns(newest: Subquery) -> list[Packed]:
    n = newest.c
    fixed = {"nullable": False}
    return [
        Packed("trade_id", n.trade_id, "i8", **fixed),
        Packed("version", n.version, "i2", **fixed),
        Packed("portfolio", n.portfolio_id, "i8", **fixed),
        Packed("counterparty", n.counterparty_id, "i8", **fixed),
        Packed("curve", n.curve_id, "i8", **fixed),
        Packed("curve2", n.curve2_id, "i8"),
        Packed("kind", _position(n.kind, [kind.key for kind in Kind]), "i2", **fixed),
        Packed("profile", _position(n.profile, [profile.key for profile in Profile]), "i2", **fixed),
        Packed("vol_model", _position(n.vol_model, [model.key for model in VolModel]), "i2"),
        Packed("event", _position(n.event, list(Event)), "i2", **fixed),
        Packed("side", n.side, "i2", **fixed),
        Packed("quantity", n.quantity, "f8", **fixed),
        Packed("price", n.price, "f8"),
        Packed("strike", n.strike, "f8"),
        Packed("premium", n.premium, "f8"),
        Packed("shift", func.coalesce(n.shift, 0.0), "f8", **fixed),
        Packed("ratio1", n.ratio1, "f8", **fixed),
        Packed("ratio2", n.ratio2, "f8", **fixed),
        Packed("is_capacity", n.quantity_unit == "MW", "bool", **fixed),
        Packed("is_call", n.is_call, "bool"),
        Packed("trade_date", n.trade_date, "day", **fixed),
        Packed("delivery_start", n.delivery_start, "day", **fixed),
        Packed("delivery_end", n.delivery_end, "day", **fixed),
        Packed("expiry", n.expiry, "day"),
        Packed("pay_days", n.pay_days, "i2", **fixed),
    ]  # fmt: skip


def _position(column: Any, words: list[str]) -> ColumnElement[int | None]:
    """Return the position of a column's word in ``words``; NULL where it holds none."""
    return case(*((column == word, at) for at, word in enumerate(words)))


def _book(arrays: dict[str, Any], details: dict[int, Any]) -> Book:
    """Return the book in ascending order: an aggregate promises no order of its rows."""
    number = arrays["trade_id"]
    order = slice(None) if np.all(number[1:] > number[:-1]) else np.argsort(number, kind="stable")
    return Book(
        **{name: arrays[name][order].astype(kind, copy=False) for name, kind in DTYPES.items()},
        details=details,
    )
