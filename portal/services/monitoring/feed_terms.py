"""What is agreed about each feed: declared here by dataset, laid over by versions that operations write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.queries import feeds as queries
from data.queries.feeds import SourceRow, TermsRow
from data.session import UnitOfWork
from data.writes import feeds as writes
from portal.core import clock
from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.monitoring.cron import CronLine, read_cron
from portal.domain.monitoring.feeds import Terms
from portal.services import audit

DAY_MINUTES = 1440
MOST_ROWS = 100_000_000
LONGEST = 80  # characters of an owner
OFFSETS = {-1: "the day before it is due", 0: "the day on which it is due", 1: "the day after it is due"}


@dataclass(frozen=True, slots=True)
class Dataset:
    """What is expected of a kind of rows unless more is agreed."""

    title: str
    owner: str
    cron: str
    grace_minutes: int
    offset: int = 0
    page: str = "/market/quality"

    @property
    def on_workdays(self) -> bool:
        """Whether nothing comes on weekends and days off."""
        return self.cron.endswith("mon-fri")


DATASETS: Mapping[str, Dataset] = {
    "prices": Dataset("Daily prices", "Market data", "30 18 * * mon-fri", 30, page="/market/prices"),
    "auctions": Dataset("Auction prices by the hour", "Market data", "45 11 * * *", 60, 1, "/market/prices"),
    "curves": Dataset("Forward curves", "Market data", "30 18 * * mon-fri", 30, page="/market/curves"),
    "volatilities": Dataset(
        "Volatilities", "Market data", "45 18 * * mon-fri", 30, page="/market/volatility"
    ),
    "fx": Dataset("Exchange rates", "Treasury", "0 15 * * mon-fri", 60, page="/market/quality"),
    "rates": Dataset("Interest rates", "Treasury", "0 17 * * mon-fri", 60, page="/market/quality"),
    "weather": Dataset("Weather", "Analysis", "0 6 * * *", 120, -1, "/forecast"),
    "power": Dataset("Load, wind and solar", "Analysis", "0 10 * * *", 120, -1, "/forecast"),
    "outlook": Dataset("Day-ahead load, wind and solar", "Analysis", "0 9 * * *", 60, 1, "/forecast"),
    "trades": Dataset("Trades", "Middle office", "0 18 * * mon-fri", 30, page="/portfolio/trades"),
}
"""The kinds of rows that come from outside, by the name that arrivals have; times are UTC."""
LEAST_ROWS = {"demo.prices": 20, "demo.weather": 200, "demo.power": 100, "demo.outlook": 100}
ARCHIVES = {
    "ecb.fx": "An archive that the demo desk begins with; it goes on with rates of its own.",
    "arch-eia.prices": "An archive; the series ended in 2019.",
    "portal.trades": "People enter them here one by one; nothing is promised.",
}
"""Feeds of which nothing is expected unless somebody says so, and why."""


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What is agreed about one feed.

    ``version`` 0 is what the code declares, ``why_off`` says why nothing is expected. ``live`` has rows of the demo
    desk judged by the wall clock; of other rows it says nothing, for they always are.
    """

    code: str
    title: str
    source: str
    source_name: str
    dataset: str
    owner: str
    cron: str
    timezone: str
    grace_minutes: int
    offset: int
    least_rows: int
    holidays: bool
    enabled: bool
    simulated: bool
    page: str
    live: bool = False
    version: int = 0
    written_by: str = ""
    recorded_at: datetime | None = None
    why_off: str = ""

    @property
    def domain(self) -> Terms:
        """The terms as they are judged by."""
        grace = timedelta(minutes=self.grace_minutes)
        line = CronLine(self.cron, self.timezone)
        return Terms(line, grace, self.offset, self.least_rows, self.holidays)

    def short_words(self) -> str:
        """Return when it is due and when it is late; the rest is in :meth:`words`."""
        if not self.enabled:
            return ""
        return f"{CronLine(self.cron, self.timezone).words()}; late after {_span(self.grace_minutes)}"

    def words(self) -> str:
        """Return what is agreed in a sentence."""
        if not self.enabled:
            return self.why_off or "Nothing is expected: it was switched off."
        line = CronLine(self.cron, self.timezone).words()
        days = {-1: "the day before", 0: "that day", 1: "the day after"}[self.offset]
        off = ", not on days off of the desk" if self.holidays else ""
        rows = f", at least {self.least_rows:,} rows" if self.least_rows > 1 else ""
        return f"{line}{off}: {days}{rows}; late after {_span(self.grace_minutes)}"


def _span(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def code_of(source: str, dataset: str) -> str:
    """Return the code of the feed of a dataset of a source."""
    return f"{source[:40]}.{dataset}"


def declared(source: SourceRow, dataset: str) -> FeedTerms:
    """Return what the code expects of a dataset of a source.

    The demo desk keeps the times of the datasets; of any other source more than its promise is not asked.
    """
    kind, code = DATASETS[dataset], code_of(source.code, dataset)
    grace = kind.grace_minutes
    if not source.simulated and source.code != "portal":
        grace = max(grace, int(min(source.sla_hours * 60, 30 * DAY_MINUTES)))
    return FeedTerms(
        code, f"{kind.title}, {source.code}", source.code, source.name, dataset, kind.owner, kind.cron, "UTC",
        grace, kind.offset, LEAST_ROWS.get(code, 1), kind.on_workdays, code not in ARCHIVES, source.simulated,
        kind.page, why_off=ARCHIVES.get(code, ""),
    )  # fmt: skip


def effective(source: SourceRow, dataset: str, stored: Mapping[str, TermsRow]) -> FeedTerms:
    """Return what counts now: the newest version, or what is declared."""
    base = declared(source, dataset)
    row = stored.get(base.code)
    if row is None:
        return base
    return replace(
        base, owner=row.owner, cron=row.cron, timezone=row.timezone, grace_minutes=row.grace_minutes,
        offset=int(row.terms.get("offset", base.offset)), least_rows=row.least_rows,
        holidays=bool(row.terms.get("holidays", base.holidays)), live=bool(row.terms.get("live")),
        enabled=row.enabled, version=row.version,
        written_by=row.written_by, recorded_at=row.recorded_at, why_off="",
    )  # fmt: skip


def known_sources(rows: Mapping[str, SourceRow]) -> dict[str, SourceRow]:
    """Return the sources with the portal itself, where people enter trades."""
    return {**rows, "portal": SourceRow("portal", "Entered in the portal", simulated=False, sla_hours=0.0)}


def change_terms(
    before: FeedTerms, actor: Actor, given: Mapping[str, Any], now: datetime | None = None
) -> int:
    """Store the next version of what is agreed about a feed and return its number.

    Parameters
    ----------
    before : FeedTerms
        What counts now.
    actor : Actor
        Must hold ``jobs:manage``.
    given : mapping
        ``owner``, ``cron``, ``timezone``, ``grace_minutes``, ``offset``, ``least_rows``, ``holidays``, ``live`` and
        ``enabled``;
        what is left out stays.

    Raises
    ------
    NotPermitted
        The actor may not manage jobs.
    DomainError
        Something cannot be read, or nothing was changed.
    """
    actor.require(Permission.JOBS_MANAGE)
    after = checked(before, given, now or clock.now())
    fields = (
        "owner",
        "cron",
        "timezone",
        "grace_minutes",
        "offset",
        "least_rows",
        "holidays",
        "live",
        "enabled",
    )
    changed = {name: getattr(after, name) for name in fields if getattr(after, name) != getattr(before, name)}
    if not changed:
        raise DomainError("Nothing was changed. Change a field, then save.", feed=before.code)
    with UnitOfWork(write=True) as work:
        newest = queries.terms(work.session).get(before.code)
        if (newest.version if newest else 0) != before.version:
            raise DomainError(
                "Somebody else has just changed what is agreed about this feed. Look at it, then change it again.",
                feed=before.code,
            )
        version = writes.append(
            work.session, before.code, title=after.title, source=after.source, owner=after.owner, cron=after.cron,
            timezone=after.timezone, grace_minutes=after.grace_minutes, least_rows=after.least_rows,
            enabled=after.enabled, written_by=actor.username,
            terms={"dataset": after.dataset, "offset": after.offset, "holidays": after.holidays, "live": after.live},
        )  # fmt: skip
        detail = {"version": version, **{name: value for name, value in changed.items() if name != "owner"}}
        audit.note(work, actor, "feed.terms-changed", "feed", before.code, detail)
    return version


def checked(before: FeedTerms, given: Mapping[str, Any], now: datetime) -> FeedTerms:
    """Return ``before`` with what was given laid over it.

    Raises
    ------
    DomainError
        Something cannot be read; the sentence says what.
    """
    line = read_cron(
        str(given.get("cron") or before.cron), str(given.get("timezone") or before.timezone), now=now
    )
    enabled = bool(given.get("enabled", before.enabled))
    if enabled:
        _require_once_a_day(line, now, before.code)
    owner = " ".join(str(given.get("owner", before.owner) or "").split())
    if not owner or len(owner) > LONGEST:
        raise DomainError(f"Name who answers for the feed, in up to {LONGEST} characters.", feed=before.code)
    offset = _whole(given.get("offset", before.offset), "The day that it holds", -1, 1, before.code)
    return replace(
        before, owner=owner, cron=line.text, timezone=line.timezone, offset=offset,
        grace_minutes=_whole(
            given.get("grace_minutes", before.grace_minutes), "The grace", 0, 30 * DAY_MINUTES, before.code
        ),
        least_rows=_whole(
            given.get("least_rows", before.least_rows), "The least number of rows", 1, MOST_ROWS, before.code
        ),
        holidays=bool(given.get("holidays", before.holidays)),
        live=bool(given.get("live", before.live)), enabled=enabled, why_off="",
    )  # fmt: skip


def _require_once_a_day(line: CronLine, now: datetime, feed: str) -> None:
    """Refuse a line that is due twice within a local day: the first delivery of a day would count for the second."""
    zone, moment = ZoneInfo(line.timezone), line.next_after(now)
    for _ in range(2):  # the first may be the last of its day, so the two after it are looked at as well
        following = line.next_after(moment) if moment is not None else None
        if moment is None or following is None:
            return
        if moment.astimezone(zone).date() == following.astimezone(zone).date():
            raise DomainError(
                f"'{line.text}' is due more than once a day. Deliveries are told apart by day: choose one time a day.",
                feed=feed,
            )
        moment = following


def _whole(given: Any, name: str, low: int, high: int, feed: str) -> int:
    text = str(given).strip()
    if text.removeprefix("-").isdecimal() and len(text) < 12 and low <= int(text) <= high:
        return int(text)
    raise DomainError(
        f"{name} must be a whole number from {low:,} to {high:,}, not '{text[:20]}'.", feed=feed
    )


def find(found: Iterable[FeedTerms], code: str) -> FeedTerms:
    """Return the feed called ``code``, or raise :class:`NotFound`."""
    for one in found:
        if one.code == code:
            return one
    raise NotFound(f"There is no feed '{code[:60]}'. Choose one of the list.", feed=code[:60])
