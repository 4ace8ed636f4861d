"""Risk: scenarios, measures, backtests, stress, limits, sizing; pure numpy and scipy."""
