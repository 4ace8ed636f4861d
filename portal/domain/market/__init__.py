"""Prices and what is read out of them: returns, volatility, correlation, seasonality, spreads, curves, calendars."""
