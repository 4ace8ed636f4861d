"""The market area's entries of the metric registry."""

from portal.core.metrics import Metric, register

LAST = register(
    Metric(
        "market.last",
        "Latest price",
        "",
        "The newest settlement on or before the valuation day that had been recorded by 'known at'.",
        "P(t),  t = max{ day <= as_of : recorded_at <= known_at }",
        "data.queries.clocked.latest",
    )
)
CHANGE = register(
    Metric(
        "market.change",
        "Change",
        "",
        "The latest price less the price of the observation before it.",
        "P(t) - P(t-1)",
        "portal.domain.market.returns.change",
        signed=True,
    )
)
CHANGE_PCT = register(
    Metric(
        "market.change_pct",
        "Change %",
        "%",
        "The change over the price before it; not shown when that price is zero or negative.",
        "P(t) / P(t-1) - 1,  P(t-1) > 0",
        "portal.domain.market.returns.percent_change",
        decimals=2,
        signed=True,
        percent=True,
    )
)
VOL = register(
    Metric(
        "market.realised_vol",
        "Realised volatility",
        "% a year",
        "Sample standard deviation of the last n daily log returns, times the square root of 252. "
        "Only for series whose prices are all positive.",
        "sqrt(252) · sd( ln P(i) - ln P(i-1) ),  i = t-n+1 … t",
        "portal.domain.market.volatility.price_volatility",
        decimals=1,
        percent=True,
    )
)
VOL_ABSOLUTE = register(
    Metric(
        "market.realised_vol_abs",
        "Realised volatility, absolute",
        "",
        "Sample standard deviation of the last n daily price changes, times the square root of 252, in the unit of the "
        "price. Used where prices can reach zero or below.",
        "sqrt(252) · sd( P(i) - P(i-1) ),  i = t-n+1 … t",
        "portal.domain.market.volatility.price_volatility",
    )
)
SPREAD = register(
    Metric(
        "market.spread",
        "Spread",
        "",
        "The value of the spread formula on the newest day on which all its legs have a price.",
        "f( P1(t), …, Pk(t) )",
        "portal.domain.market.spreads.parse_formula",
        signed=True,
    )
)
MOVE = register(
    Metric(
        "market.move",
        "Size of the move",
        "sd",
        "The change on the day over one day's standard deviation, from the realised volatility of the last n days.",
        "(P(t) - P(t-1)) / (vol / sqrt(252)), relative where vol is",
        "portal.services.market.overview.move_size",
        decimals=1,
        signed=True,
    )
)
