"""The table of direct models holds nothing that was not known at its origin."""

from dataclasses import replace

import numpy as np

from portal.domain.forecast.step_design import step_table
from tests.helpers.power_days import power_task
from tests.portal.domain.forecast.models.test_gradient_boosting import daily_task


def test_rows_do_not_change_with_what_comes_after_their_origin() -> None:
    for task in (power_task(days=40)[0], power_task(days=40, ahead=2, lead=24)[0], daily_task(120)[0]):
        origin = len(task.y) - 2 * task.horizon
        known = (24, 0) if task.names else ()
        later = replace(task, y=task.y.copy(), features=task.features.copy(), known=known)
        later.y[origin:] += 1000.0
        if known:
            later.features[origin + 24 :, 0] += 1000.0
            later.features[origin:, 1] += 1000.0
        first = step_table(replace(task, known=known), np.array([origin]))
        np.testing.assert_array_equal(step_table(later, np.array([origin])).rows, first.rows)
        np.testing.assert_array_equal(step_table(later, np.array([origin])).level, first.level)


def test_lags_are_at_the_same_time_of_day() -> None:
    task, _ = power_task(days=40, ahead=2)
    table = step_table(task, np.array([len(task.y)]))
    values = dict(zip(table.names, table.rows.T, strict=True))
    np.testing.assert_allclose(values["value D-1"][:24] + table.level[:24], task.y[-24:])
    np.testing.assert_allclose(values["value D-1"][24:] + table.level[24:], task.y[-24:])
    np.testing.assert_allclose(values["value D-2"][:24] + table.level[:24], task.y[-48:-24])
    np.testing.assert_allclose(values["value D-7"][:24] + table.level[:24], task.y[-168:-144])
    np.testing.assert_allclose(values["value D-7"][24:] + table.level[24:], task.y[-144:-120])
    assert values["time of day"][5] == 300.0
