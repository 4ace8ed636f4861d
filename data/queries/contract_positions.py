"""What each book holds of listed contracts, by delivery month: the accounts of position reports."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Net volume of one book in one month of one curve; options apart from futures, in the unit of the curve."""

    curve: str
    unit: str
    month: date
    book: str
    is_option: bool
    volume: float
    simulated: bool


_HELD = text(
    """
    SELECT c.code, c.unit, p.month, b.code, p.kind = 'option', sum(p.volume), bool_or(c.simulated)
    FROM portfolio_positions p
    JOIN curves c ON c.id = p.curve_id
    JOIN portfolios b ON b.id = p.portfolio_id
    JOIN counterparties k ON k.id = p.counterparty_id
    WHERE c.code = ANY(:curves) AND k.kind = 'exchange' AND p.kind IN ('future', 'option')
      AND p.effective_on <= :as_of AND p.recorded_at <= :known_at AND p.month > :as_of
    GROUP BY 1, 2, 3, 4, 5
    HAVING abs(sum(p.volume)) > 1e-9
    ORDER BY 1, 3, 5, 4
    """
)


def held(session: Session, *, clocks: Clocks, curves: Collection[str]) -> list[HeldRow]:
    """Return what books hold of the curves on exchanges in months after the day, by curve, month and book."""
    values = {"curves": sorted(curves), "as_of": clocks.as_of, "known_at": clocks.known_at}
    return [HeldRow(*row) for row in session.execute(_HELD, values)]
