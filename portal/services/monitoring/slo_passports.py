"""How the figures of objectives are computed again: from the events of their window, step by step."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import slo_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring import slo_view as view
from portal.services.monitoring.objectives import objective
from portal.services.monitoring.slo_view import BURNS, WHOLE

Rows = Sequence[Mapping[str, Any]]
KNOWN_AT = "known at"
OBJECTIVE = Parameter("objective", "Objective", default="availability")
MOMENT = Parameter("moment", "Looked at (UTC)", default=KNOWN_AT)
WINDOW = Parameter("window", "Window", default="1h")
COLUMNS = (
    Column("window", "Window"),
    Column("at", "Until", "moment"),
    Column("good", "Good", "number", decimals=0),
    Column("total", "All", "number", decimals=0),
    Column("objective", "Promised", "number", decimals=4),
    Column("days", "Window of the objective", "number", unit="days", decimals=0),
)
NOTHING = "Nothing was counted in this window."


def moment_of(params: Params, clocks: Clocks) -> datetime:
    """Return the moment of the look, or raise :class:`DomainError` where it cannot be read."""
    asked = str(params["moment"])
    if asked == KNOWN_AT:
        return clocks.known_at.replace(second=0, microsecond=0)
    try:
        found = datetime.fromisoformat(asked)
    except ValueError:
        raise DomainError(
            "The moment of the look cannot be read. Open the figure again from the page."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _sums(rows: Rows, window: str) -> tuple[float, float]:
    kept = [row for row in rows if row["window"] == window]
    return sum(float(row["good"]) for row in kept), sum(float(row["total"]) for row in kept)


def _terms(rows: Rows) -> tuple[float, float]:
    """Return what is promised, and the window in seconds."""
    return (float(rows[0]["objective"]), 86_400.0 * float(rows[0]["days"])) if rows else (0.5, 0.0)


def _window(params: Params) -> str:
    name = str(params["window"])
    if name not in BURNS:
        raise DomainError(f"'{name[:20]}' is no window of a burn rate. Choose one of {', '.join(BURNS)}.")
    return name


def _steps(good: float, total: float, promised: float) -> tuple[Step, ...]:
    return (
        Step("Good", good, "events"),
        Step("All", total, "events"),
        Step("May fail", total * (1 - promised), "events"),
        Step("Failed", view.failed(good, total), "events"),
    )


def _outcome(rows: Rows, window: str, value: float | None, unit: str) -> Outcome:
    good, total = _sums(rows, window)
    return Outcome(value, unit, _steps(good, total, _terms(rows)[0]), "" if total else NOTHING)


def _attained(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return _outcome(rows, WHOLE, view.attained_of(*_sums(rows, WHOLE)), "fraction")


def _left(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return _outcome(rows, WHOLE, view.left_of(*_sums(rows, WHOLE), _terms(rows)[0]), "fraction")


def _failed(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    good, total = _sums(rows, WHOLE)
    return _outcome(rows, WHOLE, view.failed(good, total) if total else None, "events")


def _burn(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    window = _window(params)
    return _outcome(rows, window, view.burn_of(*_sums(rows, window), _terms(rows)[0]), "x")


def _lasts(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    promised, seconds = _terms(rows)
    left = view.left_of(*_sums(rows, WHOLE), promised)
    burn = view.burn_of(*_sums(rows, "6h"), promised)
    made = _outcome(rows, WHOLE, view.lasts_of(left, burn, seconds), "h")
    return replace(made, steps=(*made.steps, Step("Left", left, "share"), Step("Burn rate, 6 h", burn, "x")))


def _rows(work: UnitOfWork, params: Params, clocks: Clocks, windows: Sequence[str]) -> tuple[str, Table]:
    code, moment = str(params["objective"]), moment_of(params, clocks)
    named = objective(work, code, moment)
    [found] = view.read(work, moment, [code])
    rows = []
    for name in windows:
        span = found.spans[name]
        for at, good, total in zip(span.ends.tolist(), span.good.tolist(), span.total.tolist(), strict=True):
            rows.append(
                (name, datetime.fromtimestamp(at, UTC), good, total, named.objective, named.window_days)
            )
    return named.title, Table(COLUMNS, rows)


def _evaluation(title: str, inputs: Table, made: Outcome) -> Evaluation:
    return Evaluation(title, made.value, made.unit, inputs, made.steps, note=made.note)


def _whole(work: UnitOfWork, params: Params, clocks: Clocks, replay: Any, *windows: str) -> Evaluation:
    title, table = _rows(work, params, clocks, windows or (WHOLE,))
    return _evaluation(title, table, replay(table.records(), params, clocks))


@evaluates(
    metrics.ATTAINED.id,
    permission=Permission.MONITORING_READ,
    parameters=(OBJECTIVE, MOMENT),
    replay=_attained,
)
def attained(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Compute the share that went well."""
    return _whole(work, params, clocks, _attained)


@evaluates(
    metrics.BUDGET_LEFT.id,
    permission=Permission.MONITORING_READ,
    parameters=(OBJECTIVE, MOMENT),
    replay=_left,
)
def budget_left(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Compute the share of the error budget that is left."""
    return _whole(work, params, clocks, _left)


@evaluates(
    metrics.FAILED.id, permission=Permission.MONITORING_READ, parameters=(OBJECTIVE, MOMENT), replay=_failed
)
def failed(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count what failed."""
    return _whole(work, params, clocks, _failed)


@evaluates(
    metrics.BURN_RATE.id,
    permission=Permission.MONITORING_READ,
    parameters=(OBJECTIVE, WINDOW, MOMENT),
    replay=_burn,
)
def burn_rate(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Compute a burn rate."""
    return _whole(work, params, clocks, _burn, _window(params))


@evaluates(
    metrics.LASTS.id, permission=Permission.MONITORING_READ, parameters=(OBJECTIVE, MOMENT), replay=_lasts
)
def lasts(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Compute how long the rest of the budget lasts."""
    return _whole(work, params, clocks, _lasts, WHOLE, "6h")
