"""How the figures of Compliance > Privacy are computed again: requests, holds, rows by day and rows of a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data.queries import privacy as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import privacy_counts as counts
from portal.domain.compliance import privacy_metrics as metrics
from portal.domain.compliance.record_classes import RecordClass, by_code
from portal.services.compliance.privacy_views import (
    Item,
    Request,
    counts_of,
    inventory_in,
    request_in,
    requests_in,
)
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
Cells = Sequence[tuple[Any, ...]]
MOMENT = Parameter("moment", "Counted at (UTC)", default="known at")
REQUEST = Parameter("request", "Request", "integer", low=1, high=2**53)
CLASS = Parameter("class", "Class of records")
REQUESTS = (
    Column("request", "Request", "integer"),
    Column("kind", "Kind"),
    Column("state", "State", "badge"),
    Column("due_at", "Due", "moment"),
    Column("done_at", "Answered", "moment"),
)
HOLDS = (
    Column("hold", "Hold", "integer"),
    Column("class", "Class"),
    Column("released_at", "Released", "moment"),
)
DAYS = (Column("table", "Table"), Column("day", "Day", "date"), Column("rows", "Rows", "integer"))
TABLES = (Column("table", "Table"), Column("rows", "Rows", "integer"), Column("oldest", "Oldest", "date"))
NO_ROW = "No row of this class holds data of a person."


def request_row(request: Request) -> tuple[Any, ...]:
    """Return what a count needs of a request."""
    return request.row.id, request.row.kind, request.state, request.row.due_at, request.done_at


def class_rows(work: UnitOfWork, item: RecordClass, moment: datetime) -> list[tuple[Any, ...]]:
    """Return how many rows of a class there are, by table and day."""
    return [
        (source.table, day, number)
        for source in item.sources
        if not source.kept
        for day, number in queries.days(work.session, source, known_at=moment)
    ]


def person_rows(items: Sequence[Item], code: str) -> list[tuple[Any, ...]]:
    """Return how many rows of a class hold data of a person, by table."""
    return [(table, tally.count, tally.oldest) for table, tally in counts_of(items, code) if tally.count]


def _at(value: object) -> datetime | None:
    return value if value is None or isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _due(row: Mapping[str, Any]) -> datetime:
    found = _at(row["due_at"])
    if found is None:
        raise DomainError("A request without a deadline cannot be counted.")
    return found


def _states(rows: Rows) -> list[str]:
    return [str(row["state"]) for row in rows]


def _days(rows: Rows) -> list[date]:
    return [
        row["day"] if isinstance(row["day"], date) else date.fromisoformat(str(row["day"])) for row in rows
    ]


def _oldest(rows: Rows, at: datetime) -> float | None:
    age = counts.oldest_age(_days(rows), at.date())
    return None if age is None else float(age)


COMPUTED: Mapping[str, Callable[[Rows, datetime], float | None]] = {
    metrics.OPEN.id: lambda rows, _: float(counts.open_count(_states(rows))),
    metrics.WAITING.id: lambda rows, _: float(counts.waiting_count(_states(rows))),
    metrics.LATE.id: lambda rows, at: float(counts.late_count(_states(rows), [_due(row) for row in rows], at)),
    metrics.DAYS_LEFT.id: lambda rows, at: counts.days_left(_due(rows[0]), _at(rows[0]["done_at"]), at),
    metrics.HOLDS.id: lambda rows, at: float(counts.in_force_count([_at(row["released_at"]) for row in rows], at)),
    metrics.ROWS.id: lambda rows, _: float(counts.row_count([int(row["rows"]) for row in rows])),
    metrics.OLDEST.id: _oldest,
    metrics.PERSON_ROWS.id: lambda rows, _: float(counts.row_count([int(row["rows"]) for row in rows])),
}  # fmt: skip
"""Each figure from the rows and the moment; the page asks the same functions."""

Read = Callable[[UnitOfWork, Params, datetime], Cells]


def _all_requests(work: UnitOfWork, _params: Params, moment: datetime) -> Cells:
    return sorted(request_row(item) for item in requests_in(work, moment))


def _one_request(work: UnitOfWork, params: Params, moment: datetime) -> Cells:
    return [request_row(request_in(work, int(params["request"] or 0), moment))]


def _holds(work: UnitOfWork, _params: Params, moment: datetime) -> Cells:
    return sorted(
        (row.id, row.record_class, row.released_at) for row in queries.holds(work.session, known_at=moment)
    )


def _class(work: UnitOfWork, params: Params, moment: datetime) -> Cells:
    return sorted(class_rows(work, by_code(str(params["class"])), moment))


def _person(work: UnitOfWork, params: Params, _moment: datetime) -> Cells:
    at = clock.now()  # rows of a person are those of now: an erasure leaves no past
    request = request_in(work, int(params["request"] or 0), at)
    person = queries.behind(work.session, request.row.subject_kind, request.row.subject_ref)
    if person is None:
        raise NotFound("Nobody knows any more whom this request is about: the pseudonym was erased.")
    return sorted(
        person_rows(inventory_in(work, person, at), str(params["class"])), key=lambda row: str(row[0])
    )


def moment_of(params: Params, clocks: Clocks) -> datetime:
    """Return the moment of the count.

    Raises
    ------
    DomainError
        It is no moment.
    """
    asked = str(params[MOMENT.name])
    if asked == MOMENT.default:
        return clocks.known_at
    try:
        return datetime.fromisoformat(asked)
    except ValueError:
        raise DomainError(f"'{asked[:40]}' is no moment. Open the figure again from its page.") from None


def _register(metric: Metric, title: str, columns: tuple[Column, ...], read: Read, *more: Parameter) -> None:
    compute = COMPUTED[metric.id]

    def outcome(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = moment_of(params, clocks)
        value = compute(rows, moment)
        steps = (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),)
        return Outcome(value, metric.unit, steps, "" if value is not None else NO_ROW)

    @evaluates(metric.id, permission=Permission.PRIVACY_MANAGE, parameters=(*more, MOMENT), replay=outcome)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        table = Table(columns, list(read(work, params, moment_of(params, clocks))))
        found = outcome(table.records(), params, clocks)
        return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)


for _metric in (metrics.OPEN, metrics.WAITING, metrics.LATE):
    _register(_metric, "All requests", REQUESTS, _all_requests)
_register(metrics.DAYS_LEFT, "Request", REQUESTS, _one_request, REQUEST)
_register(metrics.HOLDS, "All legal holds", HOLDS, _holds)
_register(metrics.ROWS, "Class of records", DAYS, _class, CLASS)
_register(metrics.OLDEST, "Class of records", DAYS, _class, CLASS)
_register(metrics.PERSON_ROWS, "Records of a person", TABLES, _person, REQUEST, CLASS)
