"""How the figures of Monitoring > Backups are computed again: from what is written beside each dump."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import backup_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.monitoring import backup_tables

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
COLUMNS = (
    Column("name", "File"),
    Column("made_at", "Made", "moment"),
    Column("good", "Good"),
    Column("bytes", "Size", "integer", unit="B"),
    Column("sha256", "SHA-256"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _good(rows: Rows) -> list[bool]:
    return [str(row["good"]) == "yes" for row in rows]


def _age(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    made = [datetime.fromisoformat(str(row["made_at"])) for row in rows]
    steps = (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),)
    return Outcome(metrics.age_hours(made, _good(rows), moment), "h", steps)


def _kept(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(metrics.count_good(_good(rows))), "backups", ())


def _size(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(metrics.megabytes([int(row["bytes"]) for row in rows]), "MB", ())


def _rows(params: Params, clocks: Clocks, actor: Actor) -> Table:
    found = backup_tables.known(actor, _moment(params, clocks))
    return Table(
        COLUMNS,
        [
            (item.name, item.made_at, "yes" if item.is_good else "no", item.bytes, item.sha256)
            for item in found
        ],
    )


def _evaluation(outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation("Backups that are kept", outcome.value, outcome.unit, inputs, outcome.steps)


@evaluates(metrics.AGE.id, permission=Permission.JOBS_READ, parameters=MOMENT, replay=_age)
def age(_work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return hours since the newest good backup."""
    table = _rows(params, clocks, actor)
    return _evaluation(_age(table.records(), params, clocks), table)


@evaluates(metrics.KEPT.id, permission=Permission.JOBS_READ, parameters=MOMENT, replay=_kept)
def kept(_work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the good backups."""
    table = _rows(params, clocks, actor)
    return _evaluation(_kept(table.records(), params, clocks), table)


@evaluates(metrics.SIZE.id, permission=Permission.JOBS_READ, parameters=MOMENT, replay=_size)
def size(_work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Add the sizes of all backups."""
    table = _rows(params, clocks, actor)
    return _evaluation(_size(table.records(), params, clocks), table)
