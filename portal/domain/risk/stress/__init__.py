"""Stress: typed shocks in layers, a library of them, markets under them, and what would break a loss."""
