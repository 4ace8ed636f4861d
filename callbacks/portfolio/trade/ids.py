"""Names of the parts of a trade's page."""

from enum import StrEnum

TRADES_PATH = "/portfolio/trades"
LABELS = {
    "side": "Side", "quantity": "Quantity", "unit": "Unit", "price": "Price", "strike": "Strike", "premium": "Premium",
    "option": "Call or put", "vol_model": "Option model", "shift": "Shift", "expiry": "Expiry",
    "curve2": "Second curve", "ratio1": "Ratio, first leg", "ratio2": "Ratio, second leg", "profile": "Profile",
    "delivery_start": "Delivery from", "delivery_end": "Delivery ends before", "counterparty": "Counterparty",
    "book": "Book", "trader": "Trader", "pay_days": "Payment after (days)", "details": "Details (JSON)",
}  # fmt: skip


class Ids(StrEnum):
    """The body, its grid, and the inputs of the two forms."""

    BODY = "portfolio-trade"
    HISTORY = "portfolio-trade-history"
    LEGS = "portfolio-trade-legs"
    STATE = "portfolio-trade-state"
    EFFECTIVE = "portfolio-trade-effective"
    REASON = "portfolio-trade-reason"
    AMEND = "portfolio-trade-amend"
    CANCEL = "portfolio-trade-cancel"
    PROPOSED = "portfolio-trade-proposed"
    PROPOSAL = "portfolio-trade-proposal"
    NOTE = "portfolio-trade-note"
    APPROVE = "portfolio-trade-approve"
    REJECT = "portfolio-trade-reject"
    WITHDRAW = "portfolio-trade-withdraw"
    DECIDED = "portfolio-trade-decided"


CELL = "portfolio-trade-cell"


def cell_id(column: str) -> dict[str, str]:
    """Return the id of the input of a column."""
    return {"type": CELL, "column": column}


def names_a_number(asked: object) -> bool:
    """Tell whether ``asked`` is a number of a trade or proposal."""
    text = str(asked)
    return text.isascii() and text.isdecimal() and len(text) <= 18  # what fits the key of the table
