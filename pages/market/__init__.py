"""Market: prices, curves, spreads, volatility, correlation, seasonality, data quality."""

from pages.market import correlation, curves, instrument, prices, quality, seasonality, spreads, volatility

__all__ = ["correlation", "curves", "instrument", "prices", "quality", "seasonality", "spreads", "volatility"]
