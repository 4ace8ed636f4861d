"""The one door: every method, its horizon, its facts, and what it refuses."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.domain.market.errors import BadParameter, InsufficientHistory, LengthMismatch
from portal.domain.risk.scenarios.ask import Method, ScenarioAsk
from portal.domain.risk.scenarios.build import build_covariance, build_scenarios, days_needed
from portal.domain.risk.scenarios.factors import Shock
from portal.domain.risk.scenarios.history import FactorHistory
from tests.portal.domain.risk.scenarios.scenario_cases import correlated, made_history, price_factors

SCENARIOS = [method for method in Method if method is not Method.PARAMETRIC]


def steady(n=250, k=6, **given):
    return made_history(correlated(n, k, seed=6), curves=2, shock=Shock.ABSOLUTE, **given)


def test_history_is_replayed_day_by_day():
    factors, history = steady()
    found = build_scenarios(history, factors, ScenarioAsk(window=100))
    np.testing.assert_allclose(found.moves, (history.after - history.before)[-100:], rtol=1e-12)
    assert found.label == tuple(str(day) for day in history.day[-100:])
    assert found.label[-1] == "2026-11-20"
    np.testing.assert_array_equal(found.weight, 0.01)
    assert (found.method, found.horizon_days, len(found)) == ("historical", 1, 100)
    assert found.facts["window_first"] == found.label[0]
    assert found.facts["proxied_cells"] == 0


def test_a_horizon_scales_shocks_by_its_root():
    factors, history = steady()
    one, ten = (build_scenarios(history, factors, ScenarioAsk(window=100, horizon_days=h)) for h in (1, 10))
    np.testing.assert_allclose(ten.moves, one.moves * np.sqrt(10.0), rtol=1e-12)
    assert ten.notes[-1].startswith(
        "Moves of one day are scaled to 10 business days by the root of their number"
    )
    relative, past = made_history(correlated(100, 3), shock=Shock.RELATIVE)
    ten = build_scenarios(past, relative, ScenarioAsk(window=100, horizon_days=10))
    ratio = np.log(past.after / past.before) * np.sqrt(10.0)
    np.testing.assert_allclose(ten.moves, 50.0 * np.expm1(ratio), rtol=1e-12)


def test_age_weights_fall_to_the_past():
    factors, history = steady()
    found = build_scenarios(history, factors, ScenarioAsk(method="age_weighted", window=100, decay=0.9))
    assert found.weight.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found.weight[1:] / found.weight[:-1], 1.0 / 0.9)
    assert found.facts["effective_scenarios"] == pytest.approx(19.0, abs=0.1)


@pytest.mark.parametrize("method", ["filtered_ewma", "filtered_garch"])
def test_a_filter_lifts_calm_days_to_a_nervous_tomorrow(method):
    moves = correlated(500, 6, seed=6)
    moves[400:] *= 3.0
    factors, history = made_history(moves, curves=2, shock=Shock.ABSOLUTE)
    found = build_scenarios(history, factors, ScenarioAsk(method=method, window=400))
    assert len(found) == 400
    assert found.label[0] == str(history.day[100])
    calm = found.moves[50:250].std() / moves[150:350].std()
    assert 2.0 < calm < 4.5
    np.testing.assert_array_equal(np.sign(found.moves), np.sign(moves[100:]))
    assert found.facts["burn_in_days"] == 100
    assert 0.0 <= found.facts["capped_share"] < 0.5
    tight = build_scenarios(history, factors, ScenarioAsk(method=method, window=400, caps=(0.9, 1.1)))
    assert tight.facts["capped_ratios"] > 100
    assert "were cut to 0.9 to 1.1" in tight.notes[-1]


def test_a_filter_without_days_before_the_window_starts_inside_it():
    factors, history = steady(250)
    ask = ScenarioAsk(method="filtered_ewma", window=250)
    assert days_needed(ask) == 350
    found = build_scenarios(history, factors, ask)
    assert len(found) == 150
    assert any("The first 100 days start the filter" in note for note in found.notes)


@pytest.mark.parametrize("method", SCENARIOS)
def test_every_method_gives_complete_weighted_reproducible_moves(method):
    factors, history = made_history(correlated(300, 6, seed=1, scale=2.0), curves=2)
    ask = ScenarioAsk(method=method, window=200, scenarios=1_500, horizon_days=5)
    found, again = build_scenarios(history, factors, ask), build_scenarios(history, factors, ask)
    assert np.isfinite(found.moves).all()
    assert found.weight.sum() == pytest.approx(1.0)
    assert (found.factors.level + found.moves > 0.0).all()  # relative shocks of prices above zero
    assert len(found.label) == len(found) == len(found.moves) == len(found.weight)
    np.testing.assert_array_equal(found.moves, again.moves)
    assert found.method == method
    assert all(note.endswith(".") for note in found.notes)
    assert found.facts["scenarios"] == len(found)


@pytest.mark.parametrize("method", SCENARIOS)
def test_missing_days_are_filled_counted_and_said(method):
    moves = correlated(300, 6, seed=1)
    moves[250:255, 2] = np.nan
    factors, history = made_history(moves, curves=2)
    found = build_scenarios(history, factors, ScenarioAsk(method=method, window=200, scenarios=64))
    assert found.facts["proxied_cells"] == 5
    assert found.facts["most_proxied"] == {"C1 +3": 5}
    assert any("5 of" in note and "most for C1 +3 (5)" in note for note in found.notes)
    dropped = build_scenarios(
        history, factors, ScenarioAsk(method=method, window=200, scenarios=64, missing="drop")
    )
    assert dropped.facts["incomplete_days_dropped"] == 5
    assert dropped.facts["proxied_cells"] == 0


def test_days_that_were_dropped_are_named():
    factors, history = steady()
    days = np.array(["2026-10-05", "2020-01-01"], "M8[D]")
    history = FactorHistory(factors, history.day, history.before, history.after, history.span, days)
    found = build_scenarios(history, factors, ScenarioAsk(window=100))
    assert found.facts["dropped_days"] == ["2026-10-05"]  # the other is before the window
    assert found.notes[0].startswith("1 day lacks more than 20% of the factors and is dropped (2026-10-05)")


def test_the_future_is_refused():
    factors, history = steady()
    with pytest.raises(BadParameter, match="would look ahead"):
        build_scenarios(history, replace(factors, as_of=date(2026, 11, 19)), ScenarioAsk(window=100))


@settings(max_examples=20)
@given(cut=st.integers(150, 249), seed=st.integers(0, 100))
def test_what_came_later_changes_nothing(cut, seed):
    rng = np.random.default_rng(seed)
    moves = rng.normal(0.0, 1.0, (250, 3))
    other = moves.copy()
    other[cut:] = rng.normal(0.0, 5.0, (250 - cut, 3))
    found = []
    for values in (moves, other):
        _, history = made_history(values, shock=Shock.ABSOLUTE)
        past = FactorHistory(
            history.factors, history.day[:cut], history.before[:cut], history.after[:cut], history.span[:cut],
            history.dropped,
        )  # fmt: skip
        factors = replace(history.factors, as_of=history.day[cut - 1].item())
        found.append(build_scenarios(past, factors, ScenarioAsk(method="filtered_ewma", window=100)).moves)
    np.testing.assert_array_equal(*found)


def test_too_little_history_is_refused():
    factors, history = steady(90)
    with pytest.raises(
        InsufficientHistory, match="window of 100 days is asked for, but the factors have 90 days"
    ):
        build_scenarios(history, factors, ScenarioAsk(window=100))
    with pytest.raises(InsufficientHistory, match="GARCH filter needs at least 100 days"):
        build_scenarios(history, factors, ScenarioAsk(method="filtered_garch", window=90))
    moves = correlated(100, 3)
    moves[10:, 1] = np.nan
    factors, history = made_history(moves)
    with pytest.raises(InsufficientHistory, match=r"C1 \+2 has 10 moves in the 100 days"):
        build_scenarios(history, factors, ScenarioAsk(window=100))


def test_a_history_of_other_factors_is_refused():
    _, history = steady()
    with pytest.raises(LengthMismatch, match="not of these factors"):
        build_scenarios(history, price_factors([1, 3], 3), ScenarioAsk(window=100))
    empty, none = made_history(np.zeros((30, 0)), tenors=0)
    with pytest.raises(InsufficientHistory, match="no risk factors"):
        build_scenarios(none, empty, ScenarioAsk(window=20))


def test_the_parametric_method_has_a_covariance_and_no_scenarios():
    factors, history = made_history(correlated(250, 3), shock=Shock.RELATIVE)
    ask = ScenarioAsk(method="parametric", window=250, covariance="sample", horizon_days=4)
    with pytest.raises(BadParameter, match="ask build_covariance"):
        build_scenarios(history, factors, ask)
    found = build_covariance(history, factors, ask)
    native = np.log(history.after / history.before)
    np.testing.assert_allclose(found.matrix, 4.0 * 2500.0 * native.T @ native / 249.0, rtol=1e-12)
    assert found.horizon_days == 4
    shrunk = build_covariance(history, factors, replace(ask, covariance="ledoit_wolf"))
    np.testing.assert_allclose(np.diag(shrunk.matrix), np.diag(found.matrix), rtol=1e-12)
    assert shrunk.facts["shrinkage"] > 0.0
    assert "spreads between curves" in " ".join(shrunk.notes)


def test_a_sample_of_few_days_is_called_unreliable():
    factors, history = made_history(correlated(30, 20), tenors=20, shock=Shock.ABSOLUTE)
    found = build_covariance(history, factors, ScenarioAsk(window=30, covariance="sample"))
    assert "fewer than twice the 20 factors: the risk of a book is that of the window" in found.notes[-1]


def test_oil_below_zero_is_replayed_in_money():
    # 2020-04-20: from 18.27 to -37.63; a percentage of that day does not exist, the loss of 55.90 does.
    moves = correlated(60, 1, scale=0.5)
    factors, history = made_history(moves, level=18.27, tenors=1)
    history.after[40], history.before[41] = -37.63, -37.63
    history.after[41] = 10.01
    found = build_scenarios(history, factors, ScenarioAsk(window=60))
    assert found.factors.shock == (Shock.ABSOLUTE,)
    np.testing.assert_allclose(found.moves[40:42, 0], [-55.90, 47.64])
    assert found.facts["absolute_factors"] == 1
