"""The generated market: the same for the same seed, lawful, and shaped as the calibration says."""

import hashlib
from datetime import date

import numpy as np
import pytest

from data.demo import blemishes
from data.demo.instruments import DAILY, POWER_FRONTS, curve_infos, instrument_rows
from data.demo.world import SEED, build
from data.demo.zones import ZONES


def fingerprint(world) -> str:
    parts = [world.price, world.system.load, world.temperature, world.wind]
    parts += [history.value for history in world.curves.values()]
    parts += [bars.settle for bars in world.bars.values()] + [bars.volume for bars in world.bars.values()]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def test_same_seed_same_world(world):
    assert fingerprint(build(world.days[-1].astype(object))) == fingerprint(world)


def test_other_seed_other_world(world):
    assert fingerprint(build(world.days[-1].astype(object), seed=SEED + 1)) != fingerprint(world)


@pytest.mark.parametrize("today", [date(2026, 12, 27), date(2028, 2, 29), date(2031, 5, 4)])
def test_any_last_day(today):
    later = build(today)
    assert later.days[-1].astype(object) <= today
    assert all(
        np.isfinite(history.value).all() and (history.value > 0).all() for history in later.curves.values()
    )
    assert later.curves["BRENT"].front[-1] == pytest.approx(68.4, rel=0.01)


def test_size(world):
    assert len(instrument_rows()) >= 40
    assert len(curve_infos()) >= 16
    assert len(world.days) > 2500
    assert all(history.value.shape == (len(world.days), 36) for history in world.curves.values())
    assert world.days[-1].astype(object) == date(2026, 11, 20)


def test_bars_are_lawful(world):
    for code, bars in world.bars.items():
        assert (bars.low <= np.minimum(bars.open, bars.settle)).all(), code
        assert (bars.high >= np.maximum(bars.open, bars.settle)).all(), code
        assert (bars.volume >= 0).all(), code
        assert (np.diff(bars.day) > np.timedelta64(0, "D")).all(), code


def test_prices_lie_on_their_tick(world):
    for spec in (*DAILY, *POWER_FRONTS):
        if spec.code in {"NAPHTHA", "PSV", "PVB"}:  # these have a spike, which is no multiple of anything
            continue
        steps = world.bars[spec.code].settle / spec.tick
        assert np.abs(steps - np.round(steps)).max() < 1e-6, spec.code


def test_front_of_curve_is_the_settle(world):
    for code in ("BRENT", "HENRY_HUB", "TTF", "NBP", "EUA"):
        bars = world.bars[code]
        rows = np.isin(world.days, bars.day)
        tick = next(spec.tick for spec in DAILY if spec.code == code)
        assert np.abs(world.curves[code].front[rows] - bars.settle).max() <= tick, code


def test_volume_is_plausible(world):
    brent, friday = world.bars["BRENT"], world.days.astype(int) % 7 == 1
    assert 150_000 < np.median(brent.volume) < 450_000
    moved = np.abs(np.diff(np.log(brent.settle)))
    busy = brent.volume[1:][moved > np.quantile(moved, 0.95)].mean()
    assert busy > 1.3 * np.median(brent.volume)
    assert brent.volume[friday].mean() < brent.volume[~friday].mean()


def test_relations_between_markets(world):
    end = {code: bars.settle[-1] for code, bars in world.bars.items()}
    assert 1.0 < end["BRENT"] - end["WTI"] < 8.0
    assert 5.0 < end["RBOB"] * 42 - end["BRENT"] < 30.0
    assert 12.0 < end["ULSD"] * 42 - end["BRENT"] < 45.0
    assert -15.0 < end["POWER_DE_LU_M1"] - end["TTF"] / 0.5 - 0.202 / 0.5 * end["EUA"] < 25.0


def test_nbp_is_ttf_at_the_exchange_rate(world):
    pounds = world.rates["GBP"]
    days = world.days[np.isin(world.days, pounds.day)]
    rate = pounds.value[np.searchsorted(pounds.day, days)]
    rows = np.isin(world.days, days)
    parity = world.curves["TTF"].value[rows, 5] * rate * 100.0 * 0.0293071
    ratio = world.curves["NBP"].value[rows, 5] / parity
    assert 0.9 < np.median(ratio) < 1.1


def test_statuses_are_used_as_documented(world):
    shares = {
        code: np.bincount(history.status.ravel(), minlength=4) for code, history in world.curves.items()
    }
    assert all(share[0] > share[1:].sum() for code, share in shares.items() if code != "THE")
    assert shares["TTF"][1] > 0  # beyond two years between quarters
    assert all(share[2] > 0 for share in shares.values())  # four days without publication
    assert (world.curves["THE"].status[-1, 12:] == 3).all()
    assert shares["BRENT"][3] == 0


def test_blemishes_are_there(world):
    kinds = {blemish.kind for blemish in world.blemishes}
    assert kinds == {"spike", "gap", "stuck", "stopped", "late source", "curve gap", "curve stopped"}
    for code, *_, factor in blemishes.SPIKES:
        day = next(b.first for b in world.blemishes if b.code == code and b.kind == "spike")
        bars = world.bars[code]
        at = int(np.searchsorted(bars.day, day))
        assert abs(np.log(bars.settle[at] / bars.settle[at - 1]) - np.log(factor)) < 0.15, code
    stuck = world.bars[blemishes.STUCK]
    assert len(set(stuck.settle[-blemishes.STUCK_DAYS :])) == 1
    assert world.bars["API4"].day[-1] < world.days[-1]
    assert world.bars["API2"].day[-1] == world.days[-1]


def test_ranges_of_the_system(world):
    system = world.system
    assert (system.wind >= 0).all()
    assert (system.solar >= 0).all()
    assert (system.load > 0).all()
    night = np.isin(world.hours.hour, (0, 1, 2, 23))
    assert system.solar[night].max() == 0.0
    assert world.price.min() >= -500.0
    assert world.price.max() <= 4000.0
    assert world.price.shape == (len(world.hours), len(ZONES))


def test_real_series_are_untouched(world):
    spot = world.wti_spot
    assert (len(spot.day), str(spot.day[0]), str(spot.day[-1])) == (8321, "1986-01-02", "2019-01-03")
    assert spot.value[0] == 25.56
    dollars = world.rates["USD"]
    assert str(dollars.day[0]) == "1999-01-04"
    assert dollars.value[0] == 1.1789
    assert all(series.day[0] > dollars.day[-1] for series in world.rates_ahead.values())
    assert world.rates_ahead["USD"].day[-1] == world.days[-1]
