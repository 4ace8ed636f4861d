"""A proposal as text, which pins its replay down, and the rows of that replay."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from portal.core.errors import DomainError
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.risk.limits.use import Status
from portal.services.risk.limit_proposals import Draft, Trial
from portal.services.risk.limit_tables import STATUS_WORDS, known

COLUMNS = (
    Column("day", "Day", "date"),
    Column("use", "Used", "percent", decimals=1),
    Column("status", "Status", "badge"),
)


def draft_text(portfolio: str, terms: Mapping[str, Any]) -> str:
    """Return portfolio and terms of a proposal as text."""
    return json.dumps({"portfolio": portfolio, "terms": dict(terms)}, sort_keys=True, separators=(",", ":"))


def read_draft_text(text: str, day: date) -> Draft:
    """Return the proposal that a text of :func:`draft_text` means, beginning on ``day``.

    Raises
    ------
    DomainError
        The text is damaged.
    """
    try:
        given = json.loads(text)
        return Draft("DRAFT", "Proposal", str(given["portfolio"]), dict(given["terms"]), day)
    except (ValueError, TypeError, KeyError):
        raise DomainError("The proposal cannot be read. Open the figure again from the page.") from None


def trial_table(query: GridQuery, found: Trial) -> Table:
    """Return the use that a proposal would have had by day, the newest first; the values are in its passport."""
    rows: list[tuple[Cell, ...]] = []
    if found.result is not None:
        days, use, status = found.result.days.tolist(), found.result.use, found.result.status
        rows = [
            (days[at], known(float(use[at])), STATUS_WORDS[Status(int(status[at]))])
            for at in range(len(days) - 1, -1, -1)
        ]
    return sort_rows(Table(COLUMNS, rows, simulated=found.simulated), query)
