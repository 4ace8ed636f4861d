"""Forecast: what is expected, how well it was expected, and by which models."""

from pages.forecast import outlook

__all__ = ["outlook"]
