"""A document laid out for paper: what the template of the PDF gets, as plain data and drawn charts.

API: ``lay_out(document) -> Laid``. Sections keep their order; narrow ones stand two in a row as on screen, wide tables
turn their page. Texts are printable and never markup: the template shows them as they are.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from portal.core.document import Chapter, Chart, Document, Part, Rows, Section, Tile, Tiles, Words
from portal.core.errors import EnerscopeError
from portal.core.table import Table
from portal.services.packs import columns, drawing
from portal.services.packs.columns import LANDSCAPE, PORTRAIT
from portal.services.packs.paper_tables import table_item
from portal.services.packs.typeface import broken, printable, width

GUTTER = 14.0  # points between two sections in a row
UNDRAWN = "This chart could not be drawn in print. The rows that it is made of follow."
UNDRAWN_BARE = "This chart could not be drawn in print, and it has no rows. The portal shows it."
CONTENTS_FROM = 4  # chapters that ask for a list of contents
_SPLIT = {"half": 1, "third": 1, "two-thirds": 2}
TALLEST = {False: 600.0, True: 360.0}  # points of a chart on an upright and on a turned page, under its title
BESIDE = 225.0  # points of charts side by side, unless they have rows that need more
_MOST_WORDS = 900  # letters of a section that stands beside another

Item = dict[str, Any]


@dataclass
class Laid:
    """Runs of pages, each upright or turned, and the charts by file name; ``tight`` is the most that one is high."""

    tight: float | None = None

    runs: list[Item] = field(default_factory=list)
    charts: dict[str, bytes] = field(default_factory=dict)
    undrawn: list[str] = field(default_factory=list)


def lay_out(document: Document, tight: float | None = None) -> Laid:
    """Return the pages of ``document``; its charts are drawn, for a one-pager no higher than ``tight`` points."""
    laid = Laid(tight)
    alone, middle = len(document.chapters) == 1, _middle(document)
    for at, chapter in enumerate(document.chapters):
        turned = _turned(chapter)
        for number, sections in enumerate(_rows_of_sections(chapter.sections, turned)):
            flipped = any(id(each) in turned for each in sections)
            level = 1 if alone and chapter.title == document.title else 2
            items = [_row(laid, sections, level=level, room=LANDSCAPE if flipped else PORTRAIT)]
            if number == 0:
                items.insert(0, _opening(chapter, document, middle=at == middle))
            _put(laid, items, flipped=flipped)
        if not chapter.sections:
            _put(laid, [_opening(chapter, document, middle=at == middle)], flipped=False)
    return laid


def _put(laid: Laid, items: list[Item], *, flipped: bool) -> None:
    if laid.runs and laid.runs[-1]["flipped"] == flipped:
        laid.runs[-1]["items"] += items
    else:
        laid.runs.append({"flipped": flipped, "items": items})


def _opening(chapter: Chapter, document: Document, *, middle: bool) -> Item:
    same = len(document.chapters) == 1 and chapter.title == document.title
    return {
        "is": "chapter",
        "title": "" if same else printable(chapter.title or document.title),
        "lead": printable(chapter.lead),
        "filters": [[printable(name), printable(value)] for name, value in chapter.filters],
        "middle": middle,
        "empty": not chapter.sections,
    }


def _middle(document: Document) -> int:
    """Return the chapter with which the second column of the contents begins."""
    sizes = [1.6 + sum(bool(each.title) for each in chapter.sections) for chapter in document.chapters]
    sums = [abs(2 * sum(sizes[:at]) - sum(sizes)) for at in range(len(sizes) + 1)]
    return sums.index(min(sums)) if len(sizes) > 1 else -1


def _turned(chapter: Chapter) -> set[int]:
    """Return the ids of sections on turned pages; where most tables are wide, the whole chapter is."""
    with_rows = [each for each in chapter.sections if any(isinstance(part, Rows) for part in each.parts)]
    wide = [each for each in with_rows if any(_is_wide(part) for part in each.parts)]
    if wide and 2 * len(wide) > len(with_rows):
        return {id(each) for each in chapter.sections}
    return {id(each) for each in wide}


def _is_wide(part: Part) -> bool:
    if not isinstance(part, Rows) or not part.table.rows:
        return False
    return columns.is_wide(_needs(part.table), len(part.table.rows))


def _needs(table: Table) -> list[columns.Need]:
    return columns.needs([table.columns[at] for at in table.shown()], columns.written(table))


def _rows_of_sections(sections: Sequence[Section], turned: set[int]) -> Iterator[tuple[Section, ...]]:
    """Yield sections that stand side by side: those that do on screen, where they are short."""
    waiting: list[Section] = []
    for section in sections:
        if waiting and _pairs(waiting[0], section) and not {id(waiting[0]), id(section)} & turned:
            yield (waiting.pop(), section)
            continue
        if waiting:
            yield (waiting.pop(),)
        waiting.append(section)
    if waiting:
        yield (waiting.pop(),)


def _pairs(one: Section, other: Section) -> bool:
    shares = _SPLIT.get(one.width), _SPLIT.get(other.width)
    if None in shares or shares == (2, 2):
        return False
    total = sum(share or 0 for share in shares)
    rooms = [(PORTRAIT - GUTTER) * (share or 0) / total for share in shares]
    return all(_is_short(each, room) for each, room in zip((one, other), rooms, strict=True))


def _is_short(section: Section, room: float) -> bool:
    """Tell whether a section fits a part of the page's width, and surely its height."""
    if sum(len(part.text) for part in section.parts if isinstance(part, Words)) > _MOST_WORDS:
        return False
    charts = sum(isinstance(part, Chart) for part in section.parts)
    return charts <= 2 and all(_is_slim(part, room) for part in section.parts)


def _is_slim(part: Part, room: float) -> bool:
    if isinstance(part, Tiles):
        return len(part.tiles) <= 6
    if not isinstance(part, Rows) or not part.table.rows:
        return True
    rows = len(part.table.rows)
    return rows <= columns.SHORT and len(columns.fit(_needs(part.table), room).bands) == 1


def _row(laid: Laid, sections: tuple[Section, ...], *, level: int, room: float) -> Item:
    shares = [_SPLIT.get(each.width, 1) for each in sections] if len(sections) > 1 else [1]
    room -= GUTTER * (len(sections) - 1)
    rooms = [room * share / sum(shares) for share in shares]
    items = [_section(laid, each, wide, level=level) for each, wide in zip(sections, rooms, strict=True)]
    if len(sections) > 1:
        _level(laid, sections, items, rooms)
    return {"is": "row", "shares": shares, "sections": items}


def _level(laid: Laid, sections: Sequence[Section], items: Sequence[Item], rooms: Sequence[float]) -> None:
    """Draw charts that stand side by side again, all as high as the highest, within reason."""
    charts = [[part for part in each.parts if isinstance(part, Chart)] for each in sections]
    drawn = [[part for part in item["parts"] if part["is"] == "chart"] for item in items]
    if any(len(each) != 1 for each in (*charts, *drawn)):
        return
    files = [each[0]["file"] for each in drawn]
    heights = [_tall(laid.charts[file]) for file in files]
    common = max(min(heights), min(max(heights), BESIDE))
    for [chart], file, room, height in zip(charts, files, rooms, heights, strict=True):
        if height < common or height <= 1.5 * common:
            laid.charts[file] = drawing.svg(chart.figure, width=room, height=common)


def _section(laid: Laid, section: Section, room: float, *, level: int) -> Item:
    parts: list[Item] = []
    for is_item, group in groupby(
        section.parts, lambda part: isinstance(part, Words) and part.kind == "item"
    ):
        if is_item:
            said = [_words(part, room) for part in group if isinstance(part, Words)]
            parts.append({"is": "list", "items": said})
        else:
            for part in group:
                parts += _part(laid, part, section, room)
    return {
        "title": printable(section.title),
        "note": printable(section.note),
        "simulated": section.simulated,
        "level": level,
        "parts": parts,
    }


def _part(laid: Laid, part: Part, section: Section, room: float) -> list[Item]:
    if isinstance(part, Tiles):
        return [_tiles(part, room, tight=laid.tight is not None)] if part.tiles else []
    if isinstance(part, Words):
        return [_words(part, room)] if part.text.strip() else []
    alone = bool(section.title) and sum(isinstance(each, (Chart, Rows)) for each in section.parts) == 1
    title = "" if alone or part.title == section.title else printable(part.title)
    if isinstance(part, Rows):
        return [table_item(part.table, title, room)]
    return _chart(laid, part, title, room)


def _tiles(part: Tiles, room: float, *, tight: bool) -> Item:
    least, inset = (70.0, 10.0) if tight else (118.0, 18.0)
    most = max(1, min(len(part.tiles), int((room + 8) // (least + 8))))
    rows = -(-len(part.tiles) // most)
    per = -(-len(part.tiles) // rows)
    cell = (room - 8 * (per - 1)) / per - inset - 1
    return {"is": "tiles", "per": per, "tiles": [_tile(tile, cell) for tile in part.tiles]}


def _tile(tile: Tile, room: float) -> Item:
    text, unit = printable(tile.text), printable(tile.unit)
    asked = width(text, 1.0, bold=True) + 0.55 * width(" " + unit, 1.0)
    size = max(9.0, min(16.0, room / asked if asked else 16.0))
    return {
        "title": broken(printable(tile.title), 7.5, room),
        "text": broken(text, size, room, bold=True),
        "unit": unit,
        "detail": broken(printable(tile.detail), 7.0, room),
        "tone": tile.tone,
        "size": size,
    }


def _words(part: Words, room: float) -> Item:
    return {
        "is": "words",
        "kind": part.kind,
        "text": broken(printable(part.text), 9.5, room - 24),
        "tone": part.tone,
    }


def _chart(laid: Laid, part: Chart, title: str, room: float) -> list[Item]:
    try:
        drawn = drawing.svg(part.figure, width=room)
        most = laid.tight or TALLEST[room > PORTRAIT]
        if _tall(drawn) > most:
            drawn = drawing.svg(part.figure, width=room, height=most)
    except EnerscopeError:
        laid.undrawn.append(part.title or title)
        return _instead(part, title, room)
    file = f"chart-{len(laid.charts) + 1}.svg"
    laid.charts[file] = drawn
    return [
        {
            "is": "chart",
            "title": title,
            "file": file,
            "alt": described(part),
            "note": printable(part.note),
            "source": printable(part.source),
            "simulated": part.simulated,
        }
    ]


def _instead(part: Chart, title: str, room: float) -> list[Item]:
    has_rows = part.table is not None and bool(part.table.rows)
    said = Words(UNDRAWN if has_rows else UNDRAWN_BARE, "warning", "warn")
    found = [_words(Words(title, "heading"), room)] if title and not has_rows else []
    found.append(_words(said, room))
    if part.table is not None and has_rows:
        found.append(table_item(part.table, title, room))
    rest = [Words(text, kind) for text, kind in ((part.note, "note"), (part.source, "source")) if text]
    return found + [_words(each, room) for each in rest]


def _tall(drawn: bytes) -> float:
    """Return the height of a drawing in points, from its frame: "0 0 504 198"."""
    found = re.search(rb'viewBox="[\d.]+ [\d.]+ [\d.]+ ([\d.]+)"', drawn[:2000])
    return float(found.group(1)) if found else 0.0


def described(part: Chart) -> str:
    """Return what a chart shows in words, for those who cannot see it."""
    traces = [trace for trace in part.figure.get("data") or () if isinstance(trace, Mapping)]
    kinds = list(dict.fromkeys(str(trace.get("type") or "scatter") for trace in traces))
    names = list(dict.fromkeys(str(trace["name"]) for trace in traces if trace.get("name")))
    said = [f"Chart: {part.title}." if part.title else "Chart."]
    if names:
        said.append(f"Shows {', '.join(names[:12])}{' and others' if len(names) > 12 else ''}.")
    elif kinds:
        said.append(f"Kind: {', '.join(kinds)}.")
    layout = part.figure.get("layout") or {}
    for name, axis in (("Across", layout.get("xaxis")), ("Up", layout.get("yaxis"))):
        title = (axis or {}).get("title") if isinstance(axis, Mapping) else None
        title = title.get("text") if isinstance(title, Mapping) else title
        if title:
            said.append(f"{name}: {title}.")
    if part.note:
        said.append(part.note)
    if part.table is not None:
        said.append(f"Its {len(part.table.rows):,} rows are in the attached data.")
    return printable(" ".join(said)).replace("\n", " ")
