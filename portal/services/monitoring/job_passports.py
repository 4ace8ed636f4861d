"""How the figures of Monitoring > Jobs are computed again: from the rows of the jobs as they stood."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from data.queries import jobs as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import job_metrics as metrics
from portal.domain.monitoring import runs
from portal.services.evaluation import evaluates
from portal.services.jobs.asking import visible
from portal.services.monitoring.job_tables import asker_of, check_whose, kind_title

Rows = Sequence[Mapping[str, Any]]
WHOSE = (Parameter("whose", "Jobs of"), Parameter("moment", "Counted at (UTC)", default="known at"))
SPAN_COLUMNS = (
    Column("id", "Job", "integer"),
    Column("kind", "Kind"),
    Column("state", "State", "badge"),
    Column("requested_at", "Asked at", "moment"),
    Column("started_at", "Began", "moment"),
    Column("finished_at", "Ended", "moment"),
)
DURATION_COLUMNS = (
    Column("id", "Job", "integer"),
    Column("seconds", "Run time", "number", unit="s", decimals=3),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == WHOSE[1].default else datetime.fromisoformat(asked)


def _time(value: Any) -> datetime | None:
    return None if value is None else datetime.fromisoformat(str(value))


def _spans(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Table:
    name = str(params["whose"])
    check_whose(name, actor)
    found = queries.spans(
        work.session, asker=asker_of(name), moment=_moment(params, clocks), hours=runs.WINDOW_HOURS
    )
    rows = [(one.id, one.kind, one.state, one.requested_at, one.started_at, one.finished_at) for one in found]
    return Table(SPAN_COLUMNS, rows)


def _under_way(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    asked = [datetime.fromisoformat(str(row["requested_at"])) for row in rows]
    ended = [_time(row["finished_at"]) for row in rows]
    return Outcome(float(runs.under_way(asked, ended, moment)), "jobs", (_counted(moment),))


def _unsuccessful(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moment = _moment(params, clocks)
    ended = [_time(row["finished_at"]) for row in rows]
    found = runs.unsuccessful([str(row["state"]) for row in rows], ended, moment)
    return Outcome(float(found), "jobs", (_counted(moment),))


def _counted(moment: datetime) -> Step:
    return Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC")


def _duration(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    row = rows[0]
    value = runs.run_seconds(_time(row["started_at"]), _time(row["finished_at"]))
    return Outcome(value, "s", note="" if value is not None else "The job has not run to an end.")


def _typical(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    value = runs.typical_seconds([float(row["seconds"]) for row in rows])
    note = "" if rows else "No run of this kind has finished yet."
    return Outcome(value, "s", (Step("Runs", float(len(rows))),), note)


def _evaluation(subject: str, outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation(subject, outcome.value, outcome.unit, inputs, outcome.steps, note=outcome.note)


@evaluates(metrics.UNDER_WAY.id, permission=Permission.SIGNED_IN, parameters=WHOSE, replay=_under_way)
def under_way(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the jobs that waited or ran."""
    table = _spans(work, params, clocks, actor)
    return _evaluation(f"Jobs of {params['whose']}", _under_way(table.records(), params, clocks), table)


@evaluates(metrics.UNSUCCESSFUL.id, permission=Permission.SIGNED_IN, parameters=WHOSE, replay=_unsuccessful)
def unsuccessful(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the jobs that failed or were lost."""
    table = _spans(work, params, clocks, actor)
    return _evaluation(f"Jobs of {params['whose']}", _unsuccessful(table.records(), params, clocks), table)


@evaluates(
    metrics.DURATION.id,
    permission=Permission.SIGNED_IN,
    parameters=(Parameter("job", "Job", "integer"),),
    replay=_duration,
)
def duration(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Return how long one job ran."""
    one = visible(work, int(str(params["job"])), actor)
    table = Table(
        SPAN_COLUMNS, [(one.id, one.kind, one.state, one.requested_at, one.started_at, one.finished_at)]
    )
    return _evaluation(
        f"Job {one.id}, {kind_title(one.kind)}", _duration(table.records(), params, clocks), table
    )


@evaluates(
    metrics.TYPICAL.id,
    permission=Permission.SIGNED_IN,
    parameters=(Parameter("kind", "Kind of job"),),
    replay=_typical,
)
def typical(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return how long a kind of job usually takes; durations say nothing about who asked for what."""
    kind = str(params["kind"])
    found = queries.timed(work.session, kind, before=clocks.known_at)
    table = Table(DURATION_COLUMNS, found)
    return _evaluation(kind_title(kind), _typical(table.records(), params, clocks), table)
