"""What pages show. Importing this package registers every page."""

from pages import home, market, monitoring, not_found_404, portfolio, risk

__all__ = ["home", "market", "monitoring", "not_found_404", "portfolio", "risk"]
