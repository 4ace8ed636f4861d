"""What the demo desk knows of its trades and parties for compliance: simulated, complete where a desk's would be.

The identifiers are made up: LEIs begin with ``FICT`` and no issuer of that name exists; ACER codes look right and
belong to nobody.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

SELF = "SELF"
RECORDED_BY = "Demo desk"
SINCE = date(2021, 1, 1)
_LEI_MODULUS = 97
_BBL_PER_TONNE = {"GASOIL": 7.45}
_SEABORNE = frozenset({"BRENT", "GASOIL", "WTI", "MURBAN"})
_HEADINGS = {"GASOIL": "2710"}
_ORIGINS = ("NO", "GB", "US", "NO", "SA", "GB")
_PORTS = ("NLRTM", "GBSUL", "NOMON", "USHOU", "FRLEH")
_REPORTED_AFTER = timedelta(days=2)


class DemoTrade(NamedTuple):
    """What is looked at of a trade."""

    trade_id: int
    kind: str
    curve: str
    commodity: str
    party: str
    party_kind: str
    side: int
    price: float | None
    trade_date: date
    delivery_start: date
    entered_at: datetime


@dataclass(frozen=True, slots=True)
class PartyPaper:
    """What a party has on paper beside its row; ``credit_used`` is the share of its limit used on the last day."""

    code: str
    country: str
    party_class: str
    us_person: bool = False
    representative: str | None = None
    plants: tuple[tuple[str, float], ...] = ()
    sector: str = "energy"
    lei_status: str = "ISSUED"
    credit_used: float = 0.0


PAPERS = (
    PartyPaper(SELF, "NL", "NFC-"),
    PartyPaper("FABLE_X", "NL", "FC", sector="exchange"),
    PartyPaper("MIRAGE_X", "GB", "FC", sector="exchange", representative="A0900001F.NL"),
    PartyPaper("NIMBUS_X", "DE", "FC", sector="exchange"),
    PartyPaper("MUSTERSTADT", "DE", "NFC-", credit_used=0.49),
    PartyPaper("EXEMPLE", "FR", "NFC-", credit_used=0.55),
    PartyPaper("ANYBANK", "GB", "FC", representative="A0900002F.NL", sector="bank", credit_used=0.58),
    PartyPaper(
        "JANE_DOE", "US", "SD", us_person=True, representative="A0900003F.DE", sector="bank", credit_used=0.66
    ),
    PartyPaper("NOWHERE", "CH", "NFC-", representative="A0900004F.FR", credit_used=0.93),
    PartyPaper("MAKEBELIEVE", "SG", "NFC-", representative="A0900005F.NL", credit_used=0.71),
    PartyPaper("ATLANTIS", "NO", "NFC-", representative="A0900006F.DE", credit_used=0.62),
    PartyPaper(
        "UNICORN", "DE", "NFC-", plants=(("Unicorn melt shop", 760.0),), sector="steel", credit_used=0.44
    ),
    PartyPaper(
        "DRAGON", "FR", "NFC-", plants=(("Dragon float line", 640.0),), sector="glass", credit_used=0.83
    ),
)
"""Own firm and counterparties of the demo."""


def lei_of(code: str) -> str:
    """Return a made-up LEI with right check digits."""
    stem = f"FICT00{code.replace('_', '')}".ljust(18, "0")[:18]
    number = int("".join(str(int(letter, 36)) for letter in stem) + "00")
    return f"{stem}{98 - number % _LEI_MODULUS:02d}"


def party_facts(limits: Mapping[str, float] | None = None) -> Iterator[tuple[str, date, dict[str, Any]]]:
    """Yield code, first day and facts of each party, with its credit limit in euro where ``limits`` has one."""
    for number, paper in enumerate(PAPERS, start=1):
        facts: dict[str, Any] = {
            "country": paper.country,
            "established_in": paper.country,
            "class": paper.party_class,
            "us_person": paper.us_person,
            "self_reports": paper.code == SELF or paper.party_class != "NFC-",
            "lei": lei_of(paper.code),
            "lei_status": paper.lei_status,
            "acer_code": f"A0{number:06d}F.{paper.country}",
            "registered_from": "2015-10-07",
            "eu_representative": paper.representative,
            "sector": paper.sector,
            "simulated": True,
        }
        if paper.plants:
            facts["plants"] = [
                {"id": name, "market": paper.country, "capacity_gwh": capacity}
                for name, capacity in paper.plants
            ]
        if paper.code == SELF:
            facts |= {"mbr_authority": False, "max_order_qty": 500.0, "algo_notified_on": None}
        if limits and paper.code in limits:
            facts["credit_limit_eur"] = limits[paper.code]
        yield paper.code, SINCE, facts


def trade_facts(trades: Iterable[DemoTrade], last: date) -> Iterator[tuple[DemoTrade, dict[str, Any]]]:
    """Yield each trade with what a desk would know of it."""
    for trade in trades:
        luck = blake2b(str(trade.trade_id).encode(), digest_size=8).digest()
        facts: dict[str, Any] = {"trade": {"executed_at": _stamp(_executed(trade, luck))}}
        if trade.kind not in ("forward_physical", "storage", "swing"):
            reported = trade.trade_date <= last - _REPORTED_AFTER
            facts["emir_report"] = {"status": "ACPT" if reported else "none"}
        _swap(trade, facts, luck)
        _order_book(trade, facts)
        _cargo(trade, facts, luck, last)
        yield trade, facts


def _executed(trade: DemoTrade, luck: bytes) -> datetime:
    """Return when it was dealt: minutes before it was entered, or in the afternoon of a deal that was entered late."""
    if trade.entered_at.date() == trade.trade_date:
        return trade.entered_at - timedelta(seconds=20 + luck[0])
    day = trade.trade_date
    return datetime(day.year, day.month, day.day, 15, luck[0] % 60, luck[1] % 60, tzinfo=UTC)


def _swap(trade: DemoTrade, facts: dict[str, Any], luck: bytes) -> None:
    if trade.kind != "swap":
        return
    executed = datetime.fromisoformat(facts["trade"]["executed_at"])
    facts["trade"] |= {
        "publicly_reportable": True,
        "block": False,
        "publicly_submitted_at": _stamp(executed + timedelta(minutes=1 + luck[2] % 9)),
    }


def _order_book(trade: DemoTrade, facts: dict[str, Any]) -> None:
    """Add the best bid and offer that a listed deal on a US venue met: buyers pay the offer, sellers hit the bid."""
    if (
        trade.kind != "future"
        or trade.curve not in ("WTI", "RBOB", "ULSD", "HENRY_HUB")
        or trade.price is None
    ):
        return
    tick = {"WTI": 0.01, "HENRY_HUB": 0.001}.get(trade.curve, 0.0001)
    bid = trade.price - tick if trade.side > 0 else trade.price
    facts["trade"] |= {"on_order_book": True, "block_or_efrp": False}
    facts["market"] = {"best_bid": round(bid, 6), "best_offer": round(bid + tick, 6)}


def _cargo(trade: DemoTrade, facts: dict[str, Any], luck: bytes, last: date) -> None:
    """Add origin, attestation and vessel of a cargo."""
    if trade.kind != "forward_physical" or trade.curve not in _SEABORNE:
        return
    facts["trade"] |= {
        "origin": _ORIGINS[luck[3] % len(_ORIGINS)],
        "cn": _HEADINGS.get(trade.curve, "2709"),
        "seaborne": True,
        "attestation": True,
        "contract_date": trade.trade_date.isoformat(),
        "lifting_date": trade.delivery_start.isoformat(),
    }
    if trade.curve in _BBL_PER_TONNE and trade.price is not None:
        facts["trade"]["price_usd_bbl"] = round(trade.price / _BBL_PER_TONNE[trade.curve], 2)
    facts["service_jurisdictions"] = ["EU", "UK"]
    if abs((trade.delivery_start - last).days) <= 45:  # a vessel is nominated a few weeks ahead
        facts["vessel"] = {
            "imo": f"93{luck[4] % 90 + 10}{luck[5] % 900 + 100}",
            "listed_imos": [],
            "ais_gap_hours": float(luck[6] % 9),
            "recent_calls": [_PORTS[luck[7] % len(_PORTS)], _PORTS[luck[2] % len(_PORTS)]],
        }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
