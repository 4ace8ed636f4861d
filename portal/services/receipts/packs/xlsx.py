"""A pack as XLSX: the receipt in its hidden sheet, and its cells compared with those that the receipt makes."""

import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from math import isclose
from typing import Any

from portal.services.packs import sealing
from portal.services.packs.book import ABOUT, RECEIPT
from portal.services.receipts.packs import archive, xlsx_parts
from portal.services.receipts.packs.finding import Finding, NoReceiptError, pairs, quoted

_EXACT = 1e-14  # what writing a number in 16 digits may change
_LEAST = 1  # point of a row's height, character of a column's width: what has less shows nothing
_USUAL = ("", "theme 1", "auto True", "indexed 64")
"""The colour of text that was given none, as programs spell it."""
_SHOWN = (("num_format", "number format"), ("font", "colour"), ("fill", "background"))


def receipt(content: bytes) -> bytes:
    """Return the receipt that is in pieces in the hidden sheet of a workbook.

    Raises
    ------
    NoReceiptError
        There is none.
    ValueError
        It is no workbook that can be read.
    """
    book = _book(content, values=True)
    if RECEIPT in book.sheetnames:
        sheet = book[RECEIPT]
        if str(sheet["A1"].value or "").startswith(sealing.SCHEMA):
            return "".join(str(cell.value or "") for cell in sheet["A"][1:]).encode("utf-8")
    about = book[ABOUT] if ABOUT in book.sheetnames else None
    ours = about is not None and any(
        "enerscope verify receipt" in str(cell.value) for row in about.iter_rows(max_row=60) for cell in row
    )
    raise NoReceiptError(f"It has no sheet '{RECEIPT}' with the receipt.", is_ours=ours)


def _book(content: bytes, *, values: bool) -> Any:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            archive.names(parts)
        return openpyxl.load_workbook(BytesIO(content), data_only=values)
    except (
        *archive.DAMAGE,
        InvalidFileException,
        KeyError,
        TypeError,
        AttributeError,
        SyntaxError,  # of XML
    ) as problem:
        raise ValueError(f"it is not a whole workbook ({problem})") from None


def compare(found: bytes, issued: bytes) -> list[Finding]:
    """Return how a workbook differs from the one that its receipt makes, by sheet and cell."""
    here, there = _book(found, values=False), _book(issued, values=False)
    counted = _book(found, values=True)
    sides = pairs(there.sheetnames, here.sheetnames)
    findings = [
        Finding(
            f"sheet {there.sheetnames[at]}", f"The sheet '{there.sheetnames[at]}' was removed or renamed."
        )
        for at in (*sides.gone, *(was for was, _ in sides.changed))
    ]
    findings += [
        Finding(f"sheet {here.sheetnames[at]}", f"The sheet '{here.sheetnames[at]}' was added or renamed.")
        for at in (*sides.added, *(at for _, at in sides.changed))
    ]
    findings += [
        Finding(
            f"sheet {there.sheetnames[was]}",
            f"The sheet '{there.sheetnames[was]}' was moved from place {was + 1} to place {at + 1}.",
        )
        for was, at in sides.moved
    ]
    values = _book(issued, values=True)
    for name in there.sheetnames:
        if name in here.sheetnames:
            findings += _sheet(name, here[name], there[name], counted[name], values[name])
    return [*findings, *xlsx_parts.compare(found, issued)]


def _sheet(name: str, here: Any, there: Any, counted: Any, values: Any) -> Iterator[Finding]:
    from openpyxl.utils import get_column_letter

    if here.sheet_state != there.sheet_state:
        sentence = (
            f"The sheet '{name}' is {here.sheet_state}, and was {there.sheet_state} when it was issued."
        )
        yield Finding(f"sheet {name}", sentence)
    yield from _hidden(name, here, there)
    yield from _conditional(name, here, there)
    looks: dict[int, dict[int, tuple[str, ...]]] = {0: {}, 1: {}}
    mine, issued, stored, due = (_cells(side) for side in (here, there, counted, values))
    for row, column in sorted({*mine, *issued}):
        if name == RECEIPT and column == 1 and row > 1:
            continue  # the receipt itself, whose digests are checked
        now, was = mine.get((row, column)), issued.get((row, column))
        at = f"{get_column_letter(column)}{row}"
        where = f"sheet {name}!{at}"
        of_now, of_was = (None if cell is None else cell.value for cell in (now, was))
        if not _same(of_now, of_was):
            yield Finding(where, _sentence(name, at, of_now, of_was))
        elif now is not None and now.data_type == "f":
            kept = stored.get((row, column))  # None: it was saved by what does not calculate
            if kept is not None and not _same(kept.value, due[row, column].value):
                yield Finding(where, _sentence(name, at, kept.value, due[row, column].value))
        if now is None or was is None or of_was is None:
            continue
        if now.comment is not None:
            yield Finding(where, f"Sheet '{name}', cell {at}: it has gained a comment.")
        yield from _look(name, at, _looks(now, looks[0]), _looks(was, looks[1]))


def _cells(sheet: Any) -> dict[tuple[int, int], Any]:
    """Return the cells of a sheet that say something, by row and column."""
    return {
        (cell.row, cell.column): cell
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None or cell.comment is not None
    }


def _hidden(name: str, here: Any, there: Any) -> Iterator[Finding]:
    for what, size in (("row", "height"), ("column", "width")):
        now, was = (
            {
                key
                for key, one in getattr(side, f"{what}_dimensions").items()
                if one.hidden or _is_nothing(getattr(one, size))
            }
            for side in (here, there)
        )
        for key in sorted(now - was, key=str):
            yield Finding(
                f"sheet {name}", f"Sheet '{name}': {what} {key} is hidden, and was not when it was issued."
            )


def _is_nothing(size: float | None) -> bool:
    """Tell whether a row or column of that size cannot be seen; None is the usual size."""
    return size is not None and size < _LEAST


def _conditional(name: str, here: Any, there: Any) -> Iterator[Finding]:
    """Yield the cells that show themselves otherwise under a condition, and did not when they were issued."""
    now, was = (
        Counter(str(cells.sqref) for cells in side.conditional_formatting for _ in cells.rules)
        for side in (here, there)
    )
    for cells in now - was:
        yield Finding(
            f"sheet {name}",
            f"Sheet '{name}': {cells} has gained a conditional format, which may show other than what the cells hold.",
        )


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return one == other or isclose(one, other, rel_tol=_EXACT)
    return type(one) is type(other) and one == other


def _sentence(name: str, at: str, now: Any, was: Any) -> str:
    where = f"Sheet '{name}', cell {at}:"
    if was is None:
        return f"{where} it says {_text(now)}, and the receipt has nothing there."
    if now is None:
        return f"{where} it is empty where the receipt says {_text(was)}."
    if str(now) == str(was):
        return f"{where} {_text(now)} is a {_type(now)} where the receipt has a {_type(was)}."
    return f"{where} it says {_text(now)} where the receipt says {_text(was)}."


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value) if isinstance(value, (date, datetime)) else quoted(value)


def _type(value: Any) -> str:
    return "number" if isinstance(value, (int, float)) else "text" if isinstance(value, str) else "moment"


def _looks(cell: Any, known: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """Return what of a cell's style can change what it says."""
    style = cell.style_id
    if style not in known:
        font = _colour(cell.font.color)
        known[style] = (str(cell.number_format), "" if font in _USUAL else font, _background(cell.fill))
    return known[style]


def _colour(color: Any) -> str:
    """Return a colour by what names it: its own red, green and blue, or its place in a theme or palette."""
    if color is None:
        return ""
    named = str(color.rgb) if color.type == "rgb" else f"{color.type} {color.value}"
    return f"{named} with tint {color.tint:g}" if color.tint else named


def _background(fill: Any) -> str:
    if not fill.fill_type:
        return ""
    # a gradient has several colours, and no pack has gradients
    return _colour(fill.fgColor) if hasattr(fill, "fgColor") else "a gradient"


def _look(name: str, at: str, now: tuple[str, ...], was: tuple[str, ...]) -> Iterator[Finding]:
    for mine, issued, (_, title) in zip(now, was, _SHOWN, strict=True):
        if mine != issued:
            yield Finding(
                f"sheet {name}!{at}",
                f"Sheet '{name}', cell {at}: its {title} is {quoted(mine)} where it was issued with {quoted(issued)}.",
            )
