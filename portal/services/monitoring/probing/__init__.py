"""The probes, by what they look at; see :mod:`portal.services.monitoring.probes`."""
