"""The history of all factors under both clocks, in four queries: prices, volatilities, zero rates, exchange rates.

``load_factor_history(session, clocks=..., factors=..., first=...)``. The database sends the nodes of a curve and day
as bytes (see :mod:`data.queries.columnar`): two years of 18 curves with 36 months come in about 0.3 s, ten in 2 s.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from data.queries.clocked import latest
from data.queries.columnar import Packed, packed, unpack
from data.queries.mark_rows import POINTS, VOLS
from data.queries.mark_spans import fx_between, rates_between
from data.queries.marks import REPORTING
from portal.core.clock import Clocks
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet
from portal.domain.risk.scenarios.history import FactorHistory, SeriesKey, SeriesRows, factor_history

_NORMAL = "bachelier"


def load_factor_history(
    session: Session, *, clocks: Clocks, factors: FactorSet, first: date
) -> FactorHistory:
    """Return the moves of the factors on the days after ``first``, under both clocks."""
    return factor_history(factors, load_series(session, clocks=clocks, factors=factors, first=first))


def load_series(
    session: Session, *, clocks: Clocks, factors: FactorSet, first: date
) -> dict[SeriesKey, SeriesRows]:
    """Return the levels that the factors are made of, from ``first`` on."""
    prices = _curves_of(factors, FactorKind.PRICE)
    vols = _curves_of(factors, FactorKind.VOL)
    return {
        **_prices(session, clocks, prices, first),
        **_vols(session, clocks, vols, first),
        **_rates(session, clocks, _currencies_of(factors, FactorKind.RATE), first),
        **_exchange(session, clocks, _currencies_of(factors, FactorKind.FX), first),
    }


def _curves_of(factors: FactorSet, kind: FactorKind) -> list[int]:
    found: list[int] = np.unique(factors.curve[factors.of_kind(kind)]).tolist()
    return found


def _currencies_of(factors: FactorSet, kind: FactorKind) -> list[str]:
    return sorted({factors.currency[at] for at in factors.of_kind(kind).tolist()})


def _prices(
    session: Session, clocks: Clocks, curve_ids: Sequence[int], first: date
) -> dict[SeriesKey, SeriesRows]:
    where = (POINTS.c.curve_id.in_(curve_ids), POINTS.c.trade_date >= first)
    key = ("curve_id", "trade_date", "delivery")
    grouped = _grouped(session, POINTS, clocks, key, where, "value", None)
    found: dict[SeriesKey, SeriesRows] = {}
    for curve in curve_ids:
        if curve in grouped:
            found[FactorKind.PRICE, curve] = _rows(grouped[curve])
    return found


def _vols(
    session: Session, clocks: Clocks, curve_ids: Sequence[int], first: date
) -> dict[SeriesKey, SeriesRows]:
    """Return the volatilities at the money; of days whose model is not that of the newest day none."""
    where = (VOLS.c.curve_id.in_(curve_ids), VOLS.c.trade_date >= first, VOLS.c.moneyness == 0.0)
    key = ("curve_id", "trade_date", "delivery", "moneyness")
    grouped = _grouped(session, VOLS, clocks, key, where, "vol", "model")
    found: dict[SeriesKey, SeriesRows] = {}
    for curve, groups in grouped.items():
        newest = max(groups, key=lambda group: group[0])[1]
        found[FactorKind.VOL, curve] = _rows([group for group in groups if group[1] == newest])
    return found


_Group = tuple[date, str, bytes]


def _grouped(
    session: Session,
    table: Table,
    clocks: Clocks,
    key: Sequence[str],
    where: Sequence[ColumnElement[bool]],
    value: str,
    model: str | None,
) -> dict[int, list[_Group]]:
    """Return day, model and packed nodes of each curve, one row of the answer for each curve and day."""
    n = latest(table, clocks, key=key, day="trade_date", where=where).subquery().c
    by = [n.curve_id, n.trade_date, *([n[model]] if model else [])]
    statement: Any = select(*by, packed(_nodes(n.delivery, n[value]))).group_by(*by)
    found: dict[int, list[_Group]] = {}
    for row in session.execute(statement):
        found.setdefault(row[0], []).append((row[1], row[2] if model else "", row[-1]))
    return found


def _nodes(month: Any, value: Any) -> list[Packed]:
    return [Packed("month", month, "day", nullable=False), Packed("value", value, "f8", nullable=False)]


def _rows(groups: Sequence[_Group]) -> SeriesRows:
    layout = _nodes(POINTS.c.delivery, POINTS.c.value)
    arrays = unpack(layout, b"".join(group[2] for group in groups))
    size = len(groups[0][2]) // max(len(unpack(layout, groups[0][2])["value"]), 1)
    counts = np.array([len(group[2]) // size for group in groups])
    day = np.repeat(np.array([group[0] for group in groups], dtype="datetime64[D]"), counts)
    return SeriesRows(
        day, arrays["month"].astype("datetime64[M]").astype(np.int64), np.asarray(arrays["value"])
    )


def _rates(
    session: Session, clocks: Clocks, currencies: Sequence[str], first: date
) -> dict[SeriesKey, SeriesRows]:
    rows = rates_between(session, clocks, currencies, first)
    found: dict[SeriesKey, SeriesRows] = {}
    for currency in currencies:
        own = [(row.day, row.tenor_months, row.rate) for row in rows if row.currency == currency]
        if own:
            found[FactorKind.RATE, currency] = _series(own)
    return found


def _exchange(
    session: Session, clocks: Clocks, currencies: Sequence[str], first: date
) -> dict[SeriesKey, SeriesRows]:
    """Return the reporting currency for one unit of each currency; a rate against it stands before its inverse."""
    levels: dict[str, dict[date, float]] = {}
    for direct in (False, True):
        for row in fx_between(session, clocks, currencies, REPORTING, first):
            if (row.quote == REPORTING) is direct and row.rate > 0.0:
                name = row.base if direct else row.quote
                levels.setdefault(name, {})[row.day] = row.rate if direct else 1.0 / row.rate
    return {
        (FactorKind.FX, name): _series([(day, 0, rate) for day, rate in sorted(found.items())])
        for name, found in levels.items()
    }


def _series(rows: Sequence[tuple[date, int, float]]) -> SeriesRows:
    day, column, value = zip(*rows, strict=True)
    return SeriesRows(np.array(day, dtype="datetime64[D]"), np.array(column, dtype=np.int64), np.array(value))
