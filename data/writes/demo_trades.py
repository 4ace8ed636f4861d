"""The trading of the demo desk beside its trades: counterparties, proposals with decisions, limits; and its removal.

The trades themselves go through the one door of :mod:`portal.services.portfolio.ledger`.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, cast

import numpy as np
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.demo.compliance_parties import PROSPECT
from data.demo.deal_terms import Ids
from data.demo.desk import PORTFOLIOS
from data.demo.parties import LIMITS_BY, PARTIES
from data.demo.proposals import Proposal
from data.models.access import Portfolio
from data.models.ingest import ImportBatch
from data.models.market import Curve
from data.models.portfolio import (
    TRADE_IDS,
    Counterparty,
    PositionLimit,
    TradeDecision,
)

USED = (0.72, 0.38, 0.94, 0.55, 0.86, 0.47, 1.07, 0.66, 0.31, 0.81, 0.58, 0.97, 0.44)
"""Share of their limit that the books take up at most, in turn: some near, one or two beyond."""
EARLIER = 1.25  # how much lower the limits were before they were raised
TABLES = ("trades", "portfolio_positions", "trade_proposals", "trade_decisions", "position_limits")


def store_parties(session: Session, *, first_seen: datetime, now: datetime) -> Ids:
    """Store the counterparties where they are missing; return what the codes of the demo are in this database."""
    rows = [asdict(party) | {"lei": None, "simulated": True, "recorded_at": first_seen} for party in PARTIES]
    session.execute(upsert(Counterparty).on_conflict_do_nothing(index_elements=["code"]), rows)
    batch = session.scalars(
        select(ImportBatch.id).where(ImportBatch.kind == "demo", ImportBatch.recorded_at == now)
    ).one()
    return Ids(
        books=_codes(session, Portfolio),
        parties=_codes(session, Counterparty),
        curves=_codes(session, Curve),
        batch=batch,
    )


def _codes(session: Session, table: type[Portfolio | Counterparty | Curve]) -> dict[str, int]:
    return {row.code: row.id for row in session.execute(select(table.code, table.id))}


def trade_numbers(session: Session, count: int) -> list[int]:
    """Return ``count`` new trade numbers, ascending."""
    statement = text(f"SELECT nextval('{TRADE_IDS.name}') FROM generate_series(1, :count)")
    return [int(number) for number in session.scalars(statement, {"count": count})]


def store_proposals(session: Session, proposals: Sequence[Proposal]) -> dict[str, int]:
    """Store proposals in the order in which they were made, and their decisions; return rows by table."""
    ordered = sorted(proposals, key=lambda proposal: proposal.proposed_at)
    numbers = session.scalars(
        text(
            "INSERT INTO trade_proposals (trade_id, base_version, event, effective_on, terms, reason, proposed_by, "
            "proposed_at) SELECT trade_id, base_version, event, effective_on, CAST(terms AS jsonb), reason, "
            "proposed_by, proposed_at FROM unnest(CAST(:trade_id AS bigint[]), CAST(:base_version AS bigint[]), "
            "CAST(:event AS text[]), CAST(:effective_on AS date[]), CAST(:terms AS text[]), "
            "CAST(:reason AS text[]), CAST(:proposed_by AS text[]), CAST(:proposed_at AS timestamptz[])) "
            "WITH ORDINALITY AS p (trade_id, base_version, event, effective_on, terms, reason, proposed_by, "
            "proposed_at, place) ORDER BY place RETURNING id"
        ),
        _columns(ordered),
    ).all()
    decided = [
        {
            "proposal_id": number,
            "decision": proposal.decision,
            "decided_by": proposal.decided_by,
            "note": proposal.note,
            "recorded_at": proposal.decided_at,
        }
        for number, proposal in zip(sorted(numbers), ordered, strict=True)
        if proposal.decision is not None
    ]
    session.execute(insert(TradeDecision), decided)
    return {"trade_proposals": len(ordered), "trade_decisions": len(decided)}


def _columns(proposals: Sequence[Proposal]) -> dict[str, list[Any]]:
    names = ("trade_id", "base_version", "event", "effective_on", "reason", "proposed_by", "proposed_at")
    found = {name: [getattr(proposal, name) for proposal in proposals] for name in names}
    return found | {"terms": [json.dumps(dict(proposal.terms)) for proposal in proposals]}


def store_limits(session: Session, *, first_day: date, last_day: date) -> int:
    """Set a limit for each book and commodity, sized by its largest net month, and a lower one that was raised."""
    raised = date(last_day.year, 1, 2)
    days = [first_day, raised] if raised > first_day else [first_day]
    held = session.execute(
        text(
            "SELECT portfolio_id, commodity, max(abs(net)) FROM (SELECT p.portfolio_id, c.commodity, "
            "sum(coalesce(p.volume_mwh, p.volume)) AS net FROM portfolio_positions p "
            "JOIN curves c ON c.id = p.curve_id JOIN portfolios b ON b.id = p.portfolio_id "
            "WHERE NOT p.is_optional AND p.month >= date_trunc('month', CAST(:last AS date)) "
            "AND b.code = ANY(:books) GROUP BY p.portfolio_id, c.commodity, p.month) m "
            "GROUP BY portfolio_id, commodity ORDER BY portfolio_id, commodity"
        ),
        {"last": last_day, "books": [code for code, _, _ in PORTFOLIOS]},
    ).all()
    rows = [
        {
            "portfolio_id": portfolio,
            "commodity": commodity,
            "recorded_at": datetime(day.year, day.month, day.day, 8, tzinfo=UTC),
            "limit_mwh": _round(float(most) / USED[place % len(USED)] / (EARLIER if day < days[-1] else 1.0)),
            "set_by": LIMITS_BY,
        }
        for place, (portfolio, commodity, most) in enumerate(held)
        if most > 0.0
        for day in days
    ]
    session.execute(upsert(PositionLimit).on_conflict_do_nothing(), rows)
    return len(rows)


def _round(value: float) -> float:
    """Return ``value`` to two digits, as people set limits."""
    size = 10.0 ** np.floor(np.log10(value) - 1.0)
    return float(np.round(value / size) * size)


def count_entries(session: Session) -> int:
    """Return the number of entries in the position ledger."""
    return int(session.scalar(text("SELECT count(*) FROM portfolio_positions")) or 0)


def analyse(session: Session) -> None:
    """Count rows for the query planner."""
    for table in TABLES:
        session.execute(text(f"ANALYZE {table}"))


def remove(session: Session, batches: Sequence[int]) -> None:
    """Take out the demo trades with all that hangs on them, also what users changed of them; other trades stay.

    Values of the demo's books are derived from its trades, so they go too.
    """
    mine = {"batches": list(batches), "by": LIMITS_BY, "books": [code for code, _, _ in PORTFOLIOS]}
    demo = "(SELECT trade_id FROM trades WHERE batch_id = ANY(:batches))"
    asked = f"(SELECT id FROM trade_proposals WHERE trade_id IN {demo})"
    for statement in (
        f"DELETE FROM trade_decisions WHERE proposal_id IN {asked}",
        f"DELETE FROM trade_proposals WHERE trade_id IN {demo}",
        f"DELETE FROM portfolio_positions WHERE trade_id IN {demo}",
        f"DELETE FROM trades WHERE trade_id IN {demo}",
        "DELETE FROM position_limits WHERE set_by = :by",
        "DELETE FROM book_values WHERE portfolio_id IN (SELECT id FROM portfolios WHERE code = ANY(:books))",
    ):
        session.execute(
            text(statement), {name: value for name, value in mine.items() if f":{name}" in statement}
        )
    used = select(text("counterparty_id")).select_from(text("trades"))
    session.execute(
        delete(Counterparty).where(
            Counterparty.code.in_([*(party.code for party in PARTIES), PROSPECT]),
            Counterparty.id.not_in(cast("Any", used)),
        )
    )
