"""How each figure of Market > Seasonality is computed again: the page's own season, over prices with provenance."""

from datetime import date

from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Outcome, Parameter, Step
from portal.domain.market import season_metrics as metrics
from portal.services.market.seasonality import MONTH_NAMES, Season, build_season, first_day
from portal.services.market.settles import INSTRUMENT, Settles, from_settles

SEASON = (
    INSTRUMENT,
    Parameter("years", "Years", default="10"),
    Parameter("method", "Decomposition", default="classical"),
)
MONTH = Parameter("month", "Month (1 to 12)", default="1")
LOESS = 1e-9  # relative; loess solves small systems, whose last digits depend on the machine
TOO_FEW = "There are too few prices for a season."


def _first(params: Params, clocks: Clocks) -> date:
    return first_day(clocks, str(params["years"])) or date.min


def _season(found: Settles, params: Params) -> Season | None:
    (row,) = found.instruments
    series = found.series(row.code)
    return build_season(row, series, method=str(params["method"])) if len(series.day) else None


@from_settles(metrics.STRENGTH.id, parameters=SEASON, first=_first, tolerance=LOESS)
def strength(found: Settles, params: Params) -> Outcome:
    """Return the seasonal strength."""
    made = _season(found, params)
    if made is None or made.profile is None:
        return Outcome(None, metrics.STRENGTH.unit, note=made.no_profile if made else TOO_FEW)
    return Outcome(
        made.profile.strength, metrics.STRENGTH.unit, (Step("Months used", float(len(made.profile.months))),)
    )


def _register(metric: Metric, *, relative: bool) -> None:
    @from_settles(metric.id, parameters=(*SEASON, MONTH), first=_first, tolerance=LOESS)
    def month(found: Settles, params: Params) -> Outcome:
        """Return the effect of a month."""
        unit = "fraction of trend" if relative else found.instruments[0].unit
        at = _month(params)
        made = _season(found, params)
        if made is None or made.profile is None:
            return Outcome(None, unit, note=made.no_profile if made else TOO_FEW)
        if made.relative is not relative:
            said = "a percentage of the trend" if made.relative else "a difference in the unit of the price"
            return Outcome(None, unit, note=f"The effect for this choice is {said}; open that one.")
        steps = (
            Step("Month", MONTH_NAMES[at]),
            Step("Years behind it", float(made.profile.count[at])),
            Step("Smallest", float(made.profile.low[at]), "factor" if relative else unit),
            Step("Largest", float(made.profile.high[at]), "factor" if relative else unit),
        )
        return Outcome(made.effect(at), unit, steps)


def _month(params: Params) -> int:
    text = str(params["month"])
    if not (text.isascii() and text.isdecimal() and len(text) <= 2) or not 1 <= int(text) <= 12:
        raise DomainError(f"There is no month '{text}'. Give 1 (January) to 12.", month=text)
    return int(text) - 1


_register(metrics.MONTH, relative=True)
_register(metrics.MONTH_ABSOLUTE, relative=False)
