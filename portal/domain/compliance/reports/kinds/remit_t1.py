"""REMIT Table 1: trades of power and gas with known price and volume, one TradeReport each."""

from collections.abc import Mapping
from typing import Any

from portal.core.errors import DomainError
from portal.domain.compliance.reports import remit
from portal.domain.compliance.reports.cells import nest
from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Party, Source
from portal.domain.compliance.reports.trade_codes import (
    capacity,
    code_problems,
    commodity_code,
    day_text,
    duration,
    hours_of_load,
    is_eu_delivery,
    load_type,
    order_problem,
    text,
    total_quantity,
)
from portal.domain.compliance.reports.values import written

ACTIONS = {"new": "N", "amended": "M", "cancelled": "C"}
_C = "contractInfo/contract"
_UTI = "uniqueTransactionIdentifier/uniqueTransactionIdentifier"
_OWN_LEI, _OTHER_LEI = "idOfMarketParticipant/lei", "otherMarketParticipant/lei"


def scope(source: Source) -> str:
    """Return why a trade is not in Table 1, "" when it is."""
    if not is_eu_delivery(source):
        return "no power or gas delivered in the Union"
    if source.is_derivative:
        return "a derivative, reported under EMIR (EU-RM-24)"
    if source.kind in ("storage", "swing"):
        return "volume open, belongs in Table 2 (EU-RM-21)"
    return ""


def participant(code: str, lei: str, path: str) -> dict[str, str]:
    """Return the cell of a participant: its ACER code, else its LEI; nothing when it has neither."""
    if code:
        return {f"{path}/ace": code}
    return {f"{path}/lei": lei} if lei else {}


def build(source: Source) -> dict[str, str]:
    """Return the cells of a trade."""
    price, money = source.money
    notional, currency = source.notional
    total, total_unit = total_quantity(source)
    size, size_unit = capacity(source)
    venue = {"organisedMarketPlaceIdentifier/mic": source.mic} if source.on_venue else {
        "organisedMarketPlaceIdentifier/bil": "XBIL"
    }  # fmt: skip
    other = {} if source.on_venue else participant(
        source.party.text("acer_code"), source.party.lei_code, "otherMarketParticipant"
    )  # fmt: skip
    return {
        **participant(source.own.text("acer_code"), source.own.lei_code, "idOfMarketParticipant"),
        **other,
        "tradingCapacity": "P",
        "buySellIndicator": "B" if source.side > 0 else "S",
        **_contract(source, venue),
        **venue,
        "transactionTime": written(source.executed_at),
        _UTI: source.uti.get("VENUE" if source.on_venue else "ACER", ""),
        "priceDetails/price": text(price),
        "priceDetails/priceCurrency": money if price is not None else "",
        "notionalAmountDetails/notionalAmount": text(notional, 2),
        "notionalAmountDetails/notionalCurrency": currency if notional is not None else "",
        "quantity/value": size,
        "quantity/unit": size_unit,
        "totalNotionalContractQuantity/value": total,
        "totalNotionalContractQuantity/unit": total_unit,
        "actionType": ACTIONS[source.event],
    }


def head(own: Party, _rows: int) -> dict[str, Any]:
    """Return who reports.

    Raises
    ------
    DomainError
        The own firm has neither an ACER code nor an LEI.
    """
    for name, code in (("ace", own.text("acer_code")), ("lei", own.lei_code)):
        if code:
            return {"reportingEntityID": {name: code}}
    raise DomainError(
        "The own firm has neither an ACER code nor an LEI, so nobody could be named as the reporting entity. Enter it "
        "among the facts of the party SELF."
    )


def _contract(source: Source, venue: Mapping[str, str]) -> dict[str, str]:
    first, last = hours_of_load(source)
    profile = f"{_C}/deliveryProfile"
    days = {f"{profile}/daysOfTheWeek": "WD"} if source.profile == "peak" else {}
    return {
        f"{_C}/contractId": str(source.fact("contract") or "NA").replace(" ", "_"),
        f"{_C}/contractName": source.curve if source.on_venue else "BILCONTRACT",
        f"{_C}/contractType": "FW",
        f"{_C}/energyCommodity": commodity_code(source),
        f"{_C}/settlementMethod": "P",
        **{f"{_C}/{path}": code for path, code in venue.items()},
        f"{_C}/deliveryPointOrZone": source.place.delivery_point,
        f"{_C}/deliveryStartDate": day_text(source.delivery_start),
        f"{_C}/deliveryEndDate": day_text(source.last_day),
        f"{_C}/duration": duration(source),
        f"{_C}/loadType": load_type(source),
        **days,
        f"{profile}/loadDeliveryStartTime": first,
        f"{profile}/loadDeliveryEndTime": last,
    }


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with a row: schema, check digits, venue, order of days, missing identifier."""
    row: dict[str, Any] = {**nest(cells), "reportingEntityID": nest(cells).get("idOfMarketParticipant")}
    found = [
        Problem(str(item.field), item.element, item.code, item.message)
        for item in remit.problems(row, "REMIT-T1")
        if item.field not in (6, 7)  # stands once in the file, as field 1 of each row
    ]
    if _UTI not in cells:
        found = [item for item in found if item.field != "31"]
        found.append(
            Problem(
                "31", _UTI, "uti",
                "Field 31: the trade has no transaction identifier. A venue gives one to its trades; enter it in the "
                "facts of the trade. That of a bilateral deal needs the ACER codes of both sides.",
            )
        )  # fmt: skip
    found += code_problems(
        cells, {_OWN_LEI: "1", _OTHER_LEI: "4"}, {"organisedMarketPlaceIdentifier/mic": "27"}
    )
    return found + order_problem(cells, f"{_C}/deliveryStartDate", f"{_C}/deliveryEndDate", "50")


def _field(
    number: str, path: str, title: str, source: str, rule: str = "as it is", *, must: bool = False
) -> Field:
    return Field(number, path, title, source, rule, required=must)


FIELDS = (
    _field("1", "idOfMarketParticipant/ace", "ID of market participant", "party_facts of SELF: acer_code", must=True),
    _field("1", _OWN_LEI, "ID of market participant (LEI)", "party_facts of SELF: lei", "when there is no ACER code"),
    _field(
        "4", "otherMarketParticipant/ace", "ID of other market participant", "party_facts: acer_code",
        "bilateral deals only",
    ),
    _field("4", _OTHER_LEI, "ID of other participant (LEI)", "party_facts: lei", "when there is no ACER code"),
    _field("10", "tradingCapacity", "Trading capacity", "own account", "always P", must=True),
    _field("11", "buySellIndicator", "Buy or sell", "trades.side", "1 -> B, -1 -> S", must=True),
    _field("21", f"{_C}/contractId", "Contract ID", "trade_facts: contract", "NA for a bilateral deal", must=True),
    _field("22", f"{_C}/contractName", "Contract name", "venue", "BILCONTRACT off venue (ACER manual)", must=True),
    _field("23", f"{_C}/contractType", "Contract type", "trades.kind", "physical forward -> FW", must=True),
    _field("24", f"{_C}/energyCommodity", "Energy commodity", "curves.commodity", "EL, NG or LG", must=True),
    _field("26", f"{_C}/settlementMethod", "Settlement method", "trades.kind", "physical -> P", must=True),
    _field("27", f"{_C}/organisedMarketPlaceIdentifier/bil", "Market place of the contract", "venue", "XBIL off venue"),
    _field("27", f"{_C}/organisedMarketPlaceIdentifier/mic", "Market place of contract (MIC)", "trade_facts: venue"),
    _field(
        "48", f"{_C}/deliveryPointOrZone", "Delivery point or zone", "place of the curve", "EIC of the zone", must=True
    ),
    _field("49", f"{_C}/deliveryStartDate", "Delivery start date", "trades.delivery_start", must=True),
    _field("50", f"{_C}/deliveryEndDate", "Delivery end date", "trades.delivery_end", "the last day itself", must=True),
    _field("51", f"{_C}/duration", "Duration", "days of delivery", "1 month M, 3 Q, 6 S, 12 Y, other O"),
    _field("52", f"{_C}/loadType", "Load type", "trades.profile", "gas -> GD; base BL, peak PL, off-peak OP, other SH"),
    _field("53", f"{_C}/deliveryProfile/daysOfTheWeek", "Days of the week", "trades.profile", "peak -> WD, workdays"),
    _field(
        "54", f"{_C}/deliveryProfile/loadDeliveryStartTime", "Delivery interval, start", "trades.profile",
        "gas day 06:00, peak 08:00, else midnight, local", must=True,
    ),
    _field(
        "54", f"{_C}/deliveryProfile/loadDeliveryEndTime", "Delivery interval, end", "trades.profile",
        "gas day 06:00, peak 20:00, else midnight, local", must=True,
    ),
    _field("27", "organisedMarketPlaceIdentifier/bil", "Organised market place", "venue", "XBIL off venue"),
    _field("27", "organisedMarketPlaceIdentifier/mic", "Organised market place (MIC)", "trade_facts: venue.mic"),
    _field("30", "transactionTime", "Transaction timestamp", "trade_facts: executed_at", "in UTC", must=True),
    _field(
        "31", _UTI, "Unique transaction ID", "transaction_identifiers, or trade_facts: uti of the venue",
        "ACER TRUM Annex IV: SHA-256 of the terms, 42 characters and a counter", must=True,
    ),
    _field("35", "priceDetails/price", "Price", "trades.price", "five decimals"),
    _field("37", "priceDetails/priceCurrency", "Price currency", "curves.unit", "GBp -> GBX"),
    _field("38", "notionalAmountDetails/notionalAmount", "Notional amount", "price x total quantity", "two decimals"),
    _field("39", "notionalAmountDetails/notionalCurrency", "Notional currency", "curves.currency"),
    _field("40", "quantity/value", "Quantity", "trades.quantity", "MW as agreed, else total / hours"),
    _field("42", "quantity/unit", "Unit of the quantity", "trades.quantity_unit"),
    _field(
        "41", "totalNotionalContractQuantity/value", "Total notional contract quantity", "trades.quantity",
        "MW x hours of the profile, or monthly volume x months", must=True,
    ),
    _field("42", "totalNotionalContractQuantity/unit", "Unit of the total", "curves.unit", must=True),
    _field("58", "actionType", "Action type", "trades.event", "new N, amended M, cancelled C", must=True),
)  # fmt: skip

LAYOUT = register(
    Layout(
        kind="remit-t1",
        title="REMIT Table 1 (standard form)",
        regime="EU-REMIT",
        law="Regulation (EU) 1227/2011 Art. 8; Implementing Regulation (EU) 1348/2014, Table 1",
        rule="EU-RM-27",
        version="REMITTable1 V3",
        media=Media.XML,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        tree=remit.tree_of("REMIT-T1"),
        rows_at=("TradeList", "TradeReport"),
        trust="S",
        note="Checked against a schema of our own, generated from the element list of ACER's REMITTable1 V3. The "
        "annex of Implementing Regulation 2026/256 may change it: confirm the version at ACER before production use.",
        deadline="Standard contracts: second working day; others: tenth working day after the deal",
        most_bytes=10_000_000,
        scheme="ACER",
        head=head,
    )
)
