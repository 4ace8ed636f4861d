"""Names of the parts of Risk > Backtests."""

from enum import StrEnum


class Ids(StrEnum):
    """The body, its grids, and the form of a comment."""

    BODY = "risk-backtests"
    HISTORY = "risk-backtests-history"
    CUMULATIVE = "risk-backtests-cumulative"
    TESTS = "risk-backtests-tests"
    METHODS = "risk-backtests-methods"
    NODES = "risk-backtests-nodes"
    EXCEPTIONS = "risk-backtests-exceptions"
    DESK = "risk-backtests-desk"
    ABOUT = "risk-backtests-about"
    CAUSE = "risk-backtests-cause"
    WORDS = "risk-backtests-words"
    SAY = "risk-backtests-say"
    REFUSED = "risk-backtests-refused"
