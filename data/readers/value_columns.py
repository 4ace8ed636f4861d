"""Which columns hold the numbers of a file, and which series they belong to."""

import re
from collections.abc import Sequence
from typing import Any

from data.readers.heading import Heading, Roles
from data.readers.layout import BAR_VALUES, POWER_VALUES, ValueColumn
from data.readers.numerals import EMPTY, OK, NumberFormat, parse_numbers
from data.readers.options import Kind, ReadOptions
from data.readers.problems import Refused
from data.readers.source import HeadRow

_NUMBERED = re.compile(
    r"(?:(?:h|hr|hour|he|stunde|m|month|tenor|nearby|c|q)?[ _.\-]*\d{1,3}[ab]?|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\Z",
    re.IGNORECASE,
)


def value_columns(
    heading: Heading, roles: Roles, kind: Kind, options: ReadOptions, body: Sequence[HeadRow], *, matrix: bool
) -> tuple[tuple[ValueColumn, ...], bool]:
    """Return the columns of numbers, and whether each of them is a series of its own.

    Raises
    ------
    Refused
        There are none, or they may be several things.
    """
    if matrix:
        return (ValueColumn(1, "price"),), False
    _need_time(heading, roles)
    if kind == "power":
        found = tuple(
            ValueColumn(place, role) for role in POWER_VALUES if (place := roles.get(role)) is not None
        )
        if found:
            return found, False
        raise Refused(
            "no-values",
            "The file has no column named load, wind or solar, so there is nothing to import as power.",
            line=heading.line,
        )
    price = roles.get("price")
    if price is not None:
        found = tuple(
            ValueColumn(place, role) for role in BAR_VALUES if (place := roles.get(role)) is not None
        )
        return found, False
    if kind == "fx" and options.base is None and not {"base", "pair"} & set(roles.of):
        raise Refused(
            "no-base",
            "Nothing says of which currency one unit is worth the rates in the columns. Say it with --base, for "
            "example --base EUR.",
            line=heading.line,
        )
    if kind == "curves":
        raise Refused(
            "no-price-column",
            "The file has no price column (such as price, settle or value). "
            "Rename it, or say --column price=NAME.",
            line=heading.line,
        )
    return _wide_columns(heading, roles, kind, options, body), True


def _need_time(heading: Heading, roles: Roles) -> None:
    if roles.get("time") is None:
        raise Refused(
            "no-dates",
            "No column is named as one of days or times. Say --column time=NAME.",
            line=heading.line,
        )


def _wide_columns(
    heading: Heading, roles: Roles, kind: Kind, options: ReadOptions, body: Sequence[HeadRow]
) -> tuple[ValueColumn, ...]:
    """Return the columns that hold numbers, each a series of its own named by the heading."""
    if kind == "prices" and (
        roles.get("series") is not None or set(roles.of) & {"open", "high", "low", "volume"}
    ):
        raise Refused(
            "no-price-column",
            f"The heading on line {heading.line} names no price column (such as price, settle, close or value); it has "
            f"{', '.join(repr(name) for name in heading.texts)}. Say which with --column price=NAME.",
            line=heading.line,
        )
    found = []
    for place in roles.unused:
        if heading.names[place].text and _holds_numbers(
            [row.cells[place] for row in body if len(row.cells) > place], options
        ):
            name = heading.names[place]
            found.append(ValueColumn(place, "price", name.label, heading.unit_of(place)))
    _no_numbered_columns([value.series or "" for value in found], heading.line)
    if not found:
        raise Refused(
            "no-values",
            f"No column below the heading on line {heading.line} holds numbers, so there "
            f"is nothing "
            "to import.",
            line=heading.line,
        )
    return tuple(found)


def _no_numbered_columns(labels: Sequence[str], line: int) -> None:
    """Refuse columns that are hours, months or tenors of one series rather than series of their own."""
    numbered = [label for label in labels if _NUMBERED.match(label)]
    if len(numbered) >= 3 and len(numbered) * 2 > len(labels):
        raise Refused(
            "numbered-columns",
            f"The columns '{numbered[0]}', '{numbered[1]}', '{numbered[2]}' ... look like hours, months or "
            f"tenors of one "
            "series, not like series. Give one row for each value, with a time, or a column 'delivery' or 'tenor'.",
            line=line,
        )


def _holds_numbers(cells: Sequence[Any], options: ReadOptions) -> bool:
    """Tell whether most filled cells are numbers in one notation or the other; an empty column may hold them later."""
    for mark in (options.decimal,) if options.decimal else (".", ","):
        _, state = parse_numbers(list(cells), NumberFormat(mark, "," if mark == "." else "."))
        filled = int((state != EMPTY).sum())
        if filled == 0 or int((state == OK).sum()) * 2 >= filled:
            return True
    return False


def fixed_series(
    heading: Heading, roles: Roles, kind: Kind, options: ReadOptions, *, wide: bool
) -> str | None:
    """Return the series of every row when no column names it.

    Raises
    ------
    Refused
        Nothing names it, or a column does as well.
    """
    if kind == "fx":
        return None
    named = roles.get("series") is not None
    if named and options.instrument:
        column = heading.texts[roles.of["series"]]
        raise Refused(
            "instrument-twice",
            f"--instrument {options.instrument} was given, but column '{column}' names the instrument of each row. "
            "Leave the option out, or remove the column.",
            column=column,
        )
    if named or (wide and kind == "prices" and options.instrument is None):
        return None
    if options.instrument is None:
        what = {"weather": "station", "power": "zone", "curves": "curve"}.get(kind, "instrument")
        raise Refused(
            "no-instrument",
            f"No column names the {what} of each row. Say it with --instrument CODE, or add a column '{what}'.",
            line=heading.line,
        )
    return options.instrument
