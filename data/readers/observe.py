"""Rows as arrays: every batch of a file becomes observations, and beside them the rows that were refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.readers import explain
from data.readers.clocks import RepeatedHours, Undecided
from data.readers.contracts import ContractCalendar
from data.readers.footers import is_footer, repeats_heading
from data.readers.layout import Plan
from data.readers.moments import BAD as NO_TIME
from data.readers.moments import StampReader
from data.readers.options import ReadOptions
from data.readers.problems import BadRow, Problem
from data.readers.rowset import Reason, RowSet, bad_row
from data.readers.series import SeriesBook, Stored
from data.readers.shapes import prepare_batch
from data.readers.source import RawBatch, TableSource, is_blank
from data.readers.timing import Placed, check_range, place_in_time
from data.readers.values import Measured, measure

_DAY = 86400
_EARLIEST = (date(1900, 1, 1) - date(1970, 1, 1)).days * _DAY
QUARANTINE_LIMIT = 10_000
"""Bad rows of one file that are kept with their text; more are counted."""
FOOTER_LINES = 200
"""Lines at the end of a file that may be its footer."""


@dataclass(frozen=True, slots=True)
class Observations:
    """Facts of one batch, all arrays of one length n. ``seconds`` is UTC since 1970 (midnight of the day for days).

    ``series`` counts into the book of series. ``values`` is n x k, NaN where nothing was published. ``extra``
    holds what
    a kind needs besides, such as tenors and delivery days of a curve.
    """

    lines: NDArray[np.int64]
    series: NDArray[np.int32]
    seconds: NDArray[np.int64]
    values: NDArray[np.float64]
    extra: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)


class Reader:
    """Read the rows of ``source`` as ``plan`` says; iterate over :meth:`batches` once, then look at the counts.

    ``stored`` is what the database knows of the series, by code; ``now`` bounds the future.
    """

    def __init__(
        self,
        source: TableSource,
        plan: Plan,
        options: ReadOptions,
        *,
        stored: Mapping[str, Stored],
        now: datetime,
        contracts: ContractCalendar | None = None,
    ) -> None:
        self.source = source
        self.plan = plan
        self.contracts = contracts
        self.rows_read = 0
        self.rows_empty = 0
        self.notes: list[Problem] = list(plan.notes)
        self.book = SeriesBook(plan, stored, options.base, options.source or "import")
        self.hours = RepeatedHours()
        self._empty_cells: dict[str, tuple[int, int]] = {}  # column -> first line, number of cells
        self._set_aside: list[tuple[int, int, NDArray[np.float64], dict[str, int]]] = []
        self._stamps = StampReader(plan.order, as_days=plan.as_days)
        self._tail: list[
            tuple[BadRow, bool]
        ] = []  # rows without a day since the last good row; may each be a footer?
        self._latest = _latest(now, as_days=plan.as_days)
        self._early_notes = len(source.notes)
        self._told = 0  # bad rows that came with their text so far

    def batches(self) -> Iterator[tuple[Observations, list[BadRow], int]]:
        """Yield observations, bad rows, and the number of bad rows; the last ones only the end of the file could
        settle.

        Of all bad rows of the file QUARANTINE_LIMIT come with their text; the others are counted.
        """
        for raw in self.source.batches(self.plan.heading.end, self.plan.names):
            yield self._batch(raw)
        bad = self._end_tail()
        moments, lost = self.hours.settle()
        reasons = {item.line: self._unsettled(item) for item in lost}
        bad += find_rows(self.source, self.plan, reasons)
        self.notes += self.source.notes[self._early_notes :]
        for column, (first, count) in self._empty_cells.items():
            message = (
                f"{count} cell(s) of column '{column}' are empty: nothing was published or stored there."
            )
            self.notes.append(Problem(first, column, "empty-value", message))
        count = len(bad) + max(0, len(reasons) - QUARANTINE_LIMIT)
        yield self._late(moments, set(reasons)), bad, count

    def _batch(self, raw: RawBatch) -> tuple[Observations, list[BadRow], int]:
        batch = prepare_batch(self.plan, raw)
        rows = RowSet(self.plan, batch, QUARANTINE_LIMIT - self._told)
        if not len(batch.lines):
            bad, count = self._judge_timeless(rows, (), np.zeros(0, bool), raw.bad)
            return _nothing(self.plan), bad, count
        cells = batch.columns[self.plan.roles.of["time"]]
        seconds, kinds = self._stamps.read(cells)
        bad, count = self._judge_timeless(rows, cells, kinds != NO_TIME, raw.bad)
        placed = place_in_time(rows, seconds, kinds)
        check_range(rows, placed.seconds, _EARLIEST, self._latest)
        measured = measure(rows, self.book, placed.seconds, self.contracts)
        self.rows_empty += measured.empty_rows
        for column, (first, cells_empty) in measured.empty_cells.items():
            known = self._empty_cells.get(column, (first, 0))
            self._empty_cells[column] = (known[0], known[1] + cells_empty)
        refused, number = rows.bad_rows()
        self._told += len(refused)
        return self._gather(rows, placed, measured), bad + refused, count + number

    def _gather(self, rows: RowSet, placed: Placed, measured: Measured) -> Observations:
        """Put the arrays together and keep back what lies in an hour that the clock shows twice."""
        origin = measured.rows
        lines, seconds = rows.lines[origin], placed.seconds[origin]
        clear = ~placed.twice[origin]
        if placed.any_local:
            self.hours.note_direction(measured.series, placed.local[origin])
            for i in np.flatnonzero(~clear).tolist():
                extra = {name: int(array[i]) for name, array in measured.extra.items()}
                self._set_aside.append((int(lines[i]), int(measured.series[i]), measured.values[i], extra))
                row = int(origin[i])
                self.hours.undecided.append(
                    Undecided(
                        int(lines[i]),
                        int(measured.series[i]),
                        int(placed.local[row]),
                        int(placed.seconds[row]),
                        int(placed.second[row]),
                        len(self._set_aside) - 1,
                    )
                )
        if clear.all():
            return Observations(lines, measured.series, seconds, measured.values, measured.extra)
        extra_arrays = {name: array[clear] for name, array in measured.extra.items()}
        return Observations(
            lines[clear], measured.series[clear], seconds[clear], measured.values[clear], extra_arrays
        )

    def _judge_timeless(
        self, rows: RowSet, cells: Any, readable: NDArray[np.bool_], structural: list[BadRow]
    ) -> tuple[list[BadRow], int]:
        """Count the rows, and tell bad ones from footers: what follows the last good row waits for the end.

        Return what is certainly bad, and how many rows that is.
        """
        good, timeless = np.flatnonzero(readable), np.flatnonzero(~readable).tolist()
        last = rows.batch.lines[int(good[-1])] if len(good) else 0
        waiting = {row.line: (row, is_footer(list(row.fields.values()))) for row in structural}
        lines, untold = set(rows.batch.lines), set()
        for n, i in enumerate(timeless):
            line, whole = rows.batch.lines[i], [part[i] for part in rows.batch.columns]
            rows.drop(i)
            if is_blank(whole):
                lines.discard(line)
            elif repeats_heading(whole, self.plan.names):
                lines.discard(line)
                message = f"Line {line} repeats the heading and was passed over."
                self.notes.append(Problem(line, "", "repeated-heading", message))
            elif self._told + n < QUARANTINE_LIMIT or len(timeless) - n <= FOOTER_LINES:
                waiting[line] = self._timeless_row(rows, i, cells[i], whole)
            else:
                untold.add(line)
        late = [waiting[line] for line in sorted(waiting) if line > last]
        definite = [row for row, _ in self._tail] if len(good) else []
        definite += [waiting[line][0] for line in sorted(waiting) if line < last]
        self._tail = late if len(good) else self._tail + late
        definite += [row for row, _ in self._tail[:-FOOTER_LINES]]
        self._tail = self._tail[-FOOTER_LINES:]
        self._told += len(definite)
        self.rows_read += len(lines - set(waiting) - untold) + len(definite) + len(untold)
        return definite, len(definite) + len(untold)

    def _timeless_row(self, rows: RowSet, row: int, cell: Any, whole: list[Any]) -> tuple[BadRow, bool]:
        """Return a row without a day, and whether it may be a footer."""
        column = self.plan.column("time")
        code, message = explain.stamp(cell, column)
        return bad_row(self.plan, rows.batch, row, column, code, message), code != "formula" and is_footer(
            whole
        )

    def _end_tail(self) -> list[BadRow]:
        """Pass over the footers at the end; what is none is a bad row."""
        footers = [row for row, footer in self._tail if footer]
        if footers:
            text = footers[0].raw.strip(" ,;|\t")[:60]
            message = f"{len(footers)} line(s) after the last row, such as '{text}', are no rows and were passed over."
            self.notes.append(Problem(footers[0].line, "", "footer", message))
        bad = [row for row, footer in self._tail if not footer]
        self.rows_read += len(bad)
        return bad

    def _late(self, moments: dict[int, int], lost: set[int]) -> Observations:
        """Return the observations of repeated hours that order settled, of rows that are wholly settled."""
        kept = [
            (moments[place], *self._set_aside[place])
            for place in moments
            if self._set_aside[place][0] not in lost
        ]
        if not kept:
            return _nothing(self.plan)
        return Observations(
            np.array([item[1] for item in kept], np.int64),
            np.array([item[2] for item in kept], np.int32),
            np.array([item[0] for item in kept], np.int64),
            np.array([item[3] for item in kept], np.float64),
            {name: np.array([item[4][name] for item in kept], np.int64) for name in kept[0][4]},
        )

    def _unsettled(self, item: Undecided) -> Reason:
        shown = str(np.datetime64(item.local, "s")).replace("T", " ")
        return (
            self.plan.column("time"),
            "ambiguous-time",
            (
                f"The clock shows {shown} twice on that day, and the file does not hold both runs of the hour in "
                f"order, so it cannot be "
                "told which is meant. Give the time with its offset, or in UTC."
            ),
        )


def _latest(now: datetime, *, as_days: bool) -> int:
    """Return the newest moment taken in: tomorrow for days, two days ahead for intervals (day-ahead auctions)."""
    days = (now.date() - date(1970, 1, 1)).days
    return (days + 1) * _DAY if as_days else int(now.timestamp()) + 2 * _DAY


def _nothing(plan: Plan) -> Observations:
    width = 1 if plan.wide else len(plan.values)
    return Observations(
        np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int64), np.zeros((0, width))
    )


def find_rows(source: TableSource, plan: Plan, reasons: Mapping[int, Reason]) -> list[BadRow]:
    """Read the file again for the rows on the lines of ``reasons``; at most QUARANTINE_LIMIT come back."""
    if not reasons:
        return []
    wanted = dict(sorted(reasons.items())[:QUARANTINE_LIMIT])
    found: dict[int, BadRow] = {}
    final = max(wanted)
    for raw in source.batches(plan.heading.end, plan.names):
        batch = prepare_batch(plan, raw)
        if len(batch.lines) and batch.lines[0] > final:
            break
        for i, line in enumerate(batch.lines):
            if line in wanted and line not in found:
                found[line] = bad_row(plan, batch, i, *wanted[line])
    return list(found.values())
