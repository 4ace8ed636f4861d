"""Zero rates of three currencies: two ends that wander between rounded levels, and a curve between them."""

from dataclasses import dataclass

import numpy as np

from data.demo.calendar import Days
from data.demo.factors import TRADING_DAYS, Floats

TENORS = (1, 3, 6, 12, 24, 36, 60)  # months
SHAPE_YEARS = 1.8  # how fast the short end fades
WANDER = 0.0035  # a year, of both ends


@dataclass(frozen=True, slots=True)
class RateSpec:
    """Levels that the short and the long end of one currency start from and come to, decimal a year."""

    currency: str
    short: tuple[float, float]
    long: tuple[float, float]


RATES = (
    RateSpec("EUR", (0.0305, 0.0195), (0.0225, 0.0265)),
    RateSpec("USD", (0.0455, 0.0355), (0.0415, 0.0390)),
    RateSpec("GBP", (0.0475, 0.0365), (0.0410, 0.0405)),
)


def _bridge(ends: tuple[float, float], count: int, rng: np.random.Generator) -> Floats:
    steps = rng.standard_normal(count) * WANDER / np.sqrt(TRADING_DAYS)
    walk = np.cumsum(steps)
    at = np.linspace(0.0, 1.0, count)
    path: Floats = ends[0] + (ends[1] - ends[0]) * at + walk - walk[0] - (walk[-1] - walk[0]) * at
    return path


def zero_rates(days: Days, rng: np.random.Generator) -> dict[str, Floats]:
    """Return continuous zero rates by currency, shape (days, tenors), decimal a year."""
    years = np.array(TENORS) / 12.0
    weight = -np.expm1(-years / SHAPE_YEARS) / (years / SHAPE_YEARS)
    curves = {}
    for spec in RATES:
        short, far = _bridge(spec.short, len(days), rng), _bridge(spec.long, len(days), rng)
        curves[spec.currency] = np.round(far[:, None] + (short - far)[:, None] * weight, 6)
    return curves
