"""Typed tables. Importing this package registers all of them with :class:`data.base.Base`."""

from data.models import access, ingest, market, portfolio, power

__all__ = ["access", "ingest", "market", "portfolio", "power"]
