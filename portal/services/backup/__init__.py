"""Backups: made with a snapshot, checked by a restore, encrypted when a key is set, kept by rule, and brought back."""

from portal.services.backup.making import make
from portal.services.backup.manifest import Manifest, all_backups, find
from portal.services.backup.restoring import check, restore

__all__ = ["Manifest", "all_backups", "check", "find", "make", "restore"]
