"""The level of each curve around a day: what a price is held against when a trade is entered."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

_BACK = timedelta(days=31)
_LEVELS = text(
    "SELECT curve_id, trade_date, avg(value) FROM curve_points "
    "WHERE curve_id IN :curves AND trade_date BETWEEN :first AND :last GROUP BY 1, 2 ORDER BY 1, 2"
).bindparams(bindparam("curves", expanding=True))


def curve_levels(
    session: Session, *, curves: Collection[int], first: date, last: date
) -> dict[int, list[tuple[date, float]]]:
    """Return the mean price over the months of each curve on each day, from a month before ``first`` to ``last``.

    These are for a check of size alone, so all versions of a day count alike.
    """
    found: dict[int, list[tuple[date, float]]] = {}
    if curves:
        values = {"curves": sorted(curves), "first": first - _BACK, "last": last}
        for curve, day, level in session.execute(_LEVELS, values):
            found.setdefault(curve, []).append((day, level))
    return found
