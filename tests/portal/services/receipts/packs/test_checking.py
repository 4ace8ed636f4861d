"""A pack is valid as issued; whatever is altered in it, offline, is found and named."""

import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import styles

from data import engine
from portal.core import canonical
from portal.core.document import Words
from portal.services import receipts
from portal.services.packs import formats, sealing
from portal.services.receipts import Status
from tests.helpers.documents import pack


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No database: what another test left connected is not asked."""
    monkeypatch.setattr(engine, "_engine", None)


@pytest.fixture(scope="module")
def issued() -> dict[str, bytes]:
    return {code: formats.write(pack(), code) for code in ("xlsx", "csv", "json")}


@pytest.fixture
def check(tmp_path):
    def run(content: bytes, name: str = "pack.bin") -> receipts.Verdict:
        path = tmp_path / name
        path.write_bytes(content)
        return receipts.verify(path)

    return run


def said(verdict: receipts.Verdict) -> str:
    return " ".join(verdict.sentences)


@pytest.mark.parametrize("code", ["xlsx", "csv", "json"])
def test_valid_as_issued(issued, check, code):
    verdict = check(issued[code])
    assert (verdict.status, verdict.exit_status, verdict.checked) == (Status.VALID, 0, "file"), verdict
    assert verdict.sha256 == sealing.digest(pack())
    assert "No database could be reached" in verdict.sentences[-1]
    if code != "json":
        assert "byte for byte" in said(verdict)


# --- JSON


def edited(content: bytes, edit: Callable[[dict[str, Any]], Any], *, reseal: bool = False) -> bytes:
    found = json.loads(content)
    edit(found)
    if reseal:
        found = sealing.sealed({k: v for k, v in found.items() if k not in sealing.UNHASHED})
    return canonical.encode(found) + b"\n"


def part(found: dict[str, Any], section: int, at: int) -> dict[str, Any]:
    return found["chapters"][0]["sections"][section]["parts"][at]


EDITS: list[tuple[str, str, Callable[[dict[str, Any]], Any]]] = [
    ("title", "field 'title'", lambda d: d.update(title="Evening pack")),
    ("clocks", "field 'clocks'", lambda d: d["clocks"].update(as_of="2024-12-30")),
    ("reader", "field 'reader'", lambda d: d.update(reader="Mallory (mallory)")),
    ("gaps", "field 'gaps'", lambda d: d["gaps"].clear()),
    ("extra", "not there when it was issued: extra", lambda d: d.update(extra=1)),
    ("params", "field 'params'", lambda d: d["params"].clear()),
    ("sha256", "stated SHA-256", lambda d: d.update(sha256="0" * 64)),
    ("section Limits", "the table 'Limits'", lambda d: part(d, 2, 0)["table"]["rows"][0].__setitem__(1, 1.0)),
    ("section Limits", "the words", lambda d: part(d, 2, 1).update(text="Begin.")),
    ("section Figures", "the figures", lambda d: part(d, 0, 1)["tiles"][0].update(text="1,299")),
    ("section Trend", "the chart 'P&L and VaR'", lambda d: part(d, 1, 0)["figure"]["data"][0]["y"].pop()),
    ("section Trend", "Part 2 of the section 'Trend'", lambda d: d["chapters"][0]["sections"][1]["parts"].pop()),
    ("section Trend", "'Trend' of 'Risk: today & tomorrow' was removed", lambda d: d["chapters"][0]["sections"].pop(1)),
    ("chapter Notes", "The chapter 'Notes' was removed", lambda d: d["chapters"].pop()),
    ("chapter Notes", "was moved", lambda d: d["chapters"].reverse()),
    ("section Figures", "note, origin or width", lambda d: d["chapters"][0]["sections"][0].update(note="In USD.")),
    ("chapter Risk: today & tomorrow", "lead, filters", lambda d: d["chapters"][0].update(lead="All is lost.")),
    ("due_at", "field 'due_at'", lambda d: d["digests"].update(due_at="0" * 64)),
    ("section Figures", "the words", lambda d: d["digests"]["chapters"][0]["sections"][0]["parts"].__setitem__(0, "0")),
]  # fmt: skip


@pytest.mark.parametrize(("where", "words", "edit"), EDITS, ids=[f"{n}-{e[0]}" for n, e in enumerate(EDITS)])
def test_an_edited_part_of_the_receipt_is_named(issued, check, where, words, edit):
    verdict = check(edited(issued["json"], edit))
    assert (verdict.status, verdict.exit_status) == (Status.ALTERED, 1), verdict
    assert where in verdict.altered
    assert words in said(verdict)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_changed_byte_is_found(issued, check, data):
    content = bytearray(issued["json"])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    verdict = check(bytes(content))
    try:
        same = canonical.encode(canonical.decode(bytes(content))) == issued["json"].strip()
    except ValueError:
        same = False
    if same:  # another spelling of the same content: a space for the last line break, for one
        assert verdict.status is Status.VALID
    else:
        assert verdict.status is not Status.VALID, (at, bytes(content[at - 20 : at + 20]))


@pytest.mark.parametrize("keep", [0, 1, 100, -3])
def test_a_cut_receipt_is_unreadable(issued, check, keep):
    assert check(issued["json"][:keep]).status is Status.UNREADABLE


def test_a_reformatted_receipt_is_valid_and_said_to_be(issued, check):
    verdict = check(json.dumps(json.loads(issued["json"]), indent=2).encode())
    assert verdict.status is Status.VALID
    assert "written anew" in said(verdict)


def test_a_receipt_of_another_version_says_which_release_to_use(issued, check):
    verdict = check(edited(issued["json"], lambda d: d.update(version=2), reseal=True))
    assert (verdict.status, "Check it with the release" in said(verdict)) == (Status.UNREADABLE, True)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(chapters=4),
        lambda d: d["chapters"][0].pop("title"),
        lambda d: d.update(digests=[]),
        lambda d: part(d, 2, 0)["table"]["columns"][0].update(unknown=1),
        lambda d: part(d, 2, 0)["table"]["rows"].append([1]),
        lambda d: d["clocks"].update(as_of="yesterday"),
    ],
)
def test_what_does_not_hold_together_is_not_valid(issued, check, edit):
    assert check(edited(issued["json"], edit)).status is not Status.VALID


def test_a_forgery_that_agrees_with_itself_is_valid_offline(check):
    """Only a database finds it (decision 5)."""
    chapter = pack().chapters[0]
    section = replace(chapter.sections[0], parts=(Words("P&L +9 M EUR."), *chapter.sections[0].parts[1:]))
    forged = replace(pack(), chapters=(replace(chapter, sections=(section, *chapter.sections[1:])),))
    verdict = check(formats.write(forged, "xlsx"))
    assert verdict.status is Status.VALID
    assert "forged together" in verdict.sentences[-1]


# --- workbooks


def resaved(content: bytes, edit: Callable[[Any], Any]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(content))
    edit(book)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def rezipped(content: bytes, change: Callable[[str, bytes], bytes | None], **added: bytes) -> bytes:
    """Return an archive with members changed, left out (None) or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
        for name, data in added.items():
            new.writestr(name, data)
    return out.getvalue()


BOOK_EDITS: list[tuple[str, Callable[[Any], Any]]] = [
    ("Sheet 'Limits', cell B5: it says 1,200 where the receipt says 1,299.5.",
     lambda b: b["Limits"].__setitem__("B5", 1200)),
    ("Sheet 'Limits', cell A5: it says 'Power' where the receipt says 'Gas'.",
     lambda b: b["Limits"].__setitem__("A5", "Power")),
    ("Sheet 'Limits', cell B7: it says 5 where the receipt says '=SUM(B5:B6)'.",
     lambda b: b["Limits"].__setitem__("B7", 5)),
    ("Sheet 'Limits', cell B5: it is empty where the receipt says 1,299.5.",
     lambda b: b["Limits"].__setitem__("B5", None)),
    ("Sheet 'Limits', cell L9: it says 'new', and the receipt has nothing there.",
     lambda b: b["Limits"].__setitem__("L9", "new")),
    ("Sheet 'Limits', cell B5: '1299.5' is a text where the receipt has a number.",
     lambda b: b["Limits"].__setitem__("B5", "1299.5")),
    ("Sheet 'Limits', cell B5: its number format is '0'",
     lambda b: setattr(b["Limits"]["B5"], "number_format", "0")),
    ("Sheet 'Limits', cell B5: its colour is 'FFFFFFFF'",
     lambda b: setattr(b["Limits"]["B5"], "font", openpyxl.styles.Font(color="FFFFFFFF"))),
    ("Sheet 'Risk today & tomorrow', cell C", lambda b: tile_text(b["Risk today & tomorrow"])),
    ("The sheet 'Notes' was removed or renamed.", lambda b: b.remove(b["Notes"])),
    ("The sheet 'More' was added or renamed.", lambda b: b.create_sheet("More")),
    ("The sheet 'Limits (2)' was moved", lambda b: b.move_sheet("Limits (2)", offset=-3)),
    ("The sheet 'Limits' is hidden, and was visible", lambda b: setattr(b["Limits"], "sheet_state", "hidden")),
    ("Sheet 'Limits': row 6 is hidden", lambda b: setattr(b["Limits"].row_dimensions[6], "hidden", True)),
    ("Sheet 'Limits': column B is hidden", lambda b: setattr(b["Limits"].column_dimensions["B"], "hidden", True)),
    ("Sheet 'Limits', cell B5: its colour is 'theme 0' where it was issued with ''", lambda b: colour(b, theme=0)),
    ("Sheet 'Limits', cell B5: its colour is 'theme 1 with tint 1' where", lambda b: colour(b, theme=1, tint=1.0)),
    ("Sheet 'Limits', cell B5: its colour is 'indexed 9' where", lambda b: colour(b, indexed=9)),
    ("Sheet 'Limits', cell B5: its background is 'theme 1' where",
     lambda b: setattr(b["Limits"]["B5"], "fill", styles.PatternFill("solid", fgColor=styles.Color(theme=1)))),
    ("Sheet 'Limits', cell B5: its background is 'a gradient' where",
     lambda b: setattr(b["Limits"]["B5"], "fill", styles.GradientFill(stop=("FFFFFF", "000000")))),
    ("Sheet 'Limits': B5:B6 has gained a conditional format", lambda b: shown_otherwise(b["Limits"])),
    ("cell B5: it has gained a comment",
     lambda b: setattr(b["Limits"]["B5"], "comment", openpyxl.comments.Comment("No.", "M"))),
]  # fmt: skip


def colour(book: Any, **named: Any) -> None:
    book["Limits"]["B5"].font = styles.Font(color=styles.Color(**named))


def shown_otherwise(sheet: Any) -> None:
    """Show another number than the cell holds, without altering the cell."""
    shown = styles.numbers.NumberFormat(numFmtId=200, formatCode='"+1,299"')
    look = styles.differential.DifferentialStyle(numFmt=shown)
    rule = openpyxl.formatting.Rule(type="expression", dxf=look, formula=["TRUE"])
    sheet.conditional_formatting.add("B5:B6", rule)


def tile_text(sheet: Any) -> None:
    cell = next(cell for row in sheet.iter_rows() for cell in row if cell.value == "1,200 EUR")
    cell.value = "1,299 EUR"


@pytest.mark.parametrize(("words", "edit"), BOOK_EDITS, ids=[f"{n}" for n in range(len(BOOK_EDITS))])
def test_what_is_altered_in_a_workbook_is_named(issued, check, words, edit):
    verdict = check(resaved(issued["xlsx"], edit))
    assert (verdict.status, verdict.exit_status) == (Status.ALTERED, 1), verdict
    assert words in said(verdict)


def test_a_workbook_that_was_only_saved_again_is_valid(issued, check):
    def same(_name: str, data: bytes) -> bytes:
        return data

    verdict = check(rezipped(issued["xlsx"], same))
    assert verdict.status is Status.VALID
    assert "saved again by another program" in said(verdict)


@pytest.mark.parametrize("usual", [b"", b'<color auto="1"/>', b'<color indexed="64"/>'])
def test_what_programs_write_otherwise_when_they_save_a_workbook_is_accepted(issued, check, usual):
    """The usual colour of text, heights of rows, widths of columns and kinds of anchors."""

    def change(_name: str, data: bytes) -> bytes:
        data = data.replace(b'<color theme="1"/>', usual).replace(b"xdr:twoCellAnchor", b"xdr:oneCellAnchor")
        data = re.sub(rb' ht="[\d.]+" customHeight="1"', b"", data)
        data = data.replace(b"<row r=", b'<row ht="12.8" customHeight="1" r=')
        return data.replace(b'.7109375" customWidth', b'.53" customWidth')

    verdict = check(rezipped(issued["xlsx"], change))
    assert verdict.status is Status.VALID, verdict


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        ("Sheet 'Limits': row 5 is hidden", rb'<row r="5"', rb'<row ht="0" customHeight="1" r="5"'),
        ("Sheet 'Limits': row 5 is hidden", rb'<row r="5"', rb'<row ht="0.75" customHeight="1" r="5"'),
        ("Sheet 'Limits': column B is hidden", rb'max="5" width="[\d.]+"', rb'max="5" width="0"'),
    ],
)
def test_a_row_or_column_without_a_size_is_hidden(issued, check, words, old, new):
    verdict = check(rezipped(issued["xlsx"], lambda _name, data: re.sub(old, new, data)))
    assert verdict.status is Status.ALTERED
    assert words in said(verdict)


@pytest.mark.filterwarnings("ignore:Conditional Formatting extension")
def test_a_conditional_format_that_refers_to_another_sheet_is_named(issued, check):
    main = b"http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    added = (
        b'<extLst><ext uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><conditionalFormattings xmlns="%b">'
        b'<conditionalFormatting><cfRule type="expression" priority="1"/></conditionalFormatting>'
        b"</conditionalFormattings></ext></extLst></worksheet>" % main
    )
    verdict = check(rezipped(issued["xlsx"], lambda _name, data: data.replace(b"</worksheet>", added)))
    assert verdict.status is Status.ALTERED
    assert "gained a conditional format that refers to another sheet" in said(verdict)


@pytest.mark.filterwarnings("ignore:DrawingML support")
@pytest.mark.parametrize("within", [b"%b", b"<xdr:grpSp>%b</xdr:grpSp>"], ids=["alone", "in a group"])
def test_a_box_without_words_that_covers_cells_is_named(issued, check, within):
    box = b"<xdr:absoluteAnchor>" + within % b"<xdr:sp/>" + b"</xdr:absoluteAnchor></xdr:wsDr>"
    verdict = check(rezipped(issued["xlsx"], lambda _name, data: data.replace(b"</xdr:wsDr>", box)))
    assert verdict.altered == ("drawing",)
    assert "A shape, picture or frame was added to a drawing: it may cover something." in said(verdict)


def test_a_workbook_without_its_receipt_is_altered(issued, check):
    verdict = check(resaved(issued["xlsx"], lambda b: b.remove(b["Receipt"])))
    assert (verdict.status, verdict.altered) == (Status.ALTERED, ("receipt",))
    assert "its receipt was removed" in said(verdict)


def test_a_receipt_that_was_altered_in_a_workbook_names_receipt_and_cell(issued, check):
    def edit(book: Any) -> None:
        cell = book["Receipt"]["A2"]
        assert "1299.5" in cell.value
        cell.value = cell.value.replace("1299.5", "1200.5")

    verdict = check(resaved(issued["xlsx"], edit))
    assert verdict.status is Status.ALTERED
    assert "the table 'Limits', does not agree with its digest" in said(verdict)
    assert "cell B5: it says 1,299.5 where the receipt says 1,200.5" in said(verdict)


def test_a_stored_value_that_is_not_its_formulas_is_named(issued, check):
    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"<v>999.25</v>", b"<v>9999.25</v>") if name.startswith("xl/worksheets") else data

    verdict = check(rezipped(issued["xlsx"], change))
    assert "Sheet 'Limits', cell B7: it says 9,999.25 where the receipt says 999.25." in said(verdict)


def test_an_altered_chart_is_named(issued, check):
    def change(name: str, data: bytes) -> bytes:
        return data.replace(b"<c:v>1200.25</c:v>", b"<c:v>9.25</c:v>") if "chart1" in name else data

    verdict = check(rezipped(issued["xlsx"], change))
    assert "The chart 'P&L and VaR' was removed or altered." in said(verdict)


def test_a_macro_is_named(issued, check):
    verdict = check(rezipped(issued["xlsx"], lambda _name, data: data, **{"xl/vbaProject.bin": b"x"}))
    assert "gained 'xl/vbaProject.bin'" in said(verdict)


def test_a_workbook_of_another_tool_is_unreadable(check):
    out = BytesIO()
    openpyxl.Workbook().save(out)
    verdict = check(out.getvalue(), "theirs.xlsx")
    assert verdict.status is Status.UNREADABLE
    assert "'theirs.xlsx' is no workbook of Enerscope, or its receipt was removed" in said(verdict)


@pytest.mark.parametrize(("code", "name"), [("csv", "about.csv"), ("xlsx", "xl/worksheets/sheet5.xml")])
@pytest.mark.parametrize("spelled", [str, str.upper])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_second_file_of_the_same_name_is_refused(issued, check, code, name, spelled):
    """Another program may show the first, where this one reads the last."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(issued[code])) as old, zipfile.ZipFile(out, "w") as new:
        for known in old.namelist():
            if known == name:
                new.writestr(spelled(name), b"forged")
            new.writestr(known, old.read(known))
    verdict = check(out.getvalue())
    assert verdict.status is Status.UNREADABLE
    assert f"it holds 2 files of the name '{name}'" in said(verdict)


@pytest.mark.parametrize("code", ["xlsx", "csv"])
def test_a_flipped_byte_of_an_archive_never_raises(issued, check, code):
    for at in range(0, len(issued[code]), len(issued[code]) // 20):
        content = bytearray(issued[code])
        content[at] ^= 0x15
        check(bytes(content))


@pytest.mark.parametrize("part", ["worksheets/sheet5", "drawings/drawing1", "charts/chart1", "styles"])
def test_a_part_that_is_not_whole_xml_makes_a_workbook_unreadable(issued, check, part):
    verdict = check(
        rezipped(issued["xlsx"], lambda name, data: data[:-20] if name == f"xl/{part}.xml" else data)
    )
    assert verdict.status is Status.UNREADABLE
    assert "it is not a whole workbook" in said(verdict)


@pytest.mark.parametrize("code", ["xlsx", "csv"])
def test_a_damaged_archive_is_unreadable(issued, check, code):
    verdict = check(issued[code][: len(issued[code]) // 2])
    assert verdict.status is Status.UNREADABLE


# --- archives of CSV


def test_an_altered_line_of_a_table_is_named(issued, check):
    verdict = check(
        rezipped(
            issued["csv"],
            lambda n, data: data.replace(b"1299.5,", b"1200.5,") if n.endswith(".csv") else data,
        )
    )
    assert verdict.status is Status.ALTERED
    assert "File '01-risk-today-tomorrow/02-limits.csv', line 2: it says 'Gas,1200.5" in said(verdict)


def test_removed_and_added_files_are_named(issued, check):
    verdict = check(
        rezipped(issued["csv"], lambda name, data: None if "limits" in name else data, **{"x.csv": b"1"})
    )
    assert verdict.altered == (
        "file 01-risk-today-tomorrow/02-limits.csv",
        "file 02-notes/01-limits.csv",
        "file x.csv",
    )


def test_an_archive_of_another_tool_is_unreadable(check):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hello")
    assert check(out.getvalue()).status is Status.UNREADABLE
