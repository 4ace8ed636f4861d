"""Names of the option cases translated to the product's functions: European, implied, American, average and spread."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from portal.domain.portfolio.options import american, asian, asian_spot, european, implied, spread

Inputs = Mapping[str, Any]
Answer = dict[str, Any]
_DAYS = 365.0  # act/365F
_DAYS_360 = 360.0


def _rows(inputs: Inputs) -> list[dict[str, Any]]:
    """Every row with what the case says for all of them; one row when there are none."""
    shared = {name: value for name, value in inputs.items() if name not in {"rows", "model"}}
    if "strikes" in shared:
        return [{**shared, "strike": strike} for strike in shared["strikes"]]
    return [{**shared, **row} for row in inputs.get("rows", [{}])]


def _column(rows: list[dict[str, Any]], name: str, default: float = 0.0) -> np.ndarray:
    return np.array([row.get(name, default) for row in rows], dtype=np.float64)


def _calls(rows: list[dict[str, Any]]) -> np.ndarray:
    return np.array([row.get("type", "call") == "call" for row in rows])


def _shaped(inputs: Inputs, values: np.ndarray) -> Any:
    """A list where the case has rows or strikes, else one number."""
    return values if "rows" in inputs or "strikes" in inputs else float(values[0])


def generalised_black_scholes(inputs: Inputs) -> Answer:
    """Value or one named greek a row; the implied volatility where a price is given."""
    rows = _rows(inputs)
    spot, strike, years, rate, dividend = (_column(rows, name) for name in ("spot", "strike", "t", "r", "q"))
    if "price" in rows[0]:
        vol = implied.implied_black_scholes(
            _column(rows, "price"), spot, strike, years, rate, _calls(rows), dividend_yield=dividend
        )
        return {"vol": _shaped(inputs, vol)}
    greeks = european.generalised_black_scholes(
        spot, strike, years, _column(rows, "vol"), rate, _calls(rows), dividend_yield=dividend
    )
    named = {
        **asdict(greeks),
        "elasticity": greeks.delta * spot / greeks.value,
        "theta_per_day_365": greeks.theta / _DAYS,
    }
    picked = np.array([named[row.get("greek", "value")][i] for i, row in enumerate(rows)])
    shaped = {name: _shaped(inputs, values) for name, values in named.items()}
    return {**shaped, "price": shaped["value"], "value": _shaped(inputs, picked)}


def black76_and_bs(inputs: Inputs) -> Answer:
    """Rows on a futures price or on a spot."""
    rows = [
        {**row, "spot": row["F"], "q": row["r"]} if "F" in row else row for row in _rows(inputs)
    ]  # a yield equal to the rate makes the spot a futures price
    return generalised_black_scholes({"rows": rows})


def _on_futures(
    inputs: Inputs, price: Callable[..., european.Greeks], imply: Callable[..., np.ndarray]
) -> Answer:
    rows = _rows(inputs)
    forward, strike, years = (_column(rows, name) for name in ("F", "strike", "t"))
    if "undiscounted_price" in rows[0]:
        vol = imply(_column(rows, "undiscounted_price"), forward, strike, years, 0.0, _calls(rows))
        return {"vol": _shaped(inputs, vol)}
    greeks = price(forward, strike, years, _column(rows, "vol"), _column(rows, "r"), _calls(rows))
    return {name: _shaped(inputs, value) for name, value in {**asdict(greeks), "price": greeks.value}.items()}


def black76(inputs: Inputs) -> Answer:
    """Price and greeks, or implied volatility."""
    return _on_futures(inputs, european.black76, implied.implied_black76)


def bachelier(inputs: Inputs) -> Answer:
    """Price and greeks, or implied volatility, in the normal model."""
    return _on_futures(inputs, european.bachelier, implied.implied_bachelier)


def american_on_futures(inputs: Inputs) -> Answer:
    """American options: the value, and the Barone-Adesi-Whaley approximation."""
    rows = _rows(inputs)
    terms = (*(_column(rows, name) for name in ("F", "strike", "t", "vol", "r")), _calls(rows))
    return {
        "value": _shaped(inputs, american.american_price(*terms)),
        "baw_value": _shaped(inputs, american.barone_adesi_whaley(*terms)),
    }


def turnbull_wakeman(inputs: Inputs) -> Answer:
    """Two-moment match with a volatility a fixing."""
    rows = _rows(inputs)
    vols = np.array([inputs["vols"][row["vols"]] for row in rows])
    value = asian.turnbull_wakeman_price(
        _column(rows, "F"),
        _column(rows, "strike"),
        inputs["fixings"],
        vols,
        _column(rows, "r"),
        _calls(rows),
        pay_years=_column(rows, "expiry"),
    )
    return {"value": _shaped(inputs, value)}


def asian_on_futures(inputs: Inputs) -> Answer:
    """Discrete arithmetic averages of one futures price, also seasoned."""
    rows = _rows(inputs)
    most = max(len(row["fixing_days_act365"]) for row in rows)
    fixings = np.full((len(rows), most), np.nan)
    for i, row in enumerate(rows):
        fixings[i, : len(row["fixing_days_act365"])] = np.array(row["fixing_days_act365"]) / _DAYS
    past = [row.get("past_fixings", []) for row in rows]
    seasoned = {"past_sum": [sum(p) for p in past], "past_count": [len(p) for p in past]}
    terms = (
        _column(rows, "F"),
        _column(rows, "strike"),
        fixings,
        _column(rows, "vol"),
        _column(rows, "r"),
        _calls(rows),
    )
    state = asian.average_state(terms[1], np.sum(~np.isnan(fixings), axis=1), **seasoned)
    found = {
        "value": asian.curran(*terms, **seasoned),
        "curran_lower_bound": asian.curran_lower_bound(*terms, **seasoned),
        "turnbull_wakeman": asian.turnbull_wakeman_price(*terms, **seasoned),
        "effective_strike": state.effective_strike,
        "scale": state.scale,
    }
    return {name: _shaped(inputs, values) for name, values in found.items()}


def _spot_terms(rows: list[dict[str, Any]]) -> tuple[np.ndarray, ...]:
    return (*(_column(rows, name) for name in ("spot", "strike", "t", "vol", "r")), _calls(rows))


def continuous_arithmetic(inputs: Inputs) -> Answer:
    """Continuous arithmetic average of a spot."""
    rows = _rows(inputs)
    value = asian_spot.continuous_arithmetic(*_spot_terms(rows), dividend_yield=_column(rows, "q"))
    return {"value": _shaped(inputs, value)}


def geometric(inputs: Inputs) -> Answer:
    """Geometric averages, discrete or continuous a row."""
    rows, values = _rows(inputs), []
    for row in rows:
        spot, strike, years, vol, rate, call = _spot_terms([row])
        options = {"dividend_yield": row.get("q", 0.0)}
        if row["kind"] == "discrete":
            value = asian_spot.geometric_discrete(
                spot, strike, row["fixings"], vol, rate, call, pay_years=years, **options
            )
        else:
            value = asian_spot.geometric_continuous(spot, strike, years, vol, rate, call, **options)
        values.append(value[0])
    return {"value": _shaped(inputs, np.array(values))}


def levy(inputs: Inputs) -> Answer:
    """Levy's approximation, fresh or seasoned; the case counts days of a 360-day year."""
    rows = _rows(inputs)
    elapsed = _column(rows, "elapsed_days_360") / _DAYS_360
    value = asian_spot.levy(
        _column(rows, "spot"),
        _column(rows, "strike"),
        _column(rows, "averaging_days_360") / _DAYS_360 - elapsed,
        _column(rows, "vol"),
        _column(rows, "r"),
        _calls(rows),
        dividend_yield=_column(rows, "q"),
        elapsed_years=elapsed,
        current_average=_column(rows, "current_average"),
    )
    return {"value": _shaped(inputs, value)}


def _spread_terms(rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Arguments of spread functions; spots with yields become forward prices."""
    years, rate = _column(rows, "t"), _column(rows, "r")
    forwards = {}
    for leg in ("1", "2"):
        spot = "S" + leg in rows[0]
        growth = np.exp((rate - _column(rows, "q" + leg)) * years) if spot else 1.0
        forwards["forward" + leg] = _column(rows, ("S" if spot else "F") + leg) * growth
    vols = {name: _column(rows, name) for name in ("vol1", "vol2", "rho")}
    return {**forwards, **vols, "years": years, "rate": rate, "is_call": _calls(rows)}


def spread_model(inputs: Inputs) -> Answer:
    """Spread options by every method that takes these inputs."""
    rows = _rows(inputs)
    terms = {**_spread_terms(rows), "strike": _column(rows, "strike")}
    methods = {
        "kirk": spread.kirk,
        "bjerksund_stensland_spread": spread.bjerksund_stensland,
        "bachelier_spread": spread.bachelier_spread,
        "spread_two_lognormals": spread.spread_exact,
    }
    own = _shaped(inputs, methods[inputs["model"]](**terms))
    normal = inputs["model"] == "bachelier_spread"
    greeks = (spread.bachelier_spread_greeks if normal else spread.spread_greeks)(**terms)
    found = {name: _shaped(inputs, values) for name, values in asdict(greeks).items()}
    return {**found, "exact": found["value"], "value": own, inputs["model"]: own}


def margrabe(inputs: Inputs) -> Answer:
    """Exchange option with greeks, with respect to spots where the case has spots."""
    rows = _rows(inputs)
    greeks = spread.margrabe_greeks(**_spread_terms(rows))
    if "S1" in rows[0]:
        spots = (_column(rows, name) for name in ("S1", "S2", "t", "r"))
        greeks = spread.on_spots(greeks, *spots, yield1=_column(rows, "q1"), yield2=_column(rows, "q2"))
    return {name: _shaped(inputs, values) for name, values in asdict(greeks).items()}


MODELS: dict[tuple[str, str], Callable[[Inputs], Answer]] = {
    ("black76_bachelier", "generalised_black_scholes"): generalised_black_scholes,
    ("black76_bachelier", "black76_and_bs"): black76_and_bs,
    ("black76_bachelier", "black76"): black76,
    ("black76_bachelier", "bachelier"): bachelier,
    ("black76_bachelier", "american_on_futures"): american_on_futures,
    ("asian_options", "turnbull_wakeman"): turnbull_wakeman,
    ("asian_options", "asian_discrete_arithmetic_futures"): asian_on_futures,
    ("asian_options", "asian_continuous_arithmetic"): continuous_arithmetic,
    ("asian_options", "asian_geometric"): geometric,
    ("asian_options", "levy_asian"): levy,
    ("spread_options", "kirk"): spread_model,
    ("spread_options", "bjerksund_stensland_spread"): spread_model,
    ("spread_options", "bachelier_spread"): spread_model,
    ("spread_options", "spread_two_lognormals"): spread_model,
    ("spread_options", "margrabe"): margrabe,
}
