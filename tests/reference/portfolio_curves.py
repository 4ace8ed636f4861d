"""Translations of the reference cases of curves and linear instruments: names in, names out, no mathematics."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np

from portal.core.units import convert
from portal.domain.market.calendars import DeliveryCalendar
from portal.domain.market.delivery_blocks import Block
from portal.domain.market.delivery_periods import DeliveryPeriod, parse_period
from portal.domain.portfolio import linear, taylor
from portal.domain.portfolio.curvebuild import arbitrage, blocks, smooth
from portal.domain.portfolio.models import schwartz, schwartz_smith
from portal.domain.portfolio.models.futures_option import futures_option

Inputs = Mapping[str, Any]
Answer = dict[str, Any]


def _span(row: Mapping[str, str]) -> DeliveryPeriod:
    """A period given by its first and its last day."""
    first, last = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    return DeliveryPeriod(first, last + timedelta(days=1), row["start"])


def _days(first: date, end: date) -> float:
    return float((end - first).days)


def max_smoothness(inputs: Inputs) -> Answer:
    """Continuous curve; time in years of 365 days from the trade date."""
    origin = date.fromisoformat(inputs["trade_date"])
    periods = [_span(row) for row in inputs["contracts"]]
    starts = np.array([(p.first - origin).days for p in periods]) / 365.0
    ends = np.array([(p.end - origin).days for p in periods]) / 365.0
    curve = smooth.smooth_curve(starts, ends, [row["price"] for row in inputs["contracts"]])
    at = inputs.get("days", [0, 7, 20, 49, 80, 141, 200, 233, 365, 500, 700, 900, 1100, 1328])
    return {
        "curve_at_day": {"day": at, "value": curve(np.array(at) / 365.0)},
        "contract_averages": curve.average(starts, ends),
        "smoothness_functional": curve.roughness,
    }


def daily_smoothness(inputs: Inputs) -> Answer:
    """Daily curve from the first to the last day."""
    first, last = date.fromisoformat(inputs["first_day"]), date.fromisoformat(inputs["last_day"])
    periods = [_span(row) for row in inputs["contracts"]]
    day = np.arange((last - first).days + 1)
    start = np.array([(p.first - first).days for p in periods])[:, None]
    length = blocks.period_days(periods)[:, None]
    matrix = ((day >= start) & (day < start + length)) / length
    curve = smooth.smooth_days(matrix, [row["price"] for row in inputs["contracts"]])
    at = inputs.get("index", [0, 15, 30, 31, 61, 92, 123, 153, 184, 240, 274, 320, 366, 457, 548])
    return {"daily": {"index": at, "value": curve.prices[at]}, "objective": curve.roughness}


def implied_residual(inputs: Inputs) -> Answer:
    """Rest of a whole, weighted by days."""
    rows, most = inputs["rows"], max(len(row["parts"]) for row in inputs["rows"])
    wholes = [parse_period(row["whole"]["period"]) for row in rows]
    prices, weights = np.full((2, len(rows), most), np.nan)
    for i, row in enumerate(rows):
        known = [parse_period(part["period"]) for part in row["parts"]]
        prices[i, : len(known)] = [part["price"] for part in row["parts"]]
        weights[i, : len(known)] = blocks.period_days(known)
    whole = [row["whole"]["price"] for row in rows]
    return {"price": arbitrage.implied_residual(whole, blocks.period_days(wholes), prices, weights)}


def peak_base_offpeak(inputs: Inputs) -> Answer:
    """Hours of base and peak, and the off-peak price."""
    calendar = DeliveryCalendar(inputs["timezone"])
    periods = [_span(row) for row in inputs["rows"]]
    base, peak = (blocks.period_hours(periods, calendar, block) for block in (Block.BASE, Block.PEAK))
    prices = ([row[name] for row in inputs["rows"]] for name in ("base_price", "peak_price"))
    return {
        "base_hours": base,
        "peak_hours": peak,
        "offpeak_price": blocks.offpeak_price(*prices, base, peak),
    }


def repair_overlap(inputs: Inputs) -> Answer:
    """Gap between months and their quarter, and its smallest repair."""
    rows = [*inputs["months"], inputs["quarter"]]
    periods, prices = [parse_period(row["period"]) for row in rows], [row["price"] for row in rows]
    (gap,) = arbitrage.overlap_gaps(periods, prices, _days)
    repaired = arbitrage.repair_quotes(prices, arbitrage.coverage_matrix(periods, _days).matrix)
    return {"gap": gap.gap, "months_repaired": repaired[:-1], "quarter_repaired": repaired[-1]}


def futures_margin(inputs: Inputs) -> Answer:
    """Margin account of one position."""
    names = ("entry", "contracts", "multiplier", "initial_margin", "maintenance_margin")
    account = linear.margin_account(inputs["settlements"], **{name: inputs[name] for name in names})
    return {
        "daily_gain": account.daily_gain,
        "balance_before_call": account.balance_before_call,
        "margin_call": account.margin_call,
        "cumulative_gain": account.cumulative_gain,
        "final_balance": account.final_balance,
    }


def forward_value(inputs: Inputs) -> Answer:
    """Forward on a spot without income."""
    forward = linear.forward_price(inputs["spot"], inputs["r"], inputs["t"])
    value = linear.forward_value(forward, inputs["delivery_price"], 1.0, inputs["r"], inputs["t"])
    return {"value": value.value[0], "forward_price": forward}


def commodity_swap(inputs: Inputs) -> Answer:
    """Swap with some known periods."""
    fixings = np.full(len(inputs["forward"]), np.nan)
    for period, price in inputs["known_fixings"].items():
        fixings[int(period)] = price
    sign = {"buy_fixed": 1.0, "sell_fixed": -1.0}[inputs["side"]]
    swap = linear.commodity_swap(
        inputs["forward"],
        fixed_price=inputs["fixed_price"],
        quantity=sign * inputs["monthly_quantity"],
        discount=inputs["discount"],
        fixings=fixings,
    )
    return {
        "value": swap.value,
        "period_values": swap.period_values,
        "par_price": swap.par_price,
        "bucket_delta": swap.bucket_delta,
    }


def average_month_swap(inputs: Inputs) -> Answer:
    """Swap on a month that is partly fixed."""
    known = inputs["fixings_so_far"]
    names = ("forward", "fixed_price", "quantity", "discount", "total_fixings")
    value = linear.average_swap(
        **{name: inputs[name] for name in names}, past_sum=sum(known), past_count=len(known)
    )
    return {
        "expected_average": value.expected_average[0],
        "value": value.value[0],
        "delta": value.delta[0],
    }


def _schwartz_smith(params: Mapping[str, Any]) -> schwartz_smith.SchwartzSmith:
    """Parameters by name; a drift that a case does not need is 0."""
    return schwartz_smith.SchwartzSmith(**{name: params.get(name, 0.0) for name in schwartz_smith.NAMES})


def _state(given: Mapping[str, float]) -> list[float]:
    return [given["xi"], given["chi"]]


def schwartz_smith_kalman(inputs: Inputs) -> Answer:
    """Log-likelihood, states and errors under given parameters."""
    panel = inputs["log_futures"]
    curve = schwartz_smith.filter_curve(
        np.column_stack([values for name, values in panel.items() if name != "index"]),
        inputs["ttm_years"],
        inputs["dt_years"],
        _schwartz_smith(inputs["params"]),
        inputs["params"]["me_sd"],
        start=_state(inputs["initial_state"]),
        start_covariance=inputs["initial_covariance"],
    )
    return {
        "log_likelihood": curve.log_likelihood,
        "log_likelihood_published": curve.log_likelihood,
        "filtered_rmse": curve.rmse,
        "filtered_mean_error": curve.mean_error,
        "last_state": dict(zip(("xi", "chi"), curve.states[-1], strict=True)),
    }


def schwartz_smith_curve(inputs: Inputs) -> Answer:
    """Futures curve and instantaneous volatilities."""
    params = _schwartz_smith(inputs["params"])
    return {
        "futures": schwartz_smith.futures_curve(_state(inputs["state"]), inputs["maturities"], params),
        "instantaneous_vol": schwartz_smith.futures_vol(inputs["maturities"], params),
        "half_life_years": params.half_life_years,
    }


def schwartz_smith_option(inputs: Inputs) -> Answer:
    """European option on a futures."""
    found = futures_option(
        _state(inputs["state"]),
        _schwartz_smith(inputs["params"]),
        maturity=inputs["futures_maturity"],
        expiry=inputs["option_expiry"],
        strike=inputs["strike"],
        rate=inputs["r"],
        is_call=inputs["type"] == "call",
    )
    return {
        "futures": found.futures[0],
        "total_sd": found.deviation[0],
        "value": found.greeks.value[0],
    }


def schwartz_one_factor(inputs: Inputs) -> Answer:
    """Futures curve and volatilities of the one-factor model."""
    params = schwartz.OneFactor(
        *(inputs[name] for name in ("kappa", "mu", "sigma")), inputs.get("market_price_of_risk", 0.0)
    )
    return {
        "alpha": params.alpha,
        "alpha_star": params.alpha_star,
        "futures": schwartz.one_factor_futures(inputs["spot"], inputs["maturities"], params),
        "instantaneous_vol": schwartz.one_factor_vol(inputs["maturities"], params),
    }


def schwartz_two_factor(inputs: Inputs) -> Answer:
    """Futures curve and volatilities of spot and convenience yield."""
    names = ("r", "kappa", "alpha", "lambda", "sigma1", "sigma2", "rho")
    params = schwartz.TwoFactor(*(inputs[name] for name in names))
    state = inputs["spot"], inputs["convenience_yield"]
    return {
        "futures": schwartz.two_factor_futures(*state, inputs["maturities"], params),
        "instantaneous_vol": schwartz.two_factor_vol(inputs["maturities"], params),
    }


def pnl_explain(inputs: Inputs) -> Answer:
    """Waterfall and Taylor terms of a book of futures and options."""
    rows = inputs["positions"]
    book = taylor.ListedBook(
        np.array([row["type"] != "futures" for row in rows]),
        np.array([row["type"] == "call" for row in rows]),
        np.array([row["strike"] for row in rows], dtype=np.float64),
        np.array([row["quantity"] for row in rows], dtype=np.float64),
    )
    names = {"price": "F", "vol": "vol", "time": "t", "rate": "r"}
    start, end = ({ours: inputs[when][name] for ours, name in names.items()} for when in ("start", "end"))
    steps = taylor.ordered_waterfall(book.value, start, end)
    terms = taylor.taylor_terms(book.greeks(start), start, end)
    total = float((book.value(end) - book.value(start)).sum())
    left = float(terms.unexplained(book.value(end) - book.value(start)).sum())
    return {
        "total": total,
        "waterfall": {name: step.sum() for name, step in steps.items()},
        "taylor": {name: term.sum() for name, term in terms.terms.items()},
        "unexplained": left,
        "unexplained_ratio": abs(left / total),
    }


_SPELLINGS = {"US gal": "gal", "cubic metre": "m3"}
_AMOUNT = re.compile(r"([\d.]+) (\S.*?)(?: at ([\d.]+) (\w+/\w+))?")


def unit_conversions(inputs: Inputs) -> Answer:
    """Amounts such as ``1 bbl`` or ``100 EUR/MWh at 1.08 USD/EUR`` in another unit."""
    values = []
    for amount, target in inputs["rows"]:
        found = _AMOUNT.fullmatch(amount)
        if found is None:
            raise LookupError(f"{amount!r} is no amount.")
        number, unit, rate, pair = found.groups()
        names = (_SPELLINGS.get(name, name) for name in (unit, target))
        values.append(convert(float(number), *names, fx={pair: float(rate)} if rate else None))
    return {"value": values}


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("forward_curve", "max_smoothness_continuous"): max_smoothness,
    ("forward_curve", "max_smoothness_daily"): daily_smoothness,
    ("forward_curve", "implied_residual"): implied_residual,
    ("forward_curve", "peak_base_offpeak"): peak_base_offpeak,
    ("forward_curve", "repair_overlap"): repair_overlap,
    ("mtm_pnl", "futures_margin"): futures_margin,
    ("mtm_pnl", "forward_value"): forward_value,
    ("mtm_pnl", "commodity_swap"): commodity_swap,
    ("mtm_pnl", "average_month_swap"): average_month_swap,
    ("mtm_pnl", "units"): unit_conversions,
    ("mtm_pnl", "pnl_explain"): pnl_explain,
    ("schwartz", "schwartz_smith_option"): schwartz_smith_option,
    ("schwartz", "schwartz_smith_kalman"): schwartz_smith_kalman,
    ("schwartz", "schwartz_smith_curve"): schwartz_smith_curve,
    ("schwartz", "schwartz_one_factor"): schwartz_one_factor,
    ("schwartz", "schwartz_two_factor"): schwartz_two_factor,
}
