"""Tables of Monitoring > Alert rules: rules, their versions, what a replay found, maintenance windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from data.queries import alert_rules as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.services.monitoring import alert_rules, maintenance, objectives
from portal.services.monitoring.alert_rule_passports import count_firing, count_on, firing_table, rules_table
from portal.services.monitoring.alert_rules import RuleView
from portal.services.monitoring.rule_catalogue import Rule
from portal.services.monitoring.rule_replay import Replay, words_of
from portal.services.monitoring.rule_words import condition

LIST = (
    Column("code", "Code", hidden=True),
    Column("title", "Rule", link="address"),
    Column("kind", "Kind", room=760),
    Column("state", "State", "badge"),
    Column("severity", "Severity", "badge"),
    Column("fires", "Fires when"),
    Column("tried", "Replay when written", room=760),
    Column("version", "Version", "integer", room=760, help="0: as this release declares it"),
    Column("written_by", "Written by", room=1900),
    Column("address", "", hidden=True),
)
VERSIONS = (
    Column("version", "Version", "integer", help="0: as this release declares it"),
    Column("written", "Written", "moment"),
    Column("written_by", "By"),
    Column("on", "On"),
    Column("fires", "Fires when"),
    Column("tried", "Replay"),
)
WINDOWS = (
    Column("id", "Window", "integer"),
    Column("state", "State", "badge"),
    Column("services", "Services"),
    Column("begins_at", "From", "moment"),
    Column("ends_at", "Until", "moment"),
    Column("reason", "Reason"),
    Column("set_by", "Set by", room=760),
)


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures above the list."""

    moment: datetime
    on: int
    firing: int


def counts(actor: Actor) -> Counts:
    """Return how many rules are on and how many fire."""
    actor.require(Permission.MONITORING_READ)
    moment = clock.now()
    with UnitOfWork() as work:
        on, firing = rules_table(work, moment), firing_table(work, moment)
    return Counts(moment, count_on(on.records()), count_firing(firing.records()))


def _fires(one: Rule, view: RuleView | None) -> str:
    return condition(one, one.read(), view.objective if view else None)


def rule_table(query: GridQuery, actor: Actor) -> Table:
    """Return all rules, those that fire first."""
    rows: list[tuple[Cell, ...]] = []
    for view in alert_rules.views(actor):
        one = view.rule
        state = "off" if not one.enabled else "fires" if view.open else "quiet"
        rows.append(
            (
                one.code, one.title, one.kind, state, one.severity, _fires(one, view), words_of(one.replay),
                one.version, one.written_by or "release", f"/monitoring/rules?rule={one.code}",
            )
        )  # fmt: skip
    order = {"fires": 0, "quiet": 1, "off": 2}
    return sort_rows(Table(LIST, sorted(rows, key=lambda row: (order[str(row[3])], str(row[1])))), query)


def version_table(code: str, query: GridQuery, actor: Actor) -> Table:
    """Return the versions of a rule, the newest first."""
    view = next((one for one in alert_rules.views(actor) if one.rule.code == code), None)
    rows = [
        (
            one.version, one.recorded_at, one.written_by or "release", "yes" if one.enabled else "no",
            _fires(one, view), words_of(one.replay),
        )
        for one in alert_rules.history(code, actor)
    ]  # fmt: skip
    return sort_rows(Table(VERSIONS, rows), query)


def window_table(query: GridQuery, actor: Actor) -> Table:
    """Return the maintenance windows of the last 30 days and those to come."""
    rows = [
        (one.id, one.state, ", ".join(one.services), one.begins_at, one.ends_at, one.reason, one.set_by)
        for one in maintenance.windows(actor)
    ]
    return sort_rows(Table(WINDOWS, rows), query)


def reading_table(tried: Replay) -> Table:
    """Return what a rule read at each look, for each subject: the rows of the picture."""
    columns = (
        Column("at", "At", "moment"),
        Column("subject", "About"),
        Column("reading", "Reading", "number", decimals=4),
        Column("fires", "Fires"),
    )
    rows: list[tuple[Cell, ...]] = []
    for course in tried.courses:
        known = np.flatnonzero(np.isfinite(course.verdict.reading) | course.verdict.fires)
        for at in known.tolist():
            moment = datetime.fromtimestamp(float(course.verdict.moments[at]), tz=tried.until.tzinfo)
            reading = float(course.verdict.reading[at])
            shown = reading if np.isfinite(reading) else None
            rows.append((moment, course.subject.text, shown, "yes" if course.verdict.fires[at] else "no"))
    return Table(columns, rows)


def known_series(actor: Actor) -> list[str]:
    """Return ``service metric`` of everything that was measured in the last minutes, sorted."""
    actor.require(Permission.MONITORING_READ)
    now = clock.now()
    with UnitOfWork() as work:
        found = queries.metrics_between(work.session, since=now - timedelta(minutes=5), until=now)
    return [f"{service} {metric}" for service, metric in found]


def known_objectives(actor: Actor) -> Sequence[tuple[str, str]]:
    """Return the objectives as (code, title)."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return [(one.code, one.title) for one in objectives.objectives(work).values()]
