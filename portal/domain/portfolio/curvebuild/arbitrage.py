"""Arbitrage between delivery products: what a whole implies for a missing part, gaps of overlaps, smallest repair.

API: ``implied_residual``, ``coverage_matrix(periods, weights) -> Coverage``, ``overlap_gaps(...) -> tuple of Gap``,
``repair_quotes(prices, matrix) -> ndarray``.

A product is worth the weighted mean of what it delivers; weights are days (gas, oil) or hours (power). Quotes are free
of arbitrage when one price for each elementary stretch of delivery reproduces all of them. A gap is reported with its
size before anything is repaired; it is never averaged away unseen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from portal.core.arrays import FloatArray1D, FloatArray2D, FloatLike1D
from portal.domain.market.delivery_periods import DeliveryPeriod
from portal.domain.market.errors import BadParameter
from portal.domain.market.series import as_vector, require_complete, require_same_length

Weigh = Callable[[date, date], float]  # hours or days of [first, end)


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class Coverage:
    """Which elementary stretches of delivery each product covers.

    Attributes
    ----------
    bounds : tuple of date, length n_stretches + 1
        Where stretches begin and end: all delivery boundaries, in order. Stretches that no product covers are in it.
    weights : ndarray of shape (n_stretches,)
        Days or hours of each stretch.
    matrix : ndarray of shape (n_products, n_stretches)
        Share of a product's weight in each stretch; rows sum to 1.
    """

    bounds: tuple[date, ...]
    weights: FloatArray1D
    matrix: FloatArray2D


@dataclass(frozen=True)
class Gap:
    """A quoted product against the quoted parts that make it up.

    Attributes
    ----------
    whole : int
        Position of the product.
    parts : tuple of int
        Positions of its parts, in order of delivery.
    whole_price, parts_price : float
        The quote, and the weighted mean of the parts' quotes.
    gap : float
        ``whole_price - parts_price``: above zero the whole is dear and its parts cheap.
    """

    whole: int
    parts: tuple[int, ...]
    whole_price: float
    parts_price: float
    gap: float


def implied_residual(
    whole_price: ArrayLike, whole_weight: ArrayLike, part_prices: ArrayLike, part_weights: ArrayLike
) -> FloatArray1D:
    """Price of the rest of a product of which some parts are quoted.

    Parameters
    ----------
    whole_price, whole_weight : array_like of shape (n,)
        Price, and days or hours, of the whole.
    part_prices, part_weights : array_like of shape (n, m)
        The same of the known parts; NaN where a row has fewer.

    Returns
    -------
    ndarray of shape (n,)
        Price of the residual in the unit of the others; NaN where the parts leave no weight.

    Examples
    --------
    >>> implied_residual([40.53], [92.0], [[38.81, 40.94]], [[31.0, 30.0]]).round(6)
    array([41.853226])
    """
    whole, weight = np.asarray(whole_price, np.float64), np.asarray(whole_weight, np.float64)
    prices, weights = np.asarray(part_prices, np.float64), np.asarray(part_weights, np.float64)
    left = weight - np.nansum(weights, axis=-1)
    money = whole * weight - np.nansum(prices * weights, axis=-1)
    residual = np.full(np.shape(money), np.nan)
    np.divide(money, left, out=residual, where=left > 0.0)
    return residual


def coverage_matrix(periods: Sequence[DeliveryPeriod], weigh: Weigh) -> Coverage:
    """Cut the delivery time at all boundaries of products and say which product covers what.

    Parameters
    ----------
    periods : sequence of DeliveryPeriod
        Products, at least one.
    weigh : callable
        Days or hours of [first, end).

    Returns
    -------
    Coverage
        Stretches with their weights, and the share of each in each product.

    Raises
    ------
    BadParameter
        There is no product, or a product has no weight.
    """
    if not periods:
        raise BadParameter("A curve needs at least one quoted product.", name="periods", value=0)
    bounds = tuple(sorted({p.first for p in periods} | {p.end for p in periods}))
    weights = np.array([weigh(a, b) for a, b in pairwise(bounds)], dtype=np.float64)
    at = {day: i for i, day in enumerate(bounds)}
    matrix = np.zeros((len(periods), len(weights)))
    for row, period in zip(matrix, periods, strict=True):
        inside = slice(at[period.first], at[period.end])
        row[inside] = weights[inside]
    totals = matrix.sum(axis=1)
    empty = np.flatnonzero(totals <= 0.0)
    if empty.size:
        name = periods[int(empty[0])].label
        raise BadParameter(
            f"The product {name} delivers nothing: its weight is 0.", name="weights", value=name
        )
    return Coverage(bounds, weights, matrix / totals[:, None])


def overlap_gaps(
    periods: Sequence[DeliveryPeriod], prices: FloatLike1D, weigh: Weigh, *, tolerance: float = 0.0
) -> tuple[Gap, ...]:
    """Compare each product with the quoted products that it consists of.

    Parameters
    ----------
    periods : sequence of DeliveryPeriod
        Products.
    prices : array_like of shape (n,)
        Their quotes.
    weigh : callable
        Days or hours of [first, end).
    tolerance : float, default 0
        Gaps up to this size (in the unit of the prices) are left out; 0 keeps all, also those of size 0.

    Returns
    -------
    tuple of Gap
        One for each product that others make up exactly, with as few parts as possible; largest size first.

    Raises
    ------
    SeriesHasNaN
        A quote is missing.
    """
    quotes = as_vector(prices, "quotes")
    sizes = np.array([weigh(p.first, p.end) for p in periods], dtype=np.float64)
    require_same_length(quotes, sizes, "quotes and products")
    require_complete(quotes, "quotes")
    found = []
    for whole in range(len(periods)):
        parts = _fewest_parts(periods, whole)
        if parts:
            mean = float(np.dot(quotes[list(parts)], sizes[list(parts)]) / sizes[list(parts)].sum())
            gap = float(quotes[whole]) - mean
            if abs(gap) >= tolerance:
                found.append(Gap(whole, parts, float(quotes[whole]), mean, gap))
    return tuple(sorted(found, key=lambda item: -abs(item.gap)))


def repair_quotes(
    prices: FloatLike1D, matrix: FloatArray2D, *, confidence: FloatLike1D | None = None
) -> FloatArray1D:
    """Change quotes as little as possible so that no arbitrage is left between them.

    Parameters
    ----------
    prices : array_like of shape (n,)
        Quotes.
    matrix : ndarray of shape (n, n_stretches)
        Share of each stretch in each product (`Coverage.matrix`).
    confidence : array_like of shape (n,), optional
        Weight of each quote's squared change, positive; 1 by default. A liquid quote gets more and moves less.

    Returns
    -------
    ndarray of shape (n,)
        Quotes of least (weighted) sum of squared changes that one price for each stretch reproduces; unchanged quotes
        when there is no gap.

    Raises
    ------
    BadParameter
        A confidence is not positive.
    SeriesHasNaN
        A quote is missing.

    References
    ----------
    Orthogonal projection on the range of ``matrix``.
    """
    quotes = as_vector(prices, "quotes")
    require_complete(quotes, "quotes")
    trust = np.ones(len(quotes)) if confidence is None else as_vector(confidence, "confidences")
    require_same_length(quotes, trust, "quotes and confidences")
    if not np.all(trust > 0.0):
        raise BadParameter(
            "The confidence of every quote must be positive.", name="confidence", value=float(trust.min())
        )
    root = np.sqrt(trust)
    left, size, _ = np.linalg.svd(root[:, None] * matrix, full_matrices=True)
    rank = int((size > size.max() * 1e-10).sum())
    bad = left[:, rank:]  # directions in which quotes can only contradict each other
    return quotes - (bad @ (bad.T @ (root * quotes))) / root


def _fewest_parts(periods: Sequence[DeliveryPeriod], whole: int) -> tuple[int, ...]:
    """Fewest other products that follow each other from the start of one product to its end; empty if none do."""
    target = periods[whole]
    inside = [
        (p.first, p.end, i)
        for i, p in enumerate(periods)
        if i != whole and target.first <= p.first and p.end <= target.end
        and (p.first, p.end) != (target.first, target.end)
    ]  # fmt: skip
    best: dict[date, tuple[int, ...]] = {target.first: ()}
    for first, end, i in sorted(inside):  # by start, so that every way to a start is known before it is left
        if first in best and (end not in best or len(best[first]) + 1 < len(best[end])):
            best[end] = (*best[first], i)
    return best.get(target.end, ())
