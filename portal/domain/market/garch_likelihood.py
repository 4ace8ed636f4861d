"""Our own GARCH(p, o, q) likelihood, with gradients, and its maximisation.

It exists beside the library ``arch`` for two reasons: the presample rule of the published benchmark (the mean squared
residual, which moves with the mean) cannot be given to the library, and a gradient through `scipy.signal.lfilter` fits
several times faster, which matters in loops. Both are compared in the tests. Used through ``garch.fit_garch``.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import FitFailed

MAX_PERSISTENCE = 1.0 - 1e-8
MIN_NU, MAX_NU = 2.05, 500.0
BACKCAST_DECAY, BACKCAST_DAYS = 0.94, 75
STARTS = ((0.05, 0.90), (0.10, 0.85), (0.15, 0.70), (0.03, 0.96))  # alpha and beta
CLIMBS = 2  # from the best starts; the second guards against a ridge


@dataclass(frozen=True)
class Shape:
    """Orders and options of the model: what the parameter vector means.

    The vector is ``[mu] omega alpha[1..p] gamma[1..o] beta[1..q] [nu]``.
    """

    p: int
    o: int
    q: int
    constant_mean: bool
    student: bool
    mean_square_presample: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, as ``arch`` has them."""
        return (
            *(("mu",) if self.constant_mean else ()),
            "omega",
            *(f"alpha[{i + 1}]" for i in range(self.p)),
            *(f"gamma[{i + 1}]" for i in range(self.o)),
            *(f"beta[{i + 1}]" for i in range(self.q)),
            *(("nu",) if self.student else ()),
        )


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Estimate:
    """A maximum: parameters, their robust standard errors, and the path of the variance."""

    parameters: FloatArray1D
    errors: FloatArray1D
    log_likelihood: float
    residuals: FloatArray1D
    variance: FloatArray1D
    converged: bool


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class _Pieces:
    """The parameter vector taken apart."""

    mu: float
    omega: float
    alpha: FloatArray1D
    gamma: FloatArray1D
    beta: FloatArray1D
    nu: float


def backcast(residuals: FloatArray1D) -> float:
    """Presample variance of the library ``arch``: weighted mean square of the first 75 residuals, decay 0.94.

    Parameters
    ----------
    residuals : ndarray of shape (n,)
        Returns less their mean.

    Returns
    -------
    float
        Variance.
    """
    head = residuals[:BACKCAST_DAYS] ** 2
    weights = BACKCAST_DECAY ** np.arange(len(head))
    return float(np.dot(head, weights) / weights.sum())


def maximise(returns: FloatArray1D, shape: Shape) -> Estimate:
    """Fit by maximum likelihood from several starts.

    Parameters
    ----------
    returns : ndarray of shape (n,)
        Returns, complete, in any unit.
    shape : Shape
        The model.

    Returns
    -------
    Estimate
        The best maximum found, in the unit of the returns.

    Raises
    ------
    FitFailed
        No start led to a finite likelihood.
    """
    unit = float(np.std(returns)) or 1.0
    scaled = returns / unit
    likelihood = _Likelihood(scaled, shape)
    best: tuple[float, FloatArray1D, bool] | None = None
    candidates = [likelihood.start(alpha, beta) for alpha, beta in STARTS]
    for start in sorted(candidates, key=likelihood.value, reverse=True)[:CLIMBS]:
        found = likelihood.climb(start)
        if np.isfinite(found[0]) and (best is None or found[0] > best[0] + 1e-10):
            best = found
    if best is None:
        raise FitFailed(
            f"No GARCH({shape.p},{shape.o},{shape.q}) could be fitted to these {len(returns)} returns; "
            "look for outliers or choose a longer period.",
            model="GARCH",
        )
    return _rescaled(likelihood, best[1], unit, converged=best[2])


class _Likelihood:
    """Log-likelihood of one series under one model, with its gradient."""

    def __init__(self, returns: FloatArray1D, shape: Shape) -> None:
        self.returns = returns
        self.shape = shape
        self.fixed = backcast(returns - (returns.mean() if shape.constant_mean else 0.0))

    def take_apart(self, vector: FloatArray1D) -> _Pieces:
        shape, parts = self.shape, vector[1:] if self.shape.constant_mean else vector
        p, o, q = shape.p, shape.o, shape.q
        mu = float(vector[0]) if shape.constant_mean else 0.0
        nu = float(parts[-1]) if shape.student else np.inf
        alpha, gamma, beta = parts[1 : 1 + p], parts[1 + p : 1 + p + o], parts[1 + p + o : 1 + p + o + q]
        return _Pieces(mu, float(parts[0]), alpha, gamma, beta, nu)

    def path(self, pieces: _Pieces) -> tuple[FloatArray1D, FloatArray1D, float]:
        """Residuals, their conditional variances, and the presample value."""
        residuals = self.returns - pieces.mu
        presample = float(np.mean(residuals**2)) if self.shape.mean_square_presample else self.fixed
        drive = pieces.omega + np.zeros_like(residuals)
        for lag, weight in enumerate(pieces.alpha, 1):
            drive += weight * _lagged(residuals**2, lag, presample)
        for lag, weight in enumerate(pieces.gamma, 1):
            drive += weight * _lagged(residuals**2 * (residuals < 0), lag, 0.5 * presample)
        return residuals, self._filter(drive, pieces.beta, presample), presample

    def value(self, vector: FloatArray1D) -> float:
        """Log-likelihood."""
        pieces = self.take_apart(vector)
        residuals, variance, _ = self.path(pieces)
        return float(_density(residuals, variance, pieces.nu).sum()) if np.all(variance > 0) else -np.inf

    def scores(self, vector: FloatArray1D) -> FloatArray2D:
        """Gradient of each observation's log density: shape (n, k)."""
        pieces = self.take_apart(vector)
        residuals, variance, presample = self.path(pieces)
        slope = self._variance_slopes(pieces, residuals, variance, presample)
        square = residuals**2 / variance
        student = self.shape.student
        tail = (pieces.nu + 1.0) / (pieces.nu - 2.0 + square) if student else np.ones_like(square)
        scores = (0.5 * (tail * square - 1.0) / variance)[:, None] * slope
        if self.shape.constant_mean:
            scores[:, 0] += tail * residuals / variance
        if student:
            scores[:, -1] = _nu_slope(pieces.nu, square)
        return scores

    def _variance_slopes(
        self, pieces: _Pieces, residuals: FloatArray1D, variance: FloatArray1D, presample: float
    ) -> FloatArray2D:
        """Derivative of each variance by each parameter (zero for nu): shape (n, k)."""
        squares, negative = residuals**2, residuals < 0
        moving = -2.0 * float(residuals.mean()) if self.shape.mean_square_presample else 0.0
        columns = []
        if self.shape.constant_mean:
            drive = np.zeros_like(residuals)
            for lag, weight in enumerate(pieces.alpha, 1):
                drive += weight * _lagged(-2.0 * residuals, lag, moving)
            for lag, weight in enumerate(pieces.gamma, 1):
                drive += weight * _lagged(-2.0 * residuals * negative, lag, 0.5 * moving)
            columns.append(self._filter(drive, pieces.beta, moving))
        drives = [np.ones_like(residuals)]
        drives += [_lagged(squares, lag, presample) for lag in range(1, self.shape.p + 1)]
        drives += [_lagged(squares * negative, lag, 0.5 * presample) for lag in range(1, self.shape.o + 1)]
        drives += [_lagged(variance, lag, presample) for lag in range(1, self.shape.q + 1)]
        columns += [self._filter(drive, pieces.beta, 0.0) for drive in drives]
        if self.shape.student:
            columns.append(np.zeros_like(residuals))
        return np.column_stack(columns)

    def _filter(self, drive: FloatArray1D, beta: FloatArray1D, past: float) -> FloatArray1D:
        """Run ``y[t] = drive[t] + sum beta[j] y[t-j]`` with all earlier values equal to ``past``."""
        from scipy.signal import lfilter  # a second to import: not before the first fit

        if not len(beta):
            return drive
        # state i holds what the past adds to step i: the betas from i on
        state = np.cumsum(beta[::-1])[::-1] * past
        filtered: FloatArray1D = lfilter([1.0], np.concatenate([[1.0], -beta]), drive, zi=state)[0]
        return filtered

    def start(self, alpha: float, beta: float) -> FloatArray1D:
        """A starting vector with the variance of the series as its long-run level."""
        shape = self.shape
        level = float(np.var(self.returns)) if shape.constant_mean else float(np.mean(self.returns**2))
        kept = alpha + (beta if shape.q else 0.0)
        mean = [float(self.returns.mean())] if shape.constant_mean else []
        asymmetric = [0.5 * alpha / max(shape.o, 1)] * shape.o
        symmetric = [alpha * (0.75 if shape.o else 1.0) / shape.p] * shape.p
        tail = [8.0] if shape.student else []
        return np.array(
            [*mean, level * (1.0 - kept), *symmetric, *asymmetric, *[beta / max(shape.q, 1)] * shape.q, *tail]
        )

    def climb(self, start: FloatArray1D) -> tuple[float, FloatArray1D, bool]:
        """Ascend from a start by sequential quadratic programming, then polish by Newton steps."""
        from scipy.optimize import minimize

        n = len(self.returns)
        with np.errstate(
            all="ignore"
        ):  # a trial step outside of the model gives inf, which the search turns from
            found = minimize(
                lambda v: -self.value(v) / n,
                start,
                jac=lambda v: -self.scores(v).sum(axis=0) / n,
                method="SLSQP",
                bounds=self._bounds(),
                constraints=self._constraints(),
                options={"maxiter": 300, "ftol": 1e-12},
            )
            vector, value = self._polish(found.x, self.value(found.x))
        gradient = self.scores(vector).sum(axis=0)
        flat = bool(np.max(np.abs(gradient * vector)) < 1e-2)
        return value, vector, bool(found.success) or flat

    def _polish(self, vector: FloatArray1D, value: float) -> tuple[FloatArray1D, float]:
        """Newton steps with a differenced gradient; each is kept only if it is allowed and ascends."""
        for _ in range(4):
            hessian = self.hessian(vector)
            try:
                step = np.linalg.solve(hessian, -self.scores(vector).sum(axis=0))
            except np.linalg.LinAlgError:
                break
            trial = vector + step
            trial_value = self.value(trial) if self._allowed(trial) else -np.inf
            if not trial_value > value:
                break
            vector, value = trial, trial_value
        return vector, value

    def hessian(self, vector: FloatArray1D) -> FloatArray2D:
        """Second derivatives by central differences of the gradient: shape (k, k)."""
        steps = 1e-5 * np.maximum(np.abs(vector), 1e-3)
        rows = []
        for i, step in enumerate(steps):
            move = np.zeros_like(vector)
            move[i] = step
            rows.append(
                (self.scores(vector + move).sum(axis=0) - self.scores(vector - move).sum(axis=0)) / (2 * step)
            )
        matrix: FloatArray2D = np.array(rows)
        return (matrix + matrix.T) / 2.0

    def _bounds(self) -> list[tuple[float | None, float | None]]:
        shape, level = self.shape, float(np.mean(self.returns**2))
        return [
            *([(None, None)] if shape.constant_mean else []),
            (1e-9 * level, 10.0 * level),
            *[(0.0, 1.0)] * shape.p,
            *[(-1.0, 2.0)] * shape.o,
            *[(0.0, 1.0)] * shape.q,
            *([(MIN_NU, MAX_NU)] if shape.student else []),
        ]  # fmt: skip

    def _weights(self) -> FloatArray1D:
        """Weight of each parameter in the persistence."""
        shape = self.shape
        return np.array(
            [0.0] * (1 + shape.constant_mean)
            + [1.0] * shape.p
            + [0.5] * shape.o
            + [1.0] * shape.q
            + [0.0] * shape.student
        )

    def _constraints(self) -> list[dict[str, object]]:
        weights, first = self._weights(), 1 + self.shape.constant_mean
        limits: list[dict[str, object]] = [
            {"type": "ineq", "fun": lambda v: MAX_PERSISTENCE - weights @ v, "jac": lambda _: -weights}
        ]
        for i in range(min(self.shape.o, self.shape.p)):
            pair = np.zeros(len(weights))
            pair[[first + i, first + self.shape.p + i]] = (
                1.0  # a falling day may not lower the variance below zero
            )
            limits.append({"type": "ineq", "fun": lambda v, w=pair: w @ v, "jac": lambda _, w=pair: w})
        return limits

    def _allowed(self, vector: FloatArray1D) -> bool:
        inside = all(
            (low is None or value >= low) and (high is None or value <= high)
            for value, (low, high) in zip(vector, self._bounds(), strict=True)
        )
        return inside and float(self._weights() @ vector) <= MAX_PERSISTENCE


def _lagged(values: FloatArray1D, lag: int, past: float) -> FloatArray1D:
    return np.concatenate([np.full(lag, past), values[:-lag]])


def _density(residuals: FloatArray1D, variance: FloatArray1D, nu: float) -> FloatArray1D:
    """Log density of each observation: normal for infinite ``nu``, else Student t of unit variance."""
    from scipy.special import gammaln

    square = residuals**2 / variance
    density: FloatArray1D
    if np.isinf(nu):
        density = -0.5 * (np.log(2.0 * np.pi) + np.log(variance) + square)
        return density
    constant = gammaln((nu + 1.0) / 2.0) - gammaln(nu / 2.0) - 0.5 * np.log(np.pi * (nu - 2.0))
    density = constant - 0.5 * np.log(variance) - 0.5 * (nu + 1.0) * np.log1p(square / (nu - 2.0))
    return density


def _nu_slope(nu: float, square: FloatArray1D) -> FloatArray1D:
    from scipy.special import digamma

    constant = 0.5 * (digamma((nu + 1.0) / 2.0) - digamma(nu / 2.0) - 1.0 / (nu - 2.0))
    ratio = square / (nu - 2.0)
    slope: FloatArray1D = (
        constant - 0.5 * np.log1p(ratio) + 0.5 * (nu + 1.0) * ratio / ((nu - 2.0) * (1.0 + ratio))
    )
    return slope


def _rescaled(likelihood: _Likelihood, vector: FloatArray1D, unit: float, *, converged: bool) -> Estimate:
    """Bring an estimate on scaled returns back to the unit of the returns."""
    shape = likelihood.shape
    residuals, variance, _ = likelihood.path(likelihood.take_apart(vector))
    factors = np.ones_like(vector)
    factors[0] = unit if shape.constant_mean else unit**2
    if shape.constant_mean:
        factors[1] = unit**2
    scores = likelihood.scores(vector)
    try:
        inverse = np.linalg.inv(likelihood.hessian(vector))
        with np.errstate(invalid="ignore"):
            errors = np.sqrt(np.diag(inverse @ (scores.T @ scores) @ inverse)) * factors
    except np.linalg.LinAlgError:
        errors = np.full_like(vector, np.nan)
    value = likelihood.value(vector) - len(residuals) * np.log(unit)
    return Estimate(vector * factors, errors, float(value), residuals * unit, variance * unit**2, converged)
