"""The metrics of Compliance > Privacy."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.privacy_counts"
OPEN = register(
    Metric(
        "compliance.privacy_open",
        "Requests of persons, open",
        "requests",
        "How many requests of persons for access to, or erasure of, their data are not answered.",
        "count of state != done",
        f"{_HERE}.open_count",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "compliance.privacy_waiting",
        "Erasures that wait",
        "requests",
        "How many erasures were proposed that no second person has approved or rejected.",
        "count of state = proposed",
        f"{_HERE}.waiting_count",
        decimals=0,
    )
)
LATE = register(
    Metric(
        "compliance.privacy_late",
        "Requests of persons, late",
        "requests",
        "How many requests are not answered although their month, or three when extended, is over.",
        "count of state != done and due < t",
        f"{_HERE}.late_count",
        decimals=0,
    )
)
DAYS_LEFT = register(
    Metric(
        "compliance.privacy_days_left",
        "Time left to answer",
        "d",
        "Days until a request must be answered, or that were left when it was; negative when it is late. The deadline "
        "is that of the rule GL-GD-01.",
        "due - min(t, answered)",
        f"{_HERE}.days_left",
        decimals=1,
        signed=True,
        coloured=False,
    )
)
HOLDS = register(
    Metric(
        "compliance.privacy_holds",
        "Legal holds in force",
        "holds",
        "How many legal holds were set and not released.",
        "count of not released by t",
        f"{_HERE}.in_force_count",
        decimals=0,
    )
)
ROWS = register(
    Metric(
        "compliance.privacy_rows",
        "Rows with personal data",
        "rows",
        "How many rows of a class of records hold data of a person.",
        "sum of rows by table and day",
        f"{_HERE}.row_count",
        decimals=0,
    )
)
OLDEST = register(
    Metric(
        "compliance.privacy_oldest",
        "Age of the oldest row",
        "d",
        "Days since the oldest row of a class of records that holds data of a person.",
        "t - min(day)",
        f"{_HERE}.oldest_age",
        decimals=0,
    )
)
PERSON_ROWS = register(
    Metric(
        "compliance.privacy_person_rows",
        "Rows of a person",
        "rows",
        "How many rows of a class of records hold data of the person of a request.",
        "sum of rows by table",
        f"{_HERE}.row_count",
        decimals=0,
    )
)
