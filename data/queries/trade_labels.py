"""What trades are called: the names that people know them by."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.queries.trades import TRADES, newest_trades
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class TradeLabel:
    """The external id and the trader of one trade."""

    trade_id: int
    external_id: str
    trader: str


def trade_labels(
    session: Session, *, clocks: Clocks, portfolios: Collection[int], trades: Collection[int] | None = None
) -> dict[int, TradeLabel]:
    """Return the names of the trades in ``portfolios`` (ids), or of those ``trades`` among them, by trade number."""
    newest = newest_trades(clocks, *([] if trades is None else [TRADES.c.trade_id.in_(trades)])).subquery()
    n = newest.c
    statement = select(n.trade_id, n.external_id, n.trader).where(n.portfolio_id.in_(portfolios))
    return {row.trade_id: TradeLabel(*row) for row in session.execute(statement)}
