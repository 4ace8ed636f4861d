"""What a rule is asked, what it answers, and the registry of rules.

API: ``Action``, ``Case``, ``Finding``, ``Answer``, ``@compliance_rule(...)``, ``RULES``, ``all_rules()``.

A rule is one pure function ``(case) -> Answer``. It is asked only when all inputs that it declares are in the case
(:mod:`portal.domain.compliance.inputs`), so it need not look whether they are there. It reads legal figures from
``case.parameter(code)``, which is the value in force on the day of the event, and counts days with ``case.calendar``.
It never asks the clock, a database or another rule: what two rules share is a function of a module beside this package.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from importlib import import_module
from types import MappingProxyType
from typing import Any

from portal.domain.compliance.inputs import Inputs, compile_inputs, look_up
from portal.domain.compliance.parameters import Parameter, Parameters
from portal.domain.compliance.working_days import WorkingDays


class Action(StrEnum):
    """What follows from a finding; ``report`` is a task with a due date and does not stop anything."""

    BLOCK = "block"
    FLAG = "flag"
    REPORT = "report"


class Trust(StrEnum):
    """How well a figure or text is known."""

    VERIFIED = "V"
    SECONDARY = "S"
    UNVERIFIED = "U"
    HOUSE = "P"

    @property
    def label(self) -> str:
        """The mark as people read it."""
        return _TRUST[self]


_TRUST = {
    Trust.VERIFIED: "read in the legal text",
    Trust.SECONDARY: "from a secondary source",
    Trust.UNVERIFIED: "to be confirmed",
    Trust.HOUSE: "house policy",
}
REGIMES = {
    "US-CFTC": "US derivatives (CFTC)",
    "US-FERC": "US power and gas (FERC)",
    "EU-REMIT": "EU wholesale energy (REMIT)",
    "EU-ETS": "EU emissions trading",
    "EU-EMIR": "EU derivatives (EMIR)",
    "EU-MIFID": "EU markets (MiFID II, MAR)",
    "UK-ETS": "UK emissions trading",
    "UK-EMIR": "UK derivatives (EMIR)",
    "UK-REMIT": "UK wholesale energy (REMIT)",
    "UK-MAR": "UK market abuse",
    "ME-ADNOC": "Gulf crude (ADNOC, IFAD)",
    "GY-PETROLEUM": "Guyana petroleum",
    "SHARIAH": "Islamic finance (AAOIFI)",
    "GLOBAL": "Everywhere: sanctions, KYC, privacy, records, controls",
}
"""Codes of regimes, with their headings."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule found.

    Attributes
    ----------
    action : Action
        What follows.
    message : str
        A plain sentence with the figures in it: what was found, against which limit, what to do.
    due : date or datetime, optional
        When a report or notice is due; a day means its end in the zone of the regime.
    measured, limit : float, optional
        The value and the threshold that it was compared with, in ``unit``; both or neither.
    rule : str
        Code of another rule that fires because of this one; "" for the rule itself.
    extra : mapping
        More keys of the finding, such as ``{"due": ...}`` of variants.
    """

    action: Action
    message: str
    due: date | datetime | None = None
    measured: float | None = None
    limit: float | None = None
    unit: str = ""
    rule: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule says: its findings, and the values that it computed on the way whether it fired or not."""

    findings: tuple[Finding, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Answer()


class Case:
    """One question to the engine: facts, the moment, the parameters in force and the calendar.

    Parameters
    ----------
    facts : mapping
        Nested facts; the keys of each rule are in its ``inputs``. An absent key means unknown, None known to be empty.
    as_of : date or datetime
        When the engine is asked (not the day of the event, which is a fact).
    parameters : Parameters
        Dated values.
    calendar : WorkingDays
        Which days count.
    """

    __slots__ = ("as_of", "calendar", "facts", "parameters", "used")

    def __init__(
        self, facts: Mapping[str, Any], as_of: date | datetime, parameters: Parameters, calendar: WorkingDays
    ) -> None:
        self.facts = facts
        self.as_of = as_of
        self.parameters = parameters
        self.calendar = calendar
        self.used: dict[str, Parameter] = {}

    def __getitem__(self, path: str) -> Any:
        """Return the fact at ``a.b.c``; for ``a[].b`` the list of all b. KeyError when it is not there."""
        found = look_up(self.facts, path)
        return list(found) if isinstance(found, tuple) else found

    def get(self, path: str, default: Any = None) -> Any:
        """Return the fact at ``path``, or ``default`` when it is absent or None."""
        try:
            found = look_up(self.facts, path)
        except KeyError:
            return default
        return default if found is None else found

    @property
    def day(self) -> date:
        """Day of ``as_of``."""
        return self.as_of.date() if isinstance(self.as_of, datetime) else self.as_of

    def parameter(self, code: str, on: date | None = None) -> Any:
        """Return the value of a parameter in force on a day, by default that of ``as_of``; it is noted as used.

        Raises
        ------
        MissingParameterError
            No value is in force on that day; the engine then lists the rule as not evaluated.
        """
        found = self.parameters.in_force(code, on or self.day)
        self.used[code] = found
        return found.value


Check = Callable[[Case], Answer]


@dataclass(frozen=True, slots=True)
class Rule:
    """A registered rule with everything that the catalogue shows."""

    code: str
    title: str
    regimes: tuple[str, ...]
    kinds: tuple[str, ...]
    law: str
    trust: Trust
    inputs: Inputs
    check: Check
    actions: tuple[Action, ...]
    version: int
    test: str
    deadline: str
    parameters: tuple[str, ...]
    effective_from: date | None
    effective_to: date | None
    module: str


_RULES: dict[str, Rule] = {}
RULES: Mapping[str, Rule] = MappingProxyType(_RULES)
"""Rules by code; complete after :func:`all_rules`."""


def compliance_rule(
    code: str, title: str, *, regimes: tuple[str, ...], kinds: tuple[str, ...], law: str, trust: str,
    inputs: Mapping[str, str], test: str, groups: tuple[tuple[str, ...], ...] = (), actions: tuple[str, ...] = (),
    deadline: str = "", parameters: tuple[str, ...] = (), version: int = 1, effective_from: date | None = None,
    effective_to: date | None = None,
) -> Callable[[Check], Check]:  # fmt: skip
    """Register a rule.

    Parameters
    ----------
    code, title : str
        Such as ``US-PL-01`` and a few words.
    regimes : tuple of str
        Keys of :data:`REGIMES` under which it applies to live trades; in any one of them.
    kinds : tuple of str
        Kinds of cases that it looks at: trade, order, order_flow, position, report, event, party, installation,
        contract, deletion, access.
    law : str
        Citation, such as ``17 CFR 150.2``.
    trust : str
        V, S, U or P, of the rule's logic; each parameter has its own mark.
    inputs : mapping
        Path to type, in the notation of :mod:`portal.domain.compliance.inputs`.
    groups : tuple of tuple of str
        Alternatives: the rule is asked when all paths of at least one group are there; () for all of ``inputs``.
    test, deadline : str
        The test in words and symbols, and when something is due.
    actions : tuple of str
        What it can lead to; () for a rule that changes others or only computes.
    parameters : tuple of str
        Codes, or their beginnings, of the parameters that it reads.
    version : int
        Raised when what it finds changes.
    effective_from, effective_to : date, optional
        First day, and first day no more, of events that it judges.
    """

    def register(check: Check) -> Check:
        if code in _RULES:
            raise ValueError(f"Two rules have the code {code}: {_RULES[code].module} and {check.__module__}.")
        unknown = set(regimes) - set(REGIMES)
        if unknown:
            raise ValueError(f"{code} names regimes that do not exist: {sorted(unknown)}.")
        _RULES[code] = Rule(
            code=code, title=title, regimes=regimes, kinds=kinds, law=law, trust=Trust(trust),
            inputs=compile_inputs(inputs, groups), check=check, actions=tuple(Action(item) for item in actions),
            version=version, test=test, deadline=deadline, parameters=parameters, effective_from=effective_from,
            effective_to=effective_to, module=check.__module__,
        )  # fmt: skip
        return check

    return register


_sorted: list[Mapping[str, Rule]] = []


def all_rules() -> Mapping[str, Rule]:
    """Return all rules by code, in the order of their codes; the first call imports them.

    The same object is returned until another rule is registered.
    """
    import_module("portal.domain.compliance.rules")
    if not _sorted or len(_sorted[0]) != len(_RULES):
        _sorted[:] = [MappingProxyType(dict(sorted(_RULES.items())))]
    return _sorted[0]
