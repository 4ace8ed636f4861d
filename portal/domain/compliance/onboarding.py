"""Onboarding of a party: the steps that may follow each other, and what they say of it at any moment.

A party is ``pending`` until somebody approves it, who is not who submitted it. An approval holds until the next
review by risk class, and some days of grace after it; then it is ``expired``. A review that is approved before that
goes on with the same approval, so a trade from before the review stays a trade with an approved party.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from portal.domain.compliance.errors import OnboardingStepError
from portal.domain.compliance.working_days import months_after

DOCUMENTS = {
    "identity": "Identity of who signs",
    "registry": "Extract of the register",
    "owners": "Structure of owners",
    "purpose": "Purpose of the relation",
    "funds": "Source of funds",
}
"""What must be on file before a party is submitted, with headings."""
RISKS = ("low", "medium", "high")


class State(StrEnum):
    """Where the work on a party stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True)
class Happened:
    """A step of the work on one party; ``case_id`` is of the onboarding or review that it belongs to."""

    step: str
    by: str
    at: datetime
    case_id: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the newest onboarding or review of a party stands."""

    state: State
    submitted_by: str = ""
    risk: str = "medium"
    screened_at: datetime | None = None
    trained: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spell:
    """What a party is from ``start`` until the next spell; ``approved_at`` is when the present approval began."""

    start: datetime
    status: str  # pending, approved, rejected, expired
    approved_at: datetime | None
    reason: str
    last_review: date | None = None
    next_review: date | None = None
    risk: str = "medium"


UNKNOWN = Spell(datetime.min.replace(tzinfo=UTC), "pending", None, "Nobody has begun its onboarding.")
_STATES = {
    "submitted": State.SUBMITTED,
    "approved": State.APPROVED,
    "rejected": State.REJECTED,
    "suspended": State.SUSPENDED,
    "reopened": State.DRAFT,
    "registered": State.DRAFT,
}
_ALLOWED: Mapping[State, frozenset[str]] = {
    State.DRAFT: frozenset({"facts", "document", "owner", "screened", "submitted", "comment", "suspended"}),
    State.SUBMITTED: frozenset({"approved", "rejected", "reopened", "screened", "comment", "suspended"}),
    State.APPROVED: frozenset({"training", "screened", "suspended", "comment"}),
    State.REJECTED: frozenset({"reopened", "comment", "screened"}),
    State.SUSPENDED: frozenset({"reopened", "comment", "screened", "rejected"}),
}


def fold(events: Iterable[Happened]) -> Standing:
    """Return where one onboarding or review stands after its events, oldest first."""
    state, submitted_by, risk, screened, trained = State.DRAFT, "", "medium", None, False
    facts: dict[str, Any] = {}
    for event in events:
        state = _STATES.get(event.step, state)
        if event.step == "submitted":
            submitted_by = event.by
        elif event.step == "screened":
            screened = event.at
        elif event.step == "training":
            trained = True
        if event.step in ("registered", "facts", "approved"):
            facts |= {key: value for key, value in event.body.items() if value is not None}
            risk = str(facts.get("risk", risk))
    return Standing(state, submitted_by, risk, screened, trained, facts)


def check_step(standing: Standing, step: str, by: str) -> None:
    """Refuse a step that cannot follow, or an approval by who submitted.

    Raises
    ------
    OnboardingStepError
        With the reason.
    """
    if step not in _ALLOWED[standing.state]:
        raise OnboardingStepError(f"This cannot be done while the onboarding is {standing.state}.")
    if step in ("approved", "rejected") and by == standing.submitted_by:
        raise OnboardingStepError("Who submitted an onboarding does not decide it. A second person must.")


def may_follow(standing: Standing, step: str, by: str) -> bool:
    """Tell whether ``by`` could take a step now, rights aside."""
    try:
        check_step(standing, step, by)
    except OnboardingStepError:
        return False
    return True


def spells(events: Sequence[Happened], months: Mapping[str, int], grace_days: int) -> tuple[Spell, ...]:
    """Return what a party was from when to when, from all events of all its cases, oldest first.

    Parameters
    ----------
    events : sequence of Happened
        Of all onboardings and reviews of one party.
    months : mapping
        Months between reviews by risk class.
    grace_days : int
        Days after a missed review until the approval expires.
    """
    found: list[Spell] = []
    risks: dict[int, str] = {}
    for event in events:
        risks[event.case_id] = str(event.body.get("risk") or risks.get(event.case_id, "medium"))
        before = found[-1] if found else UNKNOWN
        lapsed = _expiry(before, grace_days)
        if lapsed is not None and lapsed <= event.at:
            found.append(_expired(before, lapsed))
            before = found[-1]
        spell = _after(before, event, risks[event.case_id], months)
        if spell is not None:
            found.append(spell)
    lapsed = _expiry(found[-1], grace_days) if found else None
    if lapsed is not None:
        found.append(_expired(found[-1], lapsed))
    return tuple(found)


def at(found: Sequence[Spell], moment: datetime) -> Spell:
    """Return what a party was at a moment."""
    place = bisect_right([spell.start for spell in found], moment)
    return found[place - 1] if place else UNKNOWN


def with_holds(
    found: Sequence[Spell], holds: Sequence[tuple[datetime, datetime | None]]
) -> tuple[Spell, ...]:
    """Return spells in which no approval stands while a screening hit holds the party.

    ``holds`` are from when a hit was found to when it was cleared, None while it is not.
    """
    if not holds:
        return tuple(found)
    moments = {spell.start for spell in found} | {edge for hold in holds for edge in hold if edge is not None}
    laid: list[Spell] = []
    for moment in sorted(moments):
        spell = at(found, moment)
        held = any(begun <= moment and (ended is None or moment < ended) for begun, ended in holds)
        if held and spell.status == "approved":
            reason = "A name on a sanctions list holds it until the hit is cleared."
            spell = replace(spell, status="pending", approved_at=None, reason=reason)
        laid.append(replace(spell, start=moment))
    return tuple(laid)


def _after(before: Spell, event: Happened, risk: str, months: Mapping[str, int]) -> Spell | None:
    """Return the spell that an event begins; None when it changes nothing."""
    if event.step == "approved":
        day = event.at.date()
        since = before.approved_at if before.status == "approved" else event.at
        return Spell(event.at, "approved", since, "Approved.", day, months_after(day, months[risk]), risk)
    if event.step == "rejected":
        return Spell(event.at, "rejected", None, "Its onboarding was rejected.", risk=risk)
    if event.step == "suspended":
        return Spell(event.at, "pending", None, "Its approval is suspended.", risk=risk)
    if event.step == "registered" and before is UNKNOWN:
        return Spell(event.at, "pending", None, "Its onboarding is not approved yet.", risk=risk)
    if event.step == "reopened" and before.status != "approved":
        return Spell(event.at, "pending", None, "Its onboarding is open again.", risk=risk)
    return None


def _expiry(spell: Spell, grace_days: int) -> datetime | None:
    if spell.status != "approved" or spell.next_review is None:
        return None
    return datetime.combine(spell.next_review + timedelta(days=grace_days + 1), time(), UTC)


def _expired(spell: Spell, when: datetime) -> Spell:
    return Spell(
        when, "expired", spell.approved_at, f"Its review was due on {spell.next_review} and is missing.",
        spell.last_review, spell.next_review, spell.risk,
    )  # fmt: skip
