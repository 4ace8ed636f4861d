"""What people say about the exceptions of a backtest: written once, kept, never changed."""

from datetime import date

import numpy as np

from data.queries import risk as queries
from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.backtests import KINDS, TITLES, node_of
from portal.services.risk.runs import LEVELS

CAUSES = {
    "market": "Market: a move beyond what the window has seen",
    "position": "Position: what was held, or a trade changed",
    "data": "Data: a mark was wrong, stale or missing",
    "model": "Model: the method misses a risk",
    "other": "Other",
}
SHORTEST, LONGEST = 5, 1000  # characters


def say(portfolio: str, day: date, method: str, cause: str, comment: str, actor: Actor) -> int:
    """Store what ``actor`` says about the exception of a portfolio on a day by a method, and return its id.

    An exception at any level and by either P&L may be spoken of.

    Raises
    ------
    NotPermitted
        The actor may not comment.
    NotFound
        There is no such portfolio among those that the actor may see.
    DomainError
        The day is no exception, or the cause or the words cannot be; nothing is stored.
    """
    actor.require(Permission.RISK_READ)
    actor.require(Permission.RISK_COMMENT)
    words = _checked(method, cause, comment)
    with UnitOfWork(write=True) as work:
        node = node_of(tuple(visible_nodes(work, actor)), portfolio)
        moment = clock.now()
        if not _is_exception(work, node.id, day, method, Clocks(day, moment, live=False)):
            raise DomainError(
                f"{day} is no exception of {node.code} by the method '{TITLES[method]}', so there is nothing to "
                "comment on. Choose a day from the table of exceptions.",
                portfolio=node.code,
            )
        return writes.insert_comment(
            work.session, portfolio_id=node.id, day=day, method=method, cause=cause, comment=words,
            written_by=actor.username, recorded_at=moment,
        )  # fmt: skip


def _checked(method: str, cause: str, comment: str) -> str:
    if method not in TITLES:
        raise DomainError(f"There is no backtest by the method '{method[:40]}'. Open the page again.")
    if cause not in CAUSES:
        raise DomainError(f"Choose what caused the exception: {', '.join(CAUSES)}.")
    words = comment.strip()
    if not SHORTEST <= len(words) <= LONGEST:
        raise DomainError(
            f"A comment has {SHORTEST} to {LONGEST:,} characters, and this one has {len(words):,}. "
            "Say in a sentence what happened."
        )
    return words


def _is_exception(work: UnitOfWork, node_id: int, day: date, method: str, clocks: Clocks) -> bool:
    found = queries.days_between(work.session, clocks=clocks, portfolios=[node_id], first=day, method=method)
    kept = (found["day"] == np.datetime64(day)) & np.isin(found["level"], LEVELS)
    return any(bool(np.any(kept & (-found[kind] > found["value_at_risk"]))) for kind in KINDS)
