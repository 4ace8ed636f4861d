"""The rules at the door of the book: a block refuses a trade, a flag lets it in with a record.

API: ``check(work, wanted, actor) -> list[Decision]`` before trades are stored, ``keep(work, decisions, stored, actor)``
after, ``refuse(work, decisions, actor)`` for what was refused.

A refused trade opens a case. When two people of compliance decide it as accepted, the same trade on the same terms may
be entered: the case is the override, with its reason and its second person.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from data.queries import booking as queries
from data.queries import trade_facts
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict
from portal.domain.compliance.base import Action
from portal.domain.compliance.engine import GAP, Fired, Verdict
from portal.domain.portfolio.terms import TERM_FIELDS, Terms, TradeVersion
from portal.services import audit
from portal.services.compliance import checks, facts, rulebook
from portal.services.compliance.facts import TradeCase
from portal.services.compliance.records import BLOCK, GAP_ACTION, Subject, findings, text
from portal.services.compliance.rulebook import Rulebook

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Terms that somebody wants in the book; ``trade_id`` and ``version`` of an amendment."""

    terms: Terms
    trade_id: int = 0
    version: int = 1
    effective_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules say of terms: ``sentence`` refuses them, "" lets them in."""

    wanted: Wanted
    case: TradeCase
    verdict: Verdict
    sentence: str
    overrides: tuple[int, ...] = ()

    @property
    def is_refused(self) -> bool:
        """Whether the trade must stay out."""
        return bool(self.sentence)

    @property
    def flags(self) -> tuple[Fired, ...]:
        """What somebody should look at, data gaps aside."""
        return tuple(
            item
            for item in self.verdict.fired
            if item.finding.action is Action.FLAG and item.finding.extra.get("reason") != GAP
        )


class RefusedByRules(Conflict):
    """Rules of compliance refuse the terms of a trade; ``decisions`` say which."""

    def __init__(self, decisions: Sequence[Decision], **facts: Any) -> None:
        words = " ".join(decision.sentence for decision in decisions)
        super().__init__(f"Compliance refuses this: {words} A case was opened.", **facts)
        self.decisions = decisions


@dataclass(slots=True)
class _Door:
    """What one look at many trades shares."""

    book: Rulebook
    desk: facts.Desk
    at: datetime
    regimes: dict[tuple[int, ...], frozenset[str]] = field(default_factory=dict)


def check(work: UnitOfWork, wanted: Sequence[Wanted], actor: Actor) -> list[Decision]:
    """Ask the rules about trades before they are stored, one after the other: each uses credit for the next.

    Parameters
    ----------
    work : UnitOfWork
        The transaction that will store them.
    wanted : sequence of Wanted
        What somebody wants to book.
    actor : Actor
        Who.

    Returns
    -------
    list of Decision
        In the same order.
    """
    if not wanted:
        return []
    door = _open_door(work)
    versions = [
        TradeVersion(terms=item.terms, effective_on=item.terms.trade_date, recorded_by=actor.username)
        for item in wanted
    ]
    worths = door.desk.credit.worth_of(versions) if door.desk.credit.exposures else [{} for _ in wanted]
    entered = _entered(work, wanted, door)
    decisions = []
    for item, worth, moment in zip(wanted, worths, entered, strict=True):
        case = _case(work, door, item, worth, moment)
        verdict = checks.verdict_of(case, door.book, door.at, door.regimes)
        decisions.append(_decide(work, item, case, verdict))
        exposure = door.desk.credit.exposures.get(item.terms.counterparty_id)
        if exposure is not None and not decisions[-1].is_refused:
            exposure.add(worth)
    return decisions


def insist(work: UnitOfWork, wanted: Wanted, actor: Actor) -> list[Decision]:
    """Return what the rules say of one trade.

    Raises
    ------
    RefusedByRules
        They refuse it; give its decisions to :func:`refuse` in another transaction, so that the refusal is kept.
    """
    decisions = check(work, [wanted], actor)
    if any(decision.is_refused for decision in decisions):
        raise RefusedByRules(decisions, trade_id=wanted.trade_id)
    return decisions


def keep(
    work: UnitOfWork, decisions: Sequence[Decision], stored: Sequence[TradeVersion], actor: Actor
) -> None:
    """Store the records of trades that were let in; ``stored`` are their versions in the same order.

    They are asked again as they stand in the book, so that the night finds the same and stores nothing twice.
    """
    if not stored:
        return
    at = clock.now()
    clocks = Clocks(max(at.date(), *(version.effective_on for version in stored)), at)
    book = rulebook.load(work, clocks)
    numbers = [version.trade_id or 0 for version in stored]
    cases = facts.trade_cases(work, clocks, numbers)
    judged = checks.judge(cases, book, clocks.as_of)
    seen = {(item.subject.ref, item.rule) for item in judged.found}
    for decision, number in zip(decisions, numbers, strict=True):
        subject = replace(checks.subject_of(decision.case), ref=str(number), trade_id=number)
        for item in findings(subject, decision.case.facts, decision.verdict):
            if (item.subject.ref, item.rule) not in seen and item.action != GAP_ACTION:
                judged.found.append(item)
    checks.store(work, judged, book, clocks, kind="booking", run_by=actor.username)
    for decision, number in zip(decisions, numbers, strict=True):
        for case_id in decision.overrides:
            audit.note(work, actor, "booking.overridden", "trade", str(number), {"case": case_id})


def refuse(work: UnitOfWork, decisions: Sequence[Decision], actor: Actor) -> None:
    """Store records and cases of trades that were refused."""
    refused = [decision for decision in decisions if decision.is_refused]
    if not refused:
        return
    at = clock.now()
    clocks = Clocks(at.date(), at)
    book, judged = rulebook.load(work, clocks), checks.Judged()
    for decision in refused:
        name = decision.wanted.terms.external_id
        subject = Subject(
            "trade", name, decision.case.event_on, decision.wanted.trade_id or None, None,
            decision.case.portfolio_id, decision.case.counterparty_id,
        )  # fmt: skip
        judged.subjects += 1
        for item in findings(subject, decision.case.facts, decision.verdict):
            if item.action == BLOCK:
                judged.found.append(replace(item, fingerprint=_key(decision.wanted, item.rule)))
                judged.fired[item.rule] += 1
        rules = [item.code for item in decision.verdict.fired if item.finding.action is Action.BLOCK]
        audit.note(work, actor, "booking.refused", "trade", name, {"rules": rules}, "refused")
    checks.store(work, judged, book, clocks, kind="booking", run_by=actor.username)


def _open_door(work: UnitOfWork) -> _Door:
    at = clock.now()
    clocks = Clocks(at.date(), at)
    return _Door(rulebook.load(work, clocks), facts.load(work, clocks), at)


def _entered(work: UnitOfWork, wanted: Sequence[Wanted], door: _Door) -> list[datetime]:
    """Return when each was entered: now, but an amendment that keeps the counterparty when the trade was."""
    numbers = [item.trade_id for item in wanted if item.trade_id]
    rows = {}
    if numbers:
        clocks = Clocks(door.at.date(), door.at)
        rows = {
            row.trade_id: row for row in trade_facts.trade_rows(work.session, clocks=clocks, trades=numbers)
        }
    found = []
    for item in wanted:
        row = rows.get(item.trade_id)
        same = row is not None and row.counterparty_id == item.terms.counterparty_id
        found.append(datetime.fromtimestamp(row.entered_at, UTC) if row is not None and same else door.at)
    return found


def _case(
    work: UnitOfWork, door: _Door, item: Wanted, worth: dict[int, float], entered: datetime
) -> TradeCase:
    clocks = Clocks(door.at.date(), door.at)
    own = (
        trade_facts.trade_facts(work.session, clocks=clocks, trades=[item.trade_id]) if item.trade_id else {}
    )
    case = facts.case_of_terms(
        door.desk, item.terms, entered_at=entered, trade_id=item.trade_id, version=item.version,
        effective_on=item.effective_on, own=own.get(item.trade_id),
    )  # fmt: skip
    exposure = door.desk.credit.exposures.get(item.terms.counterparty_id)
    if exposure is not None and item.version == 1:
        case.facts["credit"] = {
            "limit": exposure.limit, "used": exposure.use, "change": exposure.change(worth),
        }  # fmt: skip
    return case


def _decide(work: UnitOfWork, item: Wanted, case: TradeCase, verdict: Verdict) -> Decision:
    blocks = [fired for fired in verdict.fired if fired.finding.action is Action.BLOCK]
    if not blocks:
        return Decision(item, case, verdict, "")
    keys = {_key(item, fired.code): fired for fired in blocks}
    accepted = queries.accepted_cases(work.session, list(keys), outcome=ACCEPTED)
    left = [fired for key, fired in keys.items() if key not in accepted]
    sentence = " ".join(f"{fired.finding.message} ({fired.code})" for fired in left)
    return Decision(item, case, verdict, sentence, tuple(accepted.values()))


def _key(item: Wanted, rule: str) -> str:
    """Return what the case of a refused trade is about: the rule, and the terms as they were wanted."""
    terms = text({name: getattr(item.terms, name) for name in TERM_FIELDS})
    return hashlib.sha256(f"booking|{rule}|{item.trade_id}|{terms}".encode()).hexdigest()
