"""Compliance > Audit: searching the log, one entry with its proof, checkpoints, and the last verification.

Names of people are shown to those who may see personal data; others see pseudonyms.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data.queries import audit as queries
from data.queries.audit import CheckpointRow, EntryRow, Search
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.core.table import PHONE, Cell, Column, GridQuery, Table
from portal.domain.compliance import audit_metrics as metrics
from portal.domain.compliance.audit_entry import BEFORE_FIRST, chained

PATH = "/compliance/audit"
VERIFY = "compliance.audit-verify"
OUTCOMES = ("done", "refused", "failed")
COLUMNS = (
    Column("seq", "Entry", link="href"),
    Column("at", "At", "moment"),
    Column("who", "Who"),
    Column("action", "What happened"),
    Column("kind", "To what", room=PHONE),
    Column("ref", "Which", room=PHONE),
    Column("outcome", "Outcome", "badge"),
    Column("hash", "Hash", sortable=False, hidden=True),
    Column("href", "Address", hidden=True),
)
DAY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("entries", "Entries", "integer"),
    Column("refused", "Refused or failed", "integer"),
)
CHECKPOINT_COLUMNS = (
    Column("at", "Signed at", "moment"),
    Column("entries", "Entries", "integer"),
    Column("root", "Merkle root"),
    Column("key", "Key", room=PHONE),
    Column("file", "File", link="href", sortable=False),
    Column("href", "Address", hidden=True),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page asks for; ``days`` 0 means all."""

    group: str = ""
    outcome: str = ""
    who: str = ""
    days: int = 30

    @classmethod
    def of(cls, filters: Mapping[str, Any]) -> "Asked":
        """Read the inputs of the page; what cannot be read asks for nothing."""
        outcome = str(filters.get("outcome") or "")
        days = str(filters.get("days") or "30")
        group = str(filters.get("group") or "")[:64]
        return cls(
            "" if group == "all" else group,
            outcome if outcome in OUTCOMES else "",
            str(filters.get("who") or "").strip()[:64],
            int(days) if days in ("0", "1", "7", "30", "90") else 30,
        )

    def params(self) -> dict[str, str]:
        """Return them as inputs of a grid."""
        return {"group": self.group, "outcome": self.outcome, "who": self.who, "days": str(self.days)}


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of the page at ``moment``."""

    moment: datetime
    entries: int
    refused: int
    unsigned: int
    age: float | None


@dataclass(frozen=True, slots=True)
class Verified:
    """The last verification by a job; ``whole`` None while there is none."""

    whole: bool | None
    at: datetime | None
    sentence: str


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry as it stands: its text in parts, its hash, and whether it follows from the one before."""

    row: EntryRow
    who: str
    object_name: str
    content: dict[str, Any]
    before: str
    follows: bool
    covered_by: CheckpointRow | None


def search_of(work: UnitOfWork, asked: Asked, clocks: Clocks, actor: Actor, text: str = "") -> Search:
    """Return what the log is searched for; a user name counts only for those who may see names."""
    refs = None
    if asked.who:
        found = [asked.who]
        if actor.can(Permission.PERSONAL_READ):
            wanted = asked.who.casefold()
            found += [ref for ref, name in queries.people(work.session).items() if wanted in name.casefold()]
        refs = tuple(found)
    since = clocks.known_at - timedelta(days=asked.days) if asked.days else None
    return Search(clocks.known_at, since, asked.group, asked.outcome, refs, text)


def names_for(work: UnitOfWork, actor: Actor) -> Mapping[str, str]:
    """Return user names by pseudonym, none for those who may not see them."""
    return queries.people(work.session) if actor.can(Permission.PERSONAL_READ) else {}


def entries(query: GridQuery, asked: Asked, clocks: Clocks, actor: Actor) -> Table:
    """Return a page of entries, the newest first unless it is sorted otherwise."""
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        names = names_for(work, actor)
        found, total = queries.found_entries(
            work.session, search_of(work, asked, clocks, actor, query.text), sort=query.sort or "seq",
            descending=query.descending if query.sort else True, offset=query.offset, limit=query.limit,
        )  # fmt: skip
    return Table(COLUMNS, [_row(row, names) for row in found], total)


def _row(row: EntryRow, names: Mapping[str, str]) -> tuple[Cell, ...]:
    return (
        str(row.seq), row.at, names.get(row.actor_ref, row.actor_ref), row.action, row.object_kind,
        names.get(row.object_ref, row.object_ref), row.outcome, bytes(row.hash).hex(), f"{PATH}?entry={row.seq}",
    )  # fmt: skip


def by_day(asked: Asked, clocks: Clocks, actor: Actor) -> Table:
    """Return the entries by day."""
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        return Table(DAY_COLUMNS, list(queries.days(work.session, search_of(work, asked, clocks, actor))))


def groups(actor: Actor) -> list[str]:
    """Return what entries may be about."""
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        return queries.groups(work.session)


def figures(clocks: Clocks, actor: Actor) -> Figures:
    """Return the counts at ``clocks.known_at``."""
    actor.require(Permission.AUDIT_READ)
    moment = clock.now() if clocks.live else clocks.known_at
    with UnitOfWork() as work:
        total = queries.head_at(work.session, moment)
        lately = Search(moment, moment - metrics.DAY)
        refused = sum(row[2] for row in queries.days(work.session, lately))
        signed = _signed(work, moment)
    return Figures(
        moment, total, refused, metrics.unsigned(total, [row.entries for row in signed]),
        metrics.age_hours([row.recorded_at for row in signed], moment),
    )  # fmt: skip


def _signed(work: UnitOfWork, moment: datetime) -> list[CheckpointRow]:
    return [row for row in queries.checkpoints(work.session) if row.recorded_at <= moment]


def checkpoints(clocks: Clocks, actor: Actor) -> Table:
    """Return the signed checkpoints, the newest first."""
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        found = _signed(work, clock.now() if clocks.live else clocks.known_at)
    rows: list[tuple[Cell, ...]] = [
        (
            row.recorded_at, row.entries, str(json.loads(row.document)["root"])[:16] + "…", row.key_id,
            "JSON", f"/export/audit/checkpoint-{row.id}.json",
        )
        for row in found
    ]  # fmt: skip
    return Table(CHECKPOINT_COLUMNS, rows)


def verified(actor: Actor) -> Verified:
    """Return what the last verification of the log found."""
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        row = queries.last_result(work.session, VERIFY)
    if row is None:
        return Verified(None, None, "Nobody has verified it here yet.")
    at, found = row
    return Verified(bool(found.get("whole")), at, str(found.get("sentence") or ""))


def entry(seq: int, actor: Actor) -> EntryView:
    """Return an entry with what proves it.

    Raises
    ------
    NotFound
        The log has no entry of that number.
    """
    actor.require(Permission.AUDIT_READ)
    with UnitOfWork() as work:
        found = {row.seq: row for row in queries.entries_between(work.session, seq - 1, seq)}
        names = names_for(work, actor)
        signed = [row for row in queries.checkpoints(work.session) if row.entries >= seq]
    row = found.get(seq)
    if row is None:
        raise NotFound(f"The log has no entry {seq}. Its entries are numbered from 1.", entry=seq)
    before = bytes(found[seq - 1].hash) if seq - 1 in found else BEFORE_FIRST
    return EntryView(
        row, names.get(row.actor_ref, row.actor_ref), names.get(row.object_ref, row.object_ref),
        dict(json.loads(row.entry)), before.hex(), chained(before, row.entry) == bytes(row.hash),
        min(signed, key=lambda item: item.entries, default=None),
    )  # fmt: skip


def is_protected() -> bool:
    """Tell whether the portal's own database role can only add to the log."""
    with UnitOfWork() as work:
        return not queries.may_change(work.session)
