"""Forecast: what is expected, how well it was expected, and by which models."""

from pages.forecast import forecast

__all__ = ["forecast"]
