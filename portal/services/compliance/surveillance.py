"""Surveillance: detectors over the tape of a span of days, hits stored once, each with a case; replay of thresholds.

API: ``run``, ``hits``, ``hit``, ``replay``, ``thresholds_in_force``.
"""

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any

from data.queries import orders as queries
from data.queries.orders import HitRow
from data.session import UnitOfWork
from data.writes import orders as writes
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.detectors import Detector, Hit, InsideEntry, Tape, all_detectors, detect
from portal.domain.compliance.parameters import Parameters
from portal.services import audit
from portal.services.compliance import cases, parameters

LOOK_BACK = timedelta(days=45)  # days of the tape before those looked at, for positions and usual sizes
REPLAY_DAYS = 90


@dataclass(frozen=True, slots=True)
class Looked:
    """What a run did: its number, events looked at, hits seen, and those that are new."""

    run_id: int
    events: int
    seen: int
    new: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What other thresholds would have found: hits then, those that would be new, and those that would be gone."""

    detector: str
    first: date
    last: date
    now: tuple[Hit, ...]
    then: tuple[Hit, ...]
    new: tuple[Hit, ...]
    gone: tuple[Hit, ...]


def thresholds_in_force(day: date, known: Parameters) -> dict[str, float]:
    """Return the thresholds of all detectors that are in force on a day, by code of the parameter."""
    return {
        threshold.parameter: float(known.in_force(threshold.parameter, day).value)
        for detector in all_detectors().values()
        for threshold in detector.thresholds
    }


def find_detector(code: str) -> Detector:
    """Return a detector by its code, or raise :class:`NotFound`."""
    found = all_detectors().get(code)
    if found is None:
        raise NotFound(f"There is no detector '{code[:40]}'. Choose one of {', '.join(all_detectors())}.")
    return found


def run(
    clocks: Clocks, *, days: int = 1, kind: str = "on-demand", job_id: int | None = None, actor: Actor = SYSTEM,
) -> Looked:  # fmt: skip
    """Look at the last ``days`` days up to the day of the clocks; store new hits and open their cases.

    What was recorded after ``clocks.known_at`` is not looked at. A hit that is stored already is not stored again.
    """
    begun = perf_counter()
    first, last = clocks.as_of - timedelta(days=days - 1), clocks.as_of
    with UnitOfWork(write=True) as work:
        limits = thresholds_in_force(last, parameters.in_force(work, clocks))
        tape, inside = _read(work, first, last, clocks.known_at)
        seen = _within(detect(tape, limits, inside), first, last)
        counts = {code: sum(hit.detector == code for hit in seen) for code in all_detectors()}
        run_id = writes.add_run(
            work.session, kind=kind, as_of=last, known_at=clocks.known_at, job_id=job_id,
            sha256=(_code_digest(), _digest(limits)), subjects=tape.size,
            counts={code: {"evaluated": 1, "fired": count, "data_gap": 0} for code, count in counts.items()},
            seconds=round(perf_counter() - begun, 3), run_by=actor.username,
        )  # fmt: skip
        new = writes.add_hits(work.session, [_row(hit, run_id, limits) for hit in seen])
        _open_cases(work, seen, new, actor)
        said = {"events": tape.size, "hits": len(seen), "new": len(new)}
        audit.note(work, actor, "surveillance.run", "run", str(run_id), said)
    return Looked(run_id, tape.size, len(seen), len(new))


def hits(clocks: Clocks, actor: Actor, *, days: int, detector: str | None = None) -> list[HitRow]:
    """Return the stored hits of the last ``days`` days, the newest first.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    first = clocks.as_of - timedelta(days=days - 1)
    with UnitOfWork() as work:
        return queries.hits(
            work.session, known_at=clocks.known_at, first=first, last=clocks.as_of, detector=detector
        )


def hit(hit_id: int, clocks: Clocks, actor: Actor) -> HitRow:
    """Return one hit; raise :class:`NotFound` when it was not stored by then."""
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        found = queries.hits(work.session, known_at=clocks.known_at, hit_id=hit_id)
    if not found:
        raise NotFound(f"There is no hit {hit_id} by then. Choose a later moment or another hit.")
    return found[0]


def replay(detector: str, draft: Mapping[str, float], clocks: Clocks, actor: Actor) -> Replayed:
    """Return what ``draft`` thresholds of a detector would have found in the last 90 days, against those in force.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    DomainError
        A threshold is out of its range or does not belong to the detector.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return replay_in(work, detector, draft, clocks)


def replay_in(work: UnitOfWork, detector: str, draft: Mapping[str, float], clocks: Clocks) -> Replayed:
    """Return the same within a unit of work that is open."""
    found = find_detector(detector)
    check_draft(found, draft)
    first, last = clocks.as_of - timedelta(days=REPLAY_DAYS - 1), clocks.as_of
    limits = thresholds_in_force(last, parameters.in_force(work, clocks))
    tape, inside = _read(work, first, last, clocks.known_at)
    now, then = (
        _within(detect(tape, values, inside, [detector]), first, last) for values in (limits, {**limits, **draft})
    )  # fmt: skip
    before, after = {hit.occasion for hit in now}, {hit.occasion for hit in then}
    new = [hit for hit in then if hit.occasion not in before]
    gone = [hit for hit in now if hit.occasion not in after]
    return Replayed(detector, first, last, tuple(now), tuple(then), tuple(new), tuple(gone))


def check_draft(detector: Detector, draft: Mapping[str, float]) -> None:
    """Raise :class:`DomainError` for a threshold that is not the detector's, or out of its range."""
    known = {item.parameter: item for item in detector.thresholds}
    for code, value in draft.items():
        item = known.get(code)
        if item is None:
            raise DomainError(f"'{code[:60]}' is no threshold of {detector.title}.")
        if not item.low <= value <= item.high:
            raise DomainError(
                f"{item.title} must lie between {item.low:g} and {item.high:g} {item.unit}".rstrip() + "."
            )


def _read(work: UnitOfWork, first: date, last: date, known_at: datetime) -> tuple[Tape, list[InsideEntry]]:
    tape = queries.tape(work.session, first=first - LOOK_BACK, last=last, known_at=known_at)
    return tape, queries.inside(work.session, known_at=known_at)


def _within(found: Sequence[Hit], first: date, last: date) -> list[Hit]:
    return [hit for hit in found if first <= hit.started_at.date() <= last]


def fingerprint(found: Hit) -> str:
    """Return what makes a hit itself: detector with its version, and the events that show it."""
    version = all_detectors()[found.detector].version
    text = json.dumps([found.detector, version, found.contract, sorted(found.events)])
    return hashlib.sha256(text.encode()).hexdigest()


def _row(found: Hit, run_id: int, limits: Mapping[str, float]) -> dict[str, Any]:
    detector = all_detectors()[found.detector]
    return {
        "run_id": run_id, "fingerprint": fingerprint(found), "detector": found.detector,
        "detector_version": detector.version, "subject": found.subject, "contract": found.contract,
        "started_at": found.started_at, "ended_at": found.ended_at, "score": found.score,
        "message": found.message,
        "evidence": {
            "events": list(found.events), "measured": dict(found.measured), "tests": list(found.tests),
        },
        "parameters": {item.parameter: limits[item.parameter] for item in detector.thresholds},
        "simulated": found.simulated,
    }  # fmt: skip


def _open_cases(work: UnitOfWork, seen: Sequence[Hit], new: Mapping[str, int], actor: Actor) -> None:
    wanted = []
    for found in seen:
        key = fingerprint(found)
        if key not in new:
            continue
        detector = all_detectors()[found.detector]
        wanted.append(
            cases.NewCase(
                key=key, kind="surveillance", rule=found.detector,
                title=f"{detector.title}: {found.subject} in {found.contract} on {found.started_at:%Y-%m-%d}",
                subject_kind="trader", subject=found.subject, severity=detector.severity, hit_id=new[key],
                by=actor.username,
                body={"message": found.message, "tests": list(found.tests), "measured": dict(found.measured)},
            )
        )  # fmt: skip
    cases.open_cases(work, wanted, actor)


def _digest(value: Mapping[str, float]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _code_digest() -> str:
    """Return a digest of the code of all detectors."""
    sources = [
        inspect.getsource(inspect.getmodule(item.look) or item.look) for item in all_detectors().values()
    ]
    return hashlib.sha256("".join(sources).encode()).hexdigest()


def now_clocks() -> Clocks:
    """Return clocks on the newest day of the tape, as known now; today without any event."""
    at = clock.now()
    with UnitOfWork() as work:
        day = queries.last_day(work.session, known_at=at)
    return Clocks(day or at.date(), at)
