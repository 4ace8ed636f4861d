"""A market under the shocks of a scenario.

API: ``stressed(market, layers) -> Market``, ``book_for(book, before, after)``, ``check_prices(market, price)``.

What happens at once happens: no time passes, fixings stay. Months whose delivery is over stay. Volatilities are held
by standardised moneyness, so the smile moves with the forward.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from portal.core.arrays import BoolArray1D, BoolArray2D, FloatArray1D, FloatArray2D, IntArray1D
from portal.domain.market.errors import BadParameter, SeriesHasNaN
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.market import Market, VolSurface, ZeroCurve
from portal.domain.portfolio.trade import Kind, VolModel
from portal.domain.portfolio.volatility_marks import as_model
from portal.domain.risk.stress.scopes import currencies_of, curves_of, pair_of
from portal.domain.risk.stress.shocks import LAST_TENOR, Factor, Layer, Measure, Months, Shock

MAY_BE_NEGATIVE = ("WTI",)
"""Curves beside power that may trade below zero: WTI for May 2020 settled at -37.63 USD/bbl on 2020-04-20."""
_WINTER = (10, 11, 12, 1, 2, 3)
_DAYS_A_MONTH = 30.4
_SLOPE_TO = 24  # months ahead, where a slope ends that does not say


@dataclass
class _Draft:
    """A market while shocks are applied to it; ``lenient`` is that of the layer at hand."""

    market: Market
    price: FloatArray2D
    vols: dict[int, VolSurface]
    correlations: dict[tuple[int, int], float]
    rates: dict[str, ZeroCurve]
    fx: dict[str, float]
    lenient: bool = False

    @property
    def tenor(self) -> IntArray1D:
        """Months ahead of each delivery month."""
        return tenors(self.market, self.market.marks.months)


def tenors(market: Market, months: np.ndarray) -> IntArray1D:
    """Months ahead of the month of the valuation day; below zero for what is over.

    Parameters
    ----------
    market : Market
        For its day.
    months : ndarray of shape (m,), datetime64[M]
        Delivery months.

    Returns
    -------
    ndarray of shape (m,), int64
        0 for the month in delivery.
    """
    here = np.datetime64(market.as_of, "M").astype(np.int64)
    return months.astype("datetime64[M]").astype(np.int64) - here


def stressed(market: Market, layers: Iterable[Layer]) -> Market:
    """Apply layers in their order.

    Parameters
    ----------
    market : Market
        Today's; it is not changed.
    layers : iterable of Layer
        Shocks.

    Returns
    -------
    Market
        With the prices, volatilities, correlations, rates and exchange rates of the scenario.

    Raises
    ------
    BadParameter
        A shock names what is not there (and its layer is not lenient), or leaves a price or volatility that cannot be.
    SeriesHasNaN
        A size or a result is not a number.
    """
    draft = _Draft(
        market,
        market.marks.price.copy(),
        dict(market.vols),
        dict(market.correlations),
        dict(market.rates),
        dict(market.fx),
    )
    for layer in layers:
        draft.lenient = layer.lenient
        for shock in layer.ordered():
            _APPLY[shock.factor](draft, shock)
    check_prices(market, draft.price)
    _soften(draft)
    return replace(
        market,
        marks=replace(market.marks, price=draft.price),
        vols=draft.vols,
        correlations=draft.correlations,
        rates=draft.rates,
        fx=draft.fx,
    )


def _curves(draft: _Draft, shock: Shock) -> IntArray1D:
    return curves_of(draft.market.curves, shock.scope, lenient=draft.lenient)


def _chosen(draft: _Draft, shock: Shock, months: np.ndarray) -> BoolArray1D:
    """The months that a shock is for; the month in delivery moves as the first one after it does."""
    tenor = tenors(draft.market, months)
    first = 0 if shock.first == 1 else shock.first
    chosen: BoolArray1D = (tenor >= first) & (tenor <= shock.last)
    if shock.months is not Months.ALL:
        winter = np.isin(months.astype("datetime64[M]").astype(np.int64) % 12 + 1, _WINTER)
        chosen &= winter if shock.months is Months.WINTER else ~winter
    return chosen


def _sizes(shock: Shock, tenor: IntArray1D) -> FloatArray1D:
    if not shock.nodes:
        return np.full(len(tenor), shock.size)
    at, size = np.array(shock.nodes, dtype=np.float64).T
    return np.asarray(np.interp(tenor, at, size), dtype=np.float64)


def _move(draft: _Draft, shock: Shock, size: FloatArray1D) -> None:
    """Move prices of the curves by ``size`` (m,), which is 0 where nothing moves."""
    at = _curves(draft, shock)
    level = np.abs(draft.price[at]) if shock.measure is Measure.RELATIVE else 1.0
    draft.price[at] += np.where(size == 0.0, 0.0, size * level)


def _price(draft: _Draft, shock: Shock) -> None:
    chosen = _chosen(draft, shock, draft.market.marks.months)
    _move(draft, shock, np.where(chosen, _sizes(shock, draft.tenor), 0.0))


def _slope(draft: _Draft, shock: Shock) -> None:
    """Half of the size at the first month, minus half at the last, a straight line between."""
    first, last = max(shock.first, 1), shock.last if shock.last < LAST_TENOR else _SLOPE_TO
    share = 0.5 - np.clip((draft.tenor - first) / max(last - first, 1), 0.0, 1.0)
    chosen = (draft.tenor >= 0) & _chosen(
        draft, replace(shock, first=0, last=LAST_TENOR), draft.market.marks.months
    )
    _move(draft, shock, np.where(chosen, shock.size * share, 0.0))


def _season(draft: _Draft, shock: Shock) -> None:
    months = draft.market.marks.months
    winter = np.isin(months.astype("datetime64[M]").astype(np.int64) % 12 + 1, _WINTER)
    _move(
        draft, shock, np.where(_chosen(draft, shock, months), np.where(winter, 0.5, -0.5) * shock.size, 0.0)
    )


def _vol(draft: _Draft, shock: Shock) -> None:
    for at in _curves(draft, shock).tolist():
        number = int(draft.market.curves.id[at])
        surface = draft.vols.get(number)
        if surface is None:
            continue
        chosen = _chosen(draft, shock, surface.months)
        size = np.where(chosen, _sizes(shock, tenors(draft.market, surface.months)), 0.0)[:, None]
        point = 1.0 if surface.is_normal else 0.01
        moved = (
            surface.vol * (1.0 + size) if shock.measure is Measure.RELATIVE else surface.vol + size * point
        )
        if shock.floor is not None:
            moved = np.where(chosen[:, None], np.maximum(moved, shock.floor * point), moved)
        if np.nanmin(moved) <= 0.0:
            code = draft.market.curves.code[at]
            raise BadParameter(
                f"The shock '{shock.name}' takes a volatility of {code} to zero or below. Choose a smaller shock, or "
                "give it a floor.",
                name="size",
                value=shock.size,
            )
        draft.vols[number] = replace(surface, vol=moved)


def _correlation(draft: _Draft, shock: Shock) -> None:
    pairs = pair_of(draft.market, shock.scope, lenient=draft.lenient)
    for pair in pairs:
        value = draft.correlations[pair]
        draft.correlations[pair] = value + shock.size * (shock.target - value)


def _fx(draft: _Draft, shock: Shock) -> None:
    for currency in currencies_of(draft.market, shock.scope, draft.fx, lenient=draft.lenient):
        if currency != draft.market.reporting:
            draft.fx[currency] *= 1.0 + shock.size


def _rate(draft: _Draft, shock: Shock) -> None:
    for currency in currencies_of(draft.market, shock.scope, draft.rates, lenient=draft.lenient):
        curve = draft.rates[currency]
        draft.rates[currency] = replace(curve, rate=curve.rate + shock.size)


_APPLY = {
    Factor.PRICE: _price,
    Factor.SLOPE: _slope,
    Factor.SEASON: _season,
    Factor.VOL: _vol,
    Factor.CORRELATION: _correlation,
    Factor.FX: _fx,
    Factor.RATE: _rate,
}


def _may_be_negative(market: Market) -> BoolArray1D:
    """Which curves may trade at or below zero, shape (c,)."""
    return np.array(
        [
            commodity == "power" or code in MAY_BE_NEGATIVE
            for code, commodity in zip(market.curves.code, market.curves.commodity, strict=True)
        ],
        dtype=np.bool_,
    )


def check_prices(market: Market, price: FloatArray2D) -> None:
    """Refuse prices that curves cannot have.

    Parameters
    ----------
    market : Market
        Today's.
    price : ndarray of shape (c, m)
        Prices in its place.

    Raises
    ------
    SeriesHasNaN
        A price that is there today is not a number.
    BadParameter
        A price fell to zero or below although its curve cannot trade there.
    """
    before = market.marks.price
    bad = np.isfinite(before) & ~np.isfinite(price)
    if bad.any():
        code = market.curves.code[int(np.argwhere(bad)[0][0])]
        raise SeriesHasNaN(f"The shocks leave no price of {code}. Check their sizes.", position=code)
    fell = (price <= 0.0) & (before > 0.0) & ~_may_be_negative(market)[:, None]
    if fell.any():
        curve, month = np.argwhere(fell)[0].tolist()
        code, unit = market.curves.code[curve], market.curves.unit[curve]
        raise BadParameter(
            f"The shocks take {code} for {market.marks.months[month]} from {before[curve, month]:,.2f} to "
            f"{price[curve, month]:,.2f} {unit}, but {code} cannot trade at zero or below; power and "
            f"{', '.join(MAY_BE_NEGATIVE)} can. Make the shock smaller.",
            name="price",
            value=float(price[curve, month]),
        )


def _fallen(before: Market, price: FloatArray2D) -> BoolArray2D:
    fallen: BoolArray2D = (price <= 0.0) & (before.marks.price > 0.0)
    return fallen


def _soften(draft: _Draft) -> None:
    """Quote volatilities of a curve as normal ones where its price fell to zero or below: there are no others.

    A month that stays above zero keeps its lognormal volatility, one that fell keeps what it had before it fell:
    both by the price at the money.
    """
    market = draft.market
    for curve in np.flatnonzero(_fallen(market, draft.price).any(axis=1)).tolist():
        number = int(market.curves.id[curve])
        surface = draft.vols.get(number)
        if surface is None or surface.is_normal or not len(market.marks.months):
            continue
        at = (surface.months.astype("datetime64[M]") - market.marks.months[0]).astype(np.int64)
        inside = np.clip(at, 0, len(market.marks.months) - 1)
        now, then = draft.price[curve, inside], market.marks.price[curve, inside]
        forward = np.where(
            (at >= 0) & (at < len(market.marks.months)), np.where(now > 0.0, now, then), np.nan
        )
        years = np.maximum(tenors(market, surface.months), 1) * _DAYS_A_MONTH / 365.0
        shape = surface.vol.shape
        spread = np.broadcast_to(forward[:, None], shape).ravel()
        time = np.broadcast_to(years[:, None], shape).ravel()
        flags = np.zeros(spread.shape, dtype=np.bool_)
        normal = as_model(surface.vol.ravel(), flags, ~flags, spread, time, np.zeros_like(spread)).reshape(
            shape
        )
        known = np.isfinite(normal).all(axis=1)
        if known.any():
            draft.vols[number] = replace(
                surface, months=surface.months[known], vol=normal[known], is_normal=True
            )


def book_for(book: Book, before: Market, after: Market) -> Book:
    """The book with options on prices that fell to zero or below turned to Bachelier's model.

    Exchanges did the same when WTI fell below zero (CME, 2020-04-22). Averages and spreads have no such model here;
    they are without a value in such a scenario, and are counted.

    Parameters
    ----------
    book : Book
        Trades.
    before, after : Market
        The same curves and months.

    Returns
    -------
    Book
        The same where no price fell.
    """
    fallen = _fallen(before, after.marks.price)
    if not fallen.any() or not len(book):
        return book
    months = before.marks.months
    curve = np.clip(np.searchsorted(before.curves.id, book.curve), 0, len(before.curves.id) - 1)
    first = (book.delivery_start.astype("datetime64[M]") - months[0]).astype(np.int64)
    last = ((book.delivery_end - 1).astype("datetime64[M]") - months[0]).astype(np.int64)
    reached = np.concatenate([np.zeros((len(fallen), 1)), np.cumsum(fallen, axis=1)], axis=1)
    first, last = np.clip(first, 0, len(months) - 1), np.clip(last, 0, len(months) - 1)
    hit = reached[curve, last + 1] > reached[curve, first]
    turned = hit & (book.kind == Kind.OPTION)
    model = np.where(turned, np.int8(VolModel.BACHELIER), book.vol_model).astype(np.int8)
    return replace(book, vol_model=model)
