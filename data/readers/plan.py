"""The reading of a file, settled before its first row counts: layout, units, marks, date order, zone.

:func:`make_plan` decides from the first rows where they are conclusive, and reads the whole file once more where
they are
not. Whatever has two readings is refused here, with both of them and the option that says which.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.readers.heading import Heading, Roles, assign_roles, find_heading, unit_in_name
from data.readers.moments import DAY, LOCAL, ZONED, TimeEvidence
from data.readers.numerals import BAD, EMPTY, OK, NumberEvidence, NumberFormat, parse_numbers, stated_format
from data.readers.options import DateOrder, Kind, ReadOptions
from data.readers.problems import Problem, Refused
from data.readers.shapes import is_year_matrix, prepare
from data.readers.source import HeadRow, TableSource
from data.readers.spelling import same_unit, spell_unit

_NUMBERED = re.compile(
    r"(?:(?:h|hr|hour|he|stunde|m|month|tenor|nearby|c|q)?[ _.\-]*\d{1,3}[ab]?|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\Z",
    re.IGNORECASE,
)
_INTERVALS = frozenset(
    {"hour", "mtu", "interval_start", "start_time", "delivery_start", "delivery_time", "start"}
)
"""Names of columns whose midnights are the start of an interval, never a day."""
POWER_VALUES = ("load", "wind", "solar", "load_fc", "wind_fc", "solar_fc")
BAR_VALUES = ("price", "open", "high", "low", "volume")


@dataclass(frozen=True, slots=True)
class ValueColumn:
    """A column of numbers: ``role`` says what they are, ``series`` names their series in a wide table."""

    place: int
    role: str
    series: str | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How every row is read. ``values`` come first to last as in the arrays; ``wide`` means one series for each."""

    kind: Kind
    heading: Heading
    roles: Roles
    values: tuple[ValueColumn, ...]
    wide: bool
    series: str | None
    unit: str | None
    number: NumberFormat
    order: DateOrder | None
    as_days: bool
    zone: str | None
    matrix: bool = False
    midnights: bool = False  # the column holds times, all of them midnights
    notes: tuple[Problem, ...] = ()

    @property
    def names(self) -> list[str]:
        """Names of all columns as written."""
        return self.heading.texts

    def column(self, role: str) -> str:
        """Return the written name of the column that plays ``role``, or the role itself."""
        place = self.roles.get(role)
        return self.names[place] if place is not None else role


def make_plan(source: TableSource, kind: Kind, options: ReadOptions) -> Plan:
    """Settle how ``source`` is read.

    Raises
    ------
    Refused
        Something that is needed is missing, or has two readings.
    """
    rows = source.head()
    heading = find_heading(rows, kind, options.columns, source.probe.path.name)
    body = [row for row in rows if row.line > heading.end]
    matrix = kind == "prices" and is_year_matrix(heading)
    roles = Roles({"time": 0}, ()) if matrix else assign_roles(heading, kind, options.columns)
    if kind == "prices" and "tenor" in roles.of:
        raise Refused(
            "forward-curve",
            f"Column '{heading.texts[roles.of['tenor']]}' makes this a forward curve, with several prices on a day. "
            "Import it with `enerscope import curves`.",
            line=heading.line,
            column=heading.texts[roles.of["tenor"]],
        )
    values, wide = _value_columns(heading, roles, kind, options, body, matrix=matrix)
    series = _fixed_series(heading, roles, kind, options, wide=wide)
    plan = Plan(
        kind,
        heading,
        roles,
        values,
        wide,
        series,
        options.unit,
        NumberFormat(),
        None,
        as_days=True,
        zone=options.timezone,
        matrix=matrix,
    )
    plan = _with_units(plan, options)
    evidence, numbers = _evidence(source, plan, options, body)
    column = plan.column("time")
    order = evidence.settle(column, options.date_order)
    stated = stated_format(options.decimal, options.thousands)
    number = stated or numbers.settle(plan.names[values[0].place], delimiter=_separator(source))
    midnights = evidence.times > 0 and evidence.at_midnight_only and not matrix
    spelled = options.intervals or plan.heading.names[roles.of["time"]].key in _INTERVALS
    as_days = evidence.times == 0 or (midnights and not spelled)
    notes = (*source.notes, *_notes(plan, evidence))
    plan = replace(plan, order=order, number=number, as_days=as_days, midnights=midnights, notes=notes)
    _need_zone(plan, evidence, options)
    return plan


def _separator(source: TableSource) -> str | None:
    return source.delimiter


def _value_columns(
    heading: Heading, roles: Roles, kind: Kind, options: ReadOptions, body: Sequence[HeadRow], *, matrix: bool
) -> tuple[tuple[ValueColumn, ...], bool]:
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


def _fixed_series(
    heading: Heading, roles: Roles, kind: Kind, options: ReadOptions, *, wide: bool
) -> str | None:
    """Return the series of every row when no column names it."""
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


def _with_units(plan: Plan, options: ReadOptions) -> Plan:
    """Give each column of prices its unit, or leave it to the unit column; refuse when there is neither."""
    if plan.kind in ("fx", "weather"):
        return plan
    values = plan.values
    if plan.wide and plan.series is not None and len(values) > 1:
        names = ", ".join(plan.names[value.place] for value in values)
        raise Refused(
            "ambiguous-column",
            f"--instrument names one series, but the file has several columns of "
            f"numbers ({names}). "
            "Say which with --column price=NAME, or leave --instrument "
            "out.",
            line=plan.heading.line,
        )
    done = []
    for value in values:
        name = plan.heading.names[value.place]
        unit = (
            value.unit or (None if plan.matrix else plan.heading.unit_of(value.place)) or unit_in_name(name)
        )
        if value.role == "volume":
            unit = None
        elif unit and options.unit and not same_unit(unit, options.unit):
            raise Refused(
                "unit-conflict",
                f"Column '{name.text}' says {unit}, but --unit says {options.unit}. Prices are never converted "
                "silently: give the unit that the numbers are in.",
                line=plan.heading.line,
                column=name.text,
            )
        said = unit or (None if value.role == "volume" else options.unit)
        done.append(replace(value, unit=spell_unit(said) if said else None))
    plan = replace(plan, values=tuple(done), unit=spell_unit(options.unit) if options.unit else None)
    in_rows = plan.roles.get("unit") is not None or plan.roles.get("currency") is not None
    lost = [
        plan.names[value.place]
        for value in done
        if value.unit is None and value.role in ("price", *POWER_VALUES)
    ]
    if plan.kind == "power":
        _need_power_unit(plan, options)
    elif lost and not in_rows:
        raise Refused(
            "no-unit",
            f"Nothing says in which unit {'column' if len(lost) == 1 else 'columns'} "
            f"{', '.join(repr(n) for n in lost[:5])} "
            f"{'is' if len(lost) == 1 else 'are'}. Say --unit (for example --unit USD/bbl), add a column "
            f"'unit', or write the unit "
            "in the heading, as in 'price (USD/bbl)'.",
            line=plan.heading.line,
            column=lost[0],
        )
    return plan


def _need_power_unit(plan: Plan, options: ReadOptions) -> None:
    for value in plan.values:
        name = plan.heading.names[value.place]
        if not name.key.endswith("_mw") and (name.unit or options.unit) != "MW":
            raise Refused(
                "no-unit",
                f"Nothing says that column '{name.text}' is in MW (mean power of the interval, not energy). "
                "Say --unit MW, or name it in the heading, as in 'load (MW)'.",
                line=plan.heading.line,
                column=name.text,
            )


def _evidence(
    source: TableSource, plan: Plan, options: ReadOptions, body: Sequence[HeadRow]
) -> tuple[TimeEvidence, NumberEvidence]:
    """Look at the first rows, and at the whole file where they leave a question open."""
    times, numbers = TimeEvidence(order=options.date_order), NumberEvidence()
    width = len(plan.heading.names)
    rows = [row.cells[:width] for row in body if len(row.cells) >= width]
    if rows:
        _look(prepare(plan, [list(column) for column in zip(*rows, strict=True)]), plan, times, numbers)
    open_order = options.date_order is None and (times.unclear or times.day_first or times.month_first)
    open_marks = options.decimal is None and options.thousands is None and len(numbers.decimal) != 1
    open_days = bool(times.times) and times.at_midnight_only
    if source.delimiter is None and not numbers.unclear:
        open_marks = False  # typed cells; the few text cells among them are judged one by one
    # Fewer rows than the sample holds means that the sample is the file.
    if (open_order or open_marks or open_days) and len(body) >= 300:
        for batch in source.batches(plan.heading.end, plan.names):
            _look(prepare(plan, batch.columns), plan, times, numbers)
    return times, numbers


def _look(columns: Sequence[Sequence[Any]], plan: Plan, times: TimeEvidence, numbers: NumberEvidence) -> None:
    times.look(columns[plan.roles.of["time"]])
    for value in plan.values:
        numbers.look(columns[value.place])


def _need_zone(plan: Plan, evidence: TimeEvidence, options: ReadOptions) -> None:
    if plan.as_days or evidence.zoned == evidence.times:
        return
    time = plan.heading.names[plan.roles.of["time"]]
    if time.utc or plan.roles.get("tz") is not None or options.timezone is not None:
        return
    raise Refused(
        "no-timezone",
        f"Column '{time.text}' holds local times without a zone, so they could be any hour of the day. Say "
        f"--timezone with the "
        "zone of their clock, for example --timezone Europe/Berlin or --timezone UTC.",
        line=plan.heading.line,
        column=time.text,
    )


def _notes(plan: Plan, evidence: TimeEvidence) -> list[Problem]:
    notes = []
    used = {value.place for value in plan.values} | set(plan.roles.of.values())
    idle = [plan.names[i] for i in plan.roles.unused if i not in used]
    if idle:
        named = ", ".join(f"'{name}'" for name in idle)
        notes.append(
            Problem(plan.heading.line, idle[0], "unused-column", f"Not imported as {plan.kind}: {named}.")
        )
    if plan.heading.skipped:
        lines = plan.heading.skipped
        notes.append(
            Problem(
                lines[0],
                "",
                "preamble",
                f"{len(lines)} line(s) above the heading on line {plan.heading.line} were passed over.",
            )
        )
    if evidence.dotted and not evidence.day_first:
        notes.append(
            Problem(
                None,
                plan.column("time"),
                "date-order",
                f"Dates with dots, such as "
                f"'{evidence.dotted}', were read as "
                "day.month.year; nobody writes them month first.",
            )
        )
    return notes


__all__ = ["BAD", "DAY", "LOCAL", "ZONED", "Plan", "ValueColumn", "make_plan"]
