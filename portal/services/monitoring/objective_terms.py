"""Changing what is promised: the next version of an objective, or the first one about a service."""

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from typing import Any

from data.queries import alert_rules as queries
from data.session import UnitOfWork
from data.writes import alert_rules as writes
from portal.core.actor import Actor
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.monitoring import catalogue
from portal.services.monitoring.objectives import Objective, objective, objectives, of_row

LEAST_PERCENT, MOST_PERCENT = 50.0, 99.999
MOST_DAYS = 90
LEAST_SECONDS, MOST_SECONDS = 0.005, 60.0
WITHIN = "within_seconds"
"""The term of an objective about response times."""
_LONGEST = 64  # characters of a code
_PREFIX = "works."


def versions(code: str, actor: Actor) -> list[Objective]:
    """Return what people wrote about an objective, the newest version first."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return [of_row(row) for row in queries.objective_versions(work.session, code)]


def change(code: str, given: Mapping[str, Any], actor: Actor, *, based_on: int) -> Objective:
    """Store the next version of what is promised and return it.

    Parameters
    ----------
    code : str
        The objective.
    given : mapping
        ``percent``, ``window_days``, ``within_seconds`` (response times only) and ``enabled``; what is left out stays.
    actor : Actor
        Must hold ``alert-rule:write``.
    based_on : int
        The version that the writer saw.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not write it, or there is none of that name.
    DomainError
        Something cannot be promised, or nothing was changed.
    Conflict
        Somebody has written another version meanwhile.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    with UnitOfWork(write=True) as work:
        before = objective(work, code)
        after = checked(before, given)
        if after == before:
            raise DomainError("Nothing was changed. Change a field, then save.", objective=code)
        return _store(work, after, actor, based_on)


def promise(service: str, given: Mapping[str, Any], actor: Actor) -> Objective:
    """Promise that a service works, counted in minutes, and return the objective.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not write it, or no such service is watched.
    DomainError
        Something cannot be promised.
    Conflict
        It is promised already.
    """
    actor.require(Permission.ALERT_RULE_WRITE)
    with UnitOfWork(write=True) as work:
        info = catalogue.all_services(work).get(service)
        if info is None:
            raise NotFound(f"There is no service '{service[:_LONGEST]}'. Choose one of the list.")
        code = f"{_PREFIX}{service}"[:_LONGEST]
        if code in objectives(work):
            raise Conflict(f"{info.title} has an objective already. Change that one.", objective=code)
        made = Objective(
            code, f"{info.title} works", service, "minutes not bad", "minutes looked at", 0.99,
            terms={"source": "states", "bad": ["bad"]},
        )  # fmt: skip
        return _store(work, checked(made, given), actor, 0)


def without(actor: Actor) -> list[tuple[str, str]]:
    """Return the services about which nothing is promised, as code and title, by title."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        taken = {one.service for one in objectives(work).values()}
        found = [
            (code, info.title) for code, info in catalogue.all_services(work).items() if code not in taken
        ]
    return sorted(found, key=lambda one: one[1].casefold())


def checked(before: Objective, given: Mapping[str, Any]) -> Objective:
    """Return ``before`` with what was given laid over it.

    Raises
    ------
    DomainError
        Something cannot be promised; the sentence says what.
    """
    percent = _number(
        given.get("percent", 100 * before.objective), "The share promised", LEAST_PERCENT, MOST_PERCENT, "%"
    )
    days = _number(given.get("window_days", before.window_days), "The window", 1, MOST_DAYS, "days")
    if days != int(days):
        raise DomainError(f"The window is a whole number of days, not {days:g}.", objective=before.code)
    terms = dict(before.terms)
    if WITHIN in terms:
        asked = given.get(WITHIN, terms[WITHIN])
        terms[WITHIN] = _number(asked, "The response time", LEAST_SECONDS, MOST_SECONDS, "s")
    return replace(
        before, objective=round(percent / 100, 8), window_days=int(days), terms=terms,
        enabled=bool(given.get("enabled", before.enabled)),
    )  # fmt: skip


def _store(work: UnitOfWork, one: Objective, actor: Actor, based_on: int) -> Objective:
    version = writes.add_objective(
        work.session, code=one.code, title=one.title, service=one.service, good=one.good, total=one.total,
        objective=one.objective, window_days=one.window_days, terms=dict(one.terms), enabled=one.enabled,
        written_by=actor.username,
    )  # fmt: skip
    if version != based_on + 1:
        raise Conflict(
            f"Somebody has written version {version - 1} of '{one.title}' meanwhile. Look at it, then change it again.",
            objective=one.code,
        )
    detail = {
        "version": version,
        "objective": one.objective,
        "window_days": one.window_days,
        "enabled": one.enabled,
    }
    audit.note(work, actor, "objective.written", "objective", one.code, detail)
    return of_row(queries.objective_versions(work.session, one.code)[0])


def _number(given: Any, name: str, low: float, high: float, unit: str) -> float:
    try:
        found = float(str(given).strip().replace(",", "."))
    except ValueError:
        found = float("nan")
    if not isfinite(found) or not low <= found <= high:
        raise DomainError(f"{name} must be from {low:g} to {high:g} {unit}, not '{str(given)[:20]}'.")
    return found
