"""What is stored of scrapes: growth is the same as if all had been stored."""

import random
from datetime import UTC, datetime, timedelta

from portal.domain.monitoring.following import STILL, Follower
from portal.domain.monitoring.samples import Sample, increase

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
STEP = timedelta(seconds=15)
COUNTERS = frozenset({"requests_total", "request_seconds_bucket"})


def sample(metric: str, number: int, value: float, labels: str = "") -> Sample:
    return Sample("web", metric, labels, AT + number * STEP, value)


def scrape(follower: Follower, number: int, **values: float) -> list[tuple[str, int, float]]:
    found = [sample(metric, number, value) for metric, value in values.items()]
    kept = follower.keep(AT + number * STEP, found, COUNTERS)
    return [(one.metric, round((one.at - AT) / STEP), one.value) for one in kept]


def test_a_counter_that_was_not_there_before_began_at_nothing():
    follower = Follower()
    assert scrape(follower, 0) == []
    assert scrape(follower, 1, requests_total=50.0) == [
        ("requests_total", 0, 0.0),
        ("requests_total", 1, 50.0),
    ]
    assert scrape(follower, 2, requests_total=50.0) == [("requests_total", 2, 50.0)]


def test_at_the_first_scrape_nothing_is_known_of_before():
    assert scrape(Follower(), 0, requests_total=50.0) == [("requests_total", 0, 50.0)]


def test_a_level_is_always_stored_and_begins_nowhere():
    follower = Follower()
    scrape(follower, 0)
    for number in (1, 2):
        assert scrape(follower, number, in_flight=3.0) == [("in_flight", number, 3.0)]


def test_a_bucket_that_stands_still_is_left_out_until_it_moves():
    follower = Follower()
    name = "request_seconds_bucket"
    assert scrape(follower, 0, **{name: 4.0}) == [(name, 0, 4.0)]
    assert scrape(follower, 1, **{name: 4.0}) == []
    assert scrape(follower, 2, **{name: 4.0}) == []
    assert scrape(follower, 3, **{name: 7.0}) == [(name, 2, 4.0), (name, 3, 7.0)]
    assert scrape(follower, 4, **{name: 9.0}) == [(name, 4, 9.0)]


def test_a_bucket_that_stands_still_is_stored_now_and_then():
    follower = Follower()
    name = "request_seconds_bucket"
    numbers = [number for number in range(60) if scrape(follower, number, **{name: 4.0})]
    assert numbers == list(range(0, 60, round(STILL / STEP)))


def test_growth_between_any_two_moments_is_that_of_all_readings():
    rng, follower, value = random.Random(7), Follower(), 0.0
    every: list[Sample] = []
    kept: list[Sample] = []
    for number in range(400):
        value = 0.0 if rng.random() < 0.01 else value + (rng.random() < 0.1) * rng.randrange(5)
        one = sample("request_seconds_bucket", number, value)
        every.append(one)
        kept += follower.keep(one.at, [one], COUNTERS)
    assert len(kept) < 0.4 * len(every)
    assert [one.at for one in kept] == sorted(one.at for one in kept)

    def growth(found: list[Sample], since: datetime, until: datetime) -> float:
        return increase([one.value for one in found if since <= one.at <= until]) or 0.0

    for _ in range(200):
        begin, end = sorted(rng.sample(range(400), 2))
        since, until = AT + begin * STEP, AT + end * STEP
        assert growth(kept, since, until) == growth(every, since, until)
