"""How each figure of Market > Correlation is computed again: the page's matrix, over prices read with provenance."""

from collections.abc import Callable, Sequence
from datetime import date
from math import isfinite

from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Outcome, Parameter, Step
from portal.domain.market import metrics
from portal.services.market.correlation import Prices, Together, build_together, first_day
from portal.services.market.settles import Settles, from_settles

EIGENVALUES = 1e-6  # relative; a near-singular matrix magnifies the last digits
SET = (
    Parameter("instrument", "Against"),
    Parameter("set", "Instruments"),
    Parameter("period", "Period", default="1y"),
    Parameter("step", "Days in a return", "integer", default=1, low=1, high=20),
    Parameter("window", "Days in the rolling window", "integer", default=60, low=2, high=1000),
    Parameter("matrix", "Estimate", default="sample"),
)
PAIR = (*SET, Parameter("first", "First of the pair"), Parameter("second", "Second of the pair"))
Reading = Callable[[Together, Params], tuple[float | None, str]]


def _codes(params: Params) -> Sequence[str]:
    first = str(params["instrument"])
    return list(dict.fromkeys([first, *(code for code in str(params["set"]).split(",") if code)]))


def _first(params: Params, clocks: Clocks) -> date:
    return first_day(
        clocks, str(params["period"]), step=int(params["step"] or 1), window=int(params["window"] or 0)
    )


def _together(found: Settles, params: Params) -> Together:
    series = {row.code: found.series(row.code) for row in found.instruments}
    prices: Prices = {code: (read.day, read.settle) for code, read in series.items() if read.day}
    return build_together(
        tuple(row for row in found.instruments if row.code in prices),
        tuple(row for row in found.instruments if row.code not in prices),
        prices,
        found.clocks,
        period=str(params["period"]),
        step=int(params["step"] or 1),
        window=int(params["window"] or 0),
        shrink=params["matrix"] == "shrunk",
    )


def _register(metric: Metric, parameters: Sequence[Parameter], read: Reading) -> None:
    @from_settles(metric.id, parameters=parameters, codes=_codes, first=_first, tolerance=EIGENVALUES)
    def compute(found: Settles, params: Params) -> Outcome:
        try:
            matrix = _together(found, params)
        except DomainError as refusal:
            return Outcome(None, metric.unit, note=refusal.message)
        value, note = read(matrix, params)
        return Outcome(value, metric.unit, _steps(matrix), note if value is None else matrix.warning)


def _steps(found: Together) -> tuple[Step, ...]:
    kinds = zip(found.joint.names, found.joint.kinds, strict=True)
    steps = [
        Step("Common returns", float(len(found.days))),
        *(Step(f"Returns of {name}", kind.value) for name, kind in kinds),
        Step("Condition number", found.condition if isfinite(found.condition) else None),
    ]
    if found.shrinkage is not None:
        steps.append(Step("Shrinkage", found.shrinkage, "fraction"))
    return tuple(steps)


def _correlation(found: Together, params: Params) -> tuple[float | None, str]:
    names, pair = found.joint.names, (str(params["first"]), str(params["second"]))
    absent = [name for name in pair if name not in names]
    if absent:
        return None, f"{absent[0]} has no prices in the period, or is not one of the set."
    value = float(found.shown[names.index(pair[0]), names.index(pair[1])])
    return (value if isfinite(value) else None), "One of the two did not move, so there is no correlation."


def _condition(found: Together, _params: Params) -> tuple[float | None, str]:
    return (found.condition if isfinite(found.condition) else None), "The matrix is not positive definite."


def _common(found: Together, _params: Params) -> tuple[float | None, str]:
    return float(len(found.days)), ""


_register(metrics.CORRELATION, PAIR, _correlation)
_register(metrics.CONDITION, SET, _condition)
_register(metrics.COMMON_RETURNS, SET, _common)
