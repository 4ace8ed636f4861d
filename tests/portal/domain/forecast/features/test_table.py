"""Feature tables: what each set holds, and that no feature of any group sees what was recorded after an origin."""

import numpy as np
import pytest

from portal.domain.forecast.features import FEATURE_SETS, feature_groups, feature_table, feature_version
from portal.domain.forecast.features.base import GROUPS, Inputs, Rows, Versions
from portal.domain.forecast.features.places import place_of
from portal.domain.forecast.local_days import clock_time
from portal.domain.forecast.series import Ahead, Series
from portal.domain.forecast.targets import Target, TargetKind
from portal.domain.market.errors import BadParameter

DAYS = 40
FIRST = np.datetime64("2026-03-10T00:00:00")
HOUR, DAY = np.timedelta64(1, "h"), np.timedelta64(24, "h")
TARGETS = {
    "power": Target(TargetKind.POWER, "DE_LU", "Power", "EUR/MWh", "Europe/Berlin", 24, (24, 168), 24, gate="12:00"),
    "system": Target(TargetKind.LOAD, "DE_LU", "Load", "MW", "Europe/Berlin", 24, (24, 168), 48, 24, gate="12:00"),
    "daily": Target(TargetKind.SETTLE, "TTF", "TTF", "EUR/MWh", "Europe/Amsterdam", 1, (5,), 20, business_days=True),
}  # fmt: skip


def rows_of(code):
    target = TARGETS[code]
    if target.per_day == 24:
        stamp = FIRST + np.arange(DAYS * 24) * HOUR
        return Rows(target, stamp, clock_time(stamp.astype("M8[D]") - 1, "12:00", target.timezone))
    days = np.busday_offset(FIRST.astype("M8[D]"), np.arange(DAYS), roll="forward")
    gate = np.add(np.busday_offset(days, -1, roll="forward").astype("M8[s]"), np.timedelta64(19, "h"))
    return Rows(target, days.astype("M8[s]"), gate)


def versions(at, delay, seed):
    """Two versions of each value: as it came, and a correction three days after."""
    rng = np.random.default_rng(seed)
    came = np.add(at, delay).astype("M8[us]")
    again = came + np.timedelta64(3, "D")
    value = rng.normal(50.0, 5.0, 2 * len(at))
    return Versions(np.tile(at, 2), np.concatenate([came, again]), value, "MW")


def inputs_of(code):
    slots = FIRST - 3 * DAY + np.arange((DAYS + 3) * 24) * HOUR
    days = FIRST.astype("M8[D]") - 1200 + np.arange(1200 + 2 * DAYS)
    midnight = days.astype("M8[s]")
    forecast, actual, morning, evening = -38 * HOUR, 10 * HOUR, 30 * HOUR, 18 * HOUR
    system = {
        name: versions(slots, forecast if name.endswith("_fc") else actual, seed)
        for seed, name in enumerate(("load", "wind", "solar", "load_fc", "wind_fc", "solar_fc"))
    }
    prices = {
        name: versions(midnight, evening, 10 + i) for i, name in enumerate(("gas", "coal", "carbon", "front"))
    }
    if code == "daily":
        prices.pop("front")
    return Inputs(
        system=system, prices=prices, slope=versions(midnight, evening, 20),
        temperature=versions(midnight, morning, 21), country="DE",
    )  # fmt: skip


def perturbed(found, moment):
    """Return the versions with everything that was recorded after a moment turned into something else."""
    late = found.recorded > moment
    return Versions(found.at, found.recorded, np.where(late, -9e5 * found.value, found.value), found.unit)


def series(code, inputs):
    rows = rows_of(code)
    features, table, _ = feature_table(code, rows, inputs)
    ahead = rows.target.horizon
    y = np.sin(np.arange(len(rows.stamp) - ahead))
    return rows, Series(rows.target, y, rows.stamp, features, table)


@pytest.mark.parametrize("code", ["power", "system", "daily"])
def test_nothing_recorded_after_an_origin_reaches_its_task(code):
    inputs = inputs_of(code)
    rows, whole = series(code, inputs)
    step = 24 if rows.target.per_day == 24 else 1
    for origin in range(step * 10, len(whole.y), step * 4):
        gate = rows.gate[min(origin + rows.target.lead, len(rows.gate) - 1)].astype("M8[us]")
        other = Inputs(
            system={name: perturbed(found, gate) for name, found in inputs.system.items()},
            prices={name: perturbed(found, gate) for name, found in inputs.prices.items()},
            slope=perturbed(inputs.slope, gate),
            temperature=perturbed(inputs.temperature, gate),
            country=inputs.country,
        )
        _, changed = series(code, other)
        one, two = whole.task(origin), changed.task(origin)
        assert one.names == two.names
        for column, name in enumerate(one.names):
            np.testing.assert_array_equal(one.features[:, column], two.features[:, column], err_msg=name)


@pytest.mark.parametrize("code", ["power", "system", "daily"])
def test_features_of_the_served_day_are_known_and_later_ones_are_not(code):
    _, whole = series(code, inputs_of(code))
    target = whole.target
    origin = len(whole.y) - 5 * target.per_day
    task = whole.task(origin)
    served = task.future[target.lead : target.lead + target.per_day]
    assert np.isfinite(served).all()
    for column, feature in enumerate(whole.features):
        after = task.future[target.lead + target.per_day :, column]
        assert np.isnan(after).all() or feature.ahead is Ahead.ALWAYS


def test_sets_hold_the_groups_that_name_them():
    assert set(FEATURE_SETS) == {"power", "system", "daily", ""}
    assert [group.code for group in feature_groups("power")] == [
        "calendar", "public_holidays", "fundamentals", "weather", "fuels", "forward_curve",
    ]  # fmt: skip
    assert feature_groups("") == []
    assert feature_version("") == 0
    assert feature_version("system") == 4
    assert set(GROUPS) == {group.code for code in FEATURE_SETS for group in feature_groups(code)}
    with pytest.raises(BadParameter, match="no feature set 'x'"):
        feature_groups("x")


def test_names_of_the_power_set():
    _, whole = series("power", inputs_of("power"))
    assert [feature.name for feature in whole.features] == [
        "hour", "weekday", "year_sin", "year_cos", "holiday", "bridge_day", "load_fc", "wind_fc", "solar_fc",
        "residual_fc", "residual_lag", "temp_last", "temp_usual", "gas", "coal", "carbon", "front", "slope",
    ]  # fmt: skip
    assert all(feature.version == 1 and feature.title and feature.unit for feature in whole.features)


def test_inputs_that_are_not_there_give_no_columns():
    rows = rows_of("power")
    features, table, absent = feature_table("power", rows, Inputs())
    assert [feature.name for feature in features] == ["hour", "weekday", "year_sin", "year_cos"]
    assert table.shape == (len(rows.stamp), 4)
    assert absent == ()
    nothing = versions(np.array(["2030-01-01"], "M8[s]"), 0 * HOUR, 1)
    _, _, absent = feature_table("power", rows, Inputs(prices={"gas": nothing}))
    assert absent == ("Gas price",)


def test_a_table_without_features_has_no_columns():
    for code in ("power", "daily"):
        features, table, absent = feature_table("", rows_of(code), Inputs())
        assert (features, absent, table.shape) == ((), (), (len(rows_of(code).stamp), 0))


def test_holidays_and_bridges_of_a_country():
    rows = rows_of("daily")
    features, table, _ = feature_table("daily", rows, Inputs(country="DE"))
    day = rows.day.astype(str).tolist()
    names = [feature.name for feature in features]
    holiday, bridge = table[:, names.index("holiday")], table[:, names.index("bridge_day")]
    assert [day[i] for i in np.flatnonzero(holiday)] == ["2026-04-03", "2026-04-06", "2026-05-01"]
    assert not bridge.any()
    _, table, _ = feature_table("daily", rows, Inputs(country="XX"))
    assert not table[:, names.index("holiday")].any()


def test_places():
    assert place_of("NO1", "Europe/Oslo").country == "NO"
    assert place_of("", "America/New_York").country == "US"
    assert place_of("", "Asia/Tokyo").country == "JP"
    assert place_of("", "Etc/UTC").country == ""
