"""Monitoring: what the portal found by itself, and its jobs."""

from pages.monitoring import alerts, jobs

__all__ = ["alerts", "jobs"]
