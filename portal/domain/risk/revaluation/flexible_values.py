"""The value of storage and swing contracts in every scenario, one contract and all scenarios at a time.

API: ``flexible_values(book, inputs, step) -> ndarray (n, s)``. Prices and discount factors move together; the
volatility of a contract is its own, and no factor moves it.
"""

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.flexible_part import REFUSALS, FlexibleContract, contracts_of
from portal.domain.portfolio.legs import expand
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valued_rows import Parts, Rows
from portal.domain.risk.revaluation.moved_inputs import MovedInputs
from portal.domain.risk.revaluation.option_values import Step


def flexible_values(book: Book, inputs: MovedInputs, values: int, step: Step) -> NDArray[np.float64]:
    """Realised and unrealised of storage and swing in every scenario.

    Parameters
    ----------
    book : Book
        Contracts that have a value today; other kinds are passed over.
    inputs : MovedInputs
        Scenarios.
    values : int
        Passed over: the engines cut scenarios themselves, so that their arrays stay in the processor's cache.
    step : callable
        Told after each contract.

    Returns
    -------
    ndarray of shape (n, s)
        In the price unit of the curve times volume; NaN where an engine cannot take the prices of the scenario.
    """
    del values
    market = inputs.market
    legs = expand(book, market.curves, market.marks.months)
    rows, parts = Rows(book, market, legs), Parts(len(legs))
    out = np.zeros((len(book), len(inputs)))
    with np.errstate(invalid="ignore", over="ignore"):  # what has no value stays NaN, and is refused by name
        for contract in contracts_of(rows, parts):
            out[contract.trade] = _value(contract, inputs)
            step(Kind(book.kind[contract.trade]), len(contract.at))
    return out


def _value(contract: FlexibleContract, inputs: MovedInputs) -> FloatArray1D:
    if not contract.settle():
        return np.full(len(inputs), np.nan)
    legs = contract.rows.legs
    rate_moves = inputs.rate_moves(int(legs.curve[contract.at[0]]))
    total = _decided(contract, inputs, rate_moves)
    free = contract.free_months
    if free is None:
        return total
    forward = inputs.prices(legs.curve[free.at], legs.month[free.at]).T
    discount = np.exp(-(free.rate + rate_moves[:, None]) * free.pay)
    try:
        return total + free.size * free.terms.scenarios(forward, free.times, discount)
    except REFUSALS:
        return np.full(len(inputs), np.nan)


def _decided(contract: FlexibleContract, inputs: MovedInputs, rate_moves: FloatArray1D) -> FloatArray1D:
    """What was nominated or exercised moves as a forward does: with its delta, and with its discount factor."""
    rows, parts, at = contract.rows, contract.parts, contract.at
    total = np.full(len(inputs), float((parts.realised[at] + parts.unrealised[at]).sum()))
    settling = at[(parts.delta[at] != 0.0) | (parts.rho[at] != 0.0)]
    _, years, _ = rows.discount(settling, rows.month_end(settling))
    moves = inputs.price_moves(rows.legs.curve[settling], rows.legs.month[settling])
    for leg, pay, move in zip(settling.tolist(), years.tolist(), moves, strict=True):
        later = np.exp(-rate_moves * pay)
        value = -parts.rho[leg] / pay if pay > 0.0 else 0.0  # rho is minus the years times the value
        total += parts.delta[leg] * move * later + value * (later - 1.0)
    return total
