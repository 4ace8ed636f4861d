"""Names of the parts of Compliance > Reports."""

from enum import StrEnum

NONE = "none"
"""The choice of a list that means nothing is open."""
DECIDE = "report-decide"
NEW, ALL_ROWS, REFUSED = "new", "replace", "refused"
AGAIN = [
    (NEW, "A new file"),
    (ALL_ROWS, "All rows again, replacing the open one"),
    (REFUSED, "Only refused rows of the open one"),
]
"""What is made: a new report, or a correction of the one that is open."""


class Ids(StrEnum):
    """The body, the grids, and the parts of the decision."""

    BODY = "compliance-reports"
    FILES = "compliance-reports-files"
    FUNNEL = "compliance-reports-funnel"
    ROWS = "compliance-reports-rows"
    CELLS = "compliance-reports-cells"
    REASONS = "compliance-reports-reasons"
    STATE = "compliance-reports-state"
    NOTE = "compliance-reports-note"
    SUBJECTS = "compliance-reports-subjects"
    DECIDED = "compliance-reports-decided"
