"""The blotter: newest versions of trades under both clocks, filtered, ordered and paged in SQL."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, String, and_, any_, bindparam, case, cast, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from data.models.access import Portfolio
from data.models.market import Curve
from data.models.portfolio import Counterparty, Trade, TradeDecision, TradeProposal
from data.queries.clocked import latest
from portal.core.clock import Clocks
from portal.core.table import GridQuery


@dataclass(frozen=True, slots=True)
class BlotterFilter:
    """What is asked: ``portfolios`` are the books that the reader may see and chose; empty texts ask for all."""

    portfolios: Collection[int]
    commodity: str = ""
    kind: str = ""
    counterparty: str = ""
    status: str = ""


COLUMNS = (
    "external_id", "trade_id", "state", "trade_date", "book", "counterparty", "kind", "side", "curve", "quantity",
    "unit", "price", "price_unit", "delivery_start", "delivery_last", "trader", "version", "effective_on",
    "recorded_at", "proposal", "simulated",
)  # fmt: skip
"""Columns of a row, in this order."""


def _ids(portfolios: Collection[int]) -> Any:
    return any_(bindparam(None, list(portfolios), type_=ARRAY(BigInteger), unique=True))


def _waiting(clocks: Clocks) -> Any:
    """Return the trades with a proposal that was open at ``known_at``, with the number of the proposal."""
    p, d = TradeProposal, TradeDecision
    decided = and_(d.proposal_id == p.id, d.recorded_at <= clocks.known_at)
    return (
        select(p.trade_id, func.max(p.id).label("proposal"))
        .outerjoin(d, decided)
        .where(d.proposal_id.is_(None), p.proposed_at <= clocks.known_at)
        .group_by(p.trade_id)
        .subquery("waiting")
    )


def _rows(clocks: Clocks, asked: BlotterFilter) -> tuple[Any, dict[str, Any]]:
    """Return the select of the rows asked for, and its columns by name."""
    table = Trade.__table__.c
    newest = latest(Trade.__table__, clocks, key=("trade_id",), day="effective_on")
    known = newest.with_only_columns(table.trade_id, table.version).subquery("n")  # narrow: it is sorted
    trades = aliased(Trade)
    t, w = trades, _waiting(clocks)
    second = aliased(Curve)
    state = case(
        (t.event == "cancelled", "cancelled"),
        (or_(t.event == "matured", t.delivery_end <= clocks.as_of), "matured"),
        (t.event == "amended", "amended"),
        else_="live",
    )
    columns = {
        "external_id": t.external_id,
        "trade_id": t.trade_id,
        "state": state,
        "trade_date": t.trade_date,
        "book": Portfolio.code,
        "counterparty": Counterparty.code,
        "kind": t.kind,
        "side": case((t.side > 0, "buy"), else_="sell"),
        "curve": case((second.code.is_(None), Curve.code), else_=func.concat(Curve.code, " - ", second.code)),
        "quantity": t.quantity,
        "unit": t.quantity_unit,
        "price": func.coalesce(t.price, t.strike),
        "price_unit": Curve.unit,
        "delivery_start": t.delivery_start,
        "delivery_last": t.delivery_end - 1,
        "trader": t.trader,
        "version": t.version,
        "effective_on": t.effective_on,
        "recorded_at": t.recorded_at,
        "proposal": w.c.proposal,
        "simulated": or_(Curve.simulated, Counterparty.simulated),
    }
    query = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(known)
        .join(t, and_(t.trade_id == known.c.trade_id, t.version == known.c.version))
        .join(Portfolio, Portfolio.id == t.portfolio_id)
        .join(Counterparty, Counterparty.id == t.counterparty_id)
        .join(Curve, Curve.id == t.curve_id)
        .outerjoin(second, second.id == t.curve2_id)
        .outerjoin(w, w.c.trade_id == t.trade_id)
        .where(t.portfolio_id == _ids(asked.portfolios))
    )
    if asked.commodity:
        query = query.where(Curve.commodity == asked.commodity)
    if asked.kind:
        query = query.where(t.kind == asked.kind)
    if asked.counterparty:
        query = query.where(Counterparty.code == asked.counterparty)
    if asked.status == "waiting":
        query = query.where(w.c.proposal.is_not(None))
    elif asked.status == "live":
        query = query.where(state.in_(("live", "amended")))
    elif asked.status:
        query = query.where(state == asked.status)
    return query, columns


_SEARCHED = ("external_id", "book", "counterparty", "kind", "curve", "trader", "side")


def blotter(
    session: Session, query: GridQuery, *, clocks: Clocks, asked: BlotterFilter
) -> tuple[list[tuple[Any, ...]], int]:
    """Return a page of trades in the order of COLUMNS, and how many there are; the newest trade first by default."""
    statement, columns = _rows(clocks, asked)
    if query.text:
        found = func.concat_ws(" ", *(cast(columns[name], String) for name in _SEARCHED))
        words = [word for word in query.text.split() if word]
        statement = statement.where(and_(*(found.icontains(word, autoescape=True) for word in words)))
    total = session.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
    by = columns.get(query.sort or "", columns["trade_date"])
    descending = query.descending if query.sort in columns else True
    statement = statement.order_by(
        by.desc().nulls_last() if descending else by.asc().nulls_last(), columns["trade_id"].desc()
    )
    rows = session.execute(statement.offset(query.offset).limit(query.limit))
    return [tuple(row) for row in rows], int(total)


@dataclass(frozen=True, slots=True)
class Counts:
    """Trades of a filter: all, those that deliver still, those with an open proposal."""

    trades: int
    live: int
    waiting: int


def count_trades(session: Session, *, clocks: Clocks, asked: BlotterFilter) -> Counts:
    """Return how many trades a filter finds, in one query."""
    statement, _ = _rows(clocks, asked)
    found = statement.subquery().c
    row = session.execute(
        select(
            func.count(),
            func.count().filter(found.state.in_(("live", "amended"))),
            func.count().filter(found.proposal.is_not(None)),
        )
    ).one()
    return Counts(*tuple(row))


def count_later(session: Session, *, clocks: Clocks, portfolios: Collection[int]) -> int:
    """Return how many trades have a version that takes effect after ``as_of`` only."""
    statement = select(func.count(Trade.trade_id.distinct())).where(
        Trade.effective_on > clocks.as_of,
        Trade.recorded_at <= clocks.known_at,
        Trade.portfolio_id == _ids(portfolios),
    )
    return int(session.execute(statement).scalar_one())


def counterparty_names(session: Session, *, portfolios: Collection[int]) -> list[tuple[str, str]]:
    """Return code and name of the counterparties with whom the books have traded, by code."""
    used = select(Trade.counterparty_id).where(Trade.portfolio_id == _ids(portfolios)).distinct()
    c = Counterparty
    rows = session.execute(select(c.code, c.name).where(c.id.in_(used)).order_by(c.code))
    return [(code, name) for code, name in rows]


def commodities(session: Session, *, portfolios: Collection[int]) -> list[str]:
    """Return the commodities that the books have traded."""
    used = select(Trade.curve_id).where(Trade.portfolio_id == _ids(portfolios)).distinct()
    second = select(Trade.curve2_id).where(Trade.portfolio_id == _ids(portfolios)).distinct()
    named = or_(Curve.id.in_(used), Curve.id.in_(second))
    return list(session.scalars(select(Curve.commodity).where(named).distinct().order_by(Curve.commodity)))
