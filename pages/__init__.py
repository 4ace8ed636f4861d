"""What pages show. Importing this package registers every page."""

from pages import compliance, forecast, market, monitoring, not_found_404, overview, portfolio, risk

__all__ = ["compliance", "forecast", "market", "monitoring", "not_found_404", "overview", "portfolio", "risk"]
