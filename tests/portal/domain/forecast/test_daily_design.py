"""Days as rows: blocks end at the origin, lags are history, copies and constants are left out."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.forecast.daily_design import Stabiliser, day_table, regressors
from portal.domain.forecast.inputs import known_steps
from tests.helpers.power_days import power_task


def test_the_last_day_ends_at_the_origin() -> None:
    task, _ = power_task(days=40)
    cut = task.last(39 * 24 + 7)
    table = day_table(cut)
    np.testing.assert_array_equal(table.y[-1], task.y[-24:])
    assert table.days == 39
    assert table.weekday[-1] == 40 % 7


def test_lags_of_a_later_day_are_history() -> None:
    task, _ = power_task(days=40, ahead=3)
    found = regressors(day_table(task), 3, 30)
    assert {name for name in found.groups if name.startswith("value")} == {"value D-3", "value D-7"}
    at = found.groups.index("value D-3")
    np.testing.assert_array_equal(found.asked[at : at + 24], task.y[-24:])


def test_copies_constants_and_flat_days() -> None:
    task, _ = power_task(days=40)
    day = np.repeat(np.arange(41.0), 24)
    more = np.column_stack([task.features, task.features[:, 0], np.full(len(task.stamp), 3.0), day])
    wide = replace(task, names=(*task.names, "copy", "constant", "day"), features=more)
    found = regressors(day_table(wide), 1, 30)
    assert found.groups.count("load_fc") == 72
    assert found.groups.count("copy") == found.groups.count("constant") == 0
    assert found.groups.count("day") == 1


def test_known_steps_come_from_the_task_or_the_table() -> None:
    task, _ = power_task(days=20, ahead=2)
    task.features[-24:, 1] = np.nan
    assert known_steps(task).tolist() == [48, 24]
    assert known_steps(replace(task, known=(48, 48))).tolist() == [48, 48]


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1000.0))
def test_the_transformation_comes_back(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    values = np.column_stack([scale * rng.standard_t(2, 50), np.zeros(50), rng.random(50) < 0.1])
    bend = Stabiliser.of(values)
    np.testing.assert_allclose(bend.back(bend.forward(values)), values, rtol=1e-9, atol=1e-9 * scale)


def test_a_column_that_is_only_scaled_stays_within_what_was_seen() -> None:
    dawn = np.append(np.zeros(80), [1.0, 2.0])[:, None]  # the sun begins to rise in this hour
    bend = Stabiliser.of(dawn)
    assert not bend.bent[0]
    np.testing.assert_array_equal(bend.forward(np.array([[40.0]])), bend.forward(np.array([[2.0]])))
    assert bend.back(np.array([[1e9]]))[0, 0] == 4.0
