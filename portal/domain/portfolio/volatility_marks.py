"""The volatility of an option's own month and strike, read off the surfaces.

API: ``volatility(market, curve, month, forward, strike, years) -> (vol, is_normal)``, ``as_model(...)`` turns a
volatility into that of another model by the price at the money; ``points_of(book)`` is one point of volatility.
``smile_lines`` and ``moneyness`` are the two halves of reading a surface.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from portal.core.arrays import BoolArray1D, FloatArray, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market, VolSurface
from portal.domain.portfolio.trade import Kind, VolModel

_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))


def volatility(
    market: Market,
    curve: IntArray1D,
    month: IntArray1D,
    forward: FloatArray1D,
    strike: FloatArray1D,
    years: FloatArray1D,
) -> tuple[FloatArray1D, BoolArray1D]:
    """Volatility by standardised moneyness: linear between the nodes, flat beyond them.

    Parameters
    ----------
    market : Market
        Surfaces, and the months of ``month``.
    curve, month : ndarray of shape (n,)
        Positions of the underlying.
    forward, strike, years : ndarray of shape (n,)
        Forward price and strike in the unit of the curve, years to expiry. A strike of NaN means at the money.

    Returns
    -------
    tuple of ndarray of shape (n,)
        Annual volatility, NaN without a surface; and whether it is normal (in price units).
    """
    vol, normal = np.full(len(curve), np.nan), np.zeros(len(curve), dtype=np.bool_)
    origin = market.marks.months[0].astype(np.int64) if len(market.marks.months) else 0
    for at in np.unique(curve).tolist():
        surface = market.vols.get(int(market.curves.id[at]))
        if surface is None or not len(surface.months):
            continue
        rows = np.flatnonzero(curve == at)
        normal[rows] = surface.is_normal
        vol[rows] = _read(surface, month[rows] + origin, forward[rows], strike[rows], years[rows])
    return vol, normal


def _read(
    surface: VolSurface, month: IntArray1D, forward: FloatArray1D, strike: FloatArray1D, years: FloatArray1D
) -> FloatArray1D:
    """Volatility of one surface at the strikes."""
    lines = smile_lines(surface, month)
    at_money = _along(surface.moneyness, lines, np.zeros(len(lines)))
    deviation = at_money * np.sqrt(np.maximum(years, 0.0))
    return _along(surface.moneyness, lines, moneyness(surface.is_normal, forward, strike, deviation))


def smile_lines(surface: VolSurface, month: IntArray1D) -> FloatArray2D:
    """The smile of each delivery month; months between those quoted are read off the line between them.

    Parameters
    ----------
    surface : VolSurface
        Of one curve.
    month : ndarray of shape (n,), int64
        Months since 1970.

    Returns
    -------
    ndarray of shape (n, s)
        Volatility at the nodes of the surface.
    """
    quoted = surface.months.astype("datetime64[M]").astype(np.int64)
    place = np.interp(month, quoted, np.arange(len(quoted)))
    row = np.minimum(place.astype(np.int64), max(len(quoted) - 2, 0))
    share = (place - row)[:, None]
    lines: FloatArray2D = (1.0 - share) * surface.vol[row]
    lines += share * surface.vol[np.minimum(row + 1, len(quoted) - 1)]
    return lines


def _along(nodes: FloatArray1D, lines: FloatArray2D, at: FloatArray1D) -> FloatArray1D:
    """Each line at its own place: linear between the nodes, flat beyond them."""
    column = np.interp(at, nodes, np.arange(len(nodes)))
    left = np.minimum(column.astype(np.int64), max(len(nodes) - 2, 0))
    share, row = column - left, np.arange(len(lines))
    found: FloatArray1D = (1.0 - share) * lines[row, left]
    found += share * lines[row, np.minimum(left + 1, len(nodes) - 1)]
    return found


def moneyness(is_normal: bool, forward: FloatArray, strike: FloatArray, deviation: FloatArray) -> FloatArray:
    """Standard deviations of the strike above the forward.

    Parameters
    ----------
    is_normal : bool
        Whether deviations are in price units.
    forward, strike, deviation : ndarray
        Arrays that broadcast: forward price, strike, and volatility at the money times root of time.

    Returns
    -------
    ndarray
        0 where there is no strike or no time.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        if is_normal:
            distance = strike - forward
        else:  # a strike at or below zero lies below any node
            distance = np.where(strike > 0.0, np.log(np.maximum(strike, 1e-300) / forward), -np.inf)
            distance = np.where(np.isnan(strike), np.nan, distance)
        found = distance / deviation
    return np.where(np.isnan(found), 0.0, found)


def as_model(
    vol: FloatArray,
    is_normal: NDArray[np.bool_],
    wants_normal: NDArray[np.bool_],
    forward: FloatArray,
    years: FloatArray,
    shift: FloatArray,
) -> FloatArray:
    """Turn volatilities into those of the model of each trade, so that the option at the money keeps its price.

    Parameters
    ----------
    vol : ndarray
        As quoted; the arguments broadcast to one shape.
    is_normal, wants_normal : ndarray of bool
        Whether the quote is normal, and whether the trade's model is.
    forward, years, shift : ndarray
        Forward price, years to expiry, and the shift of a shifted lognormal model (0 for the plain one).

    Returns
    -------
    ndarray of the common shape
        Volatilities; NaN where a lognormal one does not exist (a price at or below minus the shift).

    Notes
    -----
    At the money Black's price is ``F (2 N(v sqrt(T) / 2) - 1)`` and Bachelier's ``s sqrt(T / 2 pi)``.
    """
    vol, is_normal, wants_normal, forward, years, shift = np.broadcast_arrays(
        vol, is_normal, wants_normal, forward, years, shift
    )
    root = np.sqrt(np.maximum(years, 0.0))
    same = (is_normal == wants_normal) & ((shift == 0.0) | wants_normal)
    found = vol.copy()
    rows = ~same & np.isfinite(vol) & (root > 0.0)
    if rows.any():
        v, t, f = vol[rows], root[rows], forward[rows]
        lognormal = np.where(f > 0.0, f, np.nan) * (2.0 * ndtr(0.5 * v * t) - 1.0)
        price = np.where(is_normal[rows], v * t / _ROOT_TWO_PI, lognormal)
        shifted = f + shift[rows]
        share = np.where(shifted > 0.0, price / np.where(shifted > 0.0, shifted, 1.0), np.nan)
        black = 2.0 / t * ndtri(np.minimum(0.5 * (share + 1.0), 1.0 - 1e-16))
        found[rows] = np.where(wants_normal[rows], price * _ROOT_TWO_PI / t, black)
    return found


def points_of(book: Book) -> FloatArray1D:
    """What one point of volatility is for each trade, by which a vega for 1.00 becomes one that people read.

    Parameters
    ----------
    book : Book
        Trades.

    Returns
    -------
    ndarray of shape (n,)
        0.01, or one price unit for a normal volatility. An average is taken as lognormal, whatever its model says.
    """
    normal = (book.vol_model == VolModel.BACHELIER) & (book.kind != Kind.ASIAN)
    return np.where(normal, 1.0, 0.01)
