"""Identifiers of trades: made once, kept for ever, never given to another trade.

API: ``give(work, scheme, sources) -> trades with theirs``.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from data.queries import reports as queries
from data.session import UnitOfWork
from data.writes import reports as writes
from portal.domain.compliance.errors import BadIdentifierError
from portal.domain.compliance.identifiers import (
    AcerTerms,
    acer_contract_id,
    acer_uti,
    emir_uti,
    is_acer_code,
)
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.trade_codes import capacity, commodity_code
from portal.services.compliance.report_sources import with_identifiers

_STEM = 42


def give(work: UnitOfWork, scheme: str, sources: Sequence[Source]) -> list[Source]:
    """Return the trades with their identifiers of ``scheme``; those that have none get one where it can be made.

    A trade whose parties lack a code stays without; its row is refused and says so. ``work`` writes.
    """
    with_venue = [_with_venue(item) for item in sources]
    if not scheme:
        return with_venue
    writes.lock(work.session, f"identifiers {scheme}")
    known = queries.identifiers(work.session, scheme, [item.trade_id for item in sources])
    wanted = [
        item for item in with_venue if item.trade_id not in known and (scheme == "EMIR" or not item.on_venue)
    ]
    rows = _emir(wanted) if scheme == "EMIR" else _acer(work, scheme, wanted)
    writes.add_identifiers(work.session, rows)
    return with_identifiers(with_venue, scheme, known | {row["trade_id"]: row["uti"] for row in rows})


def _with_venue(source: Source) -> Source:
    """Return a trade with the identifier that its venue gave, when the facts have one."""
    given = source.fact("uti")
    return with_identifiers([source], "VENUE", {source.trade_id: str(given)})[0] if given else source


def _emir(sources: Sequence[Source]) -> list[dict[str, Any]]:
    rows = []
    for item in sources:
        try:
            uti = emir_uti(item.own.lei_code, f"trade {item.trade_id}")
        except BadIdentifierError:
            continue
        rows.append(
            {"uti": uti, "scheme": "EMIR", "trade_id": item.trade_id, "counter": 1, "stem": uti[:_STEM]}
        )
    return rows


def _acer(work: UnitOfWork, scheme: str, sources: Sequence[Source]) -> list[dict[str, Any]]:
    make = acer_contract_id if scheme == "ACER-CONTRACT" else acer_uti
    terms = {item.trade_id: found for item in sources if (found := terms_of(item)) is not None}
    stems: dict[int, str] = {}
    for number, found in terms.items():
        try:
            stems[number] = make(found)[:_STEM]
        except BadIdentifierError:
            continue
    used = queries.counters(work.session, set(stems.values()))
    rows = []
    for number, stem in stems.items():
        used[stem] = used.get(stem, 0) + 1
        uti = make(terms[number], used[stem])
        rows.append(
            {"uti": uti, "scheme": scheme, "trade_id": number, "counter": used[stem], "stem": stem}
        )  # fmt: skip
    return rows


def terms_of(source: Source) -> AcerTerms | None:
    """Return what ACER's identifier is made of; None when a side has no ACER code."""
    own, other = source.own.text("acer_code"), source.party.text("acer_code")
    if not (is_acer_code(own) and is_acer_code(other)):
        return None
    price, money = source.money
    size, unit = capacity(source)
    return AcerTerms(
        buyer=own if source.side > 0 else other,
        seller=other if source.side > 0 else own,
        contract_type="FW",
        commodity=commodity_code(source),
        settlement="P",
        trade_date=source.trade_date,
        price=None if price is None else Decimal(repr(price)),
        currency=money,
        quantity=Decimal(size) if size else None,
        unit=unit,
        point=source.place.delivery_point,
        delivery_start=source.delivery_start,
        delivery_end=source.last_day,
    )
