"""The tables of the curves page: nodes, products, calendar spreads, replayed days, history of a product."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from portal.core.arrays import FloatArray2D
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.market import curve_metrics as metrics
from portal.domain.market.curve_products import Product, parse_product
from portal.domain.market.curves import ForwardCurve, calendar_spread_table, calendar_spreads
from portal.services.market.curves import (
    AGO,
    VIEWS,
    CurveView,
    ProductHistory,
    product_status,
    products_of,
)


@dataclass(frozen=True, eq=False)  # the matrix has no single truth value
class SpreadMatrix:
    """Every near product less every far one; ``value`` has shape (n, n), NaN at and below the diagonal."""

    keys: tuple[str, ...]
    value: FloatArray2D


def node_table(view: CurveView, query: GridQuery, *, kind: str, compare: Sequence[str]) -> Table:
    """Return the rows behind the curve picture: a product each, its price now and on each day compared with."""
    unit, decimals = view.row.unit, price_decimals(view.row.unit)
    others = [item for item in view.others if item.key in compare]
    columns = (
        Column("product", "Delivery", sortable=False),
        Column("first", "First month"),
        Column("price", f"{view.shown.as_of}", "number", unit, decimals, metric=metrics.FORWARD_PRICE.id),
        Column("status", "Status", "badge"),
        *(
            column
            for item in others
            for column in (
                Column(item.key, f"{item.curve.as_of}", "number", unit, decimals),
                Column(f"{item.key}-change", "Change", "number", unit, decimals, signed=True),
            )
        ),
    )
    products = products_of(view, kind)
    rows = [
        (
            product.label,
            str(product.months[0]),
            view.product(product.key),
            product_status(view, product),
            *(
                cell
                for item in others
                for cell in (
                    view.product(product.key, item.curve),
                    _change(view, product.key, "", item.curve),
                )
            ),
        )
        for product in products
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated, extra=_params(view, products)), query)


def product_table(view: CurveView, query: GridQuery, *, kind: str = "all") -> Table:
    """Return the monitor: months, quarters, seasons and years with their price and changes at the same delivery."""
    unit, decimals = view.row.unit, price_decimals(view.row.unit)
    columns = (
        Column("product", "Product", sortable=False),
        Column("first", "First month", hidden=True),
        Column("price", "Price", "number", unit, decimals, metric=metrics.FORWARD_PRICE.id),
        Column("status", "Status", "badge", help="The least certain month of the product"),
        *(
            Column(
                ago,
                f"Δ {ago}",
                "number",
                "",
                decimals,
                metric=metrics.FORWARD_CHANGE[ago].id,
                signed=True,
                help=f"Price less the price of the same delivery the {words}",
            )
            for ago, words in AGO.items()
        ),
        Column("kind", "Kind"),
    )
    kinds = [name for name in VIEWS if kind in ("all", name)]
    listed = [(name, product) for name in kinds for product in products_of(view, name)]
    rows = [
        (
            product.label,
            str(product.months[0]),
            view.product(product.key),
            product_status(view, product),
            *(_change(view, product.key, "", view.other(ago)) for ago in AGO),
            name,
        )
        for name, product in listed
    ]
    table = Table(
        columns, rows, simulated=view.row.simulated, extra=_params(view, [product for _, product in listed])
    )
    return sort_rows(table, query)


def spread_pairs(view: CurveView) -> list[tuple[str, str, str]]:
    """Return (kind, near key, far key) of the calendar spreads that are watched.

    Neighbouring months of the first year, front against later months, the same month of following years, and
    neighbouring quarters, seasons and years.
    """
    months = calendar_spread_table(view.shown)
    first = [spread for spread in months if spread.near == str(view.shown.months[0])]
    near = [spread for spread in months[: len(view.shown) - 1] if spread not in first][:11]
    pairs = [("month", spread.near, spread.far) for spread in (*first[:1], *near)]
    pairs += [("front", spread.near, spread.far) for spread in first[1:]]
    decembers = [str(month) for month in view.shown.months if str(month).endswith("-12")]
    pairs += [("december", near, far) for near, far in pairwise(decembers)]
    for kind in ("quarter", "season", "year"):
        keys = [product.key for product in products_of(view, kind)]
        pairs += [(kind, near, far) for near, far in pairwise(keys)]
    return pairs


def spread_table(view: CurveView, query: GridQuery) -> Table:
    """Return the calendar spreads with their changes at the same deliveries."""
    unit, decimals = view.row.unit, price_decimals(view.row.unit)
    columns = (
        Column("spread", "Spread", sortable=False),
        Column("first", "First month", hidden=True),
        Column("value", "Near less far", "number", unit, decimals, metrics.CALENDAR_SPREAD.id, signed=True),
        *(
            Column(
                ago,
                f"Δ {ago}",
                "number",
                "",
                decimals,
                signed=True,
                metric=metrics.CALENDAR_SPREAD_CHANGE[ago].id,
            )
            for ago in ("day", "week", "month")
        ),
        Column("near", "Near", "number", "", decimals),
        Column("far", "Far", "number", "", decimals),
        Column("status", "Status", "badge", help="The less certain of the two"),
        Column("kind", "Kind"),
    )
    rows: list[tuple[Cell, ...]] = []
    params = {}
    for kind, near, far in spread_pairs(view):
        products = [parse_product(near), parse_product(far)]
        label = f"{products[0].label} / {products[1].label}"
        status = [product_status(view, product) for product in products]
        row = (
            label,
            str(products[0].months[0]),
            spread_value(view, near, far, view.shown),
            *(_change(view, near, far, view.other(ago)) for ago in ("day", "week", "month")),
            view.product(near),
            view.product(far),
            status[0] if status[1] == "quoted" else status[1],
            kind,
        )
        rows.append(row)
        params[label] = {"curve": view.row.code, "near": near, "far": far}
    return sort_rows(Table(columns, rows, simulated=view.row.simulated, extra={"params": params}), query)


def spread_matrix(view: CurveView, kind: str) -> SpreadMatrix:
    """Return the calendar spreads between all products of one kind, for the heat map."""
    products = products_of(view, kind)
    curve = view.shown
    if kind != "month":
        months = np.array([product.months[0] for product in products], dtype="datetime64[M]")
        prices = np.array([view.product(product.key) for product in products], dtype=np.float64)
        curve = ForwardCurve(curve.as_of, months, prices, curve.unit)
    else:
        known = np.isfinite(curve.prices)
        curve = ForwardCurve(curve.as_of, curve.months[known], curve.prices[known], curve.unit)
    return SpreadMatrix(tuple(product.key for product in products), calendar_spreads(curve))


def matrix_table(view: CurveView, query: GridQuery, *, kind: str) -> Table:
    """Return the heat map as rows: near, far, near less far."""
    unit = view.row.unit
    matrix = spread_matrix(view, kind)
    columns = (
        Column("near", "Near"),
        Column("far", "Far"),
        Column("value", "Near less far", "number", unit, price_decimals(unit), signed=True),
    )
    rows = [
        (matrix.keys[i], matrix.keys[j], float(matrix.value[i, j]))
        for i, j in zip(*np.nonzero(np.isfinite(matrix.value)), strict=True)
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated), query)


def replay_table(view: CurveView, query: GridQuery) -> Table:
    """Return the replayed curves as rows: trade day, delivery month, rank, price, status."""
    unit = view.row.unit
    columns = (
        Column("day", "Trade day", "date"),
        Column("month", "Delivery"),
        Column("tenor", "Rank", "integer"),
        Column("price", "Price", "number", unit, price_decimals(unit)),
        Column("status", "Status", "badge"),
    )
    rows = [
        (curve.day, str(month), tenor, float(price), status)
        for curve in view.frames
        for month, tenor, price, status in zip(
            curve.months, curve.tenors, curve.prices, curve.status, strict=True
        )
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated), query)


def history_table(found: ProductHistory, query: GridQuery) -> Table:
    """Return the history of a product or spread, newest day first unless sorted otherwise."""
    unit = found.row.unit
    columns = (
        Column("day", "Day", "date"),
        Column("price", found.title, "number", unit, price_decimals(unit), signed=bool(found.far)),
    )
    rows = list(zip(found.day.tolist(), found.price.tolist(), strict=True))
    asked = query if query.sort else GridQuery("day", True, query.text, query.offset, query.limit)
    return sort_rows(Table(columns, rows, simulated=found.row.simulated), asked)


def spread_value(view: CurveView, near: str, far: str, curve: ForwardCurve) -> float | None:
    """Return near less far on ``curve``, or the price of ``near`` without ``far``; None where a price is missing."""
    near_price = view.product(near, curve)
    if not far:
        return near_price
    far_price = view.product(far, curve)
    return None if near_price is None or far_price is None else near_price - far_price


def _change(view: CurveView, near: str, far: str, earlier: ForwardCurve | None) -> float | None:
    """Return the move at the same delivery; a rolling key means the month that it is today."""
    if earlier is None:
        return None
    keys = [view.fixed(key) if key else "" for key in (near, far)]
    now = spread_value(view, keys[0], keys[1], view.shown)
    then = spread_value(view, keys[0], keys[1], earlier)
    return None if now is None or then is None else now - then


def change(view: CurveView, product: str, ago: str) -> float | None:
    """Return how the price of ``product`` moved since the day called ``ago``, at the same delivery."""
    return _change(view, product, "", view.other(ago))


def _params(view: CurveView, products: Sequence[Product]) -> dict[str, dict[str, dict[str, str]]]:
    """Return the passport parameters of each row of a grid whose first column is the product's label."""
    return {
        "params": {product.label: {"curve": view.row.code, "product": product.key} for product in products}
    }
