"""What the web processes counted in a window, out of the stored samples: by bucket of time, and by outcome."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data.queries import alert_rules as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.monitoring import request_metrics as metrics
from portal.domain.monitoring.counters import increase
from portal.domain.monitoring.following import STILL
from portal.domain.monitoring.requests import error_share, quantile, throughput
from portal.domain.monitoring.samples import read_labels

SERVICE = "web"
KINDS = ("all", "page", "callback", "export", "api")
BUCKETS, COUNTS = "enerscope_request_seconds_bucket", "enerscope_requests_total"
LONGEST_MINUTES = 7 * 24 * 60
_BEFORE = STILL + timedelta(minutes=1)  # the last sample before the window is where its counts begin

BUCKET_COLUMNS = (
    Column("le", "Answered within", "number", unit="s", decimals=4),
    Column("requests", "Requests", "number", decimals=0),
)
OUTCOME_COLUMNS = (
    Column("outcome", "Outcome"),
    Column("requests", "Requests", "number", decimals=0),
)

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Window:
    """Which requests: of a kind, in the minutes before a moment."""

    kind: str
    minutes: int
    moment: datetime

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise DomainError(f"There is no kind of request '{self.kind[:40]}'. Choose {', '.join(KINDS)}.")
        if not 1 <= self.minutes <= LONGEST_MINUTES:
            raise DomainError(f"A window has 1 to {LONGEST_MINUTES} minutes, not {self.minutes}.")

    @property
    def params(self) -> dict[str, str | int | float | None]:
        """The parameters of its figures' passports."""
        return {"kind": self.kind, "minutes": self.minutes, "moment": self.moment.isoformat()}


def buckets(work: UnitOfWork, window: Window) -> Table:
    """Return how many requests were answered within each bound; the last row has them all."""
    found = sorted((float(le), count) for le, count in _gained(work, BUCKETS, window, "le").items())
    rows = [(bound if np.isfinite(bound) else None, count) for bound, count in found]
    return Table(BUCKET_COLUMNS, rows)


def outcomes(work: UnitOfWork, window: Window) -> Table:
    """Return how many requests ended well, and how many by whose fault not."""
    return Table(OUTCOME_COLUMNS, sorted(_gained(work, COUNTS, window, "outcome").items()))


def percentile(rows: Rows, share: float) -> float | None:
    """Return a percentile out of the rows of :func:`buckets`."""
    bounds = np.array([np.inf if row["le"] is None else float(row["le"]) for row in rows])
    counts = np.array([float(row["requests"]) for row in rows])
    return quantile(bounds, np.maximum.accumulate(counts) if len(counts) else counts, share)


def rate(rows: Rows, minutes: int) -> float | None:
    """Return requests a second out of the rows of :func:`outcomes`; None where nothing is known."""
    return throughput(_total(rows), 60.0 * minutes) if rows else None


def errors(rows: Rows) -> float | None:
    """Return the error rate out of the rows of :func:`outcomes`."""
    failed = sum(float(row["requests"]) for row in rows if row["outcome"] == "server")
    return error_share(failed, _total(rows))


def figures(window: Window, actor: Actor) -> tuple[Shown, ...]:
    """Return the five figures of a window: three percentiles, throughput and error rate.

    Raises
    ------
    NotPermitted
        The actor may not read Monitoring.
    """
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        times, ends = buckets(work, window).records(), outcomes(work, window).records()
    return (
        *(Shown(one, percentile(times, share), "s", window.params) for one, share in metrics.SHARES),
        Shown(metrics.THROUGHPUT, rate(ends, window.minutes), "1/s", window.params),
        Shown(metrics.ERROR_RATE, errors(ends), "", window.params),
    )


def _total(rows: Rows) -> float:
    return sum(float(row["requests"]) for row in rows)


def _gained(work: UnitOfWork, metric: str, window: Window, label: str) -> dict[str, float]:
    """Return what a family of counters counted in the window, summed by one of its labels."""
    length = timedelta(minutes=window.minutes)
    since = window.moment - length - _BEFORE
    wanted = [queries.Wanted(SERVICE, metric, since)]
    # sample by sample: an hour that is read as a whole would hide what was counted in the rest of it
    (found,) = queries.samples(work.session, wanted, until=window.moment, raw=since - timedelta(hours=1))
    sums: dict[str, float] = defaultdict(float)
    is_known = False
    moments = np.array([window.moment.timestamp()])
    for one in found:
        labels = read_labels(one.labels)
        if window.kind not in ("all", labels.get("kind")):
            continue
        # not from zero: the zero of a series that is new is stored, and one that stood still is older than it looks
        gain = increase(np.array(one.times), np.array(one.values), moments, 60.0 * window.minutes)[0]
        is_known = is_known or bool(np.isfinite(gain))
        sums[labels[label]] += float(np.nan_to_num(gain))  # without a sample it stood still
    return dict(sums) if is_known else {}
