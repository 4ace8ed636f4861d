"""What is wrong with a row of REMIT Table 1 or 2, by field number."""

from typing import Any

import pytest

from portal.domain.compliance.reports.remit import errors, problems

ROW: dict[str, Any] = {
    "idOfMarketParticipant": {"ace": "B0000123B.DE"},
    "reportingEntityID": {"ace": "B0000123B.DE"},
    "tradingCapacity": "P",
    "buySellIndicator": "B",
    "contractId": "NDEX-TTF-2026-08",
    "organisedMarketPlaceIdentifier": {"mic": "NDEX"},
    "transactionTime": "2026-06-08T09:12:33Z",
    "uniqueTransactionIdentifier": "TX-000017",
    "priceDetails": {"price": "31.10000", "priceCurrency": "EUR"},
    "quantity": {"value": "10", "unit": "MW"},
    "totalNotionalContractQuantity": {"value": "7440", "unit": "MWh"},
    "actionType": "N",
}
CONTRACT: dict[str, Any] = {
    "contractId": "NA",
    "contractName": "BILCONTRACT",
    "contractType": "FW",
    "energyCommodity": "NG",
    "settlementMethod": "P",
    "organisedMarketPlaceIdentifier": {"bil": "XBIL"},
    "deliveryPointOrZone": "21YNL----TTF---1",
    "deliveryStartDate": "2026-08-01",
    "deliveryEndDate": "2026-08-31",
    "deliveryProfile": {"loadDeliveryStartTime": "06:00:00", "loadDeliveryEndTime": "06:00:00"},
}
ROW2: dict[str, Any] = {
    "idOfMarketParticipant": {"ace": "B0000123B.DE"},
    "otherMarketParticipant": {"ace": "S0000456S.AT"},
    "reportingEntityID": {"ace": "B0000123B.DE"},
    "tradingCapacity": "P",
    "buySellIndicator": "S",
    "contractId": "PPA-17",
    "contractDate": "2026-06-08",
    "contractType": "FW_PPA",
    "energyCommodity": "EL",
    "priceOrPriceFormula": {"priceFormula": "0.95 x day-ahead"},
    "settlementMethod": "P",
    "deliveryPointOrZone": "10YCB-GERMANY--8",
    "deliveryStartDate": "2027-01-01",
    "deliveryEndDate": "2031-12-31",
    "actionType": "N",
}


def test_good_rows() -> None:
    assert errors(ROW, "REMIT-T1") == []
    assert errors(ROW2, "REMIT-T2") == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("idOfMarketParticipant", {"ace": "B000123B.DE"}, [1]),
        ("idOfMarketParticipant", {"ace": "B0000123B.DE", "lei": "5493001KJTIIGC8Y1R12"}, [1]),
        ("idOfMarketParticipant", {"vat": "DE123"}, [2]),
        ("reportingEntityID", None, [6]),
        ("otherMarketParticipant", {"eic": "21YNL----TTF---1X"}, [4]),
        ("tradingCapacity", "X", [10]),
        ("buySellIndicator", "buy", [11]),
        ("contractId", None, [21]),
        ("contractId", "NDEX TTF", [21]),
        ("organisedMarketPlaceIdentifier", {"mic": "ICE"}, [27]),
        ("organisedMarketPlaceIdentifier", {"bil": "XOFF"}, [27]),
        ("transactionTime", "2026-06-08T09:12:33", [30]),
        ("transactionTime", "2026-02-30T09:12:33Z", [30]),
        ("uniqueTransactionIdentifier", "x" * 101, [31]),
        ("uniqueTransactionIdentifier", "TX 17 ", [31]),
        ("uniqueTransactionIdentifier", None, [31]),
        ("voiceBrokered", "y", [34]),
        ("priceDetails", {"price": "31.100001", "priceCurrency": "EUR"}, [35]),
        ("priceDetails", {"price": "31.10", "priceCurrency": "JPY"}, [37]),
        ("priceDetails", {"price": "1e3", "priceCurrency": "EUR"}, [35]),
        ("quantity", {"value": "10", "unit": "MWh"}, [42]),
        ("quantity", {"value": "ten", "unit": "MW"}, [40]),
        ("quantity", {"value": "10"}, [42]),
        ("totalNotionalContractQuantity", None, [41]),
        ("totalNotionalContractQuantity", {"value": "7440", "unit": "MW"}, [42]),
        ("totalNotionalContractQuantity", {"value": "1" * 21, "unit": "MWh"}, [41]),
        ("actionType", "NEW", [58]),
        ("deliveryPointOrZone", "21YNL----TTF---2", [48]),
        ("loadType", "BASE", [52]),
    ],
)
def test_table_1_names_the_field(name: str, value: Any, expected: list[int]) -> None:
    assert errors({**ROW, name: value}, "REMIT-T1") == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("otherMarketParticipant", None, [3]),
        ("otherMarketParticipant", [{"ace": "S0000456S.AT"}, {"ace": "short"}], [3]),
        ("contractDate", "08.06.2026", [12]),
        ("contractType", "FW_EFP", [13]),
        ("energyCommodity", "OIL", [14]),
        ("estimatedNotionalAmount", {"value": "100000", "currency": "XXX"}, [17]),
        ("totalNotionalContractQuantity", {"value": "7440", "unit": "tcm"}, [20]),
        ("typeOfIndexPrice", "Z", [24]),
        ("settlementMethod", None, [31]),
        ("deliveryPointOrZone", None, [41]),
        ("actionType", "X", [45]),
    ],
)
def test_table_2_names_the_field(name: str, value: Any, expected: list[int]) -> None:
    assert errors({**ROW2, name: value}, "REMIT-T2") == expected


def test_a_contract_in_full() -> None:
    row = {name: value for name, value in ROW.items() if name != "contractId"}
    assert errors({**row, "contract": CONTRACT}, "REMIT-T1") == []
    short = {
        name: value for name, value in CONTRACT.items() if name not in ("contractType", "deliveryProfile")
    }
    assert errors({**row, "contract": short}, "REMIT-T1") == [23, 54]


def test_an_index_of_the_price_must_be_declared() -> None:
    row = {name: value for name, value in ROW.items() if name != "contractId"}
    index = {**row, "contract": CONTRACT, "fixingIndex": {"indexName": "TTF DA"}}
    assert errors(index, "REMIT-T1") == [25]
    assert errors({**index, "contract": {**CONTRACT, "indexName": "TTF DA"}}, "REMIT-T1") == []


def test_a_problem_says_what_and_where() -> None:
    found = problems({**ROW, "quantity": {"value": "10", "unit": "MWh"}}, "REMIT-T1")
    assert [(item.field, item.element, item.code) for item in found] == [(42, "quantity/unit", "form")]
    assert "MWh" in found[0].message


def test_several_errors_come_in_order() -> None:
    row = {**ROW, "actionType": "Z", "tradingCapacity": "Z", "idOfMarketParticipant": {"ace": "short"}}
    assert errors(row, "REMIT-T1") == [1, 10, 58]
