"""The numbers of each row, the series they belong to, and the checks that need both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from data.readers import deliveries, explain
from data.readers.layout import Plan
from data.readers.numerals import BAD, EMPTY, OK, parse_numbers
from data.readers.problems import Refused
from data.readers.rowset import RowSet
from data.readers.series import Key, SeriesBook, compose_unit, variable_name
from data.readers.source import cell_text
from data.readers.spelling import same_unit

if TYPE_CHECKING:
    from data.readers.contracts import ContractCalendar


@dataclass(frozen=True, slots=True)
class Measured:
    """Observations of a batch: ``rows`` is the row of each, the rest as in ``data.readers.observe.Observations``."""

    rows: NDArray[np.int64]
    series: NDArray[np.int32]
    values: NDArray[np.float64]
    extra: dict[str, NDArray[np.int64]]
    empty_rows: int
    empty_cells: dict[str, tuple[int, int]]


def measure(
    rows: RowSet, book: SeriesBook, seconds: NDArray[np.int64], contracts: "ContractCalendar | None"
) -> Measured:
    """Return what the good rows of a batch say; rows with numbers, names or units that cannot be are refused."""
    plan = rows.plan
    series = np.zeros(len(rows.alive), np.int32) if plan.wide else _series(rows, book)
    columns, states = _numbers(rows)
    sources = _check_units(rows, book, series) if not plan.wide else _wide_sources(rows, book)
    extra = deliveries.read(rows, book, series, seconds, contracts) if plan.kind == "curves" else {}
    if plan.kind in ("fx", "weather", "power"):
        extra["source"] = sources
    _check_values(rows, columns, states)
    rows.bury_lines()
    needed = [
        state
        for value, state in zip(plan.values, states, strict=True)
        if value.role not in ("open", "high", "low", "volume")
    ]
    filled = np.any([state == OK for state in needed], axis=0) if needed else rows.alive
    empty = rows.alive & ~filled
    empty_cells = _count_empty(rows, states)
    rows.alive &= filled
    if plan.wide:
        return _flatten(rows, book, columns, states, extra, int(_lines(rows, empty)), empty_cells)
    found = np.flatnonzero(rows.alive)
    values = (
        np.column_stack([column[found] for column in columns]) if len(found) else np.empty((0, len(columns)))
    )
    extra = {name: array[found] for name, array in extra.items()}
    return Measured(found, series[found], values, extra, _lines(rows, empty), empty_cells)


def _lines(rows: RowSet, empty: NDArray[np.bool_]) -> int:
    """Count lines that hold nothing; a line of a matrix does when none of its months has a value."""
    if not rows.plan.matrix:
        return int(empty.sum())
    lines = rows.lines
    return len(set(lines[empty].tolist()) - set(lines[rows.alive & ~empty].tolist()))


def _numbers(rows: RowSet) -> tuple[list[NDArray[np.float64]], list[NDArray[np.uint8]]]:
    plan = rows.plan
    columns, states = [], []
    for value in plan.values:
        cells = rows.batch.columns[value.place]
        numbers, state = parse_numbers(cells, plan.number)
        name = "price" if plan.matrix else plan.names[value.place]
        rows.reject(
            np.flatnonzero((state == BAD) & rows.alive),
            name,
            lambda i, cells=cells, name=name: explain.number(cells[i], name, plan.number),  # type: ignore[misc]
        )
        columns.append(numbers)
        states.append(state)
    return columns, states


def _count_empty(rows: RowSet, states: list[NDArray[np.uint8]]) -> dict[str, tuple[int, int]]:
    found = {}
    for value, state in zip(rows.plan.values, states, strict=True):
        if value.role in ("open", "high", "low", "volume"):
            continue
        empty = np.flatnonzero((state == EMPTY) & rows.alive)
        if len(empty):
            name = "price" if rows.plan.matrix else rows.plan.names[value.place]
            found[name] = (rows.batch.lines[int(empty[0])], len(empty))
    return found


def _check_values(rows: RowSet, columns: list[NDArray[np.float64]], states: list[NDArray[np.uint8]]) -> None:
    """Refuse rows whose numbers cannot be: a high below the low, a negative volume, an exchange rate not above zero."""
    by_role = {value.role: i for i, value in enumerate(rows.plan.values)}
    if {"high", "low"} <= set(by_role):
        high, low = columns[by_role["high"]], columns[by_role["low"]]
        name = rows.plan.names[rows.plan.values[by_role["high"]].place]
        rows.reject(
            np.flatnonzero(high < low),
            name,
            lambda i: ("high-below-low", f"The high {high[i]:g} is below the low {low[i]:g}."),
        )
    if "volume" in by_role:
        volume = columns[by_role["volume"]]
        name = rows.plan.names[rows.plan.values[by_role["volume"]].place]
        rows.reject(
            np.flatnonzero(volume < 0),
            name,
            lambda i: ("negative-volume", f"The volume {volume[i]:g} is negative."),
        )
    if rows.plan.kind == "fx":
        for value, column, state in zip(rows.plan.values, columns, states, strict=True):
            rows.reject(
                np.flatnonzero((column <= 0) & (state == OK)),
                rows.plan.names[value.place],
                lambda i, column=column: (
                    "not-positive",
                    f"The exchange rate {column[i]:g} is not above zero.",
                ),  # type: ignore[misc]
            )


def _series(rows: RowSet, book: SeriesBook) -> NDArray[np.int32]:
    """Return the number of each row's series, -1 for rows that are refused; those without a name are refused here."""
    plan, columns = rows.plan, rows.batch.columns
    if plan.series is not None and plan.kind != "weather":
        return np.full(
            len(rows.alive), book.number(book.code_key(plan.series), rows.plan.heading.line), np.int32
        )
    names: Any
    if plan.kind == "fx":
        places = [plan.roles.of[role] for role in ("pair", "base", "quote") if role in plan.roles.of]
        names = list(zip(*(columns[place] for place in places), strict=True))
    elif plan.kind == "weather":
        variable = columns[plan.roles.of["variable"]]
        station = [plan.series] * len(variable) if plan.series else columns[plan.roles.of["series"]]
        names = list(zip(station, variable, strict=True))
    else:
        names = columns[plan.roles.of["series"]]
    live = np.flatnonzero(rows.alive)
    picked = names if len(live) == len(rows.alive) else [names[i] for i in live.tolist()]
    known: dict[Any, int] = book.memory
    for name in [name for name in dict.fromkeys(picked) if name not in known]:
        known[name] = _number_of(name, rows, book)
    numbers = np.full(len(rows.alive), -1, np.int32)
    numbers[live] = np.fromiter(map(known.__getitem__, picked), np.int32, len(live))
    column = plan.column("pair" if "pair" in plan.roles.of else "base" if plan.kind == "fx" else "series")
    rows.reject(np.flatnonzero(numbers < 0), column, lambda i: book.refusals[names[i]])
    return numbers


def _number_of(name: Any, rows: RowSet, book: SeriesBook) -> int:
    """Return the number of a series named for the first time, or -1 with the reason kept in the book."""
    try:
        key = _key_of(name, rows.plan, book)
    except Refused as problem:
        book.refusals[name] = (problem.problem.code, problem.problem.message)
        return -1
    return book.number(key, 0)


def _key_of(name: Any, plan: Plan, book: SeriesBook) -> Key:
    if plan.kind == "fx":
        return currency_pair([cell_text(part) for part in name], plan, book)
    parts = name if isinstance(name, tuple) else (name,)
    if not cell_text(parts[0]).strip():
        raise Refused(
            "no-instrument", f"Column '{plan.column('series')}' is empty, so the row belongs to no series."
        )
    key = book.code_key(cell_text(parts[0]))
    if plan.kind == "weather":
        return (*key, variable_name(cell_text(parts[1]), None, plan.column("variable")))
    return key


def currency_pair(parts: list[str], plan: Plan, book: SeriesBook) -> Key:
    """Return base and quote of an exchange rate.

    Raises
    ------
    Refused
        A code is not three letters, or both are the same.
    """
    if "pair" in plan.roles.of:
        letters = "".join(character for character in parts[0].upper() if character.isalpha())
        base, quote = letters[:3], letters[3:]
    elif len(parts) == 2:
        base, quote = (part.strip().upper() for part in parts)
    else:
        base, quote = (book.base or "", parts[0].strip().upper())
    for code in (base, quote):
        if len(code) != 3 or not code.isalpha() or not code.isascii():
            raise Refused("currency", f"'{code}' is not a currency code of three letters.")
    if base == quote:
        raise Refused("currency", f"The row gives {base} against itself.")
    return (base, quote)


def _check_units(rows: RowSet, book: SeriesBook, series: NDArray[np.int32]) -> NDArray[np.int64]:
    """Compare units with the option, the file and what is stored; return the number of each row's source."""
    plan, columns = rows.plan, rows.batch.columns
    roles = [
        columns[place] if (place := plan.roles.get(role)) is not None else ()
        for role in ("unit", "currency", "source", "tz")
    ]
    found: list[tuple[Any, ...]]
    if all(not len(part) or _uniform(part) for part in roles):  # the usual case: series alone tell rows apart
        numbers, first, where = np.unique(series, return_index=True, return_inverse=True)
        rest = [part[0] if len(part) else "" for part in roles]
        found, starts = [(number, *rest) for number in numbers.tolist()], first.tolist()
    else:
        n = len(series)
        combos = list(
            zip(series.tolist(), *(part if len(part) else ("",) * n for part in roles), strict=True)
        )
        index = {combo: i for i, combo in enumerate(dict.fromkeys(combos))}
        found, where = list(index), np.fromiter(map(index.__getitem__, combos), np.int64, n)
        starts = np.unique(where, return_index=True)[1].tolist()
    for combo, start in sorted(zip(found, starts, strict=True), key=lambda item: item[1]):
        if combo not in book.judged:
            book.judged[combo] = _judge(combo, rows, book, rows.batch.lines[start])
    verdicts = [book.judged[combo] for combo in found]
    wrong = np.array([verdict[0] is not None for verdict in verdicts], bool)[where]
    if wrong.any():
        column = plan.column(
            "unit" if "unit" in plan.roles.of else "currency" if "currency" in plan.roles.of else "price"
        )
        rows.reject(np.flatnonzero(wrong), column, lambda i: verdicts[where[i]][0])
    return np.array([verdict[1] for verdict in verdicts], np.int64)[where]


def _uniform(cells: Sequence[Any]) -> bool:
    return cells.count(cells[0]) == len(cells) if isinstance(cells, (list, tuple)) else False


def _judge(
    combo: tuple[Any, ...], rows: RowSet, book: SeriesBook, line: int
) -> tuple[tuple[str, str] | None, int]:
    """Return what is wrong with the unit of a combination of series, unit, currency and source, and its source."""
    plan = rows.plan
    series, unit, currency, source, zone = combo
    if series < 0:
        return None, 0
    number = book.source_number(cell_text(source)) if plan.roles.get("source") is not None else 0
    book.sources.setdefault(series, book.source_names[number])
    if cell_text(zone).strip():
        book.zones.setdefault(series, cell_text(zone).strip())
    if plan.kind not in ("prices", "curves"):
        return None, number
    text = compose_unit(cell_text(unit).strip(), cell_text(currency).strip(), plan)
    if text is None:
        return ("no-unit", "The row has no unit. Fill its unit, or say --unit."), number
    if plan.unit is not None and not same_unit(text, plan.unit):
        return (
            "unit-conflict",
            f"The row says {text}, but --unit says {plan.unit}. Nothing is converted silently.",
        ), number
    problem = book.note_unit(int(series), text, line)
    return (("unit-mismatch", problem) if problem else None), number


def _wide_sources(rows: RowSet, book: SeriesBook) -> NDArray[np.int64]:
    place = rows.plan.roles.get("source")
    if place is None:
        return np.zeros(len(rows.alive), np.int64)
    cells = zip(rows.batch.columns[place], rows.alive.tolist(), strict=True)
    return np.array([book.source_number(cell_text(cell)) if alive else 0 for cell, alive in cells], np.int64)


def _flatten(
    rows: RowSet,
    book: SeriesBook,
    columns: list[NDArray[np.float64]],
    states: list[NDArray[np.uint8]],
    extra: dict[str, NDArray[np.int64]],
    empty_rows: int,
    empty_cells: dict[str, tuple[int, int]],
) -> Measured:
    """Return one observation for each filled cell of a wide table."""
    base = None if rows.plan.kind == "prices" else _stations(rows)
    parts: list[tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]] = []
    for place, (column, state) in enumerate(zip(columns, states, strict=True)):
        found = np.flatnonzero(rows.alive & (state == OK))
        numbers = book.wide_numbers(place, base[found] if base is not None else None, len(found))
        parts.append((found, numbers, column[found]))
    origin = np.concatenate([part[0] for part in parts])
    values = np.concatenate([part[2] for part in parts]).reshape(-1, 1)
    picked = {name: array[origin] for name, array in extra.items()}
    return Measured(
        origin, np.concatenate([part[1] for part in parts]), values, picked, empty_rows, empty_cells
    )


def _stations(rows: RowSet) -> NDArray[Any]:
    """Return the station of each row of a wide weather table (or nothing to tell apart, for exchange rates)."""
    place = rows.plan.roles.get("series")
    if place is None:
        return np.full(len(rows.alive), rows.plan.series or "", dtype=object)
    return np.array([cell_text(cell).strip() for cell in rows.batch.columns[place]], dtype=object)
