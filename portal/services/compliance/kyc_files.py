"""The files of counterparties as Compliance > KYC shows them: what each is, what it lacks, and all that happened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from data.queries import parties as queries
from data.queries.parties import DocumentRow, KycEventRow, OwnerRow, PartyRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance import onboarding
from portal.domain.compliance.onboarding import Standing
from portal.services.compliance import kyc, kyc_checks, screening_hits
from portal.services.compliance.kyc import KycStatus, happened
from portal.services.compliance.screening_hits import HitView


@dataclass(frozen=True, slots=True)
class PartyView:
    """A counterparty with what it is to us, and where the work on it stands (None: not begun)."""

    row: PartyRow
    status: KycStatus
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class PartyFile:
    """All of one counterparty; ``problems`` keep it from being approved, ``steps`` its reader may take now."""

    view: PartyView
    owners: tuple[OwnerRow, ...]
    documents: tuple[DocumentRow, ...]
    events: tuple[KycEventRow, ...]
    hits: tuple[HitView, ...]
    problems: tuple[str, ...]
    steps: frozenset[str]
    facts: Mapping[str, Any] = field(default_factory=dict)


def parties(clocks: Clocks, actor: Actor) -> tuple[PartyView, ...]:
    """Return all counterparties: those that we may not trade with first, then by name.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return parties_in(work, clocks)


def parties_in(work: UnitOfWork, clocks: Clocks) -> tuple[PartyView, ...]:
    """Return all counterparties in a transaction that is open."""
    rows = queries.parties(work.session, known_at=clocks.known_at)
    events = queries.events(work.session, known_at=clocks.known_at)
    known = kyc.statuses(work, clocks)
    views = [
        PartyView(row, known.get(row.id) or kyc.unknown(row.id), _standing(events.get(row.id, [])))
        for row in rows
    ]
    return tuple(sorted(views, key=lambda view: (view.status.is_approved, view.row.name)))


def party_file(code: str, clocks: Clocks, actor: Actor) -> PartyFile:
    """Return all that is known of one counterparty; people are masked without the right to see them.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such counterparty.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        row = queries.party_by_code(work.session, code)
        if row is None:
            raise NotFound(f"There is no counterparty {code[:40]}.", party=code[:40])
        asked: dict[str, Any] = {"known_at": clocks.known_at, "counterparty_id": row.id}
        events = queries.events(work.session, **asked).get(row.id, [])
        owners = queries.owners(work.session, reveal=actor.can(Permission.PERSONAL_READ), **asked)
        documents = queries.documents(
            work.session, {event.case_id for event in events}, known_at=clocks.known_at
        )
        problems = kyc_checks.problems(work, row.id, clocks) if events else ()
        status = kyc.status(work, row.id, clocks)
    standing = _standing(events)
    view = PartyView(row, status, standing)
    hits = screening_hits.hits(clocks, actor, row.id)
    steps = _steps(standing, actor) if clocks.live else frozenset[str]()
    facts = standing.facts if standing else {}
    return PartyFile(view, tuple(owners), tuple(documents), tuple(events), hits, problems, steps, facts)


def document(document_id: int, actor: Actor) -> tuple[str, str, bytes]:
    """Return name, media type and content of a document.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not see personal data, or the document is not there or was erased.
    """
    actor.require(Permission.PERSONAL_READ)
    with UnitOfWork() as work:
        found = queries.document_content(work.session, document_id)
    if found is None or found[2] is None:
        raise NotFound(f"Document {document_id} is not there, or was erased when its retention ended.")
    return found[0], found[1], found[2]


def _standing(events: list[KycEventRow]) -> Standing | None:
    if not events:
        return None
    newest = max(event.case_id for event in events)
    return onboarding.fold(happened([event for event in events if event.case_id == newest]))


def _steps(standing: Standing | None, actor: Actor) -> frozenset[str]:
    """Return the steps that somebody may take now; ``review`` begins a new case."""
    if not actor.can(Permission.COMPLIANCE_DECIDE):
        return frozenset()
    if standing is None:
        return frozenset({"review"})
    found = {
        step
        for step in (
            "facts",
            "document",
            "owner",
            "screened",
            "submitted",
            "suspended",
            "reopened",
            "comment",
        )
        if onboarding.may_follow(standing, step, actor.username)
    }
    if actor.can(Permission.COMPLIANCE_APPROVE):
        found |= {
            step for step in ("approved", "rejected") if onboarding.may_follow(standing, step, actor.username)
        }
    if standing.state is onboarding.State.APPROVED:
        found.add("review")
    return frozenset(found)
