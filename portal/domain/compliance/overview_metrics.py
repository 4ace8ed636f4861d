"""The metrics of Compliance > Overview."""

from datetime import datetime, timedelta

from portal.core.metrics import Metric, register

_DAY = timedelta(days=1)

SCORE = register(
    Metric(
        "compliance.score",
        "Compliance score",
        "points",
        "100 less what open breaches weigh among everything that was evaluated: a blocked finding 5, a flagged one 2, "
        "a late obligation 3 (house weights). Evaluated are the questions of the newest run to rules that can block "
        "or flag, and the obligations that came due within a year.",
        "100 (1 - sum(w open) / sum(w evaluated))",
        "portal.domain.compliance.score.score",
        decimals=2,
    )
)
POINTS_LOST = register(
    Metric(
        "compliance.points_lost",
        "Points lost",
        "points",
        "Points that the open breaches of one part take off the compliance score.",
        "100 w open / sum(w evaluated)",
        "portal.domain.compliance.score.points_lost",
        decimals=2,
    )
)
COVERAGE = register(
    Metric(
        "compliance.coverage",
        "Coverage",
        "fraction",
        "Questions of the newest run that could be answered, among those and the ones that lacked facts.",
        "evaluated / (evaluated + data gaps)",
        "portal.domain.compliance.score.share",
        decimals=1,
        percent=True,
    )
)
FINDINGS = register(
    Metric(
        "compliance.findings",
        "Findings",
        "findings",
        "How many findings of one action were recorded about events of a day, or under a regime.",
        "count of records",
        "portal.domain.compliance.score.total",
        decimals=0,
    )
)
LATE = register(
    Metric(
        "compliance.obligations_late",
        "Late obligations",
        "obligations",
        "How many obligations are open after their deadline.",
        "count of open and due < t",
        "portal.domain.compliance.obligations.status_of",
        decimals=0,
    )
)
DUE_SOON = register(
    Metric(
        "compliance.obligations_due",
        "Due within seven days",
        "obligations",
        "How many open obligations come due within seven days from the moment of the count.",
        "count of open and t <= due <= t + 7 d",
        "portal.domain.compliance.overview_metrics.is_soon",
        decimals=0,
    )
)
TIMELINESS = register(
    Metric(
        "compliance.timeliness",
        "Done in time",
        "fraction",
        "Of the obligations that came due within a year, the share that was done in time; those skipped with a reason "
        "do not count.",
        "done in time / (done + late)",
        "portal.domain.compliance.obligations.timeliness",
        decimals=1,
        percent=True,
    )
)
DAYS_LEFT = register(
    Metric(
        "compliance.obligation_days_left",
        "Days left",
        "d",
        "Days from the moment of the count to the deadline; negative when it has passed.",
        "due - t",
        "portal.domain.compliance.overview_metrics.days_left",
        decimals=1,
        signed=True,
        coloured=False,
    )
)
SOON = timedelta(days=7)


def days_left(due_at: datetime, at: datetime) -> float:
    """Return days from ``at`` to ``due_at``, negative when it has passed."""
    return (due_at - at) / _DAY


def is_soon(due_at: datetime, at: datetime) -> bool:
    """Tell whether a deadline falls within seven days from ``at``."""
    return at <= due_at <= at + SOON
