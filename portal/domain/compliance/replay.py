"""What a change of parameters would have done to cases of the past: what fires now, what would fire, and what differs.

API: ``Past``, ``Effect``, ``replay(pasts, before, after, rules, ...)``, ``facts_of(kind, inputs)``, ``readers(code)``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.domain.compliance.base import Case, Finding, Rule, all_rules
from portal.domain.compliance.engine import evaluate
from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.working_days import WorkingDays

MOST_EXAMPLES = 50


@dataclass(frozen=True, slots=True)
class Past:
    """A case of the past: what it was about, and on which day."""

    subject: str
    day: date
    facts: Mapping[str, Any]
    is_live: bool = True


@dataclass(frozen=True, slots=True)
class Changed:
    """A case that would be judged otherwise, or with another deadline; "" where a rule does not fire."""

    rule: str
    subject: str
    day: date
    before: str
    after: str
    message: str


@dataclass(slots=True)
class Effect:
    """What a change would have done, by rule and action."""

    looked_at: int = 0
    now: Counter[tuple[str, str]] = field(default_factory=Counter)
    then: Counter[tuple[str, str]] = field(default_factory=Counter)
    new: Counter[tuple[str, str]] = field(default_factory=Counter)
    gone: Counter[tuple[str, str]] = field(default_factory=Counter)
    changed: list[Changed] = field(default_factory=list)

    @property
    def keys(self) -> list[tuple[str, str]]:
        """Rule and action of everything that fires before or after."""
        return sorted({*self.now, *self.then})


def readers(code: str) -> tuple[Rule, ...]:
    """Return the rules that read a parameter: they name it, or the beginning of its code."""
    return tuple(
        rule
        for rule in all_rules().values()
        if any(code == name or (name.endswith(".") and code.startswith(name)) for name in rule.parameters)
    )


def replay(
    pasts: Iterable[Past], before: Parameters, after: Parameters, rules: Sequence[Rule], calendar: WorkingDays
) -> Effect:
    """Ask ``rules`` about every case twice, with the parameters before and after a change.

    Parameters
    ----------
    pasts : iterable of Past
        Cases of the past.
    before, after : Parameters
        In force, and as they would be.
    rules : sequence of Rule
        Rules that read what changes.
    calendar : WorkingDays
        Which days count.

    Returns
    -------
    Effect
        Counts by rule and action, and the first cases that would be judged otherwise.
    """
    effect = Effect()
    for past in pasts:
        effect.looked_at += 1
        now, then = (_fired(past, parameters, rules, calendar) for parameters in (before, after))
        effect.now.update(now.keys())
        effect.then.update(then.keys())
        gone, new = sorted(now.keys() - then.keys()), sorted(then.keys() - now.keys())
        effect.gone.update(gone)
        effect.new.update(new)
        room = MOST_EXAMPLES - len(effect.changed)
        changed = [
            Changed(rule, past.subject, past.day, "", act, then[rule, act].message) for rule, act in new
        ]
        changed += [
            Changed(rule, past.subject, past.day, act, "", now[rule, act].message) for rule, act in gone
        ]
        changed += [
            Changed(
                rule, past.subject, past.day, f"{act} due {now[rule, act].due}", f"{act} due {then[rule, act].due}",
                then[rule, act].message,
            )
            for rule, act in sorted(now.keys() & then.keys())
            if now[rule, act].due != then[rule, act].due
        ]  # fmt: skip
        effect.changed += changed[: max(room, 0)]
    return effect


def _fired(
    past: Past, parameters: Parameters, rules: Sequence[Rule], calendar: WorkingDays
) -> dict[tuple[str, str], Finding]:
    """What fires, by rule and action."""
    verdict = evaluate(Case(past.facts, past.day, parameters, calendar), live=past.is_live, rules=rules)
    return {
        (item.code, str(item.finding.extra.get("reason") or item.finding.action.value)): item.finding
        for item in verdict.fired
    }


def facts_of(kind: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested facts from inputs by path, as a record keeps them (``a[].b`` holds the list of all b)."""
    facts: dict[str, Any] = {"kind": kind}
    for path, value in sorted(inputs.items()):
        if "<" not in path:
            _put(facts, path.split("."), value)
    return facts


def _put(node: dict[str, Any], steps: Sequence[str], value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if not step.endswith("[]"):
        if rest:
            _put(node.setdefault(step, {}), rest, value)
        else:
            node[step] = value
        return
    name = step[:-2]
    if not rest:
        node[name] = list(value)
        return
    items = node.setdefault(name, [{} for _ in value])
    for item, one in zip(items, value, strict=False):
        _put(item, rest, one)
