"""Filtered history: forecasts made before the day, dependence kept, caps reported."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch, SeriesHasNaN
from portal.domain.market.volatility import ewma_seed, ewma_variance
from portal.domain.risk.errors import EmptyPortfolio
from portal.domain.risk.scenarios.filtered import Ewma, Garch, filter_moves, scaled

RANDOM = np.random.default_rng(2)
CALM, WILD = RANDOM.normal(size=(300, 2)), 3.0 * RANDOM.normal(size=(300, 2))
MOVES = np.vstack([CALM, WILD])


def test_each_move_is_divided_by_the_forecast_made_before_its_day():
    found = filter_moves(MOVES, Ewma(0.94, 100), caps=None)
    path = np.sqrt(ewma_variance(MOVES[:, 1], initial_variance=ewma_seed(MOVES[:, 1], 100), lam=0.94))
    np.testing.assert_allclose(found.moves[:, 1], MOVES[100:, 1] * path[-1] / path[100:-1], rtol=1e-12)
    assert found.next_volatility[1] == pytest.approx(path[-1])
    assert found.kept == 100


def test_a_later_move_does_not_change_an_earlier_scenario_but_for_tomorrow():
    changed = MOVES.copy()
    changed[400] *= 5.0
    one, other = filter_moves(MOVES, caps=None), filter_moves(changed, caps=None)
    before = slice(0, 300)  # rows of days 100 to 399
    ratio = other.next_volatility / one.next_volatility
    np.testing.assert_allclose(other.moves[before], one.moves[before] * ratio, rtol=1e-12)


def test_calm_days_are_scaled_up_to_a_wild_today_and_dates_stay_together():
    found = filter_moves(MOVES)
    assert np.std(found.moves[:150]) > 1.8 * np.std(MOVES[100:250])
    np.testing.assert_array_equal(np.sign(found.moves), np.sign(MOVES[100:]))


def test_the_cap_is_counted_and_told():
    found = filter_moves(MOVES, caps=(0.8, 1.25))
    assert found.ratios.max() == 1.25
    assert found.capped_share > 0.1
    assert found.note(["TTF +1", "TTF +2"]).startswith(
        f"{found.capped.sum()} of 1000 ratios of volatility were cut"
    )
    assert filter_moves(MOVES, caps=None).note(["a", "b"]) == ""


def test_garch_filters_each_factor_and_keeps_what_never_moves():
    table = np.column_stack([MOVES[:, 0], np.zeros(600), MOVES[:, 1]])
    found = filter_moves(table, Garch())
    assert found.fits[1] is None
    fit = found.fits[2]
    expected = table[:, 2] * np.sqrt(fit.variance_forecast[0] / fit.conditional_variance)
    np.testing.assert_allclose(filter_moves(table, Garch(), caps=None).moves[:, 2], expected)
    assert not found.moves[:, 1].any()


@pytest.mark.parametrize(
    ("moves", "options", "error", "text"),
    [
        (MOVES[:100], {}, InsufficientHistory, "first 100 moves"),
        (MOVES[:, :0], {}, EmptyPortfolio, "no risk factor"),
        (np.where(MOVES > 8, np.nan, MOVES), {}, SeriesHasNaN, "move of TTF"),
        (MOVES, {"caps": (1.5, 4.0)}, BadParameter, "cut around 1"),
        (MOVES, {"rule": Ewma(1.0)}, BadParameter, "decay"),
        (MOVES, {"rule": Ewma(burn=0)}, BadParameter, "at least 1 move"),
        (MOVES[:50], {"rule": Garch()}, InsufficientHistory, "at least 100"),
        (np.vstack([0 * MOVES[:200], MOVES]), {}, BadParameter, "days without any volatility"),
        (MOVES[None], {}, LengthMismatch, "table of days"),
    ],
    ids=["short", "no factor", "gap", "caps", "decay", "burn", "garch", "dead", "cube"],
)
def test_refusals_name_the_factor(moves, options, error, text):
    names = None if moves.ndim == 3 or not moves.shape[1] else ["TTF +1", "TTF +2"]
    with pytest.raises(error, match=text):
        filter_moves(moves, **{"rule": None, **options}, names=names)


def test_a_garch_fit_that_is_refused_names_its_factor():
    with pytest.raises(BadParameter, match=r"^TTF: The returns are all the same"):
        filter_moves(np.ones(200), Garch(), names=["TTF"])


def test_volatilities_must_reach_to_tomorrow():
    with pytest.raises(LengthMismatch, match="need volatilities of shape"):
        scaled(MOVES, np.ones((600, 2)))
