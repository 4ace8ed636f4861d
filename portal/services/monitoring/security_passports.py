"""How the figures of Monitoring > Security are computed again: from the rows that the page counts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.domain.monitoring import security_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring import vulnerabilities
from portal.services.monitoring.security_rows import ROWS, names_for, value_of

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _register(metric: Metric) -> None:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = _moment(params, clocks)
        steps = (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),)
        return Outcome(value_of(metric, rows, moment), metric.unit, steps)

    @evaluates(metric.id, permission=Permission.SECURITY_READ, parameters=MOMENT, replay=replay)
    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        table = ROWS[metric](work, _moment(params, clocks), names_for(work, actor))
        found = replay(table.records(), params, clocks)
        note = vulnerabilities.newest().problem if metric is metrics.VULNERABILITIES else ""
        return Evaluation(metric.title, found.value, found.unit, table, found.steps, note=note)


for _metric in ROWS:
    _register(_metric)
