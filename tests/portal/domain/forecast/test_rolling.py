"""Rolling-origin evaluation: what an origin sees, what is scored, failures, processes, and stopping."""

import subprocess
import sys

import numpy as np
import psutil
import pytest

from portal.domain.forecast.evaluation import Splits
from portal.domain.forecast.rolling import Trial, evaluate, evaluate_all
from portal.domain.forecast.scores import scores_of
from portal.domain.forecast.series import Series
from portal.domain.forecast.splits import make_splits
from portal.domain.forecast.workers import ROOT, Workers
from portal.domain.market.errors import NoSuchModel
from tests.helpers.forecast_models import daily_series, hourly_series

IMPORTS = ("tests.helpers.forecast_models",)


class StoppedError(Exception):
    pass


def test_the_seasonal_naive_repeats_the_last_season_of_each_origin():
    series = daily_series(60)
    found = evaluate(series, "seasonal_naive", {}, Splits(40, 10, 2))
    for row, origin in enumerate((40, 50)):
        repeated = np.resize(series.y[origin - 5 : origin], 10)
        assert found.mean[row] == pytest.approx(repeated)
        assert found.baseline[row] == pytest.approx(repeated)
        assert found.actual[row] == pytest.approx(series.y[origin : origin + 10])
        assert found.scale[row] == pytest.approx(np.mean(np.abs(series.y[5:origin] - series.y[: origin - 5])))
    assert scores_of(found)["rmae"] == pytest.approx(1.0)


@pytest.mark.parametrize("code", ["seasonal_naive", "drawn", "driven"])
def test_what_happens_after_an_origin_changes_no_forecast_at_it(code):
    series = hourly_series(30)
    splits = Splits(20 * 24, 24, 5)
    changed = series.y.copy()
    later = series.values.copy()
    cut = splits.origins[2]
    changed[cut:] += 1000.0
    later[cut + 24 :] = -50.0  # the first day after an origin is served with forecasts that were known
    other = Series(series.target, changed, series.stamp, series.features, later)
    before, after = evaluate(series, code, {}, splits), evaluate(other, code, {}, splits)
    assert np.array_equal(before.quantiles[:3], after.quantiles[:3])
    assert np.array_equal(before.scale[:3], after.scale[:3])
    assert not np.array_equal(before.quantiles[3:], after.quantiles[3:])


def test_a_longer_series_changes_no_origin_that_was_there():
    series = daily_series(120)
    short = Series(series.target, series.y[:100], series.stamp[:110])
    splits = Splits(60, 10, 3)
    whole, cut = evaluate(series, "drawn", {}, splits), evaluate(short, "drawn", {}, splits)
    assert np.array_equal(whole.quantiles, cut.quantiles)
    assert np.array_equal(whole.actual, cut.actual)


def test_filled_values_the_lead_and_the_unknown_future_are_not_scored():
    series = hourly_series(30, lead=24)
    filled = np.zeros(len(series.y), dtype=bool)
    filled[25 * 24 + 3] = True
    series = Series(series.target, series.y, series.stamp, series.features, series.values, filled)
    found = evaluate(series, "seasonal_naive", {}, Splits(24 * 24, 24 * 5, 2))
    assert not found.scored[:, :24].any()
    assert np.isnan(found.actual[0, 27])
    assert found.scored[0, 24:].sum() == 23
    assert found.scored[1, 24:].sum() == 0  # its second day has not happened yet
    assert np.isfinite(found.mean[1]).all()


def test_the_window_of_the_splits_is_what_an_origin_sees():
    series = daily_series(120)
    whole = evaluate(series, "drawn", {}, Splits(80, 10, 2)).mean
    window = evaluate(series, "drawn", {}, Splits(80, 10, 2, window=30)).mean
    assert not np.allclose(whole, window)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_at_an_origin_is_its_sentence_and_stops_nothing(workers):
    series = daily_series(120)
    at_once = Workers(workers, IMPORTS) if workers > 1 else None
    if at_once is None:
        found = evaluate(series, "moody", {}, Splits(60, 3, 4))
    else:
        with at_once:
            found = evaluate(series, "moody", {}, Splits(60, 3, 4), workers=at_once)
    assert found.failures == {
        60: "The fit went nowhere. Use another model.",
        66: "moody stopped on an error of its library: FloatingPointError: divide by zero",
    }
    assert np.isnan(found.mean[[0, 2]]).all()
    assert found.scored[[1, 3]].all()
    assert not found.scored[[0, 2]].any()
    assert np.isfinite(found.baseline).all()
    assert found.facts["notes"] == ["a note"]


def test_a_constant_series_is_refused_at_every_origin_and_has_no_scores():
    series = daily_series(60)
    flat = Series(series.target, np.full(60, 4.0), series.stamp)
    found = evaluate(flat, "seasonal_naive", {}, Splits(40, 10, 2))
    assert set(found.failures) == {40, 50}
    assert "nothing to learn from a constant series" in found.failures[40]
    assert set(scores_of(found).values()) == {None}


def test_an_unknown_parameter_is_a_failure_and_an_unknown_model_an_error():
    series = daily_series(60)
    found = evaluate(series, "drawn", {"leaves": 3}, Splits(40, 10, 1))
    assert "has no parameter 'leaves'" in found.failures[40]
    with pytest.raises(NoSuchModel):
        evaluate(series, "tea", {}, Splits(40, 10, 1))


def test_two_processes_answer_as_one_does():
    trials = [
        *(Trial(daily_series(150, seed=seed), "drawn", Splits(100, 5, 8)) for seed in range(4)),
        Trial(hourly_series(30), "driven", Splits(20 * 24, 24, 6)),
        Trial(hourly_series(30), "seasonal_naive", Splits(20 * 24, 24, 6)),
    ]
    with Workers(2, IMPORTS) as workers:
        two = evaluate_all(trials, workers=workers)
        again = evaluate_all(trials[:1], workers=workers)  # the processes stay for the next evaluation
    one = evaluate_all(trials)
    for left, right in zip([*one, one[0]], [*two, *again], strict=True):
        assert np.array_equal(left.quantiles, right.quantiles)
        assert np.array_equal(left.mean, right.mean)
        assert np.array_equal(left.actual, right.actual, equal_nan=True)
        assert left.facts == right.facts
        assert left.failures == right.failures == {}
        assert scores_of(left) == scores_of(right)


def test_a_piece_whose_process_dies_is_done_by_another(tmp_path):
    with Workers(2, IMPORTS) as workers:
        before = set(workers.processes)
        marker = str(tmp_path / "died")
        found = evaluate(daily_series(120), "deadly", {"marker": marker}, Splits(60, 10, 5), workers=workers)
        assert set(workers.processes) != before
    assert found.failures == {}
    assert np.isfinite(found.mean).all()


def test_a_process_that_dies_again_is_a_failure_of_its_origins_alone():
    trials = [
        Trial(daily_series(120), "deadly", Splits(60, 10, 2)),
        Trial(daily_series(120), "drawn", Splits(60, 10, 2)),
    ]
    with Workers(2, IMPORTS) as workers:
        dead, alive = evaluate_all(trials, workers=workers)
    assert set(dead.failures) == {60, 70}
    assert "was ended twice" in dead.failures[60]
    assert alive.failures == {}


def command_of(process):
    """Return the command line of a process, "" when it has just ended: others of this test run come and go."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told_and_a_stop_ends_the_run_and_its_processes(workers):
    shares: list[float] = []

    def report(share: float, words: str) -> None:
        shares.append(share)
        assert "origins" in words
        if share > 0.3:
            raise StoppedError

    with pytest.raises(StoppedError):
        evaluate(daily_series(120), "seasonal_naive", {}, Splits(60, 1, 30), report=report, workers=workers)
    assert shares == sorted(shares)
    assert shares[-1] < 1.0
    assert not [one for one in psutil.Process().children() if "workers import serve" in command_of(one)]


def test_workers_that_were_left_in_a_run_are_fresh_for_the_next():
    series = daily_series(120)
    with Workers(2, IMPORTS) as workers:
        run = workers.run([])
        assert list(run) == []

        def stop(share: float, words: str) -> None:
            if share > 0.0:
                raise StoppedError(words)

        with pytest.raises(StoppedError):
            evaluate(series, "drawn", {}, Splits(60, 1, 40), report=stop, workers=workers)
        found = evaluate(series, "drawn", {}, Splits(60, 10, 4), workers=workers)
    assert np.array_equal(found.mean, evaluate(series, "drawn", {}, Splits(60, 10, 4)).mean)


def test_processes_end_when_the_one_that_started_them_is_killed():
    script = (
        "import time; from portal.domain.forecast.fitting import Work\n"
        "from portal.domain.forecast.workers import Workers\n"
        "workers = Workers(2).__enter__()\n"
        "list(workers.run([Work(0, None, '', {}, None, ())] * 2))  # each has answered, and waits for work\n"
        "print(*workers.processes, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as owner:
        line = owner.stdout.readline()
        children = [psutil.Process(int(pid)) for pid in line.split()]
        owner.kill()
    gone, alive = psutil.wait_procs(children, timeout=30)
    assert (len(gone), alive) == (2, [])


def test_a_real_model_of_an_hourly_series_over_made_splits():
    series = hourly_series(40)
    splits = make_splits(series, 5)
    found = evaluate(series, "driven", {}, splits)
    scores = scores_of(found)
    assert scores["rmae"] < 0.5
    assert scores["coverage_80"] == pytest.approx(0.8, abs=0.15)
    assert found.per_day == 24
    assert found.seconds > 0.0
