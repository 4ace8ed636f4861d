"""Exponential smoothing in state space form (ETS): the models, their recursion, forecasts and paths.

API: ``EtsSpec``, ``read_spec("AAdA")``, ``EtsStates``, ``EtsFit``; fitted by ``ets_fit.fit_ets``.

One recursion serves all models: with the error ``e`` in the unit of the series, level and trend move by ``e`` over the
season where that multiplies, and the season by ``e`` over the level where it multiplies.
"""

from dataclasses import dataclass

import numpy as np

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter

SIMULATIONS = 4000
TRENDS, SEASONS, ERRORS = ("N", "A", "Ad"), ("N", "A", "M"), ("A", "M")


@dataclass(frozen=True)
class EtsSpec:
    """Error (A, M), trend (N, A, Ad) and season (N, A, M) of a model.

    Attributes
    ----------
    error, trend, season : str
        Letters of the taxonomy of Hyndman et al.; "Ad" is a damped trend.
    """

    error: str
    trend: str
    season: str

    @property
    def name(self) -> str:
        """Such as ``AAdA``."""
        return f"{self.error}{self.trend}{self.season}"

    @property
    def multiplies(self) -> bool:
        """Whether a part multiplies, so that all values must be above zero."""
        return "M" in (self.error, self.season)

    def additive(self) -> "EtsSpec":
        """The same with parts that add up."""
        return EtsSpec("A", self.trend, "N" if self.season == "N" else "A")


def read_spec(text: str) -> EtsSpec:
    """Read letters such as ``ANN``, ``AAdA`` or ``MAM``.

    Parameters
    ----------
    text : str
        Error, trend and season.

    Returns
    -------
    EtsSpec
        The specification.

    Raises
    ------
    BadParameter
        The letters name no model.
    """
    error, trend, season = text[:1], text[1:-1], text[-1:]
    if error not in ERRORS or trend not in TRENDS or season not in SEASONS:
        raise BadParameter(
            f"'{text}' names no ETS model; write error (A, M), trend (N, A, Ad) and season (N, A, M), such as ANA.",
            name="spec",
            value=text,
        )
    return EtsSpec(error, trend, season)


@dataclass(frozen=True)
class EtsStates:
    """States at one time.

    Attributes
    ----------
    level, trend : float
        Level, and its change a step (0 without a trend).
    season : tuple of float
        Effects of the next steps, one season long; empty without one.
    """

    level: float
    trend: float = 0.0
    season: tuple[float, ...] = ()


@dataclass(frozen=True)
class EtsWeights:
    """Smoothing weights; those that a model does not have are 0, and its damping is 1.

    Attributes
    ----------
    alpha, beta, gamma : float
        Weights of the error in level, trend and season.
    phi : float
        Share of the trend that is left after a step.
    """

    alpha: float
    beta: float = 0.0
    gamma: float = 0.0
    phi: float = 1.0


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class EtsFit:
    """A fitted model.

    Attributes
    ----------
    spec : EtsSpec
        What was fitted.
    weights : EtsWeights
        Estimates.
    states : EtsStates
        After the last value.
    errors : ndarray of shape (n,)
        One-step errors, relative ones where errors multiply.
    fitted : ndarray of shape (n,)
        One-step forecasts.
    parameters : int
        Estimated weights and initial states, and the variance.
    """

    spec: EtsSpec
    weights: EtsWeights
    states: EtsStates
    errors: FloatArray1D
    fitted: FloatArray1D
    parameters: int

    @property
    def log_likelihood(self) -> float:
        """Concentrated log-likelihood without constants: ``-n/2 ln(sum e^2) - sum ln|fitted|``, as R has it."""
        scale = float(np.log(np.abs(self.fitted)).sum()) if self.spec.error == "M" else 0.0
        return -0.5 * len(self.errors) * float(np.log(np.square(self.errors).sum())) - scale

    @property
    def aic(self) -> float:
        """Twice the number of parameters less twice the log-likelihood."""
        return 2.0 * (self.parameters - self.log_likelihood)

    @property
    def aicc(self) -> float:
        """The same with the correction for short series; infinite with as many parameters as values."""
        n, k = len(self.errors), self.parameters
        return self.aic + 2.0 * k * (k + 1.0) / (n - k - 1.0) if n > k + 1 else float("inf")

    @property
    def sigma(self) -> float:
        """Standard deviation of one-step errors (of relative ones where errors multiply)."""
        spent = min(self.parameters, len(self.errors) - 1)
        return float(np.sqrt(np.square(self.errors).sum() / (len(self.errors) - spent)))

    def forecast(self, horizon: int) -> FloatArray1D:
        """The path without shocks.

        Parameters
        ----------
        horizon : int
            Steps.

        Returns
        -------
        ndarray of shape (horizon,)
            In the unit of the series.
        """
        steps = np.arange(horizon)
        damped = np.cumsum(self.weights.phi ** (steps + 1.0))
        path: FloatArray1D = self.states.level + self.states.trend * damped
        if self.spec.season == "N":
            return path
        season = np.array(self.states.season)[steps % len(self.states.season)]
        whole: FloatArray1D = path * season if self.spec.season == "M" else path + season
        return whole

    def deviation(self, horizon: int) -> FloatArray1D:
        """Standard deviations of the steps ahead, of a model whose parts add up.

        Parameters
        ----------
        horizon : int
            Steps.

        Returns
        -------
        ndarray of shape (horizon,)
            In the unit of the series.

        References
        ----------
        Hyndman, Koehler, Ord and Snyder (2008), Forecasting with Exponential Smoothing, table 6.2.
        """
        weights, back = self.weights, np.arange(1, horizon)
        effect = weights.alpha + weights.beta * np.cumsum(weights.phi**back)
        if self.states.season:
            effect = effect + weights.gamma * (back % len(self.states.season) == 0)
        grown: FloatArray1D = np.sqrt(1.0 + np.concatenate([[0.0], np.cumsum(np.square(effect))]))
        return self.sigma * grown

    def simulate(self, horizon: int, seed: int) -> FloatArray2D:
        """Draw paths with normal shocks.

        Parameters
        ----------
        horizon : int
            Steps.
        seed : int
            Of the shocks.

        Returns
        -------
        ndarray of shape (horizon, 4000)
            Paths in the unit of the series.
        """
        weights, times = self.weights, self.spec.season == "M"
        shocks = np.random.default_rng(seed).standard_normal((horizon, SIMULATIONS)) * self.sigma
        level: FloatArray1D = np.full(SIMULATIONS, self.states.level)
        trend: FloatArray1D = np.full(SIMULATIONS, self.states.trend)
        seasons = [np.full(SIMULATIONS, effect) for effect in self.states.season]
        paths = np.empty((horizon, SIMULATIONS))
        for step, shock in enumerate(shocks):
            base = level + weights.phi * trend
            season = seasons[step % len(seasons)] if seasons else np.zeros(SIMULATIONS)
            mean = base * season if times else base + season
            error = mean * shock if self.spec.error == "M" else shock
            paths[step] = mean + error
            over = error / season if times else error
            level, trend = base + weights.alpha * over, weights.phi * trend + weights.beta * over
            if seasons:
                seasons[step % len(seasons)] = season + weights.gamma * (error / base if times else error)
        return paths
