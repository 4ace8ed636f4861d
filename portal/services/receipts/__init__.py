"""Receipts: a figure, its rows and its clocks as one file that can be checked later, offline or against a database."""

from portal.services.receipts.document import VERSION, Receipt, issue
from portal.services.receipts.verdict import Status, Verdict
from portal.services.receipts.verification import verify

__all__ = ["VERSION", "Receipt", "Status", "Verdict", "issue", "verify"]
