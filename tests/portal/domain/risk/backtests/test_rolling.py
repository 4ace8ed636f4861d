"""Rolling forecasts: fast against plain, no look-ahead, corners, refusals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from portal.domain.market.errors import BadParameter, InsufficientHistory, SeriesHasNaN
from portal.domain.risk.backtests.rolling import (
    METHODS,
    RATIO_CAP,
    Method,
    rolling_backtests,
    rolling_forecast,
)
from portal.domain.risk.backtests.rolling_ranks import tail_ranks
from portal.domain.risk.backtests.rolling_tail import (
    rolling_deviation,
    rolling_extremes,
    worst_losses,
    worst_positions,
)
from portal.domain.risk.scenarios.weights import age_weights
from portal.domain.risk.tail import sample_es, sample_var
from portal.domain.risk.uncertainty import var_interval


def wild(n: int, seed: int = 3) -> np.ndarray:
    """P&L whose volatility wanders over a factor of ten."""
    rng = np.random.default_rng(seed)
    return 1e5 * np.exp(0.05 * np.cumsum(rng.normal(size=n))) * rng.standard_t(4, n)


def plain(pnl: np.ndarray, method: Method, p: float, window: int) -> tuple[np.ndarray, np.ndarray]:
    """VaR and ES by the definitions, one day after the other."""
    losses, var, es = -pnl, [], []
    seed = np.mean(losses[:window] ** 2)
    vols = [seed]
    for loss in losses:
        vols.append(0.94 * vols[-1] + 0.06 * loss**2)
    vol, late = np.sqrt(vols), [seed]
    for loss in losses[window:]:
        late.append(0.94 * late[-1] + 0.06 * loss**2)
    z = stats.norm.isf(p)
    for t in range(window, len(pnl)):
        own, weights = losses[t - window : t], np.full(window, 1.0 / window)
        if method in (Method.NORMAL, Method.EWMA):
            sd = np.std(own, ddof=1) if method == Method.NORMAL else math.sqrt(late[t - window])
            var.append(z * sd)
            es.append(stats.norm.pdf(z) / p * sd)
            continue
        if method == Method.FILTERED:
            own = own * np.clip(vol[t] / vol[t - window : t], 1.0 / RATIO_CAP, RATIO_CAP)
        if method == Method.AGE_WEIGHTED:
            weights = 0.99 ** np.arange(window - 1, -1, -1)
            weights = weights / weights.sum()
        order = np.argsort(-own)
        worst, mass = own[order], np.cumsum(weights[order])
        var.append(worst[np.argmax(mass >= p - 1e-12)])
        if method != Method.AGE_WEIGHTED:
            var[-1] = worst[window - math.ceil(window * (1 - p) - 1e-9)]
        share = np.clip(p - (mass - weights[order]), 0.0, weights[order])
        es.append(worst @ share / p)
    return np.array(var), np.array(es)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("level", "window", "n"), [(0.99, 250, 700), (0.95, 60, 200), (0.975, 41, 43)])
def test_fast_and_plain_agree(method, level, window, n):
    pnl = wild(n)
    found = rolling_forecast(pnl, method, level=level, window=window)
    var, es = plain(pnl, method, round(1.0 - level, 12), window)
    assert found.var == pytest.approx(var, rel=1e-12)
    assert found.es == pytest.approx(es, rel=1e-12)
    assert len(found.var) == n - window


@pytest.mark.parametrize("method", METHODS)
def test_no_forecast_looks_ahead(method):
    pnl = wild(400)
    whole = rolling_forecast(pnl, method, window=200)
    for n in (201, 250, 399):
        cut = rolling_forecast(pnl[:n], method, window=200)
        for name in ("var", "es", "var_low", "var_high"):
            assert getattr(cut, name) == pytest.approx(getattr(whole, name)[: n - 200], rel=1e-12)


@pytest.mark.parametrize("method", METHODS)
@given(values=st.lists(st.floats(-1e9, 1e9), min_size=22, max_size=60))
@settings(max_examples=25, deadline=None)
def test_forecasts_are_finite_and_in_order(method, values):
    found = rolling_forecast(values, method, level=0.9, window=20)
    for part in (found.var, found.es, found.var_low, found.var_high):
        assert np.isfinite(part).all()
    dust = 1e-9 * (1.0 + np.abs(values).max())
    assert np.all(found.es >= found.var - dust)
    assert np.all(found.var_low <= found.var + dust)
    assert np.all(found.var <= found.var_high + dust)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("pnl", [np.zeros(120), np.full(120, 7.0), np.r_[np.zeros(100), wild(20)]])
def test_a_book_at_rest(method, pnl):
    forecast, tested = rolling_backtests(pnl, methods=[method], level=0.95, window=60)[method]
    assert np.isfinite(forecast.var).all()
    assert math.isfinite(tested.failures.statistic)
    if not pnl.any():
        assert not forecast.var.any()
        assert tested.exceptions == 0
        assert tested.shortfall is None


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=200), st.data())
def test_worst_positions_are_the_worst(values, data):
    losses = np.array(values, dtype=np.float64)
    window = data.draw(st.integers(1, len(losses)))
    worst = data.draw(st.integers(1, window))
    windows = len(losses) - window + 1
    places = worst_positions(losses, window, worst, windows)
    for j, row in enumerate(places):
        assert len(set(row.tolist())) == worst
        assert row.min() >= j
        assert row.max() < j + window
        assert worst_losses(losses, window, worst, windows)[j].tolist() == losses[row].tolist()
        assert losses[row].tolist() == sorted(losses[j : j + window].tolist(), reverse=True)[:worst]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=120), st.data())
def test_rolling_pieces_agree_with_whole_windows(values, data):
    series = np.array(values)
    window = data.draw(st.integers(2, len(series)))
    rows = np.lib.stride_tricks.sliding_window_view(series, window)
    least, most = rolling_extremes(series, window, len(rows))
    assert (least == rows.min(axis=1)).all()
    assert (most == rows.max(axis=1)).all()
    assert rolling_deviation(series, window, len(rows)) == pytest.approx(
        rows.std(axis=1, ddof=1), abs=1e-7 * np.abs(series).max(), rel=1e-7
    )


def test_a_wild_year_does_not_spoil_a_calm_one():
    """Running sums that subtract would leave 1e12 * 1e-16 of error here."""
    rng = np.random.default_rng(1)
    pnl = np.r_[1e9 * rng.normal(size=300), 1e-3 * rng.normal(size=600)]
    found = rolling_forecast(pnl, Method.NORMAL, window=200)
    assert found.var[-1] == pytest.approx(stats.norm.isf(0.01) * pnl[-201:-1].std(ddof=1), rel=1e-12)


def test_the_interval_holds_the_true_var_as_often_as_it_says():
    rng = np.random.default_rng(4)
    ranks = tail_ranks(500, 0.01)
    worst = -np.sort(-rng.normal(size=(20_000, 500)), axis=1)
    true = stats.norm.isf(0.01)
    inside = (worst[:, ranks.low - 1] <= true) & (true <= worst[:, ranks.high - 1])
    assert np.mean(inside) == pytest.approx(ranks.coverage, abs=0.01)


def test_a_short_sample_admits_that_its_interval_is_short():
    assert tail_ranks(250, 0.01).coverage < 0.95 < tail_ranks(1000, 0.01).coverage
    assert tail_ranks(1, 0.5).var == 1


def test_each_day_is_the_measure_of_its_window():
    """The backtest tests what the measures say: the same VaR, ES and interval, plain and by age."""
    pnl = wild(320)
    for method, weights in ((Method.HISTORICAL, None), (Method.AGE_WEIGHTED, age_weights(250, 0.99))):
        found = rolling_forecast(pnl, method, level=0.975, window=250)
        for t in (250, 287, 319):
            own = pnl[t - 250 : t]
            assert found.var[t - 250] == pytest.approx(sample_var(own, 0.975, weights), rel=1e-12)
            assert found.es[t - 250] == pytest.approx(sample_es(own, 0.975, weights), rel=1e-12)
            if weights is None:
                interval = var_interval(own, 0.975)
                ends = found.var_low[t - 250], found.var_high[t - 250]
                assert ends == pytest.approx((interval.low, interval.high))


def test_caps_are_counted():
    calm_then_wild = np.r_[wild(300, 1) * 1e-4, wild(60, 2)]
    found = rolling_forecast(calm_then_wild, Method.FILTERED, window=250, level=0.95)
    assert found.capped > 0
    assert rolling_forecast(np.random.default_rng(0).normal(size=300), "filtered", window=250).capped == 0


def test_methods_that_follow_volatility_have_fewer_clusters():
    rng = np.random.default_rng(21)
    variance, pnl = 1.0, []
    for _ in range(3000):
        pnl.append(math.sqrt(variance) * rng.normal())
        variance = 0.02 + 0.12 * pnl[-1] ** 2 + 0.86 * variance
    found = rolling_backtests(np.array(pnl), window=500)
    assert list(found) == list(METHODS)
    historical, filtered = found[Method.HISTORICAL][1], found[Method.FILTERED][1]
    assert historical.runs.statistic > filtered.runs.statistic
    assert filtered.failures.p_value > 0.01


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"level": 1.0}, BadParameter, "between 0 and 1"),
        ({"window": 1}, BadParameter, "at least 2 days"),
        ({"window": 50}, InsufficientHistory, "no whole day in its tail at 0.99; choose at least 100"),
        ({"window": 300}, InsufficientHistory, "at least 301 days of P&L, but there are 300"),
        ({"decay": 1.0}, BadParameter, "EWMA decay"),
        ({"age_decay": 0.0}, BadParameter, "decay by age"),
        (
            {"method": "crystal ball"},
            BadParameter,
            "no rolling method 'crystal ball'; choose one of historical",
        ),
    ],
)
def test_refusals_are_sentences(options, error, words):
    method = options.pop("method", "historical")
    with pytest.raises(error, match=words):
        rolling_forecast(wild(300), method, **options)


def test_a_missing_day_is_refused():
    pnl = wild(300)
    pnl[17] = np.nan
    with pytest.raises(SeriesHasNaN, match="observation 18"):
        rolling_forecast(pnl, "historical", window=200)
