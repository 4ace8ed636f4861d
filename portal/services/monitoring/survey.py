"""The one question that the portal asks now and then: how well it serves, from 1 to 5.

It is put to a person at most once in 30 days, answered or not, and never in their first session. It can be left alone.
"""

from datetime import timedelta

from data.queries import usage as queries
from data.session import UnitOfWork
from data.writes import survey as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError
from portal.core.permissions import Permission

REST_DAYS = 30
LONGEST = 500  # characters of a comment
SCORES = (1, 2, 3, 4, 5)


def ask(actor: Actor, page: str) -> int | None:
    """Note that ``actor`` is asked now, and return the number of the question; None when it is not time.

    Parameters
    ----------
    actor : Actor
        Who uses the portal.
    page : str
        Address of the page on which it is asked.
    """
    actor.require(Permission.SIGNED_IN)
    if not settings().survey or actor.user_id is None:
        return None
    today = clock.now().date()
    since = today - timedelta(days=REST_DAYS - 1)
    with UnitOfWork() as work:
        first = queries.sessions_of(work.session, actor.user_id) < 2
        if first or queries.was_asked(work.session, actor.username, since=since):
            return None
    with UnitOfWork(write=True) as work:
        writes.hold(work.session, actor.username)
        if queries.was_asked(work.session, actor.username, since=since):
            return None  # another tab was faster
        return writes.ask(work.session, actor.username, today, page[:200])


def answer(ask_id: int, actor: Actor, score: int, comment: str) -> None:
    """Store what ``actor`` answered.

    Raises
    ------
    DomainError
        The score is not one of 1 to 5, or the comment is too long.
    Conflict
        It was answered before, or put to somebody else.
    """
    actor.require(Permission.SIGNED_IN)
    said = comment.strip()
    if score not in SCORES:
        raise DomainError("Choose a number from 1 to 5.")
    if len(said) > LONGEST:
        raise DomainError(f"The comment is longer than {LONGEST} characters. Shorten it.")
    with UnitOfWork(write=True) as work:
        if not writes.answer(work.session, ask_id, actor.username, score, said):
            raise Conflict("This question has been answered already. Thank you.")
