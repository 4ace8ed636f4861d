"""People who are named in a comment with @ are told through their channels, if they may read the figure."""

import re
from collections.abc import Callable

from data.queries import deliveries as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import settings
from portal.services.monitoring import outbox

PATH = "/discussions"
MOST = 10
"""People that one comment can call."""
_NAME = re.compile(r"(?<![\w.@/-])@([A-Za-z0-9][A-Za-z0-9_.-]{0,62}[A-Za-z0-9_])")


def names_in(text: str) -> tuple[str, ...]:
    """Return the user names that a text calls, in their order, each once.

    Examples
    --------
    >>> names_in("@risk, look at this with @trader. mail@example.com")
    ('risk', 'trader')
    """
    return tuple(dict.fromkeys(name.lower() for name in _NAME.findall(text)))[:MOST]


def tell(
    work: UnitOfWork, text: str, actor: Actor, thread_id: int, comment_id: int, may_read: Callable[[Actor], bool]
) -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    """Write a message to each person called, and return who was told and which names nobody was told under.

    A name that does not exist and somebody who may not read the figure are the same: nobody learns who there is. The
    message says nothing of the figure; who opens it needs the right to read it.
    """
    called = [name for name in names_in(text) if name != actor.username]
    people = queries.people(work.session, called) if called else {}
    told: list[str] = []
    untold: list[str] = []
    for name in called:
        person = people.get(name)
        is_reader = person is not None and may_read(outbox.actor_of(person))
        (told if is_reader else untold).append(name)
        if is_reader:
            _write(work, name, actor, thread_id, comment_id)
    return tuple(told), tuple(untold)


def _write(work: UnitOfWork, name: str, actor: Actor, thread_id: int, comment_id: int) -> None:
    base = settings().public_url.rstrip("/")
    where = f"{PATH}?thread={thread_id}"
    link = f"{base}{where}" if base else f"Enerscope, page {where}"
    for channel in queries.channels_of(work.session, name):
        if channel.enabled:
            outbox.put(
                work, channel.id, f"mention:{comment_id}:{channel.id}", "You were called in a discussion",
                f"{actor.name} called you in the discussion of a figure.\n\n{link}",
                not_before=outbox.held_until(channel, "info", clock.now()),
            )  # fmt: skip
