"""How large a position may be: by volatility, growth or equal risk, always within what limits leave."""
