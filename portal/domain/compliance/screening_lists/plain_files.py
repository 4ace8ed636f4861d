"""Lists in CSV and JSON: our own columns, and OFAC's ``SDN.CSV``, which has no heading."""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from portal.domain.compliance.errors import BadListError
from portal.domain.compliance.screening_lists.base import Draft, ListFile, finished, moment_of

COLUMNS = ("entry", "kind", "name", "aliases", "country", "birth_year", "imo", "program")
"""Columns of our own format; aliases are apart by semicolons, and only entry, kind and name must be filled."""
_OFAC_COLUMNS, _EMPTY = 12, "-0-"
_KINDS = {"individual": "person", "vessel": "vessel"}
_AKA = re.compile(r"(?:a\.k\.a\.|f\.k\.a\.|n\.k\.a\.) ['\"]([^'\"]+)['\"]")
_DOB = re.compile(r"DOB ([^;]+)")
_IMO = re.compile(r"Vessel Registration Identification IMO (\d+)")
_NATIONALITY = re.compile(r"nationality ([^;.]+)")


def read_csv(content: bytes) -> ListFile:
    """Return the list of a CSV file.

    Raises
    ------
    BadListError
        It is not UTF-8, or has other columns.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="strict") if _is_sdn(content) else ""
        if not text:
            raise BadListError("The file is not in UTF-8. Save it as UTF-8 and import it again.") from None
    rows = list(csv.reader(StringIO(text.replace("\x1a", ""))))
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise BadListError("The file is empty.")
    heading = [cell.strip().lower() for cell in rows[0]]
    if {"entry", "kind", "name"} <= set(heading):
        return finished("", None, _own_rows(heading, rows[1:]))
    if len(rows[0]) == _OFAC_COLUMNS and rows[0][0].strip().isdigit():
        return finished("OFAC-SDN", None, _sdn_rows(rows))
    raise BadListError(
        f"The first line must name the columns {', '.join(COLUMNS)}, or be the first of OFAC's SDN.CSV, which has "
        f"{_OFAC_COLUMNS} columns; it has {len(rows[0])}."
    )


def _is_sdn(content: bytes) -> bool:
    """Tell whether a file looks like OFAC's, which is not written in UTF-8."""
    return content[:1].isdigit() and _EMPTY.encode() in content[:4096]


def _own_rows(heading: list[str], rows: list[list[str]]) -> Iterator[Draft]:
    for number, row in enumerate(rows, start=2):
        cells = dict(zip(heading, (cell.strip() for cell in row), strict=False))
        yield _own(f"line {number}", {**cells, "aliases": cells.get("aliases", "").split(";")})


def _own(row: str, given: Mapping[str, Any]) -> Draft:
    def text(key: str) -> str:
        value = given.get(key)
        return "" if value is None else str(value).strip()

    return Draft(
        row, text("entry"), text("kind").lower(), text("name"), [str(item) for item in given.get("aliases") or ()],
        text("country"), text("birth_year"), text("imo"), text("program"),
    )  # fmt: skip


def _sdn_rows(rows: list[list[str]]) -> Iterator[Draft]:
    """Yield the entries of SDN.CSV: number, name, type, program, title, ..., remarks; ``-0-`` is an empty cell."""
    for number, row in enumerate(rows, start=1):
        cells = ["" if cell.strip() == _EMPTY else cell.strip() for cell in row]
        cells += [""] * (_OFAC_COLUMNS - len(cells))
        remarks = cells[11]
        dob, imo, nationality = _DOB.search(remarks), _IMO.search(remarks), _NATIONALITY.search(remarks)
        yield Draft(
            f"line {number}", cells[0], _KINDS.get(cells[2].lower(), "company"), cells[1], _AKA.findall(remarks),
            nationality[1] if nationality else "", dob[1] if dob else "", imo[1] if imo else "", cells[3],
        )  # fmt: skip


def read_json(content: bytes) -> ListFile:
    """Return the list of a JSON file: ``{"code", "listed_at", "entries": [...]}``, or the entries alone.

    Raises
    ------
    BadListError
        It is no JSON, or not of this form.
    """
    try:
        given = json.loads(content)
    except (ValueError, RecursionError):
        raise BadListError("The file is no whole JSON. Export it again and import it.") from None
    entries = given.get("entries") if isinstance(given, dict) else given
    if not isinstance(entries, list) or not all(isinstance(item, dict) for item in entries):
        raise BadListError("The file must have a list 'entries' of objects with entry, kind and name.")
    head = given if isinstance(given, dict) else {}
    return finished(
        str(head.get("code") or ""), moment_of(str(head.get("listed_at") or "")),
        (_own(f"entry {number}", item) for number, item in enumerate(entries, start=1)),
    )  # fmt: skip
