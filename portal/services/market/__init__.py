"""Market use cases: prices, curves, spreads, volatility, data quality."""
