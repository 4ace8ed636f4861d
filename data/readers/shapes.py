"""Tables that are not one row per day: a day and a time in two columns, and years down by months across."""

from collections.abc import Sequence
from datetime import time
from typing import TYPE_CHECKING, Any

from data.readers.heading import Heading
from data.readers.problems import Refused
from data.readers.source import RawBatch, cell_text

if TYPE_CHECKING:
    from data.readers.layout import Plan

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def is_year_matrix(heading: Heading) -> bool:
    """Tell whether the heading is ``Year, Jan ... Dec`` and nothing else."""
    keys = [name.key for name in heading.names]
    return len(keys) == 13 and keys[0] == "year" and [key[:3] for key in keys[1:]] == list(_MONTHS)


def prepare(plan: "Plan", columns: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
    """Return the columns as one row per day or interval: a day and its time are joined, a matrix is laid out."""
    if plan.matrix:
        years = [cell_text(cell).strip() for cell in columns[0]]
        months = [f"{year}-{month:02d}" for year in years for month in range(1, 13)]
        return [months, [columns[month][i] for i in range(len(years)) for month in range(1, 13)]]
    clock = plan.roles.get("clock")
    if clock is None:
        return list(columns)
    done = list(columns)
    place = plan.roles.of["time"]
    done[place] = [_joined(day, hour, plan) for day, hour in zip(columns[place], columns[clock], strict=True)]
    return done


def prepare_batch(plan: "Plan", batch: RawBatch) -> RawBatch:
    """Apply :func:`prepare` to a batch, keeping lines and raw text with their rows."""
    if not plan.matrix:
        return RawBatch(prepare(plan, batch.columns), batch.lines, batch.raw, batch.bad)
    lines = [line for line in batch.lines for _ in range(12)]
    return RawBatch(prepare(plan, batch.columns), lines, lambda i: batch.raw(i // 12), batch.bad)


def _joined(day: Any, hour: Any, plan: "Plan") -> str:
    text = hour.isoformat() if isinstance(hour, time) else cell_text(hour).strip()
    if text and ":" not in text:
        column = plan.names[plan.roles.of["clock"]]
        raise Refused(
            "hour-numbers",
            f"Column '{column}' numbers its hours ('{text}'), which may count from 0 or from 1 and name the "
            f"start or the end of "
            "the hour. Write the time as HH:MM, or give one column of full times.",
            column=column,
        )
    return f"{cell_text(day).strip()[:10]} {text}".strip()
