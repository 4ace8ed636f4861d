"""Random numbers by block of paths: the same whatever the size of the blocks that are asked for, and in any order.

API: ``uniforms(sampling, seed, chunk, dimensions, mirrored)``, ``CHUNK``.

Paths come in chunks of ``CHUNK``. Each chunk has its own stream, spawned from the one seed of the run; Sobol points are
one scrambled sequence that every chunk enters at its place.
"""

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.ask import Sampling

CHUNK = 1024  # even, for pairs; a power of two, for the balance of Sobol points
MOST_DIMENSIONS = 21_201  # of scipy's direction numbers
_LEAST = 2.0**-54
_HALF_STEP = 2.0**-31  # Sobol points are multiples of 2^-30; the middle of the step is never 0 or 1


def uniforms(sampling: Sampling, seed: int, chunk: int, dimensions: int, mirrored: int) -> FloatArray2D:
    """Draw the uniforms of one chunk.

    Parameters
    ----------
    sampling : Sampling
        Independent, in antithetic pairs, or Sobol points.
    seed : int
        Of the run.
    chunk : int
        Number of the chunk, from 0.
    dimensions : int
        Numbers for each path.
    mirrored : int
        The first dimensions, which pairs mirror; the others are the same for both of a pair.

    Returns
    -------
    ndarray of shape (CHUNK, dimensions)
        In (0, 1), both ends excluded. Antithetic paths 2i and 2i + 1 are a pair.

    Raises
    ------
    BadParameter
        More dimensions than Sobol points have.
    """
    if sampling is Sampling.SOBOL:
        return _sobol(seed, chunk, dimensions)
    generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(chunk,))))
    if sampling is Sampling.RANDOM:
        return np.clip(generator.random((CHUNK, dimensions)), _LEAST, 1.0 - _LEAST)
    half = np.clip(generator.random((CHUNK // 2, dimensions)), _LEAST, 1.0 - _LEAST)
    out = np.repeat(half, 2, axis=0)
    out[1::2, :mirrored] = 1.0 - half[:, :mirrored]
    return out


def _sobol(seed: int, chunk: int, dimensions: int) -> FloatArray2D:
    if dimensions > MOST_DIMENSIONS:
        raise BadParameter(
            f"Sobol points have at most {MOST_DIMENSIONS:,} dimensions, and {dimensions:,} are needed. Keep fewer "
            "principal components, or choose antithetic sampling.",
            name="sampling",
            value=dimensions,
        )
    from scipy.stats import qmc  # a second to import: not before the first run

    engine = qmc.Sobol(dimensions, scramble=True, rng=np.random.default_rng(np.random.SeedSequence(seed)))
    if chunk:
        engine.fast_forward(chunk * CHUNK)
    points: FloatArray2D = engine.random(CHUNK)
    return points + _HALF_STEP
