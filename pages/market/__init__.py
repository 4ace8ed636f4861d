"""Market: prices, curves, spreads, volatility, correlation, seasonality, data quality."""

from pages.market import correlation, instrument, prices, volatility

__all__ = ["correlation", "instrument", "prices", "volatility"]
