"""How the figures of messages are computed again: from the messages as they stood, by the reader's rights."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.queries import deliveries as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import deliveries
from portal.domain.monitoring import delivery_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring.delivery_tables import seen_by

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
COLUMNS = (
    Column("id", "Message", "integer"),
    Column("state", "State", "badge"),
    Column("attempt", "Attempts", "integer"),
    Column("recorded_at", "Written", "moment"),
    Column("not_before", "Due", "moment"),
    Column("sent_at", "Arrived", "moment"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _states(rows: Rows) -> list[str]:
    return [str(row["state"]) for row in rows]


def _sent(rows: Rows) -> list[datetime | None]:
    return [None if row["sent_at"] is None else datetime.fromisoformat(str(row["sent_at"])) for row in rows]


def _attempts(rows: Rows) -> list[int]:
    return [int(row["attempt"]) for row in rows]


def _under_way(rows: Rows, _moment: datetime) -> float:
    return float(deliveries.under_way(_states(rows)))


def _given_up(rows: Rows, _moment: datetime) -> float:
    return float(deliveries.given_up(_states(rows)))


def _arrived(rows: Rows, moment: datetime) -> float:
    return float(deliveries.arrived(_sent(rows), moment))


def _first_time(rows: Rows, moment: datetime) -> float | None:
    return deliveries.first_time_share(_sent(rows), _attempts(rows), moment)


def _seconds(rows: Rows, moment: datetime) -> float | None:
    due = [datetime.fromisoformat(str(row["not_before"])) for row in rows]
    return deliveries.typical_seconds(due, _sent(rows), _attempts(rows), moment)


_NONE = "No message has arrived within 24 hours."
_FIGURES: tuple[tuple[Metric, Callable[[Rows, datetime], float | None]], ...] = (
    (metrics.UNDER_WAY, _under_way),
    (metrics.GIVEN_UP, _given_up),
    (metrics.ARRIVED, _arrived),
    (metrics.FIRST_TIME, _first_time),
    (metrics.SECONDS, _seconds),
)


def _register(metric: Metric, figure: Callable[[Rows, datetime], float | None]) -> None:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = _moment(params, clocks)
        value = figure(rows, moment)
        step = Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC")
        return Outcome(value, metric.unit, (step,), "" if value is not None else _NONE)

    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        moment = _moment(params, clocks)
        since = moment - timedelta(hours=deliveries.WINDOW_HOURS)
        found = queries.counted(work.session, seen_by(actor), since=since, until=moment)
        table = Table(COLUMNS, [tuple(getattr(row, column.key) for column in COLUMNS) for row in found])
        outcome = replay(table.records(), params, clocks)
        return Evaluation(
            "Messages that you may see", outcome.value, outcome.unit, table, outcome.steps, note=outcome.note
        )

    evaluates(metric.id, permission=Permission.SIGNED_IN, parameters=MOMENT, replay=replay)(evaluate)


for _metric, _figure in _FIGURES:
    _register(_metric, _figure)
