"""The tests of a backtest as rows: what each asks, its statistic and p value, and the verdict in a word."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.domain.risk.backtests.christoffersen import FEW_EXCEPTIONS
from portal.domain.risk.backtests.run import Backtest
from portal.domain.risk.backtests.shortfall import TEST_LEVEL, ShortfallTests

ACCEPTED, REJECTED, POWERLESS = "accepted", "rejected", "no power"
Read = Callable[[Backtest], float]
ReadShortfall = Callable[[ShortfallTests], float]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One test; ``needs`` are the exceptions below which it says nothing either way."""

    code: str
    title: str
    asks: str
    statistic: Callable[[Backtest], float | None]
    p_value: Callable[[Backtest], float | None]
    needs: int = 0

    def p(self, found: Backtest) -> float | None:
        """Return the p value; None when the test has no power, or there is nothing to test."""
        return self.p_value(found) if found.exceptions >= self.needs else None

    def verdict(self, found: Backtest) -> str:
        """Return what the test says, in a word."""
        value = self.p(found)
        if value is None:
            return POWERLESS
        return REJECTED if value < TEST_LEVEL else ACCEPTED


def _of_shortfall(read: ReadShortfall) -> Callable[[Backtest], float | None]:
    return lambda found: None if found.shortfall is None else read(found.shortfall)


TESTS = (
    Criterion(
        "kupiec", "Proportion of failures (Kupiec)", "Are there as many exceptions as promised?",
        lambda found: found.failures.statistic, lambda found: found.failures.p_value,
    ),
    Criterion(
        "binomial", "Exact binomial, too many", "Could so many exceptions be chance?",
        lambda found: found.tails.z, lambda found: found.tails.at_least,
    ),
    Criterion(
        "traffic_light", "Basel traffic light", "In which zone is the count?",
        lambda found: found.light.cumulative_probability, lambda found: found.light.type1_probability,
    ),
    Criterion(
        "tuff", "Time until first failure (TUFF)", "Did the first exception come too early or too late?",
        lambda found: found.first_failure.statistic, lambda found: found.first_failure.p_value,
    ),
    Criterion(
        "independence", "Independence (Christoffersen)", "Does one exception follow another?",
        lambda found: found.runs.statistic, lambda found: found.runs.p_value, FEW_EXCEPTIONS,
    ),
    Criterion(
        "coverage", "Conditional coverage (Christoffersen)", "Right in number, and independent?",
        lambda found: found.coverage.statistic, lambda found: found.coverage.p_value, FEW_EXCEPTIONS,
    ),
    Criterion(
        "tbf", "Time between failures", "Are the waits between exceptions as long as promised?",
        lambda found: found.waits.independence.statistic, lambda found: found.waits.independence.p_value, 1,
    ),
    Criterion(
        "haas", "Mixed Kupiec (Haas)", "Right in number, with the waits as promised?",
        lambda found: found.waits.mixed.statistic, lambda found: found.waits.mixed.p_value,
    ),
    Criterion(
        "z1", "Acerbi-Szekely Z1", "Given exceptions, are losses as large as ES says?",
        _of_shortfall(lambda tests: tests.z1), _of_shortfall(lambda tests: tests.z1_p_value), FEW_EXCEPTIONS,
    ),
    Criterion(
        "z2", "Acerbi-Szekely Z2", "Are exceptions as many and as large as ES says?",
        _of_shortfall(lambda tests: tests.z2), _of_shortfall(lambda tests: tests.z2_p_value),
    ),
    Criterion(
        "du_mean", "Du-Escanciano, mean", "Is the mean violation of the tail as promised?",
        _of_shortfall(lambda tests: tests.unconditional.statistic),
        _of_shortfall(lambda tests: tests.unconditional.p_value),
    ),
    Criterion(
        "du_dependence", "Du-Escanciano, dependence", "Do violations of the tail follow each other?",
        _of_shortfall(lambda tests: tests.conditional.statistic),
        _of_shortfall(lambda tests: tests.conditional.p_value), FEW_EXCEPTIONS,
    ),
    Criterion(
        "residuals", "Exceedance residuals (McNeil-Frey)", "On exceptions, is the loss ES on average?",
        _of_shortfall(lambda tests: tests.residuals.t),
        _of_shortfall(lambda tests: tests.residuals.p_value), FEW_EXCEPTIONS,
    ),
)  # fmt: skip
"""In the order of the page: of the count, of the waits, of expected shortfall."""

BY_CODE = {test.code: test for test in TESTS}
