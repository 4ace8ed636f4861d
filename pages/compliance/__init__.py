"""Compliance: which rules fired, who decided what, the regulator's file, and proof that the log is whole."""

from pages.compliance import (
    audit,
    cases,
    checks,
    kyc,
    overview,
    privacy,
    reports,
    rules,
    surveillance,
    training,
)

__all__ = [
    "audit",
    "cases",
    "checks",
    "kyc",
    "overview",
    "privacy",
    "reports",
    "rules",
    "surveillance",
    "training",
]
