"""When a figure of a service is trouble."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.monitoring.health import State
from portal.domain.monitoring.judging import GB, Sign, judge_disk, judge_errors, judge_skew, muster

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [
        pytest.param(60 * GB, 100 * GB, State.GOOD, id="room"),
        pytest.param(9 * GB, 100 * GB, State.WARNING, id="a-tenth"),
        pytest.param(90 * GB, 1000 * GB, State.GOOD, id="a-tenth-of-much"),
        pytest.param(2 * GB, 100 * GB, State.BAD, id="nearly-full"),
        pytest.param(20 * GB, 1000 * GB, State.GOOD, id="little-of-much"),
        pytest.param(19 * GB, 1000 * GB, State.WARNING, id="less-of-much"),
        pytest.param(100_000, 8_000_000, State.BAD, id="small-file-system"),
        pytest.param(0, 0, State.BAD, id="no-size"),
    ],
)
def test_a_disk_is_judged_by_its_share_and_its_bytes(free, total, state):
    assert judge_disk(free, total) is state


@pytest.mark.parametrize(
    ("seconds", "uncertainty", "state"),
    [
        (0.0, 0.0, State.GOOD),
        (1.9, 0.0, State.GOOD),
        (-2.0, 0.0, State.WARNING),
        (3.0, 1.5, State.GOOD),
        (30.0, 0.0, State.BAD),
        (-90.0, 1.0, State.BAD),
    ],
)
def test_a_skew_counts_after_its_uncertainty(seconds, uncertainty, state):
    assert judge_skew(seconds, uncertainty) is state


@pytest.mark.parametrize(
    ("errors", "requests", "state"),
    [
        (0, 0, State.GOOD),
        (4, 4, State.GOOD),
        (5, 100, State.WARNING),
        (5, 101, State.GOOD),
        (10, 50, State.BAD),
        (10, 51, State.WARNING),
        (12, 3, State.BAD),  # errors are counted before the answer that they end in
    ],
)
def test_errors_count_by_number_and_share(errors, requests, state):
    assert judge_errors(errors, requests) is state


def sign(name: str, silent: float, *, born: int = 0, host: str = "desk", **more) -> Sign:
    return Sign(name, "worker", host, NOON + timedelta(seconds=born), silent, **more)


def names(signs) -> list[str]:
    return [one.instance for one in signs]


def test_silence_is_patient_with_who_may_only_be_slow():
    crew = muster([sign("a", 9.9), sign("b", 10.1), sign("slow", 30.0, every_seconds=10.0)])
    assert (names(crew.alive), names(crew.missing)) == (["a", "slow"], ["b"])


def test_who_is_dead_is_missing_soon_but_not_between_two_signs():
    assert names(muster([sign("a", 2.9, is_dead=True)]).alive) == ["a"]
    assert names(muster([sign("a", 3.1, is_dead=True)]).missing) == ["a"]


def test_who_said_goodbye_is_not_missed():
    assert muster([sign("a", 100.0, has_left=True)]) == muster([])


def test_who_was_replaced_on_its_host_is_not_missed():
    assert names(muster([sign("old", 60.0), sign("new", 1.0, born=5)]).missing) == []
    assert names(muster([sign("old", 60.0), sign("new", 1.0, born=5, host="other")]).missing) == ["old"]


def test_who_has_been_silent_for_an_hour_is_not_expected_back():
    assert muster([sign("a", 3601.0)]).missing == ()
