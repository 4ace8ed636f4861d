"""Forecasts: preparing series, features, models, probabilities, scores, comparisons, stages and monitoring."""
