"""The P&L of a book in scenarios: exposures for what is linear, full revaluation in every scenario for what is not.

API: ``revalue(book, market, valuation, factors, moves, report=..., chunk=...) -> Outcome``, ``Report``.

Prices, volatilities, exchange rates and zero rates of a scenario move together; no time passes, and correlations stay.
"""

from collections.abc import Callable, Iterator
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import BoolArray1D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.legs import positions_in
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.trade import OPTIONAL, Event, Kind
from portal.domain.portfolio.valuation import Valuation
from portal.domain.risk.revaluation.errors import NoValueInScenario
from portal.domain.risk.revaluation.exposures import Exposures, exposures
from portal.domain.risk.revaluation.flexible_values import flexible_values
from portal.domain.risk.revaluation.moved_inputs import MovedInputs
from portal.domain.risk.revaluation.option_values import Step, option_values
from portal.domain.risk.revaluation.outcome import Outcome, effective_moves
from portal.domain.risk.scenarios.factors import FactorSet
from portal.domain.risk.scenarios.market_moves import check_moves

Report = Callable[[float, str], None]
"""Told the share done (0 to 1) and what is being done; what it raises stops the revaluation."""

CHUNK = 32_768
AT_ONCE = 2_000_000  # trades times scenarios whose values are held in double precision: 16 MB
_EFFORT = {Kind.OPTION: 1.0, Kind.ASIAN: 6.0, Kind.SPREAD_OPTION: 3.0, Kind.STORAGE: 200.0, Kind.SWING: 40.0}
_TOLD_EVERY = 0.005
_CANCELLED = list(Event).index(Event.CANCELLED)
_EXPIRING = (Kind.OPTION, Kind.SPREAD_OPTION)


def revalue(
    book: Book,
    market: Market,
    valuation: Valuation,
    factors: FactorSet,
    moves: FloatArray2D,
    *,
    report: Report | None = None,
    chunk: int = CHUNK,
) -> Outcome:
    """Gain or loss of every trade in every scenario.

    Parameters
    ----------
    book : Book
        Trades. Those without a value, and cancelled ones, are left out of the outcome.
    market : Market
        What they are valued in.
    valuation : Valuation
        Their value and sensitivities in this market, with greeks.
    factors : FactorSet
        Factors of the columns of ``moves``.
    moves : ndarray of shape (s, k)
        Absolute moves in the unit of each factor.
    report : callable, optional
        Told the share done between chunks.
    chunk : int, default 32,768
        Legs times scenarios that are priced at a time; the outcome does not depend on it.

    Returns
    -------
    Outcome
        Of the trades that have a value.

    Raises
    ------
    LengthMismatch, SeriesHasNaN, BadParameter
        The moves do not fit the factors, or no market can make them; the factor is named.
    NoValueInScenario
        A trade that is valued today cannot be valued in a scenario; both are named.
    """
    check_moves(factors, moves)
    kept = ~valuation.is_missing & (book.event != _CANCELLED)
    book, valuation = book.take(kept), valuation.take(kept)
    found = exposures(book, market, valuation, factors)
    effective = effective_moves(factors, moves)
    rest_row = np.flatnonzero(_is_bent(book, market))
    rest = np.zeros((len(rest_row), len(moves)), dtype=np.float32)
    inputs = MovedInputs.of(market, factors, moves)
    line = _Line(found, np.ascontiguousarray(effective.T))
    progress = _Progress(report, book.take(rest_row), len(moves))
    size = max(1, AT_ONCE // max(len(moves), 1))
    with np.errstate(invalid="ignore", over="ignore"):  # what has no value stays NaN, and is refused by name
        for places, value in _tasks(book.take(rest_row)):
            for start in range(0, len(places), size):
                part = places[start : start + size]
                chosen = book.take(rest_row[part])
                gain = value(chosen, inputs, chunk, progress.step)
                _finish(gain, chosen, valuation, rest_row[part], inputs, line)
                rest[part] = gain
    return Outcome(
        book.trade_id,
        book.portfolio,
        valuation.total_eur,
        found.row,
        found.column,
        found.exposure,
        rest_row,
        rest,
        effective,
    )


Values = Callable[[Book, MovedInputs, int, Step], NDArray[np.float64]]


def _tasks(book: Book) -> Iterator[tuple[IntArray1D, Values]]:
    """Which trades are valued how; those on the same curves and months stand together and share what they need."""
    flexible = (book.kind == Kind.STORAGE) | (book.kind == Kind.SWING)
    order = np.lexsort((book.delivery_start, book.vol_model, book.curve2, book.curve, book.kind))
    yield order[~flexible[order]], option_values
    yield order[flexible[order]], flexible_values


def _is_bent(book: Book, market: Market) -> BoolArray1D:
    """Trades whose value is no straight line of the factors: rights that have not come to an end.

    The payoff of a spread over two currencies is turned at today's exchange rate, even when its prices are final.
    """
    day = np.datetime64(market.as_of, "D")
    over = (np.isin(book.kind, _EXPIRING) & (book.expiry <= day)) | (book.delivery_end <= day)
    bent: BoolArray1D = np.isin(book.kind, [kind.value for kind in OPTIONAL]) & (
        ~over | _over_two_currencies(book, market)
    )
    return bent


def _over_two_currencies(book: Book, market: Market) -> BoolArray1D:
    currency = np.array([*market.curves.currency, ""], dtype=object)
    one, two = (positions_in(market.curves.id, ids) for ids in (book.curve, book.curve2))
    across = (two >= 0) & (currency[one] != currency[two])
    return np.asarray(across & (book.kind == Kind.SPREAD_OPTION), np.bool_)


class _Line:
    """What exposures alone gain in each scenario.

    Added factor by factor: a matrix product may round otherwise for another number of scenarios or trades.
    """

    def __init__(self, found: Exposures, moves: FloatArray2D) -> None:
        moving = np.asarray(moves.any(axis=1), np.bool_)[found.column]
        self.row, self.column = found.row[moving], found.column[moving]
        self.exposure, self.moves = found.exposure[moving], moves  # by factor, shape (k, s)
        self._term = np.empty(moves.shape[1])

    def take_from(self, gain: FloatArray1D, trade: int) -> None:
        """Subtract that of one trade from its gain, shape (s,)."""
        first, last = np.searchsorted(self.row, [trade, trade + 1])
        for z in range(int(first), int(last)):
            np.multiply(self.moves[self.column[z]], self.exposure[z], out=self._term)
            gain -= self._term


class _Progress:
    """Tells how far the revaluation is, by what each kind takes."""

    def __init__(self, report: Report | None, book: Book, scenarios: int) -> None:
        last = (book.delivery_end - 1).astype("datetime64[M]")
        months = (last - book.delivery_start.astype("datetime64[M]")).astype(np.int64) + 1
        self.report, self.done, self.told = report, 0.0, -1.0
        self.whole = sum(float(months[book.kind == kind].sum()) * effort for kind, effort in _EFFORT.items())
        self.text = f"Revaluing {len(book):,} trades in {scenarios:,} scenarios"
        self._tell()

    def step(self, kind: Kind, legs: int) -> None:
        """So many more legs are done."""
        self.done += _EFFORT[kind] * legs
        self._tell()

    def _tell(self) -> None:
        share = min(self.done / self.whole, 1.0) if self.whole else 1.0
        if self.report is not None and (share - self.told >= _TOLD_EVERY or share == 1.0):
            self.told = share
            self.report(share, self.text)


def _finish(
    gain: NDArray[np.float64],
    book: Book,
    valuation: Valuation,
    rows: IntArray1D,
    inputs: MovedInputs,
    line: _Line,
) -> None:
    """Turn values (q, s) into what full revaluation adds to the line, EUR, row by row while it is in the cache."""
    curve = positions_in(inputs.market.curves.id, book.curve)
    worth = valuation.to_eur[rows] * inputs.market.curves.money[curve]
    now = valuation.total_eur[rows]
    for at, row in enumerate(rows.tolist()):
        own = gain[at]
        own *= worth[at] * inputs.fx_scales(int(curve[at]))
        own -= now[at]
        line.take_from(own, row)
        if not np.isfinite(own).all():
            _refuse(int(book.trade_id[at]), int(np.flatnonzero(~np.isfinite(own))[0]) + 1)


def _refuse(trade: int, scenario: int) -> NoReturn:
    raise NoValueInScenario(
        f"Trade {trade} has a value today but none in scenario {scenario}; most often a price falls to zero or "
        "below there and the model of its option knows no such price. Give the trade a normal or shifted model, "
        "or the curve relative shocks.",
        trade=trade,
        scenario=scenario,
    )
