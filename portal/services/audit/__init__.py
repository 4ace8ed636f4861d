"""The audit log: what is noted, how it is chained, signed, searched and verified."""

from portal.services.audit.log import STRANGER, Origin, comes_from, note, note_now

__all__ = ["STRANGER", "Origin", "comes_from", "note", "note_now"]
