"""Four eyes: a change of a trade is proposed by one person, waits, and becomes a version when a second one approves.

A proposal says which version it was made against. If the trade changed meanwhile it cannot be approved any more.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.queries import proposals as queries
from data.queries import trade_versions
from data.queries.proposals import Proposal
from data.session import UnitOfWork
from data.writes import proposals as writes
from data.writes import trades as trade_writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.domain.portfolio.terms import TERM_FIELDS, Terms, TradeVersion, changed_fields, replace_terms
from portal.domain.portfolio.trade import Event
from portal.services import audit
from portal.services.compliance import booking
from portal.services.portfolio import ledger
from portal.services.portfolio.books import visible_books
from portal.services.portfolio.cells import typed, values_of
from portal.services.portfolio.entry import Desk, add_levels, load_desk, resolve

FIXED = ("external_id", "kind", "trade_date")
"""Columns that no amendment changes: with other ones it is another deal."""
REASON_LIMIT = 1000
_DAYS = ("trade_date", "delivery_start", "delivery_end", "expiry")


@dataclass(frozen=True, slots=True)
class Request:
    """What is common to every proposal: which version was seen, from when the change counts, and why."""

    trade_id: int
    base_version: int
    effective_on: date
    reason: str


def propose_amendment(request: Request, texts: Mapping[str, Any], actor: Actor) -> int:
    """Propose other terms for a trade and return the number of the proposal.

    ``texts`` are cells by column, as in a file of trades; those left out stay as they are.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        The actor may not; he does not see the trade; it changed meanwhile, was cancelled, or has an open proposal.
    DomainError
        Nothing would change, or the trade would break a rule; the sentences say which.
    """
    with UnitOfWork(write=True) as work:
        last = _base(work, request, actor)
        desk = load_desk(work, actor)
        before = values_of(last.terms, desk)
        after = _amended(before, texts, add_levels(work, desk, [before]))
        changes = {name: _json(new) for name, (_, new) in changed_fields(last.terms, after).items()}
        if not changes:
            raise DomainError(
                "Nothing would change. Change a term, or close the form.", trade_id=request.trade_id
            )
        return _add(work, request, Event.AMENDED, changes, actor)


def propose_cancellation(request: Request, actor: Actor) -> int:
    """Propose to cancel a trade and return the number of the proposal.

    Raises
    ------
    NotPermitted, NotFound, Conflict, DomainError
        As for :func:`propose_amendment`.
    """
    with UnitOfWork(write=True) as work:
        _base(work, request, actor)
        return _add(work, request, Event.CANCELLED, {}, actor)


def approve(proposal_id: int, note: str, actor: Actor) -> TradeVersion:
    """Approve a proposal: its change becomes the next version of the trade, which is returned.

    Raises
    ------
    NotPermitted
        The actor may not approve, or proposed it himself.
    NotFound, Conflict
        He does not see the trade; it was decided before; or the trade changed since it was proposed.
    RefusedByRules
        A rule of compliance refuses the new terms.
    """
    actor.require(Permission.TRADE_APPROVE)
    try:
        return _approved(proposal_id, note, actor)
    except booking.RefusedByRules as refusal:
        with UnitOfWork(write=True) as work:  # the refusal is kept, the approval is not
            booking.refuse(work, refusal.decisions, actor)
        raise


def _approved(proposal_id: int, note: str, actor: Actor) -> TradeVersion:
    with UnitOfWork(write=True) as work:
        trade_writes.lock(work.session)
        found, last = _open(work, proposal_id, actor)
        _refuse_proposer(found, actor)
        if found.base_version != last.version:
            raise Conflict(
                f"Trade {last.terms.external_id} changed since this was proposed: it was made against version "
                f"{found.base_version}, and the trade is at version {last.version}. Reject it; whoever still wants the "
                "change proposes it again.",
                proposal_id=proposal_id,
            )
        after = replace_terms(last.terms, terms_of(found))
        _check_books(work, after, actor)
        decisions = _asked(work, found, after, last.version + 1, actor)
        version = replace(
            last,
            terms=after,
            event=found.event,
            version=last.version + 1,
            effective_on=found.effective_on,
            recorded_by=found.proposed_by,
            approved_by=actor.username,
            reason=found.reason,
            recorded_at=None,
            batch_id=None,
        )
        (stored,) = ledger.record(work, [version])
        audit.note(
            work, actor, "trade.change-approved", "trade", str(found.trade_id),
            {"proposal": found.id, "event": str(found.event), "version": version.version},
        )  # fmt: skip
        booking.keep(work, decisions, [stored] if decisions else [], actor)
        writes.add_decision(
            work.session,
            proposal_id=found.id,
            decision="approved",
            decided_by=actor.username,
            note=note.strip(),
        )
        return stored


def reject(proposal_id: int, note: str, actor: Actor) -> int:
    """Reject a proposal and return the number of its trade; ``note`` says why, for the one who proposed it.

    Raises
    ------
    NotPermitted, NotFound, Conflict
        As for :func:`approve`.
    DomainError
        The note is empty.
    """
    actor.require(Permission.TRADE_APPROVE)
    if not note.strip():
        raise DomainError("Say why it is rejected, so that the other person knows what to do.")
    with UnitOfWork(write=True) as work:
        trade_writes.lock(work.session)
        found, _ = _open(work, proposal_id, actor)
        _refuse_proposer(found, actor)
        writes.add_decision(
            work.session,
            proposal_id=found.id,
            decision="rejected",
            decided_by=actor.username,
            note=note.strip(),
        )
        audit.note(work, actor, "trade.change-rejected", "trade", str(found.trade_id), {"proposal": found.id})
        return found.trade_id


def withdraw(proposal_id: int, actor: Actor) -> int:
    """Take back one's own proposal and return the number of its trade.

    Raises
    ------
    NotPermitted
        It was proposed by somebody else.
    NotFound, Conflict
        The actor does not see the trade, or it was decided before.
    """
    actor.require(Permission.TRADE_ENTER)
    with UnitOfWork(write=True) as work:
        trade_writes.lock(work.session)
        found, _ = _open(work, proposal_id, actor)
        if found.proposed_by != actor.username:
            raise NotPermitted(
                f"Only {found.proposed_by} can withdraw this proposal. Somebody who may approve it can reject it.",
                proposal_id=proposal_id,
            )
        writes.add_decision(
            work.session, proposal_id=found.id, decision="withdrawn", decided_by=actor.username, note=""
        )
        audit.note(
            work, actor, "trade.change-withdrawn", "trade", str(found.trade_id), {"proposal": found.id}
        )
        return found.trade_id


def terms_of(found: Proposal) -> dict[str, Any]:
    """Return the changed terms of a proposal with their own types."""
    return {
        name: date.fromisoformat(value) if name in _DAYS and value is not None else value
        for name, value in found.terms.items()
        if name in TERM_FIELDS
    }


def _base(work: UnitOfWork, request: Request, actor: Actor) -> TradeVersion:
    """Return the version that a proposal is made against, once nothing speaks against a proposal."""
    actor.require(Permission.TRADE_ENTER)
    trade_writes.lock(work.session)
    last = _visible(work, request.trade_id, actor)
    name = f"Trade {last.terms.external_id}"
    if last.event == Event.CANCELLED:
        raise Conflict(
            f"{name} was cancelled; nothing follows. Enter a new trade.", trade_id=request.trade_id
        )
    if last.version != request.base_version:
        raise Conflict(
            f"{name} changed while the form was open: you saw version {request.base_version}, and it is at version "
            f"{last.version}. Reload the page and repeat the change.",
            trade_id=request.trade_id,
        )
    waiting = next((p for p in queries.of_trade(work.session, request.trade_id) if p.decision is None), None)
    if waiting is not None:
        raise Conflict(
            f"{name} has an open proposal by {waiting.proposed_by} already. It must be approved, rejected or withdrawn "
            "first.",
            trade_id=request.trade_id,
        )
    _check_words(request, last)
    return last


def _check_words(request: Request, last: TradeVersion) -> None:
    if not request.reason.strip() or len(request.reason) > REASON_LIMIT:
        raise DomainError(f"Say in 1 to {REASON_LIMIT} characters why; the second person decides by it.")
    today = clock.now().date()
    if request.effective_on < last.effective_on:
        raise DomainError(
            f"The last version took effect on {last.effective_on}; this one cannot on {request.effective_on}. Choose "
            f"{last.effective_on} or a later day.",
            effective_on=request.effective_on,
        )
    if request.effective_on > today:
        raise DomainError(
            f"{request.effective_on} lies ahead of {today}. A change takes effect today or earlier.",
            effective_on=request.effective_on,
        )


def _amended(before: Mapping[str, Any], texts: Mapping[str, Any], desk: Desk) -> Terms:
    """Return the terms that the texts lead to."""
    given, complaints = typed(texts)
    fixed = [name for name in FIXED if name in given and given[name] != before.get(name)]
    if fixed:
        raise DomainError(
            f"An amendment cannot change '{fixed[0]}': that is another deal. Cancel this one and enter the other.",
            field=fixed[0],
        )
    after: Terms | None = None
    if given.get("product"):  # a product stands for both days
        before = {**before, "delivery_start": None, "delivery_end": None}
    if not complaints:
        after, complaints = resolve({**before, **given}, desk, is_new=False)
    if complaints or after is None:
        raise DomainError(
            " ".join(item.message for item in complaints), fields=[item.field for item in complaints]
        )
    return after


def _add(work: UnitOfWork, request: Request, event: Event, changes: Mapping[str, Any], actor: Actor) -> int:
    proposal_id = writes.add_proposal(
        work.session,
        trade_id=request.trade_id,
        base_version=request.base_version,
        event=event.value,
        effective_on=request.effective_on,
        terms=changes,
        reason=request.reason.strip(),
        proposed_by=actor.username,
    )
    detail = {"proposal": proposal_id, "event": event.value, "fields": sorted(changes)}
    audit.note(work, actor, "trade.change-proposed", "trade", str(request.trade_id), detail)
    return proposal_id


def _open(work: UnitOfWork, proposal_id: int, actor: Actor) -> tuple[Proposal, TradeVersion]:
    """Return an open proposal with the newest version of its trade."""
    found = queries.proposal(work.session, proposal_id)
    if found is None:
        raise NotFound(f"There is no proposal {proposal_id} that you may see.", proposal_id=proposal_id)
    try:
        last = _visible(work, found.trade_id, actor)
    except NotFound:
        raise NotFound(
            f"There is no proposal {proposal_id} that you may see.", proposal_id=proposal_id
        ) from None
    if found.decision is not None:
        raise Conflict(
            f"This proposal was {found.decision} by {found.decided_by} before; nothing is left to do.",
            proposal_id=proposal_id,
        )
    return found, last


def _visible(work: UnitOfWork, trade_id: int, actor: Actor) -> TradeVersion:
    last = trade_versions.newest(work.session, [trade_id]).get(trade_id)
    if last is None or last.terms.portfolio_id not in visible_books(work, actor):
        raise NotFound(f"There is no trade {trade_id} that you may see.", trade_id=trade_id)
    return last


def _check_books(work: UnitOfWork, after: Terms, actor: Actor) -> None:
    """Refuse to approve a move into a book that the second person does not see."""
    if after.portfolio_id not in visible_books(work, actor):
        raise NotPermitted(
            "The change moves the trade into a book that you do not see. Somebody who sees both books must approve it."
        )


def _asked(
    work: UnitOfWork, found: Proposal, after: Terms, version: int, actor: Actor
) -> list[booking.Decision]:
    """Return what compliance says of the terms; a cancellation needs no asking."""
    if found.event == Event.CANCELLED:
        return []
    return booking.insist(work, booking.Wanted(after, found.trade_id, version, found.effective_on), actor)


def _refuse_proposer(found: Proposal, actor: Actor) -> None:
    if found.proposed_by == actor.username:
        raise NotPermitted(
            "You proposed this yourself; a second person must decide about it. You may withdraw it.",
            proposal_id=found.id,
        )


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
