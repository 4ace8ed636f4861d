"""Reads of proposals to change trades, with what was decided about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.portfolio import Counterparty, Trade, TradeDecision, TradeProposal
from portal.core.table import GridQuery


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal; ``decision`` None means that it is open. ``terms`` holds the changed fields as JSON."""

    id: int
    trade_id: int
    base_version: int
    event: str
    effective_on: date
    terms: dict[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decision: str | None
    decided_by: str | None
    note: str | None
    decided_at: datetime | None


def _proposals() -> Any:
    p, d = TradeProposal, TradeDecision
    return select(
        p.id, p.trade_id, p.base_version, p.event, p.effective_on, p.terms, p.reason, p.proposed_by, p.proposed_at,
        d.decision, d.decided_by, d.note, d.recorded_at,
    ).outerjoin(d, d.proposal_id == p.id)  # fmt: skip


def proposal(session: Session, proposal_id: int) -> Proposal | None:
    """Return one proposal, or None."""
    row = session.execute(_proposals().where(TradeProposal.id == proposal_id)).one_or_none()
    return None if row is None else Proposal(*tuple(row))


def of_trade(session: Session, trade_id: int) -> list[Proposal]:
    """Return all proposals of a trade, newest first."""
    query = _proposals().where(TradeProposal.trade_id == trade_id).order_by(TradeProposal.id.desc())
    return [Proposal(*tuple(row)) for row in session.execute(query)]


def _newest() -> Any:
    """Return the newest version number of each trade with a proposal."""
    wanted = select(TradeProposal.trade_id)
    return (
        select(Trade.trade_id, func.max(Trade.version).label("version"))
        .where(Trade.trade_id.in_(wanted))
        .group_by(Trade.trade_id)
        .subquery()
    )


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open proposal with what identifies its trade."""

    id: int
    trade_id: int
    external_id: str
    event: str
    book: str
    counterparty: str
    kind: str
    effective_on: date
    reason: str
    proposed_by: str
    proposed_at: datetime
    is_stale: bool


ORDERS = (
    "id",
    "external_id",
    "event",
    "book",
    "counterparty",
    "kind",
    "effective_on",
    "proposed_by",
    "proposed_at",
)


def open_proposals(
    session: Session, query: GridQuery, *, portfolios: Collection[int]
) -> tuple[list[OpenRow], int]:
    """Return a page of the open proposals for trades in ``portfolios`` and how many there are, oldest first."""
    p, n = TradeProposal, _newest()
    base = (
        select(
            p.id, p.trade_id, Trade.external_id, p.event, Portfolio.code.label("book"),
            Counterparty.code.label("counterparty"), Trade.kind, p.effective_on, p.reason, p.proposed_by, p.proposed_at,
            (p.base_version != n.c.version).label("is_stale"),
        )
        .join(n, n.c.trade_id == p.trade_id)
        .join(Trade, (Trade.trade_id == n.c.trade_id) & (Trade.version == n.c.version))
        .join(Portfolio, Portfolio.id == Trade.portfolio_id)
        .join(Counterparty, Counterparty.id == Trade.counterparty_id)
        .outerjoin(TradeDecision, TradeDecision.proposal_id == p.id)
        .where(TradeDecision.proposal_id.is_(None), Trade.portfolio_id.in_(list(portfolios)))
    )  # fmt: skip
    if query.text:
        found = (Trade.external_id, Portfolio.code, Counterparty.code, p.proposed_by, p.reason)
        base = base.where(func.concat_ws(" ", *found).icontains(query.text, autoescape=True))
    total = session.execute(select(func.count()).select_from(base.subquery())).scalar_one()
    by = base.selected_columns[query.sort] if query.sort in ORDERS else p.id
    ordered = base.order_by(by.desc() if query.descending else by.asc(), p.id).offset(query.offset)
    rows = session.execute(ordered.limit(query.limit))
    return [OpenRow(*tuple(row)) for row in rows], int(total)
