"""Forecast: what is expected, how well it was expected, and by which models."""

from pages.forecast import accuracy, models, outlook

__all__ = ["accuracy", "models", "outlook"]
