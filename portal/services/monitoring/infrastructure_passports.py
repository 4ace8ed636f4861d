"""How figures of machines, databases and queues are computed again: from the samples that were stored then."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring.samples import Point
from portal.services.evaluation import evaluates
from portal.services.monitoring.infrastructure import FIGURES, NO_SAMPLE, Figure, readings

Rows = Sequence[Mapping[str, Any]]
MOMENT = Parameter("moment", "Read at (UTC)", default="known at")
COLUMNS = (
    Column("metric", "Sample"),
    Column("labels", "Labels"),
    Column("at", "Taken at", "moment"),
    Column("value", "Value", "number", decimals=6),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT.default else datetime.fromisoformat(asked)


def _outcome(one: Figure, rows: Rows, moment: datetime) -> Outcome:
    found: dict[tuple[str, str], list[Point]] = {}
    for row in rows:
        point = Point(datetime.fromisoformat(str(row["at"])), float(row["value"]))
        found.setdefault((str(row["metric"]), str(row["labels"])), []).append(point)
    value = one.compute(found)
    steps = (
        Step("Read at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),
        Step("Samples of the last", one.window.total_seconds() / 60, "min"),
    )
    return Outcome(value, one.unit, steps, NO_SAMPLE if value is None else "")


def _register(one: Figure) -> None:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        return _outcome(one, rows, _moment(params, clocks))

    parameters = (Parameter("service", "Service", default=one.services[0]), MOMENT)

    @evaluates(one.metric.id, permission=Permission.MONITORING_READ, parameters=parameters, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        service, moment = str(params["service"]), _moment(params, clocks)
        if service not in one.services:
            raise NotFound(
                f"'{one.metric.title}' is no figure of '{service}'. It is one of {', '.join(one.services)}."
            )
        found = readings(work, one, service, moment)
        rows = [
            (metric, labels, point.at, point.value)
            for (metric, labels), points in sorted(found.items())
            for point in points
        ]
        table = Table(COLUMNS, rows)
        made = _outcome(one, table.records(), moment)
        return Evaluation(
            f"{one.metric.title}, {service}", made.value, made.unit, table, made.steps, note=made.note
        )


for _figure in FIGURES.values():
    _register(_figure)
