"""Did the model hold up: tests of VaR and expected shortfall forecasts against what happened afterwards.

One file a family of tests; ``run.py`` makes them all of one forecast series, ``rolling.py`` makes the series.
"""
