"""What the benchmark of day-ahead power says of an evaluation, and that it says why it is skipped."""

import numpy as np
import pytest

from portal.domain.forecast.base import LEVELS, MEDIAN
from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.quantiles import normal_quantiles
from tests.bench import forecast_power, power_data


def _evaluation(days: int = 60) -> Evaluation:
    rng = np.random.default_rng(1)
    actual = rng.normal(50.0, 10.0, (days, 24))
    centre = actual + rng.normal(0.0, 4.0, actual.shape)
    q = normal_quantiles(centre.ravel(), np.full(actual.size, 2.0)).reshape(days, 24, len(LEVELS))
    naive = np.roll(actual, 7, axis=0)
    return Evaluation(1000 + 24 * np.arange(days), actual, q[:, :, MEDIAN], q, naive, np.ones(days))


def test_figures_of_a_zone():
    evaluation = _evaluation()
    found = forecast_power.outcome_of("BE", evaluation)
    assert found.mae == pytest.approx(4.0 * np.sqrt(2.0 / np.pi), rel=0.1)
    assert found.rmae == pytest.approx(
        found.mae / np.abs(evaluation.actual[7:] - evaluation.actual[:-7]).mean()
    )
    assert found.p_better < 1e-6
    assert found.hours_better == 24
    assert found.covered < 0.6 < found.covered_split
    assert 0.0 < found.smape < found.naive_smape


def test_a_missing_data_set_is_said(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("ENERSCOPE_SHARED", str(tmp_path))
    assert forecast_power.measure(rounds=1, quick=True) == []
    assert "skipped: the public data set is not there" in capsys.readouterr().err


def test_days_have_24_hours_in_every_zone():
    place = power_data.folder()
    if place is None:
        pytest.skip("the public data set is not there")
    zone = next(zone for zone in power_data.ZONES if zone.code == "FR")
    series, splits = power_data.load_zone(zone, place)
    assert len(series.y) % 24 == 0
    assert splits.count == 364
    assert str(series.stamp[splits.first]) == "2020-01-02T00:00:00"
    spring = np.searchsorted(series.stamp, np.datetime64("2019-03-31T02"))
    assert series.y[spring] == pytest.approx((series.y[spring - 1] + series.y[spring + 1]) / 2.0)
