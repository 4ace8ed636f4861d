"""Forecast: what is expected, how well it was expected, and by which models."""

from pages.forecast import models, outlook

__all__ = ["models", "outlook"]
