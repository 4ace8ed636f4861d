"""Portfolio: valuation, positions, P&L explain, trades, what-if."""

from pages.portfolio import positions

__all__ = ["positions"]
