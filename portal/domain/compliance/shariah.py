"""What the rules of Islamic finance have in common: which accounts they look at, and which contracts sell ahead."""

from portal.domain.compliance.base import Case

AHEAD = frozenset({"salam", "istisna"})
"""Kinds of contracts in which goods may be sold before they are owned."""


def concerns(case: Case) -> bool:
    """Tell whether the facts are of an Islamic account; a contract of no known account is judged as one."""
    return case.get("account.shariah", True) is not False
