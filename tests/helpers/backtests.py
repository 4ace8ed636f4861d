"""Days of a backtest for tests: every method of some books, with exceptions where they are asked for."""

from datetime import date, timedelta

import numpy as np

from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core.clock import now
from portal.domain.risk.daily_forecasts import METHODS
from portal.services.risk.runs import LEVELS
from tests.helpers.trades import ids

LAST = date(2026, 7, 14)
VAR = {0.95: 100.0, 0.975: 120.0, 0.99: 150.0}


def days_of(count: int) -> list[date]:
    """The last ``count`` weekdays up to LAST, rising."""
    found: list[date] = np.busday_offset(LAST, range(1 - count, 1), roll="backward").astype(object).tolist()
    return found


def add_days(
    codes: tuple[str, ...] = ("DESK", "GAS", "GAS_EU", "OIL"),
    count: int = 300,
    exceptions: tuple[int, ...] = (10, 100, 200, 201, 290),
) -> list[date]:
    """Store days of a backtest: a loss of 200 at the positions of ``exceptions``, else gains and losses below 90.

    The actual P&L is that of the hypothetical one but for 100 less on the last day. The parametric method promises
    three times as much. Return the days.
    """
    days, books = days_of(count), ids("portfolios")
    pnl = np.random.default_rng(4).uniform(-90.0, 90.0, count)
    pnl[list(exceptions)] = -200.0
    rows = [
        {
            "portfolio_id": books[code], "day": day, "method": method, "level": level,
            "value_at_risk": VAR[level] * (3.0 if method == "parametric" else 1.0),
            "expected_shortfall": 1.2 * VAR[level] * (3.0 if method == "parametric" else 1.0),
            "hypothetical": float(pnl[at]), "actual": float(pnl[at]) - (100.0 if at == count - 1 else 0.0),
            "missing": 0, "recorded_at": now() - timedelta(hours=1),
        }
        for code in codes for at, day in enumerate(days) for method in METHODS for level in LEVELS
    ]  # fmt: skip
    with UnitOfWork(write=True) as work:
        writes.insert_days(work.session, rows)
    return days
