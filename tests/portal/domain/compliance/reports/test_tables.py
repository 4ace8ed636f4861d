"""Tables 1 and 2 of REMIT: rows, files that fit ACER's own schemas and ours, and named rejects."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from portal.core.errors import NotFound
from portal.domain.compliance.reports.layout import explain, layout_of, layouts
from portal.domain.compliance.reports.schema import check_file, schema_of
from portal.domain.compliance.reports.source import Party
from portal.domain.compliance.reports.writing import TooLargeError, to_xml
from tests.helpers.report_sources import OTHER, OWN, source

SCHEMAS = (
    Path(os.environ.get("ENERSCOPE_SHARED", Path(__file__).resolve().parents[6] / "shared"))
    / "data"
    / "schemas"
)
DAY = date(2026, 6, 30)
HEAD = {"reportingEntityID": {"ace": "A0000111A.NL"}}
T1, T2 = layout_of("remit-t1", DAY), layout_of("remit-t2", DAY)
CASES = {
    "gas forward": source(),
    "power peak": source(
        curve="POWER_FR_PEAK", commodity="power", profile="peak", total=2520.0, hours=252.0, side=-1
    ),
    "year": source(delivery_start=date(2027, 1, 1), delivery_end=date(2028, 1, 1), total=87600.0),
    "amended": source(event="amended", price=31.123456789),
    "cancelled": source(event="cancelled"),
    "on a venue": source(facts={"mic": "NDEX", "contract": "TTF-2026-08"}, uti={"VENUE": "TX-17"}),
    "with LEIs": source(
        own=replace(OWN, facts={"lei": "5493001KJTIIGC8Y1R12"}),
        party=replace(OTHER, facts={"lei": "5493001KJTIIGC8Y1R12"}),
    ),
}
SWING = source(kind="swing", price=None, strike=28.5, quantity_unit="MWh", quantity=5000.0, total=60000.0)


def rows(layout, sources):
    return [layout.row(item, subject=item.external_id, trade_id=item.trade_id) for item in sources]


def published(name):
    path = SCHEMAS / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return etree.XMLSchema(etree.parse(str(path)))


@pytest.mark.parametrize("name", CASES)
def test_trades_are_accepted(name):
    (row,) = rows(T1, [CASES[name]])
    assert row.problems == ()
    assert T1.scope(CASES[name]) == ""


def test_table_1_fits_the_schema_of_acer_and_ours():
    content = to_xml(T1, HEAD, [row.cells for row in rows(T1, CASES.values())])
    assert check_file(T1, content) == []
    schema = published("REMITTable1_V3.xsd")
    assert schema.validate(etree.fromstring(content)), schema.error_log
    document = etree.fromstring(content)
    numbers = [item.text for item in document.iter("{*}RecordSeqNumber")]
    assert numbers == [str(number) for number in range(1, len(CASES) + 1)]


@pytest.mark.parametrize("case", [SWING, replace(SWING, strike=None), replace(SWING, kind="storage")])
def test_table_2_fits_the_schema_of_acer_and_ours(case):
    (row,) = rows(T2, [case])
    assert row.problems == ()
    content = to_xml(T2, HEAD, [row.cells])
    assert check_file(T2, content) == []
    schema = published("REMITTable2_V1.xsd")
    assert schema.validate(etree.fromstring(content)), schema.error_log


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"uti": {}}, "31", "uti"),
        ({"facts": {"mic": "ZZZZ"}, "uti": {"VENUE": "TX-1"}}, "27", "mic"),
        ({"curve": "NOWHERE"}, "48", "missing"),
        ({"own": Party("SELF", "Own", facts={"acer_code": "A000111A.NL"})}, "1", "form"),
        ({"own": Party("SELF", "Own", facts={"lei": "5493001KJTIIGC8Y1R13"})}, "1", "lei"),
        ({"own": Party("SELF", "Own")}, "1", "missing"),
        ({"unit": "EUR/t", "total_unit": "t"}, "42", "missing"),
        ({"price": 10.0**21}, "35", "form"),
        ({"currency": "JPY"}, "37", "form"),
        ({"delivery_end": date(2026, 7, 1)}, "50", "order"),
    ],
)
def test_bad_trades_are_refused_by_name(change, field, code):
    (row,) = rows(T1, [source(**change)])
    found = {(item.field, item.code): item.message for item in row.problems}
    assert (field, code) in found, found
    assert f"ield {field}" in found[field, code]


def test_scope():
    assert "EMIR" in T1.scope(source(kind="swap"))
    assert "Union" in T1.scope(source(curve="NBP"))
    assert "Union" in T1.scope(source(curve="BRENT", commodity="crude"))
    assert "Table 2" in T1.scope(SWING)
    assert T2.scope(SWING) == ""


def test_a_broken_file_is_found():
    content = to_xml(T1, HEAD, [row.cells for row in rows(T1, [source()])])
    broken = content.replace(b"<buySellIndicator>B</buySellIndicator>", b"")
    assert any("buySellIndicator" in line for line in check_file(T1, broken))


def test_a_huge_report_is_refused():
    cells = rows(T1, [source()])[0].cells
    small = replace(T1, most_bytes=20_000)
    with pytest.raises(TooLargeError, match="shorter period"):
        to_xml(small, HEAD, (cells for _ in range(100)))


@pytest.mark.parametrize("kind", layouts())
def test_every_field_explains_itself_and_the_schema_can_be_read(kind):
    layout = layout_of(kind, DAY)
    etree.XMLSchema(etree.fromstring(schema_of(layout)))
    for item in layout.fields:
        said = explain(layout, item.path)
        assert said.source
        assert said.validation


def test_every_cell_has_a_field():
    for layout, cases in ((T1, CASES.values()), (T2, [SWING])):
        for row in rows(layout, cases):
            assert set(row.cells) <= set(layout.by_path)


def test_unknown_reports_and_fields():
    with pytest.raises(NotFound, match="no layout"):
        layout_of("remit-t9", DAY)
    with pytest.raises(NotFound, match="no field"):
        explain(T1, "shoeSize")
