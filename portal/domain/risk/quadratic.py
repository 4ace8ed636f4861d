"""Exact tail of a quadratic P&L in normal factors: what delta-gamma VaR approximates.

API: ``delta_gamma(delta, gamma, covariance, level, theta_pnl=...) -> DeltaGamma``; ``QuadraticLoss`` with its moments,
tail probability, VaR and expected shortfall.

P&L = theta + delta.x + x.Gamma.x / 2 with x ~ N(0, Sigma). In the eigenvectors of the problem the loss is a sum of
independent ``b y + lambda y^2 / 2``, so its cumulant function K is known, and the tail is one integral of
``exp(K(s) - s x) / s`` (see ``quadratic_tail``).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter, LengthMismatch
from portal.domain.risk.cornish_fisher import CornishFisher, Moments, cornish_fisher, normal_quantile
from portal.domain.risk.inputs import as_covariance, as_pnl, require_level
from portal.domain.risk.quadratic_tail import StandardQuadratic

_FLAT = 1e-13  # curvature, in deviations, that changes nothing


@dataclass(frozen=True)
class DeltaGamma:
    """Delta-gamma figures, in EUR; VaR and expected shortfall are positive losses.

    Attributes
    ----------
    moments : Moments
        Of the P&L.
    var, es : float
        Exact.
    var_delta : float
        Delta alone: without theta and gamma.
    cornish_fisher3, cornish_fisher4 : CornishFisher
        Expansions with skewness, and with kurtosis too, for comparison.
    """

    moments: Moments
    var: float
    es: float
    var_delta: float
    cornish_fisher3: CornishFisher
    cornish_fisher4: CornishFisher


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class QuadraticLoss:
    """The loss ``shift + sum_j (b_j y_j + lam_j y_j^2 / 2)`` of independent standard normal y.

    Attributes
    ----------
    shift : float
        EUR.
    b, lam : ndarray of shape (k,)
        Linear and quadratic coefficients, EUR.
    """

    shift: float
    b: FloatArray1D
    lam: FloatArray1D

    @cached_property
    def moments(self) -> Moments:
        """Mean, deviation, skewness and excess kurtosis of the loss."""
        b2, lam = self.b**2, self.lam
        variance = float(np.sum(b2 + 0.5 * lam**2))
        third, fourth = (
            float(np.sum(3.0 * b2 * lam + lam**3)),
            float(np.sum(12.0 * b2 * lam**2 + 3.0 * lam**4)),
        )
        mean = self.shift + 0.5 * float(lam.sum())
        if variance <= 0.0:
            return Moments(mean, 0.0, 0.0, 0.0)
        return Moments(mean, float(np.sqrt(variance)), third / variance**1.5, fourth / variance**2)

    def var_and_es(self, level: float) -> tuple[float, float]:
        """Exact VaR and expected shortfall.

        Parameters
        ----------
        level : float
            Confidence c in (0, 1).

        Returns
        -------
        tuple of float
            EUR.

        Raises
        ------
        BadParameter
            The level is not in (0, 1).
        """
        require_level(level)
        known = self.moments
        if known.sd == 0.0:
            return known.mean, known.mean
        var, es = self._standard().tail(level)
        return known.mean + known.sd * var, known.mean + known.sd * es

    def exceedance(self, loss: float) -> float:
        """Chance of a loss above ``loss``.

        Parameters
        ----------
        loss : float
            EUR.

        Returns
        -------
        float
            Probability.
        """
        known = self.moments
        if known.sd == 0.0:
            return float(known.mean > loss)
        return self._standard().exceedance((loss - known.mean) / known.sd)

    def _standard(self) -> StandardQuadratic:
        """The same loss with mean 0 and deviation 1; parts without curvature are one normal part."""
        known = self.moments
        b, lam = self.b / known.sd, self.lam / known.sd
        flat = np.abs(lam) < _FLAT
        line = float(np.sqrt(np.sum(b[flat] ** 2)))
        curved = ~flat
        return StandardQuadratic(
            (self.shift - known.mean) / known.sd, np.append(b[curved], line), np.append(lam[curved], 0.0)
        )


def delta_gamma(
    delta: ArrayLike, gamma: ArrayLike, covariance: ArrayLike, level: float, *, theta_pnl: float = 0.0
) -> DeltaGamma:
    """Return delta-gamma VaR and expected shortfall: exact, by delta alone, and by Cornish-Fisher.

    Parameters
    ----------
    delta : array_like of shape (k,)
        EUR for a move of 1 in each factor.
    gamma : array_like of shape (k, k)
        Second derivatives, EUR for the square of a move of 1.
    covariance : array_like of shape (k, k)
        Covariance of the moves over the horizon, mean zero.
    level : float
        Confidence c in (0, 1).
    theta_pnl : float, default 0
        P&L of time passing over the horizon, EUR.

    Returns
    -------
    DeltaGamma
        All figures.

    Raises
    ------
    LengthMismatch
        The shapes do not belong together.
    NotPositiveSemidefinite
        The matrix is no covariance.
    SeriesHasNaN
        A number is missing.
    BadParameter
        The level is not in (0, 1), or gamma is not symmetric.

    References
    ----------
    Imhof (1961), "Computing the distribution of quadratic forms in normal variables", Biometrika 48.
    Rouvinez (1997), "Going Greek with VaR", Risk 10.

    Examples
    --------
    >>> round(delta_gamma([0.0], [[-2.0]], [[1.0]], 0.99).var, 6)
    6.634897
    """
    loss = quadratic_loss(delta, gamma, covariance, theta_pnl=theta_pnl)
    var, es = loss.var_and_es(level)
    found = loss.moments
    pnl = Moments(-found.mean, found.sd, -found.skewness, found.excess_kurtosis)
    linear = QuadraticLoss(0.0, *_coefficients(as_pnl(delta), None, covariance)).moments.sd
    return DeltaGamma(
        pnl,
        var,
        es,
        normal_quantile(level) * linear,
        cornish_fisher(pnl, level, order=3),
        cornish_fisher(pnl, level),
    )


def quadratic_loss(
    delta: ArrayLike, gamma: ArrayLike, covariance: ArrayLike, *, theta_pnl: float = 0.0
) -> QuadraticLoss:
    """Return the loss of a book with deltas and gammas in independent parts.

    Parameters
    ----------
    delta : array_like of shape (k,)
        EUR for a move of 1 in each factor.
    gamma : array_like of shape (k, k)
        Second derivatives, EUR for the square of a move of 1.
    covariance : array_like of shape (k, k)
        Covariance of the moves, mean zero.
    theta_pnl : float, default 0
        P&L of time passing, EUR.

    Returns
    -------
    QuadraticLoss
        The loss.

    Raises
    ------
    LengthMismatch, NotPositiveSemidefinite, SeriesHasNaN, BadParameter
        As `delta_gamma`.
    """
    first, second = as_pnl(delta), as_pnl(gamma)
    if first.ndim != 1 or second.shape != (len(first), len(first)):
        raise LengthMismatch(
            f"Deltas of shape {first.shape} need gammas of shape ({len(first)}, {len(first)}), not {second.shape}.",
            first=first.shape,
            second=second.shape,
        )
    if not np.allclose(second, second.T, rtol=1e-9, atol=1e-9 * float(np.abs(second).max())):
        raise BadParameter("A gamma matrix must be symmetric; this one is not.", name="gamma", value=None)
    if not np.isfinite(theta_pnl):
        raise BadParameter("The P&L of time passing must be a number.", name="theta_pnl", value=theta_pnl)
    return QuadraticLoss(-theta_pnl, *_coefficients(first, second, covariance))


def _coefficients(
    delta: FloatArray1D, gamma: NDArray[np.float64] | None, covariance: ArrayLike
) -> tuple[FloatArray1D, FloatArray1D]:
    """Coefficients of the loss in independent standard normals; a singular covariance is no obstacle."""
    values, vectors = np.linalg.eigh(as_covariance(covariance, len(delta)))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    if gamma is None:
        return -(root.T @ delta), np.zeros(len(delta))
    lam, turn = np.linalg.eigh(-(root.T @ (0.5 * (gamma + gamma.T)) @ root))
    return -(turn.T @ (root.T @ delta)), lam
