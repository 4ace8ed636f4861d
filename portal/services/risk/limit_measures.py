"""What a limit may look at: figures of runs, P&L, drawdowns, losses in stress scenarios, and positions."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from data.queries.curve_terms import curve_rows, volume_unit
from data.session import UnitOfWork
from portal.core.errors import DomainError
from portal.domain.risk.limits.limit import Basis, Condition, Metric
from portal.domain.risk.limits.position import POSITION, read_position
from portal.domain.risk.stress.catalogue import LIBRARY
from portal.services.portfolio.position_ask import CARBON
from portal.services.risk.runs import LEVELS, METHODS

MAIN_METHOD = "historical"
STRESS = "stress:"
CONCENTRATIONS = {
    "concentration_trade": "Concentration of risk by trade",
    "concentration_curve": "Concentration of risk by curve",
    "concentration_counterparty": "Concentration of risk by counterparty",
}
"""Herfindahl indices of the components of the expected shortfall, which runs store."""
OF_RUNS = {
    "expected_shortfall": "Expected shortfall",
    "var": "Value at risk",
    "volatility": "Volatility",
    **CONCENTRATIONS,
}
OF_DAYS = {"daily_pnl": "Loss of the day", "max_drawdown": "Largest drawdown in 250 days"}
MEASURES = {**OF_RUNS, **OF_DAYS}
"""Measures by code, beside ``stress:CODE`` and ``position:OF:DELIVERY``; of a P&L the loss counts."""
POSITIONS = {"abs_net": "Net position", "gross": "Gross position"}
WITH_LEVEL = frozenset({"expected_shortfall", "var", *CONCENTRATIONS})
RATIOS = frozenset(CONCENTRATIONS)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a position may be of: a commodity, or one curve; ``curves`` are ids."""

    code: str
    label: str
    unit: str
    curves: frozenset[int]
    in_mwh: bool


def subjects_in(work: UnitOfWork) -> dict[str, Subject]:
    """Return commodities, in MWh (carbon in tonnes), then curves in their own unit of volume, by code."""
    rows = curve_rows(work.session)
    found: dict[str, Subject] = {}
    for commodity in sorted({row.commodity for row in rows}):
        own = frozenset(row.id for row in rows if row.commodity == commodity)
        carbon = commodity == CARBON
        unit = "t" if carbon else "MWh"
        found[commodity] = Subject(commodity, f"All {commodity}", unit, own, in_mwh=not carbon)
    for row in sorted(rows, key=lambda row: row.code):
        unit = volume_unit(row.unit)
        found.setdefault(row.code, Subject(row.code, row.code, unit, frozenset({row.id}), in_mwh=False))
    return found


def subjects() -> dict[str, Subject]:
    """Return the same outside of a transaction."""
    with UnitOfWork() as work:
        return subjects_in(work)


def basis_of(measure: str) -> tuple[Basis, ...]:
    """Return what of a measure may be limited, the usual one first."""
    if measure.startswith(POSITION):
        return Basis.ABS_NET, Basis.GROSS
    return (Basis.LOSS if measure == "daily_pnl" or measure.startswith(STRESS) else Basis.VALUE,)


def unit_of(measure: str, known: Mapping[str, Subject]) -> str:
    """Return the unit of a measure: EUR, none for an index, or that of a position.

    Raises
    ------
    DomainError
        It is a position of nothing that is known.
    """
    if not measure.startswith(POSITION):
        return "" if measure in RATIOS else "EUR"
    of = read_position(measure).of
    if of not in known:
        raise DomainError(f"There is no commodity or curve '{of[:40]}'. Choose one from the list.", of=of)
    return known[of].unit


def check_metric(condition: Condition) -> None:
    """Refuse a condition on something that nobody measures.

    Raises
    ------
    DomainError
        The sentence says what to change.
    """
    metric, measure = condition.metric, condition.metric.measure
    if measure.startswith(POSITION):
        read_position(measure)
    elif measure not in MEASURES and not measure.startswith(STRESS):
        raise DomainError(
            f"No run measures '{measure[:40]}'. Choose one of {', '.join(MEASURES)}, {STRESS}SCENARIO, or "
            f"{POSITION}COMMODITY:DELIVERY.",
            measure=measure[:40],
        )
    if metric.method is not None and metric.method not in METHODS:
        raise DomainError(f"There is no method '{metric.method[:40]}'. Choose one of {', '.join(METHODS)}.")
    if (measure in WITH_LEVEL) != (metric.level is not None):
        need = "needs a confidence level" if measure in WITH_LEVEL else "has no confidence level"
        raise DomainError(f"The measure '{measure[:40]}' {need}. Change the condition.")
    if metric.level is not None and not any(abs(metric.level - known) < 1e-9 for known in LEVELS):
        choices = ", ".join(f"{known:g}" for known in LEVELS)
        raise DomainError(f"The level {metric.level:g} is not kept by runs. Choose one of {choices}.")
    allowed = basis_of(measure)
    if metric.basis not in allowed:
        names = {Basis.LOSS: "the loss", Basis.VALUE: "the value itself"}
        of = names.get(allowed[0], "the net or the gross position")
        raise DomainError(
            f"Of the measure '{measure[:40]}' only {of} can be limited; set the basis to "
            f"{' or '.join(repr(str(basis)) for basis in allowed)}."
        )


def check_unit(condition: Condition, known: Mapping[str, Subject]) -> None:
    """Refuse a condition in another unit than its measure has.

    Raises
    ------
    DomainError
        The sentence names the unit.
    """
    unit = unit_of(condition.metric.measure, known)
    if condition.unit != unit:
        name = words(condition.metric)
        said = f"is measured in {unit}" if unit else "is an index without a unit"
        raise DomainError(f"{name} {said}, so its tiers cannot be in '{condition.unit[:20]}'.", unit=unit)
    if condition.metric.measure in RATIOS and condition.hard > 1.0:
        raise DomainError(
            f"{words(condition.metric)} lies between 0 and 1, so a limit of {condition.hard:,g} would never bind."
        )


def scenario_choices() -> list[tuple[str, str]]:
    """Return the built-in stress scenarios that a limit may look at, by code and title."""
    return [(code, scenario.title) for code, scenario in LIBRARY.items()]


def words(metric: Metric) -> str:
    """Return a metric as people read it on a page."""
    name = metric.measure
    if name.startswith(POSITION):
        terms = read_position(name)
        said = f"{POSITIONS.get(str(metric.basis), 'Position')} in {terms.of}, {terms.words}"
    elif name.startswith(STRESS):
        said = f"Loss in scenario {name.removeprefix(STRESS)}"
    else:
        said = MEASURES.get(name, name)
    if metric.level is not None:
        said += f" {100 * metric.level:g} %"
    if metric.horizon_days not in (None, 1):
        said += f", {metric.horizon_days} days"
    if name in OF_RUNS:
        said += f", {METHODS.get(metric.method or MAIN_METHOD, metric.method or '').lower()}"
    return said if metric.node is None else f"{said}, of {metric.node}"


def amount(value: float, unit: str) -> str:
    """Return a tier or value as people read it."""
    if not unit:
        return f"{value:.3g}"
    whole = np.isfinite(value) and (abs(value) >= 1000.0 or float(value).is_integer())
    return f"{value:,.0f} {unit}" if whole else f"{value:,.2f} {unit}"
