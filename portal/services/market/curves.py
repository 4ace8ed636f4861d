"""Forward curves: one curve against earlier days, its products, its replay, and the history of one node or spread."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from data.queries import curves as queries
from data.queries.curves import CurveDay, CurveRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.market.curve_periods import PeriodKind, period_averages
from portal.domain.market.curve_products import (
    Product,
    delivery_weights,
    parse_product,
    product_history,
    product_label,
    product_price,
)
from portal.domain.market.curves import ForwardCurve, NodeStatus, reference_day

__all__ = [
    "AGO",
    "MAX_COMPARED",
    "SPANS",
    "VIEWS",
    "Compared",
    "CurveRow",
    "CurveView",
    "ProductHistory",
    "curve_choices",
    "curve_view",
    "partial_products",
    "product_series",
    "product_status",
    "products_of",
]

AGO = {"day": "day before", "week": "week before", "month": "month before", "year": "year before"}
VIEWS = {"month": "Month", "quarter": "Quarter", "season": "Season", "year": "Year"}
SPANS: dict[str, int | None] = {"3m": 92, "1y": 366, "3y": 1096, "max": None}
MAX_COMPARED = 6
MAX_FRAMES = 80  # steps of the replay: a day each over three months, a week over a year, five weeks over ten


@dataclass(frozen=True, eq=False)  # curves hold arrays
class Compared:
    """An earlier curve beside the one shown; ``key`` is ``day``, ``week``, ``month``, ``year`` or an ISO day."""

    key: str
    label: str
    curve: ForwardCurve


@dataclass(frozen=True, eq=False)  # curves hold arrays
class CurveView:
    """One curve as of the clocks. ``frames`` are earlier days for the replay, oldest first, thinned evenly.

    ``missing`` names the comparisons for which there is no day, ``weights`` the hours or days of each month,
    ``known`` the product prices computed so far.
    """

    row: CurveRow
    shown: ForwardCurve
    others: tuple[Compared, ...]
    frames: tuple[CurveDay, ...]
    missing: tuple[str, ...]
    weights: dict[np.datetime64, float]
    age: int
    late: bool
    known: dict[tuple[str, date], float | None] = field(default_factory=dict, repr=False)

    def product(self, key: str, curve: ForwardCurve | None = None) -> float | None:
        """Return the price of a product on ``curve``, by default the one shown; computed once."""
        curve = curve or self.shown
        asked = (key, curve.as_of)
        if asked not in self.known:
            self.known[asked] = product_price(curve, parse_product(key), self.weights)
        return self.known[asked]

    def other(self, key: str) -> ForwardCurve | None:
        """Return the curve compared with under ``key``; None when there is none."""
        return next((item.curve for item in self.others if item.key == key), None)

    def fixed(self, key: str) -> str:
        """Return the delivery month that a rolling key such as ``M1`` means on the day shown."""
        rank = parse_product(key).rank
        if rank is None or rank > len(self.shown):
            return key
        return str(self.shown.months[rank - 1])


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class ProductHistory:
    """Price of one product, or of one less another, by trade day; ``price`` in ``unit``, shape (n,)."""

    row: CurveRow
    near: str
    far: str
    day: DateArray1D
    price: FloatArray1D

    @property
    def title(self) -> str:
        """What is drawn: ``Jan-27`` or ``Jan-27 less Feb-27``."""
        far = f" less {product_label(self.far)}" if self.far else ""
        return product_label(self.near) + far


def curve_choices(actor: Actor) -> list[CurveRow]:
    """Return all curves, for the picker."""
    actor.require(Permission.MARKET_READ)
    with UnitOfWork() as work:
        return queries.curves(work.session)


def curve_view(
    code: str, clocks: Clocks, actor: Actor, *, compare: Sequence[str] = (), span: str = "1y"
) -> CurveView | None:
    """Return the curve ``code`` with the days compared and the replay, in three queries; None when it has no prices.

    ``compare`` holds ``day``, ``week``, ``month``, ``year`` or ISO days; a day without a curve means the last one
    before it. The day and the week before are always read, since the tiles show the change on them.

    Raises
    ------
    NotFound
        There is no curve ``code``.
    DomainError
        More than six days to compare with, or a text that is no day.
    """
    actor.require(Permission.MARKET_READ)
    if len(compare) > MAX_COMPARED:
        raise DomainError(
            f"A curve is compared with up to {MAX_COMPARED} days. Take some out.", count=len(compare)
        )
    with UnitOfWork() as work:
        row = _row(queries.curves(work.session, codes=[code]), code)
        days = queries.trade_days(work.session, clocks=clocks, curve_id=row.id)
        if not days.size:
            return None
        shown: date = days[-1].item()
        keys = list(dict.fromkeys([*AGO, *compare]))
        asked = {key: _earlier(days, shown, key) for key in keys}
        steps = _thinned(days, shown, _length(span))
        wanted = {shown, *steps, *(day for day in asked.values() if day)}
        found = queries.curve_days(work.session, clocks=clocks, curve_id=row.id, days=wanted)
    others = tuple(
        Compared(key, _compared_label(key, day), _curve(found[day], row.unit))
        for key, day in asked.items()
        if day is not None
    )
    age = int(np.busday_count(shown, clocks.as_of))
    return CurveView(
        row,
        _curve(found[shown], row.unit),
        others,
        tuple(found[day] for day in steps),
        tuple(key for key in compare if asked[key] is None),
        _weights(found, row),
        age,
        late=age * 24 > row.sla_hours,
    )


def product_series(
    code: str, clocks: Clocks, actor: Actor, *, near: str, far: str = "", span: str = "1y"
) -> ProductHistory:
    """Return the history of product ``near``, or of ``near`` less ``far``, on the days that have both; one query.

    Raises
    ------
    NotFound
        There is no curve ``code``.
    BadParameter
        A key is no product.
    """
    actor.require(Permission.MARKET_READ)
    products = [parse_product(key) for key in (near, far) if key]
    length = _length(span)
    with UnitOfWork() as work:
        row = _row(queries.curves(work.session, codes=[code]), code)
        months: list[date] = np.unique(np.array([m for p in products for m in p.months], "M8[M]")).tolist()
        nodes = queries.node_history(
            work.session,
            clocks=clocks,
            curve_id=row.id,
            months=months,
            tenors=[product.rank for product in products if product.rank is not None],
            first=None if length is None else clocks.as_of - timedelta(days=length),
        )
    weights = delivery_weights(np.array(months, dtype="datetime64[M]"), row.commodity, row.timezone)
    series = [
        product_history(nodes.day, nodes.month, nodes.price, nodes.tenor, product, weights)
        for product in products
    ]
    day, price = series[0]
    if far:
        day, at, with_far = np.intersect1d(day, series[1][0], assume_unique=True, return_indices=True)
        price = series[0][1][at] - series[1][1][with_far]
    return ProductHistory(row, near, far, day, price)


def products_of(view: CurveView, kind: str, curve: ForwardCurve | None = None) -> list[Product]:
    """Return the months, quarters, seasons or years that ``curve`` (by default the one shown) prices in full."""
    curve = curve or view.shown
    if kind == "month":
        return [parse_product(str(month)) for month in curve.months[np.isfinite(curve.prices)]]
    periods = period_averages(curve, PeriodKind(kind), view.weights)
    return [parse_product(period.label) for period in periods if period.value is not None]


def partial_products(view: CurveView, kind: str) -> list[str]:
    """Return the labels of the periods that lack a month, which therefore have no price."""
    if kind == "month":
        return []
    periods = period_averages(view.shown, PeriodKind(kind), view.weights)
    return [product_label(period.label) for period in periods if period.value is None]


def product_status(view: CurveView, product: Product) -> str:
    """Return the least certain status of a product's months: quoted, rolled, interpolated, then proxied."""
    order = [NodeStatus.QUOTED, NodeStatus.ROLLED, NodeStatus.INTERPOLATED, NodeStatus.PROXIED]
    by_month = dict(zip(view.shown.months.tolist(), view.shown.status, strict=True))
    found = [by_month[month.item()] for month in product.months if month.item() in by_month]
    return max(found, key=order.index).value if found else ""


def _length(span: str) -> int | None:
    if span not in SPANS:
        raise DomainError(f"There is no range '{span}'. Choose one of {', '.join(SPANS)}.", range=span)
    return SPANS[span]


def _row(found: Sequence[CurveRow], code: str) -> CurveRow:
    if not found:
        raise NotFound(
            f"There is no curve '{code}'. Choose one from the list on Market > Curves.", curve=code
        )
    return found[0]


def _earlier(days: DateArray1D, shown: date, key: str) -> date | None:
    if key in AGO:
        return reference_day(days, shown, key)
    try:
        limit = np.datetime64(date.fromisoformat(key), "D")
    except ValueError:
        raise DomainError(
            f"'{key}' is no day. Write it as YYYY-MM-DD, for example {shown:%Y-%m-%d}.", day=key
        ) from None
    known = days[days <= limit]
    return known[-1].item() if known.size else None


def _compared_label(key: str, day: date) -> str:
    return f"{day:%Y-%m-%d} ({AGO[key]})" if key in AGO else f"{day:%Y-%m-%d}"


def _thinned(days: DateArray1D, shown: date, length: int | None) -> list[date]:
    """Return evenly spread trade days of the last ``length`` calendar days, the newest among them."""
    kept = days if length is None else days[days > np.datetime64(shown - timedelta(days=length), "D")]
    step = -(-len(kept) // MAX_FRAMES)
    thinned: list[date] = kept[::-1][::step][::-1].tolist()
    return thinned


def _curve(found: CurveDay, unit: str) -> ForwardCurve:
    return ForwardCurve(
        found.day, found.months, found.prices, unit, tuple(NodeStatus(status) for status in found.status)
    )


def _weights(found: dict[date, CurveDay], row: CurveRow) -> dict[np.datetime64, float]:
    """Return the size of every month of any curve read, and of the whole years they lie in."""
    every = np.concatenate([curve.months for curve in found.values()])
    first, last = every.min().astype("datetime64[Y]"), every.max().astype("datetime64[Y]") + 1
    months = np.arange(first.astype("datetime64[M]") - 3, last.astype("datetime64[M]") + 3)
    return delivery_weights(months, row.commodity, row.timezone)
