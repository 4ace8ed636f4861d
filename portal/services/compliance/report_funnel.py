"""Counting what became of the rows of a report, and of reports."""

from collections.abc import Iterable, Mapping
from typing import Any

FATES = {
    "considered": "Looked at",
    "in_scope": "In scope",
    "accepted": "In the file",
    "rejected": "Refused",
}
LEFT = "left out: "
EVERY = "all"


def steps(facts: Mapping[str, Any]) -> list[tuple[str, int]]:
    """Return the funnel of a report from its stored facts: fates, then reasons for leaving out."""
    found = [(name, int(facts.get(name, 0))) for name in FATES]
    return found + [(f"{LEFT}{reason}", int(count)) for reason, count in facts.get("left_out", {}).items()]


def fate(rows: Iterable[Mapping[str, Any]], name: str) -> float | None:
    """Return the count of a fate among rows with ``fate`` and ``rows``; None when there is no such fate."""
    return next((float(row["rows"]) for row in rows if row["fate"] == name), None)


def in_state(rows: Iterable[Mapping[str, Any]], state: str) -> float:
    """Return how many rows stand so; all of them for ``all``."""
    return float(sum(state in (EVERY, str(row["state"])) for row in rows))
