"""The decision whose money says what a forecast of a target is worth, and its result for a trial."""

from collections.abc import Callable
from dataclasses import dataclass

from portal.domain.forecast.evaluation import Evaluation
from portal.domain.forecast.targets import TargetKind
from portal.domain.forecast.value import Value, dispatch_value, schedule_value, shift_value


@dataclass(frozen=True, slots=True)
class Rule:
    """One decision: ``sentence`` is what a reader needs to know, ``value`` its money on an evaluation."""

    code: str
    title: str
    sentence: str
    value: Callable[[Evaluation], Value]


def rule_of(kind: TargetKind | None, *, slots: int, cost: float, unit: str) -> Rule | None:
    """Return the decision that forecasts of a kind are for; None where no trade follows from one alone."""
    volume = unit.rpartition("/")[2] or "unit"
    if kind in (TargetKind.LOAD, TargetKind.WIND, TargetKind.SOLAR):
        return Rule(
            "schedule", "Schedule day-ahead",
            "The forecast volume is bought (load) or sold (wind, solar) day-ahead and the miss settled at "
            f"{cost:g} EUR/MWh beyond the day-ahead price, short or long.",
            lambda made: schedule_value(made, short_cost=cost, long_cost=cost),
        )  # fmt: skip
    if kind is TargetKind.POWER:
        return Rule(
            "shift", "Shift flexible load",
            f"Each day 1 MWh is consumed in each of the {slots} hours whose price is forecast lowest.",
            lambda made: shift_value(made, slots=slots),
        )  # fmt: skip
    if kind is TargetKind.SETTLE:
        return Rule(
            "shift", "Time a purchase",
            f"From each origin 1 {volume} is bought on each of the {slots} days of the horizon whose price is forecast "
            "lowest. Costs of trading are left out.",
            lambda made: shift_value(made, slots=slots),
        )  # fmt: skip
    if kind is TargetKind.SPREAD:
        return Rule(
            "dispatch", "Run on the spread",
            f"1 {volume} is produced in every step whose spread is forecast above zero.",
            dispatch_value,
        )  # fmt: skip
    return None
