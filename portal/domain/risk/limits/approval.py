"""Six eyes on a proposed limit: the proposer and, by default, two others who approve it.

API: ``read_approval(needed, proposed_by, decisions) -> Approval``, ``check_decision(approval, decision, actor)``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.domain.risk.errors import IllegalMove

SIX_EYES = 2
"""Approvals by others than the proposer."""


class Decision(StrEnum):
    """What one person says to a proposal."""

    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class Stage(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Approval:
    """What the decisions on a proposal add up to.

    Attributes
    ----------
    stage : Stage
        Where it stands; only an approved one is in force.
    proposed_by : str
        User name.
    approved_by : tuple of str
        User names, in the order in which they approved.
    missing : int
        Approvals that it still needs.
    sentence : str
        The same in words.
    """

    stage: Stage
    proposed_by: str
    approved_by: tuple[str, ...]
    missing: int
    sentence: str


def read_approval(needed: int, proposed_by: str, decisions: Iterable[tuple[str, Decision]]) -> Approval:
    """Add up the decisions on a proposal.

    Parameters
    ----------
    needed : int
        Approvals by others that it needs.
    proposed_by : str
        Who proposed it.
    decisions : iterable of (str, Decision)
        User names with what they said, oldest first. A proposer's own approval does not count, nor does a second one.

    Returns
    -------
    Approval
        One rejection ends it; withdrawing is the proposer's.
    """
    approved: list[str] = []
    for name, decision in decisions:
        if decision is Decision.REJECTED:
            return Approval(Stage.REJECTED, proposed_by, tuple(approved), 0, f"Rejected by {name}.")
        if decision is Decision.WITHDRAWN and name == proposed_by:
            return Approval(Stage.WITHDRAWN, proposed_by, tuple(approved), 0, f"Withdrawn by {name}.")
        if decision is Decision.APPROVED and name != proposed_by and name not in approved:
            approved.append(name)
    missing = max(needed - len(approved), 0)
    by = " and ".join(approved)
    if not missing:
        said = f"Proposed by {proposed_by}, approved by {by}." if by else f"Proposed by {proposed_by}."
        return Approval(Stage.APPROVED, proposed_by, tuple(approved), 0, said)
    so_far = f", approved by {by}" if by else ""
    others = "1 more approval" if missing == 1 else f"{missing} more approvals"
    said = f"Proposed by {proposed_by}{so_far}; it needs {others}."
    return Approval(Stage.PROPOSED, proposed_by, tuple(approved), missing, said)


def check_decision(approval: Approval, decision: Decision, actor: Actor) -> None:
    """Refuse a decision that this person may not make now.

    Parameters
    ----------
    approval : Approval
        As the proposal stands.
    decision : Decision
        What they want to say.
    actor : Actor
        Who asks.

    Raises
    ------
    IllegalMove
        The proposal is settled, or the decision is not theirs to make; the message says why.
    """
    mine, refusal = approval.proposed_by == actor.username, ""
    if approval.stage is not Stage.PROPOSED:
        refusal = f"This proposal is {approval.stage.value} already; make a new one."
    elif decision is Decision.WITHDRAWN:
        refusal = "" if mine else f"Only {approval.proposed_by}, who proposed it, may withdraw this proposal."
    elif mine:
        refusal = (
            "Nobody decides on their own proposal: ask somebody else who may approve limits, or withdraw it."
        )
    elif not actor.can(Permission.LIMIT_APPROVE):
        refusal = f"{actor.name} may not decide on limits: it needs the right '{Permission.LIMIT_APPROVE}'."
    elif decision is Decision.APPROVED and actor.username in approval.approved_by:
        refusal = f"{actor.name} has approved this already; somebody else has to be the next."
    if refusal:
        raise IllegalMove(refusal, decision=decision.value, username=actor.username)
