"""Names of the parts of Compliance > Checks."""

from enum import StrEnum


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "compliance-checks"
    RULES = "compliance-checks-rules"
    RECORDS = "compliance-checks-records"
    DAYS = "compliance-checks-days"
