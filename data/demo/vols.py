"""Implied volatilities: the term structure of the factor model, a premium, a level that moves, and a smile.

A surface of a day has the first :data:`MONTHS` listed months and the nodes :data:`NODES`, in standard deviations of the
strike above the forward. Power is quoted as normal volatility (prices can be negative), the others as lognormal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.calendar import Days, listed
from data.demo.catalogue import CURVES
from data.demo.exposures import model_vol
from data.demo.factors import TRADING_DAYS, Floats, autoregression
from data.demo.forwards import CurveHistory

MONTHS = 18
NODES = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
PREMIUM = 1.06  # what sellers of options ask above the volatility they expect
SHORTEST_YEARS = 5.0 / 365.25  # the term structure is not read nearer than a week to expiry
REALISED_HALF_LIFE, ECHO = 25.0, 0.45  # how much of the realised volatility implied ones follow
LEVEL_NOISE, LEVEL_HALF_LIFE = 0.06, 20.0


@dataclass(frozen=True, slots=True)
class Smile:
    """Skew and curvature: the volatility at node ``m`` is that at the money times ``1 + skew m + curvature m^2``."""

    skew: float
    curvature: float


SMILES = {
    "BRENT": Smile(-0.032, 0.017),
    "WTI": Smile(-0.034, 0.017),
    "HENRY_HUB": Smile(0.045, 0.022),
    "TTF": Smile(0.040, 0.022),
    "EUA": Smile(-0.012, 0.018),
    "RBOB": Smile(-0.018, 0.016),
    "ULSD": Smile(-0.012, 0.016),
    "POWER_DE_LU": Smile(0.050, 0.020),
    "POWER_FR": Smile(0.055, 0.022),
}


@dataclass(frozen=True, slots=True)
class VolHistory:
    """Surfaces of one curve: ``delivery`` (days, months), ``vol`` (days, months, nodes); ``model`` as stored."""

    code: str
    days: Days
    delivery: NDArray[np.datetime64]
    vol: Floats
    model: str


def _rule(code: str) -> str:
    return next((spec.rule for spec in CURVES if spec.code == code), "month-end")


def realised(history: CurveHistory) -> Floats:
    """Return the smoothed volatility of the second contract on each day, annual, without the jumps of rolling."""
    value, first = np.log(history.value), history.delivery[:, 0]
    rolled = first[1:] != first[:-1]
    now = np.where(rolled, value[1:, 0], value[1:, 1])
    moves = np.concatenate([[0.0], now - value[:-1, 1]])
    keep = 0.5 ** (1.0 / REALISED_HALF_LIFE)
    weights = (1.0 - keep) * keep ** np.arange(250)
    smooth = np.convolve(np.square(moves), weights)[: len(moves)]
    vol: Floats = np.sqrt(np.maximum(smooth, 1e-8) * TRADING_DAYS)
    return vol


def build_vols(history: CurveHistory, days: Days, since: int, rng: np.random.Generator) -> VolHistory:
    """Return the surfaces of the days from row ``since``; ``rng`` draws level and skew for all days of ``days``."""
    code = history.code
    contracts = listed(_rule(code), days, MONTHS)
    years = np.maximum(contracts.years, SHORTEST_YEARS)
    term = model_vol(code, years)
    noise = LEVEL_NOISE * autoregression(rng.standard_normal(len(days)), 0.5 ** (1.0 / LEVEL_HALF_LIFE))
    echo = np.clip(realised(history) / term[:, 1], 0.55, 1.9) ** ECHO
    level = (echo * np.exp(noise))[:, None] ** (0.45 + 0.55 * np.exp(-1.5 * years))  # far months move less
    money = PREMIUM * term * level
    is_power = code.startswith("POWER_")
    if is_power:
        money = money * history.value[:, :MONTHS]
    smile = SMILES[code]
    skew = smile.skew + 0.008 * autoregression(rng.standard_normal(len(days)), 0.97)
    shape = 1.0 + skew[:, None, None] * NODES + smile.curvature * NODES**2
    vol = np.round(money[:, :, None] * shape, 3 if is_power else 4)
    return VolHistory(
        code,
        days[since:],
        history.delivery[since:, :MONTHS],
        vol[since:],
        "bachelier" if is_power else "black76",
    )
