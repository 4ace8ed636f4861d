"""Forecasts: targets and their data, trials, versions of models, what is served, and what became of it."""
