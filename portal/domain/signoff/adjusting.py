"""Adjustments: an amount with a reason beside a figure, which counts once a second person has approved it.

API: ``read_adjustment(decisions) -> state``, ``check_decision(...)``, ``total_approved(...)``.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Permission


class Decision(StrEnum):
    """What somebody says of an adjustment."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


PROPOSED = "proposed"


def read_adjustment(decisions: Sequence[str]) -> str:
    """Tell where an adjustment stands.

    Parameters
    ----------
    decisions : sequence of str
        What was said of it, oldest first.

    Returns
    -------
    str
        ``proposed`` while nobody decided, else the first decision: one is enough, and it stands.

    Examples
    --------
    >>> read_adjustment([]), read_adjustment(["approved"])
    ('proposed', 'approved')
    """
    return str(decisions[0]) if decisions else PROPOSED


def check_decision(state: str, proposed_by: str, decision: Decision, note: str, actor: Actor) -> None:
    """Refuse a decision that is not possible now, or not the actor's to make.

    Parameters
    ----------
    state : str
        Where the adjustment stands.
    proposed_by : str
        User name of who proposed it.
    decision : Decision
        What the actor says.
    note : str
        Why.
    actor : Actor
        Who it is.

    Raises
    ------
    NotPermitted
        The actor lacks the right, or it is their own proposal.
    Conflict
        It was decided before.
    DomainError
        A rejection without a reason.
    """
    own = actor.username == proposed_by
    if decision is Decision.WITHDRAWN:
        if not own:
            raise NotPermitted("Only who proposed an adjustment may withdraw it.")
    else:
        actor.require(Permission.ADJUST_APPROVE)
        if own:
            raise NotPermitted("You proposed this adjustment; a second person must decide about it.")
    if state != PROPOSED:
        raise Conflict(f"The adjustment was {state} already; a decision stands once made.")
    if decision is Decision.REJECTED and not note.strip():
        raise DomainError("Say why it is rejected, so that the other person knows what to do.")


def total_approved(amounts: Iterable[tuple[Decimal, str]]) -> Decimal:
    """Sum the amounts that a second person has approved.

    Parameters
    ----------
    amounts : iterable of (Decimal, str)
        Amount and state of each adjustment.

    Returns
    -------
    Decimal
        Sum, exact.

    Examples
    --------
    >>> total_approved([(Decimal("10.10"), "approved"), (Decimal("5"), "proposed")])
    Decimal('10.10')
    """
    return sum((amount for amount, state in amounts if state == Decision.APPROVED), Decimal(0))
