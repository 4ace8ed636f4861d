"""A document as canonical JSON under digests: the receipt that every file of a pack carries.

Each field, chapter, section and part has its own SHA-256 under ``digests``, so that a check can name what was altered;
``sha256`` covers all of them. :func:`read` gives the document back, and :func:`normal` is the one form that writers
get: a file written again from the receipt inside it is the same file.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from portal import VERSION as CODE_VERSION
from portal.core import canonical
from portal.core.document import Chapter, Chart, Document, Part, Rows, Tiles, Words
from portal.core.table import Cell, Column, Table
from portal.services.packs import release

SCHEMA = "enerscope.pack"
VERSION = 1
FILE_NAME = "enerscope-pack.json"  # of the receipt inside a PDF or an archive
UNHASHED = ("digests", "sha256")
_PARTS = {Tiles: "tiles", Words: "words", Chart: "chart", Rows: "rows"}
_DEFAULTS = {field.name: field.default for field in fields(Column)}


def plain(document: Document) -> dict[str, Any]:
    """Return the document as what JSON knows, sealed.

    Raises
    ------
    TypeError
        A parameter or figure holds something that has no canonical form.
    """
    return sealed(
        {
            "schema": SCHEMA,
            "version": VERSION,
            "code_version": CODE_VERSION,
            "writers": release.writers(),
            "title": document.title,
            "template": document.template,
            "template_version": document.version,
            "params": value(document.params),
            "clocks": {
                "as_of": document.clocks.as_of.isoformat(),
                "known_at": canonical.moment(document.clocks.known_at),
            },
            "reader": document.reader,
            "rights": document.rights,
            "gaps": [{"what": gap.what, "why": gap.why, "bound": gap.bound} for gap in document.gaps],
            "due_at": None if document.due_at is None else canonical.moment(document.due_at),
            "simulated": document.simulated,
            "chapters": [_chapter(chapter) for chapter in document.chapters],
        }
    )


def to_json(document: Document) -> bytes:
    """Return the sealed document as canonical JSON, ending with a line break."""
    return canonical.encode(plain(document)) + b"\n"


def to_ascii(document: Document) -> str:
    """Return the sealed document as JSON for cells of a spreadsheet: ASCII, no underscore, no line break.

    Spreadsheets read ``_x0041_`` as a character; in JSON the underscore has a spelling of its own.
    """
    text = json.dumps(
        plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    )
    return text.replace("_", "\\u005f")


def digest(document: Document) -> str:
    """Return the SHA-256 that identifies the document, in hexadecimal."""
    return str(plain(document)["sha256"])


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain fields with the digests of each and of all."""
    body = {**content, "digests": digests(content)}
    return {**body, "sha256": canonical.digest(body)}


def digests(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the SHA-256 of each field; of chapters and sections with their titles, so that a lost one has a name."""
    found: dict[str, Any] = {
        name: canonical.digest(item) for name, item in content.items() if name not in (*UNHASHED, "chapters")
    }
    found["chapters"] = [
        {
            "title": chapter["title"],
            "sha256": canonical.digest({**chapter, "sections": len(chapter["sections"])}),
            "sections": [_section_digests(section) for section in chapter["sections"]],
        }
        for chapter in content["chapters"]
    ]
    return found


def _section_digests(section: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "title": section["title"],
        "sha256": canonical.digest({**section, "parts": len(section["parts"])}),
        "parts": [canonical.digest(part) for part in section["parts"]],
    }


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": chapter.title,
        "lead": chapter.lead,
        "filters": [list(pair) for pair in chapter.filters],
        "address": chapter.address,
        "sections": [
            {
                "title": section.title,
                "note": section.note,
                "width": section.width,
                "origin": section.origin,
                "simulated": section.simulated,
                "parts": [_part(part) for part in section.parts],
            }
            for section in chapter.sections
        ],
    }


def _part(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": _PARTS[type(part)]}
    for name in (field.name for field in fields(part)):
        item = getattr(part, name)
        if isinstance(item, Table):
            found[name] = _table(item)
        elif name == "tiles":
            found[name] = [
                {field.name: value(getattr(tile, field.name)) for field in fields(tile)} for tile in item
            ]
        else:
            found["form" if name == "kind" else name] = value(item)
    return found


def _table(table: Table) -> dict[str, Any]:
    kinds = [_holds(table.column(column.key)) for column in table.columns]
    return {
        "columns": [
            {**_column(column), **({"holds": kind} if kind else {})}
            for column, kind in zip(table.columns, kinds, strict=True)
        ],
        "rows": [[_tagged(cell, kind) for cell, kind in zip(row, kinds, strict=True)] for row in table.rows],
        "total": table.total,
        "note": table.note,
        "simulated": table.simulated,
    }


def _column(column: Column) -> dict[str, Any]:
    """Return the fields of a column that say something."""
    return {
        name: value(getattr(column, name))
        for name, default in _DEFAULTS.items()
        if getattr(column, name) != default or name == "kind"
    }


def _holds(cells: list[Cell]) -> str:
    """Return ``date`` or ``moment`` when all that a column holds is of that type, else an empty text."""
    kinds = {_kind(cell) for cell in cells if cell is not None}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return "moment"
    return "date" if isinstance(cell, date) else ""


def _tagged(cell: Cell, holds: str) -> Any:
    """Return a cell; a date or moment among other things says what it is."""
    kind = "" if holds else _kind(cell)
    return {kind: value(cell)} if kind else value(cell)


def value(item: Any) -> Any:
    """Return ``item`` as what JSON knows: arrays as lists, what is not finite as None, moments in UTC.

    Raises
    ------
    TypeError
        It has no canonical form.
    """
    if item is None or isinstance(item, (bool, int)):
        return item
    if isinstance(item, str):
        return str.__str__(item)
    if isinstance(item, float):
        return float(item) if isfinite(item) else None
    if isinstance(item, datetime):
        return _moment(item)
    if isinstance(item, date):
        return item.isoformat()
    if isinstance(item, Mapping):
        return _packed(item) if "bdata" in item else {str(key): value(it) for key, it in item.items()}
    if isinstance(item, (list, tuple)):
        return [value(it) for it in item]
    if hasattr(item, "to_plotly_json"):
        return value(item.to_plotly_json())
    if hasattr(item, "tolist"):  # numpy and pandas
        return value(item.tolist())
    return canonical.plain(item)


def _moment(moment: datetime) -> str | None:
    if moment != moment:  # noqa: PLR0124  (true of pandas' NaT alone)
        return None
    return canonical.moment(moment if moment.tzinfo else moment.replace(tzinfo=UTC))  # naive times are UTC


def _packed(array: Mapping[str, Any]) -> Any:
    """Return an array that a figure holds as base64 as lists."""
    from base64 import b64decode

    import numpy as np

    found = np.frombuffer(b64decode(array["bdata"]), dtype=np.dtype(array["dtype"]))
    shape = str(array.get("shape", "")).strip()
    return value(found.reshape([int(size) for size in shape.split(",")]) if shape else found)
