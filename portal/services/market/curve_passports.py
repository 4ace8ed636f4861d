"""How each figure of Market > Curves is computed again, from nodes read with their provenance or out of a receipt."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from data.queries import curves as queries
from data.queries.curves import CurveRow, NodeRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Source, Step
from portal.core.permissions import Permission
from portal.core.precision import price_decimals
from portal.core.table import Column, Table
from portal.domain.market import curve_metrics as metrics
from portal.domain.market.curve_products import (
    Product,
    delivery_weights,
    parse_product,
    product_label,
    weighted_price,
)
from portal.domain.market.curves import reference_day
from portal.services.evaluation import evaluates

CURVE = Parameter("curve", "Curve")
PRODUCT = Parameter("product", "Product")
NEAR, FAR = Parameter("near", "Near delivery"), Parameter("far", "Far delivery")
NO_CURVE = "No curve was recorded for these clocks."
NO_MONTH = "A delivery month of it is not on the curve."
NO_BEFORE = "There is no earlier curve with these deliveries to compare with."


@dataclass(frozen=True, slots=True)
class Node:
    """One node that counts: its price, and the hours or days of its month."""

    day: date
    month: np.datetime64
    tenor: int
    price: float
    weight: float


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes behind a figure; ``day`` is the day shown, ``before`` the one compared with, if any."""

    unit: str
    rows: tuple[Node, ...]
    day: date | None
    before: date | None

    def price(self, key: str, day: date | None) -> float | None:
        """Return the price of a product on one of the days; a rolling key means its month on the day shown."""
        months = self.months(parse_product(key))
        found = [node for node in self.rows if node.day == day and node.month in months]
        if not months or len(found) < len(months):
            return None
        return weighted_price(
            np.array([node.price for node in found]), np.array([node.weight for node in found])
        )

    def months(self, product: Product) -> tuple[np.datetime64, ...]:
        """Return the delivery months of a product, those of a rolling one as on the day shown."""
        if product.rank is None:
            return product.months
        return tuple(node.month for node in self.rows if node.day == self.day and node.tenor == product.rank)


Compute = Callable[[Nodes, Sequence[str]], Outcome]
Keys = Callable[[Params], Sequence[str]]


def price_of(found: Nodes, keys: Sequence[str]) -> Outcome:
    """Return the price of one product, or of the first less the second."""
    prices = [found.price(key, found.day) for key in keys]
    note = NO_CURVE if found.day is None else NO_MONTH
    steps = _steps(found, keys, found.day)
    if any(price is None for price in prices):
        return Outcome(None, found.unit, steps, note)
    return Outcome(_less(prices), found.unit, steps)


def change_of(found: Nodes, keys: Sequence[str]) -> Outcome:
    """Return how :func:`price_of` moved between the two days, at the same deliveries."""
    now = _less([found.price(key, found.day) for key in keys])
    then = _less([found.price(key, found.before) for key in keys])
    steps = (*_steps(found, keys, found.day), *_steps(found, keys, found.before))
    if now is None or then is None:
        return Outcome(None, found.unit, steps, NO_CURVE if found.day is None else NO_BEFORE)
    return Outcome(now - then, found.unit, steps)


def structure_of(found: Nodes, keys: Sequence[str]) -> Outcome:
    """Return the second product over the first, less one."""
    front, later = (found.price(key, found.day) for key in keys)
    steps = _steps(found, keys, found.day)
    if front is None or later is None:
        return Outcome(None, "fraction", steps, NO_CURVE if found.day is None else NO_MONTH)
    if front <= 0.0:
        return Outcome(
            None, "fraction", steps, "The front's price is zero or negative: a percentage would mislead."
        )
    return Outcome(later / front - 1.0, "fraction", steps)


def _less(prices: Sequence[float | None]) -> float | None:
    known = [price for price in prices if price is not None]
    if len(known) < len(prices) or not known:
        return None
    return known[0] if len(known) == 1 else known[0] - known[1]


def _steps(found: Nodes, keys: Sequence[str], day: date | None) -> tuple[Step, ...]:
    if day is None:
        return ()
    steps = []
    for key in keys:
        months = found.months(parse_product(key))
        name = product_label(str(months[0])) if len(months) == 1 else product_label(key)
        steps.append(Step(f"{name} on {day:%Y-%m-%d}", found.price(key, day), found.unit))
    return tuple(steps)


def _register(
    metric: Metric, compute: Compute, keys: Keys, parameters: Sequence[Parameter], ago: str = ""
) -> None:
    """Register ``compute`` of the products ``keys`` as the evaluator of ``metric``; ``ago`` adds an earlier day."""

    def replay(records: Sequence[Mapping[str, Any]], params: Params, clocks: Clocks) -> Outcome:
        return compute(_from_records(records, clocks), keys(params))

    @evaluates(metric.id, permission=Permission.MARKET_READ, parameters=parameters, replay=replay)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        row, found, read = _read(work, str(params["curve"]), clocks, keys(params), ago)
        return _evaluation(row, found, read, compute(found, keys(params)), clocks)


def _read(
    work: UnitOfWork, code: str, clocks: Clocks, keys: Sequence[str], ago: str
) -> tuple[CurveRow, Nodes, list[NodeRow]]:
    known = queries.curves(work.session, codes=[code])
    if not known:
        raise NotFound(
            f"There is no curve '{code}'. Choose one from the list on Market > Curves.", curve=code
        )
    row = known[0]
    days = queries.trade_days(work.session, clocks=clocks, curve_id=row.id)
    day: date | None = days[-1].item() if days.size else None
    before = reference_day(days, day, ago) if ago and day else None
    asked = [one for one in (before, day) if one]
    read = queries.node_rows(work.session, clocks=clocks, curve_id=row.id, days=asked) if asked else []
    ranks = {product.rank for product in map(parse_product, keys)}
    wanted = {month for key in keys for month in parse_product(key).months}
    wanted |= {np.datetime64(n.delivery, "M") for n in read if n.trade_date == day and n.tenor in ranks}
    kept = [node for node in read if np.datetime64(node.delivery, "M") in wanted]
    months = np.array(sorted(wanted), dtype="datetime64[M]")
    weights = delivery_weights(months, row.commodity, row.timezone)
    nodes = tuple(_node(node, weights[np.datetime64(node.delivery, "M")]) for node in kept)
    return row, Nodes(row.unit, nodes, day, before), kept


def _node(row: NodeRow, weight: float) -> Node:
    return Node(row.trade_date, np.datetime64(row.delivery, "M"), row.tenor, row.value, weight)


def _evaluation(
    row: CurveRow, found: Nodes, read: Sequence[NodeRow], outcome: Outcome, clocks: Clocks
) -> Evaluation:
    newest = max((node.trade_date for node in read), default=None)
    late = newest is not None and int(np.busday_count(newest, clocks.as_of)) * 24 > row.sla_hours
    return Evaluation(
        subject=f"{row.name} ({row.code})",
        value=outcome.value,
        unit=outcome.unit,
        inputs=Table(
            _columns(row),
            [
                _cells(row, node, weight)
                for node, weight in zip(read, (n.weight for n in found.rows), strict=True)
            ],
            simulated=row.simulated,
        ),
        steps=outcome.steps,
        sources=tuple(dict.fromkeys(Source(n.source_code, n.source, n.licence) for n in read)),
        newest=newest,
        recorded_at=max((node.recorded_at for node in read), default=None),
        late=f"{row.name} is late: {row.source} promises it within {row.sla_hours:g} business hours"
        if late
        else "",
        note=outcome.note,
    )


def _columns(row: CurveRow) -> tuple[Column, ...]:
    size = "hours" if row.commodity == "power" else "days"
    return (
        Column("curve", "Curve"),
        Column("day", "Trade day", "date"),
        Column("month", "Delivery"),
        Column("tenor", "Rank", "integer"),
        Column("value", "Price", "number", decimals=price_decimals(row.unit)),
        Column("unit", "Unit"),
        Column("weight", "Weight", "number", size, decimals=0),
        Column("status", "Status", "badge"),
        Column("recorded_at", "Recorded", "moment"),
        Column("source", "Source"),
        Column("batch", "Import", "integer"),
        Column("file", "File"),
    )


def _cells(row: CurveRow, node: NodeRow, weight: float) -> tuple[Any, ...]:
    return (
        row.code,
        node.trade_date,
        f"{node.delivery:%Y-%m}",
        node.tenor,
        node.value,
        row.unit,
        weight,
        node.status,
        node.recorded_at,
        node.source_code,
        node.batch_id,
        node.file_name,
    )


def _from_records(records: Sequence[Mapping[str, Any]], _clocks: Clocks) -> Nodes:
    rows = tuple(
        Node(
            datetime.fromisoformat(str(record["day"])).date(),
            np.datetime64(str(record["month"]), "M"),
            int(record["tenor"]),
            float(record["value"]),
            float(record["weight"]),
        )
        for record in records
    )
    days = sorted({node.day for node in rows})
    unit = str(records[0]["unit"]) if records else ""
    return Nodes(unit, rows, days[-1] if days else None, days[-2] if len(days) > 1 else None)


def _one(params: Params) -> Sequence[str]:
    return (str(params["product"]),)


def _two(params: Params) -> Sequence[str]:
    return str(params["near"]), str(params["far"])


_register(metrics.FORWARD_PRICE, price_of, _one, (CURVE, PRODUCT))
_register(metrics.CALENDAR_SPREAD, price_of, _two, (CURVE, NEAR, FAR))
_register(metrics.CURVE_STRUCTURE, structure_of, lambda _params: ("M1", "M12"), (CURVE,))
for _ago in metrics.AGO:
    _register(metrics.FORWARD_CHANGE[_ago], change_of, _one, (CURVE, PRODUCT), _ago)
    _register(metrics.CALENDAR_SPREAD_CHANGE[_ago], change_of, _two, (CURVE, NEAR, FAR), _ago)
