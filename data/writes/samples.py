"""Samples of services: appended as they are taken, made into hours, and dropped by whole days when they are old."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from psycopg.errors import ProgramLimitExceeded
from sqlalchemy import CursorResult, delete, text
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from data import timeseries
from data.models.operations import ServiceSampleHour
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample, finite

_PARTITIONS, _UPKEEP = "enerscope sample partitions", "enerscope sample upkeep"  # names of locks
_PATIENCE = "5s"  # a partition is made or dropped under a lock for which every reader would queue behind us

_APPEND = text("""
INSERT INTO service_samples (service, metric, labels, at, value)
SELECT * FROM unnest(CAST(:services AS varchar[]), CAST(:metrics AS text[]), CAST(:labels AS text[]),
                     CAST(:moments AS timestamptz[]), CAST(:numbers AS double precision[]))
ON CONFLICT DO NOTHING
""")

_ROLL_UP = text("""
INSERT INTO service_sample_hours (service, metric, labels, hour, count, low, mean, high, last)
SELECT service, metric, labels, date_trunc('hour', at), count(*), min(value), avg(value), max(value),
       (array_agg(value ORDER BY at DESC))[1]
FROM service_samples WHERE at >= :first AND at < :before
GROUP BY service, metric, labels, date_trunc('hour', at)
ON CONFLICT (service, metric, labels, hour) DO UPDATE SET
    count = excluded.count, low = excluded.low, mean = excluded.mean, high = excluded.high, last = excluded.last
WHERE service_sample_hours.count <= excluded.count
""")


def append(session: Session, rows: Sequence[Sample | tuple[str, str, str, datetime, float]]) -> int:
    """Store samples and return how many were new.

    Rows are (service, metric, labels, at, value) with labels as
    :func:`portal.domain.monitoring.samples.labels_text` writes them. NaN and infinities are no values and are left
    out; a second sample of the same moment changes nothing.

    Raises
    ------
    UpstreamError
        The database does not answer.
    """
    kept = finite(Sample(*row) for row in rows)
    if not kept:
        return 0
    services, metrics, labels, moments, numbers = zip(*kept, strict=True)
    try:
        ensure_days(session, {moment.astimezone(UTC).date() for moment in moments})
        values = {
            "services": list(services), "metrics": list(metrics), "labels": list(labels),
            "moments": list(moments), "numbers": [float(number) for number in numbers],
        }  # fmt: skip
        return _count(session.execute(_APPEND, values))
    except (OperationalError, InterfaceError) as problem:
        if isinstance(problem.orig, ProgramLimitExceeded):  # too long for the index: it would fail for ever
            raise
        raise UpstreamError("The samples could not be stored: the database does not answer.") from problem


def ensure_days(session: Session, days: set[date]) -> None:
    """Make the partitions of ``days`` that are missing; only then is anything locked."""
    connection = session.connection()
    if timeseries.flavour(connection) is timeseries.Flavour.TIMESCALE:
        return
    names = {f"service_samples_{day:%Y_%m_%d}": day for day in days}
    there = text("SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE to_regclass(name) IS NULL")
    missing = session.scalars(there, {"names": list(names)}).all()
    if not missing:
        return
    _lock(
        session, "pg_advisory_xact_lock", _PARTITIONS
    )  # two who make the same table at once collide in the catalogue
    for name in sorted(missing):
        timeseries.ensure_sample_days(connection, names[name], names[name])


def claim(session: Session) -> bool:
    """Keep other monitors from looking after the samples until the end of the transaction; False when one does."""
    return bool(_lock(session, "pg_try_advisory_xact_lock", _UPKEEP))


def roll_up(session: Session, first: datetime, before: datetime) -> int:
    """Make the hours from ``first`` to ``before`` (whole hours, UTC) out of their samples; return how many rows.

    Hours that were made before are made again, so that what was stored late counts; an hour whose samples were partly
    dropped meanwhile stays as it was.
    """
    return _count(session.execute(_ROLL_UP, {"first": first, "before": before}))


def drop_days(session: Session, before: date) -> int:
    """Remove the samples of whole days before ``before``; return how many partitions or chunks went.

    A page that reads for long is not waited for: then nothing goes until the next try.
    """
    try:
        with session.begin_nested():
            session.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
            return timeseries.drop_samples(session.connection(), before)
    except OperationalError as problem:
        if problem.connection_invalidated:
            raise
        return 0


def remove_hours(session: Session, before: datetime) -> int:
    """Remove the hours before ``before``; return how many rows went."""
    return _count(session.execute(delete(ServiceSampleHour).where(ServiceSampleHour.hour < before)))


def whole_hour(moment: datetime) -> datetime:
    """Return the beginning of the hour of ``moment``, UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def days_ahead(moment: datetime, count: int) -> set[date]:
    """Return the day of ``moment`` (UTC) and the ``count`` days after it."""
    return {moment.astimezone(UTC).date() + timedelta(days=ahead) for ahead in range(count + 1)}


def _lock(session: Session, function: str, name: str) -> Any:
    return session.scalar(text(f"SELECT {function}(hashtext(:name))"), {"name": name})


def _count(result: Any) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
