"""The engine: regimes, selection of rules, their checks, and one verdict.

API: ``evaluate(case, ...) -> Verdict``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, Rule, all_rules
from portal.domain.compliance.errors import BadCaseError, MissingParameterError, NotAskedError
from portal.domain.compliance.inputs import look_up
from portal.domain.compliance.parameters import Parameter
from portal.domain.compliance.regimes import detect

_ORDER = {Action.BLOCK: 2, Action.FLAG: 1, Action.REPORT: 0}
GAP = "data gap"


@dataclass(frozen=True, slots=True)
class Fired:
    """One finding of one rule, with what it was found with."""

    rule: Rule
    finding: Finding
    parameters: Mapping[str, Parameter]

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


def evaluate(case: Case, *, live: bool = False, rules: Iterable[Rule] | None = None) -> Verdict:
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
    """
    kind = str(case.facts.get("kind", ""))
    regimes = detect(case.facts)
    fired: list[Fired] = []
    skipped: list[Skipped] = []
    asked: list[str] = []
    quiet: dict[str, Any] = {}
    loud: dict[str, Any] = {}
    for rule in all_rules().values() if rules is None else rules:
        if kind not in rule.kinds and "any" not in rule.kinds:
            continue
        if live and regimes.isdisjoint(rule.regimes):
            continue
        outcome, paths = rule.inputs.judge(case.facts)
        if outcome != "asked":
            skipped.append(Skipped(rule, paths, outcome == "gap", _reason(outcome, paths)))
            continue
        case.used = {}
        try:
            answer = rule.check(case)
        except (MissingParameterError, BadCaseError) as problem:
            skipped.append(Skipped(rule, (), True, str(problem)))
            continue
        except NotAskedError as problem:
            skipped.append(Skipped(rule, (), problem.is_gap, str(problem)))
            continue
        asked.append(rule.code)
        fired.extend(Fired(rule, finding, dict(case.used)) for finding in answer.findings)
        _merge(loud if answer.findings else quiet, answer)
    if live:
        fired.extend(_gaps(skipped))
    values = {**quiet, **loud, "regimes": sorted(regimes)}
    return Verdict(_decision(fired), tuple(fired), tuple(skipped), values, regimes, tuple(asked))


def value_of(case: Case, path: str) -> Any:
    """Return a fact of a case as it is shown beside a finding; None when it is not there."""
    try:
        return look_up(case.facts, path)
    except KeyError:
        return None


def _merge(into: dict[str, Any], answer: Answer) -> None:
    into.update(answer.values)


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
