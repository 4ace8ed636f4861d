"""What pages show. Importing this package registers every page."""

from pages import forecast, home, market, monitoring, not_found_404, portfolio, risk

__all__ = ["forecast", "home", "market", "monitoring", "not_found_404", "portfolio", "risk"]
