"""The tables of the curve build page: products with residuals, gaps, months, days, the history of stored fits."""

from portal.core.precision import price_decimals
from portal.core.table import Column, GridQuery, Table, sort_rows
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio.curvebuild import build_metrics as metrics
from portal.services.market.curve_build import BuildView

MORE = 2  # decimals of a residual beyond those of a price: residuals are small


def kind_of(product: str) -> str:
    """Return the length of a product: month, quarter, season or year."""
    if product.startswith("Cal"):
        return "year"
    return "season" if product[:3] in ("Sum", "Win") else "quarter" if "Q" in product else "month"


def in_order(view: BuildView) -> list[tuple[int, str]]:
    """Return position and key of the quoted products as people list them: months, quarters, seasons, years."""
    kinds = ("month", "quarter", "season", "year")
    return sorted(enumerate(view.curve.products), key=lambda item: (kinds.index(kind_of(item[1])), item[0]))


def product_table(view: BuildView, query: GridQuery) -> Table:
    """Return a row for each quoted product: quote, built price, residual, gap to its parts, residual as stored."""
    unit, curve = view.row.unit, view.curve
    decimals = price_decimals(unit)
    small = decimals + MORE
    columns = (
        Column("product", "Product", sortable=False),
        Column("first", "First day", "date", hidden=True),
        Column("quoted", "Quoted", "number", unit, decimals),
        Column("built", "Built", "number", unit, small, metric=metrics.BUILT_PRICE.id),
        Column(
            "residual", "Residual", "number", unit, small, metrics.RESIDUAL.id, signed=True, coloured=False,
            help="Quote less built price",
        ),
        Column(
            "gap", "Gap to parts", "number", unit, small, metrics.GAP.id, signed=True, coloured=False,
            help="Quote less the weighted mean of the quotes of its parts, before the repair",
        ),
        Column(
            "stored", "Stored", "number", unit, small, metrics.STORED_RESIDUAL.id, signed=True, coloured=False,
            help="The residual as stored with the curve of this day",
        ),
        Column("kind", "Kind", hidden=True),
    )  # fmt: skip
    stored = {row.product: row.residual for row in view.stored}
    gaps = [None if gap != gap else float(gap) for gap in curve.gap]  # noqa: PLR0124  (NaN: no quoted parts)
    rows = [
        (
            product_label(product),
            curve.first[i].item(),
            float(curve.quoted[i]),
            float(curve.fitted[i]),
            float(curve.residual[i]),
            gaps[i],
            stored.get(product),
            kind_of(product),
        )
        for i, product in in_order(view)
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated, extra=_params(view)), query)


def gap_table(view: BuildView, query: GridQuery) -> Table:
    """Return a row for each product that quoted parts make up, the largest gap first."""
    unit, curve = view.row.unit, view.curve
    decimals = price_decimals(unit)
    columns = (
        Column("product", "Whole", sortable=False),
        Column("parts", "Parts"),
        Column("whole_price", "Whole", "number", unit, decimals),
        Column("parts_price", "Parts' mean", "number", unit, decimals + MORE),
        Column("gap", "Gap", "number", unit, decimals + MORE, metrics.GAP.id, signed=True, coloured=False),
    )
    rows = [
        (
            product_label(curve.products[gap.whole]),
            " + ".join(product_label(curve.products[part]) for part in gap.parts),
            gap.whole_price,
            gap.parts_price,
            float(curve.gap[gap.whole]),
        )
        for gap in curve.gaps
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated, extra=_params(view)), query)


def month_table(view: BuildView, query: GridQuery) -> Table:
    """Return the months of the built curve."""
    unit, curve = view.row.unit, view.curve
    columns = (
        Column("product", "Delivery", sortable=False),
        Column("first", "First day", "date", hidden=True),
        Column("price", "Built", "number", unit, price_decimals(unit) + MORE, metric=metrics.BUILT_PRICE.id),
        Column(
            "covered",
            "From",
            "badge",
            help="quoted: the month is quoted; split: longer products cover it; bridged: none does",
        ),
    )
    keys = [str(month) for month in curve.months]
    rows = [
        (product_label(key), month, price, _origin(key in curve.products, covered))
        for key, month, price, covered in zip(
            keys,
            curve.months.astype("datetime64[D]").tolist(),
            curve.monthly.tolist(),
            curve.monthly_covered.tolist(),
            strict=True,
        )
    ]
    shape = _shape(view)
    extra = {
        "params": {product_label(key): {"curve": view.row.code, "product": key, **shape} for key in keys}
    }
    return sort_rows(Table(columns, rows, simulated=view.row.simulated, extra=extra), query)


def day_table(view: BuildView, query: GridQuery) -> Table:
    """Return the daily curve: what the picture is drawn from."""
    unit, curve = view.row.unit, view.curve
    columns = (
        Column("day", "Delivery day", "date"),
        Column("price", "Built", "number", unit, price_decimals(unit) + MORE),
        Column("weight", "Weight", "number", "hours" if view.row.commodity == "power" else "days", 0),
        Column("covered", "From", "badge"),
    )
    rows = [
        (day, price, weight, "covered" if covered else "bridged")
        for day, price, weight, covered in zip(
            curve.days.tolist(),
            curve.daily.tolist(),
            curve.weights.tolist(),
            curve.covered.tolist(),
            strict=True,
        )
    ]
    return sort_rows(Table(columns, rows, simulated=view.row.simulated), query)


def history_table(view: BuildView, query: GridQuery) -> Table:
    """Return the stored fits by trade day, newest first unless sorted otherwise."""
    unit = view.row.unit
    decimals = price_decimals(unit) + MORE
    columns = (
        Column("day", "Trade day", "date"),
        Column("residual", "Largest residual", "number", unit, decimals),
        Column("gap", "Largest gap", "number", unit, decimals),
        Column("products", "Products", "integer"),
    )
    rows = [(fit.day, fit.residual, fit.gap, fit.products) for fit in view.history]
    asked = query if query.sort else GridQuery("day", True, query.text, query.offset, query.limit)
    return sort_rows(Table(columns, rows, simulated=view.row.simulated), asked)


def _origin(quoted: bool, covered: bool) -> str:
    return "quoted" if quoted else "split" if covered else "bridged"


def _shape(view: BuildView) -> dict[str, str]:
    """Return the passport parameter that says where the shape between quotes is from."""
    return {"shape": "settled" if view.settled_on else "smooth"}


def _params(view: BuildView) -> dict[str, dict[str, dict[str, str]]]:
    """Return the passport parameters of each row of a grid whose first column is the product's label."""
    return {
        "params": {
            product_label(product): {"curve": view.row.code, "product": product, **_shape(view)}
            for product in view.curve.products
        }
    }
