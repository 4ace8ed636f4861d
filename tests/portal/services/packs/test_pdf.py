"""Packs as PDF, read back."""

import io
import json
import re
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from portal.core.document import Chapter, Chart, Document, Gap, Rows, Section, Tile, Tiles, Words
from portal.core.format import row_text
from portal.core.table import Column, Table
from portal.services.packs import paper, paper_tables, pdf, sealing
from portal.services.packs.typeface import MISSING, printable
from tests.helpers.documents import CLOCKS, pack, trend, trend_table

HOSTILE = (
    '#import "@preview/x:1.0.0": *', "$x^2$ *bold* _it_ `raw`", '#panic("no")', "= heading", "<label> @ref // gone",
    "]#d.title[", "\\u{41}", "a\x00b\x07c", "שלום עולם", "مرحبا", "漢字 😀", "W" * 400, "x" * 60 + "-" + "y" * 60,
)  # fmt: skip


def _read(content: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(content))


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in _read(content).pages)


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _table(rows: int, columns: int = 4) -> Table:
    heads = [
        Column("name", "Name"),
        *(Column(f"c{n}", f"Column {n}", "number", unit="EUR") for n in range(1, columns)),
    ]
    return Table(
        tuple(heads),
        [(f"row {at:04d}", *(1000.0 * n + at + 0.25 for n in range(1, columns))) for at in range(rows)],
    )


def _document(*sections: Section, **more: object) -> Document:
    chapter = Chapter("One", sections)
    return replace(Document("Page", "page:x", "1", CLOCKS, "Rita Risk (risk)", (chapter,)), **more)


def test_all_that_a_document_says_is_there_in_its_order() -> None:
    document = pack()
    said = _bare(_text(pdf.to_pdf(document)))
    expected = (
        "Morning pack", "1 part is missing", "The curve TTF", "It did not arrive.", "at most 41,000 EUR",
        "Risk: today & tomorrow", "Portfolio", "Gas", "All is well.", "Figures", "In EUR.",
        "P&L −1.2 M EUR, of which TTF Q1 −0.9 M.", "VaR 99 %", "1,200", "EUR", "of 5,000", "24.0 %", "Trend",
        "A note.", "ECB", "Limits", "1,300", "−20.50", "12.5 %", "2024-12-02", "2025-01-02 06:45 UTC", "31.25",
        "Values of the close.", "End.", "Notes", "Empty", "About this document", sealing.digest(document),
    )  # fmt: skip
    at = 0
    for each in expected:
        found = said.find(_bare(each), at)
        assert found >= 0, f"{each!r} is not in the text after position {at}"
        at = found


def test_each_page_names_clocks_reader_and_number() -> None:
    reader = _read(pdf.to_pdf(pack()))
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert f"Page {number} of {len(reader.pages)}" in text
        assert "Rita Risk (risk)" in text
        assert "2024-12-31, known at 2025-01-02 06:45:00 UTC" in text


def test_it_is_tagged_titled_and_bookmarked() -> None:
    reader = _read(pdf.to_pdf(pack()))
    root = reader.root_object
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Morning pack"
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid:part>1<" in metadata
    assert "pdfaid:part>3<" in metadata
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles == ["1 part is missing", "Risk: today & tomorrow", "Notes", "About this document"]
    assert [item.title for item in reader.outline[2] if not isinstance(item, list)] == [
        "Figures",
        "Trend",
        "Limits",
    ]


def test_the_sealed_document_is_inside() -> None:
    document = pack()
    attached = _read(pdf.to_pdf(document)).attachments[sealing.FILE_NAME][0]
    assert attached == sealing.to_json(document)
    assert json.loads(attached)["sha256"] == sealing.digest(document)


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf.to_pdf(pack()) == pdf.to_pdf(pack())


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_of_users_is_never_markup(hostile: str) -> None:
    table = Table((Column("a", hostile), Column("b", "B", "badge")), [(hostile, hostile), ("ok", None)])
    tiles = Tiles((Tile(hostile, hostile, "EUR", detail=hostile),) * 5)
    section = Section(
        hostile, (Words(hostile), Words(hostile, "item"), tiles, Rows(hostile, table)), note=hostile
    )
    document = _document(section, title=hostile, reader=hostile, gaps=(Gap(hostile, hostile, hostile),))
    said = _bare(_text(pdf.to_pdf(document)))
    if not re.search(
        "[\u0590-\u07ff]", hostile
    ):  # text from right to left is read back in the order of the page
        assert said.count(_bare(printable(hostile))) >= 10
    assert MISSING not in printable("€ ² ₂ → Δ − – … ▲ ▼ שלום")


def test_long_tables_are_whole_under_repeated_heads() -> None:
    table = _table(1_000)
    reader = _read(pdf.to_pdf(_document(Section("Long", (Rows("Long", table),)))))
    pages = [page.extract_text() for page in reader.pages]
    text = "\n".join(pages)
    assert len(pages) > 10
    assert [f"row {at:04d}" in text for at in range(1_000)].count(False) == 0
    for page in pages[:-1]:
        assert "Column 3" in page
    assert "1,000 rows" in text


def test_what_is_too_long_for_paper_is_whole_in_the_data_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that one press of a button cannot take all memory; the page says how many rows it leaves out."""
    monkeypatch.setattr(paper_tables, "MOST_CELLS", 400)
    document = _document(Section("All", (Rows("All", _table(150), "all"),)))
    content = pdf.to_pdf(document)
    said = _text(content)
    assert "row 0099" in said
    assert "row 0100" not in said
    assert "These are the first 100 of 150 rows." in " ".join(said.split())
    assert sealing.to_json(document) == next(iter(_read(content).attachments.values()))[0]


def test_wide_tables_keep_each_cell_in_one_piece() -> None:
    table = _table(40, 24)
    reader = _read(pdf.to_pdf(_document(Section("Wide", (Rows("Wide", table),)))))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert any(page.mediabox.width > page.mediabox.height for page in reader.pages)
    for row in table.rows:
        for at in range(24):
            assert row_text(table, row, at) in text


def test_a_short_wide_table_is_folded_on_the_same_page() -> None:
    reader = _read(pdf.to_pdf(_document(Section("Wide", (Rows("Wide", _table(5, 24)),)))))
    assert all(page.mediabox.width < page.mediabox.height for page in reader.pages)
    assert "columns in" in reader.pages[0].extract_text()


def test_an_empty_document_says_that_it_is_complete() -> None:
    text = _text(pdf.to_pdf(replace(_document(), chapters=())))
    assert "complete: nothing is missing" in text
    text = _text(pdf.to_pdf(_document()))
    assert "Nothing is in this chapter" in text
    text = _text(pdf.to_pdf(_document(Section("None", (Rows("None", _table(0)),)))))
    assert "No rows." in text


def test_many_chapters_have_a_list_of_contents() -> None:
    chapters = tuple(Chapter(f"Chapter {n}", (Section(f"Section {n}", (Words("Said."),)),)) for n in range(5))
    reader = _read(pdf.to_pdf(replace(_document(), chapters=chapters)))
    first = reader.pages[0].extract_text()
    assert "Contents" in first
    assert all(f"Chapter {n}" in first for n in range(5))


def test_decimals_follow_the_unit_of_the_row() -> None:
    columns = (
        Column("price", "Price", "number", unit_from="unit"),
        Column("unit", "Unit"),
        Column("day", "Day", "date"),
    )
    table = Table(columns, [(2.34567, "USD/gal", date(2024, 12, 31)), (3.14159, "USD/MMBtu", None)])
    text = _text(pdf.to_pdf(_document(Section("Prices", (Rows("Prices", table),)))))
    assert "2.3457" in text
    assert "3.142" in text


def test_a_one_pager_has_one_page_where_it_can() -> None:
    tiles = Tiles(tuple(Tile(f"Figure {n}", f"{n},000,000", "EUR", detail="of all") for n in range(6)))
    chart = Chart("Trend", trend(), trend_table())
    sections = (Section("Both", (tiles,)), *(Section(f"Chart {n}", (chart,), width="half") for n in range(4)))
    chapters = tuple(Chapter(f"Chapter {n}", sections[2 * n : 2 * n + 2]) for n in range(3))
    board = replace(_document(), template="board", chapters=chapters)
    assert len(_read(pdf.to_pdf(board)).pages) == 1
    assert len(_read(pdf.to_pdf(replace(board, template="risk"))).pages) > 1
    said = _bare(_text(pdf.to_pdf(board)))
    assert all(
        _bare(each) in said for each in ("5,000,000 EUR", "Chart 3", "Chapter 2", sealing.digest(board))
    )


def test_a_chart_that_cannot_be_drawn_shows_its_rows_and_says_so() -> None:
    chart = Chart("Odd", {"data": [{"type": "sankey"}]}, trend_table())
    text = _text(pdf.to_pdf(_document(Section("Odd one", (chart,)))))
    assert "could not be drawn in print. The rows that it is made of follow." in text
    assert "+1,200.25" in text
    assert "because they could not be drawn: Odd." in text
    bare = _text(pdf.to_pdf(_document(Section("Odd one", (Chart("Odd", chart.figure),)))))
    assert "it has no rows" in bare


def test_charts_are_described_and_say_their_words_as_text() -> None:
    content = pdf.to_pdf(
        _document(Section("One", (Chart("P&L and VaR", trend(), trend_table(), note="A note."),)))
    )
    text = _text(content)
    assert "VaR" in text
    said = paper.described(Chart("P&L and VaR", trend(), trend_table(), note="A note."))
    assert said == (
        "Chart: P&L and VaR. Shows P&L, VaR. Up: EUR. A note. Its 20 rows are in the attached data."
    )
    kinds = [str(item.get("/S")) for item in _structure(_read(content))]
    assert "/Figure" in kinds
    assert said in [str(item.get("/Alt")) for item in _structure(_read(content))]


def test_tables_are_tagged_with_their_heads() -> None:
    kinds = [
        str(item.get("/S"))
        for item in _structure(_read(pdf.to_pdf(_document(Section("T", (Rows("T", _table(3)),))))))
    ]
    assert kinds.count("/Table") >= 1
    assert kinds.count("/TH") >= 4
    assert kinds.count("/TD") >= 12


def _structure(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    """Return the elements of the tree that screen readers walk."""
    found, waiting = [], [reader.root_object["/StructTreeRoot"]]
    while waiting:
        item = waiting.pop().get_object()
        if isinstance(item, list):
            waiting += item
        elif isinstance(item, dict):
            found.append(item)
            if "/K" in item:
                waiting.append(item["/K"])
    return found
