"""EMIR reports: files that fit the generated schema, and named rejects."""

from dataclasses import replace
from datetime import date

import pytest
from lxml import etree

from portal.domain.compliance.identifiers import emir_uti
from portal.domain.compliance.reports.layout import layout_of
from portal.domain.compliance.reports.schema import check_file
from portal.domain.compliance.reports.writing import to_xml
from tests.helpers.report_sources import OTHER, OWN, source

LAYOUT = layout_of("emir", date(2026, 6, 30))
UTI = {"EMIR": emir_uti("5493001KJTIIGC8Y1R12", "trade 17")}
SWAP = source(kind="swap", uti=UTI)
CASES = {
    "swap": SWAP,
    "future": replace(SWAP, kind="future", party=replace(OTHER, kind="exchange")),
    "negative": replace(SWAP, price=-3.5, side=-1),
    "option": replace(SWAP, kind="option", price=None, strike=30.0, premium=1.2, is_call=True),
    "spread": replace(SWAP, kind="spread_option", price=None, strike=0.0, premium=1.2),
    "power": replace(SWAP, curve="POWER_DE_LU", commodity="power", profile="peak", event="amended"),
    "brent": replace(
        SWAP, curve="BRENT", commodity="crude", unit="USD/bbl", currency="USD", total_unit="bbl"
    ),
    "pence": replace(SWAP, curve="NBP", unit="GBp/therm", currency="GBP", total_unit="therm", price=80.0),
    "coal": replace(SWAP, curve="API2", commodity="coal", unit="USD/t", currency="USD", total_unit="t"),
    "carbon": replace(SWAP, curve="EUA", commodity="carbon", unit="EUR/t", total_unit="t"),
    "cancelled": replace(SWAP, event="cancelled"),
}


def rows(*cases):
    return [LAYOUT.row(case, subject=case.external_id, trade_id=case.trade_id) for case in cases]


def test_all_kinds_fit_the_schema():
    made = rows(*CASES.values())
    assert [(row.problems, name) for row, name in zip(made, CASES, strict=True) if row.problems] == []
    content = to_xml(LAYOUT, LAYOUT.head(OWN, len(made)), [row.cells for row in made])
    assert check_file(LAYOUT, content) == []
    document = etree.fromstring(content)
    assert document.findtext(".//{*}NbRcrds") == str(len(CASES))
    assert {item.get("Ccy") for item in document.iter("{*}Amt") if item.get("Ccy")} == {"EUR", "USD", "GBP"}
    for row in made:
        assert set(row.cells) <= set(LAYOUT.by_path)


def test_pence_become_pounds():
    (row,) = rows(CASES["pence"])
    assert row.cells["New/CmonTradData/TxData/TxPric/Pric/MntryVal/Amt"] == "0.8"


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"uti": {}}, "2.1", "missing"),
        ({"uti": {"EMIR": "x" * 42 + "001"}}, "2.1", "uti"),
        ({"party": replace(OTHER, facts={"lei": "5493001KJTIIGC8Y1R13"})}, "1.9", "lei"),
        ({"party": replace(OTHER, facts={})}, "1.9", "missing"),
        ({"facts": {"mic": "ZZZZ"}}, "2.41", "mic"),
        ({"price": None}, "2.55", "missing"),
        ({"currency": "euro"}, "2.19", "form"),
    ],
)
def test_bad_trades_are_refused_by_name(change, field, code):
    (row,) = rows(replace(SWAP, **change))
    found = {(item.field, item.code) for item in row.problems}
    assert (field, code) in found, row.problems


def test_scope():
    assert LAYOUT.scope(source()) == "no derivative"
    assert LAYOUT.scope(SWAP) == ""
