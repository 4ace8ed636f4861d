"""Real hourly power, load, wind and solar, and real daily prices, from the files to the task of a model."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.domain.forecast.base import model
from portal.domain.forecast.errors import UnfitSeries
from portal.services.forecast.dataset import load_series
from portal.services.forecast.targets import targets
from portal.services.ingest import ImportOptions, import_file

SHARED = Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).parents[4] / "../shared")) / "data"

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"the shared developer data is not at {SHARED}")


@pytest.fixture(scope="module")
def imported(module_database):
    power, daily = "power_hourly.csv.gz", "prices_daily.csv"
    for name, kind, unit in ((power, "prices", None), (power, "power", "MW"), (daily, "prices", None)):
        import_file(kind, SHARED / name, ImportOptions(unit=unit) if unit else ImportOptions(), actor=SYSTEM)
    return {found.code: found for found in targets()}


def series_of(found, day=date(2020, 6, 1)):
    return load_series(found, Clocks(day, clock.now()))


def test_real_files_give_targets(imported):
    kinds = {code.partition(".")[0] for code in imported}
    assert kinds == {
        "power",
        "load",
        "wind",
        "solar",
        "settle",
        "spread",
    }  # no curves, so no volatility of fronts
    assert [code for code in imported if code.startswith("wind.")] == [
        "wind.DE_LU"
    ]  # the only zone that has it
    assert "spread.location" not in imported  # both legs would be one instrument
    assert not any(found.simulated for found in imported.values())


@pytest.mark.parametrize("zone", ["DE_LU", "DK1", "ES", "FR", "NL"])
def test_real_prices_make_a_task(imported, zone):
    found = imported[f"power.{zone}"]
    series = series_of(found)
    assert str(series.stamp[len(series.y) - 1]) == "2020-06-01T23:00:00"
    assert len(series.y) > 12_000
    assert len(series.facts["clock_changes"]) == 2
    assert series.facts["late_days"] == 0
    assert series.facts["late_features"] > 10_000  # an import of history counts as known at its usual time
    task = series.task(len(series.y))
    assert np.isfinite(task.y).all()
    assert model("seasonal_naive")(task).mean.shape == (24,)


def test_day_ahead_forecasts_of_real_zones_are_features(imported):
    series = series_of(imported["power.FR"], date(2019, 6, 3))
    column = [feature.name for feature in series.features].index("load_fc")
    assert np.isfinite(series.values[:, column]).mean() > 0.99  # the file lacks some hours
    actual = series_of(imported["load.FR"], date(2019, 6, 3))
    assert actual.facts["late_days"] == 0
    near = np.abs(
        actual.y - actual.values[: len(actual.y), [f.name for f in actual.features].index("load_fc")]
    )
    assert np.nanmedian(near) < 0.05 * np.median(actual.y)


def test_a_source_that_ended_is_said(imported):
    series = series_of(imported["load.DE_LU"])
    assert series.facts["late_days"] == 152
    assert any("152 days older than it should be" in said for said in series.facts["sentences"])


def test_real_daily_prices_keep_a_negative_one(imported):
    series = series_of(imported["settle.WTI_CUSHING_SPOT"])
    day = series.stamp[: len(series.y)].astype("M8[D]") == np.datetime64("2020-04-20")
    assert series.y[day] == [-36.98]
    assert 0.01 < series.facts["missing_share"] < 0.05  # holidays


def test_a_real_series_with_too_many_gaps_is_refused(imported):
    with pytest.raises(UnfitSeries, match=r"64 % of the values of Nzu Spot .* are missing"):
        series_of(imported["settle.NZU_SPOT"])
