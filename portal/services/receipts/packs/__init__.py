"""Check a pack or page as PDF, XLSX, zipped CSV or JSON against the receipt inside it, and against a database."""

from portal.services.receipts.packs.checking import is_pack, verify

__all__ = ["is_pack", "verify"]
