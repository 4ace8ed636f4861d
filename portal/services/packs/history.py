"""Packs that were made: one's own, those that were sent to others, their files as they were.

Who looks after schedules sees what was sent to whom. A file is opened by its reader, or by somebody who looks after
schedules and may see all that it holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, TypeVar

from data.queries import packs as queries
from data.queries.packs import FileRow, PackRow, SentRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Gap
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.packs import figures, formats, making
from portal.services.packs.rights import sees_all_of

PATH = "/packs"
Row = TypeVar("Row", FileRow, SentRow)
UNTOLD = "Told to those who may open the pack."


@dataclass(frozen=True, slots=True)
class File:
    """A file to download."""

    name: str
    media_type: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class PackView:
    """A pack as somebody sees it; ``may_open`` tells whether they may have its files."""

    row: PackRow
    files: tuple[FileRow, ...]
    sent: tuple[SentRow, ...]
    may_open: bool

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is missing from it."""
        return gaps_of(self.row, told=self.may_open)


def listed(
    clocks: Clocks, actor: Actor, *, everybody: bool = False, limit: int | None = None
) -> list[PackView]:
    """Return packs made by ``clocks.known_at``, the newest first: the actor's own, or those of everybody.

    Raises
    ------
    NotPermitted
        The actor may not export; or asks for those of everybody and does not look after schedules.
    """
    actor.require(Permission.EXPORT)
    if everybody:
        actor.require(Permission.PACK_SCHEDULE)
    with UnitOfWork() as work:
        return views(work, clocks, actor, reader=None if everybody else actor.username, limit=limit)


def views(
    work: UnitOfWork, clocks: Clocks, actor: Actor, *, reader: str | None, limit: int | None = None
) -> list[PackView]:
    """Return packs within a transaction; the caller has checked the right."""
    rows = queries.packs(work.session, known_at=clocks.known_at, reader=reader, limit=limit)
    numbers = [row.id for row in rows]
    files = _by_pack(queries.files(work.session, numbers))
    sent = _by_pack(queries.sent(work.session, numbers))
    return [
        PackView(row, tuple(files.get(row.id, ())), tuple(sent.get(row.id, ())), may_open(row, actor))
        for row in rows
    ]


def _by_pack(rows: Sequence[Row]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pack_id, []).append(row)
    return found


def one(pack_id: int, clocks: Clocks, actor: Actor) -> PackView:
    """Return a pack.

    Raises
    ------
    NotFound
        There is none of that number that the actor may know of.
    """
    actor.require(Permission.EXPORT)
    with UnitOfWork() as work:
        row = _visible(work, pack_id, actor)
        if row.recorded_at > clocks.known_at:
            raise _none(pack_id)
        files, sent = queries.files(work.session, [pack_id]), queries.sent(work.session, [pack_id])
    return PackView(row, tuple(files), tuple(sent), may_open(row, actor))


def figures_of(clocks: Clocks, actor: Actor, whose: str) -> list[dict[str, Any]]:
    """Return what the figures of packs are counted from: the actor's own packs of 30 days, or those of everybody.

    Raises
    ------
    NotPermitted
        As :func:`listed`.
    """
    actor.require(Permission.EXPORT)
    with UnitOfWork() as work:
        return [asdict(one) for one in figures.counted(work, clocks, actor, whose)]


def gaps_of(row: PackRow, *, told: bool) -> tuple[Gap, ...]:
    """Return what is missing from a pack; how much it could matter only if ``told``: it is a figure of its reader."""
    return tuple(
        Gap(gap["what"], gap["why"], gap["bound"] if told else UNTOLD) for gap in row.gaps.get("of", ())
    )


def may_open(row: PackRow, actor: Actor) -> bool:
    """Tell whether ``actor`` may have the files of a pack: their own or looked after, and all that it holds theirs."""
    if row.reader != actor.username and not actor.can(Permission.PACK_SCHEDULE):
        return False
    rights, books = row.rights.get("permissions", ()), row.rights.get("portfolios", ())
    return actor.can(Permission.EXPORT) and sees_all_of(actor, rights, books)


def download(pack_id: int, code: str, actor: Actor) -> File:
    """Return a file of a pack as it was made; the download is noted in the audit log.

    Raises
    ------
    NotFound
        There is no such pack, or it was not made in that format.
    NotPermitted
        It holds what the actor may not see.
    DomainError
        The stored file does not have the hash of its receipt any more.
    """
    with UnitOfWork(write=True) as work:
        found = _file(work, pack_id, code, actor)
        detail = {"format": code, "sha256": found.sha256}
        audit.note(work, actor, "pack.downloaded", "pack", str(pack_id), detail)
    return found


def attachable(pack_id: int, code: str, actor: Actor) -> File:
    """Return a file of a pack for a message to ``actor``; whoever sends it notes that. Errors as :func:`download`."""
    with UnitOfWork() as work:
        return _file(work, pack_id, code, actor)


def compare(pack_id: int, actor: Actor) -> dict[str, bool]:
    """Make a pack anew under its own clocks and rights; tell of each format whether it is the same to the byte.

    Raises
    ------
    NotPermitted
        It holds what the actor may not see.
    Conflict
        Its template has changed since.
    """
    with UnitOfWork() as work:
        row = _visible(work, pack_id, actor)
        _check(row, actor)
        files = queries.files(work.session, [pack_id])
    made = making.again(row, [one.format for one in files])
    same = {one.format: sha256(made[one.format]).hexdigest() == one.sha256 for one in files}
    audit.note_now(actor, "pack.compared", "pack", str(pack_id), {"same": same})
    return same


def _file(work: UnitOfWork, pack_id: int, code: str, actor: Actor) -> File:
    actor.require(Permission.EXPORT)
    row = _visible(work, pack_id, actor)
    _check(row, actor)
    known = {one.format: one for one in queries.files(work.session, [pack_id])}
    if code not in known:
        raise NotFound(
            f"Pack {pack_id} was not made as {code[:10].upper()}. There is: {', '.join(known).upper()}.",
            pack=pack_id,
        )
    content = queries.content(work.session, pack_id, code) or b""
    if sha256(content).hexdigest() != known[code].sha256:
        raise DomainError(
            f"The {code.upper()} of pack {pack_id} does not have the hash of its receipt any more. Do not use it; "
            "tell the people of operations."
        )
    return File(known[code].file_name, formats.known(code).media_type, content, known[code].sha256)


def _visible(work: UnitOfWork, pack_id: int, actor: Actor) -> PackRow:
    row = queries.pack(work.session, pack_id)
    if row is None or (row.reader != actor.username and not actor.can(Permission.PACK_SCHEDULE)):
        raise _none(pack_id)
    return row


def _check(row: PackRow, actor: Actor) -> None:
    if not may_open(row, actor):
        whose = "you" if row.reader == actor.username else row.reader
        raise NotPermitted(
            f"Pack {row.id} was made for {whose} and holds what you may not see now. Make one of your own.",
            username=actor.username,
        )


def _none(pack_id: int) -> NotFound:
    return NotFound(f"There is no pack {pack_id} of yours. Choose one of the list.", pack=pack_id)
