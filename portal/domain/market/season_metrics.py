"""The metrics of Market > Seasonality."""

from portal.core.metrics import Metric, register

STRENGTH = register(
    Metric(
        "market.season_strength",
        "Seasonal strength",
        "of 1",
        "The share of the movement of monthly mean prices around their trend that repeats every year: 0 is no season, "
        "1 nothing but season.",
        "max( 0, 1 - var(remainder) / var(season + remainder) )",
        "portal.domain.market.season_profile.seasonal_strength",
    )
)
MONTH = register(
    Metric(
        "market.season_month",
        "Effect of a month",
        "%",
        "How far the mean price of a calendar month usually lies above or below the trend around it, as a percentage.",
        "factor(month) - 1,  mean(month) = trend · factor(month) · remainder",
        "portal.domain.market.season_profile.season_profile",
        decimals=1,
        signed=True,
        percent=True,
    )
)
MONTH_ABSOLUTE = register(
    Metric(
        "market.season_month_abs",
        "Effect of a month, absolute",
        "",
        "How far the mean price of a calendar month usually lies above or below the trend around it, in the unit of "
        "the price; used where prices reach zero or below.",
        "effect(month),  mean(month) = trend + effect(month) + remainder",
        "portal.domain.market.season_profile.season_profile",
        signed=True,
    )
)
