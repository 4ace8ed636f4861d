"""Nodes of the portfolio tree: made, and hung elsewhere. What may hang where is decided by the service."""

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from data.models.access import Portfolio
from data.models.portfolio import Counterparty


def lock(session: Session) -> None:
    """Wait until nobody else changes the tree, to the end of the transaction."""
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('enerscope portfolios'))"))


def add(session: Session, *, code: str, name: str, parent_id: int | None) -> int:
    """Add a node and return its id."""
    statement = insert(Portfolio).values(code=code, name=name, parent_id=parent_id).returning(Portfolio.id)
    return int(session.execute(statement).scalar_one())


def hang(session: Session, *, node_id: int, parent_id: int | None) -> None:
    """Hang a node below another one, or at the top."""
    session.execute(update(Portfolio).where(Portfolio.id == node_id).values(parent_id=parent_id))


def holds_trades(session: Session, node_id: int) -> bool:
    """Tell whether a version of a trade names the portfolio."""
    statement = text("SELECT EXISTS (SELECT FROM trades WHERE portfolio_id = :id)")
    return bool(session.scalar(statement, {"id": node_id}))


def add_counterparty(session: Session, *, code: str, name: str, kind: str, country: str) -> int:
    """Add a counterparty and return its id."""
    statement = (
        insert(Counterparty)
        .values(code=code, name=name, kind=kind, country=country, simulated=False)
        .returning(Counterparty.id)
    )
    return int(session.execute(statement).scalar_one())
