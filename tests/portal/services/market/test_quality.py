"""Data quality on a desk whose every fault the test planted."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.market import quality, quality_tables
from tests.helpers.imports import add_batch, add_prices
from tests.helpers.market import add_instrument, add_source, evening

N = 300
DAYS = np.busday_offset("2023-01-02", range(N), roll="forward").astype(object).tolist()
LAST = DAYS[-1]
CLOCKS = Clocks(LAST, evening(LAST), live=False)
STEPS = np.random.default_rng(21).normal(0.0, 0.01, (N, 4))


def series(column: int) -> list[float]:
    return (60.0 * np.exp(np.cumsum(STEPS[:, column]))).tolist()


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """Gap, spike, standing prices, a stopped feed, an archive, a seven-day series and a contradicting bar."""
    add_source("test", sla_hours=24.0)
    add_source("archive", sla_hours=1e6)
    whole = list(zip(DAYS, series(0), strict=True))
    add_instrument("GAPPY", [row for row in whole if row[0] not in DAYS[200:203]])
    spiky = series(1)
    spiky[150] *= 10.0
    add_instrument("SPIKY", list(zip(DAYS, spiky, strict=True)))
    still = series(2)
    still[100:107] = [still[100]] * 7
    key = add_instrument("STILL", list(zip(DAYS, still, strict=True)))
    add_instrument("STOPPED", whole[:-10])
    add_instrument("ARCHIVED", whole[:50], source="archive")
    add_instrument("EMPTY", [])
    first = DAYS[0]
    every = [first + timedelta(days=i) for i in range((LAST - first).days + 1)]
    swing = np.random.default_rng(3).normal(0.0, 5.0, len(every)).tolist()
    power = [(d, 40.0 + x) for i, (d, x) in enumerate(zip(every, swing, strict=True)) if i != 40]
    add_instrument("POWER", power, unit="EUR/MWh", commodity="power")
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "UPDATE price_bars SET open = settle, high = settle + 1, low = settle + 0.5 "
                "WHERE instrument_id = :id AND day = :day"
            ),
            {"id": key, "day": DAYS[-5]},
        )
    return module_database


def found(**options) -> quality.Findings:
    return quality.findings(CLOCKS, SYSTEM, **{"period": "max", **options})


def test_gaps_are_the_planted_ones_with_the_prices_around_them(desk):
    gaps = {(item.instrument.code, item.gap.first, item.gap.missing, item.open) for item in found().gaps}
    first = DAYS[0]
    assert gaps == {
        ("GAPPY", DAYS[200], 3, False),
        ("STOPPED", DAYS[-10], 10, True),
        ("POWER", first + timedelta(days=40), 1, False),
    }
    (gap,) = [item for item in found().gaps if item.instrument.code == "GAPPY"]
    assert (gap.before, gap.after) == (pytest.approx(series(0)[199]), pytest.approx(series(0)[203]))


def test_good_friday_on_which_nobody_has_a_price_is_no_gap(database):
    days = [day for day in DAYS if day != date(2023, 4, 7)]
    for code in ("ONE", "TWO", "THREE"):
        add_instrument(code, [(day, 50.0 + i) for i, day in enumerate(days)])
    assert quality.findings(CLOCKS, SYSTEM, period="max").gaps == ()


def test_failure_of_all_feeds_on_an_ordinary_day_is_a_gap_of_each(database):
    days = [day for day in DAYS if day != date(2023, 3, 14)]
    for code in ("ONE", "TWO", "THREE"):
        add_instrument(code, [(day, 50.0 + i) for i, day in enumerate(days)])
    assert len(quality.findings(CLOCKS, SYSTEM, period="max").gaps) == 3


def test_spike_is_the_planted_one(desk):
    (item,) = found().spikes
    assert (item.instrument.code, item.day) == ("SPIKY", DAYS[150])
    assert item.spike.reverted


def test_standing_prices_and_contradicting_bars(desk):
    (run,) = found().still
    assert (run.instrument.code, run.first, run.last, run.run.length) == ("STILL", DAYS[100], DAYS[106], 7)
    (bad,) = found().bars
    assert (bad.instrument.code, bad.bar.day) == ("STILL", DAYS[-5])


def test_a_corrected_bar_is_judged_by_its_newest_version(desk):
    early = Clocks(DAYS[-4], evening(DAYS[-4]) + timedelta(days=3), live=False)
    assert len(quality.findings(early, SYSTEM, period="max").bars) == 1
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO price_bars (instrument_id, day, recorded_at, settle, batch_id) "
                "SELECT instrument_id, day, :later, settle, 0 FROM price_bars WHERE day = :day AND low > settle"
            ),
            {"later": evening(LAST) + timedelta(days=1), "day": DAYS[-5]},
        )
    after = Clocks(LAST, evening(LAST) + timedelta(days=2), live=False)
    assert quality.findings(after, SYSTEM, period="max").bars == ()
    assert len(found().bars) == 1


def test_coverage_is_the_share_of_expected_days(desk):
    findings = found()
    codes = [row.code for row in findings.instruments]
    month = findings.months.tolist().index(DAYS[201].replace(day=1))
    share = findings.coverage[codes.index("GAPPY"), month]
    due = sum(1 for day in DAYS if (day.year, day.month) == (DAYS[201].year, DAYS[201].month))
    assert share == pytest.approx((due - 3) / due)
    assert np.isnan(findings.coverage[codes.index("EMPTY")]).all()
    assert np.isnan(findings.coverage[codes.index("ARCHIVED"), -1])  # nothing more was promised
    assert findings.coverage[codes.index("STOPPED"), -1] < 1.0


def test_period_and_commodity_narrow_the_search(desk):
    assert {row.code for row in found(commodity="power").instruments} == {"POWER"}
    assert not found(period="3m").spikes
    assert len(found(period="3m").months) <= 5
    with pytest.raises(DomainError):
        found(period="9y")


def test_feeds_are_late_by_business_time(desk):
    heard = quality.feeds(CLOCKS, SYSTEM)
    by_source = {feed.source_code: feed for feed in heard.feeds}
    assert by_source["test"].late == ("EMPTY", "STOPPED")
    assert not by_source["test"].staleness.late
    assert not by_source["archive"].staleness.late
    assert by_source["test"].newest == LAST


def test_weekend_does_not_age_a_feed_and_days_of_silence_do(desk):
    monday = LAST + timedelta(days=7 - LAST.weekday())
    base = datetime.combine(monday, datetime.min.time(), UTC)
    fresh = quality.feeds(Clocks(LAST, base + timedelta(hours=10)), SYSTEM)
    (feed,) = [feed for feed in fresh.feeds if feed.source_code == "test"]
    expected = 10.0 + 24.0 * (4 - LAST.weekday())
    assert feed.staleness.age_hours == pytest.approx(expected)
    stale = quality.feeds(Clocks(LAST, base + timedelta(days=9)), SYSTEM)
    (feed,) = [feed for feed in stale.feeds if feed.source_code == "test"]
    assert feed.staleness.late


def test_an_earlier_day_is_judged_at_its_end_although_the_view_is_live(desk):
    clocks = Clocks(DAYS[100], evening(LAST))
    assert quality.judged_at(clocks) == datetime.combine(
        DAYS[100] + timedelta(days=1), datetime.min.time(), UTC
    )


def test_reading_needs_the_right(desk):
    nobody = Actor(9, "x", "X", frozenset())
    for read in (quality.findings, quality.feeds):
        with pytest.raises(NotPermitted):
            read(CLOCKS, nobody)
    with pytest.raises(NotPermitted):
        quality.open_quarantine(nobody)


def test_tables_link_to_the_instrument_at_the_day(desk):
    findings = found()
    for table in (
        quality_tables.gap_table,
        quality_tables.spike_table,
        quality_tables.still_table,
        quality_tables.bar_table,
    ):
        made = table(GridQuery(), findings, CLOCKS)
        assert made.rows
        assert all(str(href).startswith("/market/instrument/") for href in made.column("href"))
    spikes = quality_tables.spike_table(GridQuery(), findings, CLOCKS)
    assert spikes.column("verdict") == ["bad tick"]
    assert quality_tables.coverage_table(GridQuery(), findings).total == len(findings.instruments)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("market.missing_days", 14.0),
        ("market.spikes", 1.0),
        ("market.still_runs", 1.0),
        ("market.quarantined", 0.0),
    ],
)
def test_passports_count_what_the_page_counts(desk, metric, expected):
    opened = passports.open_passport(metric, {"period": "max"}, CLOCKS, SYSTEM)
    assert opened.evaluation.value == expected


def test_passport_of_an_age_is_that_of_the_feed_table(desk):
    heard = quality.feeds(Clocks(LAST, evening(LAST) + timedelta(days=4)), SYSTEM)
    table = quality_tables.feed_table(GridQuery(), heard)
    for record in table.records():
        params = table.extra["params"][record["feed"]]
        clocks = Clocks(LAST, evening(LAST) + timedelta(days=4), live=False)
        assert (
            passports.open_passport("market.feed_age", params, clocks, SYSTEM).evaluation.value
            == record["age"]
        )
    late = {"moment": heard.moment.isoformat()}
    counted = passports.open_passport("market.late_feeds", late, clocks, SYSTEM).evaluation.value
    assert counted == sum(feed.staleness.late for feed in heard.feeds)


def test_findings_are_remembered_until_the_next_import(database):
    key = add_instrument("ONE", list(zip(DAYS, series(0), strict=True)))
    now = evening(LAST) + timedelta(days=1)
    add_batch(now, file_name="first.csv")
    clocks = Clocks(LAST, now + timedelta(hours=1))
    first = quality.findings(clocks, SYSTEM)
    assert quality.findings(Clocks(LAST, now + timedelta(hours=2)), SYSTEM) is first
    assert quality.findings(Clocks(LAST, now + timedelta(hours=2)), SYSTEM, period="3m") is not first
    later = now + timedelta(hours=3)
    batch = add_batch(later, file_name="correction.csv")
    add_prices(key, {DAYS[-20]: 9_000.0}, later, batch)
    again = quality.findings(Clocks(LAST, later + timedelta(hours=1)), SYSTEM)
    assert [item.day for item in again.spikes] == [DAYS[-20]]
    before = quality.findings(Clocks(LAST, now + timedelta(hours=2), live=False), SYSTEM)
    assert before.spikes == first.spikes


def test_an_import_that_is_committed_after_a_later_one_is_not_forgotten(database):
    key = add_instrument("ONE", list(zip(DAYS, series(0), strict=True)))
    now = evening(LAST) + timedelta(days=1)
    add_batch(now + timedelta(minutes=5), file_name="short.csv")
    clocks = Clocks(LAST, now + timedelta(hours=1))
    assert not quality.findings(clocks, SYSTEM).spikes
    add_prices(key, {DAYS[-20]: 9_000.0}, now, add_batch(now, file_name="long, recorded first.csv"))
    assert [item.day for item in quality.findings(clocks, SYSTEM).spikes] == [DAYS[-20]]


def test_a_pinned_moment_sees_rows_recorded_before_their_batch(database):
    key = add_instrument("ONE", list(zip(DAYS, series(0), strict=True)))
    start = evening(LAST) + timedelta(days=1)
    add_batch(start, file_name="own.csv")
    add_prices(key, {DAYS[-20]: 9_000.0}, start + timedelta(hours=2), add_batch(start + timedelta(days=9)))
    early = quality.findings(Clocks(LAST, start + timedelta(hours=1), live=False), SYSTEM)
    late = quality.findings(Clocks(LAST, start + timedelta(hours=3), live=False), SYSTEM)
    assert (len(early.spikes), [item.day for item in late.spikes]) == (0, [DAYS[-20]])
