"""The catalogue of rules: what each asks, tests and stands on, its examples with their answers, its parameters.

API: ``catalogue(clocks, actor)``, ``one_rule(code, clocks, actor)``, ``one_parameter(code, clocks, actor)``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from data.queries import parameters as queries
from data.queries.parameters import ProposalRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.base import Rule, all_rules
from portal.domain.compliance.errors import MissingParameterError
from portal.domain.compliance.example_runs import ExampleRun, run
from portal.domain.compliance.parameters import Parameter, Parameters
from portal.domain.compliance.replay import readers
from portal.services.compliance.parameters import in_force

DAYS = 90
"""Days of records that are counted."""
EVERY = "all"
ACTIONS = ("block", "flag", "report", "gap")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All rules and parameters under the reader's clocks."""

    clocks: Clocks
    parameters: Parameters
    records: Mapping[tuple[str, str], int]
    proposals: tuple[ProposalRow, ...]

    @property
    def since(self) -> date:
        """First day of the records that are counted."""
        return since(self.clocks)

    @property
    def waiting(self) -> tuple[ProposalRow, ...]:
        """Proposals that nobody has decided about."""
        return tuple(row for row in self.proposals if row.decision is None)

    def rules(self, regime: str = EVERY, trust: str = EVERY) -> list[Rule]:
        """Return the rules of a regime and a mark, in the order of their codes."""
        return [
            rule
            for rule in all_rules().values()
            if (regime == EVERY or regime in rule.regimes) and trust in (EVERY, rule.trust.value)
        ]

    def values(self, rule: Rule | None = None, trust: str = EVERY) -> list[Parameter]:
        """Return the parameters that are in force on the day of the view: all, or those that a rule reads."""
        codes = [
            code
            for code in sorted(self.parameters.by_code)
            if rule is None or any(rule.code == reader.code for reader in readers(code))
        ]
        found = [value_on(self.parameters, code, self.clocks.as_of) for code in codes]
        return [item for item in found if item is not None and trust in (EVERY, item.trust)]


@dataclass(frozen=True, slots=True)
class OneRule:
    """One rule with its examples asked of the engine now, and the parameters that it reads."""

    book: Catalogue
    rule: Rule
    examples: tuple[ExampleRun, ...]
    values: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class OneParameter:
    """One parameter: all its values, oldest first, the one in force, who reads it, and what was proposed."""

    book: Catalogue
    code: str
    history: tuple[Parameter, ...]
    current: Parameter | None
    rules: tuple[Rule, ...]
    proposals: tuple[ProposalRow, ...]


def catalogue(clocks: Clocks, actor: Actor) -> Catalogue:
    """Return the catalogue under the reader's clocks.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        return catalogue_in(work, clocks)


def catalogue_in(work: UnitOfWork, clocks: Clocks) -> Catalogue:
    """Return the catalogue within a unit of work; whoever calls it has asked for the right."""
    counts = queries.record_counts(
        work.session, since=since(clocks), until=clocks.as_of, known_at=clocks.known_at
    )
    proposals = queries.proposals(work.session, known_at=clocks.known_at)
    return Catalogue(clocks, in_force(work, clocks), counts, tuple(proposals))


def one_rule(code: str, clocks: Clocks, actor: Actor) -> OneRule:
    """Return a rule of the catalogue with the answers to its examples.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such rule.
    """
    book = catalogue(clocks, actor)
    return OneRule(book, rule_of(code), run(code, book.parameters), tuple(book.values(rule_of(code))))


def one_parameter(code: str, clocks: Clocks, actor: Actor) -> OneParameter:
    """Return a parameter with its history.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such parameter.
    """
    book = catalogue(clocks, actor)
    history = book.parameters.by_code.get(code)
    if not history:
        raise NotFound(f"There is no parameter {code[:60]}.", parameter=code[:60])
    return OneParameter(
        book, code, history, value_on(book.parameters, code, clocks.as_of), readers(code),
        tuple(row for row in book.proposals if row.code == code),
    )  # fmt: skip


def rule_of(code: str) -> Rule:
    """Return a rule by its code.

    Raises
    ------
    NotFound
        There is none.
    """
    rule = all_rules().get(code)
    if rule is None:
        raise NotFound(f"There is no rule {code[:20]}.", rule=code[:20])
    return rule


def value_on(parameters: Parameters, code: str, day: date) -> Parameter | None:
    """Return the value of a parameter that is in force on a day; None when there is none."""
    try:
        return parameters.in_force(code, day)
    except MissingParameterError:
        return None


def since(clocks: Clocks) -> date:
    """Return the first day of the records that are counted."""
    return clocks.as_of - timedelta(days=DAYS)
