"""Names of the parts of Forecast > Accuracy."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "forecast-accuracy"
    LEADERS = "forecast-accuracy-leaders"
    STEPS = "forecast-accuracy-steps"
    HOURS = "forecast-accuracy-hours"
    MONTHS = "forecast-accuracy-months"
    REGIMES = "forecast-accuracy-regimes"
    VERSUS = "forecast-accuracy-versus"
    CALIBRATION = "forecast-accuracy-calibration"
    PIT = "forecast-accuracy-pit"
    INTERVALS = "forecast-accuracy-intervals"
    VALUE = "forecast-accuracy-value"
