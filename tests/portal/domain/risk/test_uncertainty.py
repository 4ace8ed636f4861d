"""Intervals cover what they promise, and thin tails say so."""

import numpy as np
import pytest
from scipy.stats import norm

from portal.domain.market.errors import BadParameter
from portal.domain.risk.uncertainty import bootstrap_es, es_standard_error, read_tail, var_interval

DRAWS = np.random.default_rng(0).normal(size=(400, 1000))


def test_the_interval_of_a_var_covers_the_true_one_at_least_as_often_as_it_says():
    found = [var_interval(draw, 0.95, confidence=0.9) for draw in DRAWS]
    truth = norm.ppf(0.95)
    hits = np.mean([one.low <= truth <= one.high for one in found])
    assert found[0].confidence >= 0.9
    assert abs(hits - found[0].confidence) < 0.05


def test_the_interval_with_weights_is_close_to_the_one_without():
    weights = np.ones(1000)
    weights[0] += 1e-9  # not equal, so that the rule for weights runs
    plain, weighted = var_interval(DRAWS[0], 0.95), var_interval(DRAWS[0], 0.95, weights)
    assert weighted.low == pytest.approx(plain.low, abs=0.1)
    assert weighted.high == pytest.approx(plain.high, abs=0.1)
    assert var_interval(DRAWS[0], 0.999, weights, confidence=0.99).high is None


def test_an_end_beyond_the_worst_scenario_is_not_made_up():
    found = var_interval(DRAWS[0][:100], 0.99)
    assert found.high is None
    assert found.low is not None
    assert found.confidence >= 0.95


def test_the_standard_error_of_es_is_its_spread_over_samples():
    errors = np.mean([es_standard_error(draw, 0.95) for draw in DRAWS])
    spread = np.std([read_tail(draw, 0.95).tail.es for draw in DRAWS])
    assert errors == pytest.approx(spread, rel=0.15)


def test_the_bootstrap_band_is_reproduced_by_its_seed_and_close_to_the_asymptotic_one():
    one, other = bootstrap_es(DRAWS[0], 0.95, seed=3), bootstrap_es(DRAWS[0], 0.95, seed=3)
    assert one == other
    assert one != bootstrap_es(DRAWS[0], 0.95, seed=4)
    plain = read_tail(DRAWS[0], 0.95)
    assert one.low == pytest.approx(plain.es_interval.low, abs=0.1)
    assert one.high == pytest.approx(plain.es_interval.high, abs=0.1)
    weighted = bootstrap_es(DRAWS[0], 0.95, np.arange(1.0, 1001.0), seed=3)
    assert weighted.low < read_tail(DRAWS[0], 0.95, np.arange(1.0, 1001.0)).tail.es < weighted.high
    with pytest.raises(BadParameter, match="at least 20 samples"):
        bootstrap_es(DRAWS[0], 0.95, resamples=10)


def test_a_reading_carries_its_warning():
    thin = read_tail(DRAWS[0], 0.999, resamples=50)
    assert thin.thin
    assert thin.warning == "Only 1.0 observations lie beyond 99.9 %: read the interval, not the figure."
    assert thin.es_interval.low <= thin.tail.es
    assert read_tail(DRAWS[0], 0.99).warning == ""
    with pytest.raises(BadParameter, match="confidence level"):
        read_tail(DRAWS[0], 0.99, confidence=1.5)
