"""How the counts of Monitoring > Health are computed again: from the changes that the monitor recorded."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from data.queries import states as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import health_metrics as metrics
from portal.domain.monitoring.health import State, count_in
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
COLUMNS = (
    Column("service", "Service"),
    Column("state", "State", "badge"),
    Column("at", "Since", "moment"),
    Column("reason", "Reason"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _counts(state: State) -> Callable[[Rows, Params, Clocks], Outcome]:
    def replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        found = count_in([State(str(row["state"])) for row in rows], state)
        counted = Step("Counted at", f"{_moment(params, clocks):%Y-%m-%d %H:%M:%S} UTC")
        return Outcome(float(found), "services", (counted,))

    return replay


def _table(work: UnitOfWork, moment: datetime) -> Table:
    rows = queries.at_moment(work.session, moment)
    return Table(
        COLUMNS,
        [
            (row.service, row.state, row.at, row.reason)
            for row in rows.values()
            if row.facts.get("watched", True)
        ],
    )


def _register(state: State) -> None:
    replay = _counts(state)

    @evaluates(
        metrics.BY_STATE[state.value].id,
        permission=Permission.MONITORING_READ,
        parameters=MOMENT,
        replay=replay,
    )
    def count(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        del actor  # the record of health is the same for all who may see it
        table = _table(work, _moment(params, clocks))
        outcome = replay(table.records(), params, clocks)
        return Evaluation("Services by state", outcome.value, outcome.unit, table, outcome.steps)


for one in State:
    _register(one)
