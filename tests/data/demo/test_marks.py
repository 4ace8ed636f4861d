"""The marks of the demo: volatilities that fall with time to delivery, rates, correlations, quotes with small gaps."""

import hashlib

import numpy as np
import pytest

from data.demo.exposures import cost_shares, model_correlation, model_vol
from data.demo.factors import TRADING_DAYS
from data.demo.marks import PAIRS
from data.demo.quotes import QUOTED_DAYS, QUOTES
from data.demo.rates import TENORS
from data.demo.vols import MONTHS, NODES, SMILES, realised
from data.demo.world import build
from portal.domain.market.curve_products import delivery_weights, parse_product

AT_THE_MONEY = int(np.flatnonzero(NODES == 0.0)[0])


def fingerprint(world) -> str:
    parts = [history.vol for history in world.marks.vols.values()]
    parts += [*world.marks.rates.values(), *(quotes.value for quotes in world.marks.quotes)]
    parts += [pair.value for pair in world.marks.correlations]
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()


def test_same_seed_same_marks(world):
    assert fingerprint(build(world.days[-1].astype(object))) == fingerprint(world)


def test_surfaces_cover_two_years_of_trading_days(world):
    assert set(world.marks.vols) == set(SMILES)
    assert 500 < len(world.marks.days) < 525
    for code, history in world.marks.vols.items():
        assert history.vol.shape == (len(world.marks.days), MONTHS, len(NODES)), code
        assert history.model == ("bachelier" if code.startswith("POWER") else "black76")
        assert (history.delivery == world.curves[code].delivery[-len(history.days) :, :MONTHS]).all()


@pytest.mark.parametrize("code", list(SMILES))
def test_volatility_is_positive_and_falls_with_tenor(world, code):
    history = world.marks.vols[code]
    assert history.vol.min() > 0.0
    money = history.vol[:, :, AT_THE_MONEY]
    if code.startswith("POWER"):  # in money: the season of the price is taken out
        money = money / world.curves[code].value[-len(money) :, :MONTHS]
    mean = money.mean(axis=0)
    if code == "EUA":  # one factor that does not decay: flat
        assert mean.max() / mean.min() < 1.06
    else:
        assert (np.diff(mean) < 0.0).all()


def test_model_volatility_is_what_the_simulated_market_realises(world):
    for code in ("BRENT", "WTI", "TTF", "HENRY_HUB"):
        model = model_vol(code, np.array([0.15]))[0]
        assert 0.75 < np.sqrt(np.mean(np.square(realised(world.curves[code])[250:]))) / model < 1.3, code


def test_smile_bends_upwards(world):
    for code, history in world.marks.vols.items():
        last = history.vol[-1, 0]
        assert last[0] + last[-1] > 2.0 * last[AT_THE_MONEY], code


def test_correlation_marks_agree_with_the_moves(world):
    assert [(pair.code, pair.other) for pair in world.marks.correlations] == list(PAIRS)
    for pair in world.marks.correlations:
        assert (np.abs(pair.value) < 1.0).all()
        assert (np.diff(pair.days.astype("datetime64[M]").astype(int)) == 1).all()
    moves = {}
    for code in ("POWER_DE_LU", "TTF", "BRENT", "WTI"):
        value, first = np.log(world.curves[code].value[:, 1:4]), world.curves[code].delivery[:, 0]
        same = first[1:] == first[:-1]
        moves[code] = np.where(same, (value[1:] - value[:-1])[:, 0], np.nan)
    for one, other in (("POWER_DE_LU", "TTF"), ("BRENT", "WTI")):
        both = np.isfinite(moves[one] + moves[other])
        seen = np.corrcoef(moves[one][both], moves[other][both])[0, 1]
        assert seen == pytest.approx(model_correlation(one, other, 0.2), abs=0.15)


def test_cost_of_power_has_three_fuels():
    assert sum(cost_shares().values()) == pytest.approx(0.95, abs=0.05)


def test_rates_are_plausible(world):
    assert set(world.marks.rates) == {"EUR", "USD", "GBP"}
    for rates in world.marks.rates.values():
        assert rates.shape == (len(world.marks.days), len(TENORS))
        assert 0.005 < rates.min() < rates.max() < 0.07
        assert np.abs(np.diff(rates, axis=0)).max() * np.sqrt(TRADING_DAYS) < 0.03


def test_peak_costs_more_in_winter(world):
    for zone in ("DE_LU", "FR"):
        base, peak = world.curves[f"POWER_{zone}"], world.curves[f"POWER_{zone}_PEAK"]
        assert (peak.delivery == base.delivery).all()
        assert (peak.status == base.status).all()
        ratio, month = peak.value / base.value, peak.delivery.astype("datetime64[M]").astype(int) % 12 + 1
        assert ratio[np.isin(month, (11, 12, 1, 2))].min() > 1.1
        assert ratio.max() < 1.4
    solar = world.curves["POWER_DE_LU_PEAK"].value[-1] / world.curves["POWER_DE_LU"].value[-1]
    assert solar.min() < 0.97


def test_quotes_are_the_curve_but_for_rounding(world):
    for spec in QUOTES:
        mine = [quotes for quotes in world.marks.quotes if quotes.code == spec.code]
        history = world.curves[spec.code]
        months = history.delivery[-1].astype("datetime64[M]")
        weights = delivery_weights(months, spec.commodity, spec.timezone)
        gaps = []
        for quotes in mine:
            assert quotes.days.min() >= world.days[-QUOTED_DAYS]
            if quotes.days[-1] == world.days[-1]:
                inside = np.isin(months, np.array(parse_product(quotes.product).months))
                size = np.array([weights[month] for month in months[inside]])
                fair = (history.value[-1][inside] * size).sum() / size.sum()
                gaps.append(abs(quotes.value[-1] - fair))
        assert len(gaps) >= spec.months + spec.quarters + spec.years
        assert np.median(gaps) <= 1.01 * spec.tick, spec.code
        assert (np.array(gaps) > 3.0 * spec.tick).sum() == 1, spec.code  # the one of the last day
