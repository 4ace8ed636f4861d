"""Typed tables. Importing this package registers all of them with :class:`data.base.Base`."""

from data.models import access, ingest, jobs, market, portfolio, power, risk

__all__ = ["access", "ingest", "jobs", "market", "portfolio", "power", "risk"]
