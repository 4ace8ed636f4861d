"""What a version must show before it may become champion: each demand with a sentence, passed or not.

API: ``GateRule``, ``RULE``, ``Evidence``, ``Reason``, ``Gate``, ``judge(evidence, rule)``.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class GateRule:
    """What is demanded.

    Attributes
    ----------
    least_origins : int
        Origins that were scored, at least.
    most_failed : float
        Share of origins at which the model refused or did not converge, at most.
    significance : float
        The one-sided p-value of the Diebold-Mariano test against the seasonal naive lies below it.
    coverage : tuple of (float, float)
        Band in which the share of actual values inside the 80 % interval must lie.
    most_days : int
        Days since the last day of the data of the trial, at most.
    worse : float
        Share by which its error may be above that of the present champion at the same origins.
    """

    least_origins: int = 10
    most_failed: float = 0.1
    significance: float = 0.05
    coverage: tuple[float, float] = (0.65, 0.95)
    most_days: int = 45
    worse: float = 0.0


RULE = GateRule()


@dataclass(frozen=True)
class Evidence:
    """What a trial shows.

    Attributes
    ----------
    origins, failed : int
        Origins asked, and those without a forecast.
    error, naive_error : float or None
        Mean absolute error of the medians and of the seasonal naive at the same cells, in the unit of the target.
    p_value : float or None
        One-sided p-value of the Diebold-Mariano test that the naive is as good; None when it cannot be tested.
    coverage : float or None
        Share of actual values inside the 80 % interval.
    last_day : date
        Last day of its data.
    today : date
        The day on which it is judged.
    common : int
        Origins that it shares with the trial of the present champion; 0 when they share none or there is none.
    common_error, champion_error : float or None
        Mean absolute errors of both at those, in the unit of the target.
    champion : str
        Name of the present champion, empty without one or when it is this version.
    is_champion : bool
        Whether it is the present champion itself.
    """

    origins: int
    failed: int
    error: float | None
    naive_error: float | None
    p_value: float | None
    coverage: float | None
    last_day: date
    today: date
    common: int = 0
    common_error: float | None = None
    champion_error: float | None = None
    champion: str = ""
    is_champion: bool = False


@dataclass(frozen=True)
class Reason:
    """One demand: its name, whether it is met, and the sentence with its figures."""

    name: str
    passed: bool
    sentence: str


@dataclass(frozen=True)
class Gate:
    """What the gate found."""

    reasons: tuple[Reason, ...]

    @property
    def passed(self) -> bool:
        """Whether every demand is met."""
        return all(reason.passed for reason in self.reasons)

    @property
    def sentence(self) -> str:
        """The same in one sentence."""
        against = [reason.sentence for reason in self.reasons if not reason.passed]
        return " ".join(against) if against else "It passes every demand of the gate."

    def to_json(self) -> dict[str, Any]:
        """Return the plain values, for the row of a decision."""
        return {"passed": self.passed, "reasons": [asdict(reason) for reason in self.reasons]}


def gate_from_json(stored: Mapping[str, Any]) -> Gate:
    """Return the gate of a stored decision.

    Parameters
    ----------
    stored : mapping
        As ``Gate.to_json`` wrote it; empty for a step without a gate.

    Returns
    -------
    Gate
        The same.
    """
    return Gate(tuple(Reason(**reason) for reason in stored.get("reasons", ())))


def judge(evidence: Evidence, rule: GateRule = RULE) -> Gate:
    """Hold a version against every demand.

    Parameters
    ----------
    evidence : Evidence
        What its trial shows.
    rule : GateRule
        What is demanded.

    Returns
    -------
    Gate
        Six reasons, always in the same order.
    """
    return Gate(
        (
            _origins(evidence, rule),
            _failures(evidence, rule),
            _gain(evidence, rule),
            _not_worse(evidence, rule),
            _coverage(evidence, rule),
            _age(evidence, rule),
        )
    )


def _origins(found: Evidence, rule: GateRule) -> Reason:
    scored = found.origins - found.failed
    said = f"It was scored at {scored} origins; at least {rule.least_origins} are needed."
    return Reason("origins", scored >= rule.least_origins, said)


def _failures(found: Evidence, rule: GateRule) -> Reason:
    share = found.failed / found.origins if found.origins else 1.0
    said = f"{found.failed} of {found.origins} origins failed; at most {rule.most_failed:.0%} may."
    return Reason("failures", share <= rule.most_failed, said)


def _gain(found: Evidence, rule: GateRule) -> Reason:
    if found.error is None or found.naive_error is None or found.p_value is None:
        said = "Its gain over the seasonal naive cannot be tested: too few origins were scored, or it is the naive."
        return Reason("gain", False, said)
    gain = 1.0 - found.error / found.naive_error if found.naive_error > 0.0 else 0.0
    passed = gain > 0.0 and found.p_value < rule.significance
    word = "significant" if passed else "not significant"
    said = (
        f"Its mean absolute error is {abs(gain):.1%} {'below' if gain > 0.0 else 'above'} that of the seasonal naive, "
        f"{word} by Diebold-Mariano (p {_small(found.p_value)}, below {rule.significance:g} is needed)."
    )
    return Reason("gain", passed, said)


def _small(p_value: float) -> str:
    return "< 0.001" if p_value < 0.001 else f"= {p_value:.3f}"


def _not_worse(found: Evidence, rule: GateRule) -> Reason:
    if found.is_champion:
        return Reason("champion", True, "It is the champion itself.")
    if not found.champion:
        return Reason("champion", True, "There is no champion yet that it would have to beat.")
    if not found.common or found.common_error is None or found.champion_error is None:
        said = f"It shares no origin with the trial of the champion {found.champion}; train both over the same days."
        return Reason("champion", False, said)
    change = found.common_error / found.champion_error - 1.0 if found.champion_error > 0.0 else 0.0
    where = "above" if change > 0.0 else "below"
    said = (
        f"At {found.common} common origins its mean absolute error is {abs(change):.1%} {where} that of the champion "
        f"{found.champion}; it may not be {'more than ' + format(rule.worse, '.0%') + ' ' if rule.worse else ''}above."
    )
    return Reason("champion", change <= rule.worse + 1e-12, said)


def _coverage(found: Evidence, rule: GateRule) -> Reason:
    low, high = rule.coverage
    if found.coverage is None:
        return Reason("coverage", False, "The coverage of its 80 % interval is not known.")
    said = f"Its 80 % interval held {found.coverage:.0%} of the values; between {low:.0%} and {high:.0%} is needed."
    return Reason("coverage", low <= found.coverage <= high, said)


def _age(found: Evidence, rule: GateRule) -> Reason:
    age = (found.today - found.last_day).days
    said = f"Its data end on {found.last_day}, {age} days ago; at most {rule.most_days} days are allowed."
    return Reason("age", age <= rule.most_days, said)
