"""Market: prices, curves, spreads, volatility, data quality."""

from pages.market import instrument, prices

__all__ = ["instrument", "prices"]
