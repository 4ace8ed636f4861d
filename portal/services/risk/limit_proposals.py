"""Six eyes on limits: somebody proposes a version, sees how it would have fared, and two others approve it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from data.queries import limits as queries
from data.queries import stress as stress_queries
from data.queries.portfolios import Node
from data.session import UnitOfWork
from data.writes import limits as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.market.errors import InsufficientHistory
from portal.domain.risk.limits.approval import SIX_EYES, Decision, check_decision
from portal.domain.risk.limits.limit import Limit, conditions
from portal.domain.risk.limits.replay import Replay, replay
from portal.domain.risk.limits.terms_json import terms_from_json, terms_to_json
from portal.domain.risk.stress.catalogue import LIBRARY
from portal.domain.risk.stress.events import EVENTS
from portal.services import audit
from portal.services import clocks as clock_service
from portal.services.portfolio.books import visible_nodes
from portal.services.risk.limit_history import Past, past_in
from portal.services.risk.limit_measures import STRESS, check_metric, check_unit, subjects_in
from portal.services.risk.limit_values import Standing, judge_in, simulated_in
from portal.services.risk.limits import LimitState, Version, versions_in

TEXT_LIMIT = 1000
MOST_CONDITIONS = 12
_CODE = re.compile(r"^[A-Z][A-Z0-9_]{1,39}$")


@dataclass(frozen=True)
class Draft:
    """A limit that somebody thinks of; ``terms`` as JSON. A code that is in use makes it a new version of that one."""

    code: str
    title: str
    portfolio: str
    terms: Mapping[str, Any]
    effective_from: date
    effective_to: date | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False)  # holds arrays
class Trial:
    """How a draft would have fared: ``result`` None when there is no day to replay, which ``sentences`` say."""

    limit: Limit
    standing: Standing
    past: Past
    result: Replay | None
    sentences: tuple[str, ...]
    simulated: bool = False


def trial(draft: Draft, clocks: Clocks, actor: Actor) -> Trial:
    """Replay a draft over its history; nothing is stored.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    DomainError
        The draft makes no sense; the sentence says what to change.
    """
    actor.require(Permission.RISK_READ)
    with UnitOfWork() as work:
        return trial_in(work, draft, clocks, actor)


def trial_in(work: UnitOfWork, draft: Draft, clocks: Clocks, actor: Actor) -> Trial:
    """Return the same within a transaction."""
    nodes = visible_nodes(work, actor)
    limit = read_draft(draft, nodes)
    _check_units(work, limit)
    past = past_in(work, clocks, limit, nodes)
    (standing,) = judge_in(work, clocks, [limit])
    simulated = simulated_in(work, clocks)
    try:
        result = replay(limit.terms, past.values, past.day)
    except InsufficientHistory as short:
        return Trial(limit, standing, past, None, (short.message,), simulated)
    return Trial(limit, standing, past, result, result.sentences, simulated)


def check_draft(draft: Draft, actor: Actor) -> None:
    """Refuse a draft that could not be proposed, so that nobody replays one in vain.

    Raises
    ------
    NotPermitted, DomainError, Conflict
        As for :func:`propose`.
    """
    actor.require(Permission.LIMIT_PROPOSE)
    earliest = min(clock_service.latest_day(), clock.now().date())
    with UnitOfWork() as work:
        _checked(work, draft, actor, earliest)


def _checked(work: UnitOfWork, draft: Draft, actor: Actor, earliest: date) -> tuple[Limit, Node]:
    nodes = visible_nodes(work, actor)
    limit = read_draft(draft, nodes)
    _check_words(draft, earliest)
    _check_scenarios(work, limit)
    _check_units(work, limit)
    node = next(item for item in nodes if item.code == limit.node)
    _check_code(work, draft, node, actor)
    return limit, node


def propose(draft: Draft, actor: Actor) -> int:
    """Store a draft as a proposal and return the number of this version.

    Raises
    ------
    NotPermitted
        The actor may not propose limits.
    DomainError
        The draft makes no sense, or says no reason.
    Conflict
        Another proposal of this limit waits, or its code belongs to another portfolio.
    """
    actor.require(Permission.LIMIT_PROPOSE)
    earliest = min(clock_service.latest_day(), clock.now().date())
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        limit, node = _checked(work, draft, actor, earliest)
        limit_id = writes.add_limit(
            work.session,
            code=limit.code,
            title=limit.title,
            portfolio_id=node.id,
            terms=terms_to_json(limit.terms),
            effective_from=limit.effective_from,
            effective_to=limit.effective_to,
            approvals_needed=SIX_EYES,
            reason=draft.reason.strip(),
            proposed_by=actor.username,
        )
        audit.note(work, actor, "limit.proposed", "limit", str(limit_id), {"code": limit.code})
        return limit_id


def decide(limit_id: int, decision: Decision, note: str, actor: Actor) -> Version:
    """Store what ``actor`` says to a proposal, and return it as it stands then.

    Raises
    ------
    NotFound
        The actor does not see it.
    IllegalMove
        It is settled, or the decision is not the actor's to make.
    Conflict
        The actor decided about it before.
    DomainError
        A rejection does not say why.
    """
    with UnitOfWork(write=True) as work:
        writes.lock(work.session)
        found = _seen(work, limit_id, actor)
        check_decision(found.approval, decision, actor)
        if any(item.decided_by == actor.username for item in found.decisions):
            raise Conflict(
                f"You said {found.decisions[-1].decision} to this proposal before; a decision stands once made.",
                limit=limit_id,
            )
        if decision is Decision.REJECTED and not note.strip():
            raise DomainError("Say why it is rejected, so that the other person knows what to do.")
        writes.add_decision(
            work.session,
            limit_id=limit_id,
            decided_by=actor.username,
            decision=decision.value,
            note=note.strip()[:TEXT_LIMIT],
        )
        audit.note(work, actor, f"limit.{decision.value}", "limit", str(limit_id))
        return _seen(work, limit_id, actor)


def _seen(work: UnitOfWork, limit_id: int, actor: Actor) -> Version:
    actor.require(Permission.RISK_READ)
    found = next((v for v in versions_in(work, everything_known(), actor) if v.row.id == limit_id), None)
    if found is None:
        raise NotFound(f"There is no proposal {limit_id} of a limit that you may see.", limit=limit_id)
    return found


def everything_known() -> Clocks:
    """Return clocks of today under which also what the database recorded this instant is known."""
    now = clock.now()
    return Clocks(now.date(), now + timedelta(hours=1))


def read_draft(draft: Draft, nodes: Sequence[Node]) -> Limit:
    """Return a draft as a limit.

    Raises
    ------
    DomainError
        A term is missing or cannot be measured; the sentence says what to change.
    NotFound
        It names a portfolio that cannot be seen.
    """
    codes = {node.code for node in nodes}
    if not _CODE.match(draft.code):
        raise DomainError(
            f"'{draft.code[:50]}' is no code of a limit. Use 2 to 40 capital letters, digits and underscores, such as "
            "GAS_ES.",
            code=draft.code[:50],
        )
    if not draft.title.strip() or len(draft.title) > 120:
        raise DomainError("Give the limit a title of 1 to 120 characters.")
    limit = Limit(
        draft.code,
        draft.title.strip(),
        draft.portfolio,
        terms_from_json(draft.terms),
        draft.effective_from,
        draft.effective_to,
    )
    found = list(conditions(limit.terms))
    if len(found) > MOST_CONDITIONS:
        raise DomainError(f"A limit holds at most {MOST_CONDITIONS} conditions. Split it into two limits.")
    for node in {limit.node, *(c.metric.node for c in found if c.metric.node is not None)}:
        if node not in codes:
            raise NotFound(
                f"There is no portfolio '{node[:40]}' that you may see. Choose one from the list of portfolios.",
                portfolio=node[:40],
            )
    for condition in found:
        check_metric(condition)
    return limit


def _check_scenarios(work: UnitOfWork, limit: Limit) -> None:
    measures = {condition.metric.measure for condition in conditions(limit.terms)}
    asked = {measure.removeprefix(STRESS) for measure in measures if measure.startswith(STRESS)}
    saved = stress_queries.newest_scenarios(work.session, clocks=everything_known()) if asked else []
    known = {*LIBRARY, *(event.code for event in EVENTS), *(row.code for row in saved if not row.retired)}
    for code in sorted(asked - known):
        raise DomainError(
            f"There is no stress scenario '{code[:40]}'. Choose one from Risk > Stress.", scenario=code[:40]
        )


def _check_units(work: UnitOfWork, limit: Limit) -> None:
    known = subjects_in(work)
    for condition in conditions(limit.terms):
        check_unit(condition, known)


def _check_words(draft: Draft, earliest: date) -> None:
    if not draft.reason.strip() or len(draft.reason) > TEXT_LIMIT:
        raise DomainError(f"Say in 1 to {TEXT_LIMIT} characters why; the others decide by it.")
    if draft.effective_from < earliest:
        raise DomainError(
            f"A limit cannot begin on {draft.effective_from}, before {earliest}: nobody could have kept to it. Choose "
            f"{earliest} or a later day.",
            effective_from=str(draft.effective_from),
        )


def _check_code(work: UnitOfWork, draft: Draft, node: Node, actor: Actor) -> None:
    owner = queries.codes_in_use(work.session).get(draft.code)
    if owner is not None and owner != node.id:
        raise Conflict(
            f"The code {draft.code} belongs to a limit of another portfolio. Choose another code.",
            code=draft.code,
        )
    waiting = [
        version
        for version in versions_in(work, everything_known(), actor)
        if version.code == draft.code and version.state is LimitState.PROPOSED
    ]
    if waiting:
        raise Conflict(
            f"A proposal of {draft.code} by {waiting[0].row.proposed_by} waits already. It must be decided or "
            "withdrawn first.",
            code=draft.code,
        )
