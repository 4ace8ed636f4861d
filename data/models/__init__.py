"""Typed tables. Importing this package registers all of them with :class:`data.base.Base`."""

from data.models import access, forecast, ingest, jobs, market, monitoring, portfolio, power, risk

__all__ = ["access", "forecast", "ingest", "jobs", "market", "monitoring", "portfolio", "power", "risk"]
