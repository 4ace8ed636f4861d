"""A PDF is valid as issued and as saved again; an altered text, page, drawing or attachment is found and named."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
    StreamObject,
    TextStringObject,
)

from data import engine
from portal.core import canonical
from portal.core.document import Document, Tiles
from portal.services import receipts
from portal.services.packs import formats, release, sealing
from portal.services.receipts import Status
from tests.helpers.documents import pack


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    """No database: what another test left connected is not asked."""
    monkeypatch.setattr(engine, "_engine", None)


@pytest.fixture(scope="module")
def issued() -> bytes:
    return formats.write(pack(), "pdf")


@pytest.fixture
def check(tmp_path):
    def run(content: bytes) -> receipts.Verdict:
        path = tmp_path / "pack.pdf"
        path.write_bytes(content)
        return receipts.verify(path)

    return run


def edited(content: bytes, edit: Callable[[Any], Any]) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(content))
    edit(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def with_receipt(content: bytes, *receipts_inside: bytes) -> bytes:
    """Return a PDF with other receipts than its own attached."""

    def edit(writer: Any) -> None:
        for name in ("/Names", "/AF"):
            if name in writer.root_object:
                del writer.root_object[name]
        for inside in receipts_inside:
            writer.add_attachment(sealing.FILE_NAME, inside)

    return edited(content, edit)


def forged() -> Document:
    """Return the pack with one figure changed."""
    chapter = pack().chapters[0]
    words, tiles = chapter.sections[0].parts
    tile = replace(tiles.tiles[0], text="1,299", value=1299.0)
    section = replace(chapter.sections[0], parts=(words, Tiles((tile, *tiles.tiles[1:]))))
    return replace(
        pack(), chapters=(replace(chapter, sections=(section, *chapter.sections[1:])), pack().chapters[1])
    )


def said(verdict: receipts.Verdict) -> str:
    return " ".join(verdict.sentences)


def test_valid_as_issued(issued, check):
    verdict = check(issued)
    assert (verdict.status, verdict.exit_status, verdict.checked) == (Status.VALID, 0, "file")
    assert "byte for byte" in said(verdict)
    assert verdict.sha256 == sealing.digest(pack())


def test_valid_when_saved_again_by_another_program(issued, check):
    verdict = check(edited(issued, lambda _writer: None))
    assert verdict.status is Status.VALID
    assert "saved again by another program" in said(verdict)


def test_an_altered_text_is_named_with_its_page(issued, check):
    verdict = check(with_receipt(formats.write(forged(), "pdf"), sealing.to_json(pack())))
    assert (verdict.status, verdict.exit_status) == (Status.ALTERED, 1)
    assert "Page 1: the text says '1,299' where the receipt says '1,200'" in said(verdict)
    assert "page 1" in verdict.altered


def test_an_altered_receipt_is_named_with_what_the_page_says(issued, check):
    content = json.loads(sealing.to_json(pack()))
    content["chapters"][0]["sections"][0]["parts"][1]["tiles"][0]["text"] = "1,299"
    verdict = check(with_receipt(issued, canonical.encode(content)))
    assert verdict.status is Status.ALTERED
    assert verdict.altered[:1] == ("section Figures",)
    assert "Page 1: the text says '1,200' where the receipt says '1,299'" in said(verdict)


def _reverse(writer: Any) -> None:
    pages = list(writer.pages)
    writer.remove_page(pages[1])
    writer.insert_page(pages[1], 0)


def _cover(writer: Any) -> None:
    """Draw a white box over the page's figures, as an editor would."""
    page = writer.pages[0]
    box = StreamObject()
    box.set_data(b"q 1 1 1 rg 50 400 300 200 re f Q")
    contents = page[NameObject("/Contents")].get_object()
    drawn = StreamObject()
    drawn.set_data(contents.get_data() + b"\n" + box.get_data())
    page[NameObject("/Contents")] = writer._add_object(drawn)


def _note(writer: Any) -> None:
    writer.add_annotation(0, FreeText(text="1,299 EUR", rect=(50, 550, 200, 650)))


def _crop(writer: Any) -> None:
    writer.pages[0].cropbox = RectangleObject((0, 300, 595, 842))


def _script(writer: Any) -> None:
    """Add a script that runs when the document is opened."""
    action = {
        NameObject("/S"): NameObject("/JavaScript"),
        NameObject("/JS"): TextStringObject("app.alert('1,299');"),
    }
    scripts = ArrayObject([TextStringObject("first"), DictionaryObject(action)])
    names = DictionaryObject(writer.root_object["/Names"])
    names[NameObject("/JavaScript")] = DictionaryObject({NameObject("/Names"): scripts})
    writer.root_object[NameObject("/Names")] = writer._add_object(names)


EDITS = [
    ("Page 1 of", lambda w: w.remove_page(w.pages[0])),
    ("was removed or replaced", lambda w: w.remove_page(w.pages[-1])),
    ("it was added", lambda w: w.add_blank_page(595, 842)),
    ("was moved: it is page", _reverse),
    ("Page 1: its words are as issued, but what is drawn is not", _cover),
    ("Page 1: its words are as issued, but what is drawn is not", _note),
    ("Page 1: its words are as issued, but what is drawn is not", _crop),
    ("gained the attachment 'more.txt'", lambda w: w.add_attachment("more.txt", b"x")),
    ("gained OpenAction", lambda w: w.root_object.update({NameObject("/OpenAction"): w.pages[0].indirect_reference})),
    ("gained JavaScript", _script),
    ("Its title says 'Evening pack' where the receipt says 'Morning pack'",
     lambda w: w.add_metadata({"/Title": "Evening pack"})),
]  # fmt: skip


@pytest.mark.parametrize(("words", "edit"), EDITS, ids=range(len(EDITS)))
def test_what_is_altered_is_named(issued, check, words, edit):
    verdict = check(edited(issued, edit))
    assert (verdict.status, verdict.exit_status) == (Status.ALTERED, 1), verdict
    assert words in said(verdict)


def test_a_removed_attachment_is_named(issued, check):
    verdict = check(with_receipt(issued))
    assert (verdict.status, verdict.altered) == (Status.ALTERED, ("receipt",))
    assert "its receipt was removed" in said(verdict)


def test_two_receipts_are_refused(issued, check):
    own = sealing.to_json(pack())
    verdict = check(with_receipt(issued, own, own.replace(b"1299.5", b"1200.5")))
    assert verdict.status is Status.UNREADABLE
    assert "2 attachments" in said(verdict)


@pytest.mark.parametrize("inside", [b"", b"{", b"{}", b"[]", b'{"schema":"enerscope.pack","version":1}'])
def test_a_damaged_receipt_is_named(issued, check, inside):
    verdict = check(with_receipt(issued, inside))
    assert verdict.status is Status.ALTERED
    assert verdict.altered == ("receipt",)


def test_a_pdf_of_another_tool_is_unreadable(check):
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    verdict = check(out.getvalue())
    assert verdict.status is Status.UNREADABLE
    assert "is no PDF of Enerscope, or its receipt was removed" in said(verdict)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9])
def test_a_cut_pdf_is_not_valid(issued, check, share):
    assert check(issued[: int(len(issued) * share)]).status is not Status.VALID


def test_a_flipped_byte_never_raises_and_is_told_where_it_matters(issued, check):
    pages = [page.extract_text() for page in PdfReader(BytesIO(issued)).pages]
    for at in range(0, len(issued), len(issued) // 12):
        content = bytearray(issued)
        content[at] ^= 0x15
        verdict = check(bytes(content))
        if verdict.status is Status.VALID:  # a byte that nobody reads
            assert [page.extract_text() for page in PdfReader(BytesIO(bytes(content))).pages] == pages


def test_another_releases_pdf_is_not_called_altered(issued, check, monkeypatch):
    monkeypatch.setattr(release, "writers", lambda: "0123456789abcdef")
    inside = sealing.to_json(pack())
    monkeypatch.undo()
    monkeypatch.setattr(engine, "_engine", None)
    verdict = check(with_receipt(formats.write(forged(), "pdf"), inside))
    assert verdict.status is Status.NOT_REPRODUCIBLE
    assert "issued by release 0.1.0 (0123456789abcdef)" in said(verdict)
