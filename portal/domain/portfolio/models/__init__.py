"""Stochastic models of commodity prices: their futures curves, volatilities and calibration."""
