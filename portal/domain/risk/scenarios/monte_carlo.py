"""Drawn scenarios: normal, Student-t copula, jump-diffusion; by principal components, reproducible to the last digit.

API: ``simulator(prepared, ask) -> Simulator``, ``Simulator.native(first, count)``, ``monte_carlo(prepared, ask)``.

Everything is computed by chunk of ``draws.CHUNK`` paths, so the paths asked for in blocks of any size are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtri, ndtri, pdtr, stdtrit

from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.ask import Marginals, Method, Sampling, ScenarioAsk
from portal.domain.risk.scenarios.components import Components, components
from portal.domain.risk.scenarios.covariance import shrinkage_note
from portal.domain.risk.scenarios.draws import CHUNK, uniforms
from portal.domain.risk.scenarios.factors import ScenarioSet
from portal.domain.risk.scenarios.jumps import Jumps, split_jumps
from portal.domain.risk.scenarios.native import absolute_moves
from portal.domain.risk.scenarios.prepared import Prepared

MOST_CELLS = 60_000_000  # scenarios times factors: 480 MB

Shape = Callable[[FloatArray2D], FloatArray2D]
"""Turns the uniforms of a chunk, (CHUNK, dimensions), into native moves, (CHUNK, k)."""


@dataclass(frozen=True)
class Simulator:
    """Native moves of paths, by number.

    Attributes
    ----------
    sampling : Sampling
        Which numbers are drawn.
    seed : int
        Of the run.
    dimensions, mirrored : int
        Numbers for each path, and the first of them, which antithetic pairs mirror.
    shape : callable
        From uniforms to moves.
    facts : mapping
        Parameters of the model.
    notes : tuple of str
        Sentences for the reader.
    """

    sampling: Sampling
    seed: int
    dimensions: int
    mirrored: int
    shape: Shape
    facts: Mapping[str, Any]
    notes: tuple[str, ...] = ()

    def native(self, first: int, count: int) -> FloatArray2D:
        """Draw some paths.

        Parameters
        ----------
        first, count : int
            First path, from 0, and their number.

        Returns
        -------
        ndarray of shape (count, k)
            Native moves over the horizon.
        """
        parts = []
        for chunk in range(first // CHUNK, -(-(first + count) // CHUNK)):
            drawn = uniforms(self.sampling, self.seed, chunk, self.dimensions, self.mirrored)
            moves = self.shape(drawn)
            parts.append(moves[max(first - chunk * CHUNK, 0) : first + count - chunk * CHUNK])
        return np.concatenate(parts) if parts else self.shape(np.full((1, self.dimensions), 0.5))[:0]


def simulator(prepared: Prepared, ask: ScenarioAsk) -> Simulator:
    """Calibrate the model that is asked for.

    Parameters
    ----------
    prepared : Prepared
        Complete moves.
    ask : ScenarioAsk
        Method and parameters.

    Returns
    -------
    Simulator
        Ready to draw.

    Raises
    ------
    InsufficientHistory
        Too few days.
    """
    if ask.method is Method.MONTE_CARLO_JUMP:
        return _jump(prepared, ask)
    found = _components(prepared, prepared.native, ask)
    return (
        _student(prepared, ask, found)
        if ask.method is Method.MONTE_CARLO_T
        else _normal(prepared, ask, found)
    )


def monte_carlo(prepared: Prepared, ask: ScenarioAsk) -> ScenarioSet:
    """Draw all paths and carry them to today's levels.

    Parameters
    ----------
    prepared : Prepared
        Complete moves.
    ask : ScenarioAsk
        Method, number of paths, seed, sampling, horizon.

    Returns
    -------
    ScenarioSet
        Equally weighted paths.

    Raises
    ------
    BadParameter
        More paths than memory should hold.
    InsufficientHistory
        Too few days.
    """
    factors, s = prepared.factors, ask.scenarios
    if s * len(factors) > MOST_CELLS:
        raise BadParameter(
            f"{s:,} scenarios of {len(factors):,} factors need {8e-6 * s * len(factors):,.0f} MB; ask for at most "
            f"{MOST_CELLS // len(factors):,} scenarios.",
            name="scenarios",
            value=s,
        )
    model = simulator(prepared, ask)
    moves = np.empty((s, len(factors)))
    for first in range(0, s, CHUNK):
        count = min(CHUNK, s - first)
        moves[first : first + count] = absolute_moves(factors, model.native(first, count))
    facts = {
        **prepared.facts,
        **model.facts,
        "scenarios": s,
        "seed": ask.seed,
        "sampling": ask.sampling.value,
    }
    return ScenarioSet(
        factors, moves, tuple(f"path {at + 1}" for at in range(s)), np.full(s, 1.0 / s), ask.method.value,
        ask.horizon_days, facts, (*prepared.notes, *model.notes),
    )  # fmt: skip


def _simulator(
    ask: ScenarioAsk, dimensions: int, mirrored: int, shape: Shape, facts: Mapping[str, Any], *notes: str
) -> Simulator:
    return Simulator(ask.sampling, ask.seed, dimensions, mirrored, shape, facts, notes)


def _components(prepared: Prepared, native: FloatArray2D, ask: ScenarioAsk) -> Components:
    return components(
        prepared.factors, native, ask.covariance, kept=ask.variance_kept, decay=ask.decay,
        correlation_days=ask.correlation_days,
    )  # fmt: skip


def _notes(found: Components) -> tuple[str, ...]:
    shares = found.facts["variance_kept_of_curves"].values()
    kept = (
        f"{found.facts['components']} principal components hold {found.facts['variance_kept_across']:.3%} of the "
        f"variance (of each curve at least {min(shares, default=1.0):.3%}); each factor keeps its own in full."
    )
    shrunk = found.facts["shrinkage"]
    return (kept, shrinkage_note(shrunk)) if shrunk else (kept,)


def _normal(prepared: Prepared, ask: ScenarioAsk, found: Components) -> Simulator:
    del prepared
    loading = found.loading * np.sqrt(ask.horizon_days)

    def shape(drawn: FloatArray2D) -> FloatArray2D:
        moves: FloatArray2D = ndtri(drawn) @ loading
        return moves

    q = len(loading)
    return _simulator(ask, q, q, shape, found.facts, *_notes(found))


def _student(prepared: Prepared, ask: ScenarioAsk, found: Components) -> Simulator:
    """Correlated t variables, then the marginal distribution of each factor."""
    own = np.sqrt((found.loading**2).sum(axis=0))
    correlated = found.loading / np.where(own > 0.0, own, 1.0)
    marginal = _marginal(prepared.native, found.deviation, ask)
    q = len(correlated)

    def shape(drawn: FloatArray2D) -> FloatArray2D:
        mixing = np.sqrt(
            ask.dof / chdtri(ask.dof, drawn[:, q])
        )  # of one chi-square for all factors of a path
        return marginal((ndtri(drawn[:, :q]) @ correlated) * mixing[:, None])

    facts = {**found.facts, "dof": ask.dof, "marginals": ask.marginals.value}
    note = f"A t copula with {ask.dof:g} degrees of freedom" + (
        " joins the moves seen in the window; beyond the largest ones the tails go on as those of t."
        if ask.marginals is Marginals.HISTORICAL
        else " joins t distributions with the variance of each factor."
    )
    return _simulator(ask, q + 1, q, shape, facts, *_notes(found), note)


def _marginal(native: FloatArray2D, deviation: FloatArray1D, ask: ScenarioAsk) -> Shape:
    """Return what turns t variables into native moves over the horizon."""
    root = np.sqrt(ask.horizon_days)
    if ask.marginals is Marginals.STUDENT_T:
        scale = root * deviation * np.sqrt((ask.dof - 2.0) / ask.dof)
        return lambda t: t * scale
    n = len(native)
    ordered = np.sort(native, axis=0) * root
    knots = stdtrit(ask.dof, (np.arange(1, n + 1) - 0.5) / n)

    def historical(t: FloatArray2D) -> FloatArray2D:
        out = np.empty_like(t)
        for at in range(t.shape[1]):
            out[:, at] = np.interp(t[:, at], knots, ordered[:, at])
        # Beyond the knots a move grows as t does; a largest move on the wrong side of zero stays where it is.
        low, high = t / knots[0], t / knots[-1]
        out *= np.where((low > 1.0) & (ordered[0] < 0.0), low, 1.0)
        out *= np.where((high > 1.0) & (ordered[-1] > 0.0), high, 1.0)
        return out

    return historical


def _jump(prepared: Prepared, ask: ScenarioAsk) -> Simulator:
    """Diffusion by components, plus a Poisson number of jumps whose sum is normal given their number."""
    jumps = split_jumps(prepared.factors, prepared.native, ask.jump_threshold)
    found = _components(prepared, jumps.diffusion, ask)
    q, j = len(found.loading), len(jumps.day)
    loading, rate = found.loading * np.sqrt(ask.horizon_days), jumps.intensity * ask.horizon_days

    def shape(drawn: FloatArray2D) -> FloatArray2D:
        moves: FloatArray2D = ndtri(drawn[:, :q]) @ loading
        if j:
            count = _poisson(drawn[:, q + j], rate)
            moves += (count - rate)[:, None] * jumps.mean  # its expectation is taken out: the mean stays 0
            moves += np.sqrt(count)[:, None] * (ndtri(drawn[:, q : q + j]) @ jumps.spread)
        return moves

    facts = {**found.facts, **jumps.facts}
    return _simulator(ask, q + j + 1, q + j, shape, facts, *_notes(found), _jump_note(jumps, ask))


def _jump_note(jumps: Jumps, ask: ScenarioAsk) -> str:
    if not len(jumps.day):
        return f"No curve moved by more than {ask.jump_threshold:g} robust standard deviations: there are no jumps."
    return (
        f"{len(jumps.day)} days with a move beyond {ask.jump_threshold:g} robust standard deviations are jumps: one in "
        f"{1.0 / jumps.intensity:.0f} days, with normal sizes of their mean and covariance."
    )


def _poisson(uniform: FloatArray1D, rate: float) -> FloatArray1D:
    """Quantile of a Poisson distribution."""
    most = int(rate + 12.0 * np.sqrt(rate) + 20.0)
    return np.searchsorted(pdtr(np.arange(most), rate), uniform).astype(np.float64)
