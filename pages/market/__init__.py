"""Market: prices, curves, spreads, volatility, correlation, seasonality, data quality, import."""

from pages.market import (
    correlation,
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
    "curves",
    "import_",
    "instrument",
    "prices",
    "quality",
    "seasonality",
    "spreads",
    "volatility",
]
