"""The tail integral of a standardised quadratic loss, to rounding error and in milliseconds.

API: ``StandardQuadratic(shift, b, lam)`` with ``tail(level)`` and ``exceedance(x)``.

The integral of ``exp(K(s) - s x) / s`` is taken on two rays from the saddle point, bent away from the oscillations,
where the trapezoid rule in the double-exponential variable converges geometrically: also for one factor, where the
integral of Gil-Pelaez along the imaginary axis decays like ``t^-1.5``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D
from portal.domain.risk.cornish_fisher import normal_quantile

ANGLES = tuple(np.deg2rad([60.0, 120.0, 70.0, 110.0, 80.0, 100.0, 90.0]))
_STEP = 1.0 / 32.0  # of the trapezoid rule: error below exp(-2 pi (15 degrees) 32)
_NEGLIGIBLE = 40.0  # logarithm of the size at which the integrand no longer counts
_GROWTH = 3.0  # logarithm of the growth along a ray that is accepted
_ROUNDS = 200
_TINY = 1e-290


@dataclass(frozen=True, eq=False)
class StandardQuadratic:
    """The loss ``shift + sum_j (b_j y_j + lam_j y_j^2 / 2)`` with mean 0 and deviation 1.

    Attributes
    ----------
    shift : float
        Deviations.
    b, lam : ndarray of shape (k,)
        Linear and quadratic coefficients, deviations.
    """

    shift: float
    b: FloatArray1D
    lam: FloatArray1D

    def tail(self, level: float) -> tuple[float, float]:
        """Quantile by Newton's method within Cantelli's bounds, a contour for each stretch of the way; and tail mean.

        Parameters
        ----------
        level : float
            Confidence c in (0, 1).

        Returns
        -------
        tuple of float
            Quantile at c and mean beyond it, deviations.
        """
        mass, (first, last), vertex = 1.0 - level, self._support(), self._vertex()
        low, high = max(first, -np.sqrt(mass / level)), min(last, np.sqrt(level / mass))
        x = at = min(max(normal_quantile(level), low), high)
        if not low < x < high:
            x = at = 0.5 * (low + high)
        contour = self._contour(x)
        for _ in range(_ROUNDS):
            if abs(x - at) > 0.25 * min(1.0, abs(at - vertex)):
                contour, at = self._contour(x), x
            chance, density, _ = contour.integrals(x)
            low, high = (x, high) if chance > mass else (low, x)
            step = float(np.log(chance / mass)) * chance / density if min(chance, density) > _TINY else np.inf
            if abs(step) < 1e-13 * max(1.0, abs(x)) or high - low < 1e-14 * max(1.0, abs(x)):
                if at == x:
                    break
                contour, at = self._contour(x), x
            else:
                x = x + step if low < x + step < high else 0.5 * (low + high)
        return x, x + contour.integrals(x)[2] / mass

    def exceedance(self, x: float) -> float:
        """Chance of a loss beyond x.

        Parameters
        ----------
        x : float
            Deviations.

        Returns
        -------
        float
            Probability.
        """
        low, high = self._support()
        return 1.0 if x <= low else 0.0 if x >= high else float(self._contour(x).integrals(x)[0])

    def _vertex(self) -> float:
        """Where the curved parts turn: on one side of it the integrand falls to the right, on the other to the left."""
        curved = self.lam != 0.0
        return self.shift - float(np.sum(self.b[curved] ** 2 / (2.0 * self.lam[curved])))

    def _support(self) -> tuple[float, float]:
        """Ends of the loss; infinite unless all parts bend the same way."""
        lam = self.lam[(self.lam != 0.0) | (self.b != 0.0)]
        vertex = self._vertex()
        return vertex if (lam > 0.0).all() else -np.inf, vertex if (lam < 0.0).all() else np.inf

    def _slope(self, s: float) -> float:
        """Derivative of the cumulant function on the real axis."""
        left = 1.0 - self.lam * s
        parts = 0.5 * self.lam / left + self.b**2 * (s / left + 0.5 * self.lam * s**2 / left**2)
        return self.shift + float(parts.sum())

    def cumulant(self, s: NDArray[np.complex128]) -> NDArray[np.complex128]:
        """Logarithm of the mean of ``exp(s loss)``.

        Parameters
        ----------
        s : ndarray of shape (m,), complex
            Points off the real axis, or on it between the singularities.

        Returns
        -------
        ndarray of shape (m,), complex
            K(s).
        """
        left = 1.0 - self.lam[:, None] * s
        parts = -0.5 * np.log(left) + self.b[:, None] ** 2 * s**2 / (2.0 * left)
        found: NDArray[np.complex128] = self.shift * s + parts.sum(axis=0)
        return found

    def _saddle(self, x: float) -> float:
        """The point on the real axis where ``exp(K(s) - s x) / s`` is least."""
        end = 1.0 / float(self.lam.max()) if self.lam.max() > 0.0 else np.inf
        low, high = 1e-9, min(1.0, 0.5 * end)

        def slope(s: float) -> float:
            return self._slope(s) - x - 1.0 / s

        while slope(low) > 0.0 and low > 1e-200:
            low *= 1e-3
        while slope(high) < 0.0 and high < 1e100:
            high = 2.0 * high if np.isinf(end) else end - 0.5 * (end - high)
        from scipy.optimize import brentq  # a second to import: not before the first run

        return float(brentq(slope, low, high, xtol=1e-300, rtol=1e-8))

    def _contour(self, x: float) -> "Contour":
        """The ray on which the integrand is forgotten soonest, without growing first."""
        base = self._saddle(x)
        end = 1.0 / float(self.lam.max()) - base if self.lam.max() > 0.0 else np.inf
        near = min(base, end)
        grid = near * np.exp(np.linspace(-3.0, 60.0, 190))
        best: tuple[float, float] | None = None
        for angle in ANGLES:
            s = base + grid * np.exp(1j * angle)
            with np.errstate(over="ignore", invalid="ignore"):
                size = np.real(self.cumulant(s) - s * x) - np.log(np.abs(s))
            size = np.where(np.isnan(size), np.inf, size)
            if size.max() > size[0] + _GROWTH and angle != ANGLES[-1]:
                continue
            alive = np.flatnonzero(size > size[0] - _NEGLIGIBLE)
            reach = float(grid[min(int(alive[-1]) + 1, len(grid) - 1)])
            if best is None or reach < best[0]:
                best = reach, float(angle)
        reach, angle = best or (float(grid[-1]), float(ANGLES[-1]))
        u = np.arange(-3.6, np.log(reach / near) + 0.5, _STEP)
        r = near * np.exp(u - np.exp(-u))
        turn = np.exp(1j * angle)
        s = base + r * turn
        return Contour(s, self.cumulant(s), turn * r * (1.0 + np.exp(-u)) * _STEP)


@dataclass(frozen=True, eq=False)
class Contour:
    """Nodes of a ray from the saddle point, the cumulant function there, and the weights."""

    s: NDArray[np.complex128]
    cumulant: NDArray[np.complex128]
    weight: NDArray[np.complex128]

    def integrals(self, x: float) -> tuple[float, float, float]:
        """Chance beyond x, density at x, and mean excess over x times the chance.

        Parameters
        ----------
        x : float
            Deviations, not far from where the contour was made.

        Returns
        -------
        tuple of float
            Probability, density, deviations times probability.
        """
        kernel = np.exp(self.cumulant - self.s * x) * self.weight / np.pi
        return (
            float(np.imag(np.sum(kernel / self.s))),
            float(np.imag(np.sum(kernel))),
            float(np.imag(np.sum(kernel / self.s**2))),
        )
