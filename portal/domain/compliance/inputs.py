"""What a rule must be told: paths of facts with their types, and whether a case has them.

Notation: ``n`` number, ``i`` integer, ``s`` text, ``b`` true or false, ``d`` day, ``t`` moment, ``L`` list; allowed
values in brackets, ``s(buy,sell)``; ``?`` after it means that it may be absent or None, ``!`` that it must be there but
may be None or an empty text (known to be empty). Paths: ``a.b``; ``a[].b`` is b of each item of the list a; ``a[]`` a
list of plain values; ``a.<name>`` any key below a.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from math import isfinite
from typing import Any, Literal

from portal.domain.compliance.errors import BadCaseError

ABSENT = object()
_TYPES = frozenset("nisbdtL")
Outcome = Literal["asked", "gap", "other"]
_ASKED, _GAP, _OTHER = range(3)
Probe = Callable[[Mapping[str, Any]], int]


@dataclass(frozen=True, slots=True)
class Input:
    """One declared fact; ``steps`` is its path cut at dots, a list step ends in ``[]``."""

    path: str
    steps: tuple[str, ...]
    type: str
    allowed: frozenset[str]
    optional: bool
    nullable: bool

    @property
    def is_list(self) -> bool:
        """Whether the path goes through a list."""
        return any(step.endswith("[]") for step in self.steps)


@dataclass(frozen=True, slots=True)
class Inputs:
    """The facts of a rule, and the groups of which one must be whole."""

    facts: tuple[Input, ...]
    groups: tuple[tuple[Input, ...], ...]
    probes: tuple[tuple[tuple[str, Probe], ...], ...] = field(repr=False, compare=False)

    def judge(self, facts: Mapping[str, Any]) -> tuple[Outcome, tuple[str, ...]]:
        """Tell whether the rule can be asked; else the paths that are missing (gap) or say it is another matter."""
        best: tuple[Outcome, tuple[str, ...]] | None = None
        for group in self.probes:
            outcome, paths = _judge(group, facts)
            if outcome == "asked":
                return outcome, paths
            if best is None or (best[0] == "other" and outcome == "gap") or (
                best[0] == outcome and len(paths) < len(best[1])
            ):  # fmt: skip
                best = (outcome, paths)
        return best or ("asked", ())


def compile_inputs(inputs: Mapping[str, str], groups: Sequence[Sequence[str]] = ()) -> Inputs:
    """Return ``inputs`` read; ValueError for a declaration that cannot be read."""
    facts = {path: _read(path, text) for path, text in inputs.items()}
    wanted = groups or (tuple(facts),)
    missing = {path for group in wanted for path in group} - set(facts)
    if missing:
        raise ValueError(f"Groups name paths that have no type: {sorted(missing)}.")
    whole = tuple(tuple(facts[path] for path in group if not facts[path].optional) for group in wanted)
    probes = tuple(tuple((fact.path, _probe(fact)) for fact in group) for group in whole)
    return Inputs(tuple(facts.values()), whole, probes)


def _read(path: str, text: str) -> Input:
    kind = text[:1]
    if kind not in _TYPES:
        raise ValueError(f"{path}: '{text}' does not begin with one of n i s b d t L.")
    allowed: frozenset[str] = frozenset()
    rest = text[1:]
    if "(" in rest:
        inside = rest[rest.index("(") + 1 : rest.index(")")]
        allowed = frozenset(item.strip() for item in inside.split(","))
        rest = rest[: rest.index("(")] + rest[rest.index(")") + 1 :]
    return Input(path, tuple(path.split(".")), kind, allowed, "?" in rest, "!" in rest)


def look_up(facts: Any, path: str) -> Any:
    """Return the fact at a path, a tuple of facts where it goes through a list; KeyError when it is not there."""
    steps, is_plain = _steps_of(path)
    if is_plain:
        for step in steps:
            if not isinstance(facts, (dict, Mapping)):
                raise KeyError(path)
            facts = facts.get(step, ABSENT)
    else:
        facts = _find(facts, steps)
    if facts is ABSENT:
        raise KeyError(path)
    return facts


@lru_cache(maxsize=4096)
def _steps_of(path: str) -> tuple[tuple[str, ...], bool]:
    """Return the steps of a path, and whether each is a plain name."""
    steps = tuple(path.split("."))
    return steps, not any(step.endswith("[]") or step.startswith("<") for step in steps)


def _find(node: Any, steps: tuple[str, ...]) -> Any:
    """Walk ``steps``; through a list the answer is a tuple, ABSENT when any item lacks it."""
    for at, step in enumerate(steps):
        is_list = step.endswith("[]")
        name = step[:-2] if is_list else step
        if not isinstance(node, Mapping):
            return ABSENT
        if name.startswith("<"):
            return ABSENT if not node else tuple(node.values())
        if name not in node:
            return ABSENT
        node = node[name]
        if is_list:
            if not isinstance(node, (list, tuple)):
                return ABSENT
            rest = steps[at + 1 :]
            if not rest:
                return tuple(node)
            found = tuple(_find(item, rest) for item in node)
            return ABSENT if ABSENT in found else found
    return node


def _judge(group: Sequence[tuple[str, Probe]], facts: Mapping[str, Any]) -> tuple[Outcome, tuple[str, ...]]:
    gaps: list[str] = []
    others: list[str] = []
    for path, probe in group:
        outcome = probe(facts)
        if outcome == _GAP:
            gaps.append(path)
        elif outcome == _OTHER:
            others.append(path)
    if others:
        return "other", tuple(others)
    if gaps:
        return "gap", tuple(gaps)
    return "asked", ()


def _probe(fact: Input) -> Probe:
    """Return the function that tells of one fact; what a path needs is worked out once, not at every question."""
    fits, steps = _fitting(fact), fact.steps
    if fact.is_list or any(step.startswith("<") for step in steps):

        def of_list(facts: Mapping[str, Any]) -> int:
            found = _find(facts, steps)
            if found is ABSENT:
                return _GAP
            for value in found if isinstance(found, tuple) or fact.is_list else (found,):
                outcome = fits(value)
                if outcome:
                    return outcome
            return _ASKED

        return of_list

    def of_one(facts: Any) -> int:
        for step in steps:
            if not isinstance(facts, (dict, Mapping)):
                return _GAP
            facts = facts.get(step, ABSENT)
        return _GAP if facts is ABSENT else fits(facts)

    return of_one


def _fitting(fact: Input) -> Callable[[Any], int]:
    """Return the function that tells of one value whether it is of the type and among the allowed ones."""
    kind, allowed, empty = fact.type, fact.allowed, _ASKED if fact.nullable else _GAP

    def fits(value: Any) -> int:
        if value is None or (value == "" and kind == "s"):
            return empty
        if isinstance(value, (list, tuple)):  # lists within lists: each item
            outcomes = [fits(item) for item in value]
            return _GAP if _GAP in outcomes else _OTHER if _OTHER in outcomes else _ASKED
        if not _is_of(kind, value):
            return _GAP
        return _OTHER if allowed and str(value) not in allowed else _ASKED

    return fits


def _is_of(kind: str, value: Any) -> bool:
    match kind:
        case "s":
            return isinstance(value, str) and value != ""
        case "b":
            return isinstance(value, bool)
        case "n":
            return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)
        case "d" | "t":
            return _is_day(value)
        case "i":
            return isinstance(value, int) and not isinstance(value, bool)
        case _:
            return isinstance(value, (list, tuple, Mapping)) or value is not None


def _is_day(value: Any) -> bool:
    if isinstance(value, str):
        return _reads_as_day(value)
    try:
        return to_day(value) is not None
    except BadCaseError:
        return False


@lru_cache(maxsize=65_536)
def _reads_as_day(text: str) -> bool:
    try:
        return to_day(text) is not None
    except BadCaseError:
        return False


def to_day(value: Any) -> date:
    """Return the UTC day of a day, a moment or an ISO text.

    Raises
    ------
    BadCaseError
        It is none of them.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value) if len(value) == 10 else to_moment(value).date()
        except ValueError:
            pass
    raise BadCaseError(f"'{value}' is not a day such as 2026-06-08.")


def to_moment(value: object) -> datetime:
    """Return a moment with its zone; a plain day is its first moment in UTC.

    Raises
    ------
    BadCaseError
        It is no moment, or has no zone.
    """
    if isinstance(value, str):
        text = value
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            raise BadCaseError(f"'{value}' is not a moment such as 2026-06-08T09:12:33Z.") from None
        if len(text) == len("2026-06-08"):
            return value.replace(tzinfo=UTC)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise BadCaseError(f"'{value}' has no zone; write it as 2026-06-08T09:12:33Z.")
        return value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise BadCaseError(f"'{value}' is not a moment such as 2026-06-08T09:12:33Z.")
