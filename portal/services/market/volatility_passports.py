"""How each figure of Market > Volatility is computed again: the page's own study, over prices read with provenance."""

from collections.abc import Callable
from datetime import date
from math import isfinite

from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Outcome, Parameter, Step
from portal.domain.market import metrics
from portal.services.evaluation import ROUNDING
from portal.services.market.settles import INSTRUMENT, WINDOW, Settles, from_settles
from portal.services.market.volatility import WARM_UP, Garch, Study, build_study, first_day

PARAMETERS = (
    INSTRUMENT,
    Parameter("period", "Period", default="3y"),
    WINDOW,
    Parameter("returns", "Kind of return", default="auto"),
)
FIT = 1e-4  # relative; where an optimiser stops depends on the machine's arithmetic
Reading = Callable[[Study], tuple[float | None, tuple[Step, ...], str]]


def _first(params: Params, clocks: Clocks) -> date:
    return first_day(clocks, str(params["period"]), WARM_UP) or date.min


def _study(found: Settles, params: Params) -> Study:
    (instrument,) = found.instruments
    return build_study(
        instrument,
        found.series(instrument.code),
        found.clocks,
        period=str(params["period"]),
        window=int(params["window"] or 0),
        kind=str(params["returns"]),
    )


def _register(
    metric: Metric, read: Reading, *, relative: bool | None, unit: str = "", tolerance: float = FIT
) -> None:
    """Register ``read`` of the study as the evaluator of ``metric``; ``relative`` None fits both kinds of return."""

    @from_settles(metric.id, parameters=PARAMETERS, first=_first, tolerance=tolerance)
    def compute(found: Settles, params: Params) -> Outcome:
        price_unit = found.instruments[0].unit
        wanted = unit or ("fraction a year" if relative else f"{price_unit} a year")
        try:
            study = _study(found, params)
        except DomainError as refusal:
            return Outcome(None, wanted, note=refusal.message)
        if relative is not None and study.relative is not relative:
            said = "log returns" if study.relative else "price changes"
            return Outcome(
                None, wanted, note=f"The volatility of this choice is that of {said}; open that one."
            )
        value, steps, note = read(study)
        return Outcome(value, wanted, (*_basis(study), *steps), note if value is None else "")


def _basis(study: Study) -> tuple[Step, ...]:
    return (
        Step("Returns of the period", float(len(study.returns)), study.kind.value),
        Step("First and last return", f"{study.day[0]:%Y-%m-%d} to {study.day[-1]:%Y-%m-%d}"),
        Step("Observations a year (A)", study.per_year),
    )


def _window(study: Study) -> tuple[float | None, tuple[Step, ...], str]:
    value = float(study.realised[-1])
    note = f"{len(study.returns)} returns do not fill a window of {study.window}."
    return (
        (value if isfinite(value) else None),
        (Step("Returns in the window (n)", float(study.window)),),
        note,
    )


def _ewma(study: Study) -> tuple[float | None, tuple[Step, ...], str]:
    return float(study.ewma[-1]), (), ""


def _of_garch(value: Callable[[Garch], float | None]) -> Reading:
    """Return the reading of one figure of the fitted model, with its estimates as steps."""

    def read(study: Study) -> tuple[float | None, tuple[Step, ...], str]:
        if study.garch is None:
            return None, (), study.no_garch
        estimates = tuple(Step(name, float(number)) for name, number in study.garch.fit.params.items())
        variance = Step("Variance expected for the next day", float(study.garch.fit.variance_forecast[0]))
        return value(study.garch), (*estimates, variance), "Shocks never die out in this fit."

    return read


for _pair, _read, _tolerance in (
    (metrics.STUDY_VOL, _window, ROUNDING),
    (metrics.EWMA_VOL, _ewma, ROUNDING),
    (metrics.GARCH_VOL, _of_garch(lambda garch: garch.next_day), FIT),
    (metrics.GARCH_LONG_RUN, _of_garch(lambda garch: garch.long_run), FIT),
):
    _register(_pair[0], _read, relative=True, tolerance=_tolerance)
    _register(_pair[1], _read, relative=False, tolerance=_tolerance)
_register(
    metrics.GARCH_PERSISTENCE, _of_garch(lambda garch: garch.fit.persistence), relative=None, unit="of 1"
)
_register(
    metrics.GARCH_HALF_LIFE, _of_garch(lambda garch: garch.fit.half_life_days), relative=None, unit="days"
)
