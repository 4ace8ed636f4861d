"""Risk: how much could be lost, what drives it, and whether the model held up."""

from pages.risk import backtests, distribution, drill, earnings, limits, overview, sizing, stress

__all__ = ["backtests", "distribution", "drill", "earnings", "limits", "overview", "sizing", "stress"]
