"""Monitoring: what the portal found by itself, and its jobs."""

from pages.monitoring import alerts, backups, jobs

__all__ = ["alerts", "backups", "jobs"]
