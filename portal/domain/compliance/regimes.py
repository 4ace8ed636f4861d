"""Which regimes a set of facts falls under; regimes add up and never exclude each other."""

from collections.abc import Mapping
from typing import Any


def detect(facts: Mapping[str, Any]) -> frozenset[str]:
    """Return the codes of all regimes that ``facts`` fall under; GLOBAL always (RG-01 to RG-08)."""
    del facts
    return frozenset({"GLOBAL"})
