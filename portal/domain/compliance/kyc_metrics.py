"""The metrics of Compliance > KYC."""

from portal.core.metrics import Metric, register

_HERE = "portal.domain.compliance.kyc_counts"
APPROVED = register(
    Metric(
        "compliance.kyc_approved",
        "Approved counterparties",
        "parties",
        "With how many counterparties we may trade: approved, reviewed in time, and held by no hit of screening.",
        "count of status = approved",
        f"{_HERE}.approved_count",
        decimals=0,
    )
)
BARRED = register(
    Metric(
        "compliance.kyc_barred",
        "Counterparties not approved",
        "parties",
        "How many counterparties are pending, rejected or expired, so that their trades are blocked.",
        "count of status != approved",
        f"{_HERE}.barred_count",
        decimals=0,
    )
)
OVERDUE = register(
    Metric(
        "compliance.kyc_overdue",
        "Reviews overdue",
        "parties",
        "How many approved counterparties have a review in the past: 12 months for high risk, 24 medium, 60 low.",
        "count of status = approved and next review < day",
        f"{_HERE}.overdue_count",
        decimals=0,
    )
)
WAITING = register(
    Metric(
        "compliance.screening_waiting",
        "Hits that wait",
        "hits",
        "How many names of ours that look like one on a list nobody has decided.",
        "count of state in (open, proposed)",
        f"{_HERE}.waiting_count",
        decimals=0,
    )
)
SCORE = register(
    Metric(
        "compliance.screening_score",
        "Score of a hit",
        "points",
        "How much a name is like one on a list, 0 to 100: the higher of the likeness of its sorted words "
        "(Jaro-Winkler) and the share of its words that sound alike (metaphone).",
        "max(spelling, sound)",
        f"{_HERE}.hit_score",
        decimals=1,
    )
)
LIST_AGE = register(
    Metric(
        "compliance.list_age",
        "Age of a list",
        "h",
        "How long ago the newest edition of a sanctions list was imported; more than 24 h is flagged (GL-SN-06).",
        "moment - imported",
        f"{_HERE}.age_hours",
        decimals=1,
    )
)
