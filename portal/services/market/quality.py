"""What is wrong with the data: late feeds, missing days, spikes, prices that stand still, bars that contradict."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

import numpy as np

from data.queries import market as instruments
from data.queries import quality as queries
from data.queries.quality import BarRow, DailyPrices, FeedRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import BoolArray2D, DateArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.market.annualisation import observations_per_year
from portal.domain.market.coverage import expected_days, missing_runs, monthly_coverage
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.quality import Gap, Staleness, StaleRun, find_stale_runs, judge_staleness
from portal.domain.market.screening import ScreenedSpike, screen_spikes
from portal.domain.market.volatility import TRADING_DAYS
from portal.services.access.trade_files import reader_of_refused
from portal.services.clocks import latest_day
from portal.services.recent import Recent

PERIODS: Mapping[str, tuple[str, int | None]] = {
    "3m": ("3 M", 92),
    "1y": ("1 Y", 366),
    "3y": ("3 Y", 1096),
    "max": ("Max", None),
}
THRESHOLDS = (6, 8, 12)
WARM_UP = timedelta(days=45)  # tells a series that was there before the period from one that began in it
DAILY = ("daily", "hourly", "quarter-hourly")


@dataclass(frozen=True, slots=True)
class Feed:
    """One dataset of a source: how many series it has, which of them is late, and the age of its newest row."""

    source_code: str
    source: str
    licence: str
    simulated: bool
    dataset: str
    series: int
    late: tuple[str, ...]
    newest: date | None
    recorded_at: datetime | None
    staleness: Staleness


@dataclass(frozen=True, slots=True)
class Feeds:
    """All feeds, judged at ``moment``."""

    moment: datetime
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class MissingDays:
    """A gap of an instrument; ``open`` when it reaches to the valuation day, so that prices may still come."""

    instrument: InstrumentRow
    gap: Gap
    before: float | None
    after: float | None
    open: bool


@dataclass(frozen=True, slots=True)
class SpikeFound:
    """A spike of an instrument on a day."""

    instrument: InstrumentRow
    day: date
    spike: ScreenedSpike


@dataclass(frozen=True, slots=True)
class StillRun:
    """Unchanged prices of an instrument from ``first`` to ``last``."""

    instrument: InstrumentRow
    first: date
    last: date
    run: StaleRun


@dataclass(frozen=True, slots=True)
class BadBar:
    """A bar of an instrument that contradicts itself."""

    instrument: InstrumentRow
    bar: BarRow


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Findings:
    """What was found in the prices of ``instruments`` from ``first`` on.

    ``coverage`` has shape (k, n_months), NaN where nothing was expected.
    """

    first: date | None
    instruments: tuple[InstrumentRow, ...]
    gaps: tuple[MissingDays, ...]
    spikes: tuple[SpikeFound, ...]
    still: tuple[StillRun, ...]
    bars: tuple[BadBar, ...]
    months: DateArray1D
    coverage: FloatArray2D

    @property
    def missing_days(self) -> int:
        """Days of all gaps together."""
        return sum(item.gap.missing for item in self.gaps)


_found: Recent[tuple[object, ...], Findings] = Recent(
    24
)  # sorting a table asks again for what was just found


def feeds(clocks: Clocks, actor: Actor) -> Feeds:
    """Return every dataset of every source with its age at ``judged_at``; late ones first, then by name."""
    actor.require(Permission.MARKET_READ)
    moment = judged_at(clocks)
    with UnitOfWork() as work:
        return judge_feeds(queries.feeds(work.session, clocks=clocks), moment)


def judge_feeds(rows: Sequence[FeedRow], moment: datetime) -> Feeds:
    """Return the feeds that ``rows`` (one for each series) make up, judged at ``moment``."""
    grouped: dict[tuple[str, str], list[FeedRow]] = defaultdict(list)
    for row in rows:
        grouped[row.source_code, row.dataset].append(row)
    found = [_feed(group, moment) for group in grouped.values()]
    found.sort(key=lambda feed: (not feed.staleness.late, -len(feed.late), feed.source, feed.dataset))
    return Feeds(moment, tuple(found))


def judged_at(clocks: Clocks) -> datetime:
    """Return the moment at which feeds are judged: the end of the valuation day, or now when the newest data is seen.

    The valuation day follows the data, so that a desk all of whose feeds stopped would else never be late.
    """
    return clocks.known_at if clocks.live and clocks.as_of >= latest_day() else end_of_day(clocks)


def end_of_day(clocks: Clocks) -> datetime:
    """Return the end of the valuation day, UTC, or the moment of knowledge when that is earlier."""
    return min(datetime.combine(clocks.as_of + timedelta(days=1), time(), UTC), clocks.known_at)


def _feed(rows: Sequence[FeedRow], moment: datetime) -> Feed:
    first = rows[0]
    newest = max((row.newest for row in rows if row.newest), default=None)
    late = tuple(row.series for row in rows if _age(row.newest, row, moment).late)
    return Feed(
        first.source_code, first.source, first.licence, first.simulated, first.dataset, len(rows), late, newest,
        max((row.recorded_at for row in rows if row.recorded_at), default=None), _age(newest, first, moment),
    )  # fmt: skip


def _age(newest: date | None, row: FeedRow, moment: datetime) -> Staleness:
    """Judge a day's row by the business time since the end of that day."""
    end = None if newest is None else datetime.combine(newest + timedelta(days=1), time(), UTC)
    return judge_staleness(end, moment, row.sla_hours, name=f"{row.source}, {row.dataset}")


def findings(
    clocks: Clocks, actor: Actor, *, period: str = "1y", commodity: str = "", threshold: float = 8.0
) -> Findings:
    """Return what is wrong with the daily prices of all instruments, or of one commodity.

    Raises
    ------
    DomainError
        There is no such period.
    """
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        version = queries.data_version(work.session, clocks=clocks)
        asked = partial(find, work, clocks, period=period, commodity=commodity, threshold=threshold)
        if version is None:
            return asked()
        # Rows of the demo desk were recorded before their batch was, so a pinned moment counts by itself.
        pinned = None if clocks.live else clocks.known_at
        return _found.get((version, pinned, clocks.as_of, period, commodity, threshold), asked)


def find(work: UnitOfWork, clocks: Clocks, *, period: str, commodity: str, threshold: float) -> Findings:
    """Return what :func:`findings` does, within a unit of work."""
    if period not in PERIODS:
        raise DomainError(
            f"There is no period '{period}'. Choose one of {', '.join(PERIODS)}.", period=period
        )
    span = PERIODS[period][1]
    first = None if span is None else clocks.as_of - timedelta(days=span)
    rows = tuple(instruments.instruments(work.session, commodity=commodity))
    ids = [row.id for row in rows]
    prices = queries.daily_prices(
        work.session, clocks=clocks, instrument_ids=ids, first=first and first - WARM_UP
    )
    bars = queries.contradicting_bars(work.session, clocks=clocks, instrument_ids=ids, first=first)
    silent = [row.id for row in rows if row.id not in prices]
    old = instruments.last_prices(work.session, clocks=clocks, instrument_ids=silent) if silent else {}
    prices |= {
        key: DailyPrices(np.array([day], dtype="datetime64[D]"), np.array([price]))
        for key, (day, price) in old.items()
    }
    return _judge(rows, prices, bars, clocks, first, threshold)


def _judge(
    rows: tuple[InstrumentRow, ...],
    prices: Mapping[int, DailyPrices],
    bars: Sequence[BarRow],
    clocks: Clocks,
    first: date | None,
    threshold: float,
) -> Findings:
    by_id = {row.id: row for row in rows}
    begin = first or min((found.day[0].item() for found in prices.values()), default=clocks.as_of)
    table = _day_table(rows, prices, begin, clocks.as_of)
    months, coverage = monthly_coverage(table.expected, table.have, table.days)
    shown = months >= np.datetime64(begin, "M")
    gaps: list[MissingDays] = []
    spikes: list[SpikeFound] = []
    still: list[StillRun] = []
    for at, row in enumerate(rows):
        if row.id not in prices:
            continue
        found = prices[row.id]
        gaps += [
            _with_neighbours(row, found, gap)
            for gap in missing_runs(table.expected[at], table.have[at], table.days)
        ]
        inside = int(np.searchsorted(found.day, np.datetime64(begin)))
        near = max(inside - 1, 0)  # the last price before the period belongs to the first step
        spikes += [
            SpikeFound(row, found.day[near + spike.position].item(), spike)
            for spike in screen_spikes(found.settle[near:], threshold=threshold)
        ]
        still += [
            StillRun(row, found.day[inside + run.first].item(), found.day[inside + run.last].item(), run)
            for run in find_stale_runs(found.settle[inside:])
        ]
    gaps.sort(key=lambda item: (item.gap.last, item.gap.missing), reverse=True)
    spikes.sort(key=lambda item: item.day, reverse=True)
    still.sort(key=lambda item: item.last, reverse=True)
    return Findings(
        first, rows, tuple(gaps), tuple(spikes), tuple(still),
        tuple(BadBar(by_id[bar.instrument_id], bar) for bar in bars), months[shown], coverage[:, shown],
    )  # fmt: skip


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _DayTable:
    """Known and expected days of all instruments, shape (k, n), over calendar ``days``."""

    days: DateArray1D
    have: BoolArray2D
    expected: BoolArray2D


def _day_table(
    rows: Sequence[InstrumentRow], prices: Mapping[int, DailyPrices], begin: date, last: date
) -> _DayTable:
    """Lay the days of all instruments on one calendar; a market is all series of one currency."""
    start = min((found.day[0] for found in prices.values()), default=np.datetime64(begin))
    days = np.arange(min(start, np.datetime64(begin)), np.datetime64(last) + 1)
    have = np.zeros((len(rows), len(days)), dtype=bool)
    all_week = np.zeros(len(rows), dtype=bool)
    due = np.full(len(rows), np.datetime64(last))
    for at, row in enumerate(rows):
        if row.id in prices and row.granularity in DAILY:
            found = prices[row.id]
            have[at, (found.day - days[0]).astype(np.int64)] = True
            all_week[at] = observations_per_year(found.day) > TRADING_DAYS
            due[at] = np.datetime64(_due(row, found, last))
    markets = [row.currency for row in rows]
    expected = expected_days(have, days, all_week=all_week, markets=markets, begin=begin, due=due)
    return _DayTable(days, have, expected)


def _due(row: InstrumentRow, found: DailyPrices, last: date) -> date:
    """Return the last day on which a price is due: what the source may still deliver in time is not."""
    newest: date = found.day[-1].item()
    waiting = int(np.busday_count(newest + timedelta(days=1), last + timedelta(days=1))) * 24
    return newest if waiting <= row.sla_hours else last


def _with_neighbours(row: InstrumentRow, found: DailyPrices, gap: Gap) -> MissingDays:
    """Return a gap with the prices around it; it is open when no price follows."""
    at = int(np.searchsorted(found.day, np.datetime64(gap.first)))
    before = float(found.settle[at - 1]) if at else None
    after = float(found.settle[at]) if at < len(found.settle) else None
    return MissingDays(row, gap, before, after, open=after is None)


def open_quarantine(actor: Actor) -> int:
    """Return how many refused rows that the actor may see wait for a decision."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return queries.open_quarantine(work.session, reader=reader_of_refused(work, actor))
