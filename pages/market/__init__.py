"""Market: prices, curves, curve build, spreads, volatility, correlation, seasonality, data quality, import."""

from pages.market import (
    correlation,
    curve_build,
    curves,
    import_,
    instrument,
    prices,
    quality,
    seasonality,
    spreads,
    volatility,
)

__all__ = [
    "correlation",
    "curve_build",
    "curves",
    "import_",
    "instrument",
    "prices",
    "quality",
    "seasonality",
    "spreads",
    "volatility",
]
