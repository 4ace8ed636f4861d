"""Scenarios: how far each factor could move, and how likely that is."""
