"""Names of the body and the grids of Forecast."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "forecast"
    FAN = "forecast-fan"
    VALUES = "forecast-values"
    PAST = "forecast-past"
    RUNS = "forecast-runs"
    DRIVERS = "forecast-drivers"
