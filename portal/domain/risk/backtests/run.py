"""All tests of one series of forecasts, with what can and cannot be concluded said in sentences.

API: ``run_backtest(pnl, var, es=None, level=...) -> Backtest``.
"""

from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import BoolArray1D, FloatLike1D, IntArray1D
from portal.domain.risk.backtests.base import LikelihoodRatio, check_forecasts, check_level, exceptions
from portal.domain.risk.backtests.christoffersen import (
    FEW_EXCEPTIONS,
    Transitions,
    conditional_coverage,
    independence,
    transitions,
)
from portal.domain.risk.backtests.pof import (
    BinomialTails,
    accepted_counts,
    binomial_tails,
    proportion_of_failures,
)
from portal.domain.risk.backtests.shortfall import TEST_LEVEL, ShortfallTests, judge_shortfall
from portal.domain.risk.backtests.tbf import TimeBetweenFailures, time_between_failures
from portal.domain.risk.backtests.traffic_light import TrafficLight, traffic_light
from portal.domain.risk.backtests.tuff import time_until_first_failure


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Backtest:
    """Everything that one backtest says. All statistics are finite, also without exceptions and with nothing else.

    Attributes
    ----------
    level : float
        Confidence of the forecasts.
    n : int
        Days.
    positions : ndarray of shape (exceptions,), int
        Positions of the exceptions from 0.
    expected : float
        Exceptions that the level promises.
    longest_run : int
        Most exceptions on days that follow each other.
    accepted : tuple of int
        Least and most exceptions that Kupiec's test accepts.
    failures, first_failure, runs, coverage : LikelihoodRatio
        Proportion of failures, time until first failure, independence, conditional coverage.
    waits : TimeBetweenFailures
        Haas's tests.
    tails : BinomialTails
        Exact one-sided probabilities of the count.
    counts : Transitions
        Pairs of neighbouring days.
    light : TrafficLight
        Zone, plus factor and multipliers.
    mean_var : float
        Mean VaR forecast.
    shortfall : ShortfallTests or None
        Tests of ES; None when there is none to test.
    findings : tuple of str
        What was found and what cannot be concluded, as sentences.
    """

    level: float
    n: int
    positions: IntArray1D
    expected: float
    longest_run: int
    accepted: tuple[int, int]
    failures: LikelihoodRatio
    first_failure: LikelihoodRatio
    runs: LikelihoodRatio
    coverage: LikelihoodRatio
    waits: TimeBetweenFailures
    tails: BinomialTails
    counts: Transitions
    light: TrafficLight
    mean_var: float
    shortfall: ShortfallTests | None
    findings: tuple[str, ...]

    @property
    def exceptions(self) -> int:
        """Days on which the loss was above VaR."""
        return len(self.positions)

    def p_values(self) -> dict[str, float]:
        """P values of the tests that have one, by their name for people.

        Returns
        -------
        dict of str to float
            In the order in which a page shows them; tests without power are left out.
        """
        found = {
            "proportion of failures": self.failures.p_value,
            "time until first failure": self.first_failure.p_value,
            "time between failures": self.waits.mixed.p_value,
        }
        if self.exceptions >= FEW_EXCEPTIONS:
            found |= {"independence": self.runs.p_value, "conditional coverage": self.coverage.p_value}
        if self.shortfall is not None:
            found |= {
                "Acerbi-Szekely Z2": self.shortfall.z2_p_value,
                "Du-Escanciano, mean": self.shortfall.unconditional.p_value,
            }
            if self.shortfall.exceptions >= FEW_EXCEPTIONS:
                found |= {
                    "Acerbi-Szekely Z1": self.shortfall.z1_p_value,
                    "Du-Escanciano, dependence": self.shortfall.conditional.p_value,
                    "exceedance residuals": self.shortfall.residuals.p_value,
                }
        return found


def run_backtest(
    pnl: FloatLike1D,
    var: FloatLike1D,
    es: FloatLike1D | None = None,
    *,
    level: float,
    scale: FloatLike1D | None = None,
    tail: str = "normal",
) -> Backtest:
    """Hold P&L against the forecasts that were made the day before.

    Parameters
    ----------
    pnl : array_like of shape (n,)
        One-day P&L, oldest first: hypothetical (positions frozen) or actual (without fees and new deals).
    var : array_like of shape (n,)
        VaR forecasts of the same days, positive losses in the same unit.
    es : array_like of shape (n,), optional
        ES forecasts at the same level.
    level : float
        Confidence in (0, 1).
    scale : array_like of shape (n,), optional
        Volatility forecasts, to standardise exceedance residuals with.
    tail : str, default "normal"
        Shape of losses under which Z1 and Z2 are judged, see `acerbi_szekely_null.TAILS`.

    Returns
    -------
    Backtest
        All statistics, p values, zones and sentences.

    Raises
    ------
    BadParameter
        The level is not inside (0, 1).
    SeriesHasNaN
        A value is missing; the message says which.
    LengthMismatch
        The lengths differ.
    InsufficientHistory
        There is no day.
    """
    p = check_level(level)
    made, forecast, shortfall = check_forecasts(pnl, var, es)
    hits = exceptions(made, forecast)
    positions, n = np.flatnonzero(hits), len(made)
    failures = proportion_of_failures(len(positions), n, p)
    counts = transitions(hits)
    runs = independence(counts)
    tested, notes = (
        (None, ())
        if shortfall is None
        else judge_shortfall(made, forecast, shortfall, p, scale=scale, tail=tail)
    )
    found = Backtest(
        level=level,
        n=n,
        positions=positions,
        expected=n * p,
        longest_run=_longest_run(hits),
        accepted=accepted_counts(n, p, test_level=TEST_LEVEL),
        failures=failures,
        first_failure=time_until_first_failure(positions, n, p),
        runs=runs,
        coverage=conditional_coverage(failures, runs),
        waits=time_between_failures(positions, n, p),
        tails=binomial_tails(len(positions), n, p),
        counts=counts,
        light=traffic_light(len(positions), n, p),
        mean_var=float(np.mean(forecast)),
        shortfall=tested,
        findings=(),
    )
    return replace(found, findings=(*_sentences(found), *notes))


def _longest_run(hits: BoolArray1D) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], hits, [False]]).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max(initial=0))


def _sentences(found: Backtest) -> list[str]:
    count, (least, most) = found.exceptions, found.accepted
    days = "1 day" if found.n == 1 else f"{found.n:,} days"
    times = "1 exception" if count == 1 else f"{count} exceptions"
    said = [f"{times} in {days}, where {found.expected:.4g} are expected; {least} to {most} are accepted."]
    if count > most:
        said.append("There are too many exceptions: the model understates risk.")
    elif count < least:
        said.append(
            "There are too few exceptions: the model overstates risk, or the P&L is not the one forecast."
        )
    if count < FEW_EXCEPTIONS:
        said.append(
            f"With fewer than {FEW_EXCEPTIONS} exceptions the tests of independence have no power: "
            "they can neither accept nor reject."
        )
    elif found.runs.rejects(TEST_LEVEL):
        said.append("Exceptions come in clusters: the model follows changes of volatility too slowly.")
    if found.expected < FEW_EXCEPTIONS and found.light.zone == "green" and count <= most:
        said.append(
            f"Over {days} only {found.expected:.3g} exceptions are expected: a wrong model may well pass; "
            "choose a longer period or a lower level."
        )
    if found.shortfall is not None and found.shortfall.z2 < found.shortfall.z2_critical:
        said.append(
            f"Losses beyond VaR are more or larger than ES says (Z2 {found.shortfall.z2:.2f}, "
            f"critical {found.shortfall.z2_critical:.2f})."
        )
    return said
