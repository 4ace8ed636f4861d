"""Writing the audit log: one call in the transaction that does what is noted."""

import logging
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import UpstreamError
from portal.core.permissions import Role
from portal.domain.compliance.audit_entry import Draft

log = logging.getLogger("enerscope.audit")

Outcome = Literal["done", "refused", "failed"]

STRANGER = Actor(user_id=None, username="unknown", name="Somebody", roles=frozenset[Role]())
"""Who acts before anybody is signed in."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from, in a form that names nobody: digests of the session and of the address."""

    session: str = ""
    source: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def comes_from(origin: Origin) -> None:
    """Have the notes of this request say where it comes from."""
    _origin.set(origin)


def note(
    work: UnitOfWork, actor: Actor, action: str, object_kind: str, object_ref: str,
    detail: Mapping[str, Any] | None = None, outcome: Outcome = "done",
) -> None:  # fmt: skip
    """Add an entry to the log when ``work`` commits; nothing is noted of what is rolled back but refusals and failures.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work.
    actor : Actor
        Who did it; the chain holds their pseudonym.
    action : str
        ``<thing>.<what happened>``, such as ``login.refused``, ``report.released``, ``limit.approved``.
    object_kind, object_ref : str
        What it was done to: ``trade`` and ``4711``. No names of people, but that the reference of the kind ``user``
        is a user name, of which the chain gets the pseudonym.
    detail : mapping, optional
        What else matters: numbers, texts, lists; never passwords, tokens or personal data.
    outcome : str
        ``done``, ``refused`` or ``failed``.
    """
    origin = _origin.get()
    work.note(
        Draft(
            actor=actor.username,
            action=action[:64],
            object_kind=object_kind[:64],
            object_ref=str(object_ref)[:500],
            outcome=outcome,
            detail=dict(detail or {}),
            session=origin.session,
            source=origin.source,
        )
    )


def note_now(
    actor: Actor, action: str, object_kind: str, object_ref: str,
    detail: Mapping[str, Any] | None = None, outcome: Outcome = "done",
) -> None:  # fmt: skip
    """Add an entry to the log at once, in a transaction of its own: for what changes nothing, such as a refusal.

    Without a database it is written to the portal's own log instead; what was refused stays refused.
    """
    try:
        with UnitOfWork(write=True) as work:
            note(work, actor, action, object_kind, object_ref, detail, outcome)
    except UpstreamError:
        log.exception("not noted: %s %s %s", action, object_kind, outcome)
