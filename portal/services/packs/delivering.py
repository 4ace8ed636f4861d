"""How a pack reaches its reader: by a message of the outbox, written with the pack, and by a file in a folder."""

from collections.abc import Callable, Sequence

from data.queries import deliveries
from data.queries import packs as queries
from data.queries.deliveries import ChannelRow
from data.session import UnitOfWork
from portal.core.actor import SYSTEM, Actor
from portal.core.document import Gap
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services import audit
from portal.services.monitoring import channel_kinds, outbox
from portal.services.monitoring.alerts import clear, raise_alert
from portal.services.packs import folder
from portal.services.packs.making import Ask

RULE = "packs.folder"
PATH = "/packs"
MOST_GAPS = 8  # in a message; the file names all


def letter(schedule: str, ask: Ask, reader: Actor) -> Callable[[UnitOfWork, int], None]:
    """Return what writes the messages that carry a pack, within the transaction that stores it."""

    def follow(work: UnitOfWork, pack_id: int) -> None:
        title, found = title_of(work, schedule), channels_for(work, reader.username)
        row = queries.pack(work.session, pack_id)
        named = [Gap(**gap) for gap in row.gaps["of"]] if row else []
        subject = f"{title}, {ask.clocks.as_of}" + (" (partial)" if named else "")
        for channel in found:
            outbox.put(
                work, channel.id, f"{queries.KEY}{pack_id}:{channel.id}", subject, words(ask, pack_id, named),
                attachment={"pack": {"id": pack_id, "formats": list(ask.formats)}},
            )  # fmt: skip
        if not found:
            audit.note(work, SYSTEM, "pack.not-told", "pack", str(pack_id), {"reason": "no channel"})

    return follow


def title_of(work: UnitOfWork, schedule: str) -> str:
    """Return the title of a schedule, or its code where it is gone."""
    rows = queries.versions(work.session, schedule)
    return rows[0].title if rows else schedule


def channels_for(work: UnitOfWork, username: str) -> list[ChannelRow]:
    """Return where a pack is sent: the channels of its reader that carry files, else all, which get its link."""
    found = [one for one in deliveries.channels_of(work.session, username) if one.enabled]
    with_files = [one for one in found if channel_kinds.kind_of(one.kind).files]
    return with_files or found


def words(ask: Ask, pack_id: int, named: Sequence[Gap]) -> str:
    """Return what the message says: which day, whether all is in it, what is not."""
    said = [f"As of {ask.clocks.as_of}, known at {ask.clocks.known_at:%Y-%m-%d %H:%M:%S} UTC."]
    if named:
        said.append(f"It is partial: {len(named)} {'thing is' if len(named) == 1 else 'things are'} missing.")
        said += [f"- {gap.what}: {gap.why} {gap.bound}" for gap in named[:MOST_GAPS]]
        if len(named) > MOST_GAPS:
            said.append(f"- and {len(named) - MOST_GAPS} more, named in the file.")
    else:
        said.append("It is complete.")
    said.append(f"It is kept under {PATH}?pack={pack_id}.")
    return "\n".join(said)


def to_folder(pack_id: int, schedule: str) -> None:
    """Put the files of a pack into the folder of its schedule, if it has one.

    Raises
    ------
    ConfigurationError, DomainError, UpstreamError
        The folder cannot be written; this is told by an alert too. The messages are on their way all the same.
    """
    with UnitOfWork() as work:
        rows = queries.versions(work.session, schedule)
        named = rows[0].folder if rows else ""
        files = [
            (one.file_name, queries.content(work.session, pack_id, one.format) or b"")
            for one in (queries.files(work.session, [pack_id]) if named else [])
        ]
    if not named:
        return
    try:
        for name, content in files:
            folder.write(named, name, content)
    except EnerscopeError as problem:
        _tell(schedule, named, problem.message)
        raise
    with UnitOfWork(write=True) as work:
        clear(work, RULE, schedule)
        audit.note(work, SYSTEM, "pack.filed", "pack", str(pack_id), {"folder": named, "files": len(files)})


def _tell(schedule: str, named: str, why: str) -> None:
    with UnitOfWork(write=True) as work:
        raise_alert(
            work, RULE, schedule, "warning", f"Packs of {title_of(work, schedule)} do not reach their folder", why,
            f"{PATH}?schedule={schedule}", Permission.JOBS_READ, {"folder": named},
        )  # fmt: skip
