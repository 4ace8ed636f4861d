"""Which days of the backtest are still to be computed for a period that somebody wants to see."""

from datetime import date, timedelta

from data.queries import risk as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services.risk.backtests import BacktestAsk

USUAL_SPAN = 366  # calendar days; they hold the 250 business days of a traffic light


def days_to_fill(ask: BacktestAsk, clocks: Clocks, actor: Actor) -> tuple[date, date]:
    """Return the first and last day to compute: what the period lacks at its ends, else all of it anew.

    Raises
    ------
    NotPermitted
        The actor may not run risk.
    DomainError
        No market was quoted in the period.
    """
    actor.require(Permission.RISK_RUN)
    last = min(ask.last or clocks.as_of, clocks.as_of)
    first = ask.first or last - timedelta(days=USUAL_SPAN)
    with UnitOfWork() as work:
        quoted = queries.quoted_days(work.session, known_at=clocks.known_at, first=first, last=last)
        begin, end = queries.days_known(work.session)
    if len(quoted) < 2:
        raise DomainError(
            f"No curve was quoted on two days from {first} to {last}, so there is nothing to backtest. Choose a longer "
            "period."
        )
    if begin is None or end is None:
        return quoted[0], quoted[-1]
    before, after = [day for day in quoted if day < begin], [day for day in quoted if day > end]
    if before and not after:
        return before[0], before[-1]
    if after and not before:
        return after[0], after[-1]
    return quoted[0], quoted[-1]
