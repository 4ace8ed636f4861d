"""Which delivery month a tenor meant on a trading day: the n-th contract whose last trading day had not passed."""

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data.readers.expiries import ROOTS, built_in_contracts
from data.readers.problems import Refused

_NEEDED = ("root", "last_trade", "year", "month")
LONGEST_GAP = 70
"""Days: when the next last trading day is further off, the calendar does not cover the trading day."""


class ContractCalendar:
    """Last trading days and delivery months by root; ``roots`` says which root a curve follows, as in BRN=LCO."""

    def __init__(
        self,
        contracts: Mapping[str, list[tuple[int, int]]],
        roots: Mapping[str, str],
        twice: Mapping[str, str] | None = None,
        name: str = "The calendar",
    ) -> None:
        self._contracts = {root: np.array(sorted(rows), np.int64) for root, rows in contracts.items()}
        self._roots = {curve.upper(): root for curve, root in roots.items()}
        self._twice = dict(twice or {})
        self.name = name

    def root_of(self, curve: str) -> str:
        """Return the root that ``curve`` follows.

        Raises
        ------
        Refused
            The calendar has no contracts for it, or contradicts itself about them.
        """
        root = self._roots.get(curve, curve)
        if root in self._twice:
            raise Refused(
                "calendar",
                f"{self.name} gives the delivery month {self._twice[root]} of root {root} two last trading days, "
                f"so tenors of {curve} cannot be told apart. Correct the calendar, or leave --calendar out to use "
                "the built-in rules.",
            )
        if root not in self._contracts:
            raise Refused(
                "no-calendar",
                f"The tenors of {curve} need a contract calendar to say which delivery month each meant, and "
                f"{self.name} has no root '{root}'. Say --calendar FILE (columns root, last_trade, year, month) and "
                f"--root {curve}=ROOT, or give a column 'delivery'.",
            )
        return root

    def delivery(self, curve: str, days: NDArray[np.int64], tenors: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the first day of the delivery month (days since 1970), or -1 where the calendar does not say.

        The expiring contract counts as the first one on its last trading day.
        """
        rows = self._contracts[self.root_of(curve)]
        first = np.searchsorted(rows[:, 0], days, side="left")
        place = first + tenors - 1
        inside = (place < len(rows)) & (first < len(rows))
        near = np.zeros(len(days), bool)
        near[inside] = rows[first[inside], 0] - days[inside] <= LONGEST_GAP
        return np.where(inside & near, rows[np.minimum(place, len(rows) - 1), 1], -1)


def built_in_calendar(roots: Mapping[str, str]) -> ContractCalendar:
    """Return the calendar of the contracts whose rules are known here; ``roots`` adds names of curves to theirs."""
    return ContractCalendar(built_in_contracts(), {**ROOTS, **roots}, name="the built-in list of contracts")


def read_calendar(path: Path, roots: Mapping[str, str]) -> ContractCalendar:
    """Read a calendar of contracts: a CSV with the columns root, last_trade (YYYY-MM-DD), year and month.

    Raises
    ------
    Refused
        A column is missing, or a row cannot be read.
    """
    contracts: dict[str, dict[int, int]] = {}
    twice: dict[str, str] = {}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        table = csv.DictReader(stream)
        missing = [name for name in _NEEDED if name not in (table.fieldnames or ())]
        if missing:
            raise Refused(
                "calendar", f"{path.name} is no contract calendar: it has no column {', '.join(missing)}."
            )
        for row in table:
            try:
                last = np.datetime64(row["last_trade"], "D").astype(int)
                month = np.datetime64(f"{int(row['year']):04d}-{int(row['month']):02d}-01", "D").astype(int)
            except (ValueError, TypeError):
                raise Refused(
                    "calendar",
                    f"Line {table.line_num} of {path.name} has no last trading day or month.",
                    line=table.line_num,
                ) from None
            if _add(contracts.setdefault(row["root"], {}), int(month), int(last)):
                twice.setdefault(
                    row["root"], f"{row['year']}-{int(row['month']):02d} (line {table.line_num})"
                )
    sorted_out = {root: [(last, month) for month, last in rows.items()] for root, rows in contracts.items()}
    return ContractCalendar(sorted_out, roots, twice, path.name)


def _add(rows: dict[int, int], month: int, last: int) -> bool:
    """Take in a contract; tell whether its month already had another last trading day."""
    return rows.setdefault(month, last) != last
