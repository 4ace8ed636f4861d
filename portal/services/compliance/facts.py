"""What the rules are told of trades: from the trade, its curve, its counterparty, and what was entered beside them.

API: ``load(work, clocks) -> Desk``, ``trade_cases(work, clocks, trades=None) -> list[TradeCase]``,
``case_of_terms(desk, terms, ...) -> TradeCase``.

A fact that is not known is left out, which the rules read as unknown. What is stored of a trade (``trade_facts``) is a
part of its case, such as ``{"trade": {"executed_at": "..."}, "emir_report": {"status": "ACPT"}}``, and stands before
what is derived here. Of a party (``party_facts``, own firm: ``SELF``) these keys are read here: ``country``, ``class``,
``us_person``, ``self_reports``, ``acer_code``, ``registered_from``, ``eu_representative``, ``established_in``, ``lei``,
``lei_status``, ``plants``, ``mbr_authority``, ``sector``; reports read more.
"""

from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from data.queries import trade_facts as queries
from data.queries.curve_terms import CurveRow, curve_rows
from data.queries.trade_facts import PartyRow, TradeRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.onboarding import Spell
from portal.domain.compliance.places import (
    BILATERAL_MIC,
    COMMODITIES,
    DCM,
    OTC_MIC,
    Place,
    Product,
    place_of,
    product_of,
)
from portal.domain.portfolio.terms import KIND_OF, PROFILE_OF, Terms
from portal.domain.portfolio.trade import Event, Kind
from portal.services.compliance import credit, kyc
from portal.services.compliance.credit import Credit

SELF = "SELF"
"""Code of the own firm among the facts of parties."""
_PARTY_KEYS = (
    "established_in",
    "acer_code",
    "registered_from",
    "eu_representative",
    "lei",
    "lei_status",
    "sector",
)
_AMENDED = tuple(Event).index(Event.AMENDED)
Facts = dict[str, Any]


@dataclass(slots=True)
class TradeCase:
    """The facts of one trade, with what its records need.

    ``shape`` is the same for trades that differ in figures and days alone, so that they fall under the same regimes;
    None when facts of its own were entered.
    """

    trade_id: int
    version: int
    portfolio_id: int
    counterparty_id: int
    event_on: date
    shape: tuple[int, ...] | None
    facts: Facts


@dataclass(frozen=True, slots=True)
class Desk:
    """What many trades have in common, under one pair of clocks."""

    curves: Mapping[int, CurveRow]
    parties: Mapping[int, PartyRow]
    party_facts: Mapping[str, list[tuple[date, Facts]]]
    kyc: Mapping[int, tuple[Spell, ...]] = field(default_factory=dict)
    credit: Credit = field(default_factory=Credit)
    shapes: dict[tuple[int, ...], Facts] = field(default_factory=dict)

    def of_party(self, code: str, day: str) -> tuple[int, Facts]:
        """Return the facts of a party on a day, and the number of their edition; -1 and none before the first."""
        editions = self.party_facts.get(code, [])
        at = bisect_right(editions, day, key=lambda item: item[0].isoformat()) - 1
        return (at, editions[at][1]) if at >= 0 else (-1, {})


def load(work: UnitOfWork, clocks: Clocks) -> Desk:
    """Return what all trades have in common under ``clocks``."""
    session = work.session
    return Desk(
        {row.id: row for row in curve_rows(session)},
        {row.id: row for row in queries.parties(session)},
        queries.party_facts(session, clocks=clocks),
        kyc.spans(work, clocks),
        credit.uses(work, clocks),
    )


def trade_cases(
    work: UnitOfWork, clocks: Clocks, trades: Collection[int] | None = None, *, desk: Desk | None = None
) -> list[TradeCase]:
    """Return the cases of the trades that stand under ``clocks``, all or those numbered, but cancelled ones."""
    desk = desk or load(work, clocks)
    rows = queries.trade_rows(work.session, clocks=clocks, trades=trades)
    own = queries.trade_facts(work.session, clocks=clocks, trades=trades)
    return [_case(desk, row, own.get(row.trade_id)) for row in rows]


def trade_case(work: UnitOfWork, clocks: Clocks, trade_id: int) -> TradeCase | None:
    """Return the case of one trade; None when it does not stand under ``clocks``."""
    return next(iter(trade_cases(work, clocks, [trade_id])), None)


def case_of_terms(
    desk: Desk, terms: Terms, *, entered_at: datetime, trade_id: int = 0, version: int = 1,
    effective_on: date | None = None, own: Facts | None = None,
) -> TradeCase:  # fmt: skip
    """Return the case of a trade that is not stored yet, entered at a moment."""
    row = TradeRow(
        trade_id, version, terms.portfolio_id, terms.counterparty_id, terms.curve_id, int(KIND_OF[terms.kind]),
        int(PROFILE_OF[terms.profile]), _AMENDED if version > 1 else 0, terms.side, terms.quantity,
        terms.quantity_unit == "MW", terms.price, terms.strike, terms.trade_date.isoformat(),
        (effective_on or terms.trade_date).isoformat(), terms.delivery_start.isoformat(),
        terms.delivery_end.isoformat(), entered_at.timestamp(),
    )  # fmt: skip
    return _case(desk, row, own)


def _case(desk: Desk, row: TradeRow, own: Facts | None) -> TradeCase:
    party = desk.parties[row.counterparty_id]
    edition, known = desk.of_party(party.code, row.trade_date)
    shape = (row.curve_id, row.counterparty_id, row.kind, edition)
    common = desk.shapes.get(shape)
    if common is None:
        common = desk.shapes[shape] = _common(desk, row, party, known)
    event_on = row.effective_on if row.event == _AMENDED else row.trade_date
    facts = {**common, "trade": _trade(common, row, event_on)}
    onboarding = _kyc(desk, row)
    if onboarding:
        facts["party"] = {**common["party"], "kyc": onboarding}
    if own:
        facts = _merged(facts, own)
    return TradeCase(
        row.trade_id, row.version, row.portfolio_id, row.counterparty_id, date.fromisoformat(event_on),
        None if own and _moves_region(own) else shape, facts,
    )  # fmt: skip


def _moves_region(own: Facts) -> bool:
    """Tell whether facts of a trade may move it to other regimes than its like."""
    return bool(own.keys() - _BESIDE) or not _PLAIN.issuperset(own.get("trade", ()))


_BESIDE = frozenset({"trade", "emir_report", "market", "vessel"})
_PLAIN = frozenset(
    {"executed_at", "publicly_submitted_at", "publicly_reportable", "block", "on_order_book", "block_or_efrp"}
)


def _trade(common: Facts, row: TradeRow, event_on: str) -> Facts:
    """Return the part ``trade`` of a case: what all of its shape share, and its own figures and days."""
    trade: Facts = {
        **common["trade"],
        "side": "buy" if row.side > 0 else "sell",
        "qty": row.quantity,
        "trade_date": row.trade_date,
        "event_date": event_on,
        "entered_at": queries.moment(row.entered_at).isoformat(timespec="seconds"),
        "month": row.delivery_start[:7],
        "delivery_from": row.delivery_start,
        "delivery_to": row.delivery_end,
    }
    price = row.price if row.price is not None else row.strike
    if price is not None:
        trade["price"] = price
        if trade["commodity"] == "crude" and trade["settlement"] == "physical":
            trade["price_usd_bbl"] = price
    return trade


def _common(desk: Desk, row: TradeRow, party: PartyRow, known: Facts) -> Facts:
    """Return what all trades of one curve, counterparty and kind share."""
    curve = desk.curves[row.curve_id]
    kind = Kind(row.kind)
    commodity = COMMODITIES.get(curve.commodity, curve.commodity)
    product = product_of(kind, commodity, party.kind)
    place = place_of(curve.code)
    _, own = desk.of_party(SELF, row.trade_date)
    facts: Facts = {"kind": "trade", "trade": _shared(curve, commodity, product, place, party)}
    parties = [_side(SELF, own), _side(party.code, {"country": party.country} | known)]
    facts["parties"] = parties
    facts["party"] = {key: known[key] for key in _PARTY_KEYS if key in known} | {"id": party.code}
    facts["reporting_party"] = _swap_reporter(parties, party.kind)
    if "mbr_authority" in own:
        facts["seller"] = {"mbr_authority": own["mbr_authority"]}
    if product.type == "supply" and "plants" in known:
        facts["final_customer"] = {"plants": known["plants"]}
    exposure = desk.credit.exposures.get(row.counterparty_id)
    if exposure is not None:  # what is booked is in the use already
        facts["credit"] = {"limit": exposure.limit, "used": exposure.use, "change": 0.0}
    return facts


def _shared(curve: CurveRow, commodity: str, product: Product, place: Place | None, party: PartyRow) -> Facts:
    listed = party.kind == "exchange"
    facts: Facts = {
        "commodity": commodity,
        "product": {"type": product.type, "is_derivative": product.is_derivative, "underlying": curve.code},
        "settlement": product.settlement,
        "standard_contract": listed,
        "price_known": True,
        "volume_known": product.volume_known,
        "otc": not listed,
        "intragroup": party.code == SELF,
        "currency": curve.currency,
        "rate_type": "market_based",
    }
    mic = _mic(place, listed, product)
    facts["venue"] = {"type": "OMP" if listed else "OTC", "is_sef_or_dcm": mic in DCM} | (
        {"mic": mic} if mic else {}
    )
    if place is None:
        return facts
    if place.country:
        facts["delivery"] = {"country": place.country, "zone": place.zone}
        facts["zone"] = place.zone
    if place.instrument:
        facts["instrument"] = place.instrument
    if place.contract:
        facts["contract"] = place.contract
    if place.grade:
        facts["grade"] = place.grade
    if place.reference_contract and product.is_derivative:
        facts["product"]["reference_contract"] = place.reference_contract
    if commodity in ("power", "gas", "lng"):
        facts["reportable"] = True
    return facts


def _mic(place: Place | None, listed: bool, product: Product) -> str:
    if listed:
        return place.mic if place else ""
    return OTC_MIC if product.is_derivative else BILATERAL_MIC


def _side(code: str, known: Facts) -> Facts:
    keys = ("country", "class", "us_person", "self_reports")
    return {"id": code} | {key: known[key] for key in keys if key in known}


def _swap_reporter(parties: list[Facts], party_kind: str) -> str:
    """Return who reports a swap: the clearing house, else a dealer, else one of the others."""
    if party_kind == "exchange":
        return "DCO"
    classes = {side.get("class") for side in parties}
    return next((name for name in ("SD", "MSP") if name in classes), "NON_SD")


def _kyc(desk: Desk, row: TradeRow) -> Facts | None:
    """Return the KYC of the counterparty as it stood when the trade was entered; None where nobody is onboarded."""
    if not desk.kyc:
        return None
    spells = desk.kyc.get(row.counterparty_id, ())
    at = bisect_right(spells, row.entered_at, key=lambda spell: spell.start.timestamp()) - 1
    if at < 0:
        return {"status": "pending", "approved_at": None}
    spell = spells[at]
    return {
        "status": spell.status,
        "approved_at": spell.approved_at.isoformat() if spell.approved_at else None,
    }


def _merged(facts: Facts, own: Facts) -> Facts:
    """Return ``facts`` with ``own`` laid over them, level by level."""
    out = dict(facts)
    for key, value in own.items():
        before = out.get(key)
        out[key] = _merged(before, value) if isinstance(value, dict) and isinstance(before, dict) else value
    return out
