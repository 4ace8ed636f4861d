"""Options on futures prices: European, American, average-price and spread; prices, greeks and implied volatility."""
