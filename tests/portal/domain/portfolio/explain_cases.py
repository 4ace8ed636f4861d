"""Random books and markets for tests of the explanation, and a pricing function of a few lines to value them with."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import ndtr

from portal.domain.portfolio.book import DTYPES, Book
from portal.domain.portfolio.market import (
    MISSING,
    QUOTED,
    CurveTerms,
    Fixings,
    Market,
    Marks,
    VolSurface,
    ZeroCurve,
)
from portal.domain.portfolio.trade import Event, Kind

MONTHS = np.arange("2026-01", "2027-07", dtype="datetime64[M]")
CURVES = 3
CURRENCIES = ("EUR", "USD", "GBP")
EVENTS = list(Event)


@dataclass
class Value:
    """A valuation as far as the explanation reads it."""

    total: np.ndarray
    to_eur: np.ndarray


def market(as_of: date, seed: int, *, gaps: float = 0.0) -> Market:
    """A market whose fixings agree between days: what fixed by a day does not depend on ``seed``."""
    rng, facts = np.random.default_rng(seed), np.random.default_rng(7)
    day, shape = np.datetime64(as_of), (CURVES, len(MONTHS))
    price = rng.normal(40.0, 6.0, shape)
    status = np.full(shape, QUOTED, np.int8)
    lost = rng.random(shape) < gaps
    price[lost], status[lost] = np.nan, MISSING
    first = MONTHS.astype("datetime64[D]")
    length = ((MONTHS + 1).astype("datetime64[D]") - first).astype(np.float64)
    count = np.clip((day - first).astype(np.float64) + 1.0, 0.0, length) * np.ones((CURVES, 1))
    fixed = facts.normal(40.0, 6.0, (*shape, 31)).cumsum(axis=2)
    total = np.take_along_axis(fixed, np.maximum(count.astype(int) - 1, 0)[..., None], axis=2)[..., 0]
    total = np.where(count > 0, total, 0.0)
    final = {
        (curve + 1, int(m.astype(np.int64)), int((first[k] - 3).astype(np.int64))): float(fixed[curve, k, 0])
        for curve in range(CURVES)
        for k, m in enumerate(MONTHS)
        if first[k] - 3 <= day
    }
    vol = VolSurface(MONTHS, np.zeros(1), rng.uniform(0.2, 0.6, (len(MONTHS), 1)), False, as_of)
    terms = CurveTerms(
        np.arange(1, CURVES + 1),
        ("A", "B", "C"),
        ("gas",) * CURVES,
        ("EUR/MWh", "USD/bbl", "GBP/MWh"),
        CURRENCIES,
        ("Europe/Berlin",) * CURVES,
        np.ones(CURVES),
        np.ones(CURVES),
        np.full(CURVES, -1),
        np.zeros(CURVES, np.bool_),
    )
    return Market(
        as_of,
        terms,
        Marks(MONTHS, price, np.full(shape, day), status),
        Fixings(total, count, length * np.ones((CURVES, 1)), final),
        dict.fromkeys(range(1, CURVES + 1), vol),
        {},
        {c: ZeroCurve(np.array([1.0]), rng.uniform(-0.01, 0.06, 1), as_of) for c in CURRENCIES},
        {"EUR": 1.0, "USD": rng.uniform(0.8, 1.0), "GBP": rng.uniform(1.1, 1.2)},
        "EUR",
        {},
    )


def book(seed: int, size: int, *, until: date) -> Book:
    """Trades of four kinds that deliver in any of the months, some of them done after ``until``."""
    rng = np.random.default_rng(seed)
    arrays = {name: np.zeros(size, dtype=kind) for name, kind in DTYPES.items()}
    arrays["trade_id"] = np.arange(size) + 1
    arrays["version"][:] = 1
    arrays["portfolio"] = rng.integers(0, 4, size)
    arrays["curve"], arrays["curve2"][:] = rng.integers(1, CURVES + 1, size), -1
    kinds = (Kind.FUTURE, Kind.FORWARD_FINANCIAL, Kind.SWAP, Kind.OPTION)
    arrays["kind"] = rng.choice([k.value for k in kinds], size).astype("i1")
    arrays["side"] = rng.choice([-1.0, 1.0], size)
    arrays["quantity"] = rng.uniform(1.0, 1e5, size)
    arrays["price"], arrays["strike"] = rng.normal(40, 3, size), rng.normal(40, 3, size)
    arrays["premium"] = rng.uniform(0.0, 2.0, size)
    arrays["is_call"] = rng.random(size) < 0.5
    arrays["ratio1"][:] = arrays["ratio2"][:] = 1.0
    start = rng.integers(0, len(MONTHS) - 3, size)
    months = np.where(np.isin(arrays["kind"], (Kind.FUTURE, Kind.OPTION)), 1, rng.integers(1, 4, size))
    arrays["delivery_start"] = MONTHS[start].astype("datetime64[D]")
    arrays["delivery_end"] = (MONTHS[start] + months).astype("datetime64[D]")
    expires = np.isin(arrays["kind"], (Kind.FUTURE, Kind.OPTION))
    arrays["expiry"] = np.where(expires, arrays["delivery_start"] - 3, np.datetime64("NaT"))
    arrays["trade_date"] = np.datetime64(until) - rng.integers(-20, 200, size)
    arrays["pay_days"] = rng.integers(0, 25, size)
    return Book(**arrays)


def later(before: Book, seed: int) -> Book:
    """The same book some time later: trades amended, cancelled, moved, matured, gone, and new ones."""
    rng = np.random.default_rng(seed)
    n = len(before)
    fate = rng.choice(6, n, p=[0.6, 0.12, 0.08, 0.08, 0.06, 0.06])
    amended, cancelled, moved, matured, gone = (fate == at for at in range(1, 6))
    changed = {name: getattr(before, name).copy() for name in DTYPES}
    changed["version"] += amended | cancelled | moved | matured
    changed["price"][amended] += 1.0
    changed["strike"][amended] -= 1.0
    changed["quantity"][amended & (rng.random(n) < 0.5)] *= 2.0
    changed["portfolio"][moved] += 1
    for mask, event in (
        (amended | moved, Event.AMENDED),
        (cancelled, Event.CANCELLED),
        (matured, Event.MATURED),
    ):
        changed["event"][mask] = EVENTS.index(event)
    return Book(**changed).take(~gone)


def price(trades: Book, at: Market) -> np.ndarray:
    """Native value of futures, forwards, swaps and Black-76 options: shape (n,)."""
    return np.array([_one(trades, row, at) for row in range(len(trades))], dtype=np.float64)


def value(trades: Book, at: Market) -> Value:
    """Value of a book; a cancelled trade is worth nothing."""
    fx = np.array([at.fx[at.curves.currency[int(c) - 1]] for c in trades.curve])
    gone = trades.event == EVENTS.index(Event.CANCELLED)
    return Value(np.where(gone, 0.0, price(trades, at)), fx)


def _one(trades: Book, row: int, at: Market) -> float:
    curve, day = int(trades.curve[row]) - 1, np.datetime64(at.as_of)
    first = trades.delivery_start[row].astype("datetime64[M]")
    months = np.arange(first, trades.delivery_end[row].astype("datetime64[M]"))
    columns = (months - MONTHS[0]).astype(int)
    scale = trades.side[row] * trades.quantity[row]
    zero = float(at.rates[at.curves.currency[curve]].rate[0])
    marks, kind = at.marks.price[curve, columns], trades.kind[row]
    if kind in (Kind.FUTURE, Kind.OPTION):
        return scale * _expiring(trades, row, at, (curve, first, float(marks[0]), zero))
    fixed, share = at.fixings, 0.0
    for column, mark, month in zip(columns, marks, months, strict=True):
        over = (month + 1).astype("datetime64[D]") <= day + 1
        expected = fixed.count[curve, column] if over else fixed.expected[curve, column]
        weight = fixed.count[curve, column] / expected
        paid_on = (month + 1).astype("datetime64[D]") + int(trades.pay_days[row])
        df = np.exp(-zero * max((paid_on - day).astype(int), 0) / 365)
        share += df * (fixed.total[curve, column] / expected - weight * trades.price[row])
        share += df * (1.0 - weight) * (mark - trades.price[row]) if weight < 1.0 else 0.0
    return float(scale * share)


def _expiring(trades: Book, row: int, at: Market, found: tuple[int, np.datetime64, float, float]) -> float:
    curve, month, mark, zero = found
    expiry, day = trades.expiry[row], np.datetime64(at.as_of)
    over = expiry <= day
    if over:
        mark = at.fixings.final[(curve + 1, int(month.astype(np.int64)), int(expiry.astype(np.int64)))]
    if trades.kind[row] == Kind.FUTURE:
        return mark - float(trades.price[row])
    sign = 1.0 if trades.is_call[row] else -1.0
    strike = float(trades.strike[row])
    df = np.exp(-zero * max((expiry + int(trades.pay_days[row]) - day).astype(int), 0) / 365)
    if over or mark <= 0 or strike <= 0:
        return float(df * max(sign * (mark - strike), 0.0) - trades.premium[row])
    surface = at.vols[curve + 1]
    sd = float(surface.vol[int((month - MONTHS[0]).astype(int)), 0]) * np.sqrt(
        (expiry - day).astype(int) / 365
    )
    d1 = np.log(mark / strike) / sd + sd / 2 if np.isfinite(mark) else np.nan
    return float(df * sign * (mark * ndtr(sign * d1) - strike * ndtr(sign * (d1 - sd))) - trades.premium[row])


def days_after(start: date, count: int) -> date:
    """The day ``count`` days later."""
    return start + timedelta(days=count)
