"""What came in after the end of a day's chain: a pack that waits in the morning waits for just that.

The chain of Monitoring judges a day until the next begins. A delivery or run that comes later still belongs to its day,
as long as the next one is not due.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from data.queries import chain as queries
from data.queries.chain import JobRun
from data.session import UnitOfWork
from portal.domain.market.business_days import shift_business_days
from portal.domain.market.holidays import desk_holidays
from portal.domain.monitoring.feeds import deliveries, due_between
from portal.services.jobs import all_schedules
from portal.services.monitoring import feeds
from portal.services.monitoring.chain import Chain
from portal.services.monitoring.chain_days import ChainRow, midnight
from portal.services.monitoring.chain_steps import BEGINS, BY_CODE, LASTS, PACK
from portal.services.monitoring.feeds import Feed

_REACH = timedelta(days=20)


def missing(found: Chain) -> list[ChainRow]:
    """Return the steps that the pack waited for in vain, up to the end of the chain."""
    if found.is_complete or not found.has_pack:
        return []
    return [
        row
        for row in found.rows
        if row.step in found.room and row.step != PACK and found.outlook[row.step].state != "done"
    ]


def came_since(found: Chain, moment: datetime) -> Mapping[str, datetime]:
    """Return the missing steps that had come by a moment after the end of the chain, and when."""
    begin = midnight(found.day) + timedelta(minutes=BEGINS)
    lacking = missing(found)
    if not lacking or moment <= begin + timedelta(minutes=LASTS):
        return {}
    until = min(moment, _next_begin(found.day))
    with UnitOfWork() as work:
        known = feeds.feeds_in(work, until)
        kinds = {
            all_schedules()[BY_CODE[row.step].subject].kind
            for row in lacking
            if BY_CODE[row.step].kind == "job"
        }
        runs = queries.job_runs(work.session, kinds=kinds, begin=begin, until=until) if kinds else []
    came: dict[str, datetime] = {}
    for row in lacking:
        spec = BY_CODE[row.step]
        at = (
            _arrived([one for one in known if one.terms.dataset == spec.subject], begin, until)
            if spec.kind == "feed"
            else _ran(row, found, runs, came, until)
        )
        if at is not None:
            came[row.step] = at
    return came


def _next_begin(day: date) -> datetime:
    """Return when the chain of the next working day is half over: what runs then is about that day."""
    following = shift_business_days(day, 1, desk_holidays(day, day + _REACH))
    return midnight(following) + timedelta(minutes=BEGINS + LASTS / 2)


def _arrived(found: Sequence[Feed], begin: datetime, until: datetime) -> datetime | None:
    """Return when the last of the feeds of a dataset was in; None while one is missing."""
    last: datetime | None = None
    for one in found:
        if not one.terms.enabled:
            continue
        dues = due_between(one.terms.domain, begin.date(), begin.date() + timedelta(days=1))
        due = next((item for item in dues if begin <= item.at < begin + timedelta(minutes=LASTS)), None)
        came = deliveries(((row.day, row.at, row.rows) for row in one.arrivals), one.terms.least_rows)
        if due is None or not came or min(came) > due.day:
            continue
        if due.day not in came or came[due.day].at > until:
            return None
        last = came[due.day].at if last is None else max(last, came[due.day].at)
    return last


def _ran(
    row: ChainRow, found: Chain, runs: Sequence[JobRun], came: Mapping[str, datetime], until: datetime
) -> datetime | None:
    """Return when a job was done that began after all that it reads was in."""
    inputs: list[datetime] = []
    for code in row.after:
        if found.outlook[code].state != "done" and code not in came:
            return None
        inputs.append(came.get(code) or found.at(found.outlook[code].end))
    ready = max(inputs, default=midnight(found.day))
    kind = all_schedules()[BY_CODE[row.step].subject].kind
    for run in runs:
        begun, ended = run.started_at, run.finished_at
        if run.kind != kind or run.state != "done" or begun is None or ended is None:
            continue
        if begun >= ready and ended <= until:
            return ended
    return None
