"""A document as a zip of CSV files: one for each table, one for the words of each chapter, and its receipt."""

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from io import BytesIO, StringIO

from portal import VERSION as CODE_VERSION
from portal.core.document import Chapter, Document, Part, Tiles, Words
from portal.core.format import moment
from portal.services import files
from portal.services.packs import sealing

EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of a zip, so that the same document gives the same bytes


def to_csv(document: Document) -> bytes:
    """Return ``document`` as a zip of CSV files; the same document gives the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members(document):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def members(document: Document) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file."""
    yield "about.csv", _csv(_about(document))
    for at, chapter in enumerate(document.chapters, start=1):
        folder = f"{at:02}-{_slug(chapter.title)}"
        yield f"{folder}/00-text.csv", _csv(_text(chapter))
        tables = [
            (part.title or section.title, part.table)
            for section in chapter.sections
            for part in section.parts
            if not isinstance(part, (Tiles, Words)) and part.table is not None
        ]
        for n, (title, table) in enumerate(tables, start=1):
            yield f"{folder}/{n:02}-{_slug(title)}.csv", files.to_csv(table)
    yield sealing.FILE_NAME, sealing.to_json(document)


def _slug(title: str) -> str:
    """Return a title as part of a file name that every system takes."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "untitled"


def _csv(rows: Sequence[Sequence[str | float]]) -> bytes:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerows(
        [repr(cell) if isinstance(cell, float) else files.guard_formula(cell) for cell in row] for row in rows
    )
    return out.getvalue().encode("utf-8-sig")


def _about(document: Document) -> list[list[str | float]]:
    rows: list[list[str | float]] = [
        ["title", document.title],
        ["template", f"{document.template}, version {document.version}"],
        ["clocks", document.clocks.label()],
        ["read by", document.reader],
        ["rights", document.rights],
        ["due at", moment(document.due_at) if document.due_at else ""],
        ["data", "simulated" if document.simulated else ""],
        ["sha256", sealing.digest(document)],
        ["release", CODE_VERSION],
    ]
    for chapter in document.chapters:
        rows += [[f"filter of {chapter.title}", f"{name}: {text}"] for name, text in chapter.filters]
    for gap in document.gaps:
        rows.append(["missing", gap.what, gap.why, gap.bound])
    return rows


def _text(chapter: Chapter) -> list[list[str | float]]:
    """Return all that a chapter says outside of tables: section, what it is, title, text, value, unit, detail."""
    rows: list[list[str | float]] = [["section", "kind", "title", "text", "value", "unit", "about"]]
    rows.append(["", "chapter", chapter.title, chapter.lead, "", "", ""])
    for section in chapter.sections:
        note = f"{section.note} (simulated data)".strip() if section.simulated else section.note
        rows.append([section.title, "section", section.title, note, "", "", ""])
        for part in section.parts:
            rows += [[section.title, *row] for row in _part(part)]
    return rows


def _part(part: Part) -> list[list[str | float]]:
    if isinstance(part, Words):
        return [[part.kind, "", part.text, "", "", ""]]
    if isinstance(part, Tiles):
        return [
            [
                "tile",
                tile.title,
                tile.text,
                "" if tile.value is None else float(tile.value),
                tile.unit,
                tile.detail,
            ]
            for tile in part.tiles
        ]
    note = " ".join(filter(None, (getattr(part, "note", ""), getattr(part, "source", ""))))
    kind = "table" if part.table is not None and not hasattr(part, "figure") else "chart"
    return [[kind, part.title, note, "", "", ""]]
