"""Market: prices, curves, spreads, volatility, data quality."""

from pages.market import instrument, prices, volatility

__all__ = ["instrument", "prices", "volatility"]
