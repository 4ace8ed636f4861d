"""Versions of trades and the position ledger, stored together: the one door through which a trade gets in or changes.

Legs are cut by :func:`portal.domain.portfolio.legs.expand`, as for valuation, so a position is what is valued.
"""

from collections.abc import Sequence

import numpy as np

from data.queries.curve_terms import curve_terms
from data.session import UnitOfWork
from data.writes import trades as writes
from data.writes.trades import Entries
from portal.domain.portfolio.legs import expand, months_of
from portal.domain.portfolio.market import CurveTerms
from portal.domain.portfolio.terms import TradeVersion, book_of
from portal.domain.portfolio.trade import Event


def record(work: UnitOfWork, versions: Sequence[TradeVersion]) -> list[TradeVersion]:
    """Append versions and what they change in the ledger, within the transaction of ``work``; return them numbered.

    A version without ``trade_id`` is a new trade; one without ``recorded_at`` is recorded now. Several versions of
    one trade must stand in order.

    Raises
    ------
    Conflict
        A version is not the next one of its trade, goes back on a clock, follows a cancellation, or a new trade has
        an ``external_id`` that another one has.
    """
    if not versions:
        return []
    whole = writes.prepare(work.session, versions)
    writes.append_versions(work.session, whole, entries_of(whole, curve_terms(work.session)))
    return whole


def entries_of(versions: Sequence[TradeVersion], curves: CurveTerms) -> Entries:
    """Return what each version holds by itself: nothing for a cancelled one."""
    alive = np.flatnonzero([version.event != Event.CANCELLED for version in versions])
    book = book_of([versions[at] for at in alive.tolist()], numbered=True)
    months = months_of(book)
    legs = expand(book, curves, months)
    held = np.flatnonzero(np.isfinite(legs.volume) & (legs.volume != 0.0))
    volume = legs.volume[held]
    return Entries(
        at=alive[legs.trade[held]].astype(np.int64),
        curve_id=curves.id[legs.curve[held]],
        month=months[legs.month[held]],
        volume=volume,
        volume_mwh=volume * curves.mwh[legs.curve[held]],
    )
