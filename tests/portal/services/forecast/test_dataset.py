"""Series under both clocks: complete, vintage-safe, and what must be said of them; over the demo desk."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from data.demo.blemishes import LATE_DAYS
from data.demo.calendar import business_days
from data.queries import market
from data.session import UnitOfWork
from portal.core import clock
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.domain.forecast.base import model
from portal.domain.forecast.local_days import clock_time
from portal.domain.forecast.series import Ahead
from portal.domain.market.errors import InsufficientHistory
from portal.services.forecast.dataset import load_series
from portal.services.forecast.targets import target

CODES = (
    "power.DE_LU", "power.BE", "load.DE_LU", "wind.DK1", "solar.ES", "settle.BRENT", "settle.TTF", "spread.clean_spark",
    "volatility.TTF",
)  # fmt: skip


@pytest.fixture(scope="module")
def last(demo_database):
    with UnitOfWork() as work:
        return market.newest_day(work.session, until=date(2100, 1, 1))


@pytest.fixture(scope="module")
def newest(last):
    return Clocks(last, clock.now())


def standing_on(day, found):
    """Return the clocks of the forecast that stood on ``day``: at its gate, or when it had settled."""
    if found.gate:
        moment = clock_time(np.array([day], "M8[D]"), found.gate, found.timezone)[0].astype(object)
        return Clocks(day, moment.replace(tzinfo=UTC), live=False)
    return Clocks(day, datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=19), live=False)


@pytest.mark.parametrize("code", CODES)
def test_an_earlier_origin_sees_what_a_later_table_holds_of_it(code, newest, last):
    found = target(code)
    later = load_series(found, newest)
    for back in (3, 31, 200):
        day = np.busday_offset(np.datetime64(last), -back, roll="backward").astype(object)
        earlier = load_series(found, standing_on(day, found))
        n = len(earlier.y)
        np.testing.assert_array_equal(earlier.stamp, later.stamp[: len(earlier.stamp)])
        same = ~np.isin(earlier.stamp[:n].astype("M8[D]").astype(str), later.facts["revised"])
        np.testing.assert_array_equal(earlier.y[same], later.y[:n][same])
        assert earlier.features == later.features
        one, two = earlier.task(n), later.task(n)
        for column, name in enumerate(one.names):
            np.testing.assert_array_equal(one.features[:, column], two.features[:, column], err_msg=name)


@pytest.mark.parametrize("code", CODES)
def test_series_reach_as_far_as_the_target_asks(code, newest, last):
    found = target(code)
    series = load_series(found, newest)
    end = series.stamp[len(series.y) - 1].astype("M8[D]").astype(object)
    assert end == last - timedelta(days=found.lead // found.per_day)
    assert len(series.stamp) == len(series.y) + found.horizon
    assert series.stamp[-1].astype("M8[D]").astype(object) > last
    assert np.isfinite(series.y).all()
    assert series.facts["late_days"] == 0
    assert len(series.data_hash) == 64
    task = series.task(len(series.y))
    assert task.y.size <= found.window
    assert model("seasonal_naive")(task).mean.shape == (found.horizon,)


@pytest.mark.parametrize("code", ["power.DE_LU", "load.FR"])
def test_the_features_of_the_next_day_are_there(code, newest):
    series = load_series(target(code), newest)
    assert np.isfinite(series.values).all()
    served = [feature.name for feature in series.features if feature.ahead is Ahead.SERVED]
    assert {"load_fc", "wind_fc", "solar_fc", "residual_fc", "residual_lag", "temp_last"} <= set(served)


def test_before_the_forecasts_have_come_they_are_not_known(newest, last):
    found = target("power.DE_LU")
    early = datetime.combine(last, datetime.min.time(), UTC) + timedelta(hours=8, minutes=59)
    series = load_series(found, Clocks(last, early, live=False))
    column = [feature.name for feature in series.features].index("load_fc")
    assert np.isnan(series.values[-24:, column]).all()
    assert np.isfinite(series.values[-48:-24, column]).all()


def test_a_correction_is_named(newest):
    series = load_series(target("power.DE_LU"), newest)
    assert len(series.facts["revised"]) == 1
    assert any("corrected after forecasts had stood" in said for said in series.facts["sentences"])
    assert load_series(target("power.FR"), newest).facts["revised"] == []


def test_late_sources_and_estimators_are_said(newest, last):
    late = load_series(target("settle.NAPHTHA"), newest)
    traded = business_days(last - timedelta(days=30), last)
    days = np.busday_count(traded[-1 - LATE_DAYS], traded[-1])  # a holiday among them counts too
    assert late.facts["late_days"] == days
    assert any(f"{days} days older than it should be" in said for said in late.facts["sentences"])
    volatility = load_series(target("volatility.TTF"), newest)
    assert "Parkinson" in volatility.facts["estimator"]
    assert 5.0 < np.median(volatility.y) < 200.0


def test_clocks_before_all_data_are_refused(last):
    with pytest.raises(InsufficientHistory, match="There are no values of Day-ahead power DE_LU"):
        load_series(target("power.DE_LU"), Clocks(date(2010, 1, 1), clock.now()))
    begin = last - timedelta(days=2 * 365 - 8)
    with pytest.raises(InsufficientHistory, match="needs at least 14"):
        load_series(target("power.DE_LU"), Clocks(begin, clock.now()))


def test_an_unknown_target_is_refused(demo_database):
    with pytest.raises(NotFound, match=r"nothing to forecast under 'power\.XX'"):
        target("power.XX")
