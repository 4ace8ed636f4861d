"""Risk: how much could be lost, what drives it, and whether the model held up."""

from pages.risk import drill, overview, stress

__all__ = ["drill", "overview", "stress"]
