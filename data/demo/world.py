"""All of the demo in memory: one seed and one last day make one market, always the same."""

from dataclasses import dataclass
from datetime import date, timedelta
from zlib import crc32

import numpy as np

from data.demo import shipped
from data.demo.bars import Bars, build_bars, round_to
from data.demo.blemishes import Blemish, Correction, corrections, spoil_bars, spoil_curves
from data.demo.calendar import Days, Hours, business_days, last_business_day, local_hours
from data.demo.catalogue import CURVES
from data.demo.factors import Floats, Paths, simulate
from data.demo.forward_power import build_power_curves
from data.demo.forwards import CurveHistory, build_curve, meet_landmarks, nbp_from_ttf, proxy_far, roll_over
from data.demo.instruments import DAILY, POWER_FRONTS, InstrumentSpec, curve_infos
from data.demo.marks import Marks, build_marks
from data.demo.peaks import PEAK_RATIOS, peak_curve
from data.demo.power import daily_levels, peak_bars, power_prices
from data.demo.shipped import Series
from data.demo.system import System, build_system, next_day
from data.demo.weather import (
    STATION_SHARE,
    DailyWeather,
    daily_weather,
    hourly_temperature,
    hub_wind,
    wind_scores,
)
from data.demo.zones import ZONES

SEED = 101
CLOCK = "Europe/Berlin"  # of the delivery days of all six zones
YEARS, HOURLY_YEARS = 10, 2
PROXIED_TENORS = 12  # THE beyond a year is read off TTF


@dataclass(slots=True)
class World:
    """Everything the demo shows; prices in the unit of their instrument, hourly arrays of shape (hours, zones)."""

    seed: int
    days: Days
    hours: Hours
    bars: dict[str, Bars]
    curves: dict[str, CurveHistory]
    price: Floats
    volume: Floats
    peaks: dict[str, tuple[Days, Floats]]
    system: System
    hours_ahead: Hours
    system_ahead: System
    daily: DailyWeather
    temperature: Floats
    wind: Floats
    wti_spot: Series
    rates: dict[str, Series]
    rates_ahead: dict[str, Series]
    blemishes: tuple[Blemish, ...]
    corrections: tuple[Correction, ...]
    marks: Marks


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one part, so that a change in one part leaves the others as they were."""
    return np.random.default_rng([seed, crc32(name.encode())])


def years_before(day: date, years: int) -> date:
    """Return the same calendar day ``years`` earlier; 29 February becomes 28."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def _curves(days: Days, paths: Paths, usd: Floats, gbp: Floats, seed: int) -> dict[str, CurveHistory]:
    curves = {
        spec.code: nbp_from_ttf(spec, days, paths, gbp)
        if spec.code == "NBP"
        else build_curve(spec, days, paths)
        for spec in CURVES
    }
    curves.update(build_power_curves(days, paths, usd))
    proxy_far(curves["THE"], curves["TTF"], PROXIED_TENORS)
    ticks = {spec.code: 10.0**-spec.decimals for spec in CURVES}
    rng = stream(seed, "outages")
    for code, history in curves.items():
        roll_over(history, np.sort(rng.choice(np.arange(20, len(days) - 20), 4, replace=False)))
        tick = ticks.get(code, 0.01)
        history.value = np.round(np.round(history.value / tick) * tick, 4)
    for zone in PEAK_RATIOS:
        peak = peak_curve(zone, curves[f"POWER_{zone}"], days, stream(seed, f"peak {zone}"))
        curves[peak.code] = peak
    return curves


def _settles(days: Days, curves: dict[str, CurveHistory], paths: Paths, gbp: Floats) -> dict[str, Floats]:
    settles: dict[str, Floats] = {}
    for spec in (*DAILY, *POWER_FRONTS):
        if spec.front_of is not None:
            settles[spec.code] = curves[spec.front_of].front
    for spec in DAILY:
        if spec.parent is not None and spec.ratio is not None:
            rate = gbp if spec.fx == "GBP" else np.ones(len(days))
            parent = settles[spec.parent] * spec.factor * rate
            settles[spec.code] = parent * np.exp(spec.log_level + paths.column(spec.ratio))
    return settles


def _bars(days: Days, settles: dict[str, Floats], seed: int) -> dict[str, Bars]:
    def one(spec: InstrumentSpec) -> Bars:
        settle = settles[spec.code]
        exact = spec.front_of is not None
        return build_bars(
            days,
            settle if exact else round_to(settle, spec.tick),
            tick=spec.tick,
            lots=spec.lots,
            rng=stream(seed, f"bars {spec.code}"),
        )

    return {spec.code: one(spec) for spec in (*DAILY, *POWER_FRONTS)}


@dataclass(frozen=True, slots=True)
class _Hourly:
    """The hourly part of the world."""

    hours: Hours
    daily: DailyWeather
    temperature: Floats
    hub_wind: Floats
    system: System
    price: Floats
    volume: Floats


def _hourly(days: Days, curves: dict[str, CurveHistory], seed: int) -> _Hourly:
    end: date = days[-1].astype(object)
    hours = local_hours(CLOCK, years_before(end, HOURLY_YEARS) + timedelta(days=1), end)
    daily = daily_weather(np.arange(days[0], days[-1] + 1), stream(seed, "temperature"))
    temperature = hourly_temperature(hours, daily)
    speed = hub_wind(wind_scores(hours, stream(seed, "wind")))
    system = build_system(hours, temperature, speed, stream(seed, "system"))
    fronts = np.stack([curves[f"POWER_{zone.code}"].front for zone in ZONES], axis=1)
    price = power_prices(hours, system.residual, daily_levels(hours, days, fronts), stream(seed, "power"))
    share = 0.42 + 0.05 * stream(seed, "auction").standard_normal(price.shape)
    return _Hourly(
        hours, daily, temperature, speed, system, price, np.round(system.load * np.clip(share, 0.2, 0.7), 1)
    )


def build(today: date, seed: int = SEED) -> World:
    """Return the market of ten years (hourly: two) that ends on the last trading day at or before ``today``."""
    end = last_business_day(today)
    days = business_days(years_before(end, YEARS), end)
    rates = shipped.ecb_rates()
    ahead = shipped.extend_rates(rates, days, stream(seed, "fx"))
    none = Series(days[:0], np.zeros(0))
    usd, gbp = (shipped.rate_on(days, rates[code], ahead.get(code, none)) for code in ("USD", "GBP"))
    paths = simulate(days, stream(seed, "factors"))
    meet_landmarks(days, paths)
    curves = _curves(days, paths, usd, gbp, seed)
    bars = _bars(days, _settles(days, curves, paths, gbp), seed)
    hourly = _hourly(days, curves, seed)
    following = local_hours(CLOCK, end + timedelta(days=1), end + timedelta(days=1))
    rng = stream(seed, "blemishes")
    blemishes = (*spoil_bars(bars, days, rng), *spoil_curves(curves, days, rng))
    stored = {info.code for info in curve_infos()}
    marks = build_marks(days, curves, years_before(end, HOURLY_YEARS), lambda name: stream(seed, name))
    return World(
        seed=seed,
        days=days,
        hours=hourly.hours,
        bars=bars,
        curves={code: history for code, history in curves.items() if code in stored},
        price=hourly.price,
        volume=hourly.volume,
        peaks={zone.code: peak_bars(hourly.hours, hourly.price[:, i]) for i, zone in enumerate(ZONES)},
        system=hourly.system,
        hours_ahead=following,
        system_ahead=next_day(hourly.hours, following, hourly.system),
        daily=hourly.daily,
        temperature=hourly.temperature,
        wind=STATION_SHARE * hourly.hub_wind,
        wti_spot=shipped.wti_spot(),
        rates=rates,
        rates_ahead=ahead,
        blemishes=blemishes,
        corrections=corrections(days, rng),
        marks=marks,
    )
