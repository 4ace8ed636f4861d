"""How strongly each forward market moves with each risk factor, and what volatility and correlation follow from it."""

from dataclasses import dataclass

import numpy as np

from data.demo.catalogue import CURVES, FACTORS
from data.demo.factors import Floats, correlation_matrix
from data.demo.forward_power import (
    COAL_EFFICIENCY,
    COAL_MWH_PER_T,
    COAL_TCO2,
    COAL_WEIGHT,
    FIXED_EUR,
    GAS_EFFICIENCY,
    GAS_TCO2,
    GAS_WEIGHT,
)

SIGMA = np.array([factor.sigma for factor in FACTORS])
KAPPA = np.array([factor.kappa for factor in FACTORS])
INDEX = {factor.code: number for number, factor in enumerate(FACTORS)}
CORRELATION = correlation_matrix()
# Prices around which the cost of power is split into gas, coal and carbon: EUR/MWh, EUR/t, EUR/t.
TYPICAL_GAS, TYPICAL_COAL, TYPICAL_CARBON = 32.0, 92.0, 75.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """A market's factors: ``rows`` of the catalogue and ``scale``, beta times sigma, both of shape (f,)."""

    rows: tuple[int, ...]
    scale: Floats

    @property
    def kappa(self) -> Floats:
        """Decay over time to delivery of each factor, per year."""
        decay: Floats = KAPPA[list(self.rows)]
        return decay


def _fuel_loads(code: str) -> dict[str, float]:
    return dict(next(spec.loads for spec in CURVES if spec.code == code))


def cost_shares() -> dict[str, float]:
    """Return the share of gas, coal and carbon in the cost of power at typical prices."""
    gas = GAS_WEIGHT * TYPICAL_GAS / GAS_EFFICIENCY
    coal = COAL_WEIGHT * TYPICAL_COAL / COAL_MWH_PER_T / COAL_EFFICIENCY
    tonnes = GAS_WEIGHT * GAS_TCO2 / GAS_EFFICIENCY + COAL_WEIGHT * COAL_TCO2 / COAL_EFFICIENCY
    carbon = tonnes * TYPICAL_CARBON
    total = FIXED_EUR + gas + coal + carbon
    return {"TTF": gas / total, "API2": coal / total, "EUA": carbon / total}


def loads(code: str) -> dict[str, float]:
    """Return factor and beta of the log price of curve ``code``; power is a blend of what plants burn."""
    if not code.startswith("POWER_"):
        return _fuel_loads(code)
    mixed = {"POWER": 1.0, f"P_{code.removeprefix('POWER_')}": 1.0}
    for fuel, share in cost_shares().items():
        for factor, beta in _fuel_loads(fuel).items():
            mixed[factor] = mixed.get(factor, 0.0) + share * beta
    return mixed


def exposure(code: str) -> Exposure:
    """Return the exposure of curve ``code``."""
    betas = loads(code)
    rows = tuple(INDEX[factor] for factor in betas)
    return Exposure(rows, np.array(list(betas.values())) * SIGMA[list(rows)])


def model_vol(code: str, years: Floats) -> Floats:
    """Return the volatility of a forward from today to its expiry in ``years``, annual; any shape.

    The instantaneous variance ``sum rho_ij s_i s_j exp(-(k_i + k_j) tau)`` falls with the time to delivery (Samuelson),
    and an option sees its mean over the life that is left.
    """
    mine = exposure(code)
    joint = CORRELATION[np.ix_(mine.rows, mine.rows)] * np.outer(mine.scale, mine.scale)
    decay = np.maximum(mine.kappa[:, None] + mine.kappa[None, :], 1e-9).ravel()
    reach = np.maximum(years, 1e-6)[..., None] * decay
    variance = (-np.expm1(-reach) / reach) @ joint.ravel()
    vol: Floats = np.sqrt(variance)
    return vol


def model_correlation(code: str, other: str, years: float) -> float:
    """Return the correlation of the moves of two curves for a delivery ``years`` ahead."""
    left, right = exposure(code), exposure(other)
    a, b = left.scale * np.exp(-left.kappa * years), right.scale * np.exp(-right.kappa * years)
    cross = a @ CORRELATION[np.ix_(left.rows, right.rows)] @ b
    own = [s @ CORRELATION[np.ix_(e.rows, e.rows)] @ s for e, s in ((left, a), (right, b))]
    return float(cross / np.sqrt(own[0] * own[1]))
