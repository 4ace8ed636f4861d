"""The breaches that are planted among the trades of the demo desk: one of each kind, on the newest trade that fits.

Each changes facts that were made complete before (:mod:`data.demo.compliance_facts`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from data.demo.compliance_facts import DemoTrade

Known = tuple[DemoTrade, dict[str, Any]]
CAP_PRICE = 52.4  # USD/bbl, above the caps of the EU and the UK
LATE = timedelta(hours=3, minutes=4)
LAPSED = "MAKEBELIEVE"
POWER_AND_GAS = ("power", "gas")


def plant(
    known: Sequence[Known], papers: Mapping[str, dict[str, Any]]
) -> list[tuple[str, date, dict[str, Any]]]:
    """Change facts of a handful of trades in place; return editions of party facts that belong to it.

    ``papers`` are the facts of the parties by code.
    """
    taken: set[int] = set()
    for fits, change in _PLANTS:
        found = next(
            (item for item in reversed(known) if item[0].trade_id not in taken and fits(*item)), None
        )
        if found is not None:
            taken.add(found[0].trade_id)
            change(found[1])
    return _lapsed_representative(known, papers[LAPSED])


def _lapsed_representative(
    known: Sequence[Known], facts: dict[str, Any]
) -> list[tuple[str, date, dict[str, Any]]]:
    """Let the mandate of a representative in the Union end on the day of the last deal that needs one."""
    days = [
        trade.trade_date for trade, _ in known if trade.party == LAPSED and trade.commodity in POWER_AND_GAS
        and trade.curve not in ("NBP", "HENRY_HUB")
    ]  # fmt: skip
    return [(LAPSED, max(days), {**facts, "eu_representative": None})] if days else []


def _is_cargo(curve: str) -> Callable[[DemoTrade, dict[str, Any]], bool]:
    return lambda trade, facts: trade.curve == curve and "origin" in facts["trade"]


def _russian(facts: dict[str, Any]) -> None:
    facts["trade"] |= {"origin": "RU", "price_usd_bbl": CAP_PRICE}


def _unknown_origin(facts: dict[str, Any]) -> None:
    del facts["trade"]["origin"]


def _dark_vessel(facts: dict[str, Any]) -> None:
    facts["vessel"] |= {"ais_gap_hours": 31.0}


def _murban(facts: dict[str, Any]) -> None:
    facts["trade"] |= {"origin": "AE", "grade": "Murban", "delivery": {"country": "AE", "zone": "FUJAIRAH"}}


def _published_late(facts: dict[str, Any]) -> None:
    executed = datetime.fromisoformat(facts["trade"]["executed_at"])
    facts["trade"]["publicly_submitted_at"] = (executed + LATE).isoformat(timespec="seconds")


def _through_the_offer(facts: dict[str, Any]) -> None:
    facts["market"] = {name: round(price * 0.999, 4) for name, price in facts["market"].items()}


def _islamic_account(facts: dict[str, Any]) -> None:
    facts["account"] = {"shariah": True}
    facts["contract"] = {"interest_rate": 0.0, "late_fee_to": "none"}


_PLANTS: tuple[tuple[Callable[[DemoTrade, dict[str, Any]], bool], Callable[[dict[str, Any]], None]], ...] = (
    (_is_cargo("BRENT"), _russian),
    (lambda trade, facts: trade.curve == "BRENT" and "vessel" in facts, _dark_vessel),
    (_is_cargo("BRENT"), _murban),
    (_is_cargo("GASOIL"), _unknown_origin),
    (lambda trade, _: trade.kind == "swap" and trade.party == "JANE_DOE", _published_late),
    (lambda trade, facts: trade.curve == "WTI" and trade.side > 0 and "market" in facts, _through_the_offer),
    (
        lambda trade, _: (trade.kind, trade.curve, trade.party_kind) == ("option", "BRENT", "bank"),
        _islamic_account,
    ),
)
