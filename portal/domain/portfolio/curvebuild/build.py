"""A daily curve from quoted delivery products: arbitrage first, then smoothness, with the residual to every quote.

API: ``build_curve(quotes, weigh_days) -> BuiltCurve``; ``BuiltCurve.price(product)`` gives any delivery on it;
``shape_of(curve)`` lends its shape to another where quotes are sparse.

Quotes overlap: months with their quarter, quarters with their year. Gaps between a whole and its parts are listed with
their size; then the quotes are changed as little as possible until one curve can meet all of them, and the smoothest
daily curve through the repaired quotes, level at its end, is taken. A residual is what the repair changed, no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from portal.core.arrays import BoolArray1D, DateArray1D, FloatArray1D, FloatLike1D
from portal.domain.market.curve_products import Product, parse_product
from portal.domain.market.delivery_periods import DeliveryPeriod
from portal.domain.market.errors import BadParameter, CurveError
from portal.domain.market.series import as_vector
from portal.domain.portfolio.curvebuild.arbitrage import Gap, coverage_matrix, overlap_gaps, repair_quotes
from portal.domain.portfolio.curvebuild.smooth import smooth_days

DECIMALS = 9  # of prices that come out: what is beyond depends on the processor
WeighDays = Callable[[DateArray1D], FloatArray1D]  # hours, or 1, of each delivery day


@dataclass(frozen=True)
class ProductQuote:
    """Price of a delivery product, by its key such as ``2027-01``, ``2027-Q1``, ``Sum-27`` or ``Cal-27``."""

    product: str
    price: float


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class BuiltCurve:
    """The smoothest curve without arbitrage through quotes; prices in the unit of the quotes, to nine decimals.

    Attributes
    ----------
    products : tuple of str, length n
        Keys of the quoted products, by first delivery, then length.
    first, end : ndarray of shape (n,), datetime64[D]
        Their delivery, [first, end).
    quoted, fitted, residual : ndarray of shape (n,)
        Quote, price on the curve, and quote less price.
    gap : ndarray of shape (n,)
        Quote of a whole less the weighted mean of the quotes of its parts; NaN for a product without quoted parts.
    gaps : tuple of Gap
        The same with the parts, largest first; positions are those of ``products``.
    days : ndarray of shape (d,), datetime64[D]
        Delivery days from the first to the last quoted one.
    daily : ndarray of shape (d,)
        Price of each day.
    weights : ndarray of shape (d,)
        Hours, or 1, of each day.
    covered : ndarray of shape (d,)
        Whether a quoted product delivers on the day; other days are bridged.
    roughness : float
        Sum of squared second differences of the daily prices (less the prior).
    """

    products: tuple[str, ...]
    first: DateArray1D
    end: DateArray1D
    quoted: FloatArray1D
    fitted: FloatArray1D
    residual: FloatArray1D
    gap: FloatArray1D
    gaps: tuple[Gap, ...]
    days: DateArray1D
    daily: FloatArray1D
    weights: FloatArray1D
    covered: BoolArray1D
    roughness: float

    @property
    def months(self) -> DateArray1D:
        """Delivery months that lie on the curve from their first to their last day, shape (m,), datetime64[M]."""
        start = (self.days[0] - 1).astype("datetime64[M]") + 1
        return np.arange(start, (self.days[-1] + 1).astype("datetime64[M]"))

    @property
    def monthly(self) -> FloatArray1D:
        """Their prices, shape (m,)."""
        return np.array([self.price(str(month)) for month in self.months], dtype=np.float64)

    @property
    def monthly_covered(self) -> BoolArray1D:
        """Whether every day of each of `months` is covered by a quote, shape (m,)."""
        inside = [self.covered[self._span(parse_product(str(month)))] for month in self.months]
        return np.array([bool(days.all()) for days in inside], dtype=np.bool_)

    def price(self, product: str) -> float | None:
        """Weighted mean of the daily prices of a product; None unless the curve spans all of its days."""
        if product in self.products:
            return float(self.fitted[self.products.index(product)])
        asked = parse_product(product)
        span = self._span(asked)
        if not asked.months or span.start < 0 or span.stop > len(self.days):
            return None
        return round(float(np.average(self.daily[span], weights=self.weights[span])), DECIMALS)

    def _span(self, product: Product) -> slice:
        if not product.months:
            return slice(0, 0)
        first, end = _delivery(product)
        edges = np.array([first, end], dtype="datetime64[D]") - self.days[0]
        return slice(*edges.astype(np.int64).tolist())


def build_curve(
    quotes: Sequence[ProductQuote],
    weigh_days: WeighDays,
    *,
    confidence: FloatLike1D | None = None,
    prior: Callable[[DateArray1D], FloatArray1D] | None = None,
) -> BuiltCurve:
    """Build the smoothest daily curve without arbitrage through quoted products.

    Parameters
    ----------
    quotes : sequence of ProductQuote
        At least one; each product once, none rolling.
    weigh_days : callable
        Size of delivery days: hours for power, 1 for gas and oil.
    confidence : array_like of shape (n,), optional
        How much each quote (in the order given) counts in the repair; equal by default.
    prior : callable, optional
        Shape of the prices of days, such as those of a settled curve, that does not count as rough.

    Returns
    -------
    BuiltCurve
        Daily and monthly prices with the residual to every quote and all gaps.

    Raises
    ------
    BadParameter
        There is no quote, one is twice, or a product cannot be read.
    SeriesHasNaN
        A quote is missing.

    References
    ----------
    Benth, Koekebakker and Ollmar (2007), J. Derivatives 15(1), for smoothness; least squares for the repair.

    Examples
    --------
    >>> quotes = [ProductQuote("2026-01", 41.0), ProductQuote("2026-02", 40.2), ProductQuote("2026-03", 38.5),
    ...           ProductQuote("2026-Q1", 40.4)]
    >>> curve = build_curve(quotes, lambda days: np.ones(len(days)))
    >>> curve.residual.round(4)
    array([-0.1317,  0.3823, -0.1189, -0.1317])
    """
    order, periods = _arranged(quotes)
    prices = as_vector([quotes[i].price for i in order], "quotes")
    trust = None if confidence is None else as_vector(confidence, "confidences")[order]
    days = np.arange(
        np.datetime64(min(p.first for p in periods), "D"), np.datetime64(max(p.end for p in periods), "D")
    )
    weights = weigh_days(days)
    sizes = np.concatenate([[0.0], np.cumsum(weights)])

    def weigh(first: date, end: date) -> float:
        at = np.array([first, end], dtype="datetime64[D]") - days[0]
        return float(np.diff(sizes[at.astype(np.int64)])[0])

    gaps = overlap_gaps(periods, prices, weigh)
    repaired = repair_quotes(prices, coverage_matrix(periods, weigh).matrix, confidence=trust)
    first, end = (np.array([getattr(p, name) for p in periods], "M8[D]") for name in ("first", "end"))
    inside = (days >= first[:, None]) & (days < end[:, None])
    shares = inside * weights
    shares /= shares.sum(axis=1, keepdims=True)
    curve = smooth_days(shares, repaired, prior=None if prior is None else prior(days), flat_end=True)
    fitted = np.round(repaired, DECIMALS)  # what the curve meets, whatever its shape between quotes
    gap = np.full(len(prices), np.nan)
    for found in gaps:
        gap[found.whole] = round(found.gap, DECIMALS)
    return BuiltCurve(
        tuple(p.label for p in periods),
        first,
        end,
        prices,
        fitted,
        np.round(prices - fitted, DECIMALS) + 0.0,
        gap + 0.0,
        gaps,
        days,
        np.round(curve.prices, DECIMALS),
        weights,
        np.asarray(inside.any(axis=0)),
        curve.roughness,
    )


def shape_of(curve: BuiltCurve) -> Callable[[DateArray1D], FloatArray1D]:
    """Take the daily prices of a curve as the shape for another.

    Parameters
    ----------
    curve : BuiltCurve
        For instance the one through all months of a settled curve.

    Returns
    -------
    callable
        For ``prior`` of `build_curve`; beyond its ends the curve is held.
    """
    known = curve.days.astype(np.int64)

    def prices(days: DateArray1D) -> FloatArray1D:
        return np.interp(days.astype("datetime64[D]").astype(np.int64), known, curve.daily)

    return prices


def _arranged(quotes: Sequence[ProductQuote]) -> tuple[list[int], list[DeliveryPeriod]]:
    """Order of the quotes by delivery, and their periods in that order."""
    if not quotes:
        raise BadParameter("A curve needs at least one quoted product.", name="quotes", value=0)
    keys = [quote.product for quote in quotes]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise CurveError(f"The product {twice} is quoted twice; keep one price for it.", product=twice)
    products = [parse_product(key) for key in keys]
    rolling = next((product.key for product in products if not product.months), None)
    if rolling is not None:
        raise BadParameter(
            f"{rolling} is a rolling contract; quote the month that it delivers.",
            name="quotes",
            value=rolling,
        )
    spans = [_delivery(product) for product in products]
    order = sorted(range(len(keys)), key=lambda i: (spans[i][0], spans[i][1] - spans[i][0]))
    return order, [DeliveryPeriod(*spans[i], keys[i]) for i in order]


def _delivery(product: Product) -> tuple[date, date]:
    edges: list[date] = np.array([product.months[0], product.months[-1] + 1]).astype("datetime64[D]").tolist()
    return edges[0], edges[1]
