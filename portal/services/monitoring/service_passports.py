"""How the figures of Monitoring > Services are computed again: from the services and their changes of health."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.queries import services as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import service_metrics as metrics
from portal.domain.monitoring.reach import downstream
from portal.domain.monitoring.standing import count_services, count_unwell, seconds_by_state, share_good
from portal.services.evaluation import evaluates
from portal.services.monitoring import catalogue
from portal.services.monitoring.standing import overview_in

Rows = Sequence[Mapping[str, Any]]
MOMENT = Parameter("moment", "Counted at (UTC)", default="known at")
SERVICE = Parameter("service", "Service")
HOURS = Parameter("hours", "Hours", "number", low=0.1, high=24.0 * 400)
STATE_COLUMNS = (
    Column("service", "Service"),
    Column("state", "State", "badge"),
    Column("since", "Since", "moment"),
    Column("reason", "Why"),
)
NEED_COLUMNS = (Column("service", "Service"), Column("needs", "Needs"))
CHANGE_COLUMNS = (
    Column("id", "Change", "integer"),
    Column("at", "At", "moment"),
    Column("state", "State", "badge"),
    Column("reason", "Why"),
)


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT.default else datetime.fromisoformat(asked)


def _states(work: UnitOfWork, params: Params, clocks: Clocks) -> Table:
    found = overview_in(work, _moment(params, clocks))
    rows = [(code, one.state, one.since, one.reason) for code, one in sorted(found.services.items())]
    return Table(STATE_COLUMNS, rows)


def _watched(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(count_services([str(row["service"]) for row in rows])), "services")


def _unwell(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    return Outcome(float(count_unwell([str(row["state"]) for row in rows])), "services")


def _reached(rows: Rows, params: Params, _clocks: Clocks) -> Outcome:
    needs: dict[str, list[str]] = {}
    for row in rows:
        needs.setdefault(str(row["service"]), []).append(str(row["needs"]))
    found = downstream(str(params["service"]), needs)
    return Outcome(float(count_services(found)), "services", (Step("They are", ", ".join(found) or "none"),))


def _time_good(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    until = _moment(params, clocks)
    since = until - timedelta(hours=float(str(params["hours"])))
    changes = [(datetime.fromisoformat(str(row["at"])), str(row["state"])) for row in rows]
    value = share_good(changes, since, until)
    steps = [Step("From", f"{since:%Y-%m-%d %H:%M:%S} UTC"), Step("Until", f"{until:%Y-%m-%d %H:%M:%S} UTC")]
    spent = seconds_by_state(changes, since, until)
    steps += [Step(f"Time {state}", seconds, "s") for state, seconds in spent.items()]
    note = "" if value is not None else "Nothing is known of its health in this time."
    return Outcome(value, "fraction", tuple(steps), note)


def _evaluation(subject: str, outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation(subject, outcome.value, outcome.unit, inputs, outcome.steps, note=outcome.note)


@evaluates(metrics.WATCHED.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_watched)
def watched(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the services."""
    table = _states(work, params, clocks)
    return _evaluation("Everything that is watched", _watched(table.records(), params, clocks), table)


@evaluates(metrics.UNWELL.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_unwell)
def unwell(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the services that were not good."""
    table = _states(work, params, clocks)
    return _evaluation("Everything that is watched", _unwell(table.records(), params, clocks), table)


@evaluates(metrics.REACHED.id, permission=Permission.MONITORING_READ, parameters=(SERVICE,), replay=_reached)
def reached(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the services that need one."""
    infos = catalogue.all_services(work)
    code = str(params["service"])
    if code not in infos:
        raise NotFound(
            f"No service '{code}' is watched. Open it again from Monitoring > Services.", service=code
        )
    rows = sorted((info.code, need) for info in infos.values() for need in info.depends_on)
    table = Table(NEED_COLUMNS, rows)
    return _evaluation(infos[code].title, _reached(table.records(), params, clocks), table)


@evaluates(
    metrics.TIME_GOOD.id, permission=Permission.MONITORING_READ, parameters=(SERVICE, HOURS, MOMENT),
    replay=_time_good,
)  # fmt: skip
def time_good(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the share of a time that a service was good."""
    until = _moment(params, clocks)
    since = until - timedelta(hours=float(str(params["hours"])))
    found = queries.changes(work.session, str(params["service"]), since, until)
    table = Table(CHANGE_COLUMNS, [(row.id, row.at, row.state, row.reason) for row in found])
    return _evaluation(str(params["service"]), _time_good(table.records(), params, clocks), table)
