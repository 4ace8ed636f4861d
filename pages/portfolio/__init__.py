"""Portfolio: valuation, positions, P&L explain, trades, what-if."""

from pages.portfolio import approvals, explain, positions, trade, trades, valuation, what_if

__all__ = ["approvals", "explain", "positions", "trade", "trades", "valuation", "what_if"]
