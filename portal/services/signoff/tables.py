"""The rows of sign-offs and adjustments, as the page, files and packs show them."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from portal.core.clock import Clocks
from portal.core.table import PHONE, Column, GridQuery, Table, sort_rows
from portal.domain.signoff import metrics
from portal.domain.signoff.steps import ORDER, current
from portal.services.signoff.adjustments import Adjustment
from portal.services.signoff.standing import Standing

PATH = "/sign-off"
BESIDE = "Amounts beside the figures; those marked approved have a second person's approval."
"""What a card of adjustments says of them."""
SIGNED_COLUMNS = (
    Column("day", "Day", "date"),
    Column("portfolio", "Portfolio", link="address"),
    Column("state", "State", "badge"),
    Column("prepared", "Prepared by"),
    Column("reviewed", "Reviewed by"),
    Column("approved", "Approved by"),
    Column("known_at", "Figures known at", "moment", room=PHONE),
    Column("now", "Now", "badge", help="Whether the figures would be found differently now"),
    Column("digest", "SHA-256", room=PHONE, help="Of the figures that were signed"),
    Column("address", "Address", hidden=True),
)
ADJUSTMENT_COLUMNS = (
    Column("number", "No."),
    Column("day", "Day", "date"),
    Column("portfolio", "Portfolio", link="address"),
    Column("metric", "Beside"),
    Column(
        "amount", "Amount", "number", unit="EUR", decimals=2, metric=metrics.ADJUSTMENT.id, signed=True,
        coloured=False, help="Never added into the figure",
    ),
    Column("state", "State", "badge"),
    Column("reason", "Reason"),
    Column("proposed", "Proposed by"),
    Column("decided", "Decided by"),
    Column("note", "Note", room=PHONE),
    Column("address", "Address", hidden=True),
)  # fmt: skip


def address(portfolio: str, clocks: Clocks | Mapping[str, str]) -> str:
    """Return the address of a portfolio's day under the same clocks."""
    pair = clocks.query() if isinstance(clocks, Clocks) else dict(clocks)
    return f"{PATH}?{urlencode({'portfolio': portfolio, **pair})}"


def _of_day(clocks: Clocks, day: str) -> dict[str, str]:
    return {**clocks.query(), "as_of": day}


def signed_table(query: GridQuery, found: Standing) -> Table:
    """Return what somebody has signed: portfolios by day, the newest first, with who took which step."""
    rows = []
    for cell in found.cells:
        if cell.signed is None:
            continue
        by = {row.step: row.by for row in current(cell.signed.steps)}
        first = cell.signed.signature
        state = "altered" if cell.altered else cell.state
        now = "" if first is None else "differs" if cell.differs else "as signed"
        rows.append(
            (
                cell.day, cell.node.code, state, *(by.get(step.value, "") for step in ORDER),
                first.known_at if first else None, now, first.digest[:16] if first else "",
                address(cell.node.code, _of_day(found.clocks, cell.day.isoformat())),
            )
        )  # fmt: skip
    return sort_rows(Table(SIGNED_COLUMNS, rows, simulated=found.simulated), query)


def adjustment_table(query: GridQuery, found: Sequence[Adjustment], clocks: Clocks) -> Table:
    """Return adjustments with their reasons and what a second person said, the newest first."""
    rows = []
    for one in found:
        row, last = one.row, one.decisions[0] if one.decisions else None
        rows.append(
            (
                str(row.id), row.as_of, row.portfolio, one.metric_title, float(row.amount), one.state, row.reason,
                row.proposed_by, last.decided_by if last else "", last.note if last else "",
                address(row.portfolio, _of_day(clocks, row.as_of.isoformat())),
            )
        )  # fmt: skip
    params = {str(one.row.id): {"adjustment": one.row.id} for one in found}
    note = "Shown beside the figures, never within them."
    return sort_rows(Table(ADJUSTMENT_COLUMNS, rows, note=note, extra={"params": params}), query)
