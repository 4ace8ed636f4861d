"""The result of books by day: what the stored closing values of a part of the tree changed by, from day to day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import book_values as queries
from data.queries import portfolios as portfolio_queries
from data.queries.book_values import BookDay
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.domain.risk.measures.max_drawdown import max_drawdown

WINDOW = 250  # business days that a drawdown of a limit looks back over
DRAWDOWN_REACH = timedelta(days=WINDOW * 7 // 5 + 30)  # calendar days that hold so many


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Closes:
    """Closing values of a part of the tree, in EUR.

    Attributes
    ----------
    day : ndarray of shape (n,), datetime64[D]
        Days with a close, rising.
    value : ndarray of shape (n,)
        Realised and unrealised result since the first trade of all books together.
    missing : ndarray of shape (n,)
        Trades that were left out for want of a mark.
    """

    day: DateArray1D
    value: FloatArray1D
    missing: FloatArray1D

    @property
    def pnl_day(self) -> DateArray1D:
        """Days of :attr:`pnl`: all but the first."""
        return self.day[1:]

    @property
    def pnl(self) -> FloatArray1D:
        """What each day added, shape (n - 1,); new deals and amendments of the day are in it."""
        return np.diff(self.value)


def closes_in(
    work: UnitOfWork, clocks: Clocks, nodes: Sequence[Node], code: str | None, *, first: date | None = None
) -> Closes:
    """Return the closes of the node ``code`` with all below it (None: of all ``nodes``) from ``first`` on.

    A book without a close on a day, though it had one before, counts with the last one.
    """
    below = nodes if code is None else portfolio_queries.subtree(nodes, code)
    rows = queries.history(work.session, clocks=clocks, portfolios=[node.id for node in below], first=first)
    return closes_of(rows)


def closes_of(rows: Sequence[BookDay]) -> Closes:
    """Return rows of books by day, added up; ``rows`` rise by day."""
    days = sorted({row.as_of for row in rows})
    books = {key: at for at, key in enumerate(sorted({row.portfolio_id for row in rows}))}
    place = {day: at for at, day in enumerate(days)}
    value, missing = (np.full((len(days), len(books)), np.nan) for _ in range(2))
    for row in rows:
        at = place[row.as_of], books[row.portfolio_id]
        value[at], missing[at] = row.realised + row.unrealised, row.missing
    return Closes(np.array(days, "M8[D]"), _carried(value).sum(axis=1), _carried(missing).sum(axis=1))


def _carried(table: FloatArray2D) -> FloatArray2D:
    """Fill a gap of a column with the number before it, and nothing before its first with 0."""
    known = np.where(np.isnan(table), 0, np.arange(len(table))[:, None])
    last = np.maximum.accumulate(known, axis=0)
    filled: FloatArray2D = np.nan_to_num(np.take_along_axis(table, last, axis=0))
    return filled


def trailing_drawdown(pnl: FloatArray1D, window: int = WINDOW) -> FloatArray1D:
    """Return the largest drawdown of the last ``window`` days, by day: shape (n,), EUR, not negative."""
    return np.array(
        [float(max_drawdown(pnl[max(0, end - window) : end])) for end in range(1, len(pnl) + 1)], np.float64
    )
