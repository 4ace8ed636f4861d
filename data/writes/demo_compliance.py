"""What the demo desk keeps of compliance: the trades that its facts are about, and how all of it is removed."""

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from data.demo.compliance_facts import RECORDED_BY, DemoTrade
from data.models.compliance import (
    ComplianceRecord,
    ComplianceRun,
    PartyFacts,
    SurveillanceHit,
    TradeFacts,
)

_DERIVED = (SurveillanceHit, ComplianceRecord, ComplianceRun)


def demo_trades(session: Session) -> list[DemoTrade]:
    """Return the trades that the demo load stored, as first entered, at their newest price, as they were dealt."""
    rows = session.execute(
        text(
            "SELECT t.trade_id, t.kind, c.code, c.commodity, p.code, p.kind, t.side, coalesce(n.price, n.strike), "
            "t.trade_date, t.delivery_start, t.recorded_at FROM trades t JOIN (SELECT DISTINCT ON (trade_id) "
            "trade_id, price, strike FROM trades ORDER BY trade_id, version DESC) n ON n.trade_id = t.trade_id "
            "JOIN import_batches b ON b.id = t.batch_id AND b.kind = 'demo' "
            "JOIN curves c ON c.id = t.curve_id JOIN counterparties p ON p.id = t.counterparty_id "
            "WHERE t.version = 1 ORDER BY t.trade_id"
        )
    )
    return [DemoTrade(*row) for row in rows]


def remove_facts(session: Session) -> None:
    """Take out the facts that the demo load stored."""
    for table in (TradeFacts, PartyFacts):
        session.execute(delete(table).where(table.recorded_by == RECORDED_BY))


def remove(session: Session) -> None:
    """Take out facts, and everything that was found by looking at them; runs can be made again."""
    for table in _DERIVED:
        session.execute(delete(table))
    remove_facts(session)
