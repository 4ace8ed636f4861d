"""The metrics of Monitoring > Security, and what they count."""

from collections.abc import Sequence
from datetime import datetime

from portal.core.metrics import Metric, register

HOUR, DAY = 3600.0, 86_400.0
_HERE = "portal.domain.monitoring.security_metrics"


def _count(code: str, title: str, unit: str, formula: str, symbols: str) -> Metric:
    return register(Metric(f"security.{code}", title, unit, formula, symbols, f"{_HERE}.count", decimals=0))


FAILED = _count(
    "failed_logins", "Failed sign-ins", "tries",
    "Tries to sign in that were looked at and refused in the 24 hours up to the moment of the count.",
    "count of tries, not succeeded",
)  # fmt: skip
LOCKED = _count(
    "lockouts", "Lock-outs", "minutes",
    "Minutes of the last 24 hours in which tries on an account were turned away unseen, because of failures before "
    "them; each account and minute counts once.",
    "count of blocked",
)  # fmt: skip
DENIED = _count(
    "denials", "Denials", "entries",
    "Pages, callbacks, routes and services that somebody signed in asked for without the right, in the last 24 hours.",
    "count of denied",
)  # fmt: skip
SESSIONS = _count(
    "sessions", "Open sessions", "sessions",
    "Sessions that are neither ended, expired nor idle at the moment of the count.", "count of open",
)  # fmt: skip
UNUSUAL = _count(
    "unusual_sign_ins", "Unusual sign-ins", "sign-ins",
    "Sign-ins of the last 7 days that a rule points at; one sign-in can be pointed at by several.", "count of hits",
)  # fmt: skip
VULNERABILITIES = _count(
    "vulnerabilities", "Known vulnerabilities", "findings",
    "Vulnerabilities of installed packages in the newest result of pip-audit.", "count of findings",
)  # fmt: skip
VIOLATIONS = _count(
    "csp_violations", "Policy violations", "kinds",
    "Different violations of the content security policy that browsers told of in the last 7 days.", "count of kinds",
)  # fmt: skip
AUDIT_AGE = register(
    Metric(
        "security.audit_age", "Audit log verified", "h",
        "Hours from the last verification that found the audit log whole to the moment of the count.",
        "t - max(verified at | whole)", f"{_HERE}.age_hours", decimals=1,
    )
)  # fmt: skip
SECRET_AGE = register(
    Metric(
        "security.secret_age", "Oldest secret", "days",
        "Days since the oldest of the portal's own secrets was made, as far as its file tells.",
        "t - min(made at)", f"{_HERE}.oldest_days", decimals=0,
    )
)  # fmt: skip


def count(flags: Sequence[bool]) -> int:
    """Return how many are true."""
    return sum(flags)


def age_hours(verified: Sequence[datetime], whole: Sequence[bool], moment: datetime) -> float | None:
    """Return hours since the newest good verification; None when there is none."""
    newest = max((at for at, good in zip(verified, whole, strict=True) if good), default=None)
    return None if newest is None else (moment - newest).total_seconds() / HOUR


def oldest_days(made: Sequence[datetime], moment: datetime) -> float | None:
    """Return days since the first of ``made``; None when there is none."""
    first = min(made, default=None)
    return None if first is None else (moment - first).total_seconds() / DAY
