"""How each figure of Market > Curve build is computed again, from quotes and stored fits or out of a receipt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from data.queries import curves as node_queries
from data.queries import product_quotes as queries
from data.queries.curves import CurveRow, NodeRow
from data.queries.product_quotes import FitRow, QuoteRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Source, Step
from portal.core.permissions import Permission
from portal.core.precision import price_decimals
from portal.core.table import Column, Table
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio.curvebuild import build_metrics as metrics
from portal.domain.portfolio.curvebuild.build import BuiltCurve
from portal.services.evaluation import evaluates
from portal.services.market.curve_build import built, find_curve, largest_gap, newest_settled

CURVE = Parameter("curve", "Curve")
PRODUCT = Parameter("product", "Product")
SHAPE = Parameter("shape", "Shape between quotes", default="smooth")
QUOTED, SETTLED = "quote", "settled month"  # what a row is
NO_QUOTES = "No products of the curve were quoted for these clocks."
Compute = Callable[[BuiltCurve, Params], tuple[float | None, tuple[Step, ...], str]]


def price_of(curve: BuiltCurve, params: Params) -> tuple[float | None, tuple[Step, ...], str]:
    """Return the price of a product on the curve."""
    value = curve.price(str(params["product"]))
    steps = (Step("Quoted products", float(len(curve.products))), Step("Roughness", curve.roughness))
    return value, steps, "" if value is not None else "The curve does not span this delivery."


def residual_of(curve: BuiltCurve, params: Params) -> tuple[float | None, tuple[Step, ...], str]:
    """Return the quote of a product less its price on the curve."""
    at = _position(curve, params)
    if at is None:
        return None, (), "This product is not quoted for these clocks."
    steps = (Step("Quoted", float(curve.quoted[at])), Step("Built", float(curve.fitted[at])))
    return float(curve.residual[at]), steps, ""


def gap_of(curve: BuiltCurve, params: Params) -> tuple[float | None, tuple[Step, ...], str]:
    """Return the quote of a product less the weighted mean of its quoted parts."""
    at = _position(curve, params)
    found = next((gap for gap in curve.gaps if gap.whole == at), None)
    if at is None or found is None:
        return None, (), "No quoted products make up this one."
    parts = " + ".join(product_label(curve.products[part]) for part in found.parts)
    steps = (Step("Quoted", found.whole_price), Step(parts, found.parts_price))
    return float(curve.gap[at]), steps, ""


def largest_residual_of(curve: BuiltCurve, _params: Params) -> tuple[float | None, tuple[Step, ...], str]:
    """Return the largest size of a residual."""
    sizes = np.abs(curve.residual)
    return float(sizes.max()), (Step("Product", product_label(curve.products[int(sizes.argmax())])),), ""


def largest_gap_of(curve: BuiltCurve, _params: Params) -> tuple[float | None, tuple[Step, ...], str]:
    """Return the largest size of a gap."""
    steps = (Step("Product", product_label(curve.products[curve.gaps[0].whole])),) if curve.gaps else ()
    return largest_gap(curve), steps, ""


def _position(curve: BuiltCurve, params: Params) -> int | None:
    product = str(params["product"])
    return curve.products.index(product) if product in curve.products else None


def _register(metric: Metric, compute: Compute, parameters: Sequence[Parameter]) -> None:
    """Register ``compute`` of the curve built from quotes as the evaluator of ``metric``."""

    def replay(records: Sequence[Mapping[str, Any]], params: Params, _clocks: Clocks) -> Outcome:
        quotes, settled = (
            [(str(r["product"]), float(r["value"])) for r in records if r["role"] == role]
            for role in (QUOTED, SETTLED)
        )
        first = records[0] if records else {}
        unit, commodity, timezone = (str(first.get(name, "")) for name in ("unit", "commodity", "timezone"))
        if not quotes:
            return Outcome(None, unit, (), NO_QUOTES)
        value, steps, note = compute(built(commodity, timezone, quotes, settled), params)
        return Outcome(value, unit, steps, note)

    @evaluates(
        metric.id, permission=Permission.MARKET_READ, parameters=parameters, replay=replay, tolerance=1e-6
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        row, day = _newest(work, params, clocks)
        read = queries.product_quotes(work.session, clocks=clocks, curve_id=row.id, days=[day]) if day else []
        nodes = _nodes(work, clocks, row) if params.get("shape") == "settled" and read else []
        every: list[QuoteRow | NodeRow] = [*read, *nodes]
        sources = tuple(dict.fromkeys(Source(r.source_code, r.source, r.licence) for r in every))
        cells = [*(_cells(row, QUOTED, q) for q in read), *(_cells(row, SETTLED, n) for n in nodes)]
        table = Table(_columns(row), cells, simulated=row.simulated)
        found = replay(table.records(), params, clocks)
        return _evaluation(row, table, replace(found, unit=row.unit), sources, day, read, clocks)


def _nodes(work: UnitOfWork, clocks: Clocks, row: CurveRow) -> list[NodeRow]:
    """Return the months of the newest settled curve."""
    day = newest_settled(work, clocks, row.id)
    if day is None:
        return []
    return node_queries.node_rows(work.session, clocks=clocks, curve_id=row.id, days=[day])


def _newest(work: UnitOfWork, params: Params, clocks: Clocks) -> tuple[CurveRow, date | None]:
    row = find_curve(queries.quoted_curves(work.session), str(params["curve"]))
    return row, queries.newest_quote_day(work.session, clocks=clocks, curve_id=row.id)


def _evaluation(
    row: CurveRow,
    inputs: Table,
    outcome: Outcome,
    sources: tuple[Source, ...],
    day: date | None,
    read: Sequence[QuoteRow | FitRow],
    clocks: Clocks,
) -> Evaluation:
    late = day is not None and int(np.busday_count(day, clocks.as_of)) * 24 > row.sla_hours
    return Evaluation(
        subject=f"{row.name} ({row.code}), from quoted products",
        value=outcome.value,
        unit=outcome.unit,
        inputs=inputs,
        steps=outcome.steps,
        sources=sources,
        newest=day,
        recorded_at=max((item.recorded_at for item in read), default=None),
        late=f"The quotes of {row.code} are late: {row.source} promises them within {row.sla_hours:g} business hours"
        if late
        else "",
        note=outcome.note,
    )


def _columns(row: CurveRow) -> tuple[Column, ...]:
    return (
        Column("curve", "Curve"),
        Column("day", "Trade day", "date"),
        Column("role", "Row"),
        Column("product", "Product"),
        Column("value", "Price", "number", decimals=price_decimals(row.unit)),
        Column("unit", "Unit"),
        Column("commodity", "Commodity"),
        Column("timezone", "Delivery zone"),
        Column("recorded_at", "Recorded", "moment"),
        Column("source", "Source"),
        Column("batch", "Import", "integer"),
        Column("file", "File"),
    )


def _cells(row: CurveRow, role: str, read: QuoteRow | NodeRow) -> tuple[Any, ...]:
    return (
        row.code,
        read.trade_date,
        role,
        read.product if isinstance(read, QuoteRow) else f"{read.delivery:%Y-%m}",
        read.value,
        row.unit,
        row.commodity,
        row.timezone,
        read.recorded_at,
        read.source_code,
        read.batch_id,
        read.file_name,
    )


def _stored_replay(records: Sequence[Mapping[str, Any]], params: Params, _clocks: Clocks) -> Outcome:
    row = next((record for record in records if record["product"] == params["product"]), None)
    unit = str(records[0]["unit"]) if records else ""
    if row is None:
        return Outcome(None, unit, (), "No fit of this product is stored for these clocks.")
    steps = (Step("Quoted", float(row["quoted"]), unit), Step("Built", float(row["fitted"]), unit))
    return Outcome(float(row["residual"]), unit, steps)


@evaluates(
    metrics.STORED_RESIDUAL.id,
    permission=Permission.MARKET_READ,
    parameters=(CURVE, PRODUCT),
    replay=_stored_replay,
)
def stored_residual(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the residual of a product as stored with the curve of the newest quoted day."""
    row, day = _newest(work, params, clocks)
    read = queries.fit_rows(work.session, clocks=clocks, curve_id=row.id, days=[day]) if day else []
    decimals = price_decimals(row.unit)
    columns = (
        Column("curve", "Curve"),
        Column("day", "Trade day", "date"),
        Column("product", "Product"),
        *(
            Column(name, title, "number", decimals=decimals + 2)
            for name, title in (
                ("quoted", "Quoted"),
                ("fitted", "Built"),
                ("residual", "Residual"),
                ("gap", "Gap"),
            )
        ),
        Column("unit", "Unit"),
        Column("quotes_known_at", "Quotes known at", "moment"),
        Column("recorded_at", "Recorded", "moment"),
    )
    rows = [
        (
            row.code,
            fit.trade_date,
            fit.product,
            fit.quoted,
            fit.fitted,
            fit.residual,
            fit.gap,
            row.unit,
            fit.quotes_known_at,
            fit.recorded_at,
        )
        for fit in read
    ]
    table = Table(columns, rows, simulated=row.simulated)
    found = _stored_replay(table.records(), params, clocks)
    outcome = Outcome(found.value, row.unit, found.steps, found.note)
    return _evaluation(row, table, outcome, (), day, read, clocks)


_register(metrics.BUILT_PRICE, price_of, (CURVE, PRODUCT, SHAPE))
_register(metrics.RESIDUAL, residual_of, (CURVE, PRODUCT))
_register(metrics.GAP, gap_of, (CURVE, PRODUCT))
_register(metrics.LARGEST_RESIDUAL, largest_residual_of, (CURVE,))
_register(metrics.LARGEST_GAP, largest_gap_of, (CURVE,))
