"""Monitoring > Backups: what is kept, and its figures, read from the files beside the dumps."""

from dataclasses import dataclass
from datetime import datetime

from portal.core import clock
from portal.core.actor import Actor
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring.backup_metrics import MEGABYTE, age_hours, count_good, megabytes
from portal.services.backup.manifest import Manifest, all_backups, folder_of

COLUMNS = (
    Column("made_at", "Made", "moment"),
    Column("state", "Restore test", "badge"),
    Column("size", "Size", "number", unit="MB", decimals=1),
    Column("rows", "Rows", "integer", room=PHONE),
    Column("audit_entries", "Audit entries", "integer", room=PHONE),
    Column("revision", "Schema", room=LAPTOP),
    Column("seconds", "Took", "number", unit="s", decimals=1, room=LAPTOP),
    Column("checked_at", "Tested", "moment", room=LAPTOP),
    Column("encrypted", "Encrypted", room=LAPTOP),
    Column("name", "File", room=LAPTOP),
    Column("problem", "Found", sortable=False, room=LAPTOP),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the tiles say at ``moment``; ``age`` is None when no backup is good."""

    moment: datetime
    age: float | None
    good: int
    size: float
    newest: Manifest | None
    folder: str


def known(actor: Actor, moment: datetime | None = None) -> list[Manifest]:
    """Return the backups made up to ``moment``, newest first.

    Raises
    ------
    NotPermitted
        The actor may not look at jobs.
    """
    actor.require(Permission.JOBS_READ)
    found = all_backups()
    return found if moment is None else [item for item in found if item.made_at <= moment]


def figures(actor: Actor) -> Figures:
    """Return the figures of this moment."""
    moment = clock.now()
    found = known(actor, moment)
    good = [item.is_good for item in found]
    return Figures(
        moment,
        age_hours([item.made_at for item in found], good, moment),
        count_good(good),
        megabytes([item.bytes for item in found]),
        found[0] if found else None,
        str(folder_of()),
    )


def table(query: GridQuery, actor: Actor) -> Table:
    """Return the kept backups, newest first unless sorted otherwise."""
    rows = [
        (
            item.made_at, "good" if item.is_good else "failed" if item.problem else "not tested",
            item.bytes / MEGABYTE, item.total_rows, item.audit_entries, item.revision, item.seconds, item.checked_at,
            "yes" if item.encrypted_for else "no", item.name, item.problem,
        )
        for item in known(actor)
    ]  # fmt: skip
    return sort_rows(Table(COLUMNS, rows), query)
