"""A sealed document read back, with every cell of the type it had.

The content comes from a file that anybody may have written: what does not hold together is a ValueError.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from portal.core.clock import Clocks
from portal.core.document import Chapter, Chart, Document, Gap, Part, Rows, Section, Tile, Tiles, Words
from portal.core.table import Cell, Column, Table
from portal.services.packs import sealing

_Kind = TypeVar("_Kind")


def read(content: Mapping[str, Any]) -> Document:
    """Return the document of a sealed one; its digests are not looked at.

    Raises
    ------
    ValueError
        It is no document.
    """
    try:
        return _document(content)
    except (KeyError, TypeError, AttributeError, IndexError) as problem:
        raise ValueError(f"it does not hold what a pack has ({problem})") from None


def normal(document: Document) -> Document:
    """Return the document as it is read back from its receipt; files are written from this form alone."""
    return read(sealing.plain(document))


def _document(content: Mapping[str, Any]) -> Document:
    clocks = content["clocks"]
    return Document(
        title=_is(content["title"], str),
        template=_is(content["template"], str),
        version=_is(content["template_version"], str),
        clocks=Clocks(date.fromisoformat(clocks["as_of"]), _moment(clocks["known_at"]), live=False),
        reader=_is(content["reader"], str),
        chapters=tuple(_chapter(chapter) for chapter in content["chapters"]),
        rights=_is(content["rights"], str),
        gaps=tuple(
            Gap(_is(gap["what"], str), _is(gap["why"], str), _is(gap["bound"], str))
            for gap in content["gaps"]
        ),
        due_at=None if content["due_at"] is None else _moment(content["due_at"]),
        simulated=_is(content["simulated"], bool),
        params=_is(content["params"], dict),
    )


def _is(item: Any, kind: type[_Kind]) -> _Kind:
    if not isinstance(item, kind) or (isinstance(item, bool) and kind is not bool):
        raise TypeError(f"{str(item)[:40]!r} is not of the kind {kind.__name__}")
    return item


def _number(item: Any) -> float | None:
    return None if item is None else item if isinstance(item, int) else _is(item, float)


def _moment(text: Any) -> datetime:
    found = datetime.fromisoformat(_is(text, str))
    if found.tzinfo is None:
        raise ValueError("a moment has no time zone")
    return found


def _chapter(chapter: Mapping[str, Any]) -> Chapter:
    return Chapter(
        title=_is(chapter["title"], str),
        sections=tuple(_section(section) for section in chapter["sections"]),
        lead=_is(chapter["lead"], str),
        filters=tuple((_is(name, str), _is(text, str)) for name, text in chapter["filters"]),
        address=_is(chapter["address"], str),
    )


def _section(section: Mapping[str, Any]) -> Section:
    return Section(
        title=_is(section["title"], str),
        parts=tuple(_part(part) for part in section["parts"]),
        note=_is(section["note"], str),
        width=_is(section["width"], str),
        origin=_is(section["origin"], str),
        simulated=_is(section["simulated"], bool),
    )


def _part(part: Mapping[str, Any]) -> Part:
    return _READERS[part["kind"]](part)


def _tiles(part: Mapping[str, Any]) -> Tiles:
    return Tiles(
        tuple(
            Tile(
                **{
                    **{name: _is(tile[name], str) for name in ("title", "text", "unit", "metric", "detail")},
                    "value": _number(tile["value"]),
                    "params": _is(tile["params"], dict),
                    "tone": tile["tone"],
                }
            )
            for tile in part["tiles"]
        )
    )


def _words(part: Mapping[str, Any]) -> Words:
    return Words(_is(part["text"], str), _is(part["form"], str), part["tone"])


def _chart(part: Mapping[str, Any]) -> Chart:
    return Chart(
        title=_is(part["title"], str),
        figure=_is(part["figure"], dict),
        table=None if part["table"] is None else _table(part["table"]),
        name=_is(part["name"], str),
        note=_is(part["note"], str),
        source=_is(part["source"], str),
        simulated=_is(part["simulated"], bool),
    )


def _rows(part: Mapping[str, Any]) -> Rows:
    return Rows(
        _is(part["title"], str), _table(part["table"]), _is(part["name"], str), _is(part["params"], dict)
    )


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Part]] = {
    "tiles": _tiles,
    "words": _words,
    "chart": _chart,
    "rows": _rows,
}


def _table(table: Mapping[str, Any]) -> Table:
    columns = tuple(_column(column) for column in table["columns"])
    holds = [column.get("holds", "") for column in table["columns"]]
    rows = [tuple(_cell(cell, kind) for cell, kind in zip(row, holds, strict=True)) for row in table["rows"]]
    return Table(columns, rows, table["total"], _is(table["note"], str), _is(table["simulated"], bool))


def _column(column: Mapping[str, Any]) -> Column:
    known = {name: item for name, item in column.items() if name != "holds"}
    if "params" in known:
        known["params"] = tuple((name, text) for name, text in known["params"])
    found = Column(**known)
    _is(found.key, str), _is(found.title, str), _is(found.kind, str), _is(found.unit, str)
    _is(found.decimals, int)
    return found


def _cell(cell: Any, holds: str) -> Cell:
    if isinstance(cell, dict):
        ((holds, cell),) = cell.items()
    if cell is None or not holds:
        return cell  # type: ignore[no-any-return]  # what JSON knows is a cell
    return _moment(cell) if holds == "moment" else date.fromisoformat(cell)
