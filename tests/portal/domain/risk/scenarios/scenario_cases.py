"""A small market for tests of scenarios: two curves in two currencies, one of them rolled at the front."""

from datetime import date

import numpy as np

from portal.domain.portfolio.market import (
    MISSING,
    QUOTED,
    ROLLED,
    CurveTerms,
    Fixings,
    Market,
    Marks,
    VolSurface,
    ZeroCurve,
)

AS_OF = date(2026, 11, 20)
MONTHS = np.arange("2026-10", "2027-04", dtype="datetime64[M]")  # tenors -1 to 4
GAS, POWER, OIL = 3, 5, 9


def small_market(prices: dict[int, list[float]] | None = None) -> Market:
    """Gas in EUR quoted from tenor 1, power in EUR, oil in USD whose tenor 1 has expired and whose tenor 4 lacks."""
    price = np.array(
        [
            [20.0, 21.0, 22.0, 23.0, 24.0, 25.0],
            [80.0, 81.0, 82.0, 83.0, 84.0, 85.0],
            [60.0, 61.0, 62.0, 63.0, 64.0, np.nan],
        ]
    )
    for row, values in (prices or {}).items():
        price[row] = values
    status = np.full(price.shape, QUOTED, np.int8)
    status[:, :2], status[2, 2] = ROLLED, ROLLED
    status[np.isnan(price)] = MISSING
    day = np.full(price.shape, np.datetime64(AS_OF))
    terms = CurveTerms(
        np.array([GAS, POWER, OIL]),
        ("TTF", "POWER_DE", "BRENT"),
        ("gas", "power", "crude"),
        ("EUR/MWh", "EUR/MWh", "USD/bbl"),
        ("EUR", "EUR", "USD"),
        ("Europe/Berlin",) * 3,
        np.ones(3),
        np.ones(3),
        np.full(3, -1),
        np.zeros(3, np.bool_),
    )
    zeros = np.zeros(price.shape)
    surface = VolSurface(
        MONTHS[2:4], np.array([-1.0, 0.0, 1.0]), np.array([[0.5, 0.4, 0.5]] * 2), False, AS_OF
    )
    rates = {
        "EUR": ZeroCurve(np.array([0.5, 2.0]), np.array([0.02, 0.03]), AS_OF),
        "USD": ZeroCurve(np.array([1.0]), np.array([0.04]), AS_OF),
    }
    return Market(
        AS_OF, terms, Marks(MONTHS, price, day, status), Fixings(zeros, zeros, zeros + 30.0, {}), {GAS: surface},
        {(GAS, POWER): 0.5}, rates, {"EUR": 1.0, "USD": 0.9}, "EUR", {},
    )  # fmt: skip
