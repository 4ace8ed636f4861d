"""Orders that were filled, each with what the market showed when it arrived and what it was filled at."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from data.queries.orders import span


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """One order with its fills; prices in ``unit``, quantities in lots; bid and offer None where nobody quoted."""

    order_ref: str
    trader: str
    account: str
    contract: str
    month: date
    venue: str
    side: int
    arrived_at: datetime
    limit_price: float | None
    ordered: float
    best_bid: float | None
    best_offer: float | None
    unit: str
    filled: float
    vwap: float
    fills: int
    first_fill_at: datetime
    last_fill_at: datetime
    counterparties: str
    simulated: bool


_EXECUTIONS = text(
    """
    WITH fills AS (
        SELECT order_ref, sum(quantity) AS filled, sum(price * quantity) / sum(quantity) AS vwap, count(*) AS fills,
               min(at) AS first_at, max(at) AS last_at,
               string_agg(DISTINCT counterparty_code, ' ' ORDER BY counterparty_code) AS parties
        FROM order_events
        WHERE event = 'fill' AND at >= :begin AND at < :end AND recorded_at <= :known_at AND quantity > 0
        GROUP BY order_ref
    )
    SELECT n.order_ref, coalesce(n.trader, ''), coalesce(n.account, ''), n.contract, n.month, n.venue, n.side, n.at,
           n.price, n.quantity, coalesce(n.best_bid, q.best_bid), coalesce(n.best_offer, q.best_offer), c.unit,
           f.filled, f.vwap, f.fills, f.first_at, f.last_at, coalesce(f.parties, ''), n.simulated
    FROM fills f
    JOIN order_events n ON n.order_ref = f.order_ref AND n.event = 'new' AND n.recorded_at <= :known_at
    JOIN curves c ON c.id = n.curve_id
    LEFT JOIN LATERAL (
        SELECT best_bid, best_offer FROM order_events s
        WHERE n.best_bid IS NULL AND s.event = 'quote' AND s.contract = n.contract AND s.month = n.month
          AND s.at <= n.at AND s.at > n.at - INTERVAL '1 hour' AND s.recorded_at <= :known_at
        ORDER BY s.at DESC, s.id DESC LIMIT 1
    ) q ON true
    ORDER BY n.at, n.order_ref
    """
)


def executions(session: Session, *, first: date, last: date, known_at: datetime) -> list[ExecutionRow]:
    """Return the orders that were filled on the days ``first`` to ``last``, by the moment they arrived."""
    begin, end = span(first, last)
    values = {"begin": begin, "end": end, "known_at": known_at}
    return [ExecutionRow(*row) for row in session.execute(_EXECUTIONS, values)]
