"""Writing the audit log: one call in the transaction that does what is noted."""

from collections.abc import Mapping
from typing import Any, Literal

from data.session import UnitOfWork
from portal.core.actor import Actor

Outcome = Literal["done", "refused", "failed"]


def note(
    work: UnitOfWork, actor: Actor, action: str, object_kind: str, object_ref: str,
    detail: Mapping[str, Any] | None = None, outcome: Outcome = "done",
) -> None:  # fmt: skip
    """Add an entry to the log when ``work`` commits; nothing is noted of what is rolled back.

    Parameters
    ----------
    work : UnitOfWork
        A writing unit of work.
    actor : Actor
        Who did it; the chain holds their pseudonym.
    action : str
        ``<thing>.<what happened>``, such as ``login.refused``, ``report.released``, ``limit.approved``.
    object_kind, object_ref : str
        What it was done to: ``trade`` and ``4711``. No names of people.
    detail : mapping, optional
        What else matters: numbers, texts, lists; never passwords, tokens or personal data.
    outcome : str
        ``done``, ``refused`` or ``failed``.
    """
