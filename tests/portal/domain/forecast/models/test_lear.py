"""LEAR finds what drives prices, says how sure it is, and refuses what it cannot use."""

from dataclasses import replace

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS, model
from portal.domain.forecast.errors import MissingInput, UnfitSeries
from portal.domain.market.errors import BadParameter, InsufficientHistory
from tests.helpers.power_days import power_task

QUICK = {"windows": (84,)}


def test_beats_the_weekly_naive_where_fundamentals_drive() -> None:
    errors = np.zeros(2)
    for seed in range(3):
        task, actual = power_task(seed=seed)
        found, naive = model("lear")(task, **QUICK), model("seasonal_naive")(task)
        errors += np.abs(found.median - actual).mean(), np.abs(naive.median - actual).mean()
    assert errors[0] < 0.6 * errors[1]
    assert {"load_fc", "wind_fc"} & set(list(found.facts["drivers"])[:3])
    assert sum(found.facts["drivers"].values()) == pytest.approx(1.0)


def test_quantiles_cover_about_what_they_say() -> None:
    inside = []
    for seed in range(6):
        task, actual = power_task(seed=seed)
        q = model("lear")(task, **QUICK).quantiles
        inside.append((actual >= q[:, LEVELS.index(0.1)]) & (actual <= q[:, LEVELS.index(0.9)]))
    assert 0.68 < np.mean(inside) < 0.95


def test_sees_nothing_of_later_days_and_nothing_but_its_task() -> None:
    task, _ = power_task()
    first = model("lear")(task, **QUICK)
    again = model("lear")(replace(task, y=task.y.copy(), features=task.features.copy()), **QUICK)
    np.testing.assert_array_equal(first.quantiles, again.quantiles)


def test_without_features_it_is_an_autoregression() -> None:
    task, actual = power_task(features=False)
    found = model("lear")(task, **QUICK)
    assert np.isfinite(found.quantiles).all()
    assert not {"load_fc", "wind_fc"} & set(found.facts["drivers"])
    assert np.abs(found.median - actual).mean() < 15.0


def test_later_days_use_only_lags_that_are_history() -> None:
    task, actual = power_task(ahead=2, lead=24)
    found = model("lear")(task, **QUICK)
    assert found.mean.shape == (48,)
    assert np.abs(found.median - actual)[24:].mean() < 8.0
    assert "value D-1" not in found.facts["drivers"]


def test_negative_prices_are_forecast() -> None:
    task, actual = power_task(level=-20.0)
    found = model("lear")(task, **QUICK)
    assert found.median.mean() == pytest.approx(actual.mean(), abs=5.0)
    assert found.median.mean() < 0.0


def test_a_missing_feature_is_named() -> None:
    task, _ = power_task()
    task.features[-3, 1] = np.nan
    with pytest.raises(MissingInput, match="'wind_fc' has no value for 2024-04-30 21:00"):
        model("lear")(task, **QUICK)


def test_a_feature_that_is_not_published_at_all_is_missing_where_it_was_promised() -> None:
    task, _ = power_task()
    task.features[-24:, 0] = np.nan
    with pytest.raises(MissingInput, match="'load_fc'"):
        model("lear")(replace(task, known=(24, 24)), **QUICK)


def test_an_observation_is_used_with_lags() -> None:
    task, actual = power_task()
    task.features[-24:, 0] = np.nan  # nobody promised it
    found = model("lear")(replace(task, known=(0, 24)), **QUICK)
    assert np.abs(found.median - actual).mean() < 12.0


def test_a_feature_that_began_late_is_left_out_with_a_note() -> None:
    task, _ = power_task()
    task.features[: 90 * 24, 1] = np.nan
    found = model("lear")(task, **QUICK)
    assert found.notes == ("'wind_fc' was left out: it is not known on enough days of the history.",)


def test_days_with_gaps_in_a_feature_teach_nothing() -> None:
    task, actual = power_task()
    task.features[60 * 24 + 5, 0] = np.nan
    found = model("lear")(task, **QUICK)
    assert found.notes == ()
    assert np.abs(found.median - actual).mean() < 6.0


def test_refuses_what_is_too_short_or_constant() -> None:
    task, _ = power_task()
    with pytest.raises(InsufficientHistory):
        model("lear")(task.last(10))
    with pytest.raises(UnfitSeries):
        model("lear")(replace(task, y=np.full(len(task.y), 30.0)))
    with pytest.raises(BadParameter, match="at least 35 days"):
        model("lear")(task, windows=(10,))
