"""Feeds: how every source of prices, curves, rates, weather, power and trades stands against what is agreed.

A delivery is what was recorded for a day. Rows of the demo desk all came at once, with moments that a desk would have
had, and end on a day: they are judged up to that day, never by the wall clock, until a file of one's own arrives or
somebody asks for it in the terms.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from data.queries import access as settings_queries
from data.queries import feeds as queries
from data.queries.alerts import AlertRow
from data.queries.feeds import ArrivalRow, SourceRow, TermsRow
from data.queries.quality import FeedRow, data_version
from data.queries.quality import feeds as series_of
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.monitoring.feed_figures import (
    age_hours,
    count_missing,
    in_time_share,
    newest_rows,
    usual_rows,
)
from portal.domain.monitoring.feeds import (
    Delivery,
    Judgement,
    deliveries,
    due_between,
    expect,
    judge,
    rows_of,
)
from portal.domain.monitoring.health import Reading, State
from portal.services.access.demo_accounts import LOADED_AT
from portal.services.monitoring import alerts
from portal.services.monitoring.agent import Task, register_task
from portal.services.monitoring.feed_terms import (
    DATASETS,
    FeedTerms,
    code_of,
    declared,
    effective,
    find,
    known_sources,
)
from portal.services.recent import Recent

DAYS = 45  # holds WINDOW working days with days off
MOST_DAYS = 400  # that a feed which has stopped is followed back
RULE = "feed.late"
PATH = "/monitoring/feeds"
EVERY_SECONDS = 10.0
_SERIES = {"prices": "prices", "curves": "curves", "exchange rates": "fx", "weather": "weather",
           "power system": "power"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows of feeds at a moment: arrivals by feed, sources, terms, the newest day of each series.

    Arrivals are known from the day ``since`` on; ``told`` are the feeds whose alert was open.
    """

    moment: datetime
    since: date
    arrivals: Mapping[tuple[str, str], Sequence[ArrivalRow]]
    sources: Mapping[str, SourceRow]
    terms: Mapping[str, TermsRow]
    newest: Mapping[tuple[str, str], tuple[date, datetime]]
    told: frozenset[tuple[str, str]]
    demo_until: datetime | None
    demo_ends: date | None


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed as it stands; ``ends_on`` is set where rows of the demo desk are judged up to their end."""

    terms: FeedTerms
    judgement: Judgement
    arrivals: Sequence[ArrivalRow]
    last_at: datetime | None
    newest_day: date | None
    is_demo: bool
    ends_on: date | None

    @property
    def code(self) -> str:
        """The code of the feed."""
        return self.terms.code

    @property
    def state(self) -> State:
        """Its traffic light; what nothing is expected of is good."""
        return self.judgement.state if self.terms.enabled else State.GOOD

    @property
    def word(self) -> str:
        """Its state in a word."""
        if not self.terms.enabled:
            return "not watched"
        if self.state is State.BAD:
            return "late"
        if self.state is State.UNKNOWN:
            return "nothing yet"
        waits = any(one.outcome == "waiting" for one in self.judgement.expected)
        if self.state is State.WARNING:
            return "incomplete"
        return "due" if waits else "in time"

    @property
    def reason(self) -> str:
        """How it stands, in a sentence."""
        return self.judgement.reason if self.terms.enabled else self.terms.words()

    @property
    def outcomes(self) -> list[str]:
        """What came of each due delivery, oldest first."""
        return [one.outcome for one in self.judgement.expected]


_kept: Recent[tuple[object, ...], tuple[list[ArrivalRow], list[FeedRow]]] = Recent(4)


def known(work: UnitOfWork, moment: datetime) -> Known:
    """Read what is known of feeds at ``moment``; what arrived is kept for a minute, or until more does."""
    session = work.session
    loaded = settings_queries.setting(session, key=LOADED_AT)
    demo_until = datetime.fromisoformat(loaded) + timedelta(seconds=1) if loaded else None
    clocks = Clocks(moment.date() + timedelta(days=7), moment, live=False)  # what is known days ahead too
    minute = (
        moment.replace(second=0, microsecond=0) if moment > clock.now() - timedelta(minutes=2) else moment
    )
    since = moment.date() - timedelta(days=DAYS)
    if demo_until is not None and demo_until < moment:  # a desk that has ended is judged where it ends
        since = min(since, demo_until.date() - timedelta(days=DAYS))
    key = (data_version(session, clocks=clocks), queries.newest_trade(session), loaded, minute)

    def read() -> tuple[list[ArrivalRow], list[FeedRow]]:
        found = queries.arrivals(session, since=since, known_at=moment, demo_until=demo_until)
        return found, series_of(session, clocks=clocks)

    rows, series = _kept.get(key, read)
    grouped: dict[tuple[str, str], list[ArrivalRow]] = defaultdict(list)
    for row in rows:
        grouped[row.source, row.dataset].append(row)
    sources = known_sources(queries.sources(session))
    newest = _newest(series, queries.by_the_hour(session))
    told = _told_of(alerts.open_at(work, RULE, moment), sources)
    stopped = {key: last for key, last in told.items() if last is not None and last[1] <= moment}
    return Known(
        moment, since, grouped, sources, queries.terms(session, known_at=moment), stopped | newest,
        frozenset(told), demo_until, queries.demo_ends(session),
    )  # fmt: skip


def _told_of(
    found: Iterable[AlertRow], sources: Iterable[str]
) -> dict[tuple[str, str], tuple[date, datetime] | None]:
    """Return the feeds that alerts are about, each with the newest day and moment of arrival that its alert tells."""
    codes = {code_of(source, dataset): (source, dataset) for source in sources for dataset in DATASETS}
    told: dict[tuple[str, str], tuple[date, datetime] | None] = {}
    for row in found:
        if row.subject in codes:
            day, at = row.facts.get("newest_day"), row.facts.get("last_at")
            told[codes[row.subject]] = (
                (date.fromisoformat(day), datetime.fromisoformat(at)) if day and at else None
            )
    return told


def _newest(
    series: Sequence[FeedRow], by_the_hour: frozenset[str]
) -> dict[tuple[str, str], tuple[date, datetime]]:
    found: dict[tuple[str, str], tuple[date, datetime]] = {}
    for row in series:
        if row.newest is not None and row.recorded_at is not None:
            is_auction = row.dataset == "prices" and row.series in by_the_hour
            key = (row.source_code, "auctions" if is_auction else _SERIES[row.dataset])
            before = found.get(key, (row.newest, row.recorded_at))
            found[key] = (max(before[0], row.newest), max(before[1], row.recorded_at))
    return found


def feeds_in(work: UnitOfWork, moment: datetime) -> list[Feed]:
    """Return all feeds as they stood at a moment: late ones first, then by name; those not watched last."""
    return stand_all(known(work, moment))


def stand_all(facts: Known) -> list[Feed]:
    """Return all feeds as they stood at the moment of ``facts``."""
    named = set(facts.arrivals) | set(facts.newest) | facts.told | {_of(row) for row in facts.terms.values()}
    found = [
        stand(effective(facts.sources[source], dataset, facts.terms), facts)
        for source, dataset in named
        if source in facts.sources and dataset in DATASETS
    ]
    ranks = {"late": 0, "incomplete": 1, "nothing yet": 2, "due": 3, "in time": 4, "not watched": 5}
    return sorted(found, key=lambda one: (ranks[one.word], one.terms.title))


def _of(row: TermsRow) -> tuple[str, str]:
    return row.source, str(row.terms.get("dataset", ""))


def stand(terms: FeedTerms, facts: Known) -> Feed:
    """Return one feed as it stood at the moment of ``facts`` under ``terms``."""
    arrivals = facts.arrivals.get((terms.source, terms.dataset), ())
    newest = facts.newest.get((terms.source, terms.dataset))
    is_demo = bool(arrivals) and all(row.demo for row in arrivals)
    if not arrivals and newest is not None:
        is_demo = facts.demo_until is not None and newest[1] <= facts.demo_until
    ends_on = facts.demo_ends if is_demo and not terms.live else None
    last = facts.moment.date() if ends_on is None else min(facts.moment.date(), ends_on + timedelta(days=7))
    begin = last - timedelta(days=DAYS)
    came = deliveries(((row.day, row.at, row.rows) for row in arrivals), terms.least_rows)
    stopped = newest[0] if newest is not None and not arrivals and newest[0] < facts.since else None
    if newest is not None and stopped is not None:  # what it brought last came before arrivals are known
        came = {stopped: Delivery(stopped, newest[1], newest[1], terms.least_rows)}
        begin = max(stopped - timedelta(days=1), last - timedelta(days=MOST_DAYS))
    dues = due_between(terms.domain, begin, last)
    if stopped is not None:
        dues = tuple(due for due in dues if due.day > stopped)
    expected = expect(dues, came, facts.moment, ends_on=ends_on)
    days = [row.day for row in arrivals] + ([newest[0]] if newest else [])
    moments = [row.at for row in arrivals] + ([newest[1]] if newest else [])
    return Feed(
        terms, judge(expected, ends_on=ends_on), arrivals, max(moments, default=None),
        max(days, default=None), is_demo, ends_on,
    )  # fmt: skip


def feeds(actor: Actor, moment: datetime) -> list[Feed]:
    """Return all feeds as they stood at a moment, for those who may read Monitoring."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return feeds_in(work, moment)


def feed(actor: Actor, code: str, moment: datetime) -> Feed:
    """Return one feed.

    Raises
    ------
    NotFound
        There is no such feed.
    """
    found = feeds(actor, moment)
    find((one.terms for one in found), code)
    return next(one for one in found if one.code == code)


def versions(actor: Actor, code: str) -> list[TermsRow]:
    """Return all versions of what was agreed about a feed, the newest first."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return queries.versions(work.session, code)


def readings(now: datetime) -> list[Reading]:
    """Return how every watched feed stands, as services ``feed.<code>``, for Monitoring > Health."""
    with UnitOfWork() as work:
        found = feeds_in(work, now)
    return [reading(one, now) for one in found if one.terms.enabled]


def reading(one: Feed, now: datetime) -> Reading:
    """Return the reading of one feed: state, reason, and the figures behind it."""
    shown = one.judgement.expected
    simulated = "Simulated. " if one.is_demo else ""
    facts: dict[str, Any] = {
        "title": one.terms.title, "simulated": one.is_demo, "link": f"{PATH}?feed={one.code}",
        "newest_day": None if one.newest_day is None else one.newest_day.isoformat(),
        "age_hours": age_hours([one.last_at], now) if one.last_at else None,
        "late_since": one.judgement.late_since.isoformat() if one.judgement.late_since else None,
        "rows": newest_rows(rows_of(shown)), "usual_rows": usual_rows(rows_of(shown)),
        "missing": count_missing(one.outcomes), "in_time_share": in_time_share(one.outcomes),
    }  # fmt: skip
    lacks = one.state is State.BAD and one.ends_on is not None
    state = State.WARNING if lacks else one.state  # what the demo desk lacks is no outage
    return Reading(f"feed.{one.code}", state, simulated + one.reason, now, facts)


def watch(now: datetime | None = None) -> list[str]:
    """Raise the alert of each feed that is late, clear that of each that is in, and return the codes of the late.

    Of what is not known it is not said that it is over.
    """
    moment = now or clock.now()
    with UnitOfWork() as work:
        found = feeds_in(work, moment)
        opened = {one.code: alerts.find_open(work, RULE, one.code) for one in found}
    late = [one for one in found if one.terms.enabled and one.state is State.BAD]
    over = {one.code for one in found if one.state in (State.GOOD, State.WARNING)}
    for one in late:
        before = opened[one.code]
        if before is None or before.message != _told(one):
            with UnitOfWork(write=True) as work:
                _raise(work, one)
    for code, row in opened.items():
        if row is not None and code in over:
            with UnitOfWork(write=True) as work:
                alerts.clear(work, RULE, code)
    return sorted(one.code for one in late)


def _told(one: Feed) -> str:
    ends = " These rows are simulated: they belong to the demo desk." if one.is_demo else ""
    return f"{one.judgement.reason} {one.terms.owner} answers for it.{ends}"


def _raise(work: UnitOfWork, one: Feed) -> None:
    since = one.judgement.late_since
    alerts.raise_alert(
        work, RULE, one.code, "info" if one.is_demo else "warning", f"{one.terms.title} is late", _told(one),
        f"{PATH}?feed={one.code}", Permission.MONITORING_READ,
        {
            "service": f"feed.{one.code}", "group": f"feed.{one.terms.source}", "owner": one.terms.owner,
            "late_since": since.isoformat() if since else "", "days": [f"{day}" for day in one.judgement.late_days],
            "simulated": one.is_demo, "newest_day": f"{one.newest_day}" if one.newest_day else "",
            "last_at": one.last_at.isoformat() if one.last_at else "",
        },
    )  # fmt: skip


def terms_of(work: UnitOfWork, code: str, moment: datetime) -> FeedTerms:
    """Return what is agreed about a feed at a moment, or raise :class:`NotFound`."""
    return find((one.terms for one in feeds_in(work, moment)), code)


def _look() -> None:
    watch()


TASK = register_task(Task("feeds", EVERY_SECONDS, _look))

__all__ = ["Feed", "code_of", "declared", "feed", "feeds", "readings", "versions", "watch"]
