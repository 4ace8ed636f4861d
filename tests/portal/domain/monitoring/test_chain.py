"""The end-of-day chain: cases computed by hand, and laws on random chains."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from portal.domain.monitoring.chain import (
    Run,
    Step,
    band,
    completed,
    critical_path,
    foresee,
    in_order,
    norms,
    ready_at,
    slacks,
)

# Prices are due at 10, marks at 12. Risk reads both and is released at 15; checks read prices, released at 20.
STEPS = (
    Step("pack", ("risk", "checks")),
    Step("risk", ("prices", "marks"), 15.0, usual=7.0),
    Step("checks", ("prices",), 20.0, usual=2.0),
    Step("prices", (), 10.0),
    Step("marks", (), 12.0),
)


def day(
    prices: float, marks: float, risk: tuple[float, float], checks: tuple[float, float]
) -> dict[str, Run]:
    runs = {
        "prices": Run(prices, prices),
        "marks": Run(marks, marks),
        "risk": Run(*risk),
        "checks": Run(*checks),
    }
    return completed(STEPS, runs, ["pack"])


# Waits of risk 0, 1, 0, 2, 1 minutes; run times 10, 12, 8, 20, 10. Checks wait 0 and take 3.
HISTORY = [
    day(10, 12, (15, 25), (20, 23)),
    day(11, 13, (16, 28), (20, 23)),
    day(10, 12, (15, 23), (20, 23)),
    day(10, 16, (18, 38), (20, 23)),
    day(12, 12, (16, 26), (20, 23)),
]


def test_steps_are_put_in_order_and_circles_are_refused():
    assert [one.code for one in in_order(STEPS)] == ["prices", "checks", "marks", "risk", "pack"]
    with pytest.raises(DomainError, match="wait for each other in a circle: a, b"):
        in_order([Step("a", ("b",)), Step("b", ("a",))])
    with pytest.raises(DomainError, match="waits for 'c', which is no step"):
        in_order([Step("a", ("c",))])


def test_the_norm_is_median_and_middle_nine_tenths():
    found = band([10, 12, 8, 20, 10])
    assert found is not None
    # Sorted 8 10 10 12 20: 5 % lies a fifth of the way from 8 to 10, 95 % four fifths of that from 12 to 20.
    assert (found.median, found.low, found.high) == (10.0, pytest.approx(8.4), pytest.approx(18.4))
    few = band([1.0, 3.0])
    assert few is not None
    assert (few.median, few.low, few.high, few.count) == (2.0, None, None, 2)
    assert band([]) is None
    usual = norms(STEPS, HISTORY)["risk"]
    assert (usual.begin.median, usual.end.median, usual.minutes.median) == (16.0, 26.0, 10.0)
    assert norms(STEPS, HISTORY)["pack"].end.median == 26.0
    assert norms(STEPS, []) == {}


def test_a_finished_day_keeps_its_times_and_says_what_it_waited_for():
    found = foresee(STEPS, HISTORY[3], HISTORY, now=60.0)
    assert {one.state for one in found.values()} == {"done"}
    assert (found["pack"].end, found["pack"].low, found["pack"].high) == (38.0, 38.0, 38.0)
    # Marks came at 16, one minute after risk was released, so risk waited for them and not for the clock.
    assert critical_path(STEPS, found, "pack") == ("marks", "risk", "pack")
    # Checks ended at 23: 15 minutes of room. Prices came at 10: checks allow 25 to 20, and risk reads them by 16.
    assert slacks(STEPS, found, "pack") == {"pack": 0, "risk": 0, "checks": 15, "marks": 0, "prices": 6}


def test_a_step_that_waits_for_the_clock_begins_the_path():
    found = foresee(STEPS, HISTORY[0], HISTORY, now=60.0)
    assert critical_path(STEPS, found, "pack") == ("risk", "pack")
    assert slacks(STEPS, found, "pack")["marks"] == 3.0


def test_before_anything_came_each_day_is_played_from_its_own_lags():
    # Day by day risk begins at the later of 15, its inputs and now, plus its wait: the days as they were.
    found = foresee(STEPS, {}, HISTORY, now=0.0)
    ends = sorted(one["pack"].end for one in HISTORY)
    assert ends == [23.0, 25.0, 26.0, 28.0, 38.0]
    assert found["pack"].end == 26.0
    assert (found["pack"].low, found["pack"].high) == tuple(
        pytest.approx(q) for q in np.quantile(ends, [0.05, 0.95])
    )
    assert {one.state for one in found.values()} == {"waiting"}


def test_what_runs_ends_no_earlier_than_now():
    runs = {"prices": Run(10, 10), "marks": Run(12, 12), "risk": Run(15, None), "checks": Run(20, 23)}
    found = foresee(STEPS, runs, HISTORY, now=26.0)
    # Run times 10, 12, 8, 20, 10 from 15 give 25, 27, 23, 35, 25; what should be over ends now.
    assert found["risk"].state == "running"
    assert sorted([26, 27, 26, 35, 26])[2] == found["pack"].end
    assert found["pack"].high == pytest.approx(np.quantile([26, 27, 26, 35, 26], 0.95))
    assert found["checks"].low == found["checks"].high == 23


def test_a_late_input_moves_what_reads_it():
    runs = {"prices": Run(10, 10)}
    found = foresee(STEPS, runs, HISTORY, now=40.0)  # marks have not come; checks should have begun
    # Marks come now at the earliest, then risk: waits 0, 1, 0, 2, 1 and times 10, 12, 8, 20, 10.
    assert found["marks"].end == 40.0
    assert found["pack"].end == np.median([50, 53, 48, 62, 51])
    assert critical_path(STEPS, found, "pack") == ("marks", "risk", "pack")


def test_a_run_on_inputs_that_came_later_does_not_count():
    runs = {"prices": Run(10, 10), "marks": Run(30, 30), "risk": Run(15, 25), "checks": Run(20, 23)}
    found = foresee(STEPS, runs, HISTORY, now=35.0)
    assert found["risk"].state == "outdated"
    assert found["risk"].begin == 35.0  # marks came at 30 and it has to begin again: now
    assert found["pack"].end == 35.0 + 10.0
    assert found["pack"].state == "waiting"


def test_without_history_what_is_declared_counts_and_nothing_is_said_of_its_spread():
    found = foresee(STEPS, {}, [], now=0.0)
    assert (found["risk"].end, found["pack"].end, found["pack"].high) == (22.0, 22.0, None)
    short = foresee(STEPS, {}, HISTORY[:2], now=0.0)["pack"]
    assert (short.end, short.low) == (26.5, None)


def test_a_day_without_a_step_takes_the_usual_of_the_others():
    gap = {code: run for code, run in HISTORY[3].items() if code not in {"risk", "pack"}}
    found = foresee(STEPS, {}, [*HISTORY[:3], gap], now=0.0)
    # On that day marks came at 16; risk then waits the median of 0, 1, 0 and takes that of 10, 12, 8.
    assert found["risk"].end == np.median([25, 28, 23, 26])


def test_a_milestone_is_reached_when_all_it_waits_for_is():
    runs = {"risk": Run(15, 25), "checks": Run(20, None)}
    assert "pack" not in completed(STEPS, runs, ["pack"])
    assert completed(STEPS, runs | {"checks": Run(20, 31)}, ["pack"])["pack"] == Run(31, 31)


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[Step], list[dict[str, Run]]]:
    """A random chain and days on which every step ran once it could."""
    count = draw(st.integers(2, 7))
    minute = st.integers(0, 60).map(float)
    steps = []
    for n in range(count):
        after = draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else set()
        steps.append(Step(f"s{n}", tuple(f"s{k}" for k in sorted(after)), draw(st.none() | minute)))
    last = Step("end", tuple(one.code for one in steps))
    days = []
    for _ in range(draw(st.integers(1, 6))):
        runs: dict[str, Run] = {}
        for step in steps:
            begin = ready_at(step, {code: runs[code].end or 0.0 for code in step.after}) + draw(minute) / 4
            runs[step.code] = Run(begin, begin + draw(minute))
        days.append(completed([*steps, last], runs, ["end"]))
    return [*steps, last], days


@given(chains())
def test_days_played_from_the_start_are_the_days_as_they_were(drawn):
    steps, days = drawn
    for one in days:
        found = foresee(steps, {}, [one], now=0.0)
        assert found["end"].end == pytest.approx(one["end"].end)


@given(chains(), st.floats(0, 300))
def test_nothing_that_is_open_ends_in_the_past_and_bounds_hold_the_median(drawn, now):
    steps, days = drawn
    found = foresee(steps, {}, days, now)
    assert all(one.end >= now for one in found.values())
    for one in found.values():
        if one.low is not None and one.high is not None:
            assert one.low - 1e-9 <= one.end <= one.high + 1e-9


@given(chains())
def test_the_path_has_no_slack_and_runs_along_what_waits(drawn):
    steps, days = drawn
    found = foresee(steps, days[0], days, now=1e4)
    path, slack = critical_path(steps, found, "end"), slacks(steps, found, "end")
    assert all(slack[code] == pytest.approx(0) for code in path)
    assert all(room >= -1e-9 for room in slack.values())
    after = {step.code: step.after for step in steps}
    assert path[-1] == "end"
    assert all(one in after[following] for one, following in pairwise(path))


@given(chains(), st.integers(0, 6), st.integers(1, 50).map(float))
def test_a_step_may_be_later_by_its_slack_and_moves_the_end_by_the_rest(drawn, which, more):
    steps, (today, *_) = drawn
    step = steps[which % (len(steps) - 1)]
    base = foresee(steps, today, [today], now=0.0)
    room = slacks(steps, base, "end")[step.code]
    begun = {code: today[code] for code in _before(steps, step.code)}
    run = today[step.code]
    for delay, moved in ((room, 0.0), (room + more, more)):
        later = begun | {step.code: Run(run.begin, run.end + delay)}
        found = foresee(steps, later, [today], now=0.0)
        assert found["end"].end == pytest.approx(base["end"].end + moved)


def _before(steps, code):
    after = {step.code: step.after for step in steps}
    found, open_codes = set(), list(after[code])
    while open_codes:
        one = open_codes.pop()
        found.add(one)
        open_codes += after[one]
    return found


@given(chains(), st.floats(0, 120))
def test_later_inputs_never_make_the_end_sooner(drawn, delay):
    steps, days = drawn
    first = steps[0]
    release = ready_at(first, {})
    later = [replace(first, release=release + delay), *steps[1:]]
    base = [replace(first, release=release), *steps[1:]]
    waits = [_moved(one, first.code) for one in days]
    assert (
        foresee(later, {first.code: Run(release + delay + 1, release + delay + 2)}, waits, 0.0)["end"].end
        >= foresee(base, {first.code: Run(release + 1, release + 2)}, waits, 0.0)["end"].end - 1e-9
    )


def _moved(one, code):
    return {key: run for key, run in one.items() if key != code}
