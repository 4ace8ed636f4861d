"""Forward curves from quoted delivery products: blocks of hours, arbitrage between quotes, smooth curves."""
