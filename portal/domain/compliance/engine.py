"""The engine: regimes, selection of rules, their checks, and one verdict.

API: ``evaluate(case, ...) -> Verdict``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from portal.domain.compliance.base import Action, Case, Finding, Rule, all_rules
from portal.domain.compliance.errors import BadCaseError, MissingParameterError, NotAskedError
from portal.domain.compliance.inputs import look_up
from portal.domain.compliance.parameters import Parameter
from portal.domain.compliance.regimes import detect
from portal.domain.compliance.scope import concerns
from portal.domain.compliance.working_days import WorkingDays

_ORDER = {Action.BLOCK: 2, Action.FLAG: 1, Action.REPORT: 0}
GAP = "data gap"


@dataclass(frozen=True, slots=True)
class Fired:
    """One finding of one rule, with what it was found with."""

    rule: Rule
    finding: Finding
    parameters: Mapping[str, Parameter]
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Code of the rule that fires: the finding's own, or that of the rule that found it."""
        return self.finding.rule or self.rule.code


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that looks at this kind of case and was not asked; ``is_gap`` when facts are missing, not different."""

    rule: Rule
    paths: tuple[str, ...]
    is_gap: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says of one case.

    Attributes
    ----------
    decision : str
        ``block``, ``flag`` or ``allow``: the gravest of what fired; reports do not raise it.
    fired : tuple of Fired
        In the order of the rules' codes.
    skipped : tuple of Skipped
        Rules of this kind of case that were not evaluated.
    values : mapping
        What the rules computed; where two give the same key, a rule that fired wins.
    regimes : frozenset of str
        Regimes that the facts fall under.
    asked : tuple of str
        Codes of the rules that were evaluated.
    """

    decision: str
    fired: tuple[Fired, ...]
    skipped: tuple[Skipped, ...]
    values: Mapping[str, Any]
    regimes: frozenset[str]
    asked: tuple[str, ...]


def evaluate(
    case: Case, *, live: bool = False, rules: Iterable[Rule] | None = None, regimes: frozenset[str] | None = None,
    calendars: Mapping[str, WorkingDays] | None = None,
) -> Verdict:  # fmt: skip
    """Ask all rules that look at this kind of case.

    Parameters
    ----------
    case : Case
        ``facts["kind"]`` says what it is.
    live : bool
        A transaction of the desk rather than a question: only rules of the detected regimes are asked, and a rule
        that could block but lacks facts flags the transaction as a data gap (house policy).
    rules : iterable of Rule, optional
        Other rules than all.
    regimes : frozenset of str, optional
        Regimes that the facts fall under, where they are known from a case of the same shape.
    calendars : mapping of str to WorkingDays, optional
        Working days by the first part of a rule's code (US, EU, UK ...); other rules count with the case's.
    """
    kind = str(case.facts.get("kind", ""))
    regimes = detect(case.facts) if regimes is None else regimes
    fired: list[Fired] = []
    skipped: list[Skipped] = []
    asked: list[str] = []
    quiet: dict[str, Any] = {}
    loud: dict[str, Any] = {}
    usual = case.calendar
    for rule in _selected(kind, regimes if live else None, rules):
        if live and not concerns(rule.code, case.facts):
            continue
        outcome, paths = rule.inputs.judge(case.facts)
        if outcome != "asked":
            skipped.append(Skipped(rule, paths, outcome == "gap", _reason(outcome, paths)))
            continue
        case.used = {}
        if calendars:
            case.calendar = calendars.get(rule.code[:2], usual)
        try:
            answer = rule.check(case)
        except (MissingParameterError, BadCaseError) as problem:
            skipped.append(Skipped(rule, (), True, str(problem)))
            continue
        except NotAskedError as problem:
            skipped.append(Skipped(rule, (), problem.is_gap, str(problem)))
            continue
        asked.append(rule.code)
        fired.extend(Fired(rule, finding, dict(case.used), answer.values) for finding in answer.findings)
        (loud if answer.findings else quiet).update(answer.values)
    case.calendar = usual
    if live:
        fired.extend(_gaps(skipped))
    values = {**quiet, **loud, "regimes": sorted(regimes)}
    return Verdict(_decision(fired), tuple(fired), tuple(skipped), values, regimes, tuple(asked))


_selections: dict[tuple[str, frozenset[str] | None], tuple[Mapping[str, Rule], tuple[Rule, ...]]] = {}


def _selected(kind: str, regimes: frozenset[str] | None, rules: Iterable[Rule] | None) -> Iterable[Rule]:
    """Return the rules that look at a kind of case, of some regimes or (None) of all; remembered for all rules."""
    if rules is not None:
        return _chosen(kind, regimes, rules)
    known, key = all_rules(), (kind, regimes)
    found = _selections.get(key)
    if found is None or found[0] is not known:
        found = _selections[key] = (known, _chosen(kind, regimes, known.values()))
    return found[1]


def _chosen(kind: str, regimes: frozenset[str] | None, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule in rules
        if (kind in rule.kinds or "any" in rule.kinds)
        and (regimes is None or (_can_matter(kind, rule) and not regimes.isdisjoint(rule.regimes)))
    )


def _can_matter(kind: str, rule: Rule) -> bool:
    """Tell whether a rule can lead to anything for a live trade; some only tell the regimes, which are known."""
    return bool(rule.actions) or kind != "trade"


def value_of(case: Case, path: str) -> Any:
    """Return a fact of a case as it is shown beside a finding; None when it is not there."""
    try:
        return look_up(case.facts, path)
    except KeyError:
        return None


def _decision(fired: Iterable[Fired]) -> str:
    gravest = max((item.finding.action for item in fired), key=_ORDER.__getitem__, default=Action.REPORT)
    return "allow" if gravest is Action.REPORT else gravest.value


def _reason(outcome: str, paths: tuple[str, ...]) -> str:
    if outcome == "gap":
        return f"Not known: {', '.join(paths)}."
    return f"Another matter: {', '.join(paths)} is of a kind that this rule does not look at."


def _gaps(skipped: Iterable[Skipped]) -> list[Fired]:
    return [
        Fired(
            item.rule,
            Finding(
                Action.FLAG,
                f"{item.rule.title} could block this and cannot be checked: {item.reason} Enter what is missing.",
                extra={"reason": GAP},
            ),
            {},
        )
        for item in skipped
        if item.is_gap and Action.BLOCK in item.rule.actions
    ]
