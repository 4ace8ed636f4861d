"""Facts of trades and parties into their tables: appended, the newest counts."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.models.compliance import PartyFacts, TradeFacts


def add_trade_facts(
    session: Session, rows: Iterable[tuple[int, datetime, dict[str, Any]]], *, by: str
) -> int:
    """Store facts of trades with the moment from which they were known; return how many."""
    values = [
        {"trade_id": number, "recorded_at": moment, "facts": facts, "recorded_by": by}
        for number, moment, facts in rows
    ]
    if values:
        session.execute(insert(TradeFacts), values)
    return len(values)


def add_party_facts(
    session: Session,
    rows: Iterable[tuple[str, date, dict[str, Any]]],
    *,
    by: str,
    recorded_at: datetime | None = None,
) -> int:
    """Store facts of parties from a day on; return how many."""
    moment = {} if recorded_at is None else {"recorded_at": recorded_at}
    values = [
        {"party": code, "effective_on": day, "facts": facts, "recorded_by": by} | moment
        for code, day, facts in rows
    ]
    if values:
        session.execute(insert(PartyFacts), values)
    return len(values)
