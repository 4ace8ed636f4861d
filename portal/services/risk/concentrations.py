"""What carries a figure of a run: components by trade, curve, counterparty or book, and how concentrated they are."""

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.domain.risk.decomposition import herfindahl
from portal.services.risk.cuts import Figure

CARRIERS = {"trade": "Trade", "curve": "Curve", "counterparty": "Counterparty", "book": "Book"}
"""What components can be added up by; ``curve`` is that of the first leg."""


def carried_by(figure: Figure, by: str) -> tuple[IntArray1D, FloatArray1D]:
    """Return ids of trades, curves, counterparties or books, and the component of each, shape (k,); they add up."""
    trades, parts = figure.by_trade()
    run = figure.run
    ids = {
        "trade": run.outcome.trade_id,
        "curve": run.terms.trade_curve,
        "counterparty": run.terms.counterparty,
        "book": run.outcome.portfolio,
    }[by][trades]
    keys, place = np.unique(ids, return_inverse=True)
    return keys.astype(np.int64), np.bincount(place.ravel(), parts, len(keys)).astype(np.float64)


def concentration_of(figure: Figure, by: str) -> float:
    """Return the Herfindahl index of the components of a figure; 0 where nothing carries any risk."""
    return herfindahl(carried_by(figure, by)[1])
