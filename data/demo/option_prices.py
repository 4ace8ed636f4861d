"""Strikes and premiums of the desk's options, by the formulae the portal values them with, or near them.

An option on several months is the mean of its months. An average is valued as an option that ends after a third of its
month, a spread by the normal volatility of its difference: near enough for what a dealer quotes.
"""

import numpy as np
from numpy.typing import NDArray

from data.demo.board import LONGEST, Board, mean, weights
from data.demo.deal_catalogue import MARKETS
from data.demo.deals import Deals, Ints
from data.demo.exposures import model_correlation
from data.demo.factors import Floats
from portal.domain.portfolio.options.european import bachelier_price, black76_price

OPTION_EDGE = {"option": 0.01, "asian": 0.035, "spread_option": 0.05}
"""Share of the premium that the dealer earns, by kind of option."""
RATE = 0.03  # for premiums, where a little more or less is part of the dealer's price
CORRELATION_YEARS = 0.2


def _years(deals: Deals, board: Board) -> Floats:
    """Return years to expiry of each month, shape (n, 12)."""
    today = board.days[deals.row][:, None]
    month = deals.month[:, None] + np.arange(LONGEST)
    start = (month.astype("datetime64[D]") - today).astype(np.float64) + 10.0
    days = (deals.expiry[:, None] - today).astype(np.float64)
    left = np.where(np.isnat(deals.expiry)[:, None], start, days)
    return np.maximum(left, 1.0) / 365.0


def _difference(deals: Deals, board: Board) -> tuple[Floats, Floats]:
    """Return forward and normal volatility of the difference of the two legs of spread options, shape (n, 12)."""
    first, second = board.price(deals.curve, deals), board.price(deals.other, deals)
    ratio = deals.ratio2[:, None]
    one = board.money_vol(deals.curve, deals, first)
    two = board.money_vol(deals.other, deals, second) * ratio
    pairs = list(zip(deals.curve.tolist(), deals.other.tolist(), strict=True))
    known = {pair: model_correlation(*pair, CORRELATION_YEARS) for pair in sorted(set(pairs))}
    rho = np.array([known[pair] for pair in pairs])[:, None]
    vol: Floats = np.sqrt(np.maximum(one**2 + two**2 - 2.0 * rho * one * two, 1e-12))
    return first - ratio * second, vol


def _smiled(deals: Deals, board: Board, forward: Floats, strike: Floats, years: Floats) -> Floats:
    """Return the volatility of each month at the moneyness of its strike, as quoted, shape (n, 12)."""
    money = board.vol(deals.curve, deals, np.zeros(forward.shape))
    normal = board.is_normal(deals.curve)[:, None]
    k = np.broadcast_to(strike[:, None], forward.shape)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(normal, k - forward, np.log(np.maximum(k, 1e-9) / forward))
        away = distance / (money * np.sqrt(years))
    return board.vol(deals.curve, deals, away)


def _values(
    forward: Floats, strike: Floats, years: Floats, vol: Floats, is_call: Ints, normal: NDArray[np.bool_]
) -> Floats:
    """Return discounted values, shape (n, 12)."""
    shape = forward.shape
    k = np.broadcast_to(strike[:, None], shape)
    call = np.broadcast_to(is_call[:, None] == 1, shape)
    is_normal = np.broadcast_to(normal[:, None], shape)
    value = np.zeros(shape)
    for chosen, formula in ((is_normal, bachelier_price), (~is_normal, black76_price)):
        value[chosen] = formula(forward[chosen], k[chosen], years[chosen], vol[chosen], RATE, call[chosen])
    return value


def option_terms(deals: Deals, board: Board, score: Floats, is_call: Ints) -> tuple[Floats, Floats]:
    """Return strikes and fair premiums of options of one kind.

    ``score`` draws how far out of the money the strike lies.
    """
    weight, years = weights(deals), _years(deals, board)
    is_spread = bool((deals.other != "").any())
    if is_spread:
        forward, money = _difference(deals, board)
    else:
        forward = board.price(deals.curve, deals)
        money = board.money_vol(deals.curve, deals, forward)
    normal = board.is_normal(deals.curve) | is_spread
    away = np.clip(np.where(is_call == 1, 1.0, -1.0) * (0.35 + 0.55 * score), -1.8, 1.8)
    step = np.array([MARKETS[str(code)].strike for code in deals.curve])
    wanted = mean(forward, weight) + away * mean(money * np.sqrt(years), weight)
    strike = np.round(np.round(wanted / step) * step, 6)
    strike = np.where(normal, strike, np.maximum(strike, step))
    vol = money if is_spread else _smiled(deals, board, forward, strike, years)
    used = weight > 0.0
    forward, vol = np.where(used, forward, 1.0), np.where(used, vol, 0.1)
    return strike, mean(_values(forward, strike, years, vol, is_call, normal), weight)
