"""The simulated market against figures of real ones: futures 2010-2023, day-ahead power 2019-2025, weather 2005-2024.

The bands are wide enough for one draw of ten years, and narrow enough to catch a wrong parameter.
"""

import numpy as np
import pytest

from data.demo.zones import ZONES

ZONE = {zone.code: i for i, zone in enumerate(ZONES)}


def returns(world, code, tenor, step=1):
    """Log returns of one contract, roll days left out, as in the table that they are compared with."""
    history = world.curves[code]
    same = history.delivery[step:, 0] == history.delivery[:-step, 0]
    moves = np.log(history.value[step:, tenor - 1] / history.value[:-step, tenor - 1])
    return np.where(same, moves, np.nan)


def volatility(world, code, tenor):
    return np.nanstd(returns(world, code, tenor)) * np.sqrt(252.0)


@pytest.mark.parametrize(
    ("code", "tenor", "real"),
    [
        ("WTI", 1, 0.412), ("WTI", 12, 0.282), ("WTI", 36, 0.203),
        ("BRENT", 1, 0.359), ("BRENT", 6, 0.301), ("BRENT", 36, 0.190),
        ("HENRY_HUB", 1, 0.511), ("HENRY_HUB", 6, 0.329), ("HENRY_HUB", 12, 0.221), ("HENRY_HUB", 36, 0.119),
        ("ULSD", 1, 0.339), ("ULSD", 12, 0.238), ("RBOB", 1, 0.395), ("RBOB", 12, 0.268),
        ("TTF", 1, 0.56), ("JKM", 1, 0.61), ("API2", 1, 0.33),
    ],
)  # fmt: skip
def test_volatility_by_tenor(world, code, tenor, real):
    assert volatility(world, code, tenor) == pytest.approx(real, rel=0.15)


@pytest.mark.parametrize("code", ["WTI", "BRENT", "HENRY_HUB", "ULSD", "RBOB", "TTF", "API2", "POWER_DE_LU"])
def test_samuelson(world, code):
    near, middle, far = (volatility(world, code, tenor) for tenor in (1, 12, 36))
    assert near > middle > far


@pytest.mark.parametrize(
    ("left", "right", "real", "band"),
    [
        ("WTI", "BRENT", 0.95, 0.05), ("WTI", "ULSD", 0.86, 0.06), ("BRENT", "ULSD", 0.91, 0.05),
        ("WTI", "RBOB", 0.79, 0.07), ("BRENT", "RBOB", 0.84, 0.07), ("ULSD", "RBOB", 0.77, 0.07),
        ("HENRY_HUB", "WTI", 0.18, 0.15), ("HENRY_HUB", "ULSD", 0.22, 0.16),
    ],
)  # fmt: skip
def test_weekly_correlation(world, left, right, real, band):
    moves = [np.diff(np.log(world.curves[code].value[::5, 1])) for code in (left, right)]
    assert np.corrcoef(moves)[0, 1] == pytest.approx(real, abs=band)


@pytest.mark.parametrize(
    ("left", "right", "real", "band"),
    [
        ("TTF", "JKM", 0.68, 0.15), ("TTF", "HENRY_HUB", 0.31, 0.2), ("TTF", "API2", 0.32, 0.2),
        ("TTF", "BRENT", 0.07, 0.2), ("API2", "BRENT", 0.23, 0.2),
    ],
)  # fmt: skip
def test_monthly_correlation(world, left, right, real, band):
    month = world.days.astype("datetime64[M]").astype(int)
    month -= month[0]
    means = [
        np.bincount(month, weights=world.curves[code].front) / np.bincount(month) for code in (left, right)
    ]
    assert np.corrcoef(np.diff(np.log(means)))[0, 1] == pytest.approx(real, abs=band)


@pytest.mark.parametrize(
    ("code", "first", "rest"),
    [("WTI", 0.962, 0.03), ("BRENT", 0.976, 0.03), ("HENRY_HUB", 0.897, 0.05), ("RBOB", 0.951, 0.05)],
)
def test_principal_components(world, code, first, rest):
    moves = np.stack([returns(world, code, tenor) for tenor in range(1, 19)], axis=1)
    moves = moves[np.isfinite(moves).all(axis=1)]
    values = np.linalg.eigvalsh(np.cov(moves, rowvar=False))[::-1]
    assert values[0] / values.sum() == pytest.approx(first, abs=rest)


@pytest.mark.parametrize(("code", "real"), [("WTI", 171), ("BRENT", 238), ("RBOB", 205), ("ULSD", 319)])
def test_half_life(world, code, real):
    log = np.log(world.curves[code].front)
    slope = np.polyfit(log[:-1], log[1:], 1)[0]
    assert real / 2.5 < np.log(2.0) / -np.log(slope) < real * 2.5


def test_spot_gas_reverts_faster_and_jumps_more(world):
    spot, front = (world.bars[code].settle for code in ("HENRY_HUB_SPOT", "HENRY_HUB"))
    moves = np.diff(np.log(spot))
    assert moves.std() * np.sqrt(252.0) == pytest.approx(1.06, rel=0.3)
    robust = 1.4826 * np.median(np.abs(moves - np.median(moves)))
    assert 2.0 < (np.abs(moves) > 5.0 * robust).sum() / 10.0 < 12.0
    slopes = [np.polyfit(np.log(x)[:-1], np.log(x)[1:], 1)[0] for x in (spot, front)]
    assert slopes[0] < slopes[1]


@pytest.mark.parametrize("code", ["BRENT", "WTI"])
def test_jumps_and_tails(world, code):
    moves = returns(world, code, 1)
    moves = moves[np.isfinite(moves)]
    robust = 1.4826 * np.median(np.abs(moves - np.median(moves)))
    assert 1.0 < (np.abs(moves) > 5.0 * robust).sum() / 10.0 < 5.0
    assert np.mean(((moves - moves.mean()) / moves.std()) ** 4) - 3.0 > 3.0


def test_volatility_comes_in_clusters(world):
    moves = returns(world, "BRENT", 2)
    squares = np.square(moves[np.isfinite(moves)])
    clipped = np.minimum(squares, np.quantile(squares, 0.99))
    assert np.corrcoef(clipped[:-5], clipped[5:])[0, 1] > 0.1


@pytest.mark.parametrize(
    ("code", "high", "low", "spread"),
    [("HENRY_HUB", (1, 2, 12), (4, 5, 6), 0.13), ("RBOB", (4, 5, 6, 7), (12, 1, 2), 0.09)],
)
def test_season_of_curves(world, code, high, low, spread):
    history = world.curves[code]
    month = history.delivery[:, :24].astype(int) % 12 + 1
    shape = np.log(history.value[:, :24])
    shape -= shape.mean(axis=1, keepdims=True)
    by_month = np.array([shape[month == m].mean() for m in range(1, 13)])
    difference = by_month[np.array(high) - 1].mean() - by_month[np.array(low) - 1].mean()
    assert difference == pytest.approx(spread, abs=0.035)


POWER = [  # zone, share of negative hours (%), low hour and multiple, high hour and multiple, weekend
    ("DE_LU", 5.2, 13, 0.59, 19, 1.55, 0.66),
    ("FR", 0.7, 4, 0.69, 19, 1.30, 0.75),
    ("NL", 0.6, 4, 0.74, 19, 1.29, 0.82),
    ("BE", 0.05, 4, 0.63, 18, 1.26, 0.76),
    ("ES", 0.0, 4, 0.83, 21, 1.14, 0.87),
    ("DK1", 1.9, 3, 0.72, 19, 1.29, 0.73),
]


@pytest.mark.parametrize(("code", "negative", "low_hour", "low", "high_hour", "high", "weekend"), POWER)
def test_power_shape(world, code, negative, low_hour, low, high_hour, high, weekend):
    price, hours = world.price[:, ZONE[code]], world.hours
    shape = np.bincount(hours.hour, weights=price) / np.bincount(hours.hour) / price.mean()
    assert 100.0 * np.mean(price < 0) == pytest.approx(negative, abs=1.0)
    assert abs(int(shape.argmin()) - low_hour) <= 1
    assert abs(int(shape.argmax()) - high_hour) <= 1
    assert shape.min() == pytest.approx(low, abs=0.08)
    assert shape.max() == pytest.approx(high, abs=0.08)
    free = hours.weekday >= 5
    assert price[free].mean() / price[~free].mean() == pytest.approx(weekend, abs=0.06)


def daily_means(world, column):
    day = (world.hours.day - world.hours.day[0]).astype(int)
    return np.bincount(day, weights=world.price[:, column]) / np.bincount(day)


@pytest.mark.parametrize(
    ("code", "real"), [("DE_LU", 0.8), ("FR", 2.2), ("NL", 1.5), ("BE", 1.1), ("ES", 2.0), ("DK1", 1.2)]
)
def test_power_reverts_within_days(world, code, real):
    mean = daily_means(world, ZONE[code])
    padded = np.pad(mean, 45, mode="reflect")
    median = np.median(np.lib.stride_tricks.sliding_window_view(padded, 91), axis=1)
    weekday = np.arange(len(mean)) % 7
    rest = mean - median
    rest -= (np.bincount(weekday, weights=rest) / np.bincount(weekday))[weekday]
    slope = np.polyfit(rest[:-1], rest[1:], 1)[0]
    assert real / 2.2 < np.log(2.0) / -np.log(slope) < real * 2.2
    robust = 1.4826 * np.median(np.abs(rest - np.median(rest)))
    assert (np.abs(rest) > 4.0 * robust).sum() / 2.0 < 17.0


@pytest.mark.parametrize(
    ("left", "right", "real"),
    [
        ("DE_LU", "FR", 0.87), ("DE_LU", "NL", 0.82), ("DE_LU", "DK1", 0.85), ("FR", "NL", 0.91), ("FR", "ES", 0.73),
        ("DE_LU", "ES", 0.59),
    ],
)  # fmt: skip
def test_power_zones_move_together(world, left, right, real):
    pair = [daily_means(world, ZONE[code]) for code in (left, right)]
    assert np.corrcoef(pair)[0, 1] == pytest.approx(real, abs=0.15)


def test_german_price_and_residual_load(world):
    residual, price = world.system.residual[:, 0], world.price[:, 0]
    assert np.corrcoef(residual, price)[0, 1] == pytest.approx(0.70, abs=0.1)
    assert np.polyfit(residual / 1000.0, price, 1)[0] == pytest.approx(3.39, rel=0.35)
    assert np.corrcoef(world.system.wind[:, 0], price)[0, 1] == pytest.approx(-0.32, abs=0.12)
    assert np.corrcoef(world.system.solar[:, 0], price)[0, 1] == pytest.approx(-0.32, abs=0.12)


def test_german_volumes(world):
    system, hours = world.system, world.hours
    load, wind, solar = (getattr(system, name)[:, 0] for name in ("load", "wind", "solar"))
    assert load.mean() == pytest.approx(53_326, rel=0.03)
    assert load.std() == pytest.approx(9_129, rel=0.15)
    shape = np.bincount(hours.hour, weights=load) / np.bincount(hours.hour) / load.mean()
    assert shape.min() == pytest.approx(0.80, abs=0.03)
    assert shape.max() == pytest.approx(1.13, abs=0.04)
    assert wind.mean() == pytest.approx(14_733, rel=0.03)
    assert np.percentile(wind, [5, 50, 95]) == pytest.approx([2_046, 12_143, 36_114], rel=0.2)
    assert np.corrcoef(wind[1:], wind[:-1])[0, 1] == pytest.approx(0.993, abs=0.005)
    assert np.corrcoef(wind[24:], wind[:-24])[0, 1] == pytest.approx(0.53, abs=0.08)
    assert solar.mean() == pytest.approx(8_188, rel=0.03)
    assert solar.max() == pytest.approx(52_466, rel=0.15)


def test_german_forecasts_miss_as_real_ones(world):
    system = world.system
    assert np.abs(system.wind_fc - system.wind)[:, 0].mean() == pytest.approx(1_353, rel=0.2)
    assert np.abs(system.load_fc - system.load)[:, 0].mean() == pytest.approx(1_946, rel=0.2)
    day = system.solar[:, 0] > 0
    assert np.abs(system.solar_fc - system.solar)[day, 0].mean() == pytest.approx(1_045, rel=0.25)


def test_weather(world):
    daily, station = world.daily, ZONE["NL"]
    day = (daily.day - daily.day.astype("datetime64[Y]")).astype(float)
    design = np.column_stack(
        [np.ones(len(day)), np.cos(2 * np.pi * day / 365.25), np.sin(2 * np.pi * day / 365.25)]
    )
    mean, cosine, sine = np.linalg.lstsq(design, daily.mean[:, station], rcond=None)[0]
    assert mean == pytest.approx(10.3, abs=1.0)
    assert np.hypot(cosine, sine) == pytest.approx(7.5, abs=0.8)
    assert np.arctan2(sine, cosine) / (2 * np.pi) * 365.25 % 365.25 == pytest.approx(204, abs=12)
    residual = daily.mean[:, station] - design @ [mean, cosine, sine]
    assert np.corrcoef(residual[1:], residual[:-1])[0, 1] == pytest.approx(0.80, abs=0.04)
    winter, summer = (
        np.isin(daily.day.astype("datetime64[M]").astype(int) % 12 + 1, months)
        for months in ((12, 1, 2), (6, 7, 8))
    )
    assert residual[winter].std() == pytest.approx(3.9, abs=0.6)
    assert residual[summer].std() == pytest.approx(2.7, abs=0.5)
    assert (daily.low <= daily.mean).all()
    assert (daily.high >= daily.mean).all()
