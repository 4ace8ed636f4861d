"""Futures, forwards and swaps of a book at once.

API: ``fill_linear(rows, parts)``.

A forward or swap settles on the mean of its month's fixings: the fixed share is realised, the rest is marked on the
curve. Fixed money is discounted until it is paid. Futures are settled daily, so they are not discounted.
"""

import numpy as np

from portal.domain.portfolio.trade import LINEAR, Kind
from portal.domain.portfolio.valued_rows import Parts, Rows

_AVERAGED = np.array([kind in LINEAR and kind is not Kind.FUTURE for kind in Kind])


def fill_linear(rows: Rows, parts: Parts) -> None:
    """Value the legs of linear kinds.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Filled in at the legs of futures, forwards and swaps.
    """
    if not len(rows.legs):
        return
    _futures(rows, parts)
    _averaged(rows, parts)


def _futures(rows: Rows, parts: Parts) -> None:
    at = np.flatnonzero(rows.kind == Kind.FUTURE)
    over = rows.expired(at)
    volume, price = rows.legs.volume[at], rows.term("price", at)
    ended, alive = at[over], at[~over]
    parts.realised[ended] = volume[over] * (rows.final(ended) - price[over])
    parts.rest_on(rows, ended[~np.isfinite(rows.final(ended))])
    parts.unrealised[alive] = volume[~over] * (rows.forward(alive) - price[~over])
    parts.delta[alive] = volume[~over]
    parts.rest_on(rows, alive)


def _averaged(rows: Rows, parts: Parts) -> None:
    at = np.flatnonzero(_AVERAGED[rows.kind])
    share, mean, rests = rows.fixed(at)
    rate, years, factor = rows.discount(at, rows.month_end(at))
    volume, price = rows.legs.volume[at] * factor, rows.term("price", at)
    open_share = 1.0 - share
    realised = volume * share * (mean - price)
    delta = volume * open_share
    is_open = open_share > 0.0
    unrealised = np.where(is_open, delta * (rows.forward(at) - price), 0.0)
    value = unrealised + realised
    parts.unrealised[at], parts.realised[at] = unrealised, realised
    parts.delta[at] = delta
    parts.theta[at] = np.where(years > 0.0, rate, 0.0) * value
    parts.rho[at] = -years * value
    parts.rest_on(rows, at[rests])
