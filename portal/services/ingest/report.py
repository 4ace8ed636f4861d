"""What the user is told about an import, the same for the command line, the page and the record."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from data.readers.problems import BadRow, Problem

Status = Literal["stored", "unchanged", "refused"]
PROBLEM_LIMIT = 1000
"""Bad rows that a report lists one by one; the last entry says how many more there are."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """Figures of one file. A row is a line of the file (a record of JSON and Parquet, a row of a sheet).

    ``rows_read`` = ``rows_accepted`` + ``rows_quarantined`` + ``rows_duplicate`` + ``rows_empty``. In a refused
    file no row
    is accepted, whatever it holds.
    """

    kind: str
    file_name: str
    status: Status
    rows_read: int = 0
    rows_accepted: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0
    rows_empty: int = 0
    rows_stored: int = 0
    first: str | None = None
    last: str | None = None
    instruments: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    dry_run: bool = False
    batch_id: int | None = None
    preview: dict[str, Any] = field(default_factory=dict)

    @property
    def exit_status(self) -> int:
        """0 when the file is in (or was already), 1 when it was refused and nothing was stored."""
        return 1 if self.status == "refused" else 0

    def to_json(self) -> dict[str, Any]:
        """Return the report for programs."""
        return {
            "rows_read": self.rows_read,
            "rows_accepted": self.rows_accepted,
            "rows_quarantined": self.rows_quarantined,
            "rows_duplicate": self.rows_duplicate,
            "first": self.first,
            "last": self.last,
            "instruments": list(self.instruments),
            "problems": [problem.to_json() for problem in self.problems],
        }

    def summary(self) -> str:
        """Return the outcome in one sentence."""
        if self.status == "refused":
            if self.rows_quarantined:
                return (
                    f"{self.file_name} was refused and nothing was stored: {self.rows_quarantined:,} of "
                    f"{self.rows_read:,} rows are "
                    "bad. Correct them, or import the good ones with --keep-good."
                )
            reason = self.problems[0].message if self.problems else "It holds no rows."
            return f"{self.file_name} was refused and nothing was stored. {reason}"
        if self.status == "unchanged":
            return f"{self.file_name}: all {self.rows_accepted:,} rows are stored already; nothing changed."
        would = "would be taken in" if self.dry_run else "taken in"
        extra = "".join(
            f", {count:,} {word}"
            for count, word in (
                (self.rows_duplicate, "duplicate"),
                (self.rows_empty, "empty"),
                (self.rows_quarantined, "quarantined"),
            )
            if count
        )
        stored = f" ({self.rows_stored:,} facts recorded)" if not self.dry_run else ""
        return f"{self.file_name}: {self.rows_accepted:,} of {self.rows_read:,} rows {would}{extra}{stored}."


def list_problems(bad: Sequence[BadRow], count: int, notes: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return bad rows by line, then what else is to be said; ``count`` is how many rows are bad in all."""
    shown = [row.problem() for row in sorted(bad, key=lambda row: row.line)[:PROBLEM_LIMIT]]
    if count > len(shown):
        shown.append(
            Problem(
                None,
                "",
                "more-rows",
                f"{count - len(shown):,} more rows are quarantined; they are not listed here.",
            )
        )
    return (*shown, *notes)


def combine(reports: Sequence[ImportReport]) -> dict[str, Any]:
    """Return the report of several files: the figures together, and each file's own under ``files``.

    One file's report is its own. A problem of one of several files names it in front of its message.
    """
    if len(reports) == 1:
        return reports[0].to_json()
    total: dict[str, Any] = {
        name: sum(getattr(report, name) for report in reports)
        for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_duplicate")
    }
    bounds = [report for report in reports if report.first is not None and report.last is not None]
    total["first"] = min((report.first for report in bounds if report.first), default=None)
    total["last"] = max((report.last for report in bounds if report.last), default=None)
    total["instruments"] = sorted({code for report in reports for code in report.instruments})
    total["problems"] = [
        {**problem.to_json(), "message": f"{report.file_name}: {problem.message}"}
        for report in reports
        for problem in report.problems
    ]
    total["files"] = [
        {"file": report.file_name, "status": report.status, **report.to_json()} for report in reports
    ]
    return total
