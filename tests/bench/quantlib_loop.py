"""The options of a book priced one after the other by QuantLib, an established library, from the inputs we used.

European options take its calculators, which are the quickest that it has; options on averages its Turnbull-Wakeman
engine; spreads Kirk's formula, which is quicker than the exact value that we compute. What an engine has no
sensitivity for is bumped, with the quotes moved in place. Options without a value (a mark or volatility is missing)
are passed over.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import exp, isnan, sqrt
from typing import Any

import numpy as np
import QuantLib as ql  # noqa: N813
from numpy.typing import NDArray

from portal.domain.portfolio.options import asian, european, spread

Row = tuple[Any, ...]
ENGINES = {
    "black76": european,
    "bachelier": european,
    "turnbull_wakeman": asian,
    "spread_greeks": spread,
    "bachelier_spread_greeks": spread,
}
LABELS = {
    "black76": "European, Black",
    "bachelier": "European, Bachelier",
    "turnbull_wakeman": "on an average",
    "spread_greeks": "spread, lognormal",
    "bachelier_spread_greeks": "spread, Bachelier",
}
BUMP, VOL_BUMP = 0.01, 1e-4


@dataclass
class Calls:
    """What our engines were asked and answered since they were watched, by name, and their seconds."""

    asked: dict[str, list[tuple[tuple[Any, ...], dict[str, Any], NDArray[np.float64]]]] = field(
        default_factory=dict
    )
    seconds: dict[str, float] = field(default_factory=dict)


@contextmanager
def watched() -> Iterator[Calls]:
    """Record all calls of the option engines."""
    calls = Calls()
    kept = {name: getattr(module, name) for name, module in ENGINES.items()}
    for name, module in ENGINES.items():
        setattr(module, name, _recording(name, kept[name], calls))
    try:
        yield calls
    finally:
        for name, module in ENGINES.items():
            setattr(module, name, kept[name])


def _recording(name: str, engine: Callable[..., Any], calls: Calls) -> Callable[..., Any]:
    def call(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        found = engine(*given, **named)
        calls.seconds[name] = calls.seconds.get(name, 0.0) + time.perf_counter() - began
        calls.asked.setdefault(name, []).append((given, named, found.value))
        return found

    return call


def looped(name: str, calls: Calls) -> tuple[float, int, float]:
    """Price everything that the engine ``name`` was asked; return seconds, options, and the largest difference.

    The difference is relative to the price of the (larger) underlying.
    """
    rows = [row for given, named, values in calls.asked.get(name, []) for row in _rows(given, named, values)]
    price = {"black76": _black, "bachelier": _bachelier, "turnbull_wakeman": _average, "spread_greeks": _kirk,
             "bachelier_spread_greeks": _normal_spread}[name]  # fmt: skip
    ql.Settings.instance().evaluationDate = _TODAY
    began = time.perf_counter()
    values = [price(*row[:-2]) for row in rows]
    took = time.perf_counter() - began
    gaps = [abs(value - row[-2]) / row[-1] for value, row in zip(values, rows, strict=True)]
    return took, len(rows), max(gaps, default=0.0)


def _rows(given: tuple[Any, ...], named: dict[str, Any], values: NDArray[np.float64]) -> Iterator[Row]:
    """Yield the arguments of each option that has a value, then our value and the price of its underlying."""
    columns = [*(np.asarray(column) for column in given), *(np.asarray(column) for column in named.values())]
    lists = [np.broadcast_to(column, (len(values), *column.shape[1:])).tolist() for column in columns]
    scale = np.abs(columns[0]) if len(given) < 8 else np.maximum(np.abs(columns[0]), np.abs(columns[1]))
    for row, value, size in zip(zip(*lists, strict=True), values.tolist(), scale.tolist(), strict=True):
        if np.isfinite(value):
            yield (*row, value, size)


_TODAY = ql.Date(1, 1, 2026)
_YEAR = ql.Actual365Fixed()
_CALENDAR = ql.NullCalendar()


def _payoff(is_call: bool, strike: float) -> Any:
    return ql.PlainVanillaPayoff(ql.Option.Call if is_call else ql.Option.Put, strike)


def _black(
    forward: float,
    strike: float,
    years: float,
    vol: float,
    rate: float,
    is_call: bool,
    pay: float,
    shift: float,
) -> float:
    found = ql.BlackCalculator(
        _payoff(is_call, strike + shift), forward + shift, vol * sqrt(years), exp(-rate * pay)
    )
    found.deltaForward(), found.gammaForward(), found.vega(years)
    return float(found.value())


def _bachelier(
    forward: float, strike: float, years: float, vol: float, rate: float, is_call: bool, pay: float
) -> float:
    found = ql.BachelierCalculator(_payoff(is_call, strike), forward, vol * sqrt(years), exp(-rate * pay))
    found.deltaForward(), found.gammaForward(), found.vega(years)
    return float(found.value())


def _normal_spread(
    forward1: float, forward2: float, strike: float, years: float, vol1: float, vol2: float, rho: float,
    rate: float, is_call: bool, pay: float,
) -> float:  # fmt: skip
    vol = sqrt(vol1 * vol1 + vol2 * vol2 - 2.0 * rho * vol1 * vol2)
    return _bachelier(forward1 - forward2, strike, years, vol, rate, is_call, pay)


def _process(forward: Any, vol: Any, rate: float) -> Any:
    return ql.BlackProcess(
        ql.QuoteHandle(forward),
        ql.YieldTermStructureHandle(ql.FlatForward(_TODAY, rate, _YEAR)),
        ql.BlackVolTermStructureHandle(ql.BlackConstantVol(_TODAY, _CALENDAR, ql.QuoteHandle(vol), _YEAR)),
    )


def _day(years: float) -> Any:
    return _TODAY + round(years * 365.0)


def _average(
    forward: float, strike: float, fixings: list[float], vol: float, rate: float, is_call: bool,
    past_sum: float, past_count: float, pay: float,
) -> float:  # fmt: skip
    years = [one for one in fixings if not isnan(one)]
    quote = ql.SimpleQuote(vol)
    option = ql.DiscreteAveragingAsianOption(
        ql.Average.Arithmetic, past_sum, int(past_count), [_day(one) for one in years],
        _payoff(is_call, strike), ql.EuropeanExercise(_day(years[-1])),
    )  # fmt: skip
    option.setPricingEngine(ql.TurnbullWakemanAsianEngine(_process(ql.SimpleQuote(forward), quote, rate)))
    value = option.NPV()
    option.delta(), option.gamma()
    quote.setValue(vol + VOL_BUMP)
    option.NPV()  # vega
    return float(value) * exp(-rate * (pay - years[-1]))


def _kirk(
    forward1: float, forward2: float, strike: float, years: float, vol1: float, vol2: float, rho: float,
    rate: float, is_call: bool, pay: float,
) -> float:  # fmt: skip
    quotes = [ql.SimpleQuote(value) for value in (forward1, forward2, vol1, vol2)]
    one, two = _process(quotes[0], quotes[2], rate), _process(quotes[1], quotes[3], rate)
    option = ql.BasketOption(
        ql.SpreadBasketPayoff(_payoff(is_call, strike)), ql.EuropeanExercise(_day(years))
    )
    option.setPricingEngine(ql.KirkEngine(one, two, rho))
    value = option.NPV()
    for quote, bumps in zip(quotes, ((BUMP, -BUMP), (BUMP, -BUMP), (VOL_BUMP,), (VOL_BUMP,)), strict=True):
        kept = quote.value()
        for bump in bumps:  # two for delta and gamma, one for vega
            quote.setValue(kept + bump)
            option.NPV()
        quote.setValue(kept)
    return float(value) * exp(-rate * (pay - years))
