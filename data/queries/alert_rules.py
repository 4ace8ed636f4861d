"""Reads of alert rules, objectives and maintenance windows, and of the samples of many rules at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.jobs import Job
from data.models.monitoring import Alert
from data.models.operations import AlertRule, MaintenanceWindow, ServiceObjective, ServiceState
from data.queries.alerts import AlertRow


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One version of a rule."""

    code: str
    version: int
    kind: str
    title: str
    service: str
    metric: str
    terms: dict[str, Any]
    severity: str
    group_by: str
    inhibited_by: dict[str, Any]
    enabled: bool
    replay: dict[str, Any]
    written_by: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """One version of an objective."""

    code: str
    version: int
    title: str
    service: str
    good: str
    total: str
    objective: float
    window_days: int
    terms: dict[str, Any]
    enabled: bool
    written_by: str
    recorded_at: datetime | None


@dataclass(frozen=True, slots=True)
class WindowRow:
    """A maintenance window."""

    id: int
    services: dict[str, Any]
    begins_at: datetime
    ends_at: datetime
    reason: str
    set_by: str
    recorded_at: datetime
    ended_early_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Samples that somebody asks for: ``service`` may be ``*`` or end with it, ``labels`` are a regular expression.

    What lies before ``raw`` is read by the hour; None: as all requests of the statement.
    """

    service: str
    metric: str
    since: datetime
    labels: str = ""
    raw: datetime | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The samples of one series: seconds since 1970 UTC and values, oldest first; hours are told apart.

    ``hours`` are (begin in seconds, low, mean, high, last) of what only hours are read of.
    """

    service: str
    labels: str
    times: list[float]
    values: list[float]
    hours: list[tuple[float, float, float, float, float]]


_RULE = tuple(getattr(AlertRule, name) for name in RuleRow.__dataclass_fields__)
_OBJECTIVE = tuple(getattr(ServiceObjective, name) for name in ObjectiveRow.__dataclass_fields__)
_WINDOW = tuple(getattr(MaintenanceWindow, name) for name in WindowRow.__dataclass_fields__)
_ALERT = tuple(getattr(Alert, name) for name in AlertRow.__dataclass_fields__)

# The keys of both tables begin with service and metric, so that a rule of one service reads one span of the index.
# A series is read by the hour up to its newest hour that begins before raw, and sample by sample from there.
_SAMPLES = text("""
WITH wanted AS (
    SELECT * FROM unnest(CAST(:numbers AS int[]), CAST(:services AS text[]), CAST(:metrics AS text[]),
                         CAST(:sinces AS timestamptz[]), CAST(:labels AS text[]), CAST(:raws AS timestamptz[]))
        AS w(number, service, metric, since, labels, raw)
), hours AS (
    SELECT w.number, h.service, h.labels, h.hour, h.low, h.mean, h.high, h.last
    FROM wanted w JOIN service_sample_hours h ON h.metric = w.metric AND (h.service = w.service OR (
         right(w.service, 1) = '*' AND starts_with(h.service, rtrim(w.service, '*'))))
    WHERE h.hour >= date_trunc('hour', w.since) AND h.hour < w.raw
      AND (w.labels = '' OR h.labels ~ w.labels)
), cut AS (
    SELECT number, max(hour) + interval '1 hour' AS at FROM hours GROUP BY number
), raw AS (
    SELECT w.number, s.service, s.labels, array_agg(extract(epoch FROM s.at)::float8 ORDER BY s.at) AS times,
           array_agg(s.value ORDER BY s.at) AS values
    FROM wanted w LEFT JOIN cut c ON c.number = w.number
    JOIN service_samples s ON s.metric = w.metric AND (s.service = w.service OR (
         right(w.service, 1) = '*' AND starts_with(s.service, rtrim(w.service, '*'))))
    WHERE s.at >= greatest(w.since, c.at) AND s.at <= CAST(:until AS timestamptz)
      AND (w.labels = '' OR s.labels ~ w.labels)
    GROUP BY w.number, s.service, s.labels
), past AS (
    SELECT number, service, labels, array_agg(extract(epoch FROM hour)::float8 ORDER BY hour) AS begins,
           array_agg(low ORDER BY hour) AS low, array_agg(mean ORDER BY hour) AS mean,
           array_agg(high ORDER BY hour) AS high, array_agg(last ORDER BY hour) AS last
    FROM hours GROUP BY number, service, labels
)
SELECT number, service, labels, raw.times, raw.values, past.begins, past.low, past.mean, past.high, past.last
FROM raw FULL JOIN past USING (number, service, labels) ORDER BY number, service, labels
""")


def samples(
    session: Session, wanted: Sequence[Wanted], *, until: datetime, raw: datetime
) -> list[list[Found]]:
    """Return the series of each request up to and including ``until``, in one statement.

    What lies before ``raw`` (that of a request, where it has one) is read by the hour where hours were made of it, else
    sample by sample.
    """
    if not wanted:
        return []
    values = {
        "numbers": list(range(len(wanted))), "services": [one.service for one in wanted],
        "metrics": [one.metric for one in wanted], "sinces": [one.since for one in wanted],
        "labels": [one.labels for one in wanted], "until": until,
        "raws": [one.raw or raw for one in wanted],
    }  # fmt: skip
    found: list[list[Found]] = [[] for _ in wanted]
    for number, service, labels, times, numbers, *hours in session.execute(_SAMPLES, values):
        past = list(zip(*hours, strict=True)) if hours[0] else []
        found[number].append(Found(service, labels, times or [], numbers or [], past))
    return found


def rules(session: Session, *, until: datetime | None = None) -> list[RuleRow]:
    """Return the newest version of every rule that somebody wrote, up to ``until``, by code."""
    newest = select(*_RULE).ext(distinct_on(AlertRule.code))
    if until is not None:
        newest = newest.where(AlertRule.recorded_at <= until)
    return [
        RuleRow(*row) for row in session.execute(newest.order_by(AlertRule.code, AlertRule.version.desc()))
    ]


def versions(session: Session, code: str) -> list[RuleRow]:
    """Return the versions of one rule, the newest first."""
    found = select(*_RULE).where(AlertRule.code == code).order_by(AlertRule.version.desc())
    return [RuleRow(*row) for row in session.execute(found)]


def objectives(session: Session, *, until: datetime | None = None) -> list[ObjectiveRow]:
    """Return the newest version of every objective that somebody wrote, or the newest before ``until``; by code."""
    newest = select(*_OBJECTIVE).ext(distinct_on(ServiceObjective.code))
    ordered = newest.order_by(ServiceObjective.code, ServiceObjective.version.desc())
    if until is not None:
        ordered = ordered.where(ServiceObjective.recorded_at < until)
    return [ObjectiveRow(*row) for row in session.execute(ordered)]


def objective_versions(session: Session, code: str) -> list[ObjectiveRow]:
    """Return all versions of an objective, the newest first."""
    statement = select(*_OBJECTIVE).where(ServiceObjective.code == code)
    return [
        ObjectiveRow(*row) for row in session.execute(statement.order_by(ServiceObjective.version.desc()))
    ]


def windows(session: Session, *, ending_after: datetime) -> list[WindowRow]:
    """Return the maintenance windows that end after a moment, those that begin first at the top."""
    end = func.coalesce(MaintenanceWindow.ended_early_at, MaintenanceWindow.ends_at)
    found = select(*_WINDOW).where(end > ending_after)
    return [
        WindowRow(*row)
        for row in session.execute(found.order_by(MaintenanceWindow.begins_at, MaintenanceWindow.id))
    ]


def open_of_rules(session: Session, prefix: str) -> list[AlertRow]:
    """Return the open alerts whose rule begins with ``prefix``, whoever may see them."""
    found = select(*_ALERT).where(Alert.cleared_at.is_(None), Alert.rule.startswith(prefix, autoescape=True))
    return [AlertRow(*row) for row in session.execute(found.order_by(Alert.id))]


def open_of(session: Session, codes: Collection[str]) -> list[AlertRow]:
    """Return the open alerts of some rules, whoever may see them."""
    found = select(*_ALERT).where(Alert.cleared_at.is_(None), Alert.rule.in_(sorted(codes)))
    return [AlertRow(*row) for row in session.execute(found.order_by(Alert.id))]


def open_at(session: Session, prefix: str, *, moment: datetime) -> list[AlertRow]:
    """Return the alerts open at ``moment`` whose rule begins with ``prefix``, whoever may see them, by id."""
    found = select(*_ALERT).where(
        Alert.rule.startswith(prefix, autoescape=True), Alert.raised_at <= moment,
        or_(Alert.cleared_at.is_(None), Alert.cleared_at > moment),
    )  # fmt: skip
    return [AlertRow(*row) for row in session.execute(found.order_by(Alert.id))]


def ended_jobs(
    session: Session, *, kind: str, since: datetime, until: datetime
) -> list[tuple[datetime, str]]:
    """Return when each job ended and how, oldest first; ``kind`` may end with ``*``; cancelled ones are left out."""
    where = [Job.finished_at >= since, Job.finished_at <= until, Job.state.in_(("done", "failed", "lost"))]
    where.append(Job.kind.startswith(kind[:-1], autoescape=True) if kind.endswith("*") else Job.kind == kind)
    found = select(Job.finished_at, Job.state).where(*where).order_by(Job.finished_at, Job.id)
    return [(at, state) for at, state in session.execute(found) if at is not None]


def states(session: Session, *, service: str, since: datetime, until: datetime) -> list[tuple[datetime, str]]:
    """Return the changes of health of a service, oldest first, with the last one before ``since``."""
    own = ServiceState.service == service
    before = (
        select(ServiceState.at, ServiceState.state)
        .where(own, ServiceState.at < since)
        .order_by(ServiceState.at.desc(), ServiceState.id.desc())
        .limit(1)
    )
    within = (
        select(ServiceState.at, ServiceState.state)
        .where(own, ServiceState.at >= since, ServiceState.at <= until)
        .order_by(ServiceState.at, ServiceState.id)
    )
    return [(at, state) for query in (before, within) for at, state in session.execute(query)]


def metrics_between(session: Session, *, since: datetime, until: datetime) -> list[tuple[str, str]]:
    """Return the service and name of every metric that has samples in a time, sorted."""
    found = text("""
        SELECT DISTINCT service, metric FROM service_samples WHERE at >= :since AND at <= :until
        ORDER BY service, metric
    """)
    return [(service, metric) for service, metric in session.execute(found, {"since": since, "until": until})]
