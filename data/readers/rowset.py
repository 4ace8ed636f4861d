"""The rows of one batch while they are judged: which are still good, and why the others are not."""

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from data.readers.layout import Plan
from data.readers.problems import BadRow, printable
from data.readers.source import RawBatch, cell_text

Reason = tuple[str, str, str]
"""Column, code and message."""


class RowSet:
    """Rows of a batch. The first reason against a row is the one that is told; ``room`` is how many are told at all."""

    def __init__(self, plan: Plan, batch: RawBatch, room: int) -> None:
        self.plan = plan
        self.batch = batch
        self._room = room
        self._untold: set[int] = set()  # lines
        self.alive: NDArray[np.bool_] = np.ones(len(batch.lines), bool)
        self._reasons: dict[int, Reason] = {}

    @property
    def lines(self) -> NDArray[np.int64]:
        """The line of each row."""
        return np.asarray(self.batch.lines, np.int64)

    def drop(self, row: int) -> None:
        """Take a row out without a reason: it is no row, or holds nothing."""
        self.alive[row] = False

    def reject(self, rows: Iterable[int], column: str, why: Callable[[int], tuple[str, str]]) -> None:
        """Refuse the rows that are still good; ``why`` gives code and message of each."""
        for row in rows:
            if self.alive[row]:
                self.alive[row] = False
                if len(self._reasons) < self._room:
                    self._reasons[int(row)] = (column, *why(int(row)))
                else:
                    self._untold.add(self.batch.lines[int(row)])

    def bad_rows(self) -> tuple[list[BadRow], int]:
        """Return the refused rows that are told, one for each line, and the number of all."""
        by_line: dict[int, BadRow] = {}
        for row, reason in self._reasons.items():
            by_line.setdefault(self.batch.lines[row], bad_row(self.plan, self.batch, row, *reason))
        return list(by_line.values()), len(by_line) + len(self._untold - by_line.keys())

    def bury_lines(self) -> None:
        """Take out what else stands on a refused line: a line is taken in as a whole or not at all."""
        if self.plan.matrix and self._reasons:
            bad = [*(self.batch.lines[row] for row in self._reasons), *self._untold]
            self.alive &= ~np.isin(self.lines, bad)


def bad_row(plan: Plan, batch: RawBatch, row: int, column: str, code: str, message: str) -> BadRow:
    """Return a row of ``batch`` with its text and cells, for quarantine."""
    names = [*plan.names, *(f"column {i + 1}" for i in range(len(plan.names), len(batch.columns)))]
    cells = {
        printable(name): printable(cell_text(part[row]))
        for name, part in zip(names, batch.columns, strict=False)
    }
    return BadRow(batch.lines[row], column, code, message, printable(batch.raw(row)), cells)
