"""What a GARCH model is and what its fit says; fitted by ``garch.fit_garch``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core.arrays import FloatArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.market.garch_forecast import (
    VarianceTermStructure,
    half_life,
    long_run_variance,
    term_structure_of,
    variance_term_structure,
)
from portal.domain.market.garch_likelihood import Shape

_OWN_MEANS = {"constant": True, "zero": False}
_OWN_DISTRIBUTIONS = {"normal": False, "gaussian": False, "t": True, "studentst": True}


class Presample(StrEnum):
    """What stands for the squared residual and the variance before the first observation."""

    BACKCAST = "backcast"  # of the library arch: decaying mean square of the first 75 residuals
    MEAN_SQUARE = "mean_square"  # of the benchmark and of R fGarch: mean of all squared residuals


class Engine(StrEnum):
    """Who maximises the likelihood."""

    ARCH = "arch"
    OWN = "own"


@dataclass(frozen=True)
class GarchSpec:
    """A volatility model; names are those of the library ``arch``.

    Attributes
    ----------
    vol : str
        GARCH, ARCH, EGARCH, APARCH, FIGARCH or HARCH.
    p, o, q : int
        Orders: squared returns (HARCH: or the list of its spans), asymmetric term, past variances.
    power : float
        Power of the recursion, 2 for variances.
    mean : str
        Constant, Zero, AR or HAR.
    lags : int or sequence of int
        Lags of an AR or HAR mean.
    dist : str
        normal, t, skewt or ged.
    presample : Presample
        Start of the recursion; `MEAN_SQUARE` needs GARCH with power 2, a zero or constant mean, normal or t.
    """

    vol: str = "GARCH"
    p: int | Sequence[int] = 1
    o: int = 0
    q: int = 1
    power: float = 2.0
    mean: str = "Constant"
    lags: int | Sequence[int] = 0
    dist: str = "normal"
    presample: Presample = Presample.BACKCAST

    @property
    def title(self) -> str:
        """The model in words, for messages and headings."""
        return f"{self.vol}({self.p},{self.o},{self.q}) with mean {self.mean} and {self.dist} shocks"

    def shape(self) -> Shape | None:
        """The same model for our own likelihood, or None where that does not have it."""
        mean = _OWN_MEANS.get(self.mean.lower())
        student = _OWN_DISTRIBUTIONS.get(self.dist.lower())
        if self.vol.lower() not in {"garch", "arch"} or self.power != 2.0 or not isinstance(self.p, int):
            return None
        if mean is None or student is None:
            return None
        orders = (0, 0) if self.vol.lower() == "arch" else (self.o, self.q)
        return Shape(self.p, *orders, mean, student, self.presample is Presample.MEAN_SQUARE)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class GarchFit:
    """A fitted volatility model; variances are in the squared unit of the returns.

    Attributes
    ----------
    spec : GarchSpec
        What was fitted.
    engine : Engine
        Who fitted it.
    params, standard_errors : mapping of str to float
        Estimates and their robust (sandwich) standard errors, NaN where these do not exist.
    log_likelihood : float
        At the maximum found.
    n : int
        Number of returns.
    residuals, conditional_variance : ndarray of shape (n,)
        Returns less their mean, and the variance forecast of each day; NaN for the lags of an AR mean.
    variance_forecast : ndarray of shape (horizon,)
        Expected variance of day 1 to day ``horizon`` after the last return.
    converged : bool
        Whether the optimiser says so; show a warning when it does not.
    simulated : bool
        Forecasts beyond day 1 come from simulation, because the model has no closed form.
    """

    spec: GarchSpec
    engine: Engine
    params: Mapping[str, float]
    standard_errors: Mapping[str, float]
    log_likelihood: float
    n: int
    residuals: FloatArray1D
    conditional_variance: FloatArray1D
    variance_forecast: FloatArray1D
    converged: bool
    simulated: bool

    @property
    def persistence(self) -> float | None:
        """Share of a variance shock left after one day; None for models without a plain persistence."""
        if self.spec.vol.lower() not in {"garch", "arch"} or self.spec.power != 2.0:
            return None
        weights = {"alpha": 1.0, "gamma": 0.5, "beta": 1.0}
        return sum(
            weights.get(name.split("[")[0], 0.0) * value for name, value in self.params.items() if "[" in name
        )

    @property
    def long_run_variance(self) -> float | None:
        """Level that the forecasts go to; None when there is none."""
        kept = self.persistence
        return None if kept is None else long_run_variance(self.params["omega"], kept)

    @property
    def half_life_days(self) -> float | None:
        """Days until half of a variance shock is gone."""
        kept = self.persistence
        return None if kept is None else half_life(kept)

    def term_structure(self, horizons: Sequence[int]) -> VarianceTermStructure:
        """Variance by horizon.

        Parameters
        ----------
        horizons : sequence of int
            Days ahead; up to the fitted ``horizon``, or any for GARCH(1,1) and GJR(1,1,1).

        Returns
        -------
        VarianceTermStructure
            Daily and cumulative variance, and the comparison with square-root-of-time scaling.

        Raises
        ------
        BadParameter
            A horizon lies beyond what was forecast.
        """
        shape = self.spec.shape()
        if shape is not None and shape.p == 1 and shape.q == 1 and shape.o <= 1:
            weights = {name.split("[")[0]: value for name, value in self.params.items() if "[" in name}
            return variance_term_structure(
                float(self.variance_forecast[0]), horizons, omega=self.params["omega"], **weights
            )
        if max(horizons) > len(self.variance_forecast):
            raise BadParameter(
                f"This fit forecasts {len(self.variance_forecast)} days, not {max(horizons)}; fit again with "
                "a longer horizon.",
                name="horizons", value=max(horizons),
            )  # fmt: skip
        return term_structure_of(
            self.variance_forecast, horizons, self.half_life_days, self.long_run_variance
        )
