"""What pages show. Importing this package registers every page."""

from pages import home, market, not_found_404, portfolio, risk

__all__ = ["home", "market", "not_found_404", "portfolio", "risk"]
