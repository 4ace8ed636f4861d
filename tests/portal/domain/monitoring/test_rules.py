"""Rules: thresholds with hysteresis, absence, for-durations, gaps; look by look the same as in one replay."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.monitoring.rules import (
    Conditions,
    absence,
    beyond,
    episodes,
    firing,
    firing_seconds,
    held,
    threshold,
)

NAN = float("nan")


def looks(count: int) -> np.ndarray:
    return np.arange(count) * 60.0


def run(readings: list[float], **terms: float) -> list[bool]:
    found = threshold(np.array(readings), ">", 0.9, terms.pop("clear", None))
    return firing(looks(len(readings)), found, **terms).tolist()


def test_between_the_levels_it_stays_as_it_is():
    assert run([0.85, 0.95, 0.85, 0.81, 0.8, 0.85, 0.95], clear=0.8) == [
        False, True, True, True, False, False, True,
    ]  # fmt: skip


def test_it_has_to_be_broken_for_its_time_and_one_good_look_begins_anew():
    assert run([1, 1, 0, 1, 1, 1, 0], for_seconds=120) == [False] * 5 + [True, False]


def test_it_goes_on_until_it_has_been_well_for_its_time():
    assert run([1, 0, 1, 0, 0, 0], keep_seconds=120) == [True] * 5 + [False]


def test_a_gap_neither_begins_nor_ends_it_unless_asked_to():
    readings = [1, NAN, 1, 1, NAN, NAN, 0]
    assert run(readings, for_seconds=60) == [False, False, False, True, True, True, False]
    assert run(readings, for_seconds=60, clears_unknown=True) == [
        False,
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    assert run(readings, for_seconds=120) == [False] * 7, "time in the gap does not count"


def test_it_begins_with_the_state_that_was_left():
    unknown = threshold(np.array([NAN, NAN]), ">", 1.0)
    assert firing(looks(2), unknown, is_firing=True).tolist() == [True, True]
    assert firing(looks(2), unknown, is_firing=True, clears_unknown=True).tolist() == [False, False]
    assert firing(np.zeros(0), threshold(np.zeros(0), ">", 1.0)).tolist() == []


def test_absence_tells_of_what_was_there_and_is_not():
    found = absence(np.array([NAN, 0.0, 299.0, 301.0, 5.0]), 300.0)
    assert found.broken.tolist() == [False, False, False, True, False]
    assert found.recovered.tolist() == [False, True, True, False, True]


@pytest.mark.parametrize(
    ("operator", "expected"),
    [(">", [0, 0, 1]), (">=", [0, 1, 1]), ("<", [1, 0, 0]), ("<=", [1, 1, 0])],
)
def test_operators(operator, expected):
    assert beyond(np.array([1.0, 2.0, 3.0]), operator, 2.0).tolist() == [bool(one) for one in expected]
    assert not beyond(np.array([NAN]), operator, 2.0).any()


def test_an_unknown_operator_is_refused():
    with pytest.raises(ValueError, match="'~' is not one of"):
        beyond(np.zeros(1), "~", 0.0)


def test_episodes_with_their_worst_reading():
    fires = np.array([True, False, True, True, False, True])
    found = episodes(looks(6), fires, np.array([5.0, 1, 7, 9, 1, NAN]))
    assert [(one.begin, one.end) for one in found] == [(0, 60), (120, 240), (300, None)]
    assert [one.worst for one in found[:2]] == [5.0, 9.0]
    assert np.isnan(found[2].worst)
    assert firing_seconds(found, 330.0) == 60 + 120 + 30
    assert episodes(looks(2), np.array([True, True]), np.array([5.0, 3.0]), falling=True)[0].worst == 3.0
    assert episodes(looks(2), np.array([False, False]), np.zeros(2)) == []


READINGS = st.lists(st.sampled_from([0.0, 0.85, 1.0, NAN]), max_size=40)
TIMES = st.sampled_from([0.0, 30.0, 60.0, 150.0])


def plainly(readings, for_seconds, keep_seconds, is_firing, clears_unknown):
    """Judge look by look, as one would write it down."""
    told, broken_since, well_since = [], None, None
    for at, reading in enumerate(readings):
        moment, unknown = at * 60.0, math.isnan(reading)
        broken = not unknown and reading > 0.9
        well = clears_unknown if unknown else reading <= 0.8
        broken_since = (broken_since if broken_since is not None else moment) if broken else None
        well_since = (well_since if well_since is not None else moment) if well else None
        if broken and moment - broken_since >= for_seconds:
            is_firing = True
        elif well and moment - well_since >= keep_seconds:
            is_firing = False
        told.append(is_firing)
    return told


@given(READINGS, TIMES, TIMES, st.booleans(), st.booleans())
def test_it_is_what_a_plain_loop_finds(readings, for_seconds, keep_seconds, is_firing, clears_unknown):
    found = threshold(np.array(readings, dtype=float), ">", 0.9, 0.8)
    told = firing(
        looks(len(readings)), found, for_seconds=for_seconds, keep_seconds=keep_seconds, is_firing=is_firing,
        clears_unknown=clears_unknown,
    )  # fmt: skip
    assert told.tolist() == plainly(readings, for_seconds, keep_seconds, is_firing, clears_unknown)


@given(READINGS, TIMES, TIMES, st.booleans())
def test_the_monitor_that_looks_back_a_little_finds_what_a_replay_finds(
    readings, for_seconds, keep_seconds, keeps
):
    """Each look sees only as far back as its times reach, and the state that the look before left."""
    values, moments = np.array(readings, dtype=float), looks(len(readings))
    terms = {"for_seconds": for_seconds, "keep_seconds": keep_seconds, "clears_unknown": keeps}
    whole = firing(moments, threshold(values, ">", 0.9, 0.8), **terms)
    back = int(max(for_seconds, keep_seconds) // 60) + 2
    state = False
    for at in range(len(readings)):
        near = slice(max(0, at - back), at + 1)
        state = bool(
            firing(moments[near], threshold(values[near], ">", 0.9, 0.8), is_firing=state, **terms)[-1]
        )
        assert state == whole[at]


@given(READINGS)
def test_never_both_broken_and_recovered(readings):
    found = threshold(np.array(readings, dtype=float), ">", 0.9, 0.95)
    assert not (found.broken & found.recovered).any()


@given(st.lists(st.booleans(), max_size=30), st.lists(TIMES, min_size=2, max_size=2))
def test_a_longer_time_is_never_held_more_often(conditions, seconds):
    short, long = sorted(seconds)
    state = np.array(conditions, dtype=bool)
    assert not (held(looks(len(state)), state, long) & ~held(looks(len(state)), state, short)).any()


def test_conditions_are_plain_arrays():
    assert isinstance(threshold(np.zeros(3), ">", 1.0), Conditions)
