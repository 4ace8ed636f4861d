"""Names of the parts of Market > Data quality."""

from enum import StrEnum


class Ids(StrEnum):
    """The body, its grids, and the parts of the form that repairs a refused row."""

    BODY = "market-quality"
    FEEDS = "market-quality-feeds"
    COVERAGE = "market-quality-coverage"
    GAPS = "market-quality-gaps"
    SPIKES = "market-quality-spikes"
    STILL = "market-quality-still"
    BARS = "market-quality-bars"
    QUARANTINE = "market-quality-quarantine"
    IMPORTS = "market-quality-imports"
    ROW = "market-quality-row"
    RETRY = "market-quality-retry"
    DISMISS = "market-quality-dismiss"
    OUTCOME = "market-quality-outcome"


def cell_id(column: str) -> dict[str, str]:
    """Return the id of the input that holds the cell of ``column``."""
    return {"type": "market-quality-cell", "column": column}
