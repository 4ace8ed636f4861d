"""What the demo desk keeps of risk: taken out with it, since runs are over all books and can be made again."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from data.models.risk import (
    BacktestComment,
    Limit,
    LimitDecision,
    LimitEvent,
    RiskDay,
    RiskMetric,
    RiskRun,
    ScenarioPnl,
)

_ALL = (ScenarioPnl, RiskMetric, RiskDay, BacktestComment, LimitEvent, LimitDecision, Limit, RiskRun)


def remove(session: Session) -> None:
    """Delete runs with their figures, days of the backtest with comments, and limits with what became of them."""
    for table in _ALL:
        session.execute(delete(table))
