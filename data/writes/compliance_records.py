"""Runs of the rules and what they found: appended; the same finding is stored once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from data.models.compliance import ComplianceRule, ComplianceRun

RECORD_COLUMNS = (
    "run_id", "fingerprint", "rule", "rule_version", "regime", "action", "subject_kind", "subject", "trade_id",
    "trade_version", "portfolio_id", "counterparty_id", "as_of", "due_at", "message", "measured", "limit", "unit",
    "inputs", "values", "parameters", "recorded_by",
)  # fmt: skip
"""Columns of a row that is stored, in this order; the last three but one are JSON texts."""
_NAMES = ", ".join(f'"{name}"' for name in RECORD_COLUMNS)


def add_run(session: Session, **values: Any) -> int:
    """Store a run and return its number."""
    return int(session.scalars(insert(ComplianceRun).values(**values).returning(ComplianceRun.id)).one())


def add_rules(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Remember texts of rules that are not known yet."""
    wanted = list(rows)
    if wanted:
        session.execute(upsert(ComplianceRule).values(wanted).on_conflict_do_nothing())


def add_records(session: Session, rows: Sequence[tuple[Any, ...]]) -> dict[str, int]:
    """Store the records that are new and return their numbers by fingerprint."""
    if not rows:
        return {}
    session.execute(
        text(
            f"CREATE TEMP TABLE IF NOT EXISTS fresh_records ON COMMIT DROP AS SELECT {_NAMES} "
            "FROM compliance_records WITH NO DATA"
        )
    )
    session.execute(text("TRUNCATE fresh_records"))
    cursor = cast("Any", session.connection().connection.driver_connection).cursor()
    with cursor, cursor.copy(f"COPY fresh_records ({_NAMES}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    stored = session.execute(
        text(
            f"INSERT INTO compliance_records ({_NAMES}) SELECT {_NAMES} FROM fresh_records "
            "ON CONFLICT (fingerprint) DO NOTHING RETURNING fingerprint, id"
        )
    )
    return {fingerprint: int(number) for fingerprint, number in stored}
