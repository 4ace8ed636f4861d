"""Names of the parts of Market > Spreads."""

from enum import StrEnum


class Ids(StrEnum):
    """The outer body draws the inputs of a kind of spread, the inner one what they ask for."""

    BODY = "market-spreads"
    SPREAD = "market-spread"
    HISTORY = "market-spread-history"
    DISTRIBUTION = "market-spread-distribution"
    LEGS = "market-spread-legs"
    BRIDGE = "market-spread-bridge"
    YEARS = "market-spread-years"
    TEXT = "market-spread-text"
    SAID = "market-spread-said"
