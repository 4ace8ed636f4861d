"""Monitoring: what the portal found by itself, and its jobs."""

from pages.monitoring import (
    alerts,
    backups,
    database,
    feeds,
    health,
    incidents,
    jobs,
    notifications,
    rules,
    security,
    service,
    services,
    slos,
    usage,
)

__all__ = [
    "alerts",
    "backups",
    "database",
    "feeds",
    "health",
    "incidents",
    "jobs",
    "notifications",
    "rules",
    "security",
    "service",
    "services",
    "slos",
    "usage",
]
