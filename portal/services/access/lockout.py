"""Brute force: a delay that grows with each failure and goes away by itself.

Five failures on one account, or twenty from one address, within 15 minutes are free; each further one doubles the wait.
Nothing is ever locked for good, and an address from which the user has logged in lately is judged by its own failures
alone: somebody else's guessing does not keep the owner out. Unknown names are treated exactly as known ones.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from math import ceil

from data.queries.access import Attempt
from portal.core.errors import DomainError

WINDOW = timedelta(minutes=15)
KNOWN_FOR = timedelta(days=30)
FREE_PER_ACCOUNT = 5
FREE_PER_ADDRESS = 20
FIRST_DELAY = timedelta(seconds=15)
LONGEST_DELAY = timedelta(minutes=15)


class TooManyAttempts(DomainError):  # noqa: N818  (named for what happened, as all errors of the portal)
    """Too many failed tries; ``seconds`` says when the next one is taken."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-attempts"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Too many failed attempts to sign in. Wait {_in_words(seconds)}, then try again.",
            seconds=seconds,
        )
        self.seconds = seconds


def _in_words(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{ceil(seconds / 60)} minutes"


def seconds_left(
    attempts: Sequence[Attempt], *, username: str, address: str, address_is_known: bool, now: datetime
) -> int:
    """Return the seconds until a try on ``username`` from ``address`` is taken; 0 means now.

    ``attempts`` are those of the last :data:`WINDOW` for the name or from the address, oldest first.
    """
    if address_is_known:
        mine = [a for a in attempts if a.username == username and a.address == address]
        last_success = max((place for place, a in enumerate(mine) if a.succeeded), default=-1)
        on_account = mine[last_success + 1 :]
    else:
        on_account = [a for a in attempts if a.username == username]
    on_address = [a for a in attempts if a.address == address]
    return max(_wait(on_account, FREE_PER_ACCOUNT, now), _wait(on_address, FREE_PER_ADDRESS, now))


def _wait(attempts: Sequence[Attempt], free: int, now: datetime) -> int:
    failures = [a.at for a in attempts if not a.succeeded]
    if len(failures) < free:
        return 0
    doublings = min(len(failures) - free, 10)
    delay = min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
    return max(0, ceil((max(failures) + delay - now).total_seconds()))
