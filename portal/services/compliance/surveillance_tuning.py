"""Thresholds of detectors: a draft from the page, and its proposal with what a replay says about it."""

import json
from collections.abc import Mapping
from datetime import date
from math import isfinite
from typing import Any

from data.session import UnitOfWork
from data.writes import parameters as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.compliance import parameters
from portal.services.compliance.surveillance import (
    Replayed,
    check_draft,
    find_detector,
    replay_in,
    thresholds_in_force,
)

SHORTEST, LONGEST = 10, 1000  # characters of a reason


def read_values(detector: str, given: Mapping[str, Any]) -> dict[str, float]:
    """Return what was typed as numbers.

    Raises
    ------
    DomainError
        A field is empty or no number, or out of its range.
    """
    found = find_detector(detector)
    titles = {item.parameter: item.title for item in found.thresholds}
    draft: dict[str, float] = {}
    for code, value in given.items():
        try:
            number = float(str(value).replace(",", "."))
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            raise DomainError(f"{titles.get(code, code[:60])}: '{str(value)[:20]}' is no number. Enter one.")
        draft[code] = number
    check_draft(found, draft)
    return draft


def draft_text(draft: Mapping[str, float]) -> str:
    """Return a draft as one line of text."""
    return json.dumps(dict(sorted(draft.items())), separators=(",", ":"))


def read_draft_text(detector: str, text: str) -> dict[str, float]:
    """Return the draft of a text; raise :class:`DomainError` when it is none."""
    try:
        found = json.loads(text)
        return read_values(detector, dict(found))
    except (ValueError, TypeError):
        raise DomainError("The thresholds cannot be read again. Open the figure from its page.") from None


def propose(
    detector: str, draft: Mapping[str, float], reason: str, valid_from: date, clocks: Clocks, actor: Actor
) -> list[int]:
    """Store the thresholds that differ from those in force, each with the replay; a second person approves them.

    Raises
    ------
    NotPermitted
        The actor may not decide in compliance.
    DomainError
        The clocks show the past, nothing differs, or the reason is missing.
    """
    actor.require(Permission.COMPLIANCE_DECIDE)
    if not clocks.live:
        raise DomainError("This view shows the past. Go to now before you propose thresholds.")
    if not SHORTEST <= len(reason.strip()) <= LONGEST:
        raise DomainError(f"Say why in {SHORTEST} to {LONGEST} characters; the other person decides by it.")
    with UnitOfWork(write=True) as work:
        limits = thresholds_in_force(clocks.as_of, parameters.in_force(work, clocks))
        changed = {code: value for code, value in draft.items() if value != limits.get(code)}
        if not changed:
            raise DomainError("These are the thresholds that are in force already. Change one first.")
        found = replay_in(work, detector, draft, clocks)
        return [
            _store(work, code, value, reason.strip(), valid_from, found, actor)
            for code, value in changed.items()
        ]


def _store(
    work: UnitOfWork, code: str, value: float, reason: str, valid_from: date, found: Replayed, actor: Actor
) -> int:
    number = writes.propose(
        work.session, code=code, value={"value": value}, valid_from=valid_from, valid_to=None,
        source="House policy", trust="P", reason=reason, replay=as_json(found), proposed_by=actor.username,
        recorded_at=clock.now(),
    )  # fmt: skip
    audit.note(
        work, actor, "parameter.proposed", "parameter_proposal", str(number), {"code": code, "value": value}
    )
    return number


def as_json(found: Replayed) -> dict[str, Any]:
    """Return what is stored of a replay with a proposal."""
    return {
        "since": found.first.isoformat(), "until": found.last.isoformat(), "rules": [found.detector], "trades": 0,
        "records": 0, "examples": [],
        "counts": [
            {
                "rule": found.detector, "action": "flag", "now": len(found.now), "then": len(found.then),
                "new": len(found.new), "gone": len(found.gone),
            }
        ],
        "changed": [
            {
                "rule": hit.detector, "subject": f"{hit.subject}, {hit.contract}",
                "day": hit.started_at.date().isoformat(), "before": before, "after": after,
            }
            for hits, before, after in ((found.new, "", "flag"), (found.gone, "flag", ""))
            for hit in hits
        ],
    }  # fmt: skip
