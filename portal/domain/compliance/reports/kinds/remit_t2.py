"""REMIT Table 2: contracts whose price or volume is open, such as storage and swing, one report each."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance.reports import remit
from portal.domain.compliance.reports.cells import nest
from portal.domain.compliance.reports.kinds.remit_t1 import ACTIONS, head, participant
from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Source
from portal.domain.compliance.reports.trade_codes import (
    code_problems,
    commodity_code,
    day_text,
    is_eu_delivery,
    order_problem,
    text,
    total_quantity,
)

_OWN_LEI, _OTHER_LEI = "idOfMarketParticipant/lei", "otherMarketParticipant/lei"


def scope(source: Source) -> str:
    """Return why a trade is not in Table 2, "" when it is."""
    if not is_eu_delivery(source):
        return "no power or gas delivered in the Union"
    if source.kind not in ("storage", "swing"):
        return "price and volume known, or a derivative"
    return ""


def build(source: Source) -> dict[str, str]:
    """Return the cells of a contract."""
    price, money = source.money
    total, total_unit = total_quantity(source)
    fixed = price is not None
    formula = (
        {} if fixed else {"priceOrPriceFormula/priceFormula": f"index {source.curve} of the delivery month"}
    )
    amount, currency = source.notional
    return {
        **participant(source.own.text("acer_code"), source.own.lei_code, "idOfMarketParticipant"),
        **participant(source.party.text("acer_code"), source.party.lei_code, "otherMarketParticipant"),
        "tradingCapacity": "P",
        "buySellIndicator": "B" if source.side > 0 else "S",
        "contractId": source.uti.get("ACER", ""),
        "contractDate": day_text(source.trade_date),
        "contractType": "FW" if source.kind == "swing" else "OT",
        "energyCommodity": commodity_code(source),
        "priceOrPriceFormula/price/value": text(price),
        "priceOrPriceFormula/price/currency": money if fixed else "",
        **formula,
        "estimatedNotionalAmount/value": text(amount, 2),
        "estimatedNotionalAmount/currency": currency if amount is not None else "",
        "totalNotionalContractQuantity/value": total if total_unit else "",
        "totalNotionalContractQuantity/unit": total_unit,
        "volumeOptionality": "V" if source.kind == "swing" else "O",
        "volumeOptionalityFrequency": "M" if source.kind == "swing" else "D",
        "typeOfIndexPrice": "F" if fixed else "I",
        "settlementMethod": "P",
        "deliveryPointOrZone": source.place.delivery_point,
        "deliveryStartDate": day_text(source.delivery_start),
        "deliveryEndDate": day_text(source.last_day),
        "loadType": "GD" if source.commodity == "gas" else "SH",
        "actionType": ACTIONS[source.event],
    }


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with a row: schema, check digits, order of days, missing contract id."""
    row: dict[str, Any] = {**nest(cells), "reportingEntityID": nest(cells).get("idOfMarketParticipant")}
    found = [
        Problem(str(item.field), item.element, item.code, item.message)
        for item in remit.problems(row, "REMIT-T2")
        if item.field not in (5, 6)  # stands once in the file, as field 1 of each row
    ]
    if "contractId" not in cells:
        found = [item for item in found if item.field != "11"]
        sentence = "Field 11: the contract has no identifier, which needs the ACER codes of both sides."
        found.append(Problem("11", "contractId", "uti", sentence))
    found += code_problems(cells, {_OWN_LEI: "1", _OTHER_LEI: "3"}, {})
    return found + order_problem(cells, "deliveryStartDate", "deliveryEndDate", "43")


FIELDS = (
    Field(
        "1",
        "idOfMarketParticipant/ace",
        "ID of market participant",
        "party_facts of SELF: acer_code",
        required=True,
    ),
    Field(
        "1",
        _OWN_LEI,
        "ID of market participant (LEI)",
        "party_facts of SELF: lei",
        "when there is no ACER code",
    ),
    Field(
        "3", "otherMarketParticipant/ace", "ID of other participant", "party_facts: acer_code", required=True
    ),
    Field("3", _OTHER_LEI, "ID of other participant (LEI)", "party_facts: lei", "when there is no ACER code"),
    Field("9", "tradingCapacity", "Trading capacity", "own account", "always P", required=True),
    Field("10", "buySellIndicator", "Buy or sell", "trades.side", "1 -> B, -1 -> S", required=True),
    Field(
        "11",
        "contractId",
        "Contract ID",
        "transaction_identifiers",
        "ACER Annex IV without price",
        required=True,
    ),
    Field("12", "contractDate", "Contract date", "trades.trade_date", required=True),
    Field("13", "contractType", "Contract type", "trades.kind", "swing -> FW, storage -> OT", required=True),
    Field(
        "14",
        "energyCommodity",
        "Energy commodity",
        "curves.commodity",
        "power EL, gas NG, LNG LG",
        required=True,
    ),
    Field("15", "priceOrPriceFormula/price/value", "Price", "trades.price or strike", "five decimals"),
    Field("15", "priceOrPriceFormula/price/currency", "Price currency", "curves.unit", "GBp -> GBX"),
    Field(
        "15", "priceOrPriceFormula/priceFormula", "Price formula", "curves.code", "when no price is agreed"
    ),
    Field("16", "estimatedNotionalAmount/value", "Estimated notional amount", "price x total quantity"),
    Field("17", "estimatedNotionalAmount/currency", "Notional currency", "curves.currency"),
    Field(
        "18",
        "totalNotionalContractQuantity/value",
        "Total notional contract quantity",
        "trades.quantity",
        "x months",
    ),
    Field("20", "totalNotionalContractQuantity/unit", "Notional quantity unit", "curves.unit"),
    Field("21", "volumeOptionality", "Volume optionality", "trades.kind", "swing -> V, storage -> O"),
    Field(
        "22",
        "volumeOptionalityFrequency",
        "Volume optionality frequency",
        "trades.kind",
        "swing M, storage D",
    ),
    Field("24", "typeOfIndexPrice", "Type of index price", "trades.price", "agreed -> F, else I"),
    Field("31", "settlementMethod", "Settlement method", "trades.kind", "physical -> P", required=True),
    Field("41", "deliveryPointOrZone", "Delivery point or zone", "place of the curve", "EIC", required=True),
    Field("42", "deliveryStartDate", "Delivery start date", "trades.delivery_start", required=True),
    Field(
        "43",
        "deliveryEndDate",
        "Delivery end date",
        "trades.delivery_end",
        "the last day itself",
        required=True,
    ),
    Field("44", "loadType", "Load type", "trades.profile", "gas -> GD, else SH"),
    Field("45", "actionType", "Action type", "trades.event", "new N, amended M, cancelled C", required=True),
)

LAYOUT = register(
    Layout(
        kind="remit-t2",
        title="REMIT Table 2 (non-standard form)",
        regime="EU-REMIT",
        law="Regulation (EU) 1227/2011 Art. 8; Implementing Regulation (EU) 1348/2014, Table 2",
        rule="EU-RM-27",
        version="REMITTable2 V1",
        media=Media.XML,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        tree=remit.tree_of("REMIT-T2"),
        rows_at=("TradeList", "nonStandardContractReport"),
        trust="S",
        note="Checked against a schema of our own, generated from the element list of ACER's REMITTable2 V1.",
        every="month",
        deadline="Tenth working day after the deal (from 29 April 2026; before: one month)",
        most_bytes=10_000_000,
        scheme="ACER-CONTRACT",
        head=head,
    )
)
