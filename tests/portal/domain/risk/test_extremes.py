"""Pareto tails: estimates against scipy, figures against the true tail, refusals."""

import numpy as np
import pytest
from scipy.stats import genpareto, t

from portal.domain.market.errors import BadParameter
from portal.domain.risk.errors import NoTail
from portal.domain.risk.extremes import fit_gpd, fit_tail, pot_tail
from portal.domain.risk.tail import tail_of


@pytest.mark.parametrize("xi", [-0.3, 0.0, 0.2, 0.436, 0.9])
def test_the_likelihood_is_not_below_scipys(xi):
    draws = genpareto.rvs(xi, scale=32.0, size=3000, random_state=np.random.default_rng(1))
    beta, shape = fit_gpd(draws)
    other, _, scale = genpareto.fit(draws, floc=0.0)
    ours, theirs = (genpareto.logpdf(draws, c, 0.0, s).sum() for c, s in ((shape, beta), (other, scale)))
    assert ours >= theirs - 1e-6
    assert shape == pytest.approx(xi, abs=4.0 * (1.0 + xi) / np.sqrt(3000))


def test_a_fitted_tail_reaches_further_than_the_sample():
    losses = t.rvs(4, size=5000, random_state=np.random.default_rng(2))
    tail = fit_tail(-losses)
    assert tail.n_exceed == 500
    assert tail.var(0.999) == pytest.approx(t.ppf(0.999, 4), rel=0.15)
    assert tail.var(0.9) == pytest.approx(tail.threshold)
    assert tail.es(0.99) == pytest.approx(tail_of(-losses, 0.99).es, rel=0.1)
    assert tail.es(0.99999) > tail.var(0.99999) > tail.var(0.9999)
    assert 0.0 < tail.xi_error < 0.1
    assert tail.beta_error > 0.0


def test_an_exponential_tail_is_the_limit():
    limit, near = pot_tail(10.0, 2.0, 0.0, 100, 10), pot_tail(10.0, 2.0, 1e-9, 100, 10)
    assert limit.var(0.99) == pytest.approx(near.var(0.99)) == pytest.approx(10.0 + 2.0 * np.log(10.0))
    assert limit.es(0.99) == pytest.approx(limit.var(0.99) + 2.0)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: fit_tail(np.arange(100.0)), NoTail, "Only 10 losses"),
        (lambda: fit_tail(np.ones(1000)), NoTail, "Only 0 losses"),
        (lambda: fit_gpd(np.full(30, 2.0)), NoTail, "do not vary"),
        (lambda: fit_tail(np.arange(100.0), share=1.0), BadParameter, "share of the scenarios"),
        (lambda: pot_tail(1.0, -1.0, 0.1, 100, 10), BadParameter, "positive scale"),
        (lambda: pot_tail(1.0, 1.0, 0.1, 100, 10).var(0.5), BadParameter, "lower the threshold"),
        (lambda: pot_tail(1.0, 1.0, 0.1, 100, 10).var(1.5), BadParameter, "confidence level"),
        (lambda: pot_tail(1.0, 1.0, 1.2, 100, 10).es(0.99), NoTail, "mean is infinite"),
    ],
)
def test_refusals(call, error, text):
    with pytest.raises(error, match=text):
        call()
