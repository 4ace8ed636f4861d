"""The bench of Theta runs; our errors are those of the peers."""

import numpy as np
import pytest

from tests.bench import forecast
from tests.bench.forecast_theta import mean_scaled_error


def test_a_quick_run_gives_its_figures():
    found = forecast.measure(rounds=1, quick=True, only="theta")
    assert found[0].unit == "s"
    errors = [figure for figure in found if figure.name.startswith("MASE")]
    assert errors[0].against == "statsmodels"
    assert errors[0].value == pytest.approx(errors[0].baseline, rel=0.01)
    assert errors[-1].against == "weekly naive"


def test_the_error_is_scaled_by_the_weekly_difference():
    history = np.tile(np.arange(14.0), (2, 1))  # a week later it is seven higher
    after = np.full((2, 3), 10.0)
    assert mean_scaled_error(history, after, after + 3.5) == pytest.approx(0.5)
