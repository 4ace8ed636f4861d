"""What compliance reads of trades: their terms with the moment of entry, and facts of trades and parties.

All of it under both clocks: a fact of a party holds from its day on, one of a trade replaces the one recorded before.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import isnan
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Float, Text, cast, extract, func, select
from sqlalchemy.dialects.postgresql import array, distinct_on
from sqlalchemy.orm import Session, aliased

from data.models.compliance import PartyFacts, TradeFacts
from data.models.portfolio import Counterparty, Trade
from data.queries.columnar import Packed, packed, unpack
from data.queries.trades import TRADES, newest_trades
from portal.core.clock import Clocks
from portal.domain.portfolio.trade import Event, Kind, Profile

_KINDS = tuple(kind.key for kind in Kind)
_PROFILES = tuple(profile.key for profile in Profile)
_EVENTS = tuple(Event)


class TradeRow(NamedTuple):
    """One trade as it stands under the clocks; ``entered_at`` is when its first version was recorded."""

    trade_id: int
    version: int
    portfolio_id: int
    counterparty_id: int
    curve_id: int
    kind: int
    profile: int
    event: int
    side: int
    quantity: float
    is_capacity: bool
    price: float | None
    strike: float | None
    trade_date: str
    effective_on: str
    delivery_start: str
    delivery_end: str
    entered_at: float  # seconds since 1970


@dataclass(frozen=True, slots=True)
class PartyRow:
    """A counterparty with what its own row says."""

    id: int
    code: str
    name: str
    kind: str
    country: str
    lei: str | None


def trade_rows(
    session: Session, *, clocks: Clocks, trades: Collection[int] | None = None, cancelled: bool = False
) -> list[TradeRow]:
    """Return the trades that stand under ``clocks`` in ascending order, all or those numbered."""
    arrays = _arrays(session, clocks, trades)
    if not cancelled:
        keep = arrays["event"] != _EVENTS.index(Event.CANCELLED)
        arrays = {name: array[keep] for name, array in arrays.items()}
    order = np.argsort(arrays["trade_id"], kind="stable")
    columns = [_plain(arrays[name][order]) for name in TradeRow._fields]
    return [TradeRow(*row) for row in zip(*columns, strict=True)]


def _arrays(session: Session, clocks: Clocks, trades: Collection[int] | None) -> dict[str, NDArray[Any]]:
    where = [] if trades is None else [TRADES.c.trade_id.in_(list(trades))]
    newest = newest_trades(clocks, *where).subquery()
    first = aliased(Trade)
    columns = _columns(newest, first)
    query = (
        select(packed(columns))
        .select_from(newest)
        .join(first, (first.trade_id == newest.c.trade_id) & (first.version == 1))
    )
    return unpack(columns, session.scalar(query))


def _columns(newest: Any, first: Any) -> list[Packed]:
    n = newest.c
    fixed: dict[str, Any] = {"nullable": False}
    return [
        Packed("trade_id", n.trade_id, "i8", **fixed),
        Packed("version", n.version, "i2", **fixed),
        Packed("portfolio_id", n.portfolio_id, "i8", **fixed),
        Packed("counterparty_id", n.counterparty_id, "i8", **fixed),
        Packed("curve_id", n.curve_id, "i8", **fixed),
        Packed("kind", func.array_position(_array(_KINDS), n.kind) - 1, "i2", **fixed),
        Packed("profile", func.array_position(_array(_PROFILES), n.profile) - 1, "i2", **fixed),
        Packed("event", func.array_position(_array(_EVENTS), n.event) - 1, "i2", **fixed),
        Packed("side", n.side, "i2", **fixed),
        Packed("quantity", n.quantity, "f8", **fixed),
        Packed("is_capacity", n.quantity_unit == "MW", "bool", **fixed),
        Packed("price", n.price, "f8"),
        Packed("strike", n.strike, "f8"),
        Packed("trade_date", n.trade_date, "day", **fixed),
        Packed("effective_on", n.effective_on, "day", **fixed),
        Packed("delivery_start", n.delivery_start, "day", **fixed),
        Packed("delivery_end", n.delivery_end, "day", **fixed),
        Packed("entered_at", cast(extract("epoch", first.recorded_at), Float(53)), "f8", **fixed),
    ]


def _array(words: tuple[str, ...]) -> Any:
    return array([cast(str(word), Text) for word in words])


def _plain(values: NDArray[Any]) -> list[Any]:
    """Return Python values: days as ISO text, NaN as None."""
    if values.dtype.kind == "M":
        return np.datetime_as_string(values).tolist()  # type: ignore[no-any-return]
    if values.dtype.kind == "f":
        return [None if isnan(value) else value for value in values.tolist()]
    return values.tolist()  # type: ignore[no-any-return]


def parties(session: Session) -> list[PartyRow]:
    """Return all counterparties by code."""
    c = Counterparty
    query = select(c.id, c.code, c.name, c.kind, c.country, c.lei).order_by(c.code)
    return [PartyRow(*row) for row in session.execute(query)]


def party_facts(session: Session, *, clocks: Clocks) -> dict[str, list[tuple[date, dict[str, Any]]]]:
    """Return the facts of each party, by the day from which they hold, oldest first; the newest record of a day."""
    p = PartyFacts
    query = (
        select(p.party, p.effective_on, p.facts)
        .where(p.recorded_at <= clocks.known_at, p.effective_on <= clocks.as_of)
        .ext(distinct_on(p.party, p.effective_on))
        .order_by(p.party, p.effective_on, p.recorded_at.desc())
    )
    found: dict[str, list[tuple[date, dict[str, Any]]]] = {}
    for party, day, facts in session.execute(query):
        found.setdefault(party, []).append((day, facts))
    return found


def trade_facts(
    session: Session, *, clocks: Clocks, trades: Collection[int] | None = None
) -> dict[int, dict[str, Any]]:
    """Return what is known of trades beyond their terms, by trade number."""
    t = TradeFacts
    newest = (
        select(t.trade_id, t.facts)
        .where(t.recorded_at <= clocks.known_at)
        .ext(distinct_on(t.trade_id))
        .order_by(t.trade_id, t.recorded_at.desc())
    )
    if trades is not None:
        newest = newest.where(t.trade_id.in_(list(trades)))
    rows = newest.subquery()
    found = session.scalar(select(cast(func.jsonb_object_agg(rows.c.trade_id, rows.c.facts), Text)))
    return {int(number): facts for number, facts in json.loads(found or "{}").items()}


def moment(seconds: float) -> datetime:
    """Return the moment of a number of seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)
