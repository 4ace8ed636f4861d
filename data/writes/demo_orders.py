"""What the demo desk keeps of orders: settles to draw them around, and how they are stored and removed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from data.demo.compliance_facts import RECORDED_BY
from data.models.compliance import InsideInformation, OrderEvent
from data.writes import orders as writes

RECORDED_AT = time(18)  # UTC; orders of a day are in by then


def curves(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of curves by code."""
    rows = session.execute(
        text("SELECT code, id FROM curves WHERE code = ANY(:codes)"), {"codes": list(codes)}
    )
    return {str(code): int(number) for code, number in rows}


def settles(session: Session, codes: Sequence[str], last: date, days: int) -> dict[tuple[str, date], float]:
    """Return the settle of the second month of each curve on the last ``days`` trading days."""
    rows = session.execute(
        text(
            "SELECT DISTINCT ON (c.code, p.trade_date) c.code, p.trade_date, p.value FROM curve_points p "
            "JOIN curves c ON c.id = p.curve_id WHERE c.code = ANY(:codes) AND p.tenor = 2 "
            "AND p.trade_date <= :last AND p.trade_date > :last - 3 * :days "
            "ORDER BY c.code, p.trade_date, p.recorded_at DESC"
        ),
        {"codes": list(codes), "last": last, "days": days},
    )
    found = {(str(code), day): float(value) for code, day, value in rows}
    kept = set(sorted({day for _, day in found})[-days:])
    return {key: value for key, value in found.items() if key[1] in kept}


def store(session: Session, rows: Iterable[Mapping[str, Any]], inside: Iterable[Mapping[str, Any]]) -> int:
    """Store events and inside information as recorded on the evening of their day; return the events."""
    events = [
        {**row, "recorded_at": datetime.combine(row["at"].date(), RECORDED_AT, UTC)}
        for row in sorted(rows, key=lambda row: row["at"])
    ]
    for begin in range(0, len(events), 5000):
        writes.add_events(session, events[begin : begin + 5000])
    writes.add_inside(
        session,
        [{**row, "written_by": RECORDED_BY, "recorded_at": row["known_from"]} for row in inside],
    )
    return len(events)


def remove(session: Session) -> None:
    """Take out orders and inside information of the demo."""
    session.execute(delete(OrderEvent).where(OrderEvent.simulated))
    session.execute(delete(InsideInformation).where(InsideInformation.simulated))
