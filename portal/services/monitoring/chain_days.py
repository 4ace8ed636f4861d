"""What each step of the end-of-day chain did on each day: deliveries, runs of jobs, simulated runs of the demo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import inf

from data.queries import chain as queries
from data.queries import schedules as schedule_queries
from data.queries.chain import JobRun
from data.session import UnitOfWork
from portal.domain.market.holidays import desk_holidays
from portal.domain.monitoring.chain import NORM_DAYS, Run, Step, in_order, ready_at
from portal.domain.monitoring.chain_demo import simulated_run
from portal.domain.monitoring.cron import CronLine
from portal.domain.monitoring.feeds import Delivery, Due, deliveries, due_between
from portal.services.jobs import all_kinds, all_schedules
from portal.services.monitoring import feeds
from portal.services.monitoring.chain_steps import BEGINS, LASTS, STEPS, StepSpec
from portal.services.monitoring.feeds import Feed

_MINUTE = timedelta(minutes=1)
SLACK = timedelta(seconds=30)  # between the moment at which a job is due and the clock of who asks for it


@dataclass(frozen=True, slots=True)
class ChainRow:
    """What one step did on one day, in minutes after midnight UTC; ``origin`` is file, job or simulated."""

    day: date
    step: str
    after: tuple[str, ...]
    release: float | None
    usual: float
    begin: float | None
    end: float | None
    origin: str
    job: int | None = None
    note: str = ""

    @property
    def as_step(self) -> Step:
        """The step as it is computed with."""
        return Step(self.step, self.after, self.release, self.usual)

    @property
    def run(self) -> Run:
        """Its run."""
        return Run(self.begin, self.end)


@dataclass(frozen=True, slots=True)
class _Source:
    """One feed with all that was due and all that came."""

    feed: Feed
    dues: Sequence[Due]
    came: Mapping[date, Delivery]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What all days are read from; moments after ``moment`` are not known."""

    moment: datetime
    feeds: Mapping[str, Sequence["_Source"]]  # by dataset
    jobs: Mapping[str, Sequence[JobRun]]  # by kind
    lines: Mapping[str, tuple[str, CronLine]]  # kind and time of each schedule that is on
    demo_ends: date | None


def midnight(day: date) -> datetime:
    """Return the beginning of a day, UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def minutes_of(moment: datetime, day: date) -> float:
    """Return a moment as minutes after the midnight at which ``day`` begins."""
    return (moment - midnight(day)) / _MINUTE


def workdays_before(day: date, count: int) -> list[date]:
    """Return the last ``count`` working days of the desk before a day, oldest first."""
    off = desk_holidays(day - timedelta(days=count * 2 + 14), day)
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5 and day not in off:
            found.append(day)
    return found[::-1]


def newest_day(found: Sequence[Feed], moment: datetime) -> date:
    """Return the working day whose chain is under way or was the last: of a desk that has ended, its last day."""
    watched = [one for one in found if one.terms.enabled and one.terms.dataset == "curves"]
    ends = [one.ends_on for one in watched if one.ends_on is not None]
    today = (moment - timedelta(minutes=BEGINS)).date()
    last = min(today, max(ends)) if ends and len(ends) == len(watched) else today
    return workdays_before(last + timedelta(days=1), 1)[0]


def read_chain(work: UnitOfWork, day: date | None, moment: datetime) -> tuple[date, list[ChainRow]]:
    """Return the day and what its steps, and those of the working days before it, did as known at a moment.

    Without ``day`` the newest one is taken. Steps that no feed or schedule stands behind are left out.
    """
    facts, chosen = _facts(work, day, moment)
    days = [*workdays_before(chosen, NORM_DAYS), chosen]
    return chosen, [row for one in days for row in _rows_of_day(one, facts)]


def _facts(work: UnitOfWork, day: date | None, moment: datetime) -> tuple[_Facts, date]:
    chosen = day or newest_day(feeds.feeds_in(work, moment), moment)
    known_at = min(moment, midnight(chosen) + timedelta(minutes=BEGINS + 2 * LASTS))
    found = feeds.known(work, known_at)
    begin = midnight(chosen) - timedelta(days=2 * NORM_DAYS + 4)
    by_dataset: dict[str, list[_Source]] = {}
    for one in feeds.stand_all(found):
        if one.terms.enabled:
            dues = due_between(one.terms.domain, begin.date(), chosen + timedelta(days=1))
            came = deliveries(((row.day, row.at, row.rows) for row in one.arrivals), one.terms.least_rows)
            by_dataset.setdefault(one.terms.dataset, []).append(_Source(one, dues, came))
    lines = _lines(work)
    jobs: dict[str, list[JobRun]] = {}
    for run in queries.job_runs(
        work.session, kinds={kind for kind, _ in lines.values()}, begin=begin, until=known_at
    ):
        jobs.setdefault(run.kind, []).append(run)
    return _Facts(known_at, by_dataset, jobs, lines, found.demo_ends), chosen


def _lines(work: UnitOfWork) -> dict[str, tuple[str, CronLine]]:
    """Return kind and time of each schedule of the chain that is on, as people have set them."""
    stored, found = schedule_queries.schedules(work.session), {}
    for spec in STEPS:
        declared = all_schedules().get(spec.subject)
        if spec.kind != "job" or declared is None:
            continue
        row = stored.get(spec.subject)
        terms = row if row is not None else declared
        if terms.enabled:
            found[spec.subject] = (declared.kind, CronLine(terms.cron, terms.timezone))
    return found


def _rows_of_day(day: date, facts: _Facts) -> list[ChainRow]:
    begin = midnight(day) + timedelta(minutes=BEGINS)
    rows: dict[str, ChainRow] = {}
    for spec in STEPS:
        after = tuple(code for code in spec.after if code in rows)
        row: ChainRow | None
        if spec.kind == "feed":
            row = _feed_row(spec, day, begin, facts)
        elif spec.kind == "job":
            row = _job_row(spec, after, day, begin, facts, rows)
        else:
            row = _milestone(spec, after, day, rows) if after else None
        if row is not None:
            rows[spec.code] = row
    return list(rows.values())


def _feed_row(spec: StepSpec, day: date, begin: datetime, facts: _Facts) -> ChainRow | None:
    """Return when the last of the feeds of a dataset was in; what was late when the day began is not waited for."""
    waited: list[tuple[Feed, Due, Delivery | None]] = []
    left_out = []
    until = begin + timedelta(minutes=LASTS)
    for source in facts.feeds.get(spec.subject, ()):
        one, came = source.feed, source.came
        due = next((item for item in source.dues if begin <= item.at < until), None)
        if due is None or not came or min(came) > due.day or (one.ends_on and due.day > one.ends_on):
            continue
        if _late_before(source, begin) and due.day not in came:
            left_out.append(one.terms.title)
            continue
        waited.append((one, due, came.get(due.day)))
    if not waited:
        return None
    release = max(minutes_of(due.at, day) for _, due, _ in waited)
    ends = [_arrived(spec, due, delivery, day) for _, due, delivery in waited]
    known = [end for end in ends if end is not None]
    end = max(known) if len(known) == len(ends) else None
    names = ", ".join(left_out)
    note = f"Not waited for, since it was late before: {names}." if left_out else ""
    origin = "simulated" if all(one.is_demo for one, _, _ in waited) else "file"
    return ChainRow(day, spec.code, (), release, 0.0, end, end, origin, None, note)


def _late_before(source: _Source, begin: datetime) -> bool:
    """Tell whether the delivery before was late already when the day began."""
    before = [item for item in source.dues if item.deadline < begin]
    came = source.came.get(before[-1].day) if before else None
    return bool(before) and (came is None or came.at > begin)


def _arrived(spec: StepSpec, due: Due, delivery: Delivery | None, day: date) -> float | None:
    """Return when a delivery was in; trades come all day and are in at their cut-off."""
    if delivery is None:
        return None
    return minutes_of(max(delivery.at, due.at) if spec.subject == "trades" else delivery.at, day)


def _job_row(
    spec: StepSpec, after: tuple[str, ...], day: date, begin: datetime, facts: _Facts, rows: Mapping[str, ChainRow]
) -> ChainRow | None:  # fmt: skip
    if spec.subject not in facts.lines:
        return None
    kind, line = facts.lines[spec.subject]
    due = line.next_after(begin - timedelta(microseconds=1))
    if due is None or due >= begin + timedelta(minutes=LASTS):
        return None
    usual = all_kinds()[kind].expected_seconds / 60
    row = ChainRow(day, spec.code, after, minutes_of(due, day), usual, None, None, "job")
    until = begin + timedelta(minutes=LASTS)
    asked = [one for one in facts.jobs.get(kind, ()) if due - SLACK <= one.requested_at < until]
    if asked:
        return _measured(row, asked, [rows[code].end for code in after], facts.moment)
    if facts.demo_ends is None or day > facts.demo_ends:
        return row
    ends = {code: rows[code].end for code in after}
    if any(end is None for end in ends.values()):
        return replace(row, origin="simulated")
    ready = ready_at(row.as_step, {code: end for code, end in ends.items() if end is not None})
    made = simulated_run(spec.code, day, ready, spec.demo_minutes)
    return _as_known(replace(row, origin="simulated", begin=made.begin, end=made.end), facts.moment)


def _measured(
    row: ChainRow, asked: Sequence[JobRun], ends: Sequence[float | None], moment: datetime
) -> ChainRow:
    """Return the first run that was done and began when all of its inputs were in, at ``ends``.

    Without one the newest that began so counts, be it under way or failed; then the newest that was done too early.
    """
    known = [end for end in ends if end is not None]
    ready = max(known, default=-inf) if len(known) == len(ends) else inf
    on_all = [
        one
        for one in asked
        if one.started_at and one.started_at <= moment and minutes_of(one.started_at, row.day) >= ready
    ]
    good = _done(on_all, moment)
    chosen = good[0] if good else (on_all or _done(asked, moment) or asked)[-1]
    over = chosen.state in ("failed", "lost", "cancelled")
    begin = None if over or chosen.started_at is None else minutes_of(chosen.started_at, row.day)
    end = None if over or chosen.finished_at is None else minutes_of(chosen.finished_at, row.day)
    note = f"The last run is {chosen.state}." if over else ""
    found = replace(row, begin=begin, end=end, job=chosen.id, note=note)
    return _as_known(found, moment)


def _done(runs: Sequence[JobRun], moment: datetime) -> list[JobRun]:
    return [one for one in runs if one.state == "done" and one.finished_at and one.finished_at <= moment]


def _as_known(row: ChainRow, moment: datetime) -> ChainRow:
    """Return a row without what happened after ``moment``."""
    now = minutes_of(moment, row.day)
    begin = None if row.begin is None or row.begin > now else row.begin
    end = None if begin is None or row.end is None or row.end > now else row.end
    return replace(row, begin=begin, end=end)


def _milestone(
    spec: StepSpec, after: tuple[str, ...], day: date, rows: Mapping[str, ChainRow]
) -> ChainRow | None:
    ends = [rows[code].end for code in after]
    known = [end for end in ends if end is not None]
    reached = max(known) if len(known) == len(ends) else None
    origin = "simulated" if any(rows[code].origin == "simulated" for code in after) else "job"
    return ChainRow(day, spec.code, after, None, 0.0, reached, reached, origin)


def steps_of(rows: Sequence[ChainRow]) -> tuple[Step, ...]:
    """Return the steps of one day in order."""
    return in_order([row.as_step for row in rows])
