"""Lasso of many responses on the same regressors: one Gram matrix, a path for each response, the penalty by criterion.

API: ``LassoFit``, ``lasso_many``, ``cross_errors``.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D

RATIOS = tuple(float(ratio) for ratio in np.geomspace(0.5, 0.015, 12))
"""Penalties of a path, as shares of the least that leaves no regressor in."""
TOLERANCE = 3e-3  # duality gap that ends the descent, as share of the sum of squares
SWEEPS = 100
FLOOR = 1e-9  # smallest share of unexplained variance that the criterion sees


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class LassoFit:
    """Linear models of m responses on p regressors.

    Attributes
    ----------
    weights : ndarray of shape (p, m)
        Coefficients.
    constant : ndarray of shape (m,)
        Intercepts.
    penalty : ndarray of shape (m,)
        Chosen penalty per observation, as in ``sum of squares / 2n + penalty * sum of absolute weights``.
    """

    weights: FloatArray2D
    constant: FloatArray1D
    penalty: FloatArray1D

    def predict(self, rows: FloatArray2D) -> FloatArray2D:
        """Return responses of shape (n, m) for regressors of shape (n, p)."""
        found: FloatArray2D = rows @ self.weights + self.constant
        return found


def lasso_many(rows: FloatArray2D, responses: FloatArray2D) -> LassoFit:
    """Fit one lasso for each response; the penalty minimises a criterion corrected for few observations.

    The criterion is ``n log(RSS / n) + 2 log(log(n)) d n / (n - d - 1)`` with d the regressors that are in: that of
    Hannan and Quinn (1979), and with few observations the correction of Hurvich and Tsai (1989) keeps it from taking
    in as many regressors as there are observations.

    Parameters
    ----------
    rows : ndarray of shape (n, p)
        Regressors on comparable scales.
    responses : ndarray of shape (n, m)
        Responses.

    Returns
    -------
    LassoFit
        The models.

    References
    ----------
    Friedman, Hastie and Tibshirani, "Regularization paths for generalized linear models via coordinate descent",
    Journal of Statistical Software 33 (2010), section 2.2: covariance updates, which the shared Gram matrix serves.
    """
    n = len(rows)
    middle_x, middle_y = rows.mean(axis=0), responses.mean(axis=0)
    x, y = np.asfortranarray(rows - middle_x), np.asfortranarray(responses - middle_y)
    gram, moments = np.ascontiguousarray(x.T @ x), np.asfortranarray(x.T @ y)
    top = np.abs(moments).max(axis=0) / n
    weights, penalty = np.zeros((x.shape[1], y.shape[1])), np.maximum(top, FLOOR)
    for at in np.flatnonzero(top > FLOOR):
        path = _descend(x, y[:, at], gram, moments[:, at], top[at] * np.array(RATIOS))
        best = _best(path, gram, moments[:, at], float(y[:, at] @ y[:, at]), n)
        weights[:, at], penalty[at] = path[:, best], top[at] * RATIOS[best]
    return LassoFit(weights, middle_y - middle_x @ weights, penalty)


def cross_errors(
    rows: FloatArray2D, responses: FloatArray2D, fit: LassoFit, *, straight: BoolArray1D, folds: int = 5
) -> FloatArray2D:
    """Errors that the models make on blocks of observations that they have not seen, at the penalties found.

    Parameters
    ----------
    rows, responses, fit
        What was given to :func:`lasso_many`, and what it found.
    straight : ndarray of shape (p,), bool
        Regressors that must stay within what a fit has seen.
    folds : int
        Blocks, each of neighbouring observations.

    Returns
    -------
    ndarray of shape (n, m)
        Response less prediction.
    """
    errors = np.empty_like(responses)
    for block in np.array_split(np.arange(len(rows)), folds):
        seen = np.ones(len(rows), dtype=np.bool_)
        seen[block] = False
        middle_x, middle_y = rows[seen].mean(axis=0), responses[seen].mean(axis=0)
        x, y = np.asfortranarray(rows[seen] - middle_x), np.asfortranarray(responses[seen] - middle_y)
        gram, moments = np.ascontiguousarray(x.T @ x), np.asfortranarray(x.T @ y)
        columns = [
            _descend(
                x, y[:, at], gram, moments[:, at], fit.penalty[at : at + 1], np.array(fit.weights[:, at])
            )[:, 0]
            for at in range(y.shape[1])
        ]
        low, high = rows[seen].min(axis=0), rows[seen].max(axis=0)
        asked = np.where(straight, np.clip(rows[block], low, high), rows[block])
        errors[block] = responses[block] - middle_y - (asked - middle_x) @ np.column_stack(columns)
    return errors


def _descend(
    x: FloatArray2D,
    y: FloatArray1D,
    gram: FloatArray2D,
    moments: FloatArray1D,
    penalties: FloatArray1D,
    start: FloatArray1D | None = None,
) -> FloatArray2D:
    """Return coefficients along the path, shape (p, penalties)."""
    from sklearn import config_context
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import lasso_path

    with warnings.catch_warnings(), config_context(skip_parameter_validation=True):
        # The thin end of a path may stop early; the criterion hardly ever chooses it, and its errors are measured.
        warnings.simplefilter("ignore", ConvergenceWarning)
        # Its checks of the arrays cost more than the descent; these are finite and of the right order by now.
        _, found, _ = lasso_path(
            x,
            y,
            precompute=gram,
            Xy=moments,
            alphas=penalties,
            coef_init=start,
            tol=TOLERANCE,
            max_iter=SWEEPS,
            check_input=False,
        )
    path: FloatArray2D = found
    return path


def _best(path: FloatArray2D, gram: FloatArray2D, moments: FloatArray1D, total: float, n: int) -> int:
    rest = total - 2.0 * moments @ path + np.einsum("pk,pk->k", path, gram @ path)
    size = np.minimum((path != 0.0).sum(axis=0), n - 2)
    criterion = n * np.log(np.maximum(rest / total, FLOOR)) + 2.0 * np.log(np.log(n)) * size * n / (
        n - size - 1.0
    )
    return int(np.argmin(criterion))
