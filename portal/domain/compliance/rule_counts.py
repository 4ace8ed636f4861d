"""Figures of the catalogue of rules: counts and shares over its rows."""

from collections.abc import Iterable, Sequence


def count(rows: Sequence[object]) -> int:
    """Return how many there are."""
    return len(rows)


def unconfirmed(trusts: Iterable[str]) -> int:
    """Return how many values in force nobody has confirmed, by their marks (``U``)."""
    return sum(trust == "U" for trust in trusts)


def waiting(decisions: Iterable[str | None]) -> int:
    """Return how many proposals nobody has decided about."""
    return sum(not decision for decision in decisions)


def total(counts: Iterable[int]) -> int:
    """Return the sum of counts."""
    return sum(counts)


def met_share(met: Sequence[bool]) -> float | None:
    """Return the share of examples that are answered as expected; None without examples."""
    return sum(met) / len(met) if met else None
