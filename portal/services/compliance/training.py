"""Trainings that people acknowledge, and the onboardings that wait for their contact's."""

from dataclasses import dataclass
from datetime import datetime

from data.queries import parties as queries
from data.session import UnitOfWork
from data.writes import parties as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance import onboarding
from portal.services import audit
from portal.services.compliance.kyc import happened


@dataclass(frozen=True, slots=True)
class Course:
    """A training in a version; a new version is acknowledged anew."""

    code: str
    version: str
    title: str
    points: tuple[str, ...]


COURSES = (
    Course(
        "kyc", "2026.1", "Know your counterparty",
        (
            "No trade before the counterparty is approved; an order in its name is a trade.",
            "Tell compliance at once of a new owner, director, address or business of a counterparty.",
            "Never tell a counterparty that its name is being looked at.",
            "A cargo of Russian origin needs an attestation of its price before it is lifted.",
        ),
    ),
    Course(
        "conduct", "2026.1", "Market conduct",
        (
            "No order that is not meant to trade; none that moves a settlement.",
            "Inside information is published before it is traded on.",
            "Trade nothing for two accounts of the same owner against each other.",
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A course and when somebody acknowledged its present version; None: not yet."""

    course: Course
    at: datetime | None


def of_actor(actor: Actor, clocks: Clocks) -> tuple[Acknowledged, ...]:
    """Return every course with when the actor acknowledged it."""
    actor.require(Permission.SIGNED_IN)
    with UnitOfWork() as work:
        rows = queries.trainings(work.session, known_at=clocks.known_at, username=actor.username)
    found = {(row.course, row.version): row.recorded_at for row in rows}
    return tuple(Acknowledged(course, found.get((course.code, course.version))) for course in COURSES)


def acknowledge(course_code: str, actor: Actor) -> None:
    """Store that the actor acknowledges a course; onboardings whose contact they are go on.

    Raises
    ------
    NotPermitted, NotFound
        Nobody is signed in, or there is no such course.
    """
    actor.require(Permission.SIGNED_IN)
    course = next((course for course in COURSES if course.code == course_code), None)
    if course is None:
        raise NotFound(f"There is no course '{course_code[:40]}'.")
    with UnitOfWork(write=True) as work:
        at = clock.now()
        writes.add_training(
            work.session, username=actor.username, course=course.code, version=course.version, recorded_at=at
        )
        audit.note(work, actor, "training.acknowledged", "course", course.code, {"version": course.version})
        if course.code == "kyc":
            _go_on(work, actor, course, at)


def _go_on(work: UnitOfWork, actor: Actor, course: Course, at: datetime) -> None:
    """Note the training in every approved onboarding that waits for this contact."""
    for rows in queries.events(work.session, known_at=at).values():
        newest = max(row.case_id for row in rows)
        standing = onboarding.fold(happened([row for row in rows if row.case_id == newest]))
        waits = standing.state is onboarding.State.APPROVED and not standing.trained
        if waits and standing.facts.get("contact") == actor.username:
            writes.add_event(
                work.session, case_id=newest, step="training", by=actor.username,
                body={"course": course.code, "version": course.version}, recorded_at=at,
            )  # fmt: skip
