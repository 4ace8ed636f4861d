"""How the counts of Monitoring > Alerts are computed again: from the alerts as they stood, by the reader's rights."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.queries import alerts as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import alert_metrics as metrics
from portal.domain.monitoring.alerts import WINDOW_DAYS, cleared_lately, open_at, waiting_at
from portal.services.evaluation import evaluates
from portal.services.monitoring.alerts import sight_of

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
COLUMNS = (
    Column("id", "Alert", "integer"),
    Column("rule", "Rule"),
    Column("subject", "About"),
    Column("severity", "Severity", "badge"),
    Column("raised_at", "Raised", "moment"),
    Column("acknowledged_at", "Acknowledged", "moment"),
    Column("cleared_at", "Over", "moment"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _times(rows: Rows, name: str) -> list[datetime | None]:
    return [None if row[name] is None else datetime.fromisoformat(str(row[name])) for row in rows]


def _raised(rows: Rows) -> list[datetime]:
    return [datetime.fromisoformat(str(row["raised_at"])) for row in rows]


def _outcome(count: int, moment: datetime) -> Outcome:
    return Outcome(float(count), "alerts", (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),))


def _open(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    return _outcome(open_at(_raised(rows), _times(rows, "cleared_at"), moment), moment)


def _waiting(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    noticed, over = _times(rows, "acknowledged_at"), _times(rows, "cleared_at")
    return _outcome(waiting_at(_raised(rows), noticed, over, moment), moment)


def _cleared(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    return _outcome(cleared_lately(_times(rows, "cleared_at"), moment), moment)


def _rows(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Table:
    moment = _moment(params, clocks)
    since = moment - timedelta(days=WINDOW_DAYS)
    found = queries.at_moment(work.session, sight_of(actor), moment=moment, since=since)
    return Table(COLUMNS, [tuple(getattr(row, column.key) for column in COLUMNS) for row in found])


def _evaluation(outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation("Alerts that you may see", outcome.value, outcome.unit, inputs, outcome.steps)


@evaluates(metrics.OPEN.id, permission=Permission.SIGNED_IN, parameters=MOMENT, replay=_open)
def open_alerts(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the open alerts."""
    table = _rows(work, params, clocks, actor)
    return _evaluation(_open(table.records(), params, clocks), table)


@evaluates(metrics.WAITING.id, permission=Permission.SIGNED_IN, parameters=MOMENT, replay=_waiting)
def waiting(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the open alerts that nobody has acknowledged."""
    table = _rows(work, params, clocks, actor)
    return _evaluation(_waiting(table.records(), params, clocks), table)


@evaluates(metrics.CLEARED.id, permission=Permission.SIGNED_IN, parameters=MOMENT, replay=_cleared)
def cleared(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the alerts that were over lately."""
    table = _rows(work, params, clocks, actor)
    return _evaluation(_cleared(table.records(), params, clocks), table)
