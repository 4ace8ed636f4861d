"""A covariance as scenarios: moves along its principal directions, whose mean square is the covariance.

API: ``as_directions(covariance) -> ScenarioSet``.

The standard deviation of any linear book over these scenarios is exactly that of the covariance, so a parametric run is
stored, cut and opened like the others.
"""

import numpy as np

from portal.domain.risk.scenarios.build import Covariance
from portal.domain.risk.scenarios.factors import ScenarioSet

NEGLIGIBLE = 1e-14  # share of the largest eigenvalue that is rounding


def as_directions(covariance: Covariance) -> ScenarioSet:
    """Write a covariance as equally likely moves with mean square equal to it.

    Parameters
    ----------
    covariance : Covariance
        Of k factors.

    Returns
    -------
    ScenarioSet
        Of m directions, the strongest first; ``moves.T @ moves / m`` is the matrix. Their mean is not 0: read figures
        with ``normal=True``.
    """
    values, vectors = np.linalg.eigh(covariance.matrix)
    kept = np.flatnonzero(values > NEGLIGIBLE * max(float(values[-1]), 0.0))[::-1]
    m = len(kept)
    moves = np.sqrt(values[kept] * m)[:, None] * vectors[:, kept].T
    return ScenarioSet(
        covariance.factors,
        moves,
        tuple(f"direction {at + 1}" for at in range(m)),
        np.full(m, 1.0 / m) if m else np.zeros(0),
        "parametric",
        covariance.horizon_days,
        covariance.facts,
        covariance.notes,
    )
