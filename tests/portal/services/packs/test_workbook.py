"""A workbook reads as the screen does, holds numbers as numbers, and is the same file each time."""

import json
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.document import Chapter, Chart, Rows, Section, Tile
from portal.core.format import cell_text, number, percent
from portal.core.table import Column, Table
from portal.services import files
from portal.services.packs import formats, sealing, table_sheet, workbook
from portal.services.packs.sheet_names import SheetNames
from tests.helpers.documents import DAYS, LIMITS, PNL, pack, trend_table
from tests.helpers.workbooks import read, shown, texts


def of(*parts, **changes):
    return replace(pack(), chapters=(Chapter("Chapter", (Section("Section", parts),)),), **changes)


@pytest.fixture(scope="module")
def content():
    return formats.write(pack(), "xlsx")


def test_same_bytes_twice(content):
    assert formats.write(pack(), "xlsx") == content


def test_every_cell_of_a_table_reads_as_on_screen(content):
    sheet = read(content)["Limits"]
    columns = files.exported(LIMITS)
    assert [cell.value for cell in sheet[4]] == [
        "Portfolio", "Value (EUR)", "Change (EUR)", "Used", "Trades", "Last trade", "Valued", "State", "Price", "Unit",
    ]  # fmt: skip
    for line, row in enumerate(LIMITS.rows, start=5):
        for to, (at, column) in enumerate(columns, start=1):
            known = table_sheet.row_column(LIMITS, column, row)
            assert shown(sheet.cell(line, to)) == cell_text(known, row[at]).replace("–", ""), (
                line,
                column.key,
            )


def test_cells_have_types_and_strings_stay_strings(content):
    sheet = read(content, values=False)["Limits"]
    assert (sheet["A6"].value, sheet["A6"].data_type) == ("=1+1", "s")
    assert (sheet["B5"].value, sheet["B5"].data_type) == (1299.5, "n")
    assert sheet["F5"].value == datetime(2024, 12, 2)
    assert sheet["D6"].value is None
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref == "A4:J7"


def test_totals_are_formulas_with_the_values_shown(content):
    formulas, values = read(content, values=False)["Limits"], read(content)["Limits"]
    found = {
        cell.coordinate: cell.value for row in formulas.iter_rows() for cell in row if cell.data_type == "f"
    }
    assert found == {"B7": "=SUM(B5:B6)", "C7": "=SUM(C5:C6)", "E7": "=SUM(E5:E6)"}
    for column, shown_total in (("B", 999.25), ("C", -13.25), ("E", 5)):
        assert values[f"{column}7"].value == shown_total
        assert values[f"{column}5"].value + values[f"{column}6"].value == shown_total


def test_a_total_that_is_no_sum_stays_a_value():
    table = Table(
        (Column("book", "Book"), Column("var", "VaR", "number")),
        [("A", 10.0), ("B", 20.0), ("Total", 22.4)],
    )
    assert list(table_sheet.totals(table)) == []
    first = Table(table.columns, [("All books", 30.0), ("A", 10.0), ("B", 20.0)])
    assert list(table_sheet.totals(first)) == [(0, 1, (1, 2))]


def test_branches_of_a_tree_are_sums_of_what_is_one_step_below():
    rows = [("Desk", 30.0, 25.0), ("\u2003Gas", 10.0, 10.0), ("\u2003\u2003EU", 4.0, 4.0),
            ("\u2003\u2003LNG", 6.0, 6.0), ("\u2003Oil", 20.0, 20.0)]  # fmt: skip
    columns = (Column("book", "Book"), Column("value", "Value", "number"), Column("var", "VaR", "number"))
    assert sorted(table_sheet.totals(Table(columns, rows))) == [
        (0, 1, (1, 4)),
        (1, 1, (2, 3)),
        (1, 2, (2, 3)),
    ]
    sheet = read(formats.write(of(Rows("Tree", Table(columns, rows))), "xlsx"), values=False)["Tree"]
    assert (sheet["B5"].value, sheet["B6"].value, sheet["C5"].value) == ("=SUM(B6,B9)", "=SUM(B7:B8)", 25)


def test_a_chart_refers_to_rows_that_begin_with_the_newest_day():
    table = trend_table()
    newest = Table(table.columns, list(table.rows)[::-1])
    figure = {"data": [{"type": "scatter", "x": [day.isoformat() for day in DAYS], "y": PNL}]}
    sheet = read(formats.write(of(Chart("Back", figure, newest)), "xlsx"))["Back"]
    assert sheet._charts[0].series[0].xVal.numRef.f == "Back!$A$5:$A$24"
    assert sheet._charts[0].series[0].yVal.numRef.f == "Back!$B$5:$B$24"
    assert sheet.max_column == 3


def test_tiles_are_numbers_under_the_format_of_the_screen(content):
    sheet = read(content)["Risk today & tomorrow"]
    rows = {row[0].value: row for row in sheet.iter_rows() if row[0].value}
    assert rows["VaR 99 %"][1].value == 1200.4
    assert shown(rows["VaR 99 %"][1]) == rows["VaR 99 %"][2].value == "1,200 EUR"
    assert shown(rows["Used"][1]) == rows["Used"][2].value == "24.0 %"
    assert (rows["Day"][1].value, rows["Day"][2].value) == (None, "–")
    assert "P&L −1.2 M EUR, of which TTF Q1 −0.9 M." in rows


@given(st.floats(-1e9, 1e9), st.integers(0, 4), st.booleans(), st.sampled_from(["", "EUR", 'a"b']))
def test_a_tile_reads_as_its_text(value, decimals, signed, unit):
    text = number(value, decimals, signed=signed)
    form = workbook.tile_format(Tile("T", text, unit, value))
    assert form.count(";") in (1, 2)
    assert ("0." + "0" * decimals in form) == bool(decimals)
    assert form.endswith(f'" {unit.replace(chr(34), chr(39))}"') == bool(unit)
    sign = "+" if signed and value > 0 and text[0] == "+" else ""
    assert form.startswith(sign)


def test_a_percentage_is_told_from_a_number_of_percent():
    assert workbook.tile_format(Tile("T", percent(0.241), "", 0.241)).split(";")[0] == '#,##0.0" "%'
    assert workbook.tile_format(Tile("T", "24.1 %", "", 24.1)).split(";")[0] == '#,##0.0" %"'


def test_charts_are_native_and_refer_to_the_rows_of_their_sheet(content):
    chart = read(content)["P&L and VaR"]._charts[0]
    (bars,) = chart.series
    assert bars.val.numRef.f == "'P&L and VaR'!$B$5:$B$24"
    assert bars.cat.numRef.f == "'P&L and VaR'!$A$5:$A$24"
    assert [point.v for point in bars.val.numRef.numCache.pt] == PNL


def test_what_no_column_holds_is_written_beside_the_chart():
    figure = {"data": [{"type": "scatter", "x": [d.isoformat() for d in DAYS], "y": [v / 1000 for v in PNL]}]}
    sheet = read(formats.write(of(Chart("In thousands", figure, trend_table())), "xlsx"))["In thousands"]
    assert sheet["S3"].value == "Values of the charts"
    assert [cell.value for cell in sheet["S"][4:]] == [value / 1000 for value in PNL]
    assert sheet._charts[0].series[0].xVal.numRef.f == "'In thousands'!$A$5:$A$24"


def test_a_chart_of_another_kind_is_said_to_be_in_the_pdf():
    figure = {"data": [{"type": "heatmap", "z": [[1.0]]}]}
    content = formats.write(of(Chart("Heat", figure, trend_table())), "xlsx")
    assert not read(content)["Heat"]._charts
    assert any(text.startswith("This chart is drawn in the PDF") for text in texts(content))


def test_about_says_what_the_file_is(content):
    document = pack()
    found = texts(content)
    wanted = {
        document.title, document.reader, document.rights, document.clocks.label(), sealing.digest(document),
        "Portfolio: Gas", "The curve TTF", "It did not arrive.", "at most 41,000 EUR", "simulated",
    }  # fmt: skip
    assert wanted <= found


def test_the_receipt_is_in_a_hidden_sheet(content):
    sheet = read(content)["Receipt"]
    assert sheet.sheet_state == "hidden"
    text = "".join(cell.value for cell in sheet["A"][1:])
    assert json.loads(text) == sealing.plain(pack())


def test_a_receipt_longer_than_a_cell_is_in_pieces():
    table = Table((Column("a", "A"),), [("_x0041_ 😀 é" * 500,) for _ in range(20)])
    document = of(Rows("T", table))
    sheet = read(formats.write(document, "xlsx"))["Receipt"]
    assert sheet.max_row > 3
    assert json.loads("".join(cell.value for cell in sheet["A"][1:])) == sealing.plain(document)


def test_rows_beyond_the_limit_go_on_on_the_next_sheet(monkeypatch):
    monkeypatch.setattr(table_sheet, "MOST_ROWS", 8)
    book = read(formats.write(of(Rows("Days", trend_table())), "xlsx"))
    names = ["Days", "Days (2)", "Days (3)"]
    assert [book[name].max_row - 4 for name in names] == [8, 8, 4]
    assert "part 3 of 3: a sheet holds 8 rows" in book["Days (3)"]["A2"].value
    assert book["Days (3)"]["A5"].value.date() == DAYS[16]


def test_days_before_the_calendar_of_spreadsheets_are_text():
    table = Table(
        (Column("day", "Day", "date"), Column("n", "N", "integer")), [(date(1899, 1, 1), 2**60 + 1)]
    )
    sheet = read(formats.write(of(Rows("Old", table)), "xlsx"))["Old"]
    assert [cell.value for cell in sheet[5]] == ["1899-01-01", str(2**60 + 1)]


@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_of_sheets_are_legal_and_unique(titles):
    names = SheetNames("About")
    found = [names.take(title) for title in titles]
    assert len({name.casefold() for name in found}) == len(found)
    for name in found:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name.strip("' ") == name
        assert name.casefold() not in ("history", "about")
