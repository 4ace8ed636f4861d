"""CSV and XLSX: equal to the table, typed, and harmless in a spreadsheet."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest

from portal.core.table import Column, Table
from portal.services.files import guard_formula, number_format, to_csv, to_xlsx

TABLE = Table(
    (
        Column("name", "Name"),
        Column("value", "Value", "number", unit="USD/bbl"),
        Column("share", "Share", "percent"),
        Column("day", "Day", "date"),
        Column("at", "At", "moment"),
        Column("line", "Line", "spark"),
        Column("href", "Address", hidden=True),
        Column("ok", "Ok"),
    ),
    [
        (
            "=cmd|' /C calc'!A0",
            -36.98,
            0.125,
            date(2020, 4, 20),
            datetime(2020, 4, 20, 18, 30, tzinfo=UTC),
            [1.0, 2.0],
            "/x",
            True,
        ),
        ("plain", None, None, None, None, [], "/y", False),
    ],
)


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_csv_holds_what_is_shown_and_nothing_hidden():
    head, first, second = rows_of(to_csv(TABLE))
    assert head == ["Name", "Value (USD/bbl)", "Share (%)", "Day", "At", "Ok"]
    assert first == ["'=cmd|' /C calc'!A0", "-36.98", "12.5", "2020-04-20", "2020-04-20T18:30:00Z", "yes"]
    assert second == ["plain", "", "", "", "", "no"]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_text_that_starts_like_a_formula_is_disarmed(start):
    assert guard_formula(start) == f"'{start}"


def test_negative_number_stays_a_number():
    assert rows_of(to_csv(TABLE))[1][1] == "-36.98"


def test_xlsx_cells_are_typed_and_no_formula():
    book = openpyxl.load_workbook(
        BytesIO(to_xlsx(TABLE, title="Prices", about={"clocks": "as of 2020-04-20"}))
    )
    sheet = book["Data"]
    assert [cell.value for cell in sheet[1]] == ["Name", "Value (USD/bbl)", "Share", "Day", "At", "Ok"]
    name, value, share, day, at, ok = sheet[2]
    assert (name.value, name.data_type) == ("=cmd|' /C calc'!A0", "s")
    assert (value.value, share.value, ok.value) == (-36.98, 0.125, True)
    assert share.number_format == '#,##0.00" "%;"−"#,##0.00" "%;#,##0.00" "%'
    assert (day.value, at.value) == (datetime(2020, 4, 20), datetime(2020, 4, 20, 18, 30))
    assert book["About"]["A1"].value == "title"
    assert sheet["B3"].value is None


def test_headings_are_disarmed_and_what_is_no_number_is_empty():
    columns = (
        Column("a", '=HYPERLINK("x")', "number"),
        Column("b", "B", "percent"),
        Column("c", "C", "number"),
    )
    table = Table(columns, [(float("nan"), float("inf"), 1.5)])
    heading, row = rows_of(to_csv(table))
    assert heading[0] == '\'=HYPERLINK("x")'
    assert row == ["", "", "1.5"]
    sheet = openpyxl.load_workbook(BytesIO(to_xlsx(table, title="T", about={})))["Data"]
    assert [cell.value for cell in sheet[2]] == [None, None, 1.5]
    assert sheet["A1"].data_type == "s"


def test_count_that_was_read_as_a_float_is_written_without_a_point():
    table = Table((Column("volume", "Volume", "integer"),), [(210973.0,)])
    assert to_csv(table).decode("utf-8-sig").splitlines()[1] == "210973"


@pytest.mark.parametrize(
    "text", ["<r><t>x</t></r>", "half \ud800", "\uffff", "x" * 40_000, "😀" * 20_000, "_x0041_"]
)
def test_no_text_breaks_a_workbook(text):
    table = Table((Column("a", "A"),), [(text,)])
    sheet = openpyxl.load_workbook(BytesIO(to_xlsx(table, title="T", about={})))["Data"]
    assert sheet["A2"].value.strip()[:3] == text.replace("\uffff", "\ufffd")[:3]
    assert len(sheet["A2"].value.encode("utf-16-le")) <= 2 * 32_767


@pytest.mark.parametrize(
    ("column", "value", "form"),
    [
        (Column("a", "A", "number", signed=True), 1.5, '+#,##0.00;"−"#,##0.00;#,##0.00'),
        (Column("a", "A", "number", signed=True), -0.001, "#,##0.00;#,##0.00"),
        (Column("a", "A", "percent", decimals=1), -0.0004, '#,##0.0" "%;#,##0.0" "%'),
        (Column("a", "A", "integer"), -3, '#,##0;"−"#,##0;#,##0'),
    ],
)
def test_a_number_reads_in_a_spreadsheet_as_on_screen(column, value, form):
    assert number_format(column, value) == form
