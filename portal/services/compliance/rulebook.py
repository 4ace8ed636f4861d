"""What a run of the rules stands on: parameters in force, working days of the regimes, digests of both.

API: ``load(work, clocks) -> Rulebook``.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.base import Rule, all_rules
from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.working_days import WorkingDays
from portal.domain.market.holidays import desk_holidays
from portal.services.compliance import parameters as parameter_service

_BACK, _AHEAD = timedelta(days=366 * 3), timedelta(days=366 * 2)
_COUNTRIES = {"US": ("US", None), "UK": ("GB", "ENG")}


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Parameters, calendars and digests of one run."""

    parameters: Parameters
    calendar: WorkingDays
    calendars: Mapping[str, WorkingDays]
    rules_sha256: str
    parameters_sha256: str


def load(work: UnitOfWork, clocks: Clocks) -> Rulebook:
    """Return what is in force under ``clocks``."""
    parameters = parameter_service.in_force(work, clocks)
    days = calendars(clocks.as_of)
    return Rulebook(parameters, days["EU"], days, rules_sha256(), parameters.sha256())


def calendars(day: date) -> dict[str, WorkingDays]:
    """Return the working days around a day by the first part of a regime's code; others keep the days of TARGET."""
    return dict(_calendars(day.year))


@cache
def _calendars(year: int) -> Mapping[str, WorkingDays]:
    import holidays  # a library of all countries, which only runs need

    first, last = date(year, 1, 1) - _BACK, date(year, 12, 31) + _AHEAD
    found = {"EU": WorkingDays(holidays=desk_holidays(first, last))}
    for code, (country, part) in _COUNTRIES.items():
        years = range(first.year, last.year + 1)
        found[code] = WorkingDays(
            holidays=frozenset(holidays.country_holidays(country, subdiv=part, years=years))
        )
    return found


@cache
def rules_sha256() -> str:
    """Return a digest of the text of all rules."""
    digest = hashlib.sha256()
    for code in all_rules():
        digest.update(rule_sha256(code).encode())
    return digest.hexdigest()


@cache
def rule_sha256(code: str) -> str:
    """Return the digest of one rule's module, which is its code and its declaration."""
    rule = all_rules()[code]
    spec = find_spec(rule.module)
    path = Path(spec.origin) if spec and spec.origin else None
    text = path.read_bytes() if path and path.is_file() else f"{rule.module} {rule.version}".encode()
    return hashlib.sha256(code.encode() + b"\0" + text).hexdigest()


def declaration(rule: Rule) -> dict[str, Any]:
    """Return what a rule declares, as it is kept of each version."""
    return {
        "title": rule.title,
        "law": rule.law,
        "trust": rule.trust.value,
        "regimes": list(rule.regimes),
        "kinds": list(rule.kinds),
        "test": rule.test,
        "deadline": rule.deadline,
        "actions": [action.value for action in rule.actions],
        "parameters": list(rule.parameters),
        "inputs": [fact.path for fact in rule.inputs.facts],
    }
