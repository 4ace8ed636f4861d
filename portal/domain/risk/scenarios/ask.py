"""What scenarios are asked for: a method with its parameters, checked as a whole.

API: ``ScenarioAsk``, ``Method``, ``CovarianceKind``, ``Sampling``, ``Marginals``.
"""

from dataclasses import dataclass
from enum import StrEnum

from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.proxies import Missing

LEAST_WINDOW, MOST_WINDOW = 20, 5_000
MOST_SCENARIOS = 200_000
MOST_HORIZON = 250


class Method(StrEnum):
    """How scenarios come about."""

    HISTORICAL = "historical"
    AGE_WEIGHTED = "age_weighted"
    FILTERED_EWMA = "filtered_ewma"
    FILTERED_GARCH = "filtered_garch"
    PARAMETRIC = "parametric"
    MONTE_CARLO_NORMAL = "monte_carlo_normal"
    MONTE_CARLO_T = "monte_carlo_t"
    MONTE_CARLO_JUMP = "monte_carlo_jump"

    @property
    def simulates(self) -> bool:
        """Whether paths are drawn rather than days replayed."""
        return self.value.startswith("monte_carlo")


class CovarianceKind(StrEnum):
    """How a covariance is estimated."""

    SAMPLE = "sample"
    EWMA = "ewma"
    LEDOIT_WOLF = "ledoit_wolf"


class Sampling(StrEnum):
    """Which random numbers are drawn."""

    RANDOM = "random"
    ANTITHETIC = "antithetic"
    SOBOL = "sobol"


class Marginals(StrEnum):
    """Distribution of each factor under a copula."""

    HISTORICAL = "historical"
    STUDENT_T = "t"


@dataclass(frozen=True)
class ScenarioAsk:
    """A method and its parameters.

    Attributes
    ----------
    method : Method
        How scenarios come about.
    window : int
        Days of history, the newest ones.
    horizon_days : int
        Business days that a scenario spans.
    scenarios : int
        Paths of a Monte Carlo simulation.
    seed : int
        Of everything that is drawn.
    decay : float, optional
        Factor of one day: of weights by age (0.995 if None), of EWMA volatilities and covariances (0.94 if None).
    dof : float
        Degrees of freedom of the t copula; above 2.
    marginals : Marginals
        Of the t copula.
    covariance : CovarianceKind
        Of parametric and simulated scenarios. Nothing here inverts it, so the sample serves; shrinking it makes
        spreads between curves that move almost alike look riskier than they were.
    correlation_days : int
        Days of the overlapping moves that correlations are estimated from, 1 to 5; variances come from single days.
        Two days undo most of the bias to zero where markets close at different hours.
    sampling : Sampling
        Of simulated scenarios.
    variance_kept : float
        Share of variance that principal components keep at each of the two steps, in (0, 1].
    jump_threshold : float
        Robust standard deviations beyond which the move of a curve is a jump.
    caps : tuple of float
        Lowest and highest ratio of volatilities in filtered scenarios.
    missing : Missing
        What happens to days that some factors lack.

    Raises
    ------
    BadParameter
        A parameter is outside of what makes sense; the sentence says which and what to choose.
    """

    method: Method = Method.HISTORICAL
    window: int = 500
    horizon_days: int = 1
    scenarios: int = 10_000
    seed: int = 20_260_101
    decay: float | None = None
    dof: float = 5.0
    marginals: Marginals = Marginals.HISTORICAL
    covariance: CovarianceKind = CovarianceKind.SAMPLE
    correlation_days: int = 1
    sampling: Sampling = Sampling.ANTITHETIC
    variance_kept: float = 0.9999
    jump_threshold: float = 5.0
    caps: tuple[float, float] = (0.25, 4.0)
    missing: Missing = Missing.PROXY

    def __post_init__(self) -> None:
        for name, kind in _KINDS.items():
            object.__setattr__(self, name, _member(kind, name, getattr(self, name)))
        _between("window", self.window, LEAST_WINDOW, MOST_WINDOW, "days")
        _between("horizon_days", self.horizon_days, 1, MOST_HORIZON, "business days")
        _between("correlation_days", self.correlation_days, 1, 5, "days")
        _between("scenarios", self.scenarios, 1, MOST_SCENARIOS, "paths")
        _between("seed", self.seed, 0, 2**63 - 1, "as a seed")
        if self.decay is not None and not 0.0 < self.decay <= 1.0:
            _refuse("decay", self.decay, "The decay of a day lies above 0 and is at most 1, such as 0.97")
        if not 2.0 < self.dof <= 1e6:
            _refuse("dof", self.dof, "A t distribution has a variance only above 2 degrees of freedom")
        if not 0.0 < self.variance_kept <= 1.0:
            _refuse(
                "variance_kept", self.variance_kept, "The share of variance kept is above 0 and at most 1"
            )
        if not self.jump_threshold > 1.0:
            _refuse("jump_threshold", self.jump_threshold, "A jump is more than 1 standard deviation")
        if not 0.0 < self.caps[0] <= 1.0 <= self.caps[1]:
            _refuse("caps", self.caps, "Ratios of volatility are cut around 1, such as at 0.25 and 4")


_KINDS: dict[str, type[StrEnum]] = {
    "method": Method,
    "marginals": Marginals,
    "covariance": CovarianceKind,
    "sampling": Sampling,
    "missing": Missing,
}


def _member(kind: type[StrEnum], name: str, value: str) -> StrEnum:
    try:
        return kind(value)
    except ValueError:
        raise BadParameter(
            f"The {name} of scenarios is one of {', '.join(kind)}, not {value!r}.",
            name=name,
            value=value,
        ) from None


def _between(name: str, value: int, least: int, most: int, words: str) -> None:
    if not least <= value <= most:
        _refuse(name, value, f"The {name.replace('_', ' ')} is {least:,} to {most:,} {words}")


def _refuse(name: str, value: object, sentence: str) -> None:
    raise BadParameter(f"{sentence}, not {value}.", name=name, value=value)
