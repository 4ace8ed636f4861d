"""Changing parameters of compliance: what a change would have done, who wants it, and who else agrees.

API: ``Draft``, ``trial(draft, clocks, actor)``, ``propose(draft, clocks, actor)``, ``decide(number, ...)``,
``changes(clocks, actor)``.
"""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from data.queries import parameters as queries
from data.queries.parameters import ProposalRow
from data.session import UnitOfWork
from data.writes import parameters as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.domain.compliance.base import Rule, Trust
from portal.domain.compliance.example_runs import run as run_examples
from portal.domain.compliance.parameter_values import check_value, written
from portal.domain.compliance.parameters import Parameter, Parameters, shipped
from portal.domain.compliance.replay import Effect, Past, facts_of, readers, replay
from portal.services import audit
from portal.services.compliance import facts, rulebook
from portal.services.compliance.parameters import APPROVED, in_force

DAYS = 90
"""How far back a change is replayed."""
MOST_TRADES = 20_000
"""Trades that are replayed, the newest first."""
_SHORTEST, _LONGEST = 10, 1000  # characters of a reason
_SOURCE = 200


Proposal = ProposalRow
"""A proposed value with its replay and, once there is one, its decision."""


class Decision(StrEnum):
    """What can be decided about a proposal."""

    APPROVED = APPROVED
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Draft:
    """A change that is not stored yet; ``valid_to`` is the first day no more, None is open."""

    code: str
    value: Any
    valid_from: date | None
    valid_to: date | None
    source: str
    trust: str
    reason: str


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would have done to the days before ``until``; ``examples`` of rules that would answer otherwise."""

    since: date
    until: date
    rules: tuple[str, ...]
    trades: int
    records: int
    effect: Effect
    examples: tuple[tuple[str, str], ...]

    @property
    def is_cut(self) -> bool:
        """Whether older trades of the span were left out."""
        return self.trades >= MOST_TRADES

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with the proposal."""
        effect = self.effect
        return {
            "since": self.since.isoformat(), "until": self.until.isoformat(), "rules": list(self.rules),
            "trades": self.trades, "records": self.records,
            "counts": [
                {
                    "rule": rule, "action": action, "now": effect.now[rule, action], "then": effect.then[rule, action],
                    "new": effect.new[rule, action], "gone": effect.gone[rule, action],
                }
                for rule, action in effect.keys
            ],
            "changed": [
                {"rule": item.rule, "subject": item.subject, "day": item.day.isoformat(), "before": item.before,
                 "after": item.after}
                for item in effect.changed
            ],
            "examples": [{"rule": rule, "example": title} for rule, title in self.examples],
        }  # fmt: skip


def draft_text(draft: Draft) -> str:
    """Return a draft as one line of text, from which :func:`read_draft_text` makes it again."""
    return json.dumps(
        {**asdict(draft), "valid_from": _text(draft.valid_from), "valid_to": _text(draft.valid_to)}
    )


def read_draft_text(text: str) -> Draft:
    """Return the draft of a text.

    Raises
    ------
    DomainError
        The text is none.
    """
    try:
        found = json.loads(text)
        return Draft(
            str(found["code"]), found["value"], _day(found["valid_from"]), _day(found["valid_to"]),
            str(found["source"]), str(found["trust"]), str(found["reason"]),
        )  # fmt: skip
    except (ValueError, KeyError, TypeError):
        raise DomainError("The change cannot be read again. Open the figure from its page.") from None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def changes(clocks: Clocks, actor: Actor) -> list[ProposalRow]:
    """Return all proposals as known at ``clocks.known_at``, oldest first.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return queries.proposals(work.session, known_at=clocks.known_at)


def trial(draft: Draft, clocks: Clocks, actor: Actor) -> Trial:
    """Return what a change would have done to the last :data:`DAYS` days; nothing is stored.

    Raises
    ------
    NotPermitted
        The actor may not decide in compliance.
    DomainError
        The draft cannot be proposed as it stands.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    with UnitOfWork() as work:
        known = in_force(work, clocks)
        check_draft(draft, known)
        return trial_in(work, draft, known, clocks)


def propose(draft: Draft, clocks: Clocks, actor: Actor) -> int:
    """Store a change with its replay and return its number; it counts once a second person approved it.

    Raises
    ------
    NotPermitted
        The actor may not decide in compliance.
    DomainError
        The draft cannot be proposed, or the clocks show the past.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    if not clocks.live:
        raise DomainError("This view shows the past. Go to now before you propose a change.")
    with UnitOfWork(write=True) as work:
        known = in_force(work, clocks)
        check_draft(draft, known)
        found = trial_in(work, draft, known, clocks)
        number = writes.propose(
            work.session, code=draft.code, value={"value": draft.value}, valid_from=draft.valid_from,
            valid_to=draft.valid_to, source=draft.source.strip(), trust=draft.trust, reason=draft.reason.strip(),
            replay=found.as_json(), proposed_by=actor.username, recorded_at=clock.now(),
        )  # fmt: skip
        detail = {"code": draft.code, "value": written(draft.value), "trust": draft.trust}
        audit.note(work, actor, "parameter.proposed", "parameter_proposal", str(number), detail)
    return number


def decide(number: int, decision: Decision, note: str, actor: Actor) -> ProposalRow:
    """Approve, reject or withdraw a proposal and return it as it stood before.

    Raises
    ------
    NotPermitted
        The actor may not approve, is the one who proposed it, or withdraws what somebody else proposed.
    NotFound
        There is no such proposal.
    DomainError
        It is decided already, or a rejection gives no reason.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork(write=True) as work:
        row = queries.locked(work.session, number)
        if row is None:
            raise NotFound(f"There is no proposed parameter {number}.", proposal=number)
        _may(row, decision, note, actor)
        writes.decide(
            work.session, proposal_id=number, decision=decision.value, decided_by=actor.username,
            note=note.strip()[:_LONGEST], recorded_at=clock.now(),
        )  # fmt: skip
        detail = {"code": row.code, "value": written(row.value["value"])}
        audit.note(work, actor, f"parameter.{decision.value}", "parameter_proposal", str(number), detail)
    return row


def _may(row: ProposalRow, decision: Decision, note: str, actor: Actor) -> None:
    if decision is Decision.WITHDRAWN:
        actor.require(Permission.COMPLIANCE_DECIDE)
        if row.proposed_by != actor.username:
            raise NotPermitted(f"Only {row.proposed_by} may withdraw proposal {row.id}. Reject it instead.")
    else:
        actor.require(Permission.COMPLIANCE_APPROVE)
        if row.proposed_by == actor.username:
            raise NotPermitted("You proposed this value, so a second person must decide about it.")
    if row.decision is not None:
        raise DomainError(f"Proposal {row.id} is {row.decision} already; nothing was changed.")
    if decision is Decision.REJECTED and len(note.strip()) < _SHORTEST:
        raise DomainError(f"Say in at least {_SHORTEST} characters why the proposal is rejected.")


def check_draft(draft: Draft, known: Parameters) -> None:
    """Make sure that a change can be proposed.

    Raises
    ------
    DomainError
        The parameter does not exist, the value is of another kind or changes nothing, a day, the source, the mark or
        the reason is missing.
    """
    values = known.by_code.get(draft.code)
    if not values:
        raise DomainError(f"There is no parameter {draft.code[:60]}. Choose one from the list.")
    check_value(draft.value, shipped().by_code.get(draft.code, values)[-1].value)
    if draft.valid_from and draft.valid_to and draft.valid_to <= draft.valid_from:
        raise DomainError("The last day lies before the first one. Correct the days.")
    if draft.trust not in set(Trust):
        raise DomainError(
            f"'{draft.trust[:5]}' says nothing about the source. Use one of {', '.join(Trust)}."
        )
    if not draft.source.strip() or len(draft.source) > _SOURCE:
        raise DomainError(f"Name the source of the value in 1 to {_SOURCE} characters, such as 17 CFR 150.2.")
    if not _SHORTEST <= len(draft.reason.strip()) <= _LONGEST:
        raise DomainError(f"Say why in {_SHORTEST} to {_LONGEST} characters; the other person decides by it.")
    if any(_is_same(draft, item) for item in values[-1:]):
        raise DomainError("This is the value as it is in force already. Change something, or leave it.")


def _is_same(draft: Draft, item: Parameter) -> bool:
    return (draft.value, draft.valid_from, draft.valid_to, draft.source.strip(), draft.trust) == (
        item.value, item.valid_from, item.valid_to, item.source, item.trust
    )  # fmt: skip


def changed(draft: Draft, known: Parameters) -> Parameters:
    """Return the parameters as they would be with a change."""
    like = known.by_code[draft.code][-1]
    new = Parameter(
        draft.code,
        like.title,
        like.unit,
        draft.value,
        draft.valid_from,
        draft.valid_to,
        draft.source,
        draft.trust,
    )
    return known.with_changes([new])


def trial_in(work: UnitOfWork, draft: Draft, known: Parameters, clocks: Clocks) -> Trial:
    """Return what a change to ``known`` would have done, within a unit of work."""
    until = clocks.as_of
    since = until - timedelta(days=DAYS)
    rules, after = readers(draft.code), changed(draft, known)
    trades = _trades(work, rules, since, clocks)
    records = _records(work, rules, since, clocks)
    calendar = rulebook.calendars(until)["EU"]
    effect = replay([*trades, *records], known, after, rules, calendar)
    return Trial(
        since, until, tuple(rule.code for rule in rules), len(trades), len(records), effect,
        tuple(_examples(rules, known, after)),
    )  # fmt: skip


def _trades(work: UnitOfWork, rules: tuple[Rule, ...], since: date, clocks: Clocks) -> list[Past]:
    if not any({"trade", "any"} & set(rule.kinds) for rule in rules):
        return []
    numbers = queries.trades_between(
        work.session, since=since, until=clocks.as_of, known_at=clocks.known_at, most=MOST_TRADES
    )
    return [
        Past(f"trade {case.trade_id}", case.event_on, case.facts)
        for case in (facts.trade_cases(work, clocks, numbers) if numbers else ())
    ]


def _records(work: UnitOfWork, rules: tuple[Rule, ...], since: date, clocks: Clocks) -> list[Past]:
    rows = queries.past_records(
        work.session, since=since, until=clocks.as_of, known_at=clocks.known_at, rules=[rule.code for rule in rules]
    )  # fmt: skip
    once = {(row.subject_kind, row.subject, row.as_of): row for row in rows}
    return [
        Past(
            f"{row.subject_kind} {row.subject}",
            row.as_of,
            facts_of(row.subject_kind, row.inputs),
            is_live=False,
        )
        for row in once.values()
    ]


def _examples(rules: tuple[Rule, ...], known: Parameters, after: Parameters) -> list[tuple[str, str]]:
    """Examples that are met now and would not be."""
    return [
        (rule.code, then.title)
        for rule in rules
        for now, then in zip(run_examples(rule.code, known), run_examples(rule.code, after), strict=True)
        if now.is_met and not then.is_met
    ]
