"""What pages show. Importing this package registers every page."""

from pages import compliance, forecast, home, market, monitoring, not_found_404, portfolio, risk

__all__ = ["compliance", "forecast", "home", "market", "monitoring", "not_found_404", "portfolio", "risk"]
