"""The metrics of Compliance > Cases."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.case_counts"
OPEN = register(
    Metric(
        "compliance.cases_open",
        "Undecided cases",
        "cases",
        "How many cases are not closed at the moment of the count.",
        "count of state != closed",
        f"{_HERE}.open_count",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "compliance.cases_waiting",
        "Decisions that wait",
        "cases",
        "How many cases have a proposed decision that no second person has approved or returned.",
        "count of state = proposed",
        f"{_HERE}.waiting_count",
        decimals=0,
    )
)
LATE = register(
    Metric(
        "compliance.cases_late",
        "Late cases",
        "cases",
        "How many cases are not closed although their time to decide is over.",
        "count of state != closed and due < t",
        f"{_HERE}.late_count",
        decimals=0,
    )
)
DECIDED = register(
    Metric(
        "compliance.cases_decided",
        "Decided, last 30 days",
        "cases",
        "How many cases were closed within the thirty days before the moment of the count, and not opened again.",
        "count of t - 30 d < closed <= t",
        f"{_HERE}.decided_count",
        decimals=0,
    )
)
IN_TIME = register(
    Metric(
        "compliance.cases_in_time",
        "Decided in time",
        "fraction",
        "Which share of the cases closed within the last thirty days was closed before its time to decide was over.",
        "count of closed <= due / count of closed, both within t - 30 d",
        f"{_HERE}.in_time_share",
        decimals=0,
        percent=True,
    )
)
HOURS_LEFT = register(
    Metric(
        "compliance.case_hours_left",
        "Time left to decide",
        "h",
        "Hours until a case must be decided, or that were left when it was; negative when it is late. The time to "
        "decide follows from the severity: hours for a critical case, working days for the others.",
        "due - min(t, closed)",
        f"{_HERE}.hours_left",
        decimals=1,
        signed=True,
        coloured=False,
    )
)
