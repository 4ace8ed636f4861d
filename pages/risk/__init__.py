"""Risk: how much could be lost, what drives it, and whether the model held up."""

from pages.risk import distribution, drill, overview, stress

__all__ = ["distribution", "drill", "overview", "stress"]
