"""Best execution: what each filled order paid against the middle of the market when it arrived; a layout of our own."""

from datetime import date, datetime
from typing import Protocol

from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, register
from portal.domain.compliance.reports.tree import Simple
from portal.domain.compliance.reports.values import written

BASIS_POINTS = 10_000.0
_NUMBER = Simple("decimal", base="decimal")
_MOMENT = Simple("moment", base="dateTime")


class Execution(Protocol):
    """What one row is made of; prices in ``unit``, quantities in lots."""

    order_ref: str
    trader: str
    account: str
    contract: str
    month: date
    venue: str
    side: int
    arrived_at: datetime
    limit_price: float | None
    ordered: float
    best_bid: float | None
    best_offer: float | None
    unit: str
    filled: float
    vwap: float
    fills: int
    first_fill_at: datetime
    last_fill_at: datetime
    counterparties: str


def scope(_source: Execution) -> str:
    """Every filled order belongs in."""
    return ""


def arrival_mid(bid: float | None, offer: float | None) -> float | None:
    """Return the middle of the market; None when a side was not quoted."""
    return None if bid is None or offer is None else (bid + offer) / 2


def slippage(side: int, vwap: float, mid: float | None) -> tuple[float | None, float | None]:
    """Return what an order paid more than the middle at its arrival: in price, and in basis points of it.

    Parameters
    ----------
    side : int
        1 for a purchase, -1 for a sale.
    vwap, mid : float
        Mean price of the fills by quantity, and the middle; a middle at or below zero has no basis points.
    """
    if mid is None:
        return None, None
    paid = side * (vwap - mid)
    return paid, BASIS_POINTS * paid / mid if mid > 0 else None


def build(source: Execution) -> dict[str, str]:
    """Return the cells of one order."""
    mid = arrival_mid(source.best_bid, source.best_offer)
    paid, points = slippage(source.side, source.vwap, mid)
    return {
        "order_id": source.order_ref,
        "contract": source.contract,
        "delivery_month": source.month.strftime("%Y-%m"),
        "venue": source.venue,
        "trader": source.trader,
        "account": source.account,
        "side": "buy" if source.side > 0 else "sell",
        "arrived_at": written(source.arrived_at),
        "ordered_lots": written(source.ordered),
        "filled_lots": written(source.filled),
        "fill_rate": written(round(source.filled / source.ordered, 4)) if source.ordered else "",
        "fills": str(source.fills),
        "limit_price": _text(source.limit_price),
        "arrival_bid": _text(source.best_bid),
        "arrival_offer": _text(source.best_offer),
        "arrival_mid": _text(mid),
        "fill_vwap": _text(source.vwap),
        "unit": source.unit,
        "slippage": _text(paid),
        "slippage_bp": _text(points, 2),
        "first_fill_at": written(source.first_fill_at),
        "last_fill_at": written(source.last_fill_at),
        "seconds_to_last_fill": written(round((source.last_fill_at - source.arrived_at).total_seconds(), 3)),
        "counterparties": source.counterparties,
    }


def _text(value: float | None, decimals: int = 6) -> str:
    return "" if value is None else written(round(float(value), decimals))


FIELDS = (
    Field("1", "order_id", "Order", "order_events.order_ref", required=True),
    Field("2", "contract", "Contract", "order_events.contract", required=True),
    Field("3", "delivery_month", "Delivery month", "order_events.month", "YYYY-MM", required=True),
    Field("4", "venue", "Venue", "order_events.venue", "MIC", Simple("mic", pattern="[A-Z0-9]{4}"), True),
    Field("5", "trader", "Trader", "order_events.trader"),
    Field("6", "account", "Account", "order_events.account"),
    Field(
        "7",
        "side",
        "Side",
        "order_events.side",
        "1 -> buy, -1 -> sell",
        Simple("side", enum=("buy", "sell")),
        True,
    ),
    Field("8", "arrived_at", "Arrived at", "order_events: new", "in UTC", _MOMENT, True),
    Field("9", "ordered_lots", "Ordered", "order_events: new", "lots", _NUMBER, True),
    Field("10", "filled_lots", "Filled", "order_events: fill", "sum of lots", _NUMBER, True),
    Field("11", "fill_rate", "Fill rate", "fields 9 and 10", "filled / ordered", _NUMBER),
    Field("12", "fills", "Fills", "order_events: fill", "count", Simple("count", base="integer")),
    Field("13", "limit_price", "Limit price", "order_events: new", type=_NUMBER),
    Field(
        "14",
        "arrival_bid",
        "Best bid at arrival",
        "order_events: new, else last quote",
        type=_NUMBER,
    ),
    Field("15", "arrival_offer", "Best offer at arrival", "as field 14", type=_NUMBER),
    Field("16", "arrival_mid", "Middle at arrival", "fields 14 and 15", "(bid + offer) / 2", _NUMBER),
    Field(
        "17",
        "fill_vwap",
        "Mean fill price",
        "order_events: fill",
        "sum(price x lots) / sum(lots)",
        _NUMBER,
        True,
    ),
    Field("18", "unit", "Unit of prices", "curves.unit", required=True),
    Field("19", "slippage", "Slippage", "fields 7, 16, 17", "side x (fill - middle)", _NUMBER),
    Field(
        "20",
        "slippage_bp",
        "Slippage in basis points",
        "fields 16 and 19",
        "10,000 x 19 / 16, if 16 > 0",
        _NUMBER,
    ),
    Field("21", "first_fill_at", "First fill", "order_events: fill", "in UTC", _MOMENT),
    Field("22", "last_fill_at", "Last fill", "order_events: fill", "in UTC", _MOMENT),
    Field("23", "seconds_to_last_fill", "Time to the last fill", "fields 8 and 22", "seconds", _NUMBER),
    Field("24", "counterparties", "Counterparties", "order_events: fill"),
)

LAYOUT = register(
    Layout(
        kind="best-execution",
        title="Best execution",
        regime="EU-MIFID",
        law="Directive 2014/65/EU Art. 27; a layout of our own",
        rule="",
        version="house 1",
        media=Media.CSV,
        fields=FIELDS,
        gather=Gather.ORDERS,
        scope=scope,
        build=build,
        trust="P",
        note="A house layout. Fees, venues that were asked and the mean price of the whole market are not recorded, so "
        "they are not in it.",
        every="month",
        deadline="On request (house policy)",
    )
)
