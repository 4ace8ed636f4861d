"""Windows, and what becomes of a library's warnings and failures."""

import warnings

import numpy as np
import pytest

from portal.domain.forecast.base import Task
from portal.domain.forecast.errors import NotConverged, UnfitSeries
from portal.domain.forecast.model_fitting import must_converge, quiet, recent
from portal.domain.market.errors import BadParameter


def _task(y, per_day=1):
    stamp = np.datetime64("2024-01-01", "s") + np.arange(len(y) + 2) * np.timedelta64(3600, "s")
    return Task(np.asarray(y, dtype=float), stamp, 2, per_day=per_day)


def test_windows_depend_on_the_grid_and_on_the_caller():
    y = np.arange(100.0)
    assert len(recent(_task(y), hourly=50, daily=20).y) == 20
    assert len(recent(_task(y, 24), hourly=50, daily=20).y) == 50
    assert recent(_task(y), hourly=50, daily=20, window=7).y.tolist() == list(range(93, 100))
    assert len(recent(_task(y), hourly=500, daily=200).y) == 100
    with pytest.raises(BadParameter, match="not -1"):
        recent(_task(y), hourly=50, daily=20, window=-1)


def test_a_constant_window_is_refused_though_the_history_moves():
    with pytest.raises(UnfitSeries, match="last 20 values, which the model reads, are all 5"):
        recent(_task([1.0] * 10 + [5.0] * 50), hourly=20, daily=20)


def test_warnings_are_kept_and_do_not_leak():
    with quiet("A", "a") as said:
        warnings.warn("starting values", stacklevel=1)
    assert str(said[0].message) == "starting values"


@pytest.mark.parametrize(
    "error", [np.linalg.LinAlgError("singular"), ValueError("not finite"), ZeroDivisionError()]
)
def test_failures_of_a_library_become_ours(error):
    with pytest.raises(NotConverged, match="stopped on a numerical problem"), quiet("A", "a"):
        raise error


def test_a_search_must_end():
    must_converge(converged=True, title="A", code="a")
    with pytest.raises(NotConverged, match="parameters of A did not converge"):
        must_converge(converged=False, title="A", code="a")
