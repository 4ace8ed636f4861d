"""What a counterparty is to us at any moment: approved, pending, rejected or expired; asked at every booking.

API: ``status``, ``statuses``, ``spans``; the work on parties is in :mod:`portal.services.compliance.onboarding`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from data.queries import parties as queries
from data.queries import screening as screening_queries
from data.queries.parties import KycEventRow
from data.queries.screening import DecisionRow, HitRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance import onboarding
from portal.domain.compliance.onboarding import Happened, Spell
from portal.services.compliance import parameters as parameters_service

STATUSES = {
    "approved": "Approved",
    "pending": "Pending",
    "rejected": "Rejected",
    "expired": "Expired",
}


@dataclass(frozen=True, slots=True)
class KycStatus:
    """What a counterparty was at a moment.

    ``approved_at`` is when the approval began that holds without a break; ``open_hits`` wait for a decision.
    """

    counterparty_id: int
    status: str
    approved_at: datetime | None
    reason: str
    risk: str
    last_review: date | None
    next_review: date | None
    open_hits: int = 0

    @property
    def is_approved(self) -> bool:
        """Whether we may trade with it."""
        return self.status == "approved"

    def facts(self) -> dict[str, str | None]:
        """Return it as the rule GL-KY-01 reads it."""
        return {
            "status": self.status,
            "approved_at": self.approved_at.isoformat() if self.approved_at else None,
        }


def status(work: UnitOfWork, counterparty_id: int, clocks: Clocks) -> KycStatus:
    """Return what one counterparty is at ``clocks.known_at``; pending when nobody began its onboarding."""
    spells, open_hits = _spells(work, clocks, counterparty_id)
    return _status(counterparty_id, spells, clocks.known_at, open_hits)


def statuses(work: UnitOfWork, clocks: Clocks) -> dict[int, KycStatus]:
    """Return what every counterparty with an onboarding is at ``clocks.known_at``."""
    spells, open_hits = _spells(work, clocks)
    return {party: _status(party, spells, clocks.known_at, open_hits) for party in spells}


def spans(work: UnitOfWork, clocks: Clocks) -> dict[int, tuple[Spell, ...]]:
    """Return for every counterparty what it was from when on, oldest first, as known at ``clocks.known_at``.

    Before its first spell, and without any, a counterparty is pending. To judge a trade take the spell in force when it
    was entered (:func:`portal.domain.compliance.onboarding.at`), not the status of today.
    """
    return _spells(work, clocks)[0]


def unknown(counterparty_id: int) -> KycStatus:
    """Return what a counterparty is whose onboarding nobody has begun: pending."""
    return _status(counterparty_id, {}, datetime.max.replace(tzinfo=UTC), {})


def happened(rows: Sequence[KycEventRow]) -> list[Happened]:
    """Return stored steps as the domain reads them."""
    return [Happened(row.step, row.by, row.recorded_at, row.case_id, row.body) for row in rows]


def is_open(decided: Sequence[DecisionRow]) -> bool:
    """Tell whether a hit still waits for a decision; a proposal to clear it is none."""
    return not decided or decided[-1].decision in ("proposed-clear", "returned")


def _spells(
    work: UnitOfWork, clocks: Clocks, counterparty_id: int | None = None
) -> tuple[dict[int, tuple[Spell, ...]], dict[int, int]]:
    """Return spells by counterparty, and how many hits of each are open."""
    given = parameters_service.in_force(work, clocks)
    months = given.in_force("GL-KY-04.months", clocks.as_of).value
    grace = int(given.in_force("GL-KY-01.grace_days", clocks.as_of).value)
    hold_from = float(given.in_force("GL-SN-01.block_score", clocks.as_of).value)
    session, asked = work.session, {"known_at": clocks.known_at, "counterparty_id": counterparty_id}
    events = queries.events(session, **asked)  # type: ignore[arg-type]  # two keywords of two types
    hits = screening_queries.hits(session, **asked)  # type: ignore[arg-type]  # likewise
    decided = screening_queries.decisions(
        session,
        known_at=clocks.known_at,
        hit_ids=None if counterparty_id is None else [row.id for row in hits],
    )
    holds = _holds(hits, decided, hold_from)
    open_hits: dict[int, int] = {}
    for hit in hits:
        open_hits[hit.counterparty_id] = open_hits.get(hit.counterparty_id, 0) + is_open(
            decided.get(hit.id, ())
        )
    found = {
        party: onboarding.with_holds(onboarding.spells(happened(rows), months, grace), holds.get(party, []))
        for party, rows in events.items()
    }
    return found, open_hits


def _holds(
    hits: Sequence[HitRow], decided: Mapping[int, Sequence[DecisionRow]], hold_from: float
) -> dict[int, list[tuple[datetime, datetime | None]]]:
    """Return from when to when hits held each party: those with the score of a hold, until they are cleared."""
    found: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for hit in hits:
        if hit.score >= hold_from:
            cleared = next(
                (row.recorded_at for row in decided.get(hit.id, ()) if row.decision == "cleared"), None
            )
            found.setdefault(hit.counterparty_id, []).append((hit.recorded_at, cleared))
    return found


def _status(
    party: int, spells: Mapping[int, tuple[Spell, ...]], moment: datetime, open_hits: Mapping[int, int]
) -> KycStatus:
    spell = onboarding.at(spells.get(party, ()), moment)
    return KycStatus(
        party, spell.status, spell.approved_at, spell.reason, spell.risk, spell.last_review, spell.next_review,
        open_hits.get(party, 0),
    )  # fmt: skip
