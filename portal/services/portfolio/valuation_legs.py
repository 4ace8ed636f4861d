"""The legs of one trade with everything that its value was computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum, isfinite
from typing import Any

import numpy as np

from data.queries.curve_terms import volume_unit
from portal.core.errors import NotFound
from portal.core.passport import Outcome, Step
from portal.core.table import Cell, Column
from portal.domain.portfolio.book import Book
from portal.domain.portfolio.discounting import years_to
from portal.domain.portfolio.market import STATUS_LABELS, Market
from portal.domain.portfolio.rollup import LACKS
from portal.domain.portfolio.trade import LINEAR, Event, Kind, VolModel
from portal.domain.portfolio.valuation import Lack, value_legs
from portal.domain.portfolio.valued_rows import Rows
from portal.domain.portfolio.volatility_marks import points_of, volatility
from portal.services.portfolio.valuation import ValuedBook

LEG_COLUMNS = (
    Column("curve", "Curve"),
    Column("month", "Month"),
    Column("rule", "Valued by"),
    Column("volume", "Volume", "number", decimals=3, signed=True, coloured=False),
    Column("volume_unit", "Volume in"),
    Column("mark", "Mark", "number", decimals=4),
    Column("unit", "Price in"),
    Column("status", "Mark is", "badge"),
    Column("quoted", "Quoted on", "date"),
    Column("agreed", "Price or strike", "number", decimals=4),
    Column("fixed", "Share fixed", "percent"),
    Column("fixing", "Mean fixing", "number", decimals=4),
    Column("vol", "Volatility", "number", decimals=4),
    Column("vol_unit", "Volatility in"),
    Column("rate", "Zero rate", "percent", decimals=3),
    Column("years", "Years to payment", "number", decimals=4),
    Column("money", "Money of one price unit", "number", decimals=4),
    Column("fx", "EUR for one", "number", decimals=6),
    Column("unrealised", "Unrealised", "number", signed=True),
    Column("realised", "Realised", "number", signed=True),
    Column("currency", "Money in"),
    Column("delta", "Delta volume", "number", decimals=3, signed=True, coloured=False),
    Column("own", "Counts for delta", "integer"),
    Column("gamma", "Gamma", "number", decimals=4, signed=True, coloured=False),
    Column("vega", "Vega for 1.00", "number", signed=True),
    Column("points", "Points", "number"),
    Column("theta", "Theta for a year", "number", signed=True),
    Column("rho", "Rho for 1.00", "number", signed=True),
)
_FACTORS = {"vega": 1.0, "theta": 1.0 / 365.0, "rho": 0.0001}
AVERAGED, SETTLED, MODEL = "mean of its fixings", "settlement", "model"
CANCELLED = "The trade was cancelled: it is worth nothing."
NO_VALUE = "The trade has no value: an input is missing."


@dataclass(frozen=True)
class TradeLegs:
    """The legs of a trade as rows of :data:`LEG_COLUMNS`, what they are about, and what is late or lacking."""

    subject: str
    rows: list[tuple[Cell, ...]]
    terms: tuple[tuple[str, float | str | None, str], ...]
    simulated: bool
    late: str
    note: str


def leg_rows(found: ValuedBook, number: int) -> TradeLegs:
    """Return the legs of the trade ``number`` among the trades that the reader may see.

    Raises
    ------
    NotFound
        There is no such trade under these clocks.
    """
    at = int(np.searchsorted(found.book.trade_id, number))
    if at >= len(found.book) or found.book.trade_id[at] != number:
        raise NotFound(
            f"There is no trade {number} that you may see under these clocks. Choose a later day, or another trade.",
            trade=number,
        )
    book = found.book.take(np.array([at]))
    rows, parts = value_legs(book, found.market)
    kind = Kind(int(book.kind[0]))
    lacks = Lack(int(found.valuation.lacks[at]))
    words = [text for lack, text in LACKS.items() if lacks & lack]
    curves = found.market.curves
    fx = float(found.valuation.to_eur[at])
    return TradeLegs(
        subject=f"Trade {number}, {kind.label}",
        rows=[] if book.event[0] == list(Event).index(Event.CANCELLED) else _rows(rows, parts.__dict__, fx),
        terms=_terms(book, kind),
        simulated=bool(curves.simulated[np.unique(rows.legs.curve)].any()),
        late="a mark is stale" if lacks & Lack.FRESH_MARK else "",
        note=f"Lacking: {', '.join(words)}." if words else "",
    )


def legs_of(book: Book, market: Market, fx: float) -> list[tuple[Cell, ...]]:
    """Return the legs of a book of one trade as rows of :data:`LEG_COLUMNS`."""
    rows, parts = value_legs(book, market)
    return _rows(rows, parts.__dict__, fx)


def _terms(book: Book, kind: Kind) -> tuple[tuple[str, float | str | None, str], ...]:
    named = (
        ("Side", "buy" if book.side[0] > 0 else "sell"),
        ("Quantity", _cell(book.quantity[0])),
        ("Price", _cell(book.price[0])),
        ("Strike", _cell(book.strike[0])),
        ("Premium", _cell(book.premium[0])),
        ("Expiry", None if np.isnat(book.expiry[0]) else str(book.expiry[0])),
        ("Model", VolModel(int(book.vol_model[0])).key if book.vol_model[0] >= 0 else None),
    )
    unit = "MW" if book.is_capacity[0] else ""
    shown = [(name, value, unit if name == "Quantity" else "") for name, value in named if value is not None]
    return (("Kind", kind.label, ""), *shown)


def _rows(rows: Rows, parts: Mapping[str, Any], fx: float) -> list[tuple[Cell, ...]]:
    """Return one row a leg, in native money; what a leg has no use for is empty."""
    every = np.arange(len(rows.legs))
    market, legs, book = rows.market, rows.legs, rows.book
    share, mean, _ = rows.fixed(every)
    expires = ~np.isnat(book.expiry[0])
    event = np.full(len(every), book.expiry[0]) if expires else rows.month_end(every)
    rate, years, _ = rows.discount(every, event)
    strike = book.strike[legs.trade]
    has_vol = book.vol_model[0] >= 0
    until = years_to(event, market.as_of)
    vol, is_normal = volatility(market, legs.curve, legs.month, rows.forward(every), strike, until)
    first = int(np.searchsorted(market.curves.id, book.curve[0]))
    money, currency = float(market.curves.money[first]), market.curves.currency[first]
    units = [market.curves.unit[at] for at in legs.curve.tolist()]
    own = np.isin(legs.curve, [legs.curve[0], market.curves.peak[first]])
    agreed = float(book.price[0]) if isfinite(book.price[0]) else float(book.strike[0])
    kind, points = Kind(int(book.kind[0])), float(points_of(book)[0])
    rule = MODEL if kind not in LINEAR else SETTLED if kind is Kind.FUTURE else AVERAGED
    mark, status = rows.forward(every), rows.status(every)
    quoted = market.marks.quoted_on[legs.curve, legs.month]

    def amount(name: str, at: int) -> float | None:
        return _cell(float(parts[name][at]) * (1.0 if name == "delta" else money))

    return [
        (
            market.curves.code[int(legs.curve[at])], str(market.marks.months[legs.month[at]]), rule,
            _cell(legs.volume[at]), volume_unit(units[at]), _cell(mark[at]), units[at],
            STATUS_LABELS[int(status[at])], quoted[at].item(), _cell(agreed),
            None if expires else _cell(share[at]), None if expires or share[at] == 0.0 else _cell(mean[at]),
            _cell(vol[at]) if has_vol else None, _vol_unit(units[at], is_normal[at]) if has_vol else None,
            _cell(rate[at]), _cell(years[at]), money, _cell(fx), amount("unrealised", at), amount("realised", at),
            currency, amount("delta", at), int(own[at]),
            amount("gamma", at), amount("vega", at), points, amount("theta", at), amount("rho", at),
        )
        for at in range(len(every))
    ]  # fmt: skip


def _vol_unit(price_unit: str, is_normal: bool) -> str:
    """Return what a volatility is measured in: of the price, or in price units, for a year."""
    return f"{price_unit} a year" if is_normal else "of the price, a year"


def trade_outcome(key: str, records: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return one figure of a trade from its legs: ``key`` is ``value``, ``delta`` or another of its metrics."""
    if not records:
        return Outcome(0.0, "" if key in ("delta", "gamma") else "EUR", (), CANCELLED)
    names = {"value": ("unrealised", "realised")}.get(key, (key,))
    counted = [record for record in records if key != "delta" or record["own"]]
    amounts = [record[name] for record in counted for name in names]
    if any(amount is None for amount in amounts) or any(record["realised"] is None for record in records):
        return Outcome(None, "", (), NO_VALUE)
    native = fsum(float(amount) for amount in amounts)
    if key in ("delta", "gamma"):
        return Outcome(
            native, str(counted[0].get("volume_unit", "")) if key == "delta" and counted else "", ()
        )
    fx = records[0]["fx"]
    if fx is None:
        return Outcome(None, "EUR", (), "There is no exchange rate to euros.")
    points = float(records[0]["points"]) if key == "vega" else 1.0
    steps = (Step("Sum in native money", native), Step("EUR for one", float(fx)))
    return Outcome(native * _FACTORS.get(key, 1.0) * points * float(fx), "EUR", steps)


def _cell(value: Any) -> float | None:
    return float(value) if isfinite(value) else None
