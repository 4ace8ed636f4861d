"""Reads of samples: the newest values of a service, the readings of one metric, and its course in steps.

A course goes back beyond the samples: what they no longer hold comes from the hours that were made of them.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.operations import ServiceSample, ServiceSampleHour
from portal.core import clock
from portal.domain.monitoring.samples import Bucket, Point

HOUR = timedelta(hours=1)
FRESH = timedelta(minutes=10)  # older values say nothing about now

# Where the samples begin, the hours end; with steps of hours every hour that is made already is taken as it is.
_COURSE = text("""
WITH cut AS (
    SELECT labels, CASE WHEN :whole THEN
        (SELECT max(hour) + interval '1 hour' FROM service_sample_hours h
         WHERE h.service = :service AND h.metric = :metric AND h.labels = l.labels
           AND h.hour <= CAST(:until AS timestamptz) - interval '1 hour')
    ELSE
        (SELECT date_trunc('hour', min(at)) FROM service_samples s
         WHERE s.service = :service AND s.metric = :metric AND s.labels = l.labels)
    END AS at
    FROM unnest(CAST(:labels AS text[])) AS l(labels)
), parts AS (
    SELECT s.labels, s.at, 1 AS count, s.value AS low, s.value AS mean, s.value AS high, s.value AS last
    FROM service_samples s JOIN cut USING (labels)
    WHERE s.service = :service AND s.metric = :metric AND s.labels = ANY(CAST(:labels AS text[]))
      AND s.at >= :since AND s.at < :until AND (cut.at IS NULL OR s.at >= cut.at)
    UNION ALL
    SELECT h.labels, h.hour, h.count, h.low, h.mean, h.high, h.last
    FROM service_sample_hours h JOIN cut USING (labels)
    WHERE h.service = :service AND h.metric = :metric AND h.labels = ANY(CAST(:labels AS text[]))
      AND h.hour >= :since AND h.hour <= CAST(:until AS timestamptz) - interval '1 hour'
      AND (cut.at IS NULL OR h.hour < cut.at)
)
SELECT labels, date_bin(CAST(:step AS interval), at, '2000-01-03T00:00:00Z') AS begin, sum(count), min(low),
       sum(mean * count) / sum(count), max(high), (array_agg(last ORDER BY at DESC))[1]
FROM parts GROUP BY labels, begin ORDER BY labels, begin
""")


def latest(
    session: Session,
    service: str,
    metrics: Collection[str] | None = None,
    *,
    at: datetime | None = None,
    within: timedelta = FRESH,
) -> dict[tuple[str, str], Point]:
    """Return the newest value of each series of a service by (metric, labels text).

    Only what was taken up to ``at`` (default now) and not more than ``within`` before counts: a service that is gone
    has no newest value. ``metrics`` None means all.
    """
    moment = at or clock.now()
    columns: Any = (ServiceSample.metric, ServiceSample.labels, ServiceSample.at, ServiceSample.value)
    query = select(*columns).where(
        ServiceSample.service == service, ServiceSample.at <= moment, ServiceSample.at > moment - within
    )
    if metrics is not None:
        query = query.where(ServiceSample.metric.in_(list(metrics)))
    newest = query.ext(distinct_on(ServiceSample.metric, ServiceSample.labels)).order_by(
        ServiceSample.metric, ServiceSample.labels, ServiceSample.at.desc()
    )
    return {(metric, labels): Point(when, value) for metric, labels, when, value in session.execute(newest)}


def readings(
    session: Session, service: str, metric: str, labels: str, since: datetime, until: datetime
) -> list[Point]:
    """Return the stored samples of one series from ``since`` up to and including ``until``, oldest first."""
    query = select(ServiceSample.at, ServiceSample.value).where(
        ServiceSample.service == service, ServiceSample.metric == metric, ServiceSample.labels == labels,
        ServiceSample.at >= since, ServiceSample.at <= until,
    )  # fmt: skip
    return [Point(at, value) for at, value in session.execute(query.order_by(ServiceSample.at))]


def window(
    session: Session, service: str, metrics: Collection[str], since: datetime, until: datetime
) -> dict[tuple[str, str], list[Point]]:
    """Return the samples of metrics by (metric, labels), oldest first, from ``since`` up to and including ``until``."""
    query = select(ServiceSample.metric, ServiceSample.labels, ServiceSample.at, ServiceSample.value).where(
        ServiceSample.service == service, ServiceSample.metric.in_(list(metrics)),
        ServiceSample.at >= since, ServiceSample.at <= until,
    )  # fmt: skip
    found: dict[tuple[str, str], list[Point]] = {}
    for metric, labels, at, value in session.execute(query.order_by(ServiceSample.at)):
        found.setdefault((metric, labels), []).append(Point(at, value))
    return found


def series(
    session: Session,
    service: str,
    metric: str,
    labels: str,
    since: datetime,
    until: datetime,
    step: timedelta,
) -> list[Bucket]:
    """Return the course of one series in steps, oldest first; a step without a value is left out.

    A step begins at a multiple of ``step`` after a Monday, UTC, and counts what lies in it from ``since`` until before
    ``until``. Hours are taken whole or not at all: begin and end steps of hours at an hour. Beyond the retention of
    samples there is one value an hour at most.
    """
    return courses(session, service, metric, since, until, step, labels=[labels]).get(labels, [])


def courses(
    session: Session,
    service: str,
    metric: str,
    since: datetime,
    until: datetime,
    step: timedelta,
    *,
    labels: Collection[str] | None = None,
) -> dict[str, list[Bucket]]:
    """Return the course of every series of a metric by its labels, as :func:`series` does; ``labels`` chooses some."""
    asked = list(labels) if labels is not None else labels_of(session, service, metric, since, until)
    values = {
        "service": service, "metric": metric, "labels": asked, "since": since, "until": until,
        "step": step, "whole": step >= HOUR,
    }  # fmt: skip
    found: dict[str, list[Bucket]] = {}
    for one, begin, count, low, mean, high, last in session.execute(_COURSE, values):
        found.setdefault(one, []).append(Bucket(begin, int(count), low, mean, high, last))
    return found


def labels_of(session: Session, service: str, metric: str, since: datetime, until: datetime) -> list[str]:
    """Return the labels of all series of a metric that have a value in a time, sorted."""
    raw = select(ServiceSample.labels).where(
        ServiceSample.service == service, ServiceSample.metric == metric,
        ServiceSample.at >= since, ServiceSample.at < until,
    )  # fmt: skip
    hours = select(ServiceSampleHour.labels).where(
        ServiceSampleHour.service == service, ServiceSampleHour.metric == metric,
        ServiceSampleHour.hour >= since, ServiceSampleHour.hour < until,
    )  # fmt: skip
    return sorted(set(session.scalars(raw.union(hours))))


def metrics_of(session: Session, service: str, since: datetime, until: datetime) -> list[str]:
    """Return the names of the metrics of a service that have samples in a time, sorted."""
    query = (
        select(ServiceSample.metric)
        .distinct()
        .where(ServiceSample.service == service, ServiceSample.at >= since, ServiceSample.at < until)
    )
    return sorted(session.scalars(query))


def first_day(session: Session) -> datetime | None:
    """Return the moment of the oldest sample, None when there is none."""
    return session.scalar(select(func.min(ServiceSample.at)))


def rolled_up_until(session: Session) -> datetime | None:
    """Return the end of the newest hour that was made, None when there is none."""
    newest = session.scalar(select(func.max(ServiceSampleHour.hour)))
    return None if newest is None else newest + HOUR
