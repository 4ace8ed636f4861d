"""Portfolio: valuation, positions, P&L explain, trades, what-if."""
