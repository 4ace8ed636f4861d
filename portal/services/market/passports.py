"""How each metric of the market area is computed again: one function each, over prices read with their provenance."""

from math import sqrt

from portal.core.metrics import Params
from portal.core.passport import Outcome, Step
from portal.domain.market import metrics
from portal.services.market.overview import move_size
from portal.services.market.prices import Quote
from portal.services.market.settles import INSTRUMENT, WINDOW, Settles, from_settles

NO_PRICE = "No price was recorded for these clocks."
NO_CHANGE = "There is no earlier price in the last 70 days to compare with."


@from_settles(metrics.LAST.id, days=1)
def last(found: Settles, _params: Params) -> Outcome:
    """Return the newest price; of an hourly series the mean of the hours of its newest day."""
    quote = found.quote()
    intervals = [row.intervals for row in found.of(quote.instrument.code)]
    steps = [] if quote.day is None else [Step("Newest day with a price", f"{quote.day:%Y-%m-%d}")]
    if intervals and intervals[-1] > 1:
        steps.append(Step("Mean of its intervals", float(intervals[-1]), "intervals"))
    return Outcome(quote.last, quote.instrument.unit, tuple(steps), "" if quote.day else NO_PRICE)


@from_settles(metrics.CHANGE.id, days=2)
def change(found: Settles, _params: Params) -> Outcome:
    """Return the latest price less the one before it."""
    quote = found.quote()
    return Outcome(quote.change, quote.instrument.unit, _pair(quote), _why_no_change(quote))


@from_settles(metrics.CHANGE_PCT.id, days=2)
def change_pct(found: Settles, _params: Params) -> Outcome:
    """Return the change over the price before it."""
    quote = found.quote()
    note = _why_no_change(quote)
    if not note and quote.change_pct is None:
        note = "The price before is zero or negative, so a percentage would mislead. See the change instead."
    return Outcome(quote.change_pct, "fraction", _pair(quote), note)


@from_settles(metrics.VOL.id, parameters=(INSTRUMENT, WINDOW))
def realised_vol(found: Settles, params: Params) -> Outcome:
    """Return the annualised volatility of log returns."""
    return _volatility(found, params, relative=True)


@from_settles(metrics.VOL_ABSOLUTE.id, parameters=(INSTRUMENT, WINDOW))
def realised_vol_abs(found: Settles, params: Params) -> Outcome:
    """Return the annualised volatility of price changes, in the unit of the price."""
    return _volatility(found, params, relative=False)


@from_settles(metrics.MOVE.id, parameters=(INSTRUMENT, WINDOW))
def move(found: Settles, params: Params) -> Outcome:
    """Return the last change in daily standard deviations."""
    quote = found.quote(window=_window(params))
    vol = quote.volatility
    if vol is None:
        return Outcome(None, "sd", _pair(quote), _too_short(found, params))
    scale = Step(
        "Standard deviation of one day", vol.value / sqrt(vol.periods_per_year), _vol_unit(quote, "a day")
    )
    step = Step("Change %", quote.change_pct, "fraction") if vol.relative else Step("Change", quote.change)
    return Outcome(move_size(quote), "sd", (*_pair(quote), step, scale), _why_no_change(quote))


def _window(params: Params) -> int:
    return int(params["window"] or 0)


def _pair(quote: Quote) -> tuple[Step, ...]:
    unit = quote.instrument.unit
    day = "" if quote.day is None else f", {quote.day:%Y-%m-%d}"
    return Step(f"Latest price{day}", quote.last, unit), Step("Price before", quote.previous, unit)


def _why_no_change(quote: Quote) -> str:
    if quote.last is None:
        return NO_PRICE
    return NO_CHANGE if quote.change is None else ""


def _vol_unit(quote: Quote, per: str) -> str:
    relative = quote.volatility is not None and quote.volatility.relative
    return f"fraction {per}" if relative else f"{quote.instrument.unit} {per}"


def _too_short(found: Settles, params: Params) -> str:
    (instrument,) = found.instruments
    have = len(found.of(instrument.code))
    return (
        f"A volatility over {params['window']} days needs {_window(params) + 1} prices, and there are {have}."
    )


def _volatility(found: Settles, params: Params, *, relative: bool) -> Outcome:
    quote = found.quote(window=_window(params))
    vol, unit = quote.volatility, quote.instrument.unit
    wanted = "fraction a year" if relative else f"{unit} a year"
    if vol is None:
        return Outcome(None, wanted, note=_too_short(found, params))
    if vol.relative != relative:
        kind = (
            "positive, so the volatility of log returns is shown"
            if vol.relative
            else ("not all positive, so the volatility is shown in the unit of the price")
        )
        return Outcome(None, wanted, note=f"The prices of the look-back are {kind} instead.")
    steps = (
        Step("Prices read", float(len(found.of(quote.instrument.code))), "days"),
        Step("Returns used", float(vol.n), f"{vol.kind.value} returns"),
        Step(
            "Standard deviation of one day", vol.value / sqrt(vol.periods_per_year), _vol_unit(quote, "a day")
        ),
        Step("Square root of the days of a year", sqrt(vol.periods_per_year)),
    )
    return Outcome(vol.value, wanted, steps)
