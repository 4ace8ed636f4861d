"""Limits as somebody sees them: every version with its decisions and state, and the ones in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from data.queries import limits as queries
from data.queries.limits import DecisionRow, LimitRow
from data.queries.portfolios import Node
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.risk.limits.approval import Approval, Decision, Stage, read_approval
from portal.domain.risk.limits.limit import Limit, conditions
from portal.domain.risk.limits.terms_json import terms_from_json
from portal.services.portfolio.books import visible_nodes


class LimitState(StrEnum):
    """Where a version stands on a day."""

    PROPOSED = "proposed"
    IN_FORCE = "in force"
    FUTURE = "future"
    ENDED = "ended"
    REPLACED = "replaced"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Version:
    """One version of a limit.

    Attributes
    ----------
    row : LimitRow
        As stored.
    node : Node
        Portfolio that it binds.
    limit : Limit
        The same as terms.
    approval : Approval
        What the decisions add up to.
    decisions : tuple of DecisionRow
        Oldest first.
    state : LimitState
        On the valuation day.
    """

    row: LimitRow
    node: Node
    limit: Limit
    approval: Approval
    decisions: tuple[DecisionRow, ...]
    state: LimitState

    @property
    def code(self) -> str:
        """The code of the limit."""
        return self.row.code


def versions(clocks: Clocks, actor: Actor) -> tuple[Version, ...]:
    """Return all versions of the limits that ``actor`` may see, by code, oldest first.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return versions_in(work, clocks, actor)


def versions_in(work: UnitOfWork, clocks: Clocks, actor: Actor) -> tuple[Version, ...]:
    """Return the same within a transaction; a limit that looks at a node out of sight is left out."""
    nodes = {node.id: node for node in visible_nodes(work, actor)}
    codes = {node.code for node in nodes.values()}
    rows = queries.versions(work.session, known_at=clocks.known_at, portfolios=list(nodes))
    said = queries.decisions(work.session, known_at=clocks.known_at)
    made = [
        version
        for row in rows
        if _looks_at(version := _read(row, nodes[row.portfolio_id], said.get(row.id, []))) <= codes
    ]
    by_code: dict[str, list[Version]] = {}
    for version in made:
        by_code.setdefault(version.code, []).append(version)
    return tuple(item for group in by_code.values() for item in _with_states(group, clocks.as_of))


def in_force(found: Sequence[Version]) -> tuple[Version, ...]:
    """Return the versions in force."""
    return tuple(version for version in found if version.state is LimitState.IN_FORCE)


def version_in(work: UnitOfWork, limit_id: int, clocks: Clocks, actor: Actor) -> Version:
    """Return one version.

    Raises
    ------
    NotFound
        There is none of this number that the actor may see.
    """
    found = next((v for v in versions_in(work, clocks, actor) if v.row.id == limit_id), None)
    if found is None:
        raise NotFound(f"There is no limit {limit_id} that you may see.", limit=limit_id)
    return found


def _looks_at(version: Version) -> set[str]:
    named = {condition.metric.node for condition in conditions(version.limit.terms)}
    return {code for code in named if code is not None}


def _read(row: LimitRow, node: Node, said: Sequence[DecisionRow]) -> Version:
    limit = Limit(
        row.code, row.title, node.code, terms_from_json(row.terms), row.effective_from, row.effective_to
    )
    pairs = [(item.decided_by, Decision(item.decision)) for item in said]
    approval = read_approval(row.approvals_needed, row.proposed_by, pairs)
    return Version(row, node, limit, approval, tuple(said), LimitState.PROPOSED)


_OF_STAGE = {
    Stage.PROPOSED: LimitState.PROPOSED,
    Stage.REJECTED: LimitState.REJECTED,
    Stage.WITHDRAWN: LimitState.WITHDRAWN,
}


def _with_states(group: Sequence[Version], day: date) -> list[Version]:
    """Of the approved versions that have begun the one that began last counts, the later proposed of two."""
    begun = [v for v in group if v.approval.stage is Stage.APPROVED and v.row.effective_from <= day]
    newest = max(begun, key=lambda v: (v.row.effective_from, v.row.id), default=None)

    def state(version: Version) -> LimitState:
        if version.approval.stage in _OF_STAGE:
            return _OF_STAGE[version.approval.stage]
        if version.row.effective_from > day:
            return LimitState.FUTURE
        if version is not newest:
            return LimitState.REPLACED
        return LimitState.IN_FORCE if version.limit.is_effective(day) else LimitState.ENDED

    return [Version(v.row, v.node, v.limit, v.approval, v.decisions, state(v)) for v in group]
