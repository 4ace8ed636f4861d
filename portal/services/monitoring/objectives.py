"""What services promise: the objectives that are declared here, and the versions that people wrote over them.

An objective counts good events and all events. Its ``source`` says where they come from:

- ``counters``: two counters of samples, such as requests and those that did not fail;
- ``jobs``: jobs that ended, good when done;
- ``states``: minutes in which a service was looked at, good when it was not found bad.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from data.queries import alert_rules as queries
from data.queries import samples as sample_queries
from data.queries.alert_rules import Found, ObjectiveRow, Wanted
from data.session import UnitOfWork
from portal.core.errors import NotFound
from portal.domain.monitoring.following import STILL
from portal.domain.monitoring.rule_judging import Samples
from portal.domain.monitoring.rule_terms import matches
from portal.domain.monitoring.samples import read_labels
from portal.domain.monitoring.series import steps

HOUR = 3600.0
MINUTE = 60.0
RAW_FOR = timedelta(hours=2)  # what is younger is read sample by sample
RECENT = timedelta(minutes=10)  # still buckets are sampled every five minutes
APPEARED = (STILL + timedelta(minutes=1)).total_seconds()
"""A series that begins so much later than its metric began at zero; one that stands still is not stored more often."""
REQUESTS = "enerscope_requests_total"
SECONDS = "enerscope_request_seconds"
PEOPLE = "page|callback|api"  # kinds of requests that somebody waits for; an export may take its time
ANSWERED = {"kind": PEOPLE, "outcome": "!server"}  # what failed is counted by availability


@dataclass(frozen=True, slots=True)
class Objective:
    """What a service promises; ``version`` 0 is what this release declares."""

    code: str
    title: str
    service: str
    good: str
    total: str
    objective: float
    window_days: int = 30
    terms: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool = True
    version: int = 0
    written_by: str = ""
    recorded_at: datetime | None = None

    @property
    def source(self) -> str:
        """Where its events come from: counters, jobs or states."""
        return str(self.terms.get("source", "counters"))

    @property
    def events(self) -> str:
        """What it counts, in a word."""
        return {"counters": "requests", "jobs": "jobs", "states": "minutes"}.get(self.source, "events")

    @property
    def window_seconds(self) -> float:
        """The length of its window in seconds."""
        return self.window_days * 86_400.0


ARRIVED = (
    "It is about requests that arrived: while the portal is down none do, and 'The portal is up' counts that."
)

DECLARED = (
    Objective(
        "availability", "The portal answers", "web", REQUESTS, REQUESTS, 0.995,
        terms={"good_labels": {"outcome": "!server", "kind": PEOPLE}, "total_labels": {"kind": PEOPLE}},
    ),
    Objective(
        "up", "The portal is up", "web", "minutes not bad", "minutes looked at", 0.995,
        terms={"source": "states", "bad": ["bad"]},
    ),
    Objective(
        "latency", "Answers come in time", "web", f"{SECONDS}_bucket", f"{SECONDS}_count", 0.95,
        terms={"within_seconds": 1.0, "good_labels": ANSWERED, "total_labels": ANSWERED},
    ),
    Objective(
        "jobs", "Jobs succeed", "worker", "jobs done", "jobs ended", 0.98, terms={"source": "jobs", "kind": "*"}
    ),
    Objective(
        "database", "The database answers", "database", "minutes not bad", "minutes looked at", 0.999,
        terms={"source": "states", "bad": ["bad"]},
    ),
    Objective(
        "cache", "The cache answers", "cache", "minutes not bad", "minutes looked at", 0.995,
        terms={"source": "states", "bad": ["bad"]},
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """The events of an objective as counters; ``note`` says what a reader must know about them."""

    good: tuple[Samples, ...]
    total: tuple[Samples, ...]
    note: str = ""

    @property
    def first(self) -> float | None:
        """When the first of them is known, in seconds since 1970 UTC; None without any."""
        return min((one.times[0] for one in self.total if len(one.times)), default=None)


def of_row(row: ObjectiveRow) -> Objective:
    """Return a stored version."""
    return Objective(**{name: getattr(row, name) for name in Objective.__dataclass_fields__})


def objectives(work: UnitOfWork, moment: datetime | None = None) -> dict[str, Objective]:
    """Return all objectives by code: what is declared, and over it what people wrote, now or within a minute.

    A figure of an earlier look is judged by what was promised then; looks are at whole minutes, and what is written in
    the minute that begins with one belongs to it.
    """
    until = None if moment is None else moment + timedelta(minutes=1)
    found = {one.code: one for one in DECLARED}
    found.update({row.code: of_row(row) for row in queries.objectives(work.session, until=until)})
    return found


def objective(work: UnitOfWork, code: str, moment: datetime | None = None) -> Objective:
    """Return one objective, as it stands or as it stood at a moment, or raise :class:`NotFound`."""
    found = objectives(work, moment).get(code)
    if found is None:
        raise NotFound(f"There is no objective '{code[:64]}'.", objective=code)
    return found


def counted(
    work: UnitOfWork, wanted: Sequence[tuple[Objective, datetime]], *, until: datetime
) -> list[Counted]:
    """Return the events of objectives since a moment each; all counters are read in one statement."""
    asked, bounds = [], {}
    for one, since in wanted:
        if one.source == "counters":
            bounds[one.code] = _bound(work, one, since, until)
            chosen = (
                rf"(^|,)le={re.escape(bounds[one.code] or '0')}(,|$)" if "within_seconds" in one.terms else ""
            )
            asked += [Wanted(one.service, one.good, since, chosen), Wanted(one.service, one.total, since)]
    read = iter(queries.samples(work.session, asked, until=until, raw=until - RAW_FOR))
    found = []
    for one, since in wanted:
        if one.source == "jobs":
            found.append(_jobs(work, one, since, until))
        elif one.source == "states":
            found.append(_states(work, one, since, until))
        else:
            found.append(_counters(one, bounds[one.code], next(read), next(read)))
    return found


def _counters(one: Objective, bound: str | None, good: list[Found], total: list[Found]) -> Counted:
    if "within_seconds" in one.terms and bound is None:
        return Counted((), ())
    note = ARRIVED if one.code == "availability" else ""
    if bound is not None:
        note = f"Good is an answer within {float(bound):g} s, the bound that is measured."
    return Counted(
        tuple(as_counters(good, one.terms.get("good_labels", {}))),
        tuple(as_counters(total, one.terms.get("total_labels", {}))),
        note,
    )


def _bound(work: UnitOfWork, one: Objective, since: datetime, until: datetime) -> str | None:
    """Return the largest upper bound of a histogram that is not beyond a promise; None where there is none."""
    if "within_seconds" not in one.terms:
        return None
    seconds = float(one.terms["within_seconds"])
    for begin in (until - RECENT, since):
        known = sample_queries.labels_of(work.session, one.service, one.good, begin, until)
        bounds = {read_labels(labels).get("le", "") for labels in known} - {"", "+Inf"}
        if bounds:
            return max((le for le in bounds if float(le) <= seconds * (1 + 1e-9)), key=float, default=None)
    return None


def as_counters(found: Sequence[Found], wanted: Mapping[str, str]) -> list[Samples]:
    """Return the counters with some labels; one that begins after the others of its service began at zero.

    An hour stands as its highest value and its last one, so that a restart within it is seen.
    """
    made = []
    starts: dict[str, float] = {}
    for one in found:
        first = min([*one.times[:1], *(hour[0] for hour in one.hours[:1])])
        starts[one.service] = min(first, starts.get(one.service, first))
    for one in found:
        if not matches(read_labels(one.labels), wanted):
            continue
        times = [at for begin, *_ in one.hours for at in (begin + HOUR - 2, begin + HOUR - 1)] + one.times
        values = [value for _, _, _, high, last in one.hours for value in (high, last)] + one.values
        late = times[0] - starts[one.service] > (HOUR + APPEARED if one.hours else APPEARED)
        made.append(Samples(np.array(times), np.array(values), late))
    return made


def _jobs(work: UnitOfWork, one: Objective, since: datetime, until: datetime) -> Counted:
    ended = queries.ended_jobs(work.session, kind=str(one.terms.get("kind", "*")), since=since, until=until)
    return events([at.timestamp() for at, _ in ended], [state == "done" for _, state in ended])


def _states(work: UnitOfWork, one: Objective, since: datetime, until: datetime) -> Counted:
    """Return a look at every whole minute since the service was first looked at; unknown ones do not count."""
    changes = queries.states(work.session, service=one.service, since=since, until=until)
    if not changes:
        return Counted((), ())
    times = np.array([at.timestamp() for at, _ in changes])
    looks = steps(max(times[0], since.timestamp()), until.timestamp(), MINUTE)
    at = np.searchsorted(times, looks, side="right") - 1
    state = np.array([state for _, state in changes])[at]
    known = state != "unknown"
    good = ~np.isin(state, list(one.terms.get("bad", ["bad"])))
    return events(looks[known].tolist(), good[known].tolist())


def events(times: list[float], good: list[bool]) -> Counted:
    """Return single events as two counters that begin at zero."""
    at = np.array(times, dtype=np.float64)
    well = np.cumsum(np.array(good, dtype=np.float64))
    return Counted(
        (Samples(at, well, is_late=True),), (Samples(at, np.arange(1.0, len(at) + 1), is_late=True),)
    )
