"""How the figures of feeds are computed again: from what was due and what was recorded."""

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
from portal.domain.monitoring import feed_metrics as metrics
from portal.domain.monitoring.feed_figures import (
    age_hours,
    count_late,
    count_missing,
    in_time_share,
    newest_rows,
    usual_rows,
)
from portal.services.evaluation import evaluates
from portal.services.monitoring import feeds
from portal.services.monitoring.feed_tables import delivery_table
from portal.services.monitoring.feed_terms import find
from portal.services.monitoring.feeds import Feed

Rows = Sequence[Mapping[str, Any]]
MOMENT = Parameter("moment", "Counted at (UTC)", default="known at")
ONE = (Parameter("feed", "Feed"), MOMENT)
ARRIVAL_COLUMNS = (Column("day", "Newest day", "date"), Column("at", "Recorded", "moment"))
FEED_COLUMNS = (Column("feed", "Feed"), Column("state", "State"), Column("reason", "Why"))
NOTHING = "Nothing of this feed has arrived in the last weeks."


def _moment(params: Params, clocks: Clocks) -> datetime:
    asked = str(params["moment"])
    return clocks.known_at if asked == MOMENT.default else datetime.fromisoformat(asked)


def _counted(params: Params, clocks: Clocks) -> Step:
    return Step("Counted at", f"{_moment(params, clocks):%Y-%m-%d %H:%M:%S} UTC")


def _feed(work: UnitOfWork, params: Params, clocks: Clocks) -> Feed:
    found = feeds.feeds_in(work, _moment(params, clocks))
    find((one.terms for one in found), str(params["feed"]))
    return next(one for one in found if one.code == params["feed"])


def _evaluation(one: Feed, outcome: Outcome, inputs: Table) -> Evaluation:
    return Evaluation(
        one.terms.title, outcome.value, outcome.unit, inputs, (Step("Agreed", one.terms.words()), *outcome.steps),
        newest=one.newest_day, recorded_at=one.last_at, note=outcome.note,
    )  # fmt: skip


def _age(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    moments = [datetime.fromisoformat(str(row["at"])) for row in rows]
    value = age_hours(moments, _moment(params, clocks))
    return Outcome(value, "h", (_counted(params, clocks),), "" if rows else NOTHING)


def _received(rows: Rows) -> list[int | None]:
    return [None if row["rows"] is None else int(row["rows"]) for row in rows]


def _rows(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    found = newest_rows(_received(rows))
    return Outcome(None if found is None else float(found), "rows", (), "" if found is not None else NOTHING)


def _usual(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    found = usual_rows(_received(rows))
    return Outcome(found, "rows", (), "" if found is not None else NOTHING)


def _outcomes(rows: Rows, params: Params, clocks: Clocks) -> list[str]:
    """Judge each due delivery again by its deadline."""
    moment, found = _moment(params, clocks), []
    for row in rows:
        deadline = datetime.fromisoformat(str(row["deadline"]))
        if row["arrived_at"] is not None and datetime.fromisoformat(str(row["arrived_at"])) <= moment:
            arrived = datetime.fromisoformat(str(row["arrived_at"]))
            found.append("in time" if arrived <= deadline else "late")
        else:
            found.append("missing" if moment > deadline else "waiting")
    return found


def _gaps(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    found = _outcomes(rows, params, clocks)
    steps = (Step("Due deliveries", float(len(found))), _counted(params, clocks))
    return Outcome(float(count_missing(found)), "days", steps)


def _in_time(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    found = _outcomes(rows, params, clocks)
    share = in_time_share(found)
    steps = tuple(
        Step(f"Deliveries {word}", float(found.count(word))) for word in ("in time", "late", "missing")
    )
    return Outcome(
        share, "fraction", (*steps, _counted(params, clocks)), "" if share is not None else NOTHING
    )


@evaluates(metrics.AGE.id, permission=Permission.MONITORING_READ, parameters=ONE, replay=_age)
def age(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return hours since the newest arrival."""
    one = _feed(work, params, clocks)
    table = Table(
        ARRIVAL_COLUMNS, [(one.newest_day, one.last_at)] if one.last_at else [], simulated=one.is_demo
    )
    return _evaluation(one, _age(table.records(), params, clocks), table)


@evaluates(metrics.ROWS.id, permission=Permission.MONITORING_READ, parameters=ONE, replay=_rows)
def rows(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the rows of the newest delivery."""
    one = _feed(work, params, clocks)
    table = delivery_table(one)
    return _evaluation(one, _rows(table.records(), params, clocks), table)


@evaluates(metrics.USUAL_ROWS.id, permission=Permission.MONITORING_READ, parameters=ONE, replay=_usual)
def usual(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the usual rows of a delivery."""
    one = _feed(work, params, clocks)
    table = delivery_table(one)
    return _evaluation(one, _usual(table.records(), params, clocks), table)


@evaluates(metrics.GAPS.id, permission=Permission.MONITORING_READ, parameters=ONE, replay=_gaps)
def gaps(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the deliveries that are missing."""
    one = _feed(work, params, clocks)
    table = delivery_table(one)
    return _evaluation(one, _gaps(table.records(), params, clocks), table)


@evaluates(metrics.IN_TIME.id, permission=Permission.MONITORING_READ, parameters=ONE, replay=_in_time)
def in_time(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the share of deliveries that came in time."""
    one = _feed(work, params, clocks)
    table = delivery_table(one)
    return _evaluation(one, _in_time(table.records(), params, clocks), table)


def watched(states: Sequence[str]) -> int:
    """Return how many feeds are watched: one state for each."""
    return len(states)


def _late(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    found = count_late([str(row["state"]) for row in rows])
    return Outcome(float(found), "feeds", (_counted(params, clocks),))


def _watched(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
    found = watched([str(row["state"]) for row in rows])
    return Outcome(float(found), "feeds", (_counted(params, clocks),))


def _all(work: UnitOfWork, params: Params, clocks: Clocks) -> Table:
    found = sorted(feeds.feeds_in(work, _moment(params, clocks)), key=lambda one: one.code)
    shown = [(one.code, one.state.value, one.reason) for one in found if one.terms.enabled]
    return Table(FEED_COLUMNS, shown, simulated=any(one.is_demo for one in found))


@evaluates(metrics.LATE.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_late)
def late(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the feeds that are late."""
    table = _all(work, params, clocks)
    outcome = _late(table.records(), params, clocks)
    return Evaluation("All feeds that are watched", outcome.value, outcome.unit, table, outcome.steps)


@evaluates(metrics.WATCHED.id, permission=Permission.MONITORING_READ, parameters=(MOMENT,), replay=_watched)
def count_watched(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count the feeds that are watched."""
    table = _all(work, params, clocks)
    outcome = _watched(table.records(), params, clocks)
    return Evaluation("All feeds that are watched", outcome.value, outcome.unit, table, outcome.steps)
