"""A small market and made histories for tests of scenarios."""

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
from portal.domain.risk.scenarios.factors import FactorSet, Shock
from portal.domain.risk.scenarios.history import FactorHistory, SeriesRows

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


def series(values, *, first="2026-01-05", column=0):
    """Rows of one column on consecutive weekdays; NaN leaves a day out."""
    days = np.busday_offset(first, np.arange(len(values)), roll="forward")
    known = np.isfinite(values)
    return SeriesRows(
        days[known], np.full(int(known.sum()), column, dtype=np.int64), np.asarray(values, np.float64)[known]
    )


def price_factors(curves, tenors=3, *, levels=50.0, shock=Shock.RELATIVE, as_of=AS_OF):
    """Price factors of some curves, tenors 1 to ``tenors`` each."""
    curve, tenor = np.repeat(np.array(curves), tenors), np.tile(np.arange(1, tenors + 1), len(curves))
    k = len(curve)
    return FactorSet(
        as_of, np.zeros(k, np.int8), curve, tenor, ("EUR",) * k,
        tuple(f"C{c} +{t}" for c, t in zip(curve, tenor, strict=True)), ("EUR/MWh",) * k, np.full(k, levels),
        (shock,) * k, np.zeros(k),
    )  # fmt: skip


def made_history(
    moves, *, level=50.0, curves=1, tenors=3, as_of=AS_OF, last="2026-11-20", shock=Shock.RELATIVE
):
    """A history of given differences, every day from the same level; NaN is a missing move."""
    moves = np.asarray(moves, np.float64)
    n = len(moves)
    factors = price_factors(range(1, curves + 1), tenors, levels=level, as_of=as_of, shock=shock)
    day = np.busday_offset(last, np.arange(1 - n, 1), roll="backward")
    known = np.isfinite(moves)
    before = np.where(known, level, np.nan)
    history = FactorHistory(
        factors, day, before, before + moves, known.astype(np.int8), np.zeros(0, "datetime64[D]")
    )
    return factors, history


def correlated(n, k, *, seed=1, scale=1.0, common=0.8):
    """Normal moves of k factors with one common part."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((n, 1))
    return scale * (np.sqrt(common) * shared + np.sqrt(1.0 - common) * rng.standard_normal((n, k)))
