"""The rows behind a spread: prices, nodes and rates with their provenance, from the database or out of a receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from data.queries import curves as curve_queries
from data.queries import fx as fx_queries
from data.queries import passports as price_queries
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.passport import Source
from portal.core.table import Column
from portal.domain.market.curve_products import delivery_weights, parse_product
from portal.domain.market.spread_legs import RATE_CARRY_DAYS, Leg, LegKind
from portal.services.market.spread_legs import HUB, Catalogue

COLUMNS = (
    Column("instrument", "Price of"),
    Column("kind", "Kind"),
    Column("day", "Day", "date"),
    Column("month", "Delivery"),
    Column("tenor", "Rank", "integer"),
    Column("weight", "Weight", "number", decimals=0, help="Hours or days of the delivery month"),
    Column("value", "Value", "number", decimals=4),
    Column("unit", "Unit"),
    Column("recorded_at", "Recorded", "moment"),
    Column("source", "Source"),
    Column("batch", "Import", "integer"),
    Column("file", "File"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded price, node or rate."""

    name: str
    kind: LegKind
    day: date
    month: str | None
    tenor: int | None
    weight: float | None
    value: float
    unit: str
    recorded_at: datetime
    source: Source
    batch: int
    file: str


def read_rows(
    work: UnitOfWork, legs: Sequence[Leg], known: Catalogue, clocks: Clocks, first: date | None
) -> list[Row]:
    """Read all rows of the legs with their provenance, in an order that only the rows decide."""
    rows = _price_rows(work, legs, known, clocks, first)
    for code in sorted({leg.source for leg in legs if leg.kind is LegKind.FORWARD}):
        rows += _node_rows(work, code, legs, known, clocks, first)
    pairs = [leg for leg in legs if leg.kind is LegKind.RATE]
    if pairs:
        start = None if first is None else first - timedelta(days=RATE_CARRY_DAYS)
        currencies = {HUB, *(leg.source for leg in pairs), *(leg.part for leg in pairs)}
        rows += [
            Row(
                f"{r.base}/{r.quote}", LegKind.RATE, r.day, None, None, None, r.rate, f"{r.quote}/{r.base}",
                r.recorded_at, Source(r.source_code, r.source, r.licence), r.batch_id, r.file_name,
            )
            for r in fx_queries.rate_rows(work.session, clocks=clocks, currencies=currencies, first=start)
        ]  # fmt: skip
    return rows


def _price_rows(
    work: UnitOfWork, legs: Sequence[Leg], known: Catalogue, clocks: Clocks, first: date | None
) -> list[Row]:
    ids = [known.instruments[leg.source].id for leg in legs if leg.kind is LegKind.INSTRUMENT]
    if not ids:
        return []
    found = price_queries.price_rows(
        work.session, clocks=clocks, instrument_ids=ids, first=first or date(1900, 1, 1)
    )
    return [
        Row(
            r.instrument, LegKind.INSTRUMENT, r.day, None, None, None, r.value, r.unit,
            r.recorded_at, Source(r.source_code, r.source, r.licence), r.batch_id, r.file_name,
        )
        for r in found
    ]  # fmt: skip


def _node_rows(
    work: UnitOfWork,
    code: str,
    legs: Sequence[Leg],
    known: Catalogue,
    clocks: Clocks,
    first: date | None,
) -> list[Row]:
    curve = known.curves[code]
    parts = {leg.part for leg in legs if leg.kind is LegKind.FORWARD and leg.source == code}
    products = [parse_product(part) for part in sorted(parts)]
    months: list[date] = np.unique(np.array([m for p in products for m in p.months], dtype="M8[M]")).tolist()
    found = curve_queries.node_rows(
        work.session,
        clocks=clocks,
        curve_id=curve.id,
        months=months,
        tenors=[product.rank for product in products if product.rank is not None],
        first=first,
    )
    every = np.unique(np.array([node.delivery for node in found], dtype="datetime64[M]"))
    weights = delivery_weights(every, curve.commodity, curve.timezone)
    return [
        Row(
            code, LegKind.FORWARD, n.trade_date, f"{n.delivery:%Y-%m}", n.tenor,
            weights[np.datetime64(n.delivery, "M")], n.value, curve.unit,
            n.recorded_at, Source(n.source_code, n.source, n.licence), n.batch_id, n.file_name,
        )
        for n in found
    ]  # fmt: skip


def cells(row: Row) -> tuple[Any, ...]:
    """Return a row as cells of ``COLUMNS``."""
    return (
        row.name,
        row.kind.value,
        row.day,
        row.month,
        row.tenor,
        row.weight,
        row.value,
        row.unit,
        row.recorded_at,
        row.source.code,
        row.batch,
        row.file,
    )


def row_of(record: Mapping[str, Any]) -> Row:
    """Return the row that a record of a receipt holds."""
    return Row(
        name=str(record["instrument"]),
        kind=LegKind(record["kind"]),
        day=date.fromisoformat(record["day"]),
        month=record["month"],
        tenor=None if record["tenor"] is None else int(record["tenor"]),
        weight=None if record["weight"] is None else float(record["weight"]),
        value=float(record["value"]),
        unit=str(record["unit"]),
        recorded_at=datetime.fromisoformat(record["recorded_at"]),
        source=Source(str(record["source"]), "", ""),
        batch=int(record["batch"]),
        file=str(record["file"]),
    )
