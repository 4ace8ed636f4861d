"""How a metric is computed again for its passport: the registry of evaluators that the areas fill.

An evaluator reads the rows behind a figure under both clocks and computes the figure with the function that the page
uses. Its twin, the *replay*, computes the figure from rows that are already there, so that a receipt can be checked
without a database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeGuard

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import METRICS, Params, metric
from portal.core.passport import Evaluation, Outcome, Parameter
from portal.core.permissions import Permission

TEXT_LIMIT = 2000
ROUNDING = 1e-12  # relative; another processor may round the last digit of a sum differently


EvaluatorFunction = Callable[[UnitOfWork, Params, Clocks, Actor], Evaluation]
Replay = Callable[[Sequence[Mapping[str, Any]], Params, Clocks], Outcome]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A registered evaluator.

    ``replay`` is None where the value cannot be computed from the rows alone. ``tolerance`` is the relative difference
    that another machine may make.
    """

    metric_id: str
    permission: Permission
    parameters: tuple[Parameter, ...]
    run: EvaluatorFunction
    replay: Replay | None = None
    tolerance: float = ROUNDING


_EVALUATORS: dict[str, Evaluator] = {}
EVALUATORS: Mapping[str, Evaluator] = MappingProxyType(_EVALUATORS)


def evaluates(
    metric_id: str,
    *,
    permission: Permission,
    parameters: Sequence[Parameter] = (),
    replay: Replay | None = None,
    tolerance: float = ROUNDING,
) -> Callable[[EvaluatorFunction], EvaluatorFunction]:
    """Register the decorated function as the evaluator of ``metric_id``; a second one raises ValueError."""

    def register(run: EvaluatorFunction) -> EvaluatorFunction:
        if metric_id not in METRICS:
            raise ValueError(f"An evaluator is registered for '{metric_id}', which is not a metric.")
        if metric_id in _EVALUATORS:
            raise ValueError(f"The metric '{metric_id}' has two evaluators.")
        _EVALUATORS[metric_id] = Evaluator(metric_id, permission, tuple(parameters), run, replay, tolerance)
        return run

    return register


def evaluator(metric_id: str) -> Evaluator:
    """Return the evaluator of ``metric_id``, or raise :class:`NotFound`."""
    found = _EVALUATORS.get(metric(metric_id).id)
    if found is None:
        raise NotFound(f"The metric '{metric_id}' has no passport: nobody said how to compute it again.")
    return found


def evaluate(metric_id: str, params: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Evaluation:
    """Compute ``metric_id`` again for ``params`` under ``clocks``, with the rights of ``actor``.

    Raises
    ------
    NotFound
        There is no such metric, or what the parameters name does not exist.
    NotPermitted
        The actor may not see this metric.
    DomainError
        A parameter is missing or cannot be read.
    """
    found = evaluator(metric_id)
    actor.require(found.permission)
    with UnitOfWork() as work:
        return found.run(work, clean_params(metric_id, params), clocks, actor)


def clean_params(metric_id: str, params: Mapping[str, Any]) -> dict[str, str | int | float | None]:
    """Return the parameters that ``metric_id`` knows, checked and with defaults; others are left out.

    Raises
    ------
    DomainError
        One is missing, of the wrong kind or out of its range.
    """
    return {p.name: _clean(metric_id, p, params.get(p.name)) for p in evaluator(metric_id).parameters}


def _clean(metric_id: str, parameter: Parameter, given: Any) -> str | int | float | None:
    value = parameter.default if given is None or given == "" else given
    if parameter.kind == "integer" and isinstance(value, str) and value.isdecimal() and len(value) < 10:
        value = int(value)  # choices of a page are texts
    if value is None:
        raise DomainError(
            f"The metric '{metric_id}' needs the parameter '{parameter.name}' ({parameter.title}). "
            "Open it again from a figure on a page.",
            metric=metric_id,
            parameter=parameter.name,
        )
    if not _fits(parameter, value):
        kind = {"text": "a text", "integer": "an integer", "number": "a number"}[parameter.kind]
        span = "" if parameter.kind == "text" else f" from {parameter.low:g} to {parameter.high:g}"
        raise DomainError(
            f"The parameter '{parameter.name}' of the metric '{metric_id}' must be {kind}{span}.",
            metric=metric_id,
            parameter=parameter.name,
        )
    return value


def _fits(parameter: Parameter, value: object) -> TypeGuard[str | int | float]:
    if parameter.kind == "text":
        return isinstance(value, str) and len(value) <= TEXT_LIMIT
    if isinstance(value, bool) or not isinstance(value, int if parameter.kind == "integer" else (int, float)):
        return False
    return parameter.low <= value <= parameter.high
