"""Examples of a rule asked of the engine: what it answers now, and whether that is what the example expects.

API: ``run(code, parameters) -> tuple[ExampleRun, ...]``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.domain.compliance.base import Case
from portal.domain.compliance.engine import Verdict, evaluate
from portal.domain.compliance.examples import examples_of
from portal.domain.compliance.inputs import to_day, to_moment
from portal.domain.compliance.parameters import Parameters
from portal.domain.compliance.working_days import WorkingDays

USUAL_MOMENT = "2026-06-08T12:00:00Z"
"""When an example that names no moment is asked."""
_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """One example, what the engine said, and what differs from what was expected; ``differences`` is empty when not."""

    title: str
    kind: str
    as_of: str
    input: Mapping[str, Any]
    expected: str
    answered: str
    message: str
    differences: tuple[str, ...]

    @property
    def is_met(self) -> bool:
        """Whether the engine answers as expected."""
        return not self.differences


def run(code: str, parameters: Parameters) -> tuple[ExampleRun, ...]:
    """Ask the engine all examples of a rule with the given parameters.

    Parameters
    ----------
    code : str
        Code of the rule.
    parameters : Parameters
        In force; an example's own ``params`` stand before them.

    Returns
    -------
    tuple of ExampleRun
        In the order of the file.
    """
    return tuple(_one(code, example, parameters) for example in examples_of(code))


def _one(code: str, example: Mapping[str, Any], parameters: Parameters) -> ExampleRun:
    verdict = evaluate(case_of(example, parameters))
    expected = example["expected"]
    own = [item for item in verdict.fired if item.code == code]
    gaps = {item.rule.code for item in verdict.skipped}
    return ExampleRun(
        str(example["title"]), str(example["case"]), str(example.get("as_of", USUAL_MOMENT)), example["input"],
        _words(
            expected["decision"], [f"{fire['rule']} {fire['action']}" for fire in expected.get("fires", ())],
            code in expected.get("not_evaluated", ()),
        ),
        _words(
            verdict.decision, [f"{item.code} {item.finding.action.value}" for item in verdict.fired], code in gaps
        ),
        " ".join(item.finding.message for item in own),
        tuple(_differences(expected, verdict)),
    )  # fmt: skip


def case_of(example: Mapping[str, Any], parameters: Parameters) -> Case:
    """Return the case of an example."""
    as_of = str(example.get("as_of", USUAL_MOMENT))
    holidays = (example.get("calendar") or {}).get("holidays", ())
    return Case(
        example["input"],
        to_day(as_of) if len(as_of) == len("2026-06-08") else to_moment(as_of),
        parameters.with_overrides(example.get("params") or {}),
        WorkingDays(holidays=frozenset(date.fromisoformat(day) for day in holidays)),
    )


def _words(decision: str, fires: list[str], is_gap: bool) -> str:
    told = ", ".join(dict.fromkeys(fires)) or ("not evaluated" if is_gap else "nothing fires")
    return f"{decision}: {told}"


def _differences(expected: Mapping[str, Any], verdict: Verdict) -> list[str]:
    found = []
    if verdict.decision != expected["decision"]:
        found.append(f"the decision is {verdict.decision}, not {expected['decision']}")
    fired = {(item.code, item.finding.action.value) for item in verdict.fired}
    wanted = {(fire["rule"], fire["action"]) for fire in expected.get("fires", ())}
    found += [f"{rule} does not fire as {action}" for rule, action in sorted(wanted - fired)]
    found += [
        f"{rule} fires as {action}"
        for rule, action in sorted(fired - wanted)
        if action != "report" or rule in expected.get("not_fires", ())
    ]
    skipped = {item.rule.code for item in verdict.skipped}
    found += [f"{rule} is evaluated" for rule in expected.get("not_evaluated", ()) if rule not in skipped]
    return found + [
        f"{key} is {verdict.values.get(key)}, not {value}"
        for key, value in expected.get("values", {}).items()
        if not _same(verdict.values.get(key), value)
    ]


def _same(have: Any, want: Any) -> bool:
    if isinstance(want, bool) or isinstance(have, bool):
        return have is want
    if isinstance(want, (int, float)) and isinstance(have, (int, float)):
        return abs(have - want) <= _TOLERANCE
    if isinstance(want, list) and isinstance(have, (list, tuple, set, frozenset)):
        return sorted(map(_plain, have)) == sorted(map(_plain, want))
    return _plain(have) == _plain(want)


def _plain(value: Any) -> str:
    if hasattr(value, "hour"):
        return str(value.isoformat()).replace("+00:00", "Z")
    return str(value)
