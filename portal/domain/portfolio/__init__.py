"""What is owned, what it is worth, and why that changed: instruments, valuation, positions, explain."""
