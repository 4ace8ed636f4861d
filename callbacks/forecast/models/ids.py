"""Names of the parts of Forecast > Models."""

from enum import StrEnum

PATH = "/forecast/models"
EVERY = "all"
DECIDE, WORDS = "model-decide", "model-words"


class Ids(StrEnum):
    """The bodies, the grids, and the parts that buttons read and write."""

    BODY = "forecast-models"
    TRAIN = "forecast-models-train"
    SERVE = "forecast-models-serve"
    VERSIONS = "forecast-models-versions"
    TRIALS = "forecast-models-trials"
    COMPARE = "forecast-models-compare"
    STEPS = "forecast-models-steps"
    STATE = "forecast-models-state"
    DECIDED = "forecast-models-decided"
    FIRST = "forecast-models-first"
    SECOND = "forecast-models-second"
    SHOW = "forecast-models-show"
    COMPARED = "forecast-models-compared"
