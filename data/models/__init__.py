"""Typed tables. Importing this package registers all of them with :class:`data.base.Base`."""

from data.models import (
    access,
    audit,
    compliance,
    forecast,
    ingest,
    jobs,
    market,
    monitoring,
    operations,
    packs,
    parties,
    portfolio,
    power,
    reports,
    risk,
)

__all__ = [
    "access",
    "audit",
    "compliance",
    "forecast",
    "ingest",
    "jobs",
    "market",
    "monitoring",
    "operations",
    "packs",
    "parties",
    "portfolio",
    "power",
    "reports",
    "risk",
]
