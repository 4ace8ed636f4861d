"""What of each curve is still to be delivered by or to each counterparty, and what it is priced at."""

from datetime import timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from portal.core.clock import Clocks

_OPEN = text(
    "SELECT p.counterparty_id, p.curve_id, sum(p.volume) FROM portfolio_positions p "
    "JOIN counterparties c ON c.id = p.counterparty_id AND c.kind <> 'exchange' "
    "WHERE p.effective_on <= :as_of AND p.recorded_at <= :known_at "
    "AND p.month >= date_trunc('month', CAST(:as_of AS date)) GROUP BY 1, 2"
)
_LEVELS = text(
    "SELECT DISTINCT ON (curve_id) curve_id, value FROM (SELECT curve_id, trade_date, avg(value) AS value "
    "FROM curve_points WHERE curve_id IN :curves AND trade_date BETWEEN :first AND :last AND recorded_at <= :known_at "
    "GROUP BY 1, 2) days ORDER BY curve_id, trade_date DESC"
).bindparams(bindparam("curves", expanding=True))
_BACK = timedelta(days=10)


def open_volumes(session: Session, *, clocks: Clocks) -> dict[int, dict[int, float]]:
    """Return the net volume still to be delivered by counterparty (clearing houses aside) and curve, in its unit."""
    found: dict[int, dict[int, float]] = {}
    for party, curve, volume in session.execute(_OPEN, {"as_of": clocks.as_of, "known_at": clocks.known_at}):
        found.setdefault(party, {})[curve] = float(volume)
    return found


def levels(session: Session, *, clocks: Clocks, curves: list[int]) -> dict[int, float]:
    """Return the mean price over the months of each curve on the newest day that it has, in its unit."""
    if not curves:
        return {}
    values = {
        "curves": curves,
        "first": clocks.as_of - _BACK,
        "last": clocks.as_of,
        "known_at": clocks.known_at,
    }
    return {curve: float(value) for curve, value in session.execute(_LEVELS, values)}
