"""The most likely way to lose an amount: the direction of a run's history, walked by full revaluation."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from data.queries.risk import RunRow
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, FloatArray2D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.risk.revaluation.outcome import Outcome
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.market_moves import moved_market
from portal.domain.risk.stress.apply import check_prices
from portal.domain.risk.stress.impact import impact_of
from portal.domain.risk.stress.reverse import Crossing, Direction, likely_direction, smallest_multiple
from portal.services.recent import Recent
from portal.services.risk import runs
from portal.services.risk.stress import ALL, Stressed

METHOD = "historical"
MOST_DEVIATIONS = 16.0
_crossings: Recent[tuple[object, ...], Crossing] = Recent(40)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Likely:
    """The most likely move that costs a loss.

    Attributes
    ----------
    row : RunRow
        The run whose scenarios and exposures say what is likely.
    factors : FactorSet
        Its k factors.
    moves : ndarray of shape (s, k)
        Its scenarios, oldest first; ``label`` names them.
    exposure : ndarray of shape (k,)
        EUR of the portfolio for a move of 1.
    direction : Direction
        The move that costs one standard deviation.
    crossing : Crossing
        Standard deviations and losses by full revaluation.
    """

    row: RunRow
    factors: FactorSet
    label: tuple[str, ...]
    moves: FloatArray2D
    exposure: FloatArray1D
    direction: Direction
    crossing: Crossing

    @property
    def deviations(self) -> float:
        """Standard deviations looked at: where the loss is reached, else the furthest that was tried."""
        return self.crossing.multiple if self.crossing.multiple is not None else self.crossing.reached

    @cached_property
    def move(self) -> FloatArray1D:
        """The move of each factor there, shape (k,)."""
        return self.direction.move * self.deviations

    @cached_property
    def pnl(self) -> FloatArray1D:
        """What each factor brings or costs there to first order, shape (k,), EUR."""
        return self.exposure * self.move


def likely(found: Stressed, clocks: Clocks, actor: Actor, loss: float) -> Likely:
    """Find the most likely move that costs the portfolio ``loss`` EUR.

    Raises
    ------
    NotPermitted
        The actor may not read risk.
    DomainError
        There is no run of this day to tell what is likely, or the portfolio depends on nothing that moves.
    """
    run = runs.newest(clocks, actor, METHOD)
    if run is None or run.row.as_of != clocks.as_of:
        raise DomainError(
            f"No historical run of {clocks.as_of:%Y-%m-%d} tells which moves are likely. Start one on Risk > Overview, "
            "or choose the day of a run."
        )
    portfolio = runs.ALL if found.ask.portfolio == ALL else found.ask.portfolio
    exposure = run.exposure(portfolio)
    moves = raw_moves(run.factors, run.outcome)
    direction = likely_direction(moves, exposure)
    key = (found.digest, run.row.id, found.ask.portfolio, loss)
    crossing = _crossings.get(key, lambda: _walk(found, run.factors, direction, loss))
    return Likely(run.row, run.factors, run.label, moves, exposure, direction, crossing)


def raw_moves(factors: FactorSet, outcome: Outcome) -> FloatArray2D:
    """Return the moves of a run without the exchange rates that its effective ones carry, shape (s, k)."""
    moves = np.array(outcome.moves)
    currency = np.array(factors.currency, dtype=object)
    for at in factors.of_kind(FactorKind.FX).tolist():
        own = np.flatnonzero((currency == factors.currency[at]) & (factors.kind != FactorKind.FX))
        moves[:, own] /= (1.0 + outcome.moves[:, at])[:, None]
    return moves


def _walk(found: Stressed, factors: FactorSet, direction: Direction, loss: float) -> Crossing:
    at = np.flatnonzero(found.rows)
    book, valuation, market = found.found.book.take(at), found.found.valuation.take(at), found.found.market

    def loss_of(deviations: float) -> float:
        after = moved_market(market, factors, direction.move * deviations)
        check_prices(market, after.marks.price)
        return impact_of(book, valuation, market, after).loss

    return smallest_multiple(loss_of, loss, most=MOST_DEVIATIONS)
