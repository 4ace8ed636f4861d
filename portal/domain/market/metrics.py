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
        "Sample standard deviation of the last n daily log returns, times the square root of A: 252 observations a "
        "year, or 365 for prices of all seven days. Only for series whose prices are all positive.",
        "sqrt(A) · sd( ln P(i) - ln P(i-1) ),  i = t-n+1 … t",
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
        "Sample standard deviation of the last n daily price changes, times the square root of A (252 observations a "
        "year, or 365 for prices of all seven days), in the unit of the price. Used where prices can "
        "reach zero or below.",
        "sqrt(A) · sd( P(i) - P(i-1) ),  i = t-n+1 … t",
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
        coloured=False,
    )
)
MOVE = register(
    Metric(
        "market.move",
        "Size of the move",
        "sd",
        "The change on the day over one day's standard deviation, from the realised volatility of the last n days; A "
        "is 252 observations a year, or 365 for prices of all seven days.",
        "(P(t) - P(t-1)) / (vol / sqrt(A)), relative where vol is",
        "portal.services.market.overview.move_size",
        decimals=1,
        signed=True,
    )
)


def _volatility_pair(
    key: str, title: str, formula: str, symbols: str, computed_by: str
) -> tuple[Metric, Metric]:
    """Register a volatility twice: as a percentage of relative returns, and in the unit of the price of changes."""
    relative = Metric(
        f"market.{key}",
        title,
        "% a year",
        f"{formula} Returns are logarithmic; A is 252 observations a year, or 365 for prices of all seven days.",
        symbols,
        computed_by,
        decimals=1,
        percent=True,
    )
    absolute = Metric(
        f"market.{key}_abs",
        f"{title}, absolute",
        "",
        f"{formula} Returns are price changes, because prices can reach zero or below, so that the volatility is in "
        "the unit of the price; A is 252 observations a year, or 365 for prices of all seven days.",
        symbols,
        computed_by,
    )
    return register(relative), register(absolute)


STUDY_VOL = _volatility_pair(
    "window_vol",
    "Realised volatility of a window",
    "Sample standard deviation of the last n daily returns, annualised.",
    "sqrt(A) · sd( r(t-n+1) … r(t) )",
    "portal.domain.market.volatility.rolling_volatility",
)
EWMA_VOL = _volatility_pair(
    "ewma_vol",
    "EWMA volatility",
    "Square root of the exponentially weighted mean of squared daily returns with decay 0.94, annualised.",
    "sqrt( A · v(t) ),  v(t) = 0.94 v(t-1) + 0.06 r(t)²",
    "portal.domain.market.volatility.ewma_variance",
)
GARCH_VOL = _volatility_pair(
    "garch_vol",
    "GARCH volatility",
    "What a GARCH(1,1), fitted to the returns of the period by maximum likelihood (library arch, normal shocks, "
    "constant mean, backcast start), expects for the next day, annualised.",
    "sqrt( A · s(t+1) ),  s(t+1) = omega + alpha e(t)² + beta s(t)",
    "portal.domain.market.garch.fit_garch",
)
GARCH_LONG_RUN = _volatility_pair(
    "garch_long_run",
    "Long-run volatility",
    "The level that the GARCH forecasts return to, annualised; none when shocks never die out.",
    "sqrt( A · omega / (1 - alpha - beta) )",
    "portal.domain.market.garch_forecast.long_run_variance",
)
GARCH_PERSISTENCE = register(
    Metric(
        "market.garch_persistence",
        "Persistence",
        "of 1",
        "The share of a shock to the variance that is left after one day.",
        "alpha + beta",
        "portal.domain.market.garch_forecast.persistence",
        decimals=4,
    )
)
GARCH_HALF_LIFE = register(
    Metric(
        "market.garch_half_life",
        "Half-life",
        "days",
        "The number of days until half of a shock to the variance is gone; none when shocks never die out.",
        "ln 0.5 / ln( alpha + beta )",
        "portal.domain.market.garch_forecast.half_life",
        decimals=1,
    )
)
CORRELATION = register(
    Metric(
        "market.correlation",
        "Correlation",
        "of 1",
        "Pearson correlation of the returns of two instruments over the days on which every instrument of the set has "
        "a price; log returns, or price changes where prices reach zero or below. On request shrunk towards none by "
        "the rule of Ledoit and Wolf.",
        "cov(x, y) / ( sd(x) · sd(y) )",
        "portal.domain.market.correlation.correlate",
        decimals=3,
    )
)
CONDITION = register(
    Metric(
        "market.condition_number",
        "Condition number",
        "to 1",
        "The largest eigenvalue of the correlation matrix over the smallest; above 1,000 it should not be inverted.",
        "lambda(max) / lambda(min)",
        "portal.domain.market.correlation.correlate",
        decimals=1,
    )
)
COMMON_RETURNS = register(
    Metric(
        "market.common_returns",
        "Common returns",
        "returns",
        "The number of returns that run between days on which every instrument of the set has a price.",
        "count of complete cases",
        "portal.domain.market.joint_returns.joint_returns",
        decimals=0,
    )
)
