"""Risk: runs and what they say, backtests, stress, limits, sizing; all under the rights of who asks."""
