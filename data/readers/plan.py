"""The reading of a file, settled before its first row counts: layout, units, marks, date order, zone.

:func:`make_plan` decides from the first rows where they are conclusive, and reads the whole file once more where they
are not. Whatever has two readings is refused here, with both of them and the option that says which.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data.readers.heading import Roles, assign_roles, find_heading
from data.readers.layout import Plan
from data.readers.moments import TimeEvidence
from data.readers.numerals import NumberEvidence, NumberFormat, stated_format
from data.readers.options import Kind, ReadOptions
from data.readers.problems import Problem, Refused
from data.readers.shapes import is_year_matrix, prepare
from data.readers.source import HeadRow, TableSource
from data.readers.value_columns import fixed_series, value_columns
from data.readers.value_units import with_units

_INTERVALS = frozenset(
    {"hour", "mtu", "interval_start", "start_time", "delivery_start", "delivery_time", "start"}
)
"""Names of columns whose midnights are the start of an interval, never a day."""


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
    values, wide = value_columns(heading, roles, kind, options, body, matrix=matrix)
    series = fixed_series(heading, roles, kind, options, wide=wide)
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
    plan = with_units(plan, options)
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
