"""Monitoring: the jobs of the portal."""

from pages.monitoring import jobs

__all__ = ["jobs"]
