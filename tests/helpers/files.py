"""Files for the importer: written in one call, read back from the database in another."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.services.ingest import ImportOptions, ImportReport, import_file


def take(
    folder: Path, content: str | bytes, kind: str = "prices", *, name: str = "file.csv", **options: Any
) -> ImportReport:
    """Write ``content`` as a file (gzipped when its name says so) and import it."""
    data = content.encode() if isinstance(content, str) else content
    path = folder / name
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return import_file(kind, path, ImportOptions(**options), actor=SYSTEM)


def rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query."""
    with UnitOfWork() as work:
        return [tuple(row) for row in work.session.execute(text(statement), values)]


def one(statement: str, **values: Any) -> Any:
    """Return the only value of a query."""
    ((value,),) = rows(statement, **values)
    return value


def prices(code: str) -> list[tuple[Any, ...]]:
    """Return the newest version of the daily prices of an instrument, day by day."""
    return rows(
        "SELECT DISTINCT ON (p.day) p.day::text, p.settle FROM price_daily p "
        "JOIN instruments i ON i.id = p.instrument_id "
        "WHERE i.code = :code ORDER BY p.day, p.recorded_at DESC",
        code=code,
    )


def ticks(code: str) -> list[tuple[Any, ...]]:
    """Return all versions of the intervals of an instrument: UTC moment, delivery day, value."""
    return rows(
        "SELECT to_char(t.ts AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'), t.day::text, t.value FROM price_ticks t "
        "JOIN instruments i ON i.id = t.instrument_id WHERE i.code = :code ORDER BY t.recorded_at, t.ts",
        code=code,
    )


def codes(report: ImportReport) -> list[str]:
    """Return the codes of what a report says."""
    return [problem.code for problem in report.problems]


Taker = Callable[..., ImportReport]
