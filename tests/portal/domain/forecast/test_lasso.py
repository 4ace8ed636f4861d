"""Many lassos on one Gram matrix agree with scikit-learn's one by one."""

import numpy as np
from sklearn.linear_model import Lasso

from portal.domain.forecast import lasso


def _table(n: int, p: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p))
    truth = np.zeros((p, 3))
    truth[:4] = rng.normal(2.0, 0.5, (4, 3))
    return x, x @ truth + rng.normal(0.0, 0.5, (n, 3)) + 7.0


def test_agrees_with_a_single_lasso_at_the_penalty_found() -> None:
    x, y = _table(200, 30)
    found = lasso.lasso_many(x, y)
    for at in range(3):
        one = Lasso(alpha=found.penalty[at], tol=1e-8).fit(x, y[:, at])
        np.testing.assert_allclose(found.weights[:, at], one.coef_, atol=0.03)
        assert abs(found.constant[at] - one.intercept_) < 0.03


def test_chooses_the_regressors_that_count() -> None:
    x, y = _table(200, 30)
    found = lasso.lasso_many(x, y)
    assert (np.abs(found.weights[:4]) > 0.5).all()
    assert (np.abs(found.weights[4:]) > 0.1).sum() <= 3


def test_stays_small_with_more_regressors_than_observations() -> None:
    x, y = _table(40, 100)
    found = lasso.lasso_many(x, y)
    assert ((found.weights != 0.0).sum(axis=0) < 25).all()


def test_errors_of_unseen_blocks_are_larger_than_those_of_the_fit() -> None:
    x, y = _table(60, 40)
    found = lasso.lasso_many(x, y)
    unseen = lasso.cross_errors(x, y, found, straight=np.zeros(40, dtype=bool))
    assert unseen.shape == y.shape
    assert unseen.std() > (y - found.predict(x)).std()


def test_a_response_without_variation_is_its_mean() -> None:
    x, y = _table(60, 10)
    y[:, 1] = 4.0
    found = lasso.lasso_many(x, y)
    np.testing.assert_allclose(found.predict(x)[:, 1], 4.0)
