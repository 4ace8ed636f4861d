"""How the figures of Compliance > Audit are computed again: from entries and checkpoints as they stood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.queries import audit as queries
from data.queries.audit import Search
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import audit_metrics as metrics
from portal.services.compliance.audit_log import DAY_COLUMNS, OUTCOMES
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
MOMENT = (Parameter("moment", "Counted at (UTC)", default="known at"),)
REFUSED_COLUMNS = (
    Column("seq", "Entry", "integer"),
    Column("at", "At", "moment"),
    Column("action", "What happened"),
    Column("outcome", "Outcome"),
)
END_COLUMNS = (
    Column("what", "What"),
    Column("entries", "Entries", "integer"),
    Column("at", "At", "moment"),
)
LOG, CHECKPOINT = "audit log", "checkpoint"


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT[0].default else datetime.fromisoformat(asked)


def _counted(moment: datetime) -> tuple[Step, ...]:
    return (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),)


def _total(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    counts = [int(row["entries"]) for row in rows]
    return Outcome(float(metrics.total(counts)), "entries", _counted(_moment(params, clocks)))


def _refused(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    at = [datetime.fromisoformat(str(row["at"])) for row in rows]
    value = metrics.refused_lately(at, [str(row["outcome"]) for row in rows], moment)
    return Outcome(float(value), "entries", _counted(moment))


def _unsigned(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    entries = max((int(row["entries"]) for row in rows if row["what"] == LOG), default=0)
    signed = [int(row["entries"]) for row in rows if row["what"] == CHECKPOINT]
    return Outcome(float(metrics.unsigned(entries, signed)), "entries", _counted(_moment(params, clocks)))


def _age(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    at = [datetime.fromisoformat(str(row["at"])) for row in rows if row["what"] == CHECKPOINT]
    value = metrics.age_hours(at, moment)
    note = "" if value is not None else "No checkpoint has been signed yet."
    return Outcome(value, "h", _counted(moment), note)


def _evaluation(outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation("Audit log", outcome.value, outcome.unit, inputs, outcome.steps, note=outcome.note)


@evaluates(metrics.ENTRIES.id, permission=Permission.AUDIT_READ, parameters=MOMENT, replay=_total)
def entries(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the entries, day by day."""
    table = Table(DAY_COLUMNS, list(queries.days(work.session, Search(_moment(params, clocks)))))
    return _evaluation(_total(table.records(), params, clocks), table)


@evaluates(metrics.REFUSED.id, permission=Permission.AUDIT_READ, parameters=MOMENT, replay=_refused)
def refused(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count what was refused or failed within a day."""
    moment = _moment(params, clocks)
    searches = [Search(moment, moment - metrics.DAY, outcome=outcome) for outcome in OUTCOMES[1:]]
    found = [row for search in searches for row in queries.found_entries(work.session, search)[0]]
    rows = sorted((row.seq, row.at, row.action, row.outcome) for row in found)
    table = Table(REFUSED_COLUMNS, rows)
    return _evaluation(_refused(table.records(), params, clocks), table)


def _ends(work: UnitOfWork, params: Params, clocks: Clocks) -> Table:
    moment = _moment(params, clocks)
    signed = [row for row in queries.checkpoints(work.session) if row.recorded_at <= moment]
    rows = [(CHECKPOINT, row.entries, row.recorded_at) for row in signed]
    return Table(END_COLUMNS, [(LOG, queries.head_at(work.session, moment), moment), *rows])


@evaluates(metrics.UNSIGNED.id, permission=Permission.AUDIT_READ, parameters=MOMENT, replay=_unsigned)
def unsigned(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the entries after the newest checkpoint."""
    table = _ends(work, params, clocks)
    return _evaluation(_unsigned(table.records(), params, clocks), table)


@evaluates(metrics.AGE.id, permission=Permission.AUDIT_READ, parameters=MOMENT, replay=_age)
def age(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return hours since the newest checkpoint."""
    table = _ends(work, params, clocks)
    return _evaluation(_age(table.records(), params, clocks), table)
