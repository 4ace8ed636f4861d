"""At what prices deals were struck: near the market of their day, with the edge of who served whom."""

from dataclasses import dataclass

import numpy as np

from data.demo.board import Board, mean, weights
from data.demo.deal_catalogue import MARKETS, SHAPES
from data.demo.deals import Deals, Ints, Texts
from data.demo.factors import Floats
from data.demo.option_prices import OPTION_EDGE, option_terms

INTRADAY, WIDEST = 0.006, 0.02  # noise of the hour against the settle, and its bound
EDGE = {"future": -0.0004, "forward_physical": 0.0045, "forward_financial": 0.0022, "swap": 0.0025}
"""What the desk earns of the price by being the dealer; on an exchange it pays the spread."""


@dataclass(frozen=True, slots=True)
class Struck:
    """The money terms of deals, shape (n,), NaN where a kind has none; ``shape`` is the row of ``SHAPES`` or -1."""

    price: Floats
    strike: Floats
    premium: Floats
    is_call: Ints
    model: Texts
    shape: Ints


def on_steps(values: Floats, codes: Texts, name: str) -> Floats:
    """Return values on the step ``name`` (``tick`` or ``strike``) of their curve."""
    names, back = np.unique(codes, return_inverse=True)
    step = np.array([getattr(MARKETS[str(code)], name) for code in names])[back]
    rounded: Floats = np.round(np.round(values / step) * step, 6)
    return rounded


def _peak_shares(shape: Ints) -> Floats:
    """Return the part of a week's energy that shaped deliveries have in peak hours; 0 without a shape."""
    inside = np.array([5.0 * sum(weekday[8:20]) for weekday, _ in SHAPES])
    whole = np.array([5.0 * sum(weekday) + 2.0 * sum(weekend) for weekday, weekend in SHAPES])
    share: Floats = np.where(shape >= 0, (inside / whole)[np.maximum(shape, 0)], 0.0)
    return share


def strike_deals(deals: Deals, board: Board, rng: np.random.Generator) -> Struck:
    """Return the money terms of ``deals``."""
    count = len(deals)
    shape = np.where(deals.profile == "shaped", rng.integers(0, len(SHAPES), count), -1)
    market = board.by_profile(deals, _peak_shares(shape))
    level = mean(market, weights(deals))
    noise = 1.0 + np.clip(INTRADAY * rng.standard_normal(count), -WIDEST, WIDEST)
    edge = np.array([EDGE.get(str(kind), 0.0) for kind in deals.kind]) * rng.uniform(0.4, 1.6, count)
    price = on_steps(level * noise * (1.0 - deals.side * edge), deals.curve, "tick")
    price[np.isin(deals.kind, list(OPTION_EDGE))] = np.nan
    strike, premium = np.full(count, np.nan), np.full(count, np.nan)
    is_call, model = np.zeros(count, np.int64), np.full(count, "", dtype="U12")
    score, chance, dealt = rng.standard_normal(count), rng.random(count), rng.uniform(0.5, 1.5, count)
    for kind, usual in OPTION_EDGE.items():
        at = np.flatnonzero(deals.kind == kind)
        mine = deals.take(at)
        is_call[at] = chance[at] < 0.55
        strike[at], value = option_terms(mine, board, score[at], is_call[at])
        asked = on_steps(value * (1.0 - mine.side * usual * dealt[at]), mine.curve, "tick")
        premium[at] = np.maximum(asked, np.array([MARKETS[str(code)].tick for code in mine.curve]))
        model[at] = np.where(board.is_normal(mine.curve), "bachelier", "black76")
    return Struck(price, strike, premium, is_call, model, shape)
