"""How the figures of Monitoring > Incidents are computed again: from the incidents that their reader may see."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.queries.incidents import TimedRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params, metric
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import incident_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring import incident_tables as tables

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
COLUMNS = (
    Column("id", "Incident", "integer"),
    Column("severity", "Severity", "badge"),
    Column("opened_at", "Opened", "moment"),
    Column("acknowledged_at", "First acknowledged", "moment"),
    Column("resolved_at", "Resolved", "moment"),
    Column("asked_at", "Last asked", "moment"),
    Column("taken_at", "Last taken", "moment"),
)
NOTHING = "No incident was acknowledged or resolved in the window."


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _timed(row: Mapping[str, Any]) -> TimedRow:
    def time(name: str) -> datetime | None:
        return None if row[name] is None else datetime.fromisoformat(str(row[name]))

    opened = time("opened_at")
    if opened is None:
        raise ValueError("an incident without an opening")
    return TimedRow(
        int(row["id"]), str(row["severity"]), opened, time("acknowledged_at"), time("resolved_at"),
        time("asked_at"), time("taken_at"),
    )  # fmt: skip


def _register(metric_id: str) -> None:
    unit, compute = metric(metric_id).unit, tables.COMPUTED[metric_id]

    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = _moment(params, clocks)
        value = compute([_timed(row) for row in rows], moment)
        step = Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC")
        return Outcome(value, unit, (step,), NOTHING if value is None else "")

    @evaluates(metric_id, permission=Permission.SIGNED_IN, parameters=MOMENT, replay=replay)
    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = tables.timed_in(work, actor, _moment(params, clocks))
        rows = [tuple(getattr(row, column.key) for column in COLUMNS) for row in found]
        table = Table(COLUMNS, rows)
        outcome = replay(table.records(), params, clocks)
        return Evaluation(
            "Incidents that you may see", outcome.value, outcome.unit, table, outcome.steps, note=outcome.note
        )


for _metric in (metrics.OPEN, metrics.WAITING, metrics.RESOLVED, metrics.MTTA, metrics.MTTR):
    _register(_metric.id)
