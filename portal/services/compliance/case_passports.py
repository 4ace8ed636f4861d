"""How the figures of Compliance > Cases are computed again: from the cases as they stood at the moment of the count."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import case_counts as counts
from portal.domain.compliance import case_metrics as metrics
from portal.services.compliance.case_views import CaseView, views_in
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
Compute = Callable[[Rows, datetime], float | None]
AT = "moment"
MOMENT = Parameter(AT, "Counted at (UTC)", default="known at")
CASE = Parameter("case", "Case", "integer", low=1, high=2**53)
COLUMNS = (
    Column("case", "Case", "integer"),
    Column("kind", "Kind"),
    Column("rule", "Rule"),
    Column("severity", "Severity", "badge"),
    Column("state", "State", "badge"),
    Column("opened_at", "Opened", "moment"),
    Column("due_at", "Due", "moment"),
    Column("closed_at", "Decided", "moment"),
)
NOTHING = "No case was decided within the thirty days before."


def row_of(view: CaseView) -> tuple[Any, ...]:
    """Return what a count needs of a case, without names."""
    standing = view.standing
    return (
        view.id, view.row.kind, view.row.rule, standing.severity.value, standing.state.value, view.row.opened_at,
        view.due_at, standing.closed_at,
    )  # fmt: skip


def states(rows: Rows) -> list[str]:
    """Return the state of each case."""
    return [str(row["state"]) for row in rows]


def due(rows: Rows) -> list[datetime]:
    """Return the deadline of each case."""
    return [_at(row["due_at"]) for row in rows]


def closed(rows: Rows) -> list[datetime | None]:
    """Return when each case was decided, None while it is not."""
    return [None if row["closed_at"] is None else _at(row["closed_at"]) for row in rows]


def _at(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


COMPUTED: Mapping[str, Compute] = {
    metrics.OPEN.id: lambda rows, _: float(counts.open_count(states(rows))),
    metrics.WAITING.id: lambda rows, _: float(counts.waiting_count(states(rows))),
    metrics.LATE.id: lambda rows, at: float(counts.late_count(states(rows), due(rows), at)),
    metrics.DECIDED.id: lambda rows, at: float(counts.decided_count(closed(rows), at)),
    metrics.IN_TIME.id: lambda rows, at: counts.in_time_share(due(rows), closed(rows), at),
    metrics.HOURS_LEFT.id: lambda rows, at: counts.hours_left(due(rows)[0], closed(rows)[0], at),
}
"""Each figure from the rows and the moment; the page asks the same functions."""


def moment_of(params: Params, clocks: Clocks) -> datetime:
    """Return the moment of the count.

    Raises
    ------
    DomainError
        It is no moment.
    """
    asked = str(params[AT])
    if asked == MOMENT.default:
        return clocks.known_at
    try:
        return datetime.fromisoformat(asked)
    except ValueError:
        raise DomainError(f"'{asked[:40]}' is no moment. Open the figure again from its page.") from None


def _register(metric: Metric, *more: Parameter) -> None:
    compute = COMPUTED[metric.id]

    def outcome(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = moment_of(params, clocks)
        value = compute(rows, moment) if rows or not more else None
        steps = (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),)
        return Outcome(value, metric.unit, steps, "" if value is not None else NOTHING)

    @evaluates(metric.id, permission=Permission.COMPLIANCE_READ, parameters=(*more, MOMENT), replay=outcome)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        views = views_in(work, moment_of(params, clocks), actor)
        if more:
            views = [view for view in views if view.id == params["case"]]
            if not views:
                raise NotFound(f"There is no case {params['case']}.", case=params["case"])
        table = Table(COLUMNS, sorted(row_of(view) for view in views))
        found = outcome(table.records(), params, clocks)
        title = f"Case {params['case']}" if more else "All cases"
        return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)


for _metric in (metrics.OPEN, metrics.WAITING, metrics.LATE, metrics.DECIDED, metrics.IN_TIME):
    _register(_metric)
_register(metrics.HOURS_LEFT, CASE)
