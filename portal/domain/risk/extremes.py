"""Extreme values: a generalised Pareto tail fitted to the losses over a threshold (peaks over threshold).

API: ``fit_tail(pnl, share=...) -> GpdTail``, ``fit_gpd(excesses)``, ``pot_tail(...)`` from known parameters; a tail has
``var(level)`` and ``es(level)``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.errors import NoTail
from portal.domain.risk.inputs import as_pnl, require_level

LEAST_EXCESSES = 20
_SHAPES = (-0.5, 2.0)  # below, likelihoods are not regular; above, no data of prices


@dataclass(frozen=True)
class GpdTail:
    """A generalised Pareto tail beyond a threshold.

    Attributes
    ----------
    threshold : float
        Loss from which the tail is modelled, EUR.
    beta : float
        Scale, EUR.
    xi : float
        Shape: 0 exponential, above 0 a power tail with ``1 / xi`` moments.
    n, n_exceed : int
        Scenarios, and those beyond the threshold.
    beta_error, xi_error : float or None
        Standard errors; None when the parameters were given.
    """

    threshold: float
    beta: float
    xi: float
    n: int
    n_exceed: int
    beta_error: float | None = None
    xi_error: float | None = None

    def var(self, level: float) -> float:
        """Value at risk beyond the threshold.

        Parameters
        ----------
        level : float
            Confidence c, at least the share of scenarios within the threshold.

        Returns
        -------
        float
            ``u + beta / xi ((n / n_u (1 - c))^-xi - 1)``, EUR.

        Raises
        ------
        BadParameter
            The level is not in (0, 1), or lies before the threshold.
        """
        require_level(level)
        ratio = self.n / self.n_exceed * (1.0 - level)
        if ratio > 1.0 + 1e-9:
            raise BadParameter(
                f"The tail is modelled beyond {100 * (1 - self.n_exceed / self.n):.4g} %, so it has no VaR at "
                f"{100 * level:g} %; lower the threshold or take the sample's own.",
                name="level",
                value=level,
            )
        step = -np.log(ratio)
        return self.threshold + self.beta * float(
            step if self.xi == 0.0 else np.expm1(self.xi * step) / self.xi
        )

    def es(self, level: float) -> float:
        """Expected shortfall beyond the threshold.

        Parameters
        ----------
        level : float
            Confidence c, at least the share of scenarios within the threshold.

        Returns
        -------
        float
            ``(VaR + beta - xi u) / (1 - xi)``, EUR.

        Raises
        ------
        BadParameter
            The level is not in (0, 1), or lies before the threshold.
        NoTail
            The shape is 1 or more: the mean of the tail does not exist.
        """
        if self.xi >= 1.0:
            raise NoTail(
                f"The fitted tail has shape {self.xi:.3g}: its mean is infinite, so there is no expected shortfall.",
                xi=self.xi,
            )
        return (self.var(level) + self.beta - self.xi * self.threshold) / (1.0 - self.xi)


def pot_tail(threshold: float, beta: float, xi: float, n: int, n_exceed: int) -> GpdTail:
    """Return a tail from known parameters.

    Parameters
    ----------
    threshold, beta, xi : float
        Threshold and scale in EUR, shape without unit.
    n, n_exceed : int
        Scenarios, and those beyond the threshold.

    Returns
    -------
    GpdTail
        The tail.

    Raises
    ------
    BadParameter
        The scale is not positive, or the counts are impossible.
    """
    if not (beta > 0.0 and 0 < n_exceed <= n and np.isfinite(threshold) and np.isfinite(xi)):
        raise BadParameter(
            "A Pareto tail has a positive scale, a finite threshold and shape, and between 1 and n losses beyond it.",
            name="beta",
            value=beta,
        )
    return GpdTail(threshold, beta, xi, n, n_exceed)


def fit_tail(pnl: ArrayLike, *, share: float = 0.1) -> GpdTail:
    """Fit a generalised Pareto distribution to the worst losses by maximum likelihood.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        P&L scenarios, independent, EUR.
    share : float, default 0.1
        Share of scenarios that count as tail; the threshold is the worst loss that does not.

    Returns
    -------
    GpdTail
        Threshold, estimates and their standard errors.

    Raises
    ------
    NoTail
        Fewer than 20 losses beyond the threshold, or all of the same size.
    SeriesHasNaN, InsufficientHistory
        A value is missing, or there is none.
    BadParameter
        The share is not in (0, 1).

    References
    ----------
    McNeil and Frey (2000), "Estimation of tail-related risk measures for heteroscedastic financial time series",
    J. Empirical Finance 7.
    """
    if not 0.0 < share < 1.0:
        raise BadParameter(
            f"The tail is a share of the scenarios, such as 0.1, not {share:g}.", name="share", value=share
        )
    losses = -as_pnl(pnl).ravel()
    count = int(np.floor(share * len(losses) + 1e-9))
    threshold = float(np.partition(losses, len(losses) - 1 - count)[len(losses) - 1 - count])
    excesses = losses[losses > threshold] - threshold
    if len(excesses) < LEAST_EXCESSES:
        raise NoTail(
            f"Only {len(excesses)} losses lie beyond the threshold, {LEAST_EXCESSES} are needed: choose a larger share "
            "or more scenarios.",
            have=len(excesses),
            need=LEAST_EXCESSES,
        )
    beta, xi = fit_gpd(excesses)
    root = float(np.sqrt(1.0 / len(excesses)))
    errors = (
        (beta * float(np.sqrt(2.0 * (1.0 + xi))) * root, (1.0 + xi) * root) if xi > -0.5 else (None, None)
    )
    return GpdTail(threshold, beta, xi, len(losses), len(excesses), *errors)


def fit_gpd(excesses: FloatArray1D) -> tuple[float, float]:
    """Return scale and shape of a generalised Pareto distribution by maximum likelihood.

    The likelihood is maximised over the ratio of shape and scale alone, for which the shape is a mean of logarithms
    (Grimshaw), so that no start is needed.

    Parameters
    ----------
    excesses : ndarray of shape (m,)
        Losses over the threshold, positive, EUR.

    Returns
    -------
    tuple of float
        Scale in EUR and shape in [-0.5, 2].

    Raises
    ------
    NoTail
        The excesses are not positive or do not vary.

    References
    ----------
    Grimshaw (1993), "Computing maximum likelihood estimates for the generalized Pareto distribution", Technometrics 35.
    """
    if excesses.size < 2 or not float(excesses.min()) > 0.0 or float(np.ptp(excesses)) == 0.0:
        raise NoTail(
            "The losses beyond the threshold do not vary, so no tail can be fitted to them.",
            have=excesses.size,
        )
    mean = float(excesses.mean())
    y = excesses / mean

    def shape(ratio: float) -> float:
        return float(np.mean(np.log1p(ratio * y)))

    def badness(ratio: float) -> float:
        """Mean negative log-likelihood along the profile; the exponential at 0."""
        if abs(ratio) < 1e-9:
            return 1.0
        xi = shape(ratio)
        if not _SHAPES[0] <= xi <= _SHAPES[1]:
            return np.inf
        return float(np.log(xi / ratio)) + xi + 1.0

    least = -1.0 / float(y.max())
    grid = np.concatenate(
        [least * (1.0 - np.geomspace(1e-10, 0.999, 60)), [0.0], np.geomspace(1e-4, 1e4, 120)]
    )
    values = np.array([badness(ratio) for ratio in grid.tolist()])
    at = int(np.argmin(values))
    near = grid[max(0, at - 1)], grid[min(len(grid) - 1, at + 1)]
    from scipy.optimize import minimize_scalar  # a second to import: not before the first run

    found = minimize_scalar(badness, bounds=near, method="bounded", options={"xatol": 1e-12})
    ratio = float(found.x) if found.fun < values[at] else float(grid[at])
    if abs(ratio) < 1e-9:
        return mean, 0.0
    xi = shape(ratio)
    return xi / ratio * mean, xi
