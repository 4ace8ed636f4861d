"""Random books of all kinds in a small market of three curves and two currencies, and random moves of its factors."""

from datetime import date, timedelta
from typing import Any

import numpy as np

from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market, VolSurface, ZeroCurve
from portal.domain.portfolio.trade import Event, Kind, VolModel
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_factors import market_factors
from tests.helpers.books import book_of, market_of, terms_of

DAY = date(2026, 9, 15)
FIRST, MONTHS = "2026-08", 20
GAS, POWER, OIL, PENCE = 1, 2, 3, 4
CURVES = terms_of(
    {"commodity": "gas"},
    {"commodity": "power"},
    {"commodity": "crude", "unit": "USD/bbl", "currency": "USD"},
    {"commodity": "gas", "unit": "GBp/therm", "currency": "GBP", "money": 0.01},
)
LEVELS = (30.0, 80.0, 65.0, 75.0)
STORAGE = {
    "capacity": 100.0, "injection_rate": 50.0, "withdrawal_rate": 50.0, "injection_cost": 0.1, "withdrawal_cost": 0.1,
    "injection_loss": 0.0, "start_volume": 50.0, "end_volume": 0.0, "kappa": 2.0, "sigma": 0.6,
}  # fmt: skip
SWING = {"rights": 2, "min_rights": 0, "cooldown": 0, "kappa": 2.0, "sigma": 0.6}
_CANCELLED = list(Event).index(Event.CANCELLED)


def _surface(level: float, seed: int, *, is_normal: bool = False, smile: float = 1.0) -> VolSurface:
    rng = np.random.default_rng(seed)
    months = np.datetime64("2026-10", "M") + np.array([0, 1, 3, 6, 12])
    nodes = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    shape = 1.0 + smile * (0.03 * nodes**2 - 0.02 * nodes)
    return VolSurface(months, nodes, level * rng.uniform(0.8, 1.2, (5, 1)) * shape, is_normal, DAY)


def market(seed: int = 0, *, smile: float = 1.0, normal_power: bool = True) -> Market:
    """Gas and power in EUR, oil in USD, gas in pence; smiles, of power a normal one; half of September fixed."""
    rng = np.random.default_rng(seed)
    price = np.array(LEVELS)[:, None] * rng.uniform(0.85, 1.15, (4, MONTHS))
    fixings = {(at, 1): (11 * LEVELS[at], 11) for at in range(4)} | {
        (at, 0): (20 * LEVELS[at], 20) for at in range(4)
    }
    return market_of(
        DAY,
        CURVES,
        FIRST,
        price.tolist(),
        fixings=fixings,
        final=_finals(rng),
        vols={
            GAS: _surface(0.6, 1, smile=smile),
            POWER: _surface(25.0 if normal_power else 0.3, 2, is_normal=normal_power, smile=smile),
            OIL: _surface(0.4, 3, smile=smile),
            PENCE: _surface(0.7, 4, smile=smile),
        },
        correlations={(GAS, POWER): 0.6, (GAS, OIL): 0.3, (POWER, OIL): 0.2, (GAS, PENCE): 0.9},
        rates={
            name: ZeroCurve(np.array([0.25, 1.0, 3.0]), np.array([0.02, 0.03, 0.035]) + at / 100, DAY)
            for at, name in enumerate(("EUR", "GBP", "USD"))
        },
    )


def _finals(rng: np.random.Generator) -> dict[tuple[int, int, int], float]:
    """Settlements of whatever expired in the last two months."""
    day = int(np.datetime64(DAY, "D").astype(np.int64))
    first = int(np.datetime64(FIRST, "M").astype(np.int64))
    return {
        (curve, month, before): LEVELS[curve - 1] * float(rng.uniform(0.9, 1.1))
        for curve in range(1, 5)
        for month in range(first, first + MONTHS)
        for before in range(day - 70, day + 1)
    }


def factors(of: Market) -> FactorSet:
    """All factors of the market, twelve months a curve; later months move as the twelfth."""
    return market_factors(of, tenors=12)


def moves(of: FactorSet, scenarios: int, seed: int = 5, size: float = 1.0) -> np.ndarray:
    """Daily moves: 3 % of prices, 4 % of volatilities, 1 % of exchange rates, 10 basis points; fat tails."""
    rng = np.random.default_rng(seed)
    scale = np.select(
        [of.kind == FactorKind.PRICE, of.kind == FactorKind.VOL, of.kind == FactorKind.FX],
        [0.03 * np.abs(of.level), 0.04, 0.01],
        0.001,
    )
    drawn = rng.standard_t(4, (scenarios, len(of)))
    return size * scale * np.clip(drawn, -8.0, 8.0)


def _month(at: int) -> date:
    return (np.datetime64(FIRST, "M") + at).astype("datetime64[D]").astype(date)


def _deal(rng: np.random.Generator, kind: Kind) -> dict[str, Any]:
    """Random terms of one trade that delivers from August 2026 on."""
    curve = int(rng.integers(1, 5))
    first = int(rng.integers(0 if kind not in (Kind.STORAGE, Kind.SWING) else 2, 13))
    months = int(rng.integers(1, 6))
    level = LEVELS[curve - 1]
    expiry = _month(first) - timedelta(days=int(rng.integers(1, 20)))
    terms: dict[str, Any] = {
        "kind": kind, "curve": curve, "side": float(rng.choice([-1.0, 1.0])), "quantity": float(rng.uniform(1, 1e4)),
        "delivery_start": _month(first), "delivery_end": _month(first + months), "pay_days": int(rng.integers(0, 30)),
        "trade_date": DAY - timedelta(days=int(rng.integers(-2, 200))), "portfolio": int(rng.integers(1, 5)),
    }  # fmt: skip
    strike = level * float(rng.uniform(0.7, 1.3))
    if kind not in (Kind.OPTION, Kind.ASIAN, Kind.SPREAD_OPTION, Kind.STORAGE, Kind.SWING):
        return terms | {"price": strike, "expiry": expiry if kind == Kind.FUTURE else None}
    terms |= {"premium": 0.05 * level, "is_call": bool(rng.random() < 0.5), "strike": strike}
    if kind == Kind.STORAGE:
        return terms | {"quantity": 2.0, "details": STORAGE, "is_call": False, "strike": np.nan}
    if kind == Kind.SWING:
        return terms | {"details": SWING}
    model = int(rng.choice([VolModel.BLACK76, VolModel.BACHELIER, VolModel.SHIFTED]))
    terms |= {"vol_model": model, "shift": 10.0 if model == VolModel.SHIFTED else 0.0}
    if kind == Kind.ASIAN:
        return terms | {"vol_model": int(rng.choice([VolModel.BLACK76, VolModel.SHIFTED]))}
    terms["expiry"] = expiry
    if kind == Kind.SPREAD_OPTION:
        one, two = [(GAS, POWER), (GAS, OIL), (POWER, OIL), (GAS, PENCE)][int(rng.integers(4))]
        model = VolModel.BLACK76 if rng.random() < 0.7 else VolModel.BACHELIER
        gap = LEVELS[one - 1] - 0.5 * LEVELS[two - 1]
        terms |= {"curve": one, "curve2": two, "vol_model": model, "shift": 0.0}
        terms |= {"ratio1": 1.0, "ratio2": 0.5, "strike": gap * float(rng.uniform(0.5, 1.5))}
    return terms


def book(seed: int, each: int, kinds: tuple[Kind, ...] = tuple(Kind), **terms: Any) -> Book:
    """``each`` random trades of every kind, in the order of the kinds."""
    rng = np.random.default_rng(seed)
    return book_of(*(_deal(rng, kind) | terms for kind in kinds for _ in range(each)))


def cancelled() -> dict[str, Any]:
    """The terms that make a trade a cancelled one."""
    return {"event": _CANCELLED}
