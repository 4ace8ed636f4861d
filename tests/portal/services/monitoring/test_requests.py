"""The figures of the portal's own answers, out of samples: the window, restarts, kinds, passports and rights."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from data.session import UnitOfWork
from data.writes import samples as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.meters import REQUEST_BOUNDS
from portal.core.permissions import Role
from portal.domain.monitoring.following import Follower
from portal.domain.monitoring.samples import Sample
from portal.services import passports
from portal.services.monitoring.requests import BUCKETS, COUNTS, Window, buckets, figures

OTTO = Actor(1, "otto", "Otto", frozenset({Role.OPERATIONS}))
ANN = Actor(2, "ann", "Ann", frozenset({Role.TRADER}))
STEP = timedelta(seconds=15)
BOUNDS = ("0.1", "0.5", "1.0", "+Inf")


def store(end: datetime, counts: list[tuple[float, ...]], kind: str = "page", service: str = "web") -> None:
    """Store one sample of the buckets of ``kind`` every step up to ``end``; the last figure is errors of ours."""
    rows = []
    for number, (*within, failed) in enumerate(counts):
        at = end - STEP * (len(counts) - 1 - number)
        for bound, value in zip(BOUNDS, within, strict=True):
            labels = f"kind={kind},le={bound},outcome=ok"
            rows.append(Sample(service, "enerscope_request_seconds_bucket", labels, at, value))
        for outcome, value in (("ok", within[-1]), ("server", failed)):
            rows.append(
                Sample(service, "enerscope_requests_total", f"kind={kind},outcome={outcome}", at, value)
            )
    with UnitOfWork(write=True) as work:
        writes.append(work.session, rows)


@pytest.fixture
def now(database: str) -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def values(window: Window, actor: Actor = OTTO) -> list[float | None]:
    return [shown.value for shown in figures(window, actor)]


def test_figures_count_the_window_only(now: datetime) -> None:
    grown = [
        (10.0 * k, 15.0 * k, 20.0 * k, 20.0 * k, 0.0) for k in range(9)
    ]  # two minutes, 20 requests a step
    store(now, grown)
    median, p95, p99, a_second, wrong = values(Window("all", 1, now))
    assert median == pytest.approx(0.1)
    assert p95 == pytest.approx(0.5 + 0.5 * (76 - 60) / 20)
    assert p99 == pytest.approx(0.5 + 0.5 * (79.2 - 60) / 20)
    assert a_second == pytest.approx(80 / 60)
    assert wrong == 0.0


def test_a_restart_and_kinds(now: datetime) -> None:
    store(now, [(5.0, 5.0, 5.0, 50.0, 1.0), (5.0, 5.0, 5.0, 60.0, 3.0), (2.0, 2.0, 2.0, 6.0, 1.0)])
    store(now, [(0.0, 0.0, 0.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0, 0.0), (2.0, 2.0, 2.0, 2.0, 0.0)], "callback")
    *_, a_second, wrong = values(Window("page", 5, now))
    assert a_second == pytest.approx((10 + 6 + 2 + 1) / 300)
    assert wrong == pytest.approx(3 / 19)
    assert values(Window("callback", 5, now))[4] == 0.0
    assert values(Window("export", 5, now)) == [None] * 5


def test_figures_are_those_of_the_requests_though_buckets_stand_still(now: datetime) -> None:
    """Two fast hours, then two slow ones, scraped and stored as the monitor does."""
    rng = np.random.default_rng(1)
    begin = now - timedelta(hours=4)
    at = np.sort(rng.uniform(0, 4 * 3600, 900))
    lasted = np.where(at < 7200, 0.08, 2.0) * np.exp(0.3 * rng.normal(size=len(at)))
    bounds = np.array([*REQUEST_BOUNDS, np.inf])
    inside = lasted[:, None] <= bounds
    follower, kept = Follower(), []
    for second in range(0, 4 * 3600 + 1, 15):
        moment = begin + timedelta(seconds=second)
        counts = inside[at <= second].sum(axis=0)
        names = ["+Inf" if np.isinf(bound) else f"{bound:g}" for bound in bounds]
        found = [
            Sample("web", BUCKETS, f"kind=page,le={name},outcome=ok", moment, float(count))
            for name, count in zip(names, counts, strict=True)
            if counts[-1]
        ]
        found += [Sample("web", COUNTS, "kind=page,outcome=ok", moment, float(counts[-1]))] * bool(counts[-1])
        kept += follower.keep(moment, found, frozenset({BUCKETS, COUNTS}))
    with UnitOfWork(write=True) as work:
        writes.append(work.session, kept)
        writes.roll_up(work.session, writes.whole_hour(begin), writes.whole_hour(now))
    ends = [(15, 7200 + 60 * minute) for minute in (-60, *range(2, 60, 3))]
    for minutes, end in [*ends, (1, 14_400), (115, 14_400), (150, 14_400), (235, 14_400)]:
        true = lasted[(at > end - 60 * minutes) & (at <= end)]
        window = Window("all", minutes, begin + timedelta(seconds=end))
        median, p95, _, a_second, wrong = values(window)
        assert a_second == pytest.approx(len(true) / (60 * minutes)), window
        for share, shown in ((0.5, median), (0.95, p95)):
            exact = np.quantile(true, share, method="inverted_cdf")
            assert exact / 1.21 < shown < exact * 1.21, window
        assert wrong == 0.0
        with UnitOfWork() as work:
            assert max(row["requests"] for row in buckets(work, window).records()) == len(true)


def test_nothing_is_known_without_samples(now: datetime) -> None:
    assert values(Window("all", 5, now)) == [None] * 5


def test_only_those_with_the_right(now: datetime) -> None:
    with pytest.raises(NotPermitted):
        figures(Window("all", 5, now), ANN)
    with pytest.raises(DomainError, match="kind"):
        Window("pages", 5, now)
    with pytest.raises(DomainError, match="minutes"):
        Window("all", 0, now)


def test_passports_say_what_the_page_says(now: datetime) -> None:
    store(now, [(1.0 * k, 2.0 * k, 3.0 * k, 4.0 * k, 1.0 * k) for k in range(6)])
    clocks = Clocks(now.date(), now + timedelta(seconds=1))
    for shown in figures(Window("all", 5, now), OTTO):
        opened = passports.open_passport(shown.metric.id, dict(shown.params), clocks, OTTO)
        assert opened.evaluation.value == pytest.approx(shown.value)
        assert opened.evaluation.inputs.rows
