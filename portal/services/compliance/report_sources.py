"""The trades of a period as reports want them: with parties, facts, volumes and identifiers.

API: ``trade_sources(work, clocks, start, report)``, ``own_firm(work, clocks)``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from data.queries import reports as queries
from data.queries import trade_facts as fact_queries
from data.queries.curve_terms import CurveRow, curve_rows, volume_unit
from data.queries.reports import TradeRow
from data.queries.trade_facts import PartyRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.domain.compliance.reports.source import Party, Source
from portal.domain.portfolio.profile_hours import calendar_of, interval_hours
from portal.services.compliance.facts import SELF

Report = Callable[[float, str], None]
_EVERY = 500  # trades between two looks at whether the job should stop


@dataclass(frozen=True, slots=True)
class _Desk:
    curves: Mapping[int, CurveRow]
    parties: Mapping[int, PartyRow]
    facts: Mapping[str, list[tuple[date, dict[str, Any]]]]

    def of(self, code: str, day: date) -> dict[str, Any]:
        """Return the facts of a party on a day."""
        known = [facts for since, facts in self.facts.get(code, []) if since <= day]
        return known[-1] if known else {}


def own_firm(work: UnitOfWork, clocks: Clocks) -> Party:
    """Return the own firm.

    Raises
    ------
    DomainError
        Nothing is known of it.
    """
    editions = fact_queries.party_facts(work.session, clocks=clocks).get(SELF)
    if not editions:
        raise DomainError(
            "Nothing is known of the own firm. Enter its LEI and ACER code as facts of the party SELF first."
        )
    return Party(SELF, "Own firm", facts=editions[-1][1])


def trade_sources(work: UnitOfWork, clocks: Clocks, start: date, report: Report) -> Iterator[Source]:
    """Yield the trades that were made or changed from ``start`` to ``clocks.as_of``, as they stand then."""
    own = own_firm(work, clocks)
    session = work.session
    desk = _Desk(
        {row.id: row for row in curve_rows(session)},
        {row.id: row for row in fact_queries.parties(session)},
        fact_queries.party_facts(session, clocks=clocks),
    )
    rows = queries.changed_trades(session, clocks=clocks, start=start)
    facts = fact_queries.trade_facts(session, clocks=clocks, trades=[row.trade_id for row in rows])
    for at, row in enumerate(rows):
        if at % _EVERY == 0:
            report(0.5 * at / len(rows), f"Reading trade {at + 1:,} of {len(rows):,}")
        yield _source(row, desk, own, facts.get(row.trade_id, {}), start)


def _source(row: TradeRow, desk: _Desk, own: Party, facts: Mapping[str, Any], start: date) -> Source:
    curve = desk.curves[row.curve_id]
    party = desk.parties[row.counterparty_id]
    hours = _hours(row, curve)
    unit = volume_unit(curve.unit)
    is_capacity = row.quantity_unit == "MW"
    total = row.quantity * (hours if is_capacity else _months(row.delivery_start, row.delivery_end))
    return Source(
        trade_id=row.trade_id,
        external_id=row.external_id,
        event=_event(row, start),
        kind=row.kind,
        side=row.side,
        quantity=row.quantity,
        quantity_unit=row.quantity_unit,
        price=row.price,
        strike=row.strike,
        premium=row.premium,
        is_call=row.is_call,
        profile=row.profile,
        trade_date=row.trade_date,
        delivery_start=row.delivery_start,
        delivery_end=row.delivery_end,
        expiry=row.expiry,
        curve=curve.code,
        commodity=curve.commodity,
        unit=curve.unit,
        currency=curve.currency,
        total=total,
        total_unit="MWh" if is_capacity else unit,
        hours=hours,
        book=row.book,
        trader=row.trader,
        party=Party(
            party.code, party.name, party.kind, party.country, party.lei or "", desk.of(party.code, row.trade_date)
        ),
        own=own,
        version=row.version,
        facts=facts,
        details=row.details,
        recorded_at=row.recorded_at,
        simulated=curve.simulated or bool(own.facts.get("simulated")),
    )  # fmt: skip


def _event(row: TradeRow, start: date) -> str:
    """Return what happened in the period: a trade that was made and changed in it is new to the receiver."""
    if row.event == "cancelled":
        return "cancelled"
    return "new" if row.trade_date >= start else "amended"


def _hours(row: TradeRow, curve: CurveRow) -> float:
    base, peak = interval_hours(
        calendar_of(curve.timezone, curve.commodity), row.delivery_start, row.delivery_end
    )
    return {"peak": peak, "offpeak": base - peak}.get(row.profile, base)


def _months(first: date, end: date) -> float:
    """Return the delivery months; a part of a month counts as a whole one, as in the ledger."""
    last = date.fromordinal(end.toordinal() - 1)
    return float((last.year - first.year) * 12 + last.month - first.month + 1)


def with_identifiers(sources: list[Source], scheme: str, given: Mapping[int, str]) -> list[Source]:
    """Return the trades with the identifiers that they have in a scheme."""
    key = scheme.partition("-")[0]
    return [
        replace(item, uti={**item.uti, key: given[item.trade_id]}) if item.trade_id in given else item
        for item in sources
    ]
