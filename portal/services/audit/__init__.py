"""The audit log: what is noted, how it is chained, signed, searched and verified."""

from portal.services.audit.log import note

__all__ = ["note"]
