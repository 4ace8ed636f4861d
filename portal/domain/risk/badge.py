"""The confidence badge: how far a risk figure can be trusted, as a grade from A to D with its reasons.

API: ``grade(evidence) -> Badge``, ``drops(before, after)``, ``Evidence``.

Four questions are asked, and the worst answer is the grade: do the methods agree, did the forecasts hold, are the marks
fresh, is there enough history in the tail. What is not known counts as C, never as fine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from portal.domain.market.errors import BadParameter
from portal.domain.risk.backtests.traffic_light import Zone

Bounds = tuple[float, float, float]
"""Where B, C and D begin."""

DISAGREEMENT: Bounds = (0.20, 0.40, 0.80)  # spread of VaR over methods, over their median
POOR_MARKS: Bounds = (0.02, 0.10, 0.25)  # share of money on stale or proxied marks
TAIL: Bounds = (10.0, 5.0, 2.0)  # days in the tail, from above
WEAK_P, BAD_P = 0.05, 0.01
FEW_DAYS = 250


class Grade(StrEnum):
    """How far a figure can be trusted, best first."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"

    @property
    def rank(self) -> int:
        """0 for A to 3 for D."""
        return "ABCD".index(self.value)


@dataclass(frozen=True)
class Evidence:
    """What is known about one figure.

    Attributes
    ----------
    var_by_method : mapping of str to float
        VaR of the same book, level and horizon by each method, EUR.
    level : float
        Confidence in (0, 1).
    scenarios : int
        Scenarios of the main method, or what as many equal ones would tell under weights.
    zone : Zone or None
        Traffic light of its backtest; None without one.
    backtest_days : int
        Days of the backtest.
    p_values : mapping of str to float
        Of its tests, by their name for people.
    total : float
        Money on all marks, as the sum of sizes, EUR.
    stale, proxied : float
        Money on marks that are too old, and on marks filled from a proxy, EUR. A mark that is both counts once, as
        stale.
    """

    var_by_method: Mapping[str, float]
    level: float
    scenarios: int
    zone: Zone | None = None
    backtest_days: int = 0
    p_values: Mapping[str, float] = field(default_factory=dict)
    total: float = 0.0
    stale: float = 0.0
    proxied: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 < self.level < 1.0:
            raise BadParameter(
                f"The confidence level must lie between 0 and 1, for instance 0.99, not {self.level:g}.",
                name="level",
                value=self.level,
            )
        for name, value in self.var_by_method.items():
            if not np.isfinite(value):
                raise BadParameter(
                    f"The VaR of method {name} is {value:g}; leave a method without a figure out.",
                    name=name,
                    value=value,
                )
        amounts = {"total": self.total, "stale": self.stale, "proxied": self.proxied}
        for name, value in amounts.items():
            if not (np.isfinite(value) and value >= 0.0):
                raise BadParameter(
                    f"The money on {name} marks must be 0 or more, not {value:g}.", name=name, value=value
                )
        if self.stale + self.proxied > self.total * (1.0 + 1e-9):
            raise BadParameter(
                f"Stale and proxied marks ({self.stale + self.proxied:,.6g} EUR) are more than all marks "
                f"({self.total:,.6g} EUR); count each once.",
                name="total",
                value=self.total,
            )


@dataclass(frozen=True)
class Reason:
    """The answer to one of the questions.

    Attributes
    ----------
    topic : str
        ``methods``, ``backtest``, ``marks`` or ``tail``.
    grade : Grade
        What it is worth.
    value : float or None
        The number that it rests on; None where nothing is known.
    sentence : str
        For people.
    """

    topic: str
    grade: Grade
    value: float | None
    sentence: str


@dataclass(frozen=True)
class Badge:
    """A grade with everything behind it.

    Attributes
    ----------
    grade : Grade
        The worst of the reasons.
    reasons : tuple of Reason
        Worst first.
    """

    grade: Grade
    reasons: tuple[Reason, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The reasons in words, worst first."""
        return tuple(reason.sentence for reason in self.reasons)


def grade(evidence: Evidence) -> Badge:
    """Grade a figure by what is known about it.

    Parameters
    ----------
    evidence : Evidence
        VaR by method, backtest, marks and history.

    Returns
    -------
    Badge
        Grade and reasons.

    Examples
    --------
    >>> found = grade(Evidence({"historical": 100.0, "ewma": 150.0}, 0.99, 500))
    >>> found.grade.value, found.sentences[0]
    ('C', 'The model has not been backtested.')
    """
    reasons = [_backtest(evidence), _methods(evidence), _marks(evidence), _tail(evidence)]
    reasons.sort(key=lambda reason: -reason.grade.rank)
    return Badge(reasons[0].grade, tuple(reasons))


def drops(before: Badge, after: Badge) -> tuple[str, ...]:
    """What to alert about when a badge is renewed.

    Parameters
    ----------
    before, after : Badge
        The badges of two days.

    Returns
    -------
    tuple of str
        Empty unless the grade is worse than before; else the drop, and each reason that has become worse.
    """
    if after.grade.rank <= before.grade.rank:
        return ()
    old = {reason.topic: reason.grade.rank for reason in before.reasons}
    worse = [reason for reason in after.reasons if reason.grade.rank > old.get(reason.topic, -1)]
    said = f"Confidence has dropped from {before.grade} to {after.grade}."
    return (said, *(reason.sentence for reason in worse))


def _worse_with(value: float, bounds: Bounds) -> Grade:
    return list(Grade)[int(np.searchsorted(bounds, value, side="left"))]


def _methods(evidence: Evidence) -> Reason:
    values = evidence.var_by_method
    if len(values) < 2:
        said = "There is no second method to compare the figure with."
        return Reason("methods", Grade.C, None, said)
    low, high = min(values, key=lambda name: values[name]), max(values, key=lambda name: values[name])
    middle, apart = float(np.median(list(values.values()))), values[high] - values[low]
    if apart == 0.0:
        return Reason("methods", Grade.A, 0.0, f"All {len(values)} methods give the same VaR.")
    if middle == 0.0:
        said = f"VaR runs from {values[low]:,.0f} EUR ({low}) to {values[high]:,.0f} EUR ({high}) around 0."
        return Reason("methods", Grade.D, None, said)
    spread = apart / abs(middle)
    said = (
        f"VaR runs from {values[low]:,.0f} EUR ({low}) to {values[high]:,.0f} EUR ({high}): "
        f"{100.0 * spread:.0f} % of the median of {len(values)} methods."
    )
    return Reason("methods", _worse_with(spread, DISAGREEMENT), spread, said)


def _backtest(evidence: Evidence) -> Reason:
    if evidence.zone is None or not evidence.backtest_days:
        return Reason("backtest", Grade.C, None, "The model has not been backtested.")
    found = {Zone.GREEN: Grade.A, Zone.YELLOW: Grade.C, Zone.RED: Grade.D}[evidence.zone]
    days = f"{evidence.backtest_days:,} days"
    said = f"The backtest over {days} is {evidence.zone.value}"
    weakest = min(evidence.p_values, key=lambda name: evidence.p_values[name], default=None)
    p = None if weakest is None else evidence.p_values[weakest]
    grades = [found]
    if p is not None and p < WEAK_P:
        # one of many tests below 5 % is weak evidence; below 1 % it is not
        grades.append(Grade.C if p < BAD_P else Grade.B)
        said += f", and {weakest} speaks against it (p {p:.2g})"
    if evidence.backtest_days < FEW_DAYS:
        grades.append(Grade.B)
        said += f", over fewer than {FEW_DAYS} days"
    return Reason("backtest", max(grades, key=lambda each: each.rank), p, said + ".")


def _marks(evidence: Evidence) -> Reason:
    if evidence.total == 0.0:
        return Reason("marks", Grade.C, None, "It is not known how fresh the marks behind the figure are.")
    share = (evidence.stale + evidence.proxied) / evidence.total
    parts = [
        f"{100.0 * money / evidence.total:.1f} % of the money rests on {kind} marks"
        for kind, money in (("stale", evidence.stale), ("proxied", evidence.proxied))
        if money
    ]
    said = " and ".join(parts) if parts else "All marks are fresh and observed"
    return Reason("marks", _worse_with(share, POOR_MARKS), share, said + ".")


def _tail(evidence: Evidence) -> Reason:
    days = evidence.scenarios * (1.0 - evidence.level)
    found = _worse_with(-days - 1e-9, (-TAIL[0], -TAIL[1], -TAIL[2]))
    said = (
        f"The tail at {100.0 * evidence.level:g} % holds {days:.3g} of {evidence.scenarios:,} scenarios"
        f"{'' if found.rank < 2 else ', which is thin: choose a longer history or a lower level'}."
    )
    return Reason("tail", found, days, said)


def worst(badges: Sequence[Badge]) -> Grade | None:
    """The worst grade of several figures, as a total shows it.

    Parameters
    ----------
    badges : sequence of Badge
        The figures' badges.

    Returns
    -------
    Grade or None
        None without any.
    """
    return max((badge.grade for badge in badges), key=lambda each: each.rank, default=None)
